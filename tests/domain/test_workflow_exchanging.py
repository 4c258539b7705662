# SPDX-License-Identifier: Apache-2.0
"""Background work between nodes: beats, rounds with peers, and what arrived."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.actor import Actor
from havn.domain.errors import RefusedError
from havn.domain.exchange import selectors
from havn.domain.exchange.models import Arrival, Log
from havn.domain.exchange.rules import LEAST_A_BEAT
from havn.domain.jobs import services as jobs
from havn.domain.jobs.models import Job
from havn.domain.ledger.rules import EventKind
from havn.domain.members.models import RosterState
from havn.domain.members.rules import Spoken
from havn.domain.workflow.tasks import casework, exchanging
from havn.domain.workflow.tasks.outside import Outside
from havn.lib.encoding import uuid4
from tests.support.outside import FakeOutside
from tests.support.small_alliance import BEAT, START, SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance():
    return SmallAlliance()


def outside(alliance):
    found = FakeOutside().outside()
    codes = {peer.node_id: code for code, peer in alliance.peers.items()}
    return Outside(
        tracers=found.tracers,
        checker=found.checker,
        mail=found.mail,
        log_memory=alliance.memory(START),
        link_to=lambda peer: alliance.link(codes[peer.node_id]),
    )


def work(alliance):
    """Do everything that is due now, as a worker does."""
    kinds = {
        exchanging.BEAT: casework.beat,
        exchanging.VISIT: exchanging.visit,
        exchanging.ARRIVALS: lambda _job, at, _outside: exchanging.handle_arrivals({}, at=at),
    }
    while claimed := jobs.claim(kinds=kinds, at=alliance.at, most=1):
        (job,) = claimed
        kinds[job.kind](job, alliance.at, outside(alliance))
        jobs.finish(job=job, at=alliance.at)


def due(kind):
    return sorted(Job.objects.filter(kind=kind).values_list("due_at", flat=True))


def states():
    return list(Arrival.objects.order_by("log", "position").values_list("state", "code"))


def handled(alliance, readings):
    return exchanging.handle_arrivals(readings, at=alliance.at)


def test_a_node_without_a_roster_waits_quietly(alliance):
    RosterState.objects.all().delete()
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    assert due(exchanging.BEAT) == [alliance.at + timedelta(seconds=30)]
    assert not Log.objects.exists()


def test_beats_and_rounds_go_on_for_ever(alliance):
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    assert due(exchanging.BEAT) == [alliance.at + BEAT]
    assert due(exchanging.VISIT) == [alliance.at + BEAT] * 2
    for size in (16, 32, 48):
        alliance.later()
        work(alliance)
        assert alliance.own_log().size == size


def test_an_expired_roster_stops_the_exchange_loudly_and_loses_nothing(alliance):
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE")
    RosterState.objects.update(expires_at=alliance.at)
    alliance.later()
    work(alliance)
    assert alliance.own_log().size == 0
    assert alliance.alarms() == ["roster_expired"]
    RosterState.objects.update(expires_at=alliance.at + timedelta(days=9))
    for _ in range(20):
        alliance.later()
        work(alliance)
    assert selectors.counts(actor=alliance.system)["to_leave"] == 0


def test_a_roster_that_was_refused_is_an_alarm_and_stops_nothing(alliance):
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    RosterState.objects.update(last_error="too_few_signatures", last_error_at=alliance.at)
    alliance.later(minutes=5, seconds=-1)
    alliance.later(seconds=1)
    RosterState.objects.update(last_error_at=alliance.at)
    work(alliance)
    assert alliance.alarms() == ["roster_refused"]
    assert alliance.own_log().size == LEAST_A_BEAT


def test_what_arrived_is_handled_in_order_and_settled(alliance):
    heard = []
    for number in range(3):
        alliance.peer_says("SE", number=number)
    alliance.visit("SE")
    reading = exchanging.Reading(lambda event, _actor, _at: heard.append(event.body["number"]))
    assert handled(alliance, {"referral.sent": reading}) == 3
    assert heard == [0, 1, 2]
    assert states() == [("done", "")] * 3
    assert not any(bytes(row.sealed) for row in Arrival.objects.all())


def test_a_kind_that_nobody_reads_is_kept_marked_and_shown(alliance):  # X20
    alliance.peer_says("SE", kind="weather.changed")
    alliance.visit("SE")
    handled(alliance, {})
    assert states() == [("unknown", "unknown_event")]
    assert alliance.alarms() == ["unknown_event"]
    assert bytes(Arrival.objects.get().sealed)


def test_a_version_that_nobody_reads_is_kept_too(alliance):
    alliance.peer_says("SE", v=9)
    alliance.visit("SE")
    handled(alliance, {"referral.sent": exchanging.Reading(lambda *_: None)})
    assert states() == [("unknown", "unknown_event")]


def test_what_a_service_refuses_is_refused_with_its_code_and_shown(alliance):
    def refuse(*_):
        raise RefusedError("ring")

    alliance.peer_says("SE")
    alliance.visit("SE")
    handled(alliance, {"referral.sent": exchanging.Reading(refuse)})
    assert states() == [("refused", "ring")]
    assert alliance.alarms() == ["event_refused"]


def test_trouble_holds_up_one_subject_only_and_is_tried_again(alliance):  # X19
    tried = []

    def sometimes(event, _actor, _at):
        tried.append(event.id)
        if event.id == first and tried.count(first) == 1:
            raise OSError

    first, second = alliance.peer_says("SE"), alliance.peer_says("SE")
    alliance.visit("SE")
    reading = {"referral.sent": exchanging.Reading(sometimes)}
    with pytest.raises(OSError):
        handled(alliance, reading)
    assert states() == [("waiting", "OSError"), ("done", "")]
    handled(alliance, reading)
    assert tried == [first, second, first]
    assert [state for state, _ in states()] == ["done", "done"]


def test_what_can_never_be_handled_is_loud_once_and_later_only_counted_and_shown(alliance):  # X19
    heard = []

    def poisoned(event, _actor, _at):
        if event.id == poison:
            raise ZeroDivisionError
        heard.append(event.id)

    poison = alliance.peer_says("SE")
    alliance.visit("SE")
    reading = {"referral.sent": exchanging.Reading(poisoned)}
    with pytest.raises(ZeroDivisionError):
        handled(alliance, reading)
    assert handled(alliance, reading) == 0
    later = alliance.peer_says("SE")
    alliance.visit("SE")
    assert (handled(alliance, reading), heard) == (1, [later])
    assert states() == [("waiting", "ZeroDivisionError"), ("done", "")]
    assert Arrival.objects.get(event=poison).tries == 3
    (shown,) = selectors.not_taken(actor=Actor.operator(organisation=alliance.organisation))
    assert (shown.state, shown.code) == ("waiting", "ZeroDivisionError")


def test_a_payload_that_was_hard_to_get_is_loud_too_when_it_cannot_be_handled(alliance):
    def broken(*_):
        raise OSError

    alliance.peer_says("SE")
    (kept,) = alliance.peers["SE"].given.values()
    kept.opened += b" "
    alliance.visit("SE")
    kept.opened = kept.opened[:-1]
    alliance.visit("SE")
    with pytest.raises(OSError):
        handled(alliance, {"referral.sent": exchanging.Reading(broken)})


def wait(alliance, code, *, count=1, subject=None, **given):
    """Put arrivals of a peer's log behind those that are there, as if their payloads had been fetched."""
    node = alliance.peers[code].node_id
    log, _made = Log.objects.get_or_create(node=node, defaults={"origin": code, "root": b""})
    first = Arrival.objects.filter(log=log).count()
    rows = [
        Arrival(id=uuid4(), log=log, position=first + place, commit="", epoch=1, state="waiting", kind="referral.sent", subject_id=subject or uuid4(), found_at=alliance.at)
        for place in range(count)
    ]  # fmt: skip
    for row in rows:
        for name, value in given.items():
            setattr(row, name, value)
    Arrival.objects.bulk_create(rows)
    return [row.position for row in rows]


def turns(alliance, *, most):
    """Return what is handled in one go, by the peer that it is from."""
    codes = {peer.node_id: code for code, peer in alliance.peers.items()}
    found = {code: [] for code in codes.values()}
    for line in selectors.waiting_arrivals(most=most, actor=alliance.system):
        found[codes[line.node_id]].append(line.position)
    return found


def test_much_of_one_log_leaves_room_for_every_other(alliance):  # X19
    wait(alliance, "NL", count=30)
    wait(alliance, "SE", count=3)
    assert turns(alliance, most=12) == {"NL": list(range(9)), "SE": [0, 1, 2]}
    wait(alliance, "SE", count=30)
    assert turns(alliance, most=12) == {"NL": list(range(6)), "SE": list(range(6))}
    assert turns(alliance, most=200) == {"NL": list(range(30)), "SE": list(range(33))}


def test_what_is_stuck_keeps_nothing_of_its_own_log_waiting(alliance):  # X19
    stuck = wait(alliance, "SE", count=30, tries=1)
    fresh = wait(alliance, "SE", count=4)
    assert turns(alliance, most=6)["SE"] == fresh + stuck[:2]


def test_what_stands_behind_something_stuck_about_its_subject_stays_behind_it(alliance):  # X19
    subject = uuid4()
    before = wait(alliance, "SE", subject=subject)
    stuck = wait(alliance, "SE", subject=subject, tries=2)
    behind = wait(alliance, "SE", subject=subject)
    other = wait(alliance, "SE")
    same_subject_elsewhere = wait(alliance, "NL", subject=subject)
    assert turns(alliance, most=9)["SE"] == before + other + stuck + behind
    assert turns(alliance, most=2) == {"NL": same_subject_elsewhere, "SE": before}


def test_an_erasure_is_among_what_is_handled_however_much_waits_before_it(alliance):  # X21
    wait(alliance, "SE", count=30)
    erasure = wait(alliance, "SE", kind="payload.erased")
    assert turns(alliance, most=2)["SE"] == [*erasure, 0]


def test_what_fails_anew_is_loud_beside_what_failed_before(alliance):
    def broken(event, _actor, _at):
        raise OSError if event.id == first else LookupError

    first = alliance.peer_says("SE")
    alliance.visit("SE")
    reading = {"referral.sent": exchanging.Reading(broken)}
    with pytest.raises(OSError):
        handled(alliance, reading)
    alliance.peer_says("SE")
    alliance.visit("SE")
    with pytest.raises(LookupError):
        handled(alliance, reading)
    assert handled(alliance, reading) == 0


def test_a_payload_that_its_source_erased_disappears_here(alliance):  # X21
    alliance.peer_says("SE")
    alliance.visit("SE")
    (row,) = Arrival.objects.all()
    alliance.peer_says("SE", kind="payload.erased", commits=[row.commit], events=[])
    alliance.visit("SE")
    heard = []
    reading = exchanging.Reading(lambda event, _actor, _at: heard.append(event.id))
    handled(alliance, {"referral.sent": reading})
    row.refresh_from_db()
    assert (row.state, bytes(row.sealed), heard) == ("erased", b"", [])


def test_leaves_that_a_peer_lost_are_waited_for_no_more(alliance):
    alliance.peer_says("SE")
    alliance.peers["SE"].given.clear()
    alliance.visit("SE")
    assert states() == [("found", "payload_withheld")]
    alliance.peer_says("SE", kind="log.recovered", first=0, until=LEAST_A_BEAT)
    alliance.visit("SE")
    handled(alliance, {})
    assert states()[0] == ("erased", "lost_at_source")


def test_a_suspended_peer_is_not_asked(alliance):
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    alliance.peer_says("SE")
    alliance.adopt(version=2, SE="suspended")
    alliance.later()
    work(alliance)
    assert states() == []
    alliance.adopt(version=3)
    for _ in range(9):
        alliance.later()
        work(alliance)
    assert [state for state, _ in states()] == ["unknown"]


@pytest.mark.parametrize(
    "spoken",
    [{"SE": Spoken(8, 9)}, {"SE": Spoken(1, 9), "all": Spoken(9, 9)}],
    ids=["peer", "roster"],
)
def test_a_peer_is_asked_as_long_as_there_is_a_version_that_both_and_the_roster_speak(
    alliance, spoken
):  # W4 W5
    exchanging.order_beat(at=alliance.at)
    work(alliance)
    alliance.peer_says("SE")
    alliance.adopt(version=2, spoken=spoken)
    alliance.later()
    work(alliance)
    assert states() == []
    alliance.adopt(version=3, spoken={"SE": Spoken(1, 9)})
    for _ in range(9):
        alliance.later()
        work(alliance)
    assert [state for state, _ in states()] == ["unknown"]


@pytest.mark.parametrize("subject", [None, uuid4()], ids=["many subjects", "one subject"])
def test_what_failed_before_is_found_by_an_index_and_not_by_looking_at_all_that_waits(
    alliance, subject
):  # X19
    wait(alliance, "SE", count=500, subject=subject)
    with CaptureQueriesContext(connection) as captured:
        selectors.waiting_arrivals(actor=alliance.system)
    (query,) = captured.captured_queries
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE exchange_arrival")  # as it does by itself
            cursor.execute(f"EXPLAIN {query['sql']}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
        plan = [str(row) for row in cursor.fetchall()]
    by_index = "Index Cond" if connection.vendor == "postgresql" else "exchange_arrival_about"
    assert [
        line for line in plan if by_index in line and "subject_id" in line and "tries" in line
    ], plan
