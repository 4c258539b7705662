# SPDX-License-Identifier: Apache-2.0
"""Background entry of the exchange: one beat of the own log, one round with one peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from uuid import UUID

from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.exchange import rules, selectors, services
from havn.domain.exchange.services import FoundLeaf, Mirror
from havn.domain.members import selectors as members
from havn.lib import feed
from havn.lib.keyring import MissingKeyError

PAYLOADS_AT_ONCE = 64
LEAVES_AT_ONCE = 4096
NOTHING_SIGNED = "said_not_found"  # what a node answers whose log is still empty
MOST_BEATS_APART = 8  # between two tries with a peer that does not answer
MOST_EPOCHS_AHEAD = 1000  # a leaf of a later one is nonsense: no roster is so far behind
ROSTER_BEHIND = "roster_behind"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round with a peer brought."""

    is_complete: bool
    found: int = 0
    fetched: int = 0
    failure: str = ""


# The own log.


def _nothing_counts(_lost: int) -> None:
    """Stand where nobody numbers what is said."""


def beat(
    *,
    memory: rules.LogMemory,
    at: datetime,
    on_recovered: Callable[[int], None] = _nothing_counts,
) -> services.Beat | rules.Standing:
    """Append what waits and sign, or say why this process may not sign yet.

    `memory` begins with the process: what peers confirmed before that counts for nothing. `on_recovered` is told,
    once and in one transaction with the end of a recovery, how many leaves for anybody came back.
    """
    actor = _system()
    own = members.own_node(actor=actor)
    services.open_own_log(node_id=own.node_id, actor=actor, at=at)
    versions = selectors.shared_versions(actor=actor)
    log = selectors.own_log(actor=actor)
    if log is None:
        raise NotFoundError
    if not selectors.anchor_stands(actor=actor):
        _alarm(rules.AlarmCode.ANCHOR_DIFFERS, own.node_id, actor=actor, at=at)
    memory.notice(log.size, at=at)
    seen = selectors.confirmations(since=memory.since, actor=actor)
    heard = {node: size for node, size in seen.items() if node in versions}
    standing = rules.standing_of(log.size, heard, peers=len(versions), target=log.target_size)
    if standing is not rules.Standing.CONFIRMED:
        return standing
    epoch = members.roster_state(actor=actor).epoch
    try:
        if log.is_recovering:
            _end_recovery(on_recovered, actor=actor, at=at)
        keys = rules.LogSecrets(
            log=members.own_log_pair(actor=actor, at=at).private,
            exchange=members.own_exchange_private(epoch=epoch, actor=actor),
        )
    except MissingKeyError:
        _alarm(rules.AlarmCode.OWN_KEY_MISSING, own.node_id, actor=actor, at=at)
        return rules.Standing.WITHOUT_KEY
    done = services.publish(
        peers={node: _exchange_key(node, epoch) for node in versions},
        versions=versions,
        epoch=epoch,
        keys=keys,
        actor=actor,
        at=at,
    )
    memory.size = done.size
    return done


# One peer.


def visit(peer: members.NodeView, *, link: rules.PeerLink, at: datetime) -> Round:
    """Hear what a peer holds of others' logs, follow its own, find what is for us, and fetch it. (X13, X14)

    Whatever the peer does wrong becomes an alarm and a line on its page; nothing else changes.
    """
    actor = _system()
    try:
        return _visit(peer, link=link, actor=actor, at=at)
    except rules.LinkError as error:
        services.note_failure(node_id=peer.node_id, code=error.code, actor=actor, at=at)
        if error.code.startswith("reply_"):
            _alarm(rules.AlarmCode.REPLY_WRONG, peer.node_id, actor=actor, at=at)
        return Round(is_complete=False, failure=error.code)
    except feed.FeedError as error:
        services.note_failure(node_id=peer.node_id, code=error.code, actor=actor, at=at)
        _alarm_of(error, str(peer.node_id), actor=actor, at=at)
        return Round(is_complete=False, failure=error.code)
    except MissingKeyError:
        _note_waiting(peer.node_id, rules.AlarmCode.OWN_KEY_MISSING, actor=actor, at=at)
        return Round(is_complete=False, failure=rules.AlarmCode.OWN_KEY_MISSING)


def _visit(peer: members.NodeView, *, link: rules.PeerLink, actor: Actor, at: datetime) -> Round:
    # First what it saw of ours: two new nodes wait for each other's word before either signs.
    hear_of_others(peer.node_id, link.mirrors(), actor=actor, at=at)
    if selectors.is_stopped(node_id=peer.node_id, actor=actor):
        return Round(is_complete=True)
    went = _follow(peer, link, at=at)
    services.note_answer(node_id=peer.node_id, head_size=went.head_size, actor=actor, at=at)
    found = find_arrivals(peer.node_id, actor=actor, at=at)
    fetched = fetch_payloads(peer.node_id, link=link, actor=actor, at=at)
    return Round(is_complete=went.is_complete, found=found, fetched=fetched)


def _follow(peer: members.NodeView, link: rules.PeerLink, *, at: datetime) -> rules.Mirrored:
    mirror = mirror_of(peer.node_id, at=at)
    try:
        return rules.follow(
            link, mirror, log_keys=selectors.log_keys(node_id=peer.node_id, actor=_system()), at=at
        )
    except rules.LinkError as error:
        if error.code != NOTHING_SIGNED or mirror.state().note:
            raise
        return rules.Mirrored(size=0, head_size=0, new_entries=0)


def find_arrivals(node_id: UUID, *, actor: Actor, at: datetime) -> int:
    """Look through what is new in a peer's log for leaves with our tag; returns how many there are.

    It stops before leaves of an epoch whose keys are not known here yet, and goes on there once they are. (F52)
    """
    origin = feed.log_origin(str(node_id))
    epoch_here = members.roster_state(actor=actor).epoch
    waits_for: dict[int, str] = {}

    def is_awaited(epoch: int) -> bool:
        waits_for[epoch] = _what_is_missing(epoch, epoch_here, actor=actor)
        return bool(waits_for[epoch])

    def key_of_epoch(epoch: int) -> bytes | None:
        try:
            ours = members.own_exchange_private(epoch=epoch, actor=actor)
            theirs = _exchange_key(node_id, epoch)
        except NotFoundError:
            return None
        return feed.pair_key(ours, theirs, origin=origin, epoch=epoch)

    total = 0
    while True:
        first, entries = selectors.unscanned(node_id=node_id, most=LEAVES_AT_ONCE, actor=actor)
        if not entries:
            return total
        ready = feed.first_of_epoch(entries, is_awaited)
        found = rules.tagged(entries[:ready], first=first, key_of_epoch=key_of_epoch)
        total += services.keep_found(
            node_id=node_id,
            scanned=first + ready,
            found=[FoundLeaf(each.position, each.leaf.commit, each.leaf.epoch) for each in found],
            actor=actor,
            at=at,
        )
        if ready < len(entries):
            code = next(code for code in waits_for.values() if code)
            _note_waiting(node_id, code, actor=actor, at=at)
            return total


def _what_is_missing(epoch: int, epoch_here: int, *, actor: Actor) -> str:
    """Return why leaves of an epoch cannot be looked through yet, as a code; empty where they can."""  # F52
    if epoch > epoch_here:
        return ROSTER_BEHIND if epoch <= epoch_here + MOST_EPOCHS_AHEAD else ""
    try:
        members.own_exchange_private(epoch=epoch, actor=actor)
    except NotFoundError:
        return ""
    except MissingKeyError:
        return rules.AlarmCode.OWN_KEY_MISSING.value
    return ""


def _note_waiting(node_id: UUID, code: str, *, actor: Actor, at: datetime) -> None:
    """Show at the peer that what it says waits here; a missing key is for a person to put in its place."""
    services.note_failure(node_id=node_id, code=code, actor=actor, at=at)
    if code == rules.AlarmCode.OWN_KEY_MISSING:
        own = members.own_node(actor=actor)
        _alarm(rules.AlarmCode.OWN_KEY_MISSING, own.node_id, actor=actor, at=at)


def fetch_payloads(node_id: UUID, *, link: rules.PeerLink, actor: Actor, at: datetime) -> int:
    """Fetch the payloads of leaves that were found, in their order; returns how many were kept."""
    own = members.own_node(actor=actor)

    @cache  # all payloads of an epoch are sealed to one key
    def private_of(epoch: int) -> bytes:
        return members.own_exchange_private(epoch=epoch, actor=actor)

    kept, after = 0, -1
    while True:
        wanted = selectors.unfetched(
            node_id=node_id, after=after, most=PAYLOADS_AT_ONCE, actor=actor
        )
        if not wanted:
            return kept
        after = wanted[-1].position
        given = {each.commit: each for each in link.payloads([each.commit for each in wanted])}
        for each in wanted:
            answer = given.get(each.commit)
            if answer is None or answer.state == "later":
                return kept  # the rest of the page comes with the next round
            kept += services.keep_payload(
                node_id=node_id,
                given=answer,
                own_node=own.node_id,
                exchange_private=private_of(each.epoch),
                actor=actor,
                at=at,
            )


def hear_of_others(
    node_id: UUID, seen: Sequence[rules.SeenLog], *, actor: Actor, at: datetime
) -> None:
    """Hold what a peer mirrors against our mirrors and our own log; a fork becomes an alarm with its evidence. (X15, F39)"""
    own = members.own_node(actor=actor)
    own_origin = feed.log_origin(str(own.node_id))
    others = {feed.log_origin(str(peer.node_id)): peer for peer in members.peers(actor=actor)}
    ours = next((each for each in seen if each.origin == own_origin), None)
    _hear_of_own(node_id, ours, own.node_id, actor=actor, at=at)
    witness = cache(partial(own_witness, at=at))  # one for all of their logs
    for each in seen:
        peer = others.get(each.origin)
        if peer is None or peer.node_id == node_id:
            continue
        try:
            rules.compare(
                Mirror(node_id=peer.node_id, witness=witness()),
                each.note,
                log_keys=selectors.log_keys(node_id=peer.node_id, actor=_system()),
                at=at,
            )
        except feed.FeedError as error:
            if error.code == rules.AlarmCode.REVOKED_LOG_KEY:
                continue  # what it mirrored before the key was revoked, until it has what came after
            _alarm_of(error, str(peer.node_id), actor=actor, at=at)


def _hear_of_own(
    node_id: UUID, seen: rules.SeenLog | None, own_node: UUID, *, actor: Actor, at: datetime
) -> None:
    if seen is not None and selectors.own_log(actor=actor) is not None:
        try:
            rules.compare(
                _Reading(mirror_of(own_node, at=at)),
                seen.note,
                log_keys=selectors.log_keys(node_id=own_node, actor=_system()),
                at=at,
            )
        except feed.FeedError as error:
            # Word for word what this node signed itself before its key was revoked accuses nobody.
            is_ours = error.code == rules.AlarmCode.REVOKED_LOG_KEY and selectors.was_signed_here(
                note=seen.note, actor=actor
            )
            if not is_ours:
                code = rules.AlarmCode.OWN_LOG_DIFFERS
                _alarm(code, str(node_id), evidence=_evidence(error), actor=actor, at=at)
                return
    witnesses = {
        feed.witness_name(str(node_id)): selectors.log_keys(node_id=node_id, actor=_system())
    }
    services.note_seen_own(
        node_id=node_id,
        note=seen.note if seen else None,
        witnesses=witnesses,
        actor=actor,
        at=at,
    )


def recover(peer: members.NodeView, note: bytes, *, link: rules.PeerLink, at: datetime) -> int:
    """Take the own log's lost leaves back from a peer's mirror, as far as its checkpoint; returns how many.

    Only what this node's own key signed is taken (F50). It can be interrupted anywhere and is gone on with at
    the next round; the beat that signs again ends it.
    """
    actor = _system()
    try:
        return _recover(peer, note, link=link, actor=actor, at=at)
    except rules.LinkError as error:
        services.note_failure(node_id=peer.node_id, code=error.code, actor=actor, at=at)
    except feed.FeedError as error:
        if error.code != "smaller_tree":  # another peer showed us more, and that is on its way
            services.note_failure(node_id=peer.node_id, code=error.code, actor=actor, at=at)
            code = rules.AlarmCode.OWN_LOG_DIFFERS
            _alarm(code, peer.node_id, evidence=_evidence(error), actor=actor, at=at)
    return 0


def _recover(
    peer: members.NodeView, note: bytes, *, link: rules.PeerLink, actor: Actor, at: datetime
) -> int:
    own, log = members.own_node(actor=actor), selectors.own_log(actor=actor)
    if log and feed.checkpoint_of(feed.read_note(note)).size < log.target_size:
        return 0  # another peer showed us more, and that is on its way
    services.begin_recovery(actor=actor, at=at)
    mirror = mirror_of(own.node_id, at=at)
    before = mirror.state().size
    _alarm(
        rules.AlarmCode.OWN_LOG_AHEAD,
        peer.node_id,
        detail={"ours": before, "theirs": feed.checkpoint_of(feed.read_note(note)).size},
        actor=actor,
        at=at,
    )
    through = _OwnThroughPeer(link, feed.log_origin(str(own.node_id)), note)
    keys = selectors.log_keys(node_id=own.node_id, actor=_system())
    while not rules.follow(through, mirror, log_keys=keys, at=at).is_complete:
        continue
    return mirror.state().size - before


def _end_recovery(on_recovered: Callable[[int], None], *, actor: Actor, at: datetime) -> None:
    """Count what came back since this node signed last, whichever peers gave it, and go on behind it (F50)."""
    before = selectors.signed_size(actor=actor)
    counts = rules.recounted(
        selectors.own_leaves(first=before, actor=actor), keys_of_epoch=_keys_of_epoch
    )
    with transaction.atomic():
        services.end_recovery(size_before=before, counts=counts, actor=actor, at=at)
        on_recovered(sum(counts.values()))


def _keys_of_epoch(epoch: int) -> dict[UUID, bytes]:
    """Return the keys for tags that the own log shares with every other node, suspended ones included."""
    actor = _system()
    own = members.own_node(actor=actor)
    origin = feed.log_origin(str(own.node_id))
    try:
        private = members.own_exchange_private(epoch=epoch, actor=actor)
    except NotFoundError:  # of an epoch in which this node could tell nobody anything
        return {}
    found = {}
    for each in members.participants(actor=actor):
        for node in each.nodes:
            if node.is_own:
                continue
            try:
                theirs = _exchange_key(node.node_id, epoch)
            except NotFoundError:
                continue
            found[node.node_id] = feed.pair_key(private, theirs, origin=origin, epoch=epoch)
    return found


class _OwnThroughPeer:
    """The own log as a peer mirrors it, asked as if it were the peer's."""

    def __init__(self, link: rules.PeerLink, origin: str, note: bytes) -> None:
        self._link = link
        self._origin = origin
        self._note = note

    def checkpoint(self) -> bytes:
        return self._note

    def entries(self, number: int, width: int) -> bytes:
        return self._link.mirrored_entries(self._origin, number, width)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        return self._link.mirrored_hashes(self._origin, level, number, width)


class _Reading:
    """A mirror that is compared and not written to: the own log is written by its own beats."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def state(self) -> feed.FeedState:
        return self._mirror.state()

    def keep(self, state: feed.FeedState, entries: Sequence[feed.Entry], *, at: datetime) -> None:
        del state, entries, at

    def hashes(self, level: int, number: int, width: int) -> bytes:
        return self._mirror.hashes(level, number, width)


def mirror_of(node_id: UUID, *, at: datetime) -> Mirror:
    """Return the mirror of a node's log, cosigned by this node."""
    return Mirror(node_id=node_id, witness=own_witness(at=at))


def own_witness(*, at: datetime) -> rules.Witness:
    """Return this node as it cosigns what it mirrors."""
    own = members.own_node(actor=_system())
    return rules.Witness(
        node=own.node_id,
        name=feed.witness_name(str(own.node_id)),
        private=members.own_log_pair(actor=_system(), at=at).private,
    )


def next_visit(failures: int, *, beat: timedelta, at: datetime) -> datetime:
    """Return when a peer is asked again: each beat, less often while it is silent, at least every eight."""
    return at + beat * min(1 << min(failures, 3), MOST_BEATS_APART)


def _exchange_key(node_id: UUID, epoch: int) -> bytes:
    return members.exchange_key_of(node_id=node_id, epoch=epoch, actor=_system())


def _alarm_of(error: feed.FeedError, about: str, *, actor: Actor, at: datetime) -> None:
    _alarm(
        rules.AlarmCode(error.code),
        about,
        evidence=_evidence(error),
        detail=error.details,
        actor=actor,
        at=at,
    )


def _alarm(
    code: rules.AlarmCode,
    about: str | UUID,
    *,
    actor: Actor,
    at: datetime,
    evidence: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    services.raise_alarm(
        code=code, about=str(about), evidence=evidence, detail=detail, actor=actor, at=at
    )


def _evidence(error: feed.FeedError) -> str:
    return feed.evidence_bytes(error.evidence).decode() if error.evidence else ""


def _system() -> Actor:
    return Actor.system()
