# SPDX-License-Identifier: Apache-2.0
"""Addresses of the hub for programs, below /api/v1/: what offices send, and what it has to look like."""

from __future__ import annotations

from django.urls import path

from havn.web.alliance_site import api_intake
from havn.web.frame.bodies import allow, answers, shows

app_name = "hub_api"
urlpatterns = [
    path(
        "national-reports",
        allow(answers(api_intake.take, methods=("POST",)), api_intake.RULE),
        name="take_report",
    ),
    path("national-reports/schema.json", shows(api_intake.schema), name="report_schema"),
]
