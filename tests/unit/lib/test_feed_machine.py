# SPDX-License-Identifier: Apache-2.0
"""An honest log, a mirror, and an attacker between them: nothing false is accepted, and nothing stays stuck."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from havn.lib import feed
from havn.lib.feed import Comparison, FeedError, FeedState, Frontier, Pending
from tests.unit.lib.feed_log import MemoryLog, MemoryTiles, leaves_of

LEAVES = leaves_of("honest", 3000)
EVIL = leaves_of("evil", 300)
PLACE = st.integers(0, 10_000)


class Attacked(RuleBasedStateMachine):
    """The attacker holds every byte between log and mirror, and other keys, but not the log's."""

    def __init__(self):
        super().__init__()
        self.log = MemoryLog()
        self.stranger = MemoryLog("stranger")
        self.mirror = self.log.follower()
        self.stored = []  # entries as the mirror's store holds them
        self.notes = []  # what the log signed
        self.roots = {0: feed.EMPTY_ROOT}
        self.sign()

    def sign(self):
        self.notes.append(self.log.signed())
        found = self.log.checkpoint()
        self.roots[found.size] = found.root

    def attempt(self, call, *arguments, **named):
        """Let the mirror decide; what it refuses changes nothing and accuses nobody."""
        before = self.mirror.state
        try:
            return call(*arguments, **named)
        except FeedError as error:
            assert self.mirror.state == before
            assert error.evidence is None, "an honest log was accused"
            return None

    def keep(self, state):
        if state is not None:
            self.mirror.state = state
            del self.stored[state.next_index :]

    # --- the log ----------------------------------------------------------------------------------

    @rule(count=st.integers(1, 5) | st.sampled_from([250, 256, 300, 520]), is_told=st.booleans())
    def log_grows(self, count, is_told):
        size = len(self.log.entries)
        self.log.append(LEAVES[size : size + count])
        self.sign()
        if is_told:
            self.newest_or_older_checkpoint_comes(0)

    @rule()
    def log_signs_again(self):
        self.sign()

    # --- what comes as it was sent ----------------------------------------------------------------

    @rule(place=PLACE)
    def newest_or_older_checkpoint_comes(self, place):
        note = self.notes[-1 - place % min(3, len(self.notes))]
        self.keep(self.attempt(self.mirror.take_checkpoint, note, at=self.log.at))

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule()
    def next_page_comes(self):
        self.take_page(self.page_of(self.mirror.state.next_index // 256))

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(is_swapped=st.sampled_from([False, False, False, True]), place=PLACE)
    def all_pages_come(self, is_swapped, place):
        if is_swapped:
            self.page_with_a_leaf_swapped(place)
        for _ in range(4):
            self.next_page_comes()
        self.mirror_finishes()

    def page_of(self, number):
        pending = self.mirror.state.pending
        return self.log.page(number, pending.target.size if pending else None)

    def take_page(self, page, number=None):
        number = self.mirror.state.next_index // 256 if number is None else number
        taken = self.attempt(self.mirror.take_entries, number, page)
        if taken is not None:
            self.keep(taken[0])
            self.stored += [each.content for each in taken[1]]

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule()
    def mirror_finishes(self):
        self.keep(self.attempt(self.mirror.finish))

    @rule()
    def mirror_is_stopped_and_goes_on_from_what_it_stored(self):
        state = self.mirror.state
        frontier = Frontier(state.size, tuple(state.frontier.hashes))
        pending = state.pending
        if pending:
            kept = Frontier(pending.frontier.size, tuple(pending.frontier.hashes))
            pending = Pending(str(pending.note), kept)
        restored = FeedState(state.origin, frontier, state.root, state.note, pending, state.ahead)
        assert restored == state
        self.mirror = self.log.follower(restored)

    @rule(place=PLACE)
    def another_mirror_shows_what_it_holds(self, place):
        note = self.notes[place % len(self.notes)]
        found = self.attempt(self.mirror.compare, note, own=self.own_tiles())
        assert found is not None
        self.keep(found[0])
        size = feed.checkpoint_of(feed.read_note(note)).size
        assert (found[1] is Comparison.AHEAD) == (size > self.mirror.state.size)

    def own_tiles(self):
        return MemoryTiles(feed.leaf_hashes(self.stored))

    # --- what the attacker sends ------------------------------------------------------------------

    @rule(place=PLACE, bit=st.integers(0, 7))
    def note_with_a_bit_flipped(self, place, bit):
        note = self.notes[-1].encode()
        place %= len(note)
        broken = note[:place] + bytes([note[place] ^ 1 << bit]) + note[place + 1 :]
        self.keep(self.attempt(self.mirror.take_checkpoint, broken, at=self.log.at))
        self.attempt(self.mirror.compare, broken, own=self.own_tiles())

    @rule(place=PLACE)
    def note_cut_off_or_made_of_two(self, place):
        note, other = self.notes[-1], self.notes[place % len(self.notes)]
        cut = note[: place % len(note)]
        body, _, lines = other.partition("\n\n")
        mixed = note.partition("\n\n")[0] + "\n\n" + lines
        for broken in (cut, mixed, body + "\n\n"):
            self.keep(self.attempt(self.mirror.take_checkpoint, broken, at=self.log.at))

    @rule(count=st.integers(1, 10))
    def checkpoint_of_a_stranger(self, count):
        self.stranger.append(EVIL[:count])
        note = self.stranger.signed()
        assert self.attempt(self.mirror.take_checkpoint, note, at=self.log.at) is None
        assert self.attempt(self.mirror.compare, note, own=self.own_tiles()) is None

    @rule(at=st.integers(1, 1000))
    def mirrors_clock_is_behind(self, at):
        early = self.log.at - timedelta(seconds=at)
        self.keep(self.attempt(self.mirror.take_checkpoint, self.notes[-1], at=early))

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(place=PLACE, bit=st.integers(0, 7))
    def page_with_a_bit_flipped(self, place, bit):
        page = self.page_of(self.mirror.state.next_index // 256)
        place %= max(1, len(page))
        self.take_page(
            page[:place]
            + bytes([each ^ 1 << bit for each in page[place : place + 1]])
            + page[place + 1 :]
        )

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(place=PLACE)
    def page_cut_off(self, place):
        page = self.page_of(self.mirror.state.next_index // 256)
        self.take_page(page[: place % max(1, len(page))])

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(number=st.integers(0, 12))
    def page_of_another_place(self, number):
        self.take_page(self.page_of(number))
        self.take_page(self.page_of(number), number)

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(place=PLACE)
    def page_with_a_leaf_swapped(self, place):
        number = self.mirror.state.next_index // 256
        entries = self.log.entries[number * 256 : number * 256 + 256]
        pending = self.mirror.state.pending
        entries = entries[: max(0, (pending.target.size if pending else 0) - number * 256)]
        if entries:
            entries[place % len(entries)] = EVIL[place % len(EVIL)]
            self.take_page(feed.pack_entries(entries))

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule()
    def page_reordered(self):
        number = self.mirror.state.next_index // 256
        page = self.page_of(number)
        count = min(256, max(0, len(self.log.entries) - number * 256))
        try:
            entries = feed.unpack_entries(page, count)
        except FeedError:
            return
        self.take_page(feed.pack_entries(entries[::-1]))

    @precondition(lambda self: self.mirror.state.pending is not None)
    @rule(are_honest=st.booleans())
    def mirror_asks_for_hash_tiles(self, are_honest):
        tiles = self.log.tiles if are_honest else MemoryTiles(feed.leaf_hashes(EVIL))
        found = self.attempt(self.mirror.diagnose, log=tiles, own=self.own_tiles())
        if found is not None:
            assert found.error.evidence is None, "an honest log was accused"
            self.keep(found.state)

    # --- what holds all the time ------------------------------------------------------------------

    @invariant()
    def only_what_the_log_signed_is_accepted(self):
        state = self.mirror.state
        assert self.roots[state.size] == state.root == state.frontier.root()
        assert self.stored[: state.size] == self.log.entries[: state.size]
        assert len(self.stored) == state.next_index

    def teardown(self):
        """An honest log, honestly delivered, is always caught up with."""
        for _ in range(3):
            self.deliver()
        assert (self.mirror.state.size, self.mirror.state.pending) == (len(self.log.entries), None)
        self.only_what_the_log_signed_is_accepted()

    def deliver(self):
        mirror = self.mirror
        self.keep(mirror.take_checkpoint(self.notes[-1], at=self.log.at))
        while (pending := mirror.state.pending) is not None:
            while mirror.state.next_index < pending.target.size:
                before = mirror.state.next_index
                self.next_page_comes()
                if mirror.state.next_index == before:
                    break
            try:
                self.keep(mirror.finish())
            except FeedError as error:
                assert error.code in {"root_differs", "gap"}
                self.keep(mirror.diagnose(log=self.log.tiles, own=self.own_tiles()).state)


def settings_of(examples):
    return settings(
        max_examples=examples, stateful_step_count=40, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def test_an_attacker_without_the_logs_key_gains_nothing():  # F31 F32 F34 F35
    run_state_machine_as_test(Attacked, settings=settings_of(200))


@pytest.mark.deep
@pytest.mark.part_exchange
def test_an_attacker_without_the_logs_key_gains_nothing_in_2000_runs():
    run_state_machine_as_test(Attacked, settings=settings_of(2000))
