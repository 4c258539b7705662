# SPDX-License-Identifier: Apache-2.0
"""What every audience answers: whether it lives, whether it is ready, and error pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from havn.web.frame import errors, health

handler400 = errors.handler400
handler403 = errors.handler403
handler404 = errors.handler404
handler500 = errors.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
