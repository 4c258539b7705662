# SPDX-License-Identifier: Apache-2.0
"""A larger checkpoint that another mirror held is compared when we have as many entries, whoever serves it then."""

from __future__ import annotations

from uuid import UUID

import pytest

from havn.domain.exchange import rules
from havn.lab.alliance_stores import MemoryMirror
from havn.lib import feed
from tests.unit.lib.feed_log import MemoryLog, leaves_of, seeded

LEAVES = leaves_of("honest", 12)
NODE = UUID("22222222-2222-4222-8222-222222222222")


class Served:
    """A log as its node serves it, up to some entries; a `rules.LogLink`."""

    def __init__(self, log: MemoryLog, size: int) -> None:
        self.log, self.size, self.note = log, size, log.signed(size)

    def checkpoint(self) -> bytes:
        return self.note.encode()

    def entries(self, number: int, width: int) -> bytes:
        return self.log.page(number, number * feed.TILE_WIDTH + width)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        return self.log.tiles.hashes(level, number, width)


def log_of(*leaves: bytes) -> MemoryLog:
    log = MemoryLog()
    log.append(leaves)
    return log


@pytest.fixture
def mirror() -> MemoryMirror:
    witness = rules.Witness(NODE, feed.witness_name(str(NODE)), seeded("witness"))
    return MemoryMirror(MemoryLog().origin, witness=witness)


def follow(mirror: MemoryMirror, served: Served, *, keys: list[feed.LogKey] | None = None) -> None:
    log_keys = [served.log.key] if keys is None else keys
    rules.follow(served, mirror, log_keys=log_keys, at=served.log.at)


def hear(mirror: MemoryMirror, served: Served) -> None:
    rules.compare(mirror, served.checkpoint(), log_keys=[served.log.key], at=served.log.at)


def test_another_history_that_was_seen_before_its_entries_is_found_later(
    mirror: MemoryMirror,
) -> None:
    """F37 F42: though nobody shows it a second time."""
    shown_to_us = log_of(*LEAVES)
    shown_to_another = log_of(*LEAVES[:5], *leaves_of("evil", 3))
    shown_to_another.at = shown_to_us.at
    follow(mirror, Served(shown_to_us, 4))
    hear(mirror, Served(shown_to_another, 8))
    with pytest.raises(feed.FeedError) as found:
        follow(mirror, Served(shown_to_us, 12))
    assert found.value.code == "forked"
    assert found.value.evidence is not None
    verdict = feed.verify_evidence(feed.evidence_bytes(found.value.evidence))
    assert verdict.kind is feed.EvidenceKind.FORK
    assert (mirror.state().size, mirror.state().ahead) == (12, "")


@pytest.mark.parametrize("size", [8, 12])
def test_an_honest_one_is_forgotten_once_it_was_compared(mirror: MemoryMirror, size: int) -> None:
    """F37"""
    log = log_of(*LEAVES)
    follow(mirror, Served(log, 4))
    hear(mirror, Served(log, size))
    assert mirror.state().ahead
    follow(mirror, Served(log, 12))
    assert (mirror.state().size, mirror.state().ahead) == (12, "")


def test_before_there_are_as_many_entries_it_waits(mirror: MemoryMirror) -> None:
    """F37"""
    log = log_of(*LEAVES)
    follow(mirror, Served(log, 4))
    hear(mirror, Served(log, 12))
    follow(mirror, Served(log, 8))
    assert mirror.state().ahead


def test_one_under_a_key_that_the_log_lost_since_keeps_nobody_from_following(
    mirror: MemoryMirror,
) -> None:
    """F37: who else would stop at the next round, and at each one after it?"""
    older, newer = log_of(*LEAVES), MemoryLog("renewed")
    newer.append(LEAVES)
    follow(mirror, Served(older, 4))
    hear(mirror, Served(older, 8))
    newer.at = older.at
    follow(mirror, Served(newer, 12), keys=[newer.key])
    assert (mirror.state().size, mirror.state().ahead) == (12, "")
