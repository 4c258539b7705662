# SPDX-License-Identifier: Apache-2.0
"""Addresses below /api/v1/ that only a node has (docs/protocol/vantage.md, docs/protocol/referral.md)."""

from __future__ import annotations

from django.urls import path

from havn.web.node_api.asked import given, takes_json
from havn.web.node_api.casework import views

MOST_BYTES_OF_A_QUESTION = 32 * 1024  # two addresses of 8,192 characters, some of them escaped
MOST_BYTES_OF_DIGESTS = 8 * 1024  # 64 of 64 letters, and what stands around them
app_name = "node_casework"
urlpatterns = [
    path("vantages", takes_json(MOST_BYTES_OF_A_QUESTION)(views.ask), name="vantages"),
    path("vantages/<uuid:ask_id>", given(views.answer), name="vantage"),
    path("known", takes_json(MOST_BYTES_OF_DIGESTS)(views.known), name="known"),
]
