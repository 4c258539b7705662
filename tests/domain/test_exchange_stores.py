# SPDX-License-Identifier: Apache-2.0
"""One contract for everything behind the Protocols of the exchange: real tables and memory, real sockets and none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as chosen
from django.db import transaction

from havn.domain.exchange import rules, selectors, services
from havn.domain.exchange.models import Log
from havn.domain.exchange.services import Mirror
from havn.domain.ledger.rules import EventKind
from havn.lab.alliance import SimulatedNode
from havn.lab.alliance_stores import MemoryMirror, SimulatedLink
from havn.lib import feed, sealing
from tests.support.served_node import link_over
from tests.support.small_alliance import SmallAlliance, noise_of
from tests.unit.lib.feed_log import NODE, MemoryLog, leaves_of, public_of, seeded

WITNESS = rules.Witness(UUID(int=17), feed.witness_name(str(UUID(int=17))), seeded("witness"))


# The mirror of a log.


class TellingLog:
    """A log as it is asked: counts what was asked for, and may hand out another leaf, once."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        self.note = log.signed()
        self.asked: list[int] = []
        self.swapped: dict[int, bytes] = {}

    def checkpoint(self) -> bytes:
        return self.note.encode()

    def entries(self, number: int, width: int) -> bytes:
        self.asked.append(number)
        first = number * feed.TILE_WIDTH
        entries = self.log.entries[first : first + width]
        for index in [each for each in self.swapped if first <= each < first + width]:
            entries[index - first] = self.swapped.pop(index)
        return feed.pack_entries(entries)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        return self.log.tiles.hashes(level, number, width)


def database_mirror() -> Mirror:
    return Mirror(node_id=UUID(NODE), witness=WITNESS)


def served_by(mirror: rules.MirrorStore) -> str:
    """Return the checkpoint that a mirror hands to others."""
    if isinstance(mirror, MemoryMirror):
        return mirror.served
    return Log.objects.get(node=UUID(NODE)).served


@pytest.fixture(params=[pytest.param("tables", marks=pytest.mark.django_db), "memory"])
def mirror(request: pytest.FixtureRequest) -> Any:
    """An empty mirror of the log of these tests."""
    if request.param == "memory":
        return MemoryMirror(feed.log_origin(NODE), witness=WITNESS)
    return database_mirror()


@pytest.fixture
def log() -> MemoryLog:
    found = MemoryLog()
    found.append(leaves_of("stores", 700, tag_count=4))
    return found


def follow(mirror: rules.MirrorStore, link: TellingLog, *, most: int = 64) -> rules.Mirrored:
    keys = [link.log.key]
    return rules.follow(link, mirror, log_keys=keys, at=link.log.at, most_bundles=most)


def holds(mirror: rules.MirrorStore, log: MemoryLog) -> None:
    """Hold every hash tile of a mirror against the log's own, and its root against the definition."""
    assert mirror.state().root == log.checkpoint().root
    assert (mirror.state().size, mirror.state().pending) == (len(log.entries), None)
    for (level, number), hashes in log.tiles.rows.items():
        assert mirror.hashes(level, number, len(hashes) // 32) == hashes


def test_a_catch_up_that_ends_in_between_goes_on_where_it_was(mirror, log):
    """F35: no bundle is asked for twice."""
    link = TellingLog(log)
    sizes = []
    while not follow(mirror, link, most=1).is_complete:
        sizes.append((mirror.state().size, mirror.state().next_index))
        assert served_by(mirror) == "", "nothing is cosigned before its root was reached"
    assert sizes == [(0, 256), (0, 512)]
    assert link.asked == [0, 1, 2]
    holds(mirror, log)


def test_further_leaves_fill_the_last_bundle_and_tile(mirror, log):
    """F22 F23"""
    link = TellingLog(log)
    follow(mirror, link)
    for count in (1, 67, 300):
        log.append(leaves_of(f"further {count}", count, tag_count=4))
        link.note = log.signed()
        follow(mirror, link)
        holds(mirror, log)


def test_a_leaf_that_was_swapped_on_its_way_is_dropped_and_what_came_before_it_stays(mirror, log):
    """F36"""
    link = TellingLog(log)
    link.swapped = {300: leaves_of("another", 1, tag_count=4)[0]}
    with pytest.raises(feed.FeedError) as refusal:
        follow(mirror, link)
    assert (refusal.value.code, mirror.state().next_index) == ("leaf_swapped", 300)
    assert (mirror.state().size, served_by(mirror)) == (0, "")
    follow(mirror, link)
    assert link.asked == [0, 1, 2, 1, 2]
    holds(mirror, log)


def test_what_is_on_its_way_can_be_dropped_whole(mirror, log):
    """F35"""
    link = TellingLog(log)
    follow(mirror, link)
    log.append(leaves_of("more", 400, tag_count=4))
    link.note = log.signed()
    follow(mirror, link, most=1)
    assert (mirror.state().size, mirror.state().next_index) == (700, 768)
    mirror.keep(replace(mirror.state(), pending=None), [], at=log.at)
    assert (mirror.state().next_index, mirror.state().pending) == (700, None)
    follow(mirror, link)
    holds(mirror, log)


def test_an_accepted_checkpoint_is_served_with_the_own_cosignature(mirror, log):
    """F28 F38"""
    link = TellingLog(log)
    follow(mirror, link)
    note = feed.read_note(served_by(mirror))
    witnesses = {WITNESS.name: [feed.LogKey(public_of(WITNESS.private))]}
    assert set(feed.verified_cosignatures(note, witnesses=witnesses)) == {WITNESS.name}
    assert (
        feed.verified_checkpoint(note, origin=log.origin, log_keys=[log.key]) == log.checkpoint()
    )
    served = served_by(mirror)
    follow(mirror, link)
    assert served_by(mirror) == served, "the same checkpoint is cosigned once"
    link.note = log.signed()
    follow(mirror, link)
    assert served_by(mirror) != served, "a fresher word of the same tree is cosigned anew"


def test_hashes_that_are_not_kept_are_an_error_of_their_own(mirror, log):
    follow(mirror, TellingLog(log))
    assert mirror.hashes(0, 2, 188) == log.tiles.rows[0, 2]
    assert mirror.hashes(0, 2, 17) == log.tiles.rows[0, 2][: 17 * 32]
    for level, number, width in ((0, 2, 189), (0, 3, 1), (1, 0, 3), (2, 0, 1)):
        with pytest.raises(LookupError):
            mirror.hashes(level, number, width)


def test_what_another_mirror_was_shown_is_held_against_ours(mirror, log):
    """F37"""
    link = TellingLog(log)
    earlier, ahead = log.signed(400), log.signed()
    follow(mirror, link)
    for note in (earlier, ahead):
        rules.compare(mirror, note.encode(), log_keys=[log.key], at=log.at)
    other = MemoryLog()
    other.append(leaves_of("another log of the same key", 400, tag_count=4))
    with pytest.raises(feed.FeedError) as refusal:
        rules.compare(mirror, other.signed().encode(), log_keys=[log.key], at=log.at)
    assert refusal.value.code == "forked"
    assert feed.verify_evidence(feed.evidence_bytes(refusal.value.evidence)).origin == log.origin


def test_a_checkpoint_that_was_ahead_is_compared_once_we_hold_as_much_and_then_forgotten(
    mirror, log
):
    """F37"""
    link = TellingLog(log)
    link.note = log.signed(300)
    follow(mirror, link)
    ahead = log.signed(600)
    rules.compare(mirror, ahead.encode(), log_keys=[log.key], at=log.at)
    link.note = log.signed(500)
    follow(mirror, link)
    assert mirror.state().ahead == ahead, "it is larger still"
    link.note = log.signed()
    follow(mirror, link)
    assert mirror.state().ahead == ""
    holds(mirror, log)


@pytest.mark.parametrize("reached", [600, 700])
def test_a_fork_that_was_ahead_is_found_when_we_hold_as_much(mirror, log, reached):
    """F37 F42: no mirror has to show it again; and it is said once, with its evidence."""
    link = TellingLog(log)
    link.note = log.signed(300)
    follow(mirror, link)
    rules.compare(mirror, forked_after(log, 300).signed(600).encode(), log_keys=[log.key], at=log.at)  # fmt: skip
    link.note = log.signed(reached)
    with pytest.raises(feed.FeedError) as refusal:
        follow(mirror, link)
    assert (refusal.value.code, refusal.value.details) == ("forked", {"size": 600})
    found = feed.verify_evidence(feed.evidence_bytes(refusal.value.evidence))
    assert (found.kind, found.origin) == (feed.EvidenceKind.FORK, log.origin)
    assert (mirror.state().size, mirror.state().ahead) == (reached, "")
    link.note = log.signed()
    follow(mirror, link)
    holds(mirror, log)


def test_what_was_ahead_is_compared_before_a_larger_one_takes_its_place(mirror, log):
    """F37: a process that ended between growing and comparing leaves it to the next one."""
    link = TellingLog(log)
    follow(mirror, link)
    mirror.keep(replace(mirror.state(), ahead=forked_after(log, 300).signed(600)), [], at=log.at)
    log.append(leaves_of("more", 100, tag_count=4))
    with pytest.raises(feed.FeedError) as refusal:
        rules.compare(mirror, log.signed().encode(), log_keys=[log.key], at=log.at)
    assert refusal.value.code == "forked"
    assert refusal.value.evidence
    assert mirror.state().ahead == ""


def test_what_was_ahead_under_a_key_that_was_revoked_is_forgotten(mirror, log):
    """F37 F29"""
    link = TellingLog(log)
    link.note = log.signed(300)
    follow(mirror, link)
    rules.compare(mirror, log.signed(600).encode(), log_keys=[log.key], at=log.at)
    old = feed.LogKey(log.key.public, is_revoked=True)
    log.private = seeded("another key")
    log.key = feed.LogKey(public_of(log.private))
    link.note = log.signed()
    rules.follow(link, mirror, log_keys=[old, log.key], at=log.at)
    assert mirror.state().ahead == ""
    holds(mirror, log)


def forked_after(log: MemoryLog, size: int) -> MemoryLog:
    """Return another log of the same key that agrees with this one up to here."""
    other = MemoryLog()
    other.at = log.at
    other.append([*log.entries[:size], *leaves_of("forked", len(log.entries) - size, tag_count=4)])
    return other


def test_a_mirror_in_tables_is_what_another_process_finds_there(db, log):
    link = TellingLog(log)
    while not follow(database_mirror(), link, most=1).is_complete:
        pass
    holds(database_mirror(), log)


# Another node.


@dataclass
class Asked:
    """A node of 320 leaves as another one asks it, and what there is to be found."""

    link: Any
    origin: str
    leaves: list[bytes]
    other: str
    other_leaves: list[bytes]
    commits: dict[str, bytes]
    private: bytes


SAID = ("for the one who asks", "for somebody else", "erased")


def ask_in_memory(_request: pytest.FixtureRequest) -> Asked:
    names = ("DK", "NL", "SE")
    nodes = {name: SimulatedNode(UUID(bytes=noise_of(name)(16), version=4), noise_of(name)) for name in names}  # fmt: skip
    own, other, asking = (nodes[name] for name in names)
    at = SmallAlliance.at
    for number, (said, to) in enumerate(zip(SAID, (asking, other, asking), strict=True)):
        own.say("item.removed", UUID(int=1), to=[to.node_id], body={"note": said}, event_id=UUID(int=number, version=4), at=at)  # fmt: skip
    own.own = replace(own.own, rate=64)
    for _ in range(5):
        own.beat(nodes.values(), at=at)
    for kept in own.given.values():
        kept.is_erased = b'"erased"' in kept.opened
    other.beat(nodes.values(), at=at)
    own.visit(other, at=at)
    return Asked(
        asking.link_to(own),
        own.origin,
        own.leaves,
        other.origin,
        other.leaves,
        {_note_of(kept.opened): commit for commit, kept in own.given.items()},
        asking.exchange_private,
    )


def _note_of(opened: bytes) -> str:
    return str(feed.parse_payload(opened[32:]).body["note"])


def ask_over_a_socket(request: pytest.FixtureRequest) -> Asked:
    live = request.getfixturevalue("live_server")
    alliance = SmallAlliance()
    alliance.hear_from_all()
    for said, code in zip(SAID, ("SE", "NL", "SE"), strict=True):
        alliance.later(seconds=1)  # in this order
        alliance.say(EventKind.REFERRAL_PROGRESS, code, note=said)
    with transaction.atomic():
        services.open_own_log(node_id=alliance.own.node_id, actor=alliance.system, at=alliance.at)
    Log.objects.filter(is_own=True).update(rate=64)
    for _ in range(5):
        alliance.beat()
    alliance.peer_beats("NL")
    alliance.visit("NL")
    log = alliance.own_log()
    commits = _commits_of(alliance)
    services.erase_event(
        event_id=commits["erased"][1],
        why=rules.ErasedBecause.TAKEN_BACK,
        actor=alliance.system,
        at=alliance.at,
    )
    return Asked(
        link_over(live, request.getfixturevalue("settings")),
        log.origin,
        selectors.own_leaves(first=0, actor=alliance.system),
        alliance.peers["NL"].origin,
        alliance.peers["NL"].leaves,
        {said: commit for said, (commit, _event) in commits.items()},
        alliance.peers["SE"].exchange_private,
    )


def _commits_of(alliance: SmallAlliance) -> dict[str, tuple[bytes, UUID]]:
    from havn.domain.exchange.models import Given

    rows = list(Given.objects.order_by("position"))
    return {
        said: (bytes.fromhex(row.commit), row.event) for said, row in zip(SAID, rows, strict=True)
    }


@pytest.fixture(
    params=[
        pytest.param(ask_in_memory, id="memory"),
        pytest.param(
            ask_over_a_socket,
            id="socket",
            marks=[
                pytest.mark.django_db(transaction=True),
                pytest.mark.urls("havn.config.urls.node"),
            ],
        ),
    ]
)
def asked(request: pytest.FixtureRequest) -> Asked:
    found: Asked = request.param(request)
    return found


def refused_by(ask: Any, *told: Any) -> str:
    with pytest.raises(rules.LinkError) as refusal:
        ask(*told)
    return str(refusal.value.code)


def unpacked(page: bytes, count: int) -> Sequence[bytes]:
    return feed.unpack_entries(page, count)


def test_a_node_hands_out_its_log_its_mirrors_and_what_is_for_who_asks(asked):
    """F20 F21 F23 F38 F5 F16: one node is made, as the real one takes a second."""
    link = asked.link
    head = feed.checkpoint_of(feed.read_note(link.checkpoint()))
    assert (head.origin, head.size) == (asked.origin, 320)
    # Bundles and tiles, at every width up to what there is.
    assert unpacked(link.entries(0, 256), 256) == asked.leaves[:256]
    assert unpacked(link.entries(1, 17), 17) == asked.leaves[256:273]
    hashes = feed.leaf_hashes(asked.leaves)
    assert link.hashes(0, 1, 64) == b"".join(hashes[256:])
    assert len(link.hashes(1, 0, 1)) == 32
    for ask, *told in (
        (link.entries, 1, 65), (link.entries, 2, 1), (link.hashes, 0, 1, 65), (link.hashes, 1, 0, 2),
    ):  # fmt: skip
        assert refused_by(ask, *told) == "said_not_found"
    # What it mirrors of others.
    (seen,) = [each for each in link.mirrors() if each.origin == asked.other]
    count = feed.checkpoint_of(feed.read_note(seen.note)).size
    assert unpacked(link.mirrored_entries(asked.other, 0, count), count) == asked.other_leaves
    assert link.mirrored_hashes(asked.other, 0, 0, 1) == feed.leaf_hash(asked.other_leaves[0])
    assert refused_by(link.mirrored_entries, asked.other, 0, count + 1) == "said_not_found"
    assert refused_by(link.mirrored_hashes, "havn-log/nobody", 0, 0, 1) == "said_not_found"
    # Payloads.
    wanted = [asked.commits[said] for said in SAID] + [bytes(32)]
    given = {each.commit: each for each in link.payloads(wanted)}
    assert [given[commit].state for commit in wanted] == ["here", "unknown", "erased", "unknown"]
    opened = sealing.open_sealed(
        given[wanted[0]].sealed, asked.private, purpose=rules.COPY_PURPOSE
    )
    assert _note_of(opened) == SAID[0]
    assert link.payloads([]) == []


def test_a_node_follows_it_to_the_end(asked):
    """F31 to F34, over either link"""
    mirror = MemoryMirror(asked.origin, witness=WITNESS)
    note = feed.read_note(asked.link.checkpoint())
    public = chosen.HAVN_KEYRING.read("log-checkpoint-key.pub")
    link = asked.link
    if isinstance(link, SimulatedLink):
        public = link._node.log_public
    went = rules.follow(
        link, mirror, log_keys=[feed.LogKey(public)], at=feed.signed_at(note, origin=asked.origin, log_keys=[feed.LogKey(public)])
    )  # fmt: skip
    assert (went.is_complete, went.new_entries) == (True, 320)
    assert mirror.leaves == asked.leaves
