# SPDX-License-Identifier: Apache-2.0
"""An observer of all logs: small alliances in which A and one of two others exchange a referral, and a fixed guess at whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log2
from statistics import fmean, pstdev
from typing import Any

from havn.domain.exchange import rules
from havn.domain.referral.rules import Progress
from havn.lab.alliance_desk import Desk
from havn.lab.alliance_network import BEAT, Place, SimulatedAlliance
from havn.lib import feed

SENDER, PAIR, OBSERVER = "XA", ("XB", "XC"), "XD"
COUNTRIES = (SENDER, *PAIR, OBSERVER)
WARM_UP, WATCHED = 6, 5  # beats before the referral, and from it on
RISES = {
    0: 0.2,
    1: 3.0,
    2: 2.0,
    3: 1.5,
    4: 0.3,
}  # by beats after the referral; before it, it speaks against
ANSWERS = (4, 2)  # so many events a receiver has in the beats after it
Batching = Callable[..., rules.Batch]


@dataclass(frozen=True)
class Seen:
    """What the observer's mirrors hold: the leaves that each node appended at each beat."""

    beats: dict[str, list[list[bytes]]]
    for_observer: dict[str, list[int]]  # how many leaves of each beat carry the observer's own tag
    other: int  # which of the two it was; not for the one who guesses


def scenario(
    seed: int, *, batching: Batching, is_busy: bool = True, is_probed: bool = False
) -> Seen:
    """Let a small alliance go on for a while, in which A refers one item more, and its receiver answers.

    Where it `is_probed`, the observer refers an item to each of the two at the same beat.
    """
    alliance = SimulatedAlliance(
        f"observed {seed}", [Place(c) for c in COUNTRIES], batching=batching
    )
    other = alliance.noise(1)[0] & 1
    ends: dict[str, list[list[bytes]]] = {country: [] for country in COUNTRIES}
    for beat in range(WARM_UP + WATCHED):
        alliance.at += BEAT
        if is_busy:
            _others_refer(alliance, beat)
        if beat == WARM_UP:
            _refer(alliance, SENDER, PAIR[other], "the one that counts")
            for country in PAIR if is_probed else ():
                _refer(alliance, OBSERVER, country, f"probe of {country}")
        for country in COUNTRIES:
            alliance.beat(country)
        for country in COUNTRIES:
            node = alliance.nodes[country]
            for peer in COUNTRIES:
                if peer != country:
                    node.visit(alliance.nodes[peer], at=alliance.at)
            alliance.desks[country].take(at=alliance.at)
            _answer(alliance, alliance.desks[country])
        for country in COUNTRIES:
            ends[country].append(_new_leaves(alliance, country, ends[country]))
    return Seen(ends, {each: _own_tags(alliance, each, ends[each]) for each in PAIR}, other)


def _own_tags(alliance: SimulatedAlliance, country: str, beats: list[list[bytes]]) -> list[int]:
    node, observer = alliance.nodes[country], alliance.nodes[OBSERVER]
    key = feed.pair_key(
        observer.exchange_private, node.exchange_public, origin=node.origin, epoch=1
    )
    return [sum(feed.is_tagged(feed.parse_leaf(leaf), key) for leaf in beat) for beat in beats]


def _new_leaves(
    alliance: SimulatedAlliance, country: str, before: list[list[bytes]]
) -> list[bytes]:
    node, observer = alliance.nodes[country], alliance.nodes[OBSERVER]
    leaves = node.leaves if node is observer else observer.mirror_of(node).leaves
    return list(leaves[sum(map(len, before)) :])


def _others_refer(alliance: SimulatedAlliance, beat: int) -> None:
    """Let everybody refer something to somebody now and then, chosen by the seed."""
    for country in COUNTRIES:
        chance, whom = alliance.noise(2)
        if chance < 64:
            others = [each for each in COUNTRIES if each != country]
            _refer(alliance, country, others[whom % len(others)], f"{country} {beat}")


def _refer(alliance: SimulatedAlliance, source: str, target: str, name: str) -> None:
    desk, at = alliance.desks[source], alliance.at
    address = f"https://host.example/confirmed-item/{name.replace(' ', '/')}"
    desk.refer(desk.report(address, country=target, at=at), at=at)


def _answer(alliance: SimulatedAlliance, desk: Desk) -> None:
    """Accept and work on everything at once, as a desk with nothing else to do: the most that can show."""
    for row in list(desk.incoming.values()):
        if row.side.state == "arrived":
            desk.answer(row, is_accepted=True, at=alliance.at)
            for action in (Progress.POLICE_TOLD, Progress.NOTICE_SENT):
                desk.happened(row.item, action, at=alliance.at)
        elif row.side.state == "accepted":
            desk.happened(row.item, Progress.REMOVED, at=alliance.at)


# --- the guess ------------------------------------------------------------------------------------


def guess(seen: Seen) -> int:
    """Return which of the two it was, by everything that logs show; a draw is decided by their bytes."""
    scores = [_score(seen, country) for country in PAIR]
    if abs(scores[0] - scores[1]) < 1e-9:
        return seen.beats[PAIR[0]][-1][-1][20] & 1 if seen.beats[PAIR[0]][-1] else 0
    return int(scores[1] > scores[0])


def _score(seen: Seen, country: str) -> float:
    """Return how much a node looks like the one: sums of what is more than before, in its own deviations."""
    beats = seen.beats[country]
    growth = [float(len(each)) for each in beats]
    return (
        _rise(growth)
        + 3 * _follows(growth)
        + 4 * hint_of_class(growth)
        + abs(_rise([fmean(map(len, each)) if each else 0.0 for each in beats]))
        + 2 * _rise([_odd_leaves(each) for each in beats])
        + abs(_rise([_disorder(each) for each in beats]))
        + 50 * _shared_with_sender(seen, country)
    )


def _rise(values: Sequence[float]) -> float:
    """Return how much more there is from the referral on than before it."""
    before, after = values[:WARM_UP], values[WARM_UP:]
    return (fmean(after) - fmean(before)) / (pstdev(before) + 0.25)


def _follows(growth: Sequence[float]) -> float:
    """Return how much more came in the beats in which a receiver answers: the next ones after A's."""
    usual = fmean(growth[:WARM_UP])
    shape = zip(ANSWERS, growth[WARM_UP + 1 :], strict=False)
    return sum(count * (each - usual) for count, each in shape) / (pstdev(growth) + 0.25)


def hint_of_class(growth: Sequence[float]) -> float:
    """Return how soon after A's beat the class first rose: most of all in the beats of a receiver's answers."""
    for beat, (before, after) in enumerate(pairwise(growth), start=1):
        if after > before:
            return RISES.get(beat - WARM_UP, -0.5)
    return 0.0


def guess_by_delay(seen: Seen) -> int:
    """Return which of the two answered the observer's own referral later."""
    late = [
        sum(beat * count for beat, count in enumerate(seen.for_observer[country]))
        for country in PAIR
    ]
    return int(late[1] > late[0])


def _odd_leaves(leaves: Sequence[bytes]) -> float:
    """Return how many leaves have another number of tags than dummies have."""
    counts = [len(feed.parse_leaf(leaf).tags) for leaf in leaves]
    return float(sum(1 for count in counts if count != rules.LEAST_TAGS))


def _disorder(leaves: Sequence[bytes]) -> float:
    """Return the entropy of the bytes of commitments and tags: what is less by chance than the rest."""
    content = b"".join(leaf.commit + b"".join(leaf.tags) for leaf in map(feed.parse_leaf, leaves))
    shares = [content.count(byte) / len(content) for byte in set(content)]
    return -sum(share * log2(share) for share in shares)


def _shared_with_sender(seen: Seen, country: str) -> int:
    """Return how many tags or commitments stand in both logs, or twice in the one."""

    def marks(who: str) -> list[bytes]:
        leaves = [feed.parse_leaf(leaf) for beat in seen.beats[who] for leaf in beat]
        return [mark for leaf in leaves for mark in (leaf.commit, *leaf.tags)]

    own = marks(country)
    return len(own) - len(set(own)) + len(set(own) & set(marks(SENDER)))


# --- what it would be without ---------------------------------------------------------------------


def without_dummies(log: rules.OwnLog, waiting: Sequence[Any], **named: Any) -> rules.Batch:
    """Append exactly what waits: as many leaves as events."""
    batch = rules.next_batch(replace(log, rate=max(len(waiting), 1)), waiting, **named)
    if waiting:
        return batch
    signed_at = named["at"] if log.signed_at is None else max(named["at"], batch.signed_at)
    return _resigned(batch, log, (), named["secrets"], signed_at)


def with_few_tags(log: rules.OwnLog, waiting: Sequence[Any], **named: Any) -> rules.Batch:
    """Append as always, but give leaves no more tags than they have nodes, while dummies have the usual four."""
    batch = rules.next_batch(log, waiting, **named)
    leaves = list(batch.leaves)
    for draft in batch.drafts:
        keys = [
            feed.pair_key(
                named["secrets"].exchange, named["peers"][node], origin=log.origin, epoch=named["epoch"]
            )
            for node in draft.audience
        ]  # fmt: skip
        leaf = feed.new_leaf(draft.commit, keys, epoch=named["epoch"], noise=named["noise"])
        leaves[draft.position - batch.size_before] = feed.leaf_bytes(leaf)
    return _resigned(batch, log, tuple(leaves), named["secrets"], batch.signed_at)


def _resigned(
    batch: rules.Batch, log: rules.OwnLog, leaves: tuple[bytes, ...], keys: Any, at: Any
) -> rules.Batch:
    frontier = log.frontier.extended(map(feed.leaf_hash, leaves))
    head = feed.Checkpoint(log.origin, frontier.size, frontier.root())
    note = feed.sign_head(head, keys.log, at=at)
    return replace(batch, leaves=leaves, frontier=frontier, note=note, signed_at=at)
