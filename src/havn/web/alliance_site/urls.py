# SPDX-License-Identifier: Apache-2.0
"""URLs of the Alliance's public site: `/` is the choice of language, pages stand under /{lang}/."""

from __future__ import annotations

from django.urls import path

from havn.web.alliance_site import (
    cooperation,
    declaration,
    half_year,
    law,
    members,
    open_data,
    promises,
    results,
    roster,
    updates,
    views,
)
from havn.web.frame.bodies import shows
from havn.web.frame.language import language_urls

RESULT_PAGES = [
    path("results", shows(results.index), name="results"),
    path("results/targets/<int:number>", shows(results.target), name="results_target"),
    path("results/indicators/<str:indicator>", shows(results.indicator), name="indicator"),
    path(
        "results/indicators/<str:indicator>/<str:period>",
        shows(results.indicator),
        name="indicator_period",
    ),
    path("results/periods/<str:period>", shows(results.period), name="period"),
    path("results/countries/<str:code>", shows(results.country), name="country"),
    path(
        "results/countries/<str:code>/<str:indicator>",
        shows(results.country_indicator),
        name="country_indicator",
    ),
    path("results/cooperation", shows(cooperation.page), name="cooperation"),
    path("results/cooperation/<str:period>", shows(cooperation.page), name="cooperation_period"),
    path("results/open-data", shows(open_data.page), name="open_data"),
    path("results/verify", shows(open_data.verify), name="verify"),
    path("updates.atom", shows(updates.atom), name="updates"),
]
DATA = [
    path("data/periods/<str:period>.zip", shows(open_data.bulk), name="bulk"),
    path("data/periods/<str:period>/sdmx.csv", shows(open_data.sdmx_csv), name="sdmx_csv"),
    path("data/sdmx-structure.xml", shows(open_data.sdmx_structure), name="sdmx_structure"),
    path(
        "data/periods/<str:period>/<str:kind>.csv",
        shows(open_data.period_csv),
        name="period_csv",
    ),
    path(
        "data/periods/<str:period>/<str:kind>.csv-metadata.json",
        shows(open_data.descriptor),
        name="descriptor",
    ),
    path("data/indicators/<str:indicator>.csv", shows(open_data.indicator_csv), name="indicator_csv"),
    path("data/members/<str:code>/provisional.csv", shows(half_year.as_csv), name="half_year_csv"),
    path(
        "data/proofs/<uuid:report>/<str:indicator>.json", shows(open_data.proof), name="proof"
    ),
    path("api/v1/results/periods.json", shows(open_data.periods_json), name="periods_json"),
    path(
        "api/v1/results/indicators.json",
        shows(open_data.definitions_json),
        name="definitions_json",
    ),
    path("api/v1/results/openapi.json", shows(open_data.openapi), name="openapi"),
    path(
        "api/v1/results/<str:indicator>/<str:period>.json",
        shows(open_data.figures_json),
        name="figures_json",
    ),
]  # fmt: skip

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
    *DATA,
    *language_urls(
        [
            path("", shows(views.front), name="front"),
            path("participants", shows(views.participants), name="participants"),
            path("law", shows(law.law), name="law"),
            path("law/countries/<str:code>", shows(law.country), name="law_of_country"),
            path("law/questions/<str:key>", shows(law.criterion), name="law_criterion"),
            *RESULT_PAGES,
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
