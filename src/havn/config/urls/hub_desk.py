# SPDX-License-Identifier: Apache-2.0
"""The desk of a hub: the secretariat's board behind password and second factor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from havn.config.urls import shared
from havn.web.frame.bodies import shows

handler400 = shared.handler400
handler403 = shared.handler403
handler404 = shared.handler404
handler500 = shared.handler500

urlpatterns: list[URLPattern | URLResolver] = [
    *shared.urlpatterns,
    path("desk/", include("havn.web.desk.hub_urls")),
    path("", shows(RedirectView.as_view(url="/desk/"))),
]
