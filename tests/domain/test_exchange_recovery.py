# SPDX-License-Identifier: Apache-2.0
"""A disk that went back in time: nothing is signed before peers were heard, and no log forks."""

from copy import deepcopy
from dataclasses import dataclass, replace

import pytest

from havn.domain.errors import RefusedError
from havn.domain.exchange import rules, selectors, services, tasks
from havn.domain.exchange.models import Bundle, Cosigned, Counter, Given, GivenCopy, Log, Tile
from havn.domain.exchange.rules import publishing
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.lib import feed
from havn.lib.encoding import uuid4
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance(monkeypatch):
    monkeypatch.setattr(publishing, "LEAST_A_BEAT", 1)  # so that sizes tell which beat it was
    return SmallAlliance()


def test_a_restored_node_takes_its_leaves_back_before_it_signs(alliance):  # X8
    ahead = lose_a_leaf(alliance)
    for code in alliance.peers:
        mirrored(alliance, code, ahead)
    began = alliance.later()
    alliance.hear_from_all()
    assert alliance.beat(started_at=began) is rules.Standing.BEHIND
    assert recovered(alliance, "SE") == 1
    assert alliance.own_log().size == len(ahead.leaves)
    assert alliance.alarms() == ["own_log_ahead"]
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    assert alliance.beat(started_at=began).size == len(ahead.leaves) + 1
    alliance.beat(started_at=began)  # the first told all what was lost
    counters = Given.objects.filter(kind="referral.outcome").order_by("position")
    assert [row.counter for row in counters] == [1, 3]  # the second was lost, and is counted
    told = Given.objects.get(kind="log.recovered")
    assert (told.position, len(told.audience)) == (2, 2)


def test_what_is_said_of_referrals_is_numbered_behind_what_was_lost_once(alliance):  # E32
    ahead = lose_a_leaf(alliance, leaves=3)
    mirrored(alliance, "SE", ahead)
    assert recovered(alliance, "SE") == 3
    began = alliance.later()
    alliance.hear_from_all()
    told = []
    for _ in range(2):
        tasks.beat(memory=alliance.memory(began), at=alliance.at, on_recovered=told.append)
    assert told == [3]


def test_what_came_back_in_parts_is_counted_once_when_the_log_goes_on(alliance):  # F50
    ahead = lose_a_leaf(alliance, leaves=3)
    mirrored(alliance, "SE", ahead, size=2)
    mirrored(alliance, "NL", ahead)
    assert [recovered(alliance, "SE"), recovered(alliance, "NL")] == [1, 2]
    assert (
        recovered(alliance, "SE") == 0
    )  # holds less than has come back; nothing is wrong with that
    began = alliance.later()
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    alliance.beat(started_at=began)
    alliance.beat(started_at=began)
    outcomes = Given.objects.filter(kind="referral.outcome").order_by("position")
    assert [row.counter for row in outcomes] == [1, 5]
    assert alliance.alarms() == ["own_log_ahead"] * 2  # about each


def test_a_target_that_is_on_its_way_back_keeps_the_log_from_being_signed(alliance):  # F49
    ahead = lose_a_leaf(alliance, leaves=300)
    mirrored(alliance, "SE", ahead)
    mirrored(alliance, "NL", ahead, size=1)
    link = _BreaksOff(alliance.link("SE"), bundle=1)
    assert recovered(alliance, "SE", link=link) == 0
    assert Log.objects.get(is_own=True).pending_size == 256
    alliance.peers["SE"].mirrors.clear()
    began = alliance.later()
    alliance.hear_from_all()
    assert alliance.beat(started_at=began) is rules.Standing.BEHIND


def test_a_recovering_log_shows_no_checkpoint_and_goes_on_where_nothing_was_lost(alliance):  # F49
    alliance.hear_from_all()
    alliance.beat()
    own = alliance.own_log()
    services.begin_recovery(actor=alliance.system, at=alliance.at)
    with pytest.raises(RefusedError, match="recovered"):
        selectors.checkpoint(origin=own.origin, actor=alliance.system)
    began = alliance.later()
    assert alliance.beat(started_at=began) is rules.Standing.UNCONFIRMED
    alliance.hear_from_all()
    assert alliance.beat(started_at=began).size == own.size + 1
    assert selectors.checkpoint(origin=own.origin, actor=alliance.system)
    assert not OutgoingEvent.objects.exists()


def test_a_log_that_came_back_is_signed_later_than_before_whatever_the_clock_says(alliance):  # F26
    alliance.later(days=1)
    ahead = lose_a_leaf(alliance)
    mirrored(alliance, "SE", ahead)
    alliance.later(hours=-5)
    recovered(alliance, "SE")
    assert alliance.own_log().noted_at > alliance.at


def test_a_node_whose_log_is_gone_altogether_makes_no_mirror_of_itself(alliance):
    ahead = lose_a_leaf(alliance)
    mirrored(alliance, "SE", ahead)
    for table in (Bundle, Tile, Counter):
        table.objects.filter(log__is_own=True).delete()
    Log.objects.filter(is_own=True).delete()
    Cosigned.objects.all().delete()
    alliance.visit("SE")
    assert alliance.beat(started_at=alliance.at) is rules.Standing.BEHIND
    assert recovered(alliance, "SE") == len(ahead.leaves)


@pytest.mark.parametrize(("lost", "bundle"), [(1, 0), (300, 1)])
def test_what_a_peer_signed_and_lost_before_anybody_had_it_is_no_fork(alliance, lost, bundle):
    """A target binds nobody before it was reached (F35)."""
    alliance.peer_says("SE")
    alliance.visit("SE")
    se = alliance.peers["SE"]
    yesterday = {
        name: deepcopy(getattr(se, name)) for name in ("own", "leaves", "tiles", "_pages")
    }
    for _ in range(lost):
        se.say("referral.sent", uuid4(), to=[], body={}, event_id=uuid4(), at=alliance.at)
    se.waiting = [replace(each, audience=(str(alliance.own.node_id),)) for each in se.waiting]
    while se.waiting:
        alliance.later()
        alliance.peer_beats("SE")
    view = members.node_view(node_id=se.node_id, actor=alliance.system)
    broken = _BreaksOff(alliance.link("SE"), bundle=bundle)
    assert tasks.visit(view, link=broken, at=alliance.at).failure == "timeout"
    for name, value in yesterday.items():  # nobody holds more, so it may sign
        setattr(se, name, value)
    rounds = []
    for _ in range(3):
        alliance.later()
        alliance.peer_says("SE")
        rounds.append(alliance.visit("SE").failure)
    assert rounds[1:] == ["", ""]
    assert alliance.alarms() == []


def lose_a_leaf(alliance, *, leaves=1):
    """Let the own node append one leaf, then others that it loses; returns all as a peer may mirror them."""
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    alliance.beat()
    yesterday = Log.objects.filter(is_own=True).values().get()
    notes = {1: yesterday["note"]}
    alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    alliance.beat()
    notes[alliance.own_log().size] = alliance.own_log().note
    for _ in range(leaves - 1):
        alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    while OutgoingEvent.objects.filter(left_at__isnull=True).exists():
        alliance.later()
        alliance.beat()
        notes[alliance.own_log().size] = alliance.own_log().note
    ahead = _Ahead(selectors.own_leaves(first=0, actor=alliance.system), notes)
    restore(yesterday)
    return ahead


@dataclass
class _Ahead:
    """The own log before its disk was lost: its leaves, and the checkpoint of each size."""

    leaves: list[bytes]
    notes: dict[int, str]


def recovered(alliance, code, *, link=None):
    view = members.node_view(node_id=alliance.peers[code].node_id, actor=alliance.system)
    note = alliance.peers[code].mirrors[alliance.own.node_id].served.encode()
    return tasks.recover(view, note, link=link or alliance.link(code), at=alliance.at)


class _BreaksOff:
    """A peer that answers until a bundle is asked for."""

    def __init__(self, link, *, bundle):
        self._link, self._bundle = link, bundle

    def __getattr__(self, name):
        return getattr(self._link, name)

    def entries(self, number, width):
        if number >= self._bundle:
            raise rules.LinkError("timeout")
        return self._link.entries(number, width)

    def mirrored_entries(self, origin, number, width):
        if number >= self._bundle:
            raise rules.LinkError("timeout")
        return self._link.mirrored_entries(origin, number, width)


def restore(log):
    """Put the tables back as they were when the log had one leaf."""
    lost = Given.objects.filter(position__gte=1)
    OutgoingEvent.objects.filter(pk__in=lost.values("event")).delete()
    GivenCopy.objects.filter(given__in=lost).delete()
    lost.delete()
    Counter.objects.filter(log__is_own=True).update(number=1)
    Cosigned.objects.filter(size__gt=1).delete()
    Log.objects.filter(is_own=True).update(**log)


def mirrored(alliance, code, ahead, *, size=None):
    """Let a simulated peer mirror the own log as it was, up to a size."""
    from havn.lab.alliance import MemoryMirror

    peer = alliance.peers[code]
    witness = rules.Witness(peer.node_id, feed.witness_name(str(peer.node_id)), peer.log_private)
    mirror = MemoryMirror(alliance.own_log().origin, witness=witness)
    peer.mirrors[alliance.own.node_id] = mirror
    keys = selectors.log_keys(node_id=alliance.own.node_id, actor=alliance.system)
    link = _OwnLink(ahead, size or max(ahead.notes))
    while not rules.follow(link, mirror, log_keys=keys, at=alliance.at).is_complete:
        continue


class _OwnLink:
    def __init__(self, ahead, size):
        self._ahead, self._size = ahead, size

    def checkpoint(self):
        return self._ahead.notes[self._size].encode()

    def entries(self, number, width):
        first = number * feed.TILE_WIDTH
        return feed.pack_entries(self._ahead.leaves[first : first + width])


def test_a_database_that_goes_back_under_a_running_process_stops_the_signing(alliance):  # X7
    alliance.hear_from_all()
    alliance.beat()
    yesterday = Log.objects.filter(is_own=True).values().get()
    alliance.later()
    alliance.beat()
    Cosigned.objects.filter(size__gt=yesterday["size"]).delete()
    Log.objects.filter(is_own=True).update(**yesterday)
    alliance.later()
    assert alliance.beat() is rules.Standing.UNCONFIRMED
    alliance.later()
    alliance.hear_from_all()
    assert isinstance(alliance.beat(), services.Beat)
