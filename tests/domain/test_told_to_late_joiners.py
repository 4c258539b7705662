# SPDX-License-Identifier: Apache-2.0
"""What is for the whole Alliance reaches a node that joins later, or was away: once, in order, and nothing else does."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.db import transaction

from havn.domain.actor import Role
from havn.domain.exchange import rules as exchange
from havn.domain.exchange import services as feed_services
from havn.domain.exchange.models import Peer
from havn.domain.ledger import rules as ledger_rules
from havn.domain.ledger import services as ledger
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.legislation import selectors as laws
from havn.domain.legislation import services as legislation
from havn.domain.legislation.models import CriterionAnswer
from havn.domain.workflow.tasks.casework import READINGS
from havn.domain.workflow.tasks.exchanging import handle_arrivals
from havn.lab.alliance import SimulatedNode
from havn.lib.encoding import uuid4
from tests.support import roster as made_up
from tests.support.law_world import NO, YES, answer, person
from tests.support.small_alliance import SmallAlliance, noise_of
from tests.vectors import make_law

pytestmark = pytest.mark.django_db
LATE = "FR"


class Growing(SmallAlliance):
    """Denmark's node in the database; Sweden and the Netherlands from the first day, others later."""

    def join(self, code: str) -> SimulatedNode:
        """Let one more node take part."""
        self.peers[code] = SimulatedNode(made_up.identifier("node", code), noise_of(code))
        self.adopt_next()
        self.visit(code)
        return self.peers[code]

    def state(self, code: str, state: str) -> None:
        """Let the next roster suspend a participant, or let it take part again."""
        from havn.domain.members import selectors as members

        version = members.roster_state(actor=self.system).version + 1
        self.adopt(version=version, **{code: state})

    def goes_on(self, *, beats: int = 3) -> None:
        """Let some beats pass, after each of which every peer visits."""
        for _ in range(beats):
            self.later()
            self.beat()
            for code in self.peers:
                if Peer.objects.filter(node=self.peers[code].node_id).exists():
                    self.peer_visits(code)

    def heard(self, code: str) -> list[tuple[str, object]]:
        """Return what is open that a peer heard, in its order: the kind, and of which thing."""
        return [
            (event.kind, event.subject_id)
            for _, event in self.peers[code].arrived
            if event.kind in ledger_rules.OPEN_KINDS
        ]


@pytest.fixture(scope="module")
def made(standing):
    found = Growing().joined()
    found.rapporteur = person(found.organisation, Role.RAPPORTEUR)
    return found


@pytest.fixture
def alliance(made, db):
    return deepcopy(made)


def says(alliance, *given):
    """Let the own rapporteur give answers, one after the other; returns their ids."""
    found = []
    for each in given:
        alliance.later(seconds=1)
        found.append(legislation.assess(given=each, actor=alliance.rapporteur, at=alliance.at))
    return [("law.assessed", each) for each in found]


def states(alliance, kind=EventKind.COMMITMENT_STATED):
    subject = uuid4()
    with transaction.atomic():
        ledger.append_event(
            kind=kind,
            subject_id=subject,
            organisation=alliance.organisation,
            payload={"member": "DK", "number": 1},
            audience=["alliance"],
            at=alliance.later(seconds=1),
        )
    return [(kind.value, subject)]


def test_a_node_that_joins_late_hears_what_is_for_all_once_and_in_its_order(alliance):
    """X22"""
    told = says(alliance, NO, answer("L05", "no"), YES) + states(alliance)
    told += states(alliance, EventKind.POLITICAL_ACT_STATED) + says(alliance, answer("L06", "yes"))
    alliance.goes_on()
    assert alliance.heard("SE") == alliance.heard("NL") == told
    alliance.join(LATE)
    alliance.goes_on()
    assert alliance.heard(LATE) == told
    more = says(alliance, answer("L08", "yes"))
    alliance.goes_on(beats=5)
    assert alliance.heard(LATE) == alliance.heard("SE") == alliance.heard("NL") == told + more


def test_what_was_for_some_nodes_alone_stays_theirs(alliance):
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE")
    with transaction.atomic():
        ledger.append_event(
            kind=EventKind.LOG_RECOVERED,
            subject_id=uuid4(),
            organisation=alliance.organisation,
            payload={"first": 0, "until": 1},
            audience=["alliance"],
            at=alliance.at,
        )
    says(alliance, NO)
    alliance.goes_on()
    node = alliance.join(LATE)
    alliance.goes_on()
    assert [event.kind for _, event in node.arrived] == ["law.assessed"]


def test_the_second_who_joins_late_hears_nothing_twice(alliance):
    told = says(alliance, NO)
    alliance.goes_on()
    alliance.join(LATE)
    alliance.goes_on()
    alliance.join("IT")
    alliance.goes_on(beats=4)
    assert alliance.heard("IT") == alliance.heard(LATE) == told
    assert OutgoingEvent.objects.filter(repeats__isnull=False).count() == 2


def test_a_node_that_was_suspended_hears_what_was_said_meanwhile(alliance):
    before = says(alliance, NO)
    alliance.goes_on()
    alliance.state("NL", "suspended")
    meanwhile = says(alliance, YES)
    alliance.later()
    alliance.beat()
    assert alliance.heard("NL") == before
    alliance.state("NL", "active")
    after = says(alliance, answer("L05", "no"))
    alliance.goes_on()
    assert sorted(alliance.heard("NL"), key=str) == sorted(before + meanwhile + after, key=str)
    assert OutgoingEvent.objects.filter(repeats__isnull=False).count() == 1


def test_a_beat_that_comes_to_no_end_says_nothing_twice(alliance, monkeypatch):
    told = says(alliance, NO, YES)
    alliance.goes_on()
    alliance.join(LATE)
    alliance.later()

    def killed(*args, **more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(feed_services.publishing, "_keep", killed)
        with transaction.atomic():
            alliance.beat()
    assert not OutgoingEvent.objects.filter(repeats__isnull=False).exists()
    alliance.goes_on()
    assert alliance.heard(LATE) == told


def test_much_is_said_over_several_beats(alliance, monkeypatch):
    monkeypatch.setattr(feed_services.publishing, "MOST_SAID_AGAIN", 2)
    told = [line for _ in range(5) for line in states(alliance)]
    alliance.goes_on()
    alliance.join(LATE)
    alliance.later()
    alliance.beat()
    assert OutgoingEvent.objects.filter(repeats__isnull=False).count() == 2
    alliance.goes_on(beats=4)
    assert alliance.heard(LATE) == told


def test_what_was_erased_is_not_said_again_and_what_was_said_again_is_erased_with_it(alliance):
    first, second = states(alliance) + states(alliance)
    alliance.goes_on()

    def erase(subject):
        event = OutgoingEvent.objects.get(subject_id=subject, repeats=None)
        feed_services.erase_event(
            event_id=event.pk,
            why=exchange.ErasedBecause.ORDERED,
            actor=alliance.system,
            at=alliance.at,
        )

    erase(first[1])
    alliance.join(LATE)
    alliance.goes_on()
    assert alliance.heard(LATE) == [second]
    erase(second[1])
    rows = OutgoingEvent.objects.filter(subject_id=second[1], kind=second[0])
    assert rows.count() == 2
    assert not rows.filter(erased_at=None).exists()


def test_only_what_is_listed_as_open_can_be_told_to_everybody(alliance):
    for kind in set(EventKind) - ledger_rules.OPEN_KINDS - {EventKind.LOG_RECOVERED}:
        with pytest.raises(RuntimeError):
            states(alliance, kind)
    assert ledger_rules.is_for(EventKind.REFERRAL_SENT, ["a node"])
    assert not ledger_rules.is_for(EventKind.LAW_ASSESSED, ["alliance", "a node"])


def test_of_answers_that_arrive_together_the_one_that_was_said_last_counts(alliance):
    """J9, X22"""
    body = {name: value for name, value in make_law.ASSESSED.items() if name != "v"}
    ids = sorted((uuid4() for _ in range(6)), reverse=True)  # the ids do not say which was last
    for number, made in enumerate(ids):
        value = {"value": "no" if number < 5 else "yes"}
        alliance.peers["SE"].say(
            "law.assessed",
            made,
            to=[alliance.own.node_id],
            body=body | {"id": str(made), "supersedes": None} | value,
            event_id=uuid4(),
            at=alliance.at,
        )
    alliance.peer_beats("SE")
    alliance.visit("SE")
    assert handle_arrivals(READINGS, at=alliance.at) == 6
    alliance.later()
    held = laws.criterion_values(
        member="SE", on=alliance.at.date(), known_at=alliance.at, actor=alliance.system
    )
    assert [(view.id, view.value) for view in held.values()] == [(ids[-1], "yes")]
    assert CriterionAnswer.objects.count() == 6


def test_what_a_late_joiner_hears_again_it_takes_once(alliance):
    """J4, C7, X22"""
    body = {name: value for name, value in make_law.ASSESSED.items() if name != "v"}
    for _ in range(2):  # said to everybody, and again under another id
        alliance.peer_says("SE", "law.assessed", **body)
        alliance.visit("SE")
        assert handle_arrivals(READINGS, at=alliance.at) == 1
        alliance.later()
    assert CriterionAnswer.objects.count() == 1
    assert alliance.alarms() == []
