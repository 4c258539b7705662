# SPDX-License-Identifier: Apache-2.0
"""Whoever asks for a payload that is for others learns nothing, not even by how long the answer takes."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.actor import Actor
from havn.domain.exchange import selectors, services
from havn.domain.exchange.models import Bundle, Given, GivenCopy
from havn.domain.exchange.rules import LEAST_A_BEAT, ErasedBecause
from havn.domain.ledger.rules import EventKind
from havn.lib import feed
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> SmallAlliance:
    """Denmark's node, which told Sweden two things and took one of them back."""
    made = SmallAlliance()
    for code in ("SE", "NL"):
        made.visit(code)
    for number in range(2):
        made.say(EventKind.REFERRAL_RETURNED, "SE", number=number)
    made.beat()
    gone = Given.objects.order_by("position")[0]
    services.erase_event(
        event_id=gone.event, why=ErasedBecause.TAKEN_BACK, actor=made.system, at=made.at
    )
    return made


def leaves(alliance: SmallAlliance) -> list[str]:
    """Return the commitments of the own log, those for nobody among them."""
    bundle = Bundle.objects.get(log_id=alliance.own_log().origin)
    entries = feed.unpack_entries(bytes(bundle.entries), bundle.width)
    return [feed.parse_leaf(entry).commit.hex() for entry in entries]


def asked(alliance: SmallAlliance, code: str, commits: list[str]) -> tuple[list[str], int, int]:
    """Return what a peer is answered, with how many queries, and how many rows they found."""
    node: UUID = alliance.peers[code].node_id
    actor = Actor.node(organisation=alliance.organisation, node=node)
    with CaptureQueriesContext(connection) as queries:
        lines = selectors.payloads(commits=commits, actor=actor)
    rows = 0
    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(query["sql"])
            rows += len(cursor.fetchall())
    return [line.state for line in lines], len(queries), rows


def test_a_leaf_for_others_an_erased_one_and_a_leaf_for_nobody_are_denied_alike(
    alliance: SmallAlliance,
) -> None:
    """F14 X5"""
    commits = leaves(alliance)
    assert (len(commits), Given.objects.count(), GivenCopy.objects.count()) == (LEAST_A_BEAT, 2, 1)
    found = {
        (tuple(states), queries, rows)
        for commit in commits
        for states, queries, rows in [asked(alliance, "NL", [commit])]
    }
    assert found == {(("unknown",), 2, 0)}


def test_its_audience_is_given_what_it_asks_for(alliance: SmallAlliance) -> None:
    """F51"""
    states, queries, rows = asked(alliance, "SE", leaves(alliance))
    nobodys = ["unknown"] * (LEAST_A_BEAT - 2)
    assert (sorted(states), queries, rows) == (["erased", "here", *nobodys], 2, 2)
