# SPDX-License-Identifier: Apache-2.0
"""URLs of a hub's desk, everything under /desk/; pages stand under /desk/{lang}/."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from havn.web.desk.secretariat.urls import home_urls
from havn.web.frame.bodies import shows
from havn.web.frame.language import language_urls

urlpatterns = [
    path("", shows(RedirectView.as_view(url="/desk/en/"))),
    *language_urls(
        [
            path("sign-in/", include("havn.web.desk.sign_in.urls")),
            # What signing in leads to has the same name at every desk.
            path("", include((home_urls, "desk"))),
            path("secretariat/", include("havn.web.desk.secretariat.urls")),
        ]
    ),
]
