# SPDX-License-Identifier: Apache-2.0
"""Nodes of other versions: one apart works, none in common waits and shows, what is too new is read later."""

from __future__ import annotations

from copy import deepcopy

import pytest

from havn.domain.exchange import selectors, services
from havn.domain.exchange.models import Alarm, Arrival
from havn.domain.jobs.models import Job
from havn.domain.ledger.rules import EventKind
from havn.domain.members.rules import Spoken
from havn.domain.workflow.tasks import exchanging
from havn.domain.workflow.tasks.casework import read_unknown_again
from havn.lib import feed
from tests.support.small_alliance import BEAT, SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def heard(standing) -> SmallAlliance:
    made = SmallAlliance()
    made.hear_from_all()
    return made


@pytest.fixture
def alliance(heard, db) -> SmallAlliance:
    return deepcopy(heard)


def line_of(alliance: SmallAlliance, code: str) -> selectors.PeerLine:
    lines = selectors.peer_lines(beat=BEAT, actor=alliance.system, at=alliance.at)
    return next(line for line in lines if line.participant_code == code)


@pytest.mark.parametrize("spoken", [Spoken(1, 1), Spoken(1, 2), Spoken(2, 3)], ids=str)
def test_one_version_apart_both_hear_each_other(alliance: SmallAlliance, spoken: Spoken) -> None:
    """W2 W4"""
    alliance.adopt(version=2, spoken={"SE": spoken})
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", number=17)
    alliance.peer_says("SE", number=17)
    alliance.beat()
    assert alliance.peer_visits("SE") == 1
    assert alliance.visit("SE").fetched == 1
    ((_sender, payload),) = alliance.peers["SE"].arrived
    assert payload.body == {"v": 1, "number": 17}
    line = line_of(alliance, "SE")
    assert (line.version, line.health.is_red) == (min(spoken.most, 2), False)


def test_without_a_shared_version_nothing_is_exchanged_and_nothing_lost(
    alliance: SmallAlliance,
) -> None:
    """W5"""
    alliance.adopt(version=2, spoken={"SE": Spoken(3, 4)})
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", number=17)
    alliance.say(EventKind.REFERRAL_PROGRESS, "NL", number=18)
    beat = alliance.beat()
    assert (beat.events, beat.still_waiting) == (1, 1)
    alliance.peer_says("SE")
    assert alliance.peers["SE"].leaves  # its log beats, and holds nothing for us
    assert alliance.peers["SE"].waiting
    line = line_of(alliance, "SE")
    assert (line.version, line.spoken, line.health.is_red) == (None, Spoken(3, 4), True)
    assert alliance.alarms() == []
    alliance.adopt(version=3, spoken={"SE": Spoken(2, 3)})  # one of them was upgraded, or put back
    assert alliance.beat().events == 1
    assert alliance.peer_visits("SE") == 1
    alliance.peer_beats("SE")
    assert alliance.visit("SE").fetched == 1
    assert not line_of(alliance, "SE").health.is_red


def test_a_node_without_a_shared_version_is_not_visited(alliance: SmallAlliance) -> None:
    """W5"""
    alliance.adopt(version=2, spoken={"SE": Spoken(3, 4)})
    exchanging._order_visits(alliance.at)
    visited = set(Job.objects.filter(kind=exchanging.VISIT).values_list("subject_id", flat=True))
    assert visited == {alliance.peers["NL"].node_id}


def test_what_the_alliance_wants_holds_for_every_pair(alliance: SmallAlliance) -> None:
    """W4"""
    alliance.adopt(version=2, spoken={"SE": Spoken(1, 2), "all": Spoken(1, 1)})
    assert line_of(alliance, "SE").version == 1
    alliance.adopt(version=3, spoken={"SE": Spoken(1, 2), "all": Spoken(2, 2)})
    assert (line_of(alliance, "SE").version, line_of(alliance, "NL").version) == (2, None)


def states() -> list[tuple[str, str, int]]:
    rows = Arrival.objects.order_by("position")
    return list(rows.values_list("state", "kind", "version"))


def test_an_event_of_a_later_version_is_read_after_the_upgrade(alliance: SmallAlliance) -> None:
    """W8"""
    heard: list[object] = []
    now = {"referral.sent": exchanging.Reading(lambda event, *_: heard.append(event.version))}
    alliance.adopt(version=2, spoken={"SE": Spoken(2, 3)})
    alliance.peer_says("SE", v=3)
    alliance.visit("SE")
    exchanging.handle_arrivals(now, at=alliance.at)
    assert states() == [("unknown", "referral.sent", 3)]
    assert alliance.alarms() == ["unknown_event"]
    assert exchanging.read_again(now, at=alliance.at) == 0  # the worker starts, and is the same
    assert states() == [("unknown", "referral.sent", 3)]
    after = {"referral.sent": exchanging.Reading(now["referral.sent"].handler, (1, 2, 3))}
    assert exchanging.read_again(after, at=alliance.at) == 1
    assert Job.objects.filter(kind=exchanging.ARRIVALS).exists()
    exchanging.handle_arrivals(after, at=alliance.at)
    assert heard == [3]
    assert states() == [("done", "referral.sent", 3)]


def test_a_kind_that_is_new_is_read_after_the_upgrade_too(alliance: SmallAlliance) -> None:
    """W8"""
    heard: list[object] = []
    alliance.peer_says("SE", kind="weather.changed", number=17)
    alliance.visit("SE")
    exchanging.handle_arrivals({}, at=alliance.at)
    after = {"weather.changed": exchanging.Reading(lambda event, *_: heard.append(event.body))}
    assert exchanging.read_again(after, at=alliance.at) == 1
    exchanging.handle_arrivals(after, at=alliance.at)
    assert heard == [{"v": 1, "number": 17}]


def test_a_payload_of_a_later_form_is_asked_for_again_after_the_upgrade(
    alliance: SmallAlliance,
) -> None:
    """W7 W8 F11"""
    alliance.peer_says("SE")
    alliance.visit("SE")
    Arrival.objects.update(
        state="unknown", code="unknown_payload_version", kind="", version=2, event=None
    )
    again = {"read": {}, "actor": alliance.system, "at": alliance.at}
    assert services.take_unknown_again(payload_version=feed.PAYLOAD_VERSION, **again) == 0
    assert services.take_unknown_again(payload_version=2, **again) == 1
    assert states() == [("found", "", 0)]
    assert alliance.visit("SE").fetched == 1
    assert states() == [("waiting", "referral.sent", 1)]


def test_a_body_without_a_version_is_kept_as_one_that_nobody_reads(
    alliance: SmallAlliance,
) -> None:
    """W1 W7"""
    for version in ("one", None, True, -1):
        alliance.peer_says("SE", v=version)
    alliance.visit("SE")
    assert exchanging.handle_arrivals({}, at=alliance.at) == 4
    assert {state for state, _kind, _version in states()} == {"unknown"}


def test_a_worker_that_starts_reads_what_an_earlier_release_kept(alliance: SmallAlliance) -> None:
    """W8"""
    alliance.peer_says("SE", kind="payload.erased", commits=[], events=[])
    alliance.visit("SE")
    Arrival.objects.update(state="unknown", code="unknown_event")
    assert read_unknown_again(at=alliance.at) == 1
    assert states() == [("waiting", "payload.erased", 1)]
    assert not Alarm.objects.exists()
