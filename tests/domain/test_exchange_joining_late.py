# SPDX-License-Identifier: Apache-2.0
"""A node that joins late: it catches up over long logs, goes on after any end, and asks only for what is its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest

from havn.cli import catching_up
from havn.cli.work import Work
from havn.domain.exchange import rules, selectors
from havn.domain.exchange.models import Arrival, Bundle, Log
from havn.domain.exchange.services._tiles import keep_leaves
from havn.domain.jobs import services as jobs
from havn.domain.ledger.rules import EventKind
from havn.domain.workflow.tasks import exchanging
from havn.domain.workflow.tasks.outside import Outside
from havn.lab.alliance import SimulatedNode
from havn.lib import clock, feed
from havn.lib.encoding import uuid4
from tests.support.outside import FakeOutside
from tests.support.served_node import link_over
from tests.support.small_alliance import SmallAlliance, noise_of

pytestmark = pytest.mark.django_db
OURS = 17  # events of a long log that are for the node that joins
FEW, MANY = 2_000, 100_000


class KilledError(BaseException):
    """The process ended here: nothing of ours catches it."""


class CountingLink:
    """A link that counts what is asked for, and may end the process that asks."""

    def __init__(self, link: rules.PeerLink, *, ends_at_bundle: int = -1) -> None:
        self._link = link
        self.ends_at_bundle = ends_at_bundle
        self.bundles: Counter[int] = Counter()
        self.commits: Counter[bytes] = Counter()

    def __getattr__(self, name: str) -> object:
        return getattr(self._link, name)

    def entries(self, number: int, width: int) -> bytes:
        self.bundles[number] += 1
        page = self._link.entries(number, width)
        if sum(self.bundles.values()) == self.ends_at_bundle:
            raise KilledError
        return page

    def payloads(self, commits: Sequence[bytes]) -> list[rules.GivenPayload]:
        self.commits.update(commits)
        return self._link.payloads(commits)


def long_log(node: SimulatedNode, *, size: int, to: UUID, peers: list[object], at: object) -> None:
    """Let a node have so many leaves, a few of which are for one other node, the last one among them."""
    leaves = size // 64 * 64 or 64
    every = max(leaves // 64 // OURS, 1)
    for beat in range(leaves // 64):
        if beat % every == 0 and beat // every < OURS:
            node.say(
                "referral.sent", uuid4(), to=[to], body={"number": beat}, event_id=uuid4(), at=at
            )  # type: ignore[arg-type]
        node.own = replace(node.own, rate=64, calm_beats=0)
        node.beat(peers, at=at)  # type: ignore[arg-type]
    assert not node.waiting


def outside_of(link: object) -> Outside:
    found = FakeOutside().outside()
    return Outside(
        tracers=found.tracers,
        checker=found.checker,
        mail=found.mail,
        link_to=lambda _peer: link,  # type: ignore[arg-type, return-value]
    )


def alliance_with_long_log(size: int) -> tuple[SmallAlliance, CountingLink]:
    """Return an alliance whose one other node has a long log."""
    alliance = SmallAlliance(at=clock.now())
    del alliance.peers["NL"]
    alliance.adopt(version=2)
    source = alliance.peers["SE"]
    own = alliance.as_peer()
    begun = alliance.at - timedelta(hours=2)  # each beat is signed a second after the last
    long_log(source, size=size, to=alliance.own.node_id, peers=[source, own], at=begun)
    return alliance, CountingLink(alliance.link("SE"))


def catch_up(link: CountingLink, *, rounds: int = 1000) -> list[selectors.PeerLine]:
    """Do as the command does, for so many rounds; returns how the peer stood after each."""
    work = Work(alone={exchanging.VISIT: exchanging.visit}, context=outside_of(link))
    stop, seen = Event(), []
    for (line,) in catching_up.steps(work, stop=stop):
        seen.append(line)
        if len(seen) == rounds:
            stop.set()
    return seen


def joins_late(size: int, *, ends_at_bundle: int) -> None:
    alliance, link = alliance_with_long_log(size)
    link.ends_at_bundle = ends_at_bundle
    with pytest.raises(KilledError):
        catch_up(link)
    assert Log.objects.get(is_own=False).size == 0, "nothing counts before its root was reached"
    assert Bundle.objects.count() == ends_at_bundle - 1, "each bundle is kept as it comes"
    jobs.free_leases()  # as a worker does that starts after one that was killed
    seen = catch_up(link)
    assert catching_up.is_at_its_end(seen[-1])
    total = len(alliance.peers["SE"].leaves)
    assert (seen[-1].mirrored, seen[-1].on_its_way, seen[-1].head_size) == (total, 0, total)
    shown = [line.mirrored + line.on_its_way for line in seen]
    assert shown == sorted(shown)
    assert len(shown) >= size // (64 * 256) // 2, "progress is seen on the way"
    # No bundle came twice but the one in whose middle it ended.
    again = {number: times for number, times in link.bundles.items() if times > 1}
    assert again == {ends_at_bundle - 1: 2}
    # What is for others was mirrored as noise, and never asked for.
    assert (len(link.commits), set(link.commits.values())) == (OURS, {1})
    assert Arrival.objects.filter(state="waiting").count() == OURS
    assert Arrival.objects.count() == OURS


def test_a_node_that_joins_late_catches_up_and_goes_on_where_it_was_killed():
    """F35"""
    joins_late(FEW, ends_at_bundle=5)


@pytest.mark.deep
@pytest.mark.part_exchange
@pytest.mark.timeout(1200)
def test_it_does_so_over_a_hundred_thousand_leaves():
    """F35"""
    joins_late(MANY, ends_at_bundle=200)


def test_it_stops_when_told_and_goes_on_with_the_same_command(monkeypatch):
    """F35"""
    monkeypatch.setattr(rules.follow, "__kwdefaults__", {**rules.follow.__kwdefaults__, "most_bundles": 2})  # fmt: skip
    alliance, link = alliance_with_long_log(FEW)
    (line,) = catch_up(link, rounds=1)
    assert (line.mirrored, line.on_its_way) == (0, 512)
    assert not catching_up.is_at_its_end(line)
    seen = catch_up(link)
    assert seen[-1].mirrored == len(alliance.peers["SE"].leaves)
    assert set(link.bundles.values()) == {1}


def test_a_node_that_does_not_answer_is_not_waited_for():
    _alliance, link = alliance_with_long_log(64)

    def silent() -> list[rules.SeenLog]:
        raise rules.LinkError("timeout")

    link.mirrors = silent  # type: ignore[attr-defined]
    (line,) = catch_up(link)
    assert (line.last_error, catching_up.is_at_its_end(line)) == ("timeout", False)


# A log that is really served, over a real socket.


def joins_over_a_socket(size: int, live_server: object, settings: object) -> None:
    alliance = SmallAlliance(at=clock.now())
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", number=1)
    alliance.beat()
    _lengthen(alliance, size)
    alliance.later(seconds=1)
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", number=2)
    alliance.beat()
    joining = alliance.peers["SE"]
    keys = settings.HAVN_KEYRING  # type: ignore[attr-defined]
    served = SimulatedNode(alliance.own.node_id, noise_of("shell"))
    served.log_public = keys.read("log-checkpoint-key.pub")
    served.exchange_public = keys.read("exchange-key.pub")
    middle = size // feed.TILE_WIDTH // 2
    link = CountingLink(link_over(live_server, settings), ends_at_bundle=middle)
    with pytest.raises(KilledError):
        joining.visit(served, at=alliance.at, link=link)  # type: ignore[arg-type]
    assert joining.mirror_of(served).state().next_index == (middle - 1) * feed.TILE_WIDTH
    link.ends_at_bundle = -1
    assert joining.visit(served, at=alliance.at, link=link) == 2  # type: ignore[arg-type]
    assert joining.mirror_of(served).state().size == alliance.own_log().size >= size
    assert sum(times - 1 for times in link.bundles.values()) == 1
    assert len(link.commits) == 2


def _lengthen(alliance: SmallAlliance, size: int) -> None:
    """Put so many leaves for nobody into the own log, as many beats would have."""
    log = Log.objects.get(is_own=True)
    noise = noise_of("long")
    leaves = [
        feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=4, noise=noise)) for _ in range(size)
    ]
    hashes = feed.leaf_hashes(leaves)
    keep_leaves(log, leaves, hashes, size_before=log.size)
    kept = bytes(log.frontier)
    frontier = feed.Frontier(
        log.size, tuple(kept[at : at + 32] for at in range(0, len(kept), 32))
    ).extended(hashes)
    log.size, log.frontier, log.root = frontier.size, b"".join(frontier.hashes), frontier.root()
    log.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("havn.config.urls.node")
def test_a_served_log_is_caught_up_with_over_a_real_socket(live_server, settings):
    """F35"""
    joins_over_a_socket(FEW, live_server, settings)


@pytest.mark.deep
@pytest.mark.part_exchange
@pytest.mark.timeout(1200)
@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("havn.config.urls.node")
def test_a_served_log_of_a_hundred_thousand_too(live_server, settings):
    """F35"""
    joins_over_a_socket(MANY, live_server, settings)
