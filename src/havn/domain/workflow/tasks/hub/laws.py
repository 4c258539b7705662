# SPDX-License-Identifier: Apache-2.0
"""Taking over what reports of members without a node say of their laws, when they are published."""

from __future__ import annotations

from datetime import datetime

from havn.domain.actor import Actor
from havn.domain.legislation import services as legislation
from havn.domain.publication import selectors as publication


def take_stated(*, actor: Actor, at: datetime) -> int:
    """Keep each answer of each current report once; returns how many are new."""
    return sum(
        legislation.take_stated(
            report=each.report, member=each.member, criteria=each.criteria, actor=actor, at=at
        )
        for each in publication.stated_law(actor=actor)
    )
