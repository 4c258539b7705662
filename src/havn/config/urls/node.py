# SPDX-License-Identifier: Apache-2.0
"""The process that other nodes ask, of a node or of the hub."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from havn.config.urls import shared

handler400 = shared.handler400
handler403 = shared.handler403
handler404 = shared.handler404
handler500 = shared.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    *shared.urlpatterns,
    path("api/v1/", include("havn.web.node_api.urls")),
]
if settings.HAVN_ROLE == "node":
    urlpatterns.append(path("api/v1/", include("havn.web.node_api.casework.urls")))
