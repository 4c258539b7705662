# SPDX-License-Identifier: Apache-2.0
"""Following a peer's log: its checkpoint, the entries up to it, and what others say of the same log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from havn.domain.exchange.rules.stores import LinkError, LogLink, MirrorStore
from havn.lib import feed

MOST_BUNDLES = 64  # of 256 entries each, in one round
BEGUN_AGAIN = "begun_again"  # what came in earlier rounds does not fit


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How far one round of following came."""

    size: int  # entries that count
    head_size: int  # as the log's newest checkpoint says
    new_entries: int

    @property
    def is_complete(self) -> bool:
        """Whether everything that the log signed is here."""
        return self.size >= self.head_size


def follow(
    link: LogLink,
    store: MirrorStore,
    *,
    log_keys: Sequence[feed.LogKey],
    at: datetime,
    most_bundles: int = MOST_BUNDLES,
    should_stop: Callable[[], bool] = lambda: False,
) -> Mirrored:
    """Bring the mirror of a peer's log nearer to its newest checkpoint; raise FeedError for what may not be.

    Each bundle is kept as it comes, so that an interruption costs one bundle; entries count once the root of
    their checkpoint was reached (F32, F34). A root that differs is looked into, and what is wrong dropped.
    Raises LinkError where entries of an earlier round do not fit the target of this one: they are forgotten.
    """
    note = link.checkpoint()
    state, is_resumed = _aimed(store, note, log_keys=log_keys, at=at)
    taken = 0
    for _ in range(most_bundles):
        if state.pending is None or should_stop():
            break
        try:
            state, count = _one_bundle(link, store, state, log_keys=log_keys, at=at)
        except feed.FeedError as error:
            if error.evidence or not is_resumed:
                raise
            store.keep(_at_rest(store.state()), [], at=at)
            raise LinkError(BEGUN_AGAIN) from error
        taken += count
    _compare_what_was_ahead(store, state, log_keys=log_keys, at=at)
    head = feed.checkpoint_of(feed.read_note(note))
    return Mirrored(size=state.size, head_size=head.size, new_entries=taken)


def _aimed(
    store: MirrorStore, note: bytes, *, log_keys: Sequence[feed.LogKey], at: datetime
) -> tuple[feed.FeedState, bool]:
    """Return the state with the newest checkpoint as its target, and whether entries of an earlier round are kept.

    A target that was not reached binds nobody (F35): its signer may have lost it with its disk before anybody had
    its entries, and what it signs after the restore would look like a fork. So none is kept without entries either.
    """
    start = store.state()
    state = feed.TrustedFeed(_at_rest(start), log_keys=log_keys).take_checkpoint(note, at=at)
    came, target = start.pending, state.pending
    if came and target and start.size < came.frontier.size <= target.target.size:
        return replace(state, pending=replace(target, frontier=came.frontier)), True
    if _at_rest(state) != start:
        store.keep(_at_rest(state), [], at=at)
    return state, False


def _at_rest(state: feed.FeedState) -> feed.FeedState:
    return replace(state, pending=None)


def _one_bundle(
    link: LogLink,
    store: MirrorStore,
    state: feed.FeedState,
    *,
    log_keys: Sequence[feed.LogKey],
    at: datetime,
) -> tuple[feed.FeedState, int]:
    target = state.pending.target.size if state.pending else 0
    entries: tuple[feed.Entry, ...] = ()
    if state.next_index < target:  # otherwise only the root is still to be looked at
        number = state.next_index // feed.TILE_WIDTH
        page = link.entries(number, feed.width_at(0, number, target))
        trusted = feed.TrustedFeed(state, log_keys=log_keys)
        state, entries = trusted.take_entries(number, page)
    if state.next_index == target:
        trusted = feed.TrustedFeed(state, log_keys=log_keys)
        try:
            state = trusted.finish()
        except feed.FeedError:
            store.keep(state, entries, at=at)
            _look_into(link, store, trusted, at=at)
            raise
    store.keep(state, entries, at=at)
    return state, len(entries)


def _look_into(
    link: LogLink, store: MirrorStore, trusted: feed.TrustedFeed, *, at: datetime
) -> None:
    """Find out why the entries do not lead to the signed root; raises what is found."""
    diagnosis = trusted.diagnose(log=link, own=store)
    store.keep(diagnosis.state, [], at=at)
    raise diagnosis.error


def compare(
    store: MirrorStore, note: bytes, *, log_keys: Sequence[feed.LogKey], at: datetime
) -> None:
    """Hold what another mirror has of a log against ours; raise FeedError, with evidence, for a fork (F37)."""
    start = _compare_what_was_ahead(store, store.state(), log_keys=log_keys, at=at)
    if start.note and not start.ahead and note.startswith(start.note.encode()):
        return  # word for word what we accepted ourselves, and then the other mirror's own line
    state, _how = feed.TrustedFeed(_at_rest(start), log_keys=log_keys).compare(note, own=store)
    if state != _at_rest(start):
        store.keep(replace(state, pending=start.pending), [], at=at)


def _compare_what_was_ahead(
    store: MirrorStore, state: feed.FeedState, *, log_keys: Sequence[feed.LogKey], at: datetime
) -> feed.FeedState:
    """Compare the larger checkpoint that another mirror had, once we hold as much, and forget it (F37).

    Raises FeedError, with evidence, for a fork; that one is forgotten too, as its evidence goes to a person.
    """
    if not state.is_ahead_due:
        return state
    forgotten = replace(state, ahead="")
    try:
        feed.TrustedFeed(_at_rest(state), log_keys=log_keys).compare(state.ahead, own=store)
    except feed.FeedError as error:
        if error.code == "root_differs":  # our own tiles are damaged, so it was not compared
            raise
        store.keep(forgotten, [], at=at)
        if error.evidence:
            raise
        return forgotten  # the key that signed it is not the log's any more: it says nothing
    store.keep(forgotten, [], at=at)
    return forgotten


@dataclass(frozen=True, slots=True)
class TaggedLeaf:
    """A leaf that carries our tag."""

    position: int
    leaf: feed.Leaf


def tagged(
    entries: Sequence[bytes], *, first: int, key_of_epoch: Callable[[int], bytes | None]
) -> list[TaggedLeaf]:
    """Return which of these entries are for whoever shares the keys with their log (F7)."""
    found = feed.find_tagged(entries, key_of_epoch)
    return [TaggedLeaf(first + place, leaf) for place, leaf in found]
