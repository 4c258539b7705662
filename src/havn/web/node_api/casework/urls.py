# SPDX-License-Identifier: Apache-2.0
"""Addresses below /api/v1/ that only a node has (docs/protocol/vantage.md)."""

from __future__ import annotations

from django.urls import path

from havn.web.node_api.asked import given, takes_json
from havn.web.node_api.casework import views

MOST_BYTES_OF_A_QUESTION = 32 * 1024  # two addresses of 8,192 characters, some of them escaped
app_name = "node_casework"
urlpatterns = [
    path("vantages", takes_json(MOST_BYTES_OF_A_QUESTION)(views.ask), name="vantages"),
    path("vantages/<uuid:ask_id>", given(views.answer), name="vantage"),
]
