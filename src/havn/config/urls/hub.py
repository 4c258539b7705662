# SPDX-License-Identifier: Apache-2.0
"""The hub: the Alliance's public site; casework has no address here."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from havn.config.urls import shared

handler400 = shared.handler400
handler403 = shared.handler403
handler404 = shared.handler404
handler500 = shared.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    *shared.urlpatterns,
    path("api/v1/", include("havn.web.alliance_site.api_urls")),
    path("", include("havn.web.alliance_site.urls")),
]
