# SPDX-License-Identifier: Apache-2.0
"""A payload erased at its source is gone at every member of its audience within one beat, and the logs verify."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import LegalClass
from havn.domain.exchange import rules, selectors, services
from havn.domain.exchange.models import Arrival, Given, GivenCopy, Log
from havn.domain.exchange.rules import ErasedBecause
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.members.models import Member, Node, Organisation
from havn.domain.members.rules import Spoken
from havn.domain.referral import rules as referral
from havn.domain.referral.models import Referral
from havn.domain.workflow.tasks import exchanging
from havn.domain.workflow.tasks.casework import READINGS
from havn.lib import feed
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db
CANARY = "the words of confirmed item 17"


@pytest.fixture(scope="module")
def heard(standing) -> SmallAlliance:
    made = SmallAlliance()
    Node.objects.filter(is_own=True).update(state="active")
    Organisation.objects.filter(pk=made.organisation).update(is_listed=True, roles=["hotline"])
    Member.objects.filter(code="DK").update(state="active")
    made.hear_from_all()
    return made


@pytest.fixture
def alliance(heard, db) -> SmallAlliance:
    return deepcopy(heard)


def content(alliance: SmallAlliance, code: str) -> referral.Referral:
    at = alliance.at - timedelta(hours=2)
    sender = alliance.peers[code].node_id
    return referral.Referral(
        why=referral.Why.HOSTED,
        item=referral.Item("https://harbour-pictures.example/17", at),
        assessment=referral.Made(
            by=sender,
            legal_class=LegalClass.BASELINE,
            jurisdiction=code,
            scheme="interpol-baseline",
            scheme_version="1",
            assessed_at=at,
        ),
        hosting=referral.Hosting("DK"),
        clocks=referral.Clocks(at),
        chain=(sender,),
        personal=referral.Personal({"words": CANARY}, {"reach": "me@reporter.example"}),
    )


def handled(alliance: SmallAlliance) -> int:
    return exchanging.handle_arrivals(READINGS, at=alliance.at)


def words(alliance: SmallAlliance) -> dict[str, str]:
    report_id = Referral.objects.get().report_id
    return cases.report_texts(report_id=report_id, actor=alliance.system, at=alliance.at)


def proof_in(log: Log, position: int) -> str:
    """Return the proof that a leaf stands in a log, as it is held here."""
    path = feed.inclusion_proof(position, log.size, selectors.StoredTiles(log.origin))
    return feed.write_proof(position, path, log.note)


def is_proved(alliance: SmallAlliance, code: str, arrival: Arrival) -> bool:
    """Whether the leaf of an arrival stands in its log."""
    peer = alliance.peers[code]
    proof = proof_in(arrival.log, arrival.position)
    bundle = selectors.entries(
        origin=peer.origin, number=0, width=len(peer.leaves), actor=alliance.system
    )
    leaf = feed.unpack_entries(bundle, len(peer.leaves))[arrival.position]
    assert feed.parse_leaf(leaf).commit.hex() == arrival.commit
    feed.verify_proof(proof, leaf, origin=peer.origin, log_keys=[feed.LogKey(peer.log_public)])
    return True


@pytest.mark.parametrize("spoken", [Spoken(1, 1), Spoken(1, 2), Spoken(2, 3)], ids=str)
def test_what_a_peer_erased_is_gone_here_after_one_beat_and_one_visit(
    alliance: SmallAlliance, spoken: Spoken
) -> None:
    """F16 F51 W4 W6"""
    alliance.adopt(version=2, spoken={"SE": spoken})
    event = alliance.peer_says("SE", **referral.body_of(content(alliance, "SE")))
    alliance.visit("SE")
    assert handled(alliance) == 1
    assert words(alliance) == {"words": CANARY}
    arrival = Arrival.objects.get(event=event)
    assert is_proved(alliance, "SE", arrival)
    alliance.later()
    alliance.peers["SE"].erase(
        event, why=ErasedBecause.KEPT_LONG_ENOUGH, erasure_id=uuid4(), at=alliance.at
    )
    alliance.peer_beats("SE")
    alliance.visit("SE")
    assert handled(alliance) == 1
    assert words(alliance) == {}
    row = Referral.objects.get()
    said_why = "kept_long_enough" if spoken.most > 1 else ""
    assert (row.words_erased_at, row.words_erased_because) == (alliance.at, said_why)
    assert is_proved(alliance, "SE", arrival)
    assert alliance.alarms() == []


def test_what_was_erased_before_it_was_fetched_is_never_taken(alliance: SmallAlliance) -> None:
    """E61 F16"""
    event = alliance.peer_says("SE", **referral.body_of(content(alliance, "SE")))
    alliance.peers["SE"].erase(
        event, why=ErasedBecause.TAKEN_BACK, erasure_id=uuid4(), at=alliance.at
    )
    alliance.peer_beats("SE")
    alliance.visit("SE")
    handled(alliance)
    assert not Referral.objects.exists()
    assert [row.state for row in Arrival.objects.order_by("position")] == ["erased", "done"]
    assert alliance.alarms() == []


def test_what_was_fetched_and_waits_is_erased_before_its_service_is_called(
    alliance: SmallAlliance,
) -> None:
    """F16"""
    event = alliance.peer_says("SE", **referral.body_of(content(alliance, "SE")))
    alliance.visit("SE")
    alliance.peers["SE"].erase(
        event, why=ErasedBecause.TAKEN_BACK, erasure_id=uuid4(), at=alliance.at
    )
    alliance.peer_beats("SE")
    alliance.visit("SE")
    handled(alliance)
    assert not Referral.objects.exists()
    assert bytes(Arrival.objects.get(event=event).sealed) == b""


def told(alliance: SmallAlliance, *codes: str) -> UUID:
    """Return an event of the own node that these peers have."""
    alliance.say(EventKind.REFERRAL_PROGRESS, *codes, words=CANARY)
    alliance.beat()
    for code in codes:
        alliance.peer_visits(code)
    event: UUID = OutgoingEvent.objects.get(kind="referral.progress").pk
    return event


def kept_by(alliance: SmallAlliance, code: str) -> list[str]:
    return [payload.kind for _node, payload in alliance.peers[code].arrived]


@pytest.mark.parametrize(
    ("se", "reads_why"),
    [(Spoken(1, 1), False), (Spoken(1, 2), True), (Spoken(2, 3), True)],
    ids=["one before", "the same", "one after"],
)
def test_what_we_erase_is_gone_at_its_whole_audience_after_one_beat_and_one_visit(
    alliance: SmallAlliance, se: Spoken, reads_why: bool
) -> None:
    """F16 F51 W4 W6"""
    alliance.adopt(version=2, spoken={"SE": se})
    event = told(alliance, "NL", "SE")
    assert kept_by(alliance, "NL") == kept_by(alliance, "SE") == ["referral.progress"]
    before = selectors.proof_of_event(event_id=event, actor=alliance.system)
    assert before is not None
    for _ in range(2):  # again, it changes nothing
        services.erase_event(
            event_id=event, why=ErasedBecause.ORDERED, actor=alliance.system, at=alliance.at
        )
    assert not GivenCopy.objects.exists()
    alliance.later()
    for number in range(2):  # what waits already does not delay it
        alliance.say(EventKind.REFERRAL_RETURNED, "NL", number=number)
    alliance.beat()
    for code in ("NL", "SE"):
        alliance.peer_visits(code)
        assert "payload.erased" in kept_by(alliance, code)
        assert "referral.progress" not in kept_by(alliance, code)
    bodies = {
        code: next(each.body for _, each in alliance.peers[code].arrived if "commits" in each.body)
        for code in ("NL", "SE")
    }
    assert (bodies["NL"]["v"], "why" in bodies["NL"]) == (1, False)
    assert bodies["SE"].get("why") == ("ordered" if reads_why else None)
    assert bodies["SE"]["v"] == (2 if reads_why else 1)
    after = selectors.proof_of_event(event_id=event, actor=alliance.system)
    assert after is not None
    log, position = alliance.own_log(), Given.objects.get(event=event).position
    bundle = selectors.entries(origin=log.origin, number=0, width=log.size, actor=alliance.system)
    leaf = feed.unpack_entries(bundle, log.size)[position]
    keys = selectors.log_keys(node_id=log.node_id, actor=alliance.system)
    for proof in (before, after):
        feed.verify_proof(proof, leaf, origin=log.origin, log_keys=keys)


def test_a_suspended_node_of_the_audience_keeps_no_other_waiting(alliance: SmallAlliance) -> None:
    """F51"""
    event = told(alliance, "NL", "SE")
    alliance.adopt(version=2, NL="suspended")
    services.erase_event(
        event_id=event, why=ErasedBecause.TAKEN_BACK, actor=alliance.system, at=alliance.at
    )
    beat = alliance.beat()
    assert (beat.events, beat.still_waiting) == (1, 1)
    alliance.peer_visits("SE")
    assert kept_by(alliance, "SE") == ["payload.erased"]
    alliance.adopt(version=3)
    alliance.beat()
    alliance.peer_visits("NL")
    assert kept_by(alliance, "NL") == ["payload.erased"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"commits": "x", "events": []},
        {"commits": ["xyz"], "events": []},
        {"commits": ["A" * 64], "events": []},
        {"commits": [], "events": [], "weather": "fair"},
        {"commits": [], "events": "all"},
    ],
    ids=str,
)
def test_an_erasure_that_is_not_in_its_form_erases_nothing_and_shows(
    alliance: SmallAlliance, body: dict[str, object]
) -> None:
    """F51"""
    alliance.peer_says("SE", kind=rules.PAYLOAD_ERASED, **body)
    alliance.visit("SE")
    handled(alliance)
    assert [(row.state, row.code) for row in Arrival.objects.all()] == [
        ("refused", "body_malformed")
    ]
    assert alliance.alarms() == ["event_refused"]
