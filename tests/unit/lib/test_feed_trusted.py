# SPDX-License-Identifier: Apache-2.0
"""What a mirror accepts of an honest log, keeps of a broken delivery, and finds out about a log that lies."""

from dataclasses import replace

import pytest

from havn.lib import feed
from havn.lib.feed import Comparison, EvidenceKind, FeedError, FeedState, TrustedFeed
from tests.unit.lib.feed_log import BEGIN, MemoryLog, MemoryTiles, leaves_of


@pytest.fixture
def log():
    log = MemoryLog()
    log.append(leaves_of("a", 600))
    return log


def tiles_of(entries):
    return MemoryTiles(feed.leaf_hashes(entries))


def refused(code, call, *arguments, **named):
    with pytest.raises(FeedError) as caught:
        call(*arguments, **named)
    assert caught.value.code == code
    return caught.value


def test_a_mirror_reaches_what_the_log_signed(log):  # F31 F32 F34
    state = log.followed(log.signed())
    assert (state.size, state.root) == (600, log.checkpoint().root)
    assert state.pending is None


def test_a_mirror_goes_on_from_where_it_was(log):
    first = log.signed(300)
    state = log.followed(log.signed(600), log.followed(first))
    assert state.frontier == log.followed(log.signed()).frontier


def test_catching_up_can_be_stopped_after_each_page_and_resumed_from_what_was_stored(log):  # F35
    mirror = log.follower()
    state = mirror.take_checkpoint(log.signed(), at=log.at)
    seen = []
    for number in (0, 0, 1, 2, 1, 2):
        stored = replace(state)  # what a row holds
        state, entries = log.follower(stored).take_entries(number, log.page(number))
        seen += entries
        assert state.size == 0  # nothing counts before the root was reached
    assert [each.content for each in seen] == log.entries
    assert [each.position for each in seen] == list(range(600))
    assert log.follower(state).finish().size == 600


def test_a_page_may_be_wider_than_the_target(log):
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(100), at=log.at)
    mirror.state, entries = mirror.take_entries(0, log.page(0), width=256)
    assert len(entries) == 100
    assert mirror.finish().root == log.checkpoint(100).root


def test_a_larger_checkpoint_waits_until_the_target_is_reached(log):  # F31
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(300), at=log.at)
    assert mirror.take_checkpoint(log.signed(600), at=log.at) == mirror.state


def test_the_same_tree_signed_again_is_fresher_word_and_an_older_copy_is_none(log):
    first, second = log.signed(), log.signed()
    state = log.followed(first)
    fresher = log.follower(state).take_checkpoint(second, at=log.at)
    assert (fresher.note, fresher.root) == (second, state.root)
    assert log.follower(fresher).take_checkpoint(first, at=log.at) == fresher


def test_lines_of_others_are_not_kept(log):
    note = log.signed()
    line = feed.cosign(note, "havn-witness/x", b"w" * 32, at=BEGIN)
    mirror = log.follower()
    assert mirror.take_checkpoint(feed.with_lines(note, [line]), at=log.at).pending.note == note


def test_an_empty_log_is_followed_too():
    log = MemoryLog()
    state = log.followed(log.signed())
    assert (state.size, state.root, bool(state.note)) == (0, feed.EMPTY_ROOT, True)


def test_a_leaf_of_a_later_version_is_kept_unread(log):  # F3
    log.append([b'{"commit":"x","v":2}'])
    mirror = log.follower(log.followed(log.signed(600)))
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    mirror.state, entries = mirror.take_entries(2, log.page(2))
    assert entries[-1].leaf is None
    assert mirror.finish().size == 601


# --- deliveries that went wrong -------------------------------------------------------------------


def test_a_swapped_entry_is_found_by_the_logs_tiles_and_what_came_before_stays(log):  # F36
    mirror = log.follower()
    state = mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    broken = [*log.entries[:300], leaves_of("evil", 1)[0], *log.entries[301:]]
    for number in range(3):
        page = feed.pack_entries(broken[number * 256 : number * 256 + 256])
        mirror.state, _ = mirror.take_entries(number, page)
    refused("root_differs", mirror.finish)
    found = mirror.diagnose(log=log.tiles, own=tiles_of(broken))
    assert (found.error.code, found.error.details, found.error.evidence) == (
        "leaf_swapped", {"index": 300}, None,
    )  # fmt: skip
    assert found.state.next_index == 300
    mirror.state = found.state
    for number in (1, 2):
        mirror.state, _ = mirror.take_entries(number, log.page(number))
    assert mirror.finish().root == log.checkpoint().root
    assert log.follower(mirror.state).restarted().next_index == state.next_index == 0


def test_tiles_that_do_not_lead_to_the_root_say_nothing(log):
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    found = mirror.diagnose(log=tiles_of(leaves_of("evil", 600)), own=tiles_of([]))
    assert (found.error.code, found.state) == ("root_differs", mirror.restarted())
    assert mirror.diagnose(log=log.tiles, own=tiles_of([])).error.code == "gap"


def test_an_entry_swapped_in_what_was_taken_before_is_noticed_at_once(log):
    mirror = log.follower(log.followed(log.signed(520)))
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    page = feed.pack_entries([*leaves_of("evil", 1), *log.entries[513:600]])
    refused("leaf_swapped", mirror.take_entries, 2, page)
    mirror.state, entries = mirror.take_entries(2, log.page(2))
    assert [each.position for each in entries] == list(range(520, 600))


# --- logs that lie --------------------------------------------------------------------------------


def lying(log, *, swapped, count):
    """Return a second history of a log, signed with its key."""
    other = MemoryLog()
    entries = [*log.entries[:swapped], *leaves_of("evil", 1), *log.entries[swapped + 1 : count]]
    other.append([*entries, *leaves_of("more", max(0, count - len(entries)))])
    other.at = log.at
    return other


def verdict_of(error):
    return feed.verify_evidence(feed.evidence_bytes(error.evidence))


def test_two_roots_over_one_size_are_a_fork_with_evidence(log):  # F42
    state = log.followed(log.signed())
    other = lying(log, swapped=5, count=600)
    error = refused("forked", log.follower(state).take_checkpoint, other.signed(), at=other.at)
    verdict = verdict_of(error)
    assert (verdict.kind, verdict.origin) == (EvidenceKind.FORK, log.origin)


def test_a_fork_is_found_by_a_smaller_checkpoint_that_another_mirror_holds(log):  # F37 F42
    mirror = log.follower(log.followed(log.signed()))
    for size in (1, 6, 255, 256, 257, 512, 599):
        other = lying(log, swapped=min(5, size - 1), count=size)
        error = refused("forked", mirror.compare, other.signed(), own=log.tiles)
        assert "signed two histories" in verdict_of(error).sentence


def test_what_other_mirrors_hold_of_an_honest_log_agrees(log):  # F37
    mirror = log.follower(log.followed(log.signed(300)))
    own = tiles_of(log.entries[:300])
    assert mirror.compare(log.signed(300), own=own) == (mirror.state, Comparison.SAME)
    for size in (0, 1, 256, 299):
        assert mirror.compare(log.signed(size), own=own) == (mirror.state, Comparison.BEHIND)
    ahead = log.signed(500)
    mirror.state, comparison = mirror.compare(ahead, own=own)
    assert (comparison, mirror.state.ahead, mirror.state.is_ahead_due) == (
        Comparison.AHEAD,
        ahead,
        False,
    )
    mirror.state = log.followed(log.signed(), mirror.state)
    assert mirror.state.is_ahead_due
    mirror.state, comparison = mirror.compare(mirror.state.ahead, own=log.tiles)
    assert (comparison, mirror.state.ahead) == (Comparison.BEHIND, "")


def test_own_tiles_that_are_damaged_accuse_nobody(log):
    mirror = log.follower(log.followed(log.signed()))
    damaged = tiles_of(leaves_of("evil", 600))
    refused("root_differs", mirror.compare, log.signed(300), own=damaged)


def test_a_swap_in_what_was_accepted_is_proved_leaf_by_leaf(log):  # F36 F43
    mirror = log.follower(log.followed(log.signed(500)))
    other = lying(log, swapped=77, count=600)
    mirror.state = mirror.take_checkpoint(other.signed(), at=other.at)
    mirror.state, _ = mirror.take_entries(1, other.page(1))
    mirror.state, _ = mirror.take_entries(2, other.page(2))
    refused("root_differs", mirror.finish)
    own = tiles_of([*log.entries[:500], *other.entries[500:]])
    found = mirror.diagnose(log=other.tiles, own=own)
    assert found.error.details == {"index": 77}
    assert verdict_of(found.error).kind is EvidenceKind.SWAP


def test_a_rollback_is_proved_by_the_times_that_the_log_signed(log):  # F44
    old, state = log.signed(300), log.followed(log.signed())
    stale = refused("smaller_tree", log.follower(state).take_checkpoint, old, at=log.at)
    assert stale.evidence is None  # an old copy that somebody kept
    later = log.signed(300)
    error = refused("smaller_tree", log.follower(state).take_checkpoint, later, at=log.at)
    assert verdict_of(error).kind is EvidenceKind.ROLLBACK


def test_a_gap_proves_what_was_signed_and_says_who_says_the_rest(log):  # F45
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    withheld = mirror.withheld()
    verdict = feed.verify_evidence(feed.evidence_bytes(withheld))
    assert verdict.evidence == withheld
    assert verdict.kind is EvidenceKind.GAP
    assert "the log refutes that" in verdict.sentence


# --- a restored node ------------------------------------------------------------------------------


def test_a_restored_node_signs_only_after_peers_told_what_they_saw(log):  # F49 F50
    restored = log.follower(log.followed(log.signed(300)))
    own = tiles_of(log.entries[:300])
    refused("not_confirmed", restored.check_may_sign, {"a": None}, peers=3, own=own)
    seen = {"a": log.signed(300), "b": log.signed(600)}
    error = refused("behind_own_log", restored.check_may_sign, seen, peers=3, own=own)
    assert (error.details["peer"], error.details["theirs"]) == ("b", 600)
    restored.state = log.followed(seen["b"], restored.state)  # taken back from b's mirror
    restored.check_may_sign(seen, peers=3, own=log.tiles)
    restored.check_may_sign({"a": seen["a"]}, peers=1, own=log.tiles)
    restored.check_may_sign({}, peers=0, own=log.tiles)


def test_a_refusal_changes_nothing_and_says_what_to_do(log):
    error = refused("nothing_expected", TrustedFeed(FeedState(log.origin), log_keys=[]).finish)
    assert error.sentence.endswith("Ask for a checkpoint first.")
    assert str(FeedError("gap", {"first": 3})).endswith("(first: 3)")
