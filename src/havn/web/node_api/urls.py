# SPDX-License-Identifier: Apache-2.0
"""Addresses that other nodes ask, below /api/v1/ (docs/protocol/requests.md)."""

from __future__ import annotations

from django.urls import path, register_converter

from havn.web.node_api import views
from havn.web.node_api.asked import given, takes_json


class Digest:
    """A SHA-256 in hexadecimal."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it stands."""
        return value


register_converter(Digest, "digest")

MOST_BYTES_OF_COMMITS = 8 * 1024
app_name = "node"
urlpatterns = [
    path("about", given(views.about), name="about"),
    path("log/checkpoint", given(views.own_checkpoint), name="own_checkpoint"),
    path("log/tile/<path:place>", given(views.own_tile), name="own_tile"),
    path("mirrors", given(views.mirrors), name="mirrors"),
    path(
        "mirror/<digest:digest>/checkpoint",
        given(views.mirrored_checkpoint),
        name="mirrored_checkpoint",
    ),
    path(
        "mirror/<digest:digest>/tile/<path:place>",
        given(views.mirrored_tile),
        name="mirrored_tile",
    ),
    path("payloads", takes_json(MOST_BYTES_OF_COMMITS)(views.payloads), name="payloads"),
]
