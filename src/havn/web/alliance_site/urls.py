# SPDX-License-Identifier: Apache-2.0
"""URLs of the Alliance's public site: `/` is the choice of language, pages stand under /{lang}/."""

from __future__ import annotations

from django.urls import path

from havn.web.alliance_site import declaration, members, promises, roster, views
from havn.web.frame.bodies import shows
from havn.web.frame.language import language_urls

app_name = "alliance"
urlpatterns = [
    path("", shows(views.languages), name="languages"),
    path("roster/metadata/<str:name>", shows(roster.metadata), name="roster_metadata"),
    path("roster/targets/<str:name>", shows(roster.target), name="roster_target"),
    path(
        "roster/targets/participants/<str:name>",
        shows(roster.participant),
        name="roster_participant",
    ),
    *language_urls(
        [
            path("", shows(views.front), name="front"),
            path("participants", shows(views.participants), name="participants"),
            path("declaration", shows(declaration.declaration), name="declaration"),
            path("members", shows(members.members), name="members"),
            path("members/<str:code>", shows(members.member), name="member"),
            path("promises", shows(promises.promises), name="promises"),
            path("promises/<uuid:commitment_id>", shows(promises.promise), name="promise"),
            path("targets/<str:number>", shows(promises.target), name="target"),
            path(
                "targets/<str:number>/page/<str:page>",
                shows(promises.target),
                name="target_page",
            ),
        ]
    ),
]
