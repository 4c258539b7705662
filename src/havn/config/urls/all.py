# SPDX-License-Identifier: Apache-2.0
"""All audiences of a node in one process: for a demonstration, or one small machine."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from havn.config.urls import shared

handler400 = shared.handler400
handler403 = shared.handler403
handler404 = shared.handler404
handler500 = shared.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    *shared.urlpatterns,
    path("api/v1/", include("havn.web.node_api.urls")),
    path("api/v1/", include("havn.web.node_api.casework.urls")),
    path("desk/", include("havn.web.desk.urls")),
    path("", include("havn.web.public_site.urls")),
]
