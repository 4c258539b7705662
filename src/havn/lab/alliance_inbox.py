# SPDX-License-Identifier: Apache-2.0
"""What arrives at a simulated node: leaves found, payloads fetched and believed, and alarms; all in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from havn.domain.exchange import rules
from havn.lib import feed, sealing

PAYLOADS_AT_ONCE = 64
TRIES_BEFORE_ALARM = 3


@dataclass(slots=True)
class RaisedAlarm:
    """Something that should not be, as a person would see it."""

    code: rules.AlarmCode
    about: UUID
    evidence: bytes = b""
    times: int = 1


@dataclass(slots=True)
class FoundLeaf:
    """A leaf that is for this node, whose payload is still to be fetched."""

    position: int
    commit: bytes
    tries: int = 0


@dataclass(slots=True)
class _FromPeer:
    """What came from one log so far."""

    found: dict[int, FoundLeaf] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)  # found, and not counted yet
    counters: dict[str, feed.AudienceCounter] = field(default_factory=dict)
    events: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class MemoryInbox:
    """The arrivals of one node; decides as the tables of a real one do, by the same rules."""

    own: UUID
    private: bytes
    proof_of: Callable[[UUID, str, int], str]  # of a peer's leaf, for events of this kind
    waiting: list[rules.IncomingEvent] = field(default_factory=list)
    alarms: dict[tuple[rules.AlarmCode, UUID], RaisedAlarm] = field(default_factory=dict)
    fetched: int = 0
    _logs: dict[UUID, _FromPeer] = field(default_factory=dict)

    def alarm(self, code: str, about: UUID, evidence: feed.Evidence | None = None) -> None:
        """Put something before a person, once."""
        known = self.alarms.get((rules.AlarmCode(code), about))
        if known is not None:
            known.times += 1
            return
        proof = feed.evidence_bytes(evidence) if evidence else b""
        raised = RaisedAlarm(rules.AlarmCode(code), about, proof)
        self.alarms[raised.code, about] = raised

    def keep_found(self, peer: UUID, leaves: Iterable[rules.TaggedLeaf]) -> int:
        """Keep the leaves that are for this node; returns how many."""
        log = self._log(peer)
        count = 0
        for each in leaves:
            log.found[each.position] = FoundLeaf(each.position, each.leaf.commit)
            log.unread.add(each.position)
            count += 1
        return count

    def fetch(self, peer: UUID, link: rules.PeerLink) -> int:
        """Fetch what was found, in its order; returns how many payloads are believed."""
        log = self._log(peer)
        rows = [log.found[position] for position in sorted(log.found)]
        kept = 0
        for start in range(0, len(rows), PAYLOADS_AT_ONCE):
            wanted = rows[start : start + PAYLOADS_AT_ONCE]
            given = {each.commit: each for each in link.payloads([row.commit for row in wanted])}
            for row in wanted:
                answer = given.get(row.commit)
                if answer is None or answer.state == "later":
                    return kept
                kept += self._keep(peer, log, row, answer)
        return kept

    def open_leaves(self) -> int:
        """Return how many payloads are still to be fetched."""
        return sum(len(log.found) for log in self._logs.values())

    def _keep(self, peer: UUID, log: _FromPeer, row: FoundLeaf, given: rules.GivenPayload) -> bool:
        if given.state == "erased":
            del log.found[row.position]
            return True
        if given.state != "here":
            row.tries += 1
            if row.tries == TRIES_BEFORE_ALARM:
                self.alarm("payload_withheld", peer)
            return False
        try:
            opened = sealing.open_sealed(given.sealed, self.private, purpose=rules.COPY_PURPOSE)
            believed = rules.believed(opened, commit=row.commit, own_node=self.own)
        except feed.FeedError as error:
            self.alarm(error.code, peer)
            return False
        except sealing.SealError:
            self.alarm("commitment_differs", peer)
            return False
        self._take(peer, log, row, believed)
        return True

    def _take(self, peer: UUID, log: _FromPeer, row: FoundLeaf, believed: rules.Believed) -> None:
        payload = believed.payload
        self._count(peer, log, row, believed)
        del log.found[row.position]
        log.unread.discard(row.position)
        self.fetched += 1
        if payload.id in log.events:  # said before, by a node whose disk went back in time
            return
        log.events.add(payload.id)
        if payload.kind == rules.PAYLOAD_ERASED:  # what was not handled yet never is (F16, X21)
            gone = set(payload.body["events"])
            self.waiting = [
                each for each in self.waiting if each.sender != peer or str(each.id) not in gone
            ]
        self.waiting.append(
            rules.IncomingEvent(
                id=payload.id,
                kind=payload.kind,
                version=int(payload.body.get("v", 0)),
                subject_id=payload.subject,
                sender=peer,
                happened_at=payload.happened_at,
                body=payload.body,
                proof=self.proof_of(peer, payload.kind, row.position),
            )
        )

    def _count(self, peer: UUID, log: _FromPeer, row: FoundLeaf, believed: rules.Believed) -> None:
        unread = sum(1 for position in log.unread if position < row.position)
        counter = log.counters.get(believed.audience, feed.AudienceCounter())
        counter, finding = rules.counted(counter, believed.payload.counter, unread=unread)
        if finding is not rules.CounterFinding.FOLLOWS:
            self.alarm(f"counter_{finding.value}", peer)
        log.counters[believed.audience] = counter

    def _log(self, peer: UUID) -> _FromPeer:
        return self._logs.setdefault(peer, _FromPeer())
