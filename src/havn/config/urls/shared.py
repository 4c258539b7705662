# SPDX-License-Identifier: Apache-2.0
"""What every audience answers: whether it lives, whether it is ready, and error pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from havn.web.frame import errors, health
from havn.web.frame.bodies import shows

handler400 = errors.handler400
handler403 = errors.handler403
handler404 = errors.handler404
handler500 = errors.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", shows(health.healthz), name="healthz"),
    path("readyz", shows(health.readyz), name="readyz"),
]
