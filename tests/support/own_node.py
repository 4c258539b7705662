# SPDX-License-Identifier: Apache-2.0
"""The own node of tests: Denmark's, with a hotline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.members import services as members
from havn.lib import clock

DENMARK = members.NewNode(
    member_code="DK",
    member_name="Denmark",
    organisation_name="Harbour Hotline",
    organisation_kind="hotline",
    contact_email="notice@hotline.example",
    public_url="https://hotline.example",
)


def register_own_node(*, at: datetime | None = None, **different: str) -> UUID:
    """Register the own node in the test's database and return its organisation."""
    return members.register_own_node(
        node=replace(DENMARK, **different), actor=Actor.operator(), at=at or clock.now()
    )
