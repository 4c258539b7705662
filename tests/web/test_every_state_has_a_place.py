# SPDX-License-Identifier: Apache-2.0
"""No row waits unseen: every open state of items, jobs, the queue, traces, holds, answers and leads is on
a page with an age, for somebody who may open it. Each table below is held against its enumeration."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from havn.domain.actor import Actor, Role
from havn.domain.assessment import services as assessment
from havn.domain.assessment.models import QueueEntry
from havn.domain.assessment.rules import QueueState
from havn.domain.audit.models import Entry
from havn.domain.cases import rules
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import LegalClass, Owner
from havn.domain.cases.selectors import turns
from havn.domain.errors import RefusedError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.referral import rules as referral_rules
from havn.domain.takedown.models import NoticeAnswer
from havn.domain.tracing.models import HostingEvidence
from havn.domain.tracing.rules import WaitsFor
from havn.domain.workflow.services import casework
from havn.lib import clock
from havn.lib.encoding import uuid4, uuid7
from havn.web.desk.casework import words
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
TIME = "<time"
# Who of the desk looks after the turns of each owner; machine and provider have no account.
ROLE_OF = {
    Owner.ANALYST: Role.ANALYST,
    Owner.SUPERVISOR: Role.SUPERVISOR,
    Owner.INVESTIGATOR: Role.INVESTIGATOR,
    Owner.WORKER: Role.SUPERVISOR,
    Owner.PROVIDER: Role.ANALYST,
    Owner.MEMBER: Role.ANALYST,
}


@pytest.fixture(scope="module")
def made(standing) -> World:
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


def page(client: Client, name: str) -> str:
    answer = client.get(reverse(f"desk:{name}"))
    assert answer.status_code == 200
    return str(answer.content.decode())


def shows(text: str, part: str) -> bool:
    """Whether a part stands on the page with a time after it, in the same entry."""
    found = re.search(re.escape(part) + r"(?:(?!</li>|</tr>|</section>).)*?<time", text, re.DOTALL)
    return found is not None


def all_states() -> Iterator[tuple[rules.Tracks, LegalClass | None, bool, bool]]:
    tracks = (
        rules.Tracks(*each)
        for each in product(rules.Assignment, rules.Police, rules.Notice, rules.Availability)
    )
    yield from product(tracks, (None, *LegalClass), (True, False), (True, False))


def one_state_of_every_turn() -> dict[
    rules.Turn, tuple[rules.Tracks, LegalClass | None, bool, bool]
]:
    found: dict[rules.Turn, Any] = {}
    for tracks, legal_class, has_address, is_held in all_states():
        turn = rules.whose_turn(
            tracks, legal_class=legal_class, has_address=has_address, is_held=is_held
        )
        if turn is not None:
            found.setdefault(turn, (tracks, legal_class, has_address, is_held))
    return found


TURNS = one_state_of_every_turn()


def put(world: World, turn: rules.Turn, *, waits: timedelta) -> UUID:
    """Bring the world's one open item into a state of this turn, in which it has waited so long."""
    tracks, legal_class, has_address, is_held = TURNS[turn]
    item_id = world.items[0]
    ContentItem.objects.exclude(pk=item_id).update(is_open=False)
    ContentItem.objects.filter(pk=item_id).update(
        legal_class=legal_class.value if legal_class else "",
        received_at=clock.now() - waits,
        **{name: str(getattr(tracks, name)) for name in ("assignment", "police", "notice")},
        availability=str(tracks.availability),
        **({} if has_address else {"href": "", "kind": "described"}),
    )
    if is_held:
        casework.hold_placed(
            item_id=item_id,
            host="",
            reason="quiet please",
            hours=5,
            actor=world.people["investigator"],
            at=clock.now(),
        )
        Job.objects.all().delete()
    return item_id


def test_every_owner_has_a_role_that_may_open_the_page_of_its_turns():
    assert set(ROLE_OF) == set(Owner)
    assert {turn.owner for turn in TURNS} == set(Owner)
    for turn in TURNS:
        may_open = resolve(reverse(f"desk:{turn.place}")).func.may_open  # type: ignore[attr-defined]
        assert ROLE_OF[turn.owner] in may_open, turn


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn.owner}-{turn.place}")
def test_home_counts_what_waits_for_the_supervisor(world, turn):
    put(world, turn, waits=timedelta(hours=1))
    cards = world.client("supervisor").get(reverse("desk:home")).context["cards"]
    (count,) = (card["count"] for card in cards if card["address"] == reverse("desk:supervise"))
    assert count == ("1" if turn.owner is Owner.SUPERVISOR else "0")


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn.owner}-{turn.place}")
def test_every_turn_that_lasts_too_long_is_on_the_supervisors_page(world, turn):
    item_id = put(world, turn, waits=rules.LONGEST_WAIT[turn.owner] + timedelta(hours=1))
    (end,) = cases.waits_to_see(actor=world.people["supervisor"], at=clock.now())
    assert (end.item.id, end.waits_for, end.place) == (item_id, turn.owner, turn.place)
    client = world.client("supervisor")
    (line,) = client.get(reverse("desk:supervise")).context["to_see"]
    assert line["what_to_do"]
    text = page(client, "supervise")
    assert shows(text, reverse("desk:item", args=[item_id]))
    assert line["owner"] in text


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn.owner}-{turn.place}")
def test_what_waits_for_others_only_a_short_while_is_not_to_be_looked_at(world, turn):
    put(world, turn, waits=timedelta(minutes=1))
    found = cases.waits_to_see(actor=world.people["supervisor"], at=clock.now())
    assert bool(found) is (turn.owner is Owner.SUPERVISOR)


def test_the_query_for_the_machines_turns_leaves_none_of_them_out(world):
    seen = 0
    for tracks, legal_class, has_address, is_held in all_states():
        turn = rules.whose_turn(
            tracks, legal_class=legal_class, has_address=has_address, is_held=is_held
        )
        if turn is None or turn.owner is not Owner.WORKER:
            continue
        seen += 1
        is_asked_for = (
            tracks.police in {rules.Police.NONE, rules.Police.DUE}
            or tracks.notice is rules.Notice.QUEUED
            or tracks.availability is rules.Availability.UNAVAILABLE
        )
        assert is_asked_for
        assert legal_class is not None
    assert seen > 100
    worker = next(turn for turn in TURNS if turn.owner is Owner.WORKER)
    item_id = put(world, worker, waits=timedelta(0))
    assert ContentItem.objects.filter(turns._MACHINES, pk=item_id).exists()


def test_a_stuck_item_is_shown_with_its_age_and_can_be_set_to_work_again(world):
    worker = next(turn for turn in TURNS if turn.owner is Owner.WORKER)
    item_id = put(world, worker, waits=timedelta(minutes=1))
    client = world.client("supervisor")
    assert shows(page(client, "supervise"), reverse("desk:item", args=[item_id]))
    client.post(reverse("desk:resume", args=[item_id]))
    kinds = set(Job.objects.filter(OPEN, subject_id=item_id).values_list("kind", flat=True))
    assert {"package", "trace", "check"} <= kinds
    assert ContentItem.objects.get(pk=item_id).police == "due"
    assert Entry.objects.filter(action="item.resumed", subject_id=item_id).count() == 1
    assert cases.stuck_items(actor=world.people["supervisor"], at=clock.now()) == []
    assert "Stuck" not in page(client, "supervise")


def test_work_is_ordered_again_only_by_a_supervisor_and_only_where_none_is_ordered(world):
    worker = next(turn for turn in TURNS if turn.owner is Owner.WORKER)
    item_id = put(world, worker, waits=timedelta(minutes=1))

    def resume(role: str) -> str:
        try:
            casework.work_resumed(item_id=item_id, actor=world.people[role], at=clock.now())
        except RefusedError as refusal:
            return refusal.code
        return ""

    assert resume("analyst") == "not_your_role"
    assert resume("supervisor") == ""
    assert resume("supervisor") == "has_work"
    Job.objects.all().delete()
    ContentItem.objects.filter(pk=item_id).update(legal_class="")
    assert resume("supervisor") == "no_work"


def test_the_supervisors_page_counts_every_open_item_whatever_its_state(world):
    at = clock.now()
    like = ContentItem.objects.filter(pk=world.items[0]).values().get()
    ContentItem.objects.update(is_open=False)
    casework.hold_placed(
        item_id=None,
        host="held.example",
        reason="quiet please",
        hours=5,
        actor=world.people["investigator"],
        at=at,
    )
    rows, expected = [], defaultdict(list)
    for tracks, legal_class, has_address, is_held in Random(17).sample([*all_states()], 3000):
        turn = rules.whose_turn(
            tracks, legal_class=legal_class, has_address=has_address, is_held=is_held
        )
        if turn is None:
            continue
        state = {name: str(value) for name, value in asdict(tracks).items()}
        state["legal_class"] = legal_class.value if legal_class else ""
        state["href"] = like["href"] if has_address else ""
        state["host"] = "held.example" if is_held else "free.example"
        waits_since = at - timedelta(minutes=len(rows))
        other = {"id": uuid4(), "key_digest": uuid4().hex, "received_at": waits_since}
        rows.append(ContentItem(**{**like, **state, **other, "is_open": True}))
        expected[turn].append((waits_since, rows[-1].pk))
    ContentItem.objects.bulk_create(rows, batch_size=20)
    assert len(rows) > 1000
    found = cases.count_waits(actor=world.people["supervisor"], at=at)
    assert {(w.waits_for, w.place): (w.count, w.oldest_at, w.oldest_id) for w in found} == {
        (turn.owner, turn.place): (len(items), *min(items)) for turn, items in expected.items()
    }
    shown = world.client("supervisor").get(reverse("desk:supervise")).context["waits"]
    assert sum(line["count"] for line in shown) == len(rows)


def test_the_supervisors_page_asks_as_often_however_much_waits(world):
    client = world.client("supervisor")
    page(client, "supervise")
    asked = []
    for many in (1, len(world.items)):
        ContentItem.objects.update(is_open=False)
        ContentItem.objects.filter(pk__in=world.items[:many]).update(
            is_open=True, legal_class="baseline", received_at=clock.now() - timedelta(days=9)
        )
        with CaptureQueriesContext(connection) as seen:
            page(client, "supervise")
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 25


# Jobs.

# Whether a person must see it, and the columns that make the state.
JOBS: dict[str, tuple[bool, dict[str, Any]]] = {
    "waiting": (True, {}),
    "held": (True, {"lease_until": timedelta(minutes=1), "lease_token": uuid4()}),
    "given_up": (True, {"given_up_at": timedelta(hours=-1), "attempts": 5}),
    "done": (False, {"done_at": timedelta(0)}),
    "withdrawn": (False, {"withdrawn_at": timedelta(0)}),
}


@pytest.mark.parametrize("state", JOBS)
def test_every_open_job_is_on_the_page_of_trouble_with_its_age(world, state):
    is_open, columns = JOBS[state]
    now = clock.now()
    Job.objects.all().delete()
    Job.objects.create(
        id=uuid7(now),
        kind="trace",
        key="trace:17",
        subject_id=world.items[0],
        organisation=world.organisation,
        due_at=now - timedelta(hours=2),
        recorded_at=now,
        **{
            name: now + value if isinstance(value, timedelta) else value
            for name, value in columns.items()
        },
    )
    for role in ("supervisor", "operator"):
        assert shows(page(world.client(role), "trouble"), "Tracing an item") is is_open


def test_reports_that_no_worker_looks_at_are_told_of_with_their_age(world):
    assert "No worker has worked since" not in page(world.client("operator"), "trouble")
    Entry.objects.update(recorded_at=clock.now() - timedelta(minutes=5))
    assert shows(page(world.client("operator"), "trouble"), "No worker has worked since")


# The queue, and its leases.

QUEUE = {
    QueueState.WAITING: ("analyst", "home", "Waiting"),
    QueueState.SUPERVISOR: ("supervisor", "supervise", "item_id"),
    QueueState.DONE: None,
}


@pytest.mark.parametrize("state", QueueState)
def test_every_entry_of_the_queue_is_on_a_page_with_its_age(world, state):
    assert set(QUEUE) == set(QueueState)
    item_id = world.items[0]
    QueueEntry.objects.exclude(pk=item_id).update(state=QueueState.DONE.value)
    QueueEntry.objects.filter(pk=item_id).update(state=state.value)
    place = QUEUE[state]
    if place is None:
        assert not shows(page(world.client("analyst"), "home"), "Waiting")
        return
    role, name, part = place
    text = page(world.client(role), name)
    assert shows(text, reverse("desk:item", args=[item_id]) if part == "item_id" else part)


def test_a_lease_is_on_the_page_of_who_holds_it_with_its_end(world):
    held = assessment.take_next(actor=world.people["analyst"], at=clock.now())
    assert held is not None
    text = page(world.client("analyst"), "home")
    assert shows(text, reverse("desk:item", args=[held.item_id]))


# Traces, holds, answers, leads.


@pytest.mark.parametrize("waits_for", WaitsFor)
def test_every_trace_that_waits_is_on_the_page_of_contacts_with_its_age(world, waits_for):
    HostingEvidence.objects.create(
        id=uuid7(clock.now()),
        item_id=world.items[0],
        organisation=world.organisation,
        observed_at=clock.now() - timedelta(hours=3),
        outcome="traced",
        waits_for=waits_for.value,
    )
    text = page(world.client("analyst"), "contacts")
    assert shows(text, world.host) is (waits_for is not WaitsFor.NOTHING)


def test_every_hold_answer_and_lead_is_on_its_page_with_its_age(world):
    ids = world.identifiers()
    assert shows(
        page(world.client("investigator"), "leads"), reverse("desk:lead", args=[ids["item_id"]])
    )
    for role in ("investigator", "supervisor"):
        assert shows(page(world.client(role), "holds"), "One item")
    answer = NoticeAnswer.objects.get(pk=ids["answer_id"])
    text = page(world.client("analyst"), "answers")
    assert TIME in text
    assert str(answer.pk) in text


# Referrals.

REFERRALS = [
    (direction, state)
    for direction in referral_rules.Direction
    for state in referral_rules.states_of(direction)
]


@pytest.mark.parametrize(("direction", "state"), REFERRALS, ids="-".join)
def test_every_referral_is_on_the_page_of_whose_turn_it_is_with_its_clock(world, direction, state):
    referral_id = world.referral(world.items[0], direction=direction.value, state=state)
    turn = referral_rules.turn_of(direction, state)
    text = page(world.client("analyst"), turn.page.value)
    assert shows(text, reverse("desk:referral", args=[referral_id]))
    is_open = referral_rules.is_open(direction, state)
    assert (words.of("referral_waits", turn.waits_for) in text) is is_open
    elsewhere = {"referrals", "referrals_out", "referrals_in"} - {turn.page.value}
    if (
        turn.page.value != "referrals"
    ):  # what waits for an answer stands in the list of all as well
        for name in elsewhere:
            assert str(referral_id) not in page(world.client("analyst"), name)


def test_an_item_that_another_node_has_without_a_referral_is_listed_with_them(world):
    ContentItem.objects.filter(pk=world.items[0]).update(
        legal_class="baseline", police="told", assignment="member"
    )
    text = page(world.client("analyst"), "referrals_out")
    assert shows(text, reverse("desk:item", args=[world.items[0]]))


def test_another_organisation_sees_none_of_it(world):
    worker = next(turn for turn in TURNS if turn.owner is Owner.WORKER)
    put(world, worker, waits=timedelta(days=9))
    stranger = Actor(
        world.people["supervisor"].kind, uuid4(), uuid4(), frozenset({Role.SUPERVISOR})
    )
    assert cases.stuck_items(actor=stranger, at=clock.now()) == []
    assert cases.waits_to_see(actor=stranger, at=clock.now()) == []
