# SPDX-License-Identifier: Apache-2.0
"""The referrals of a simulated node: items in memory, moved by the rules that a real node's services follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from havn.domain.cases.rules import Assignment, LegalClass
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.referral import rules
from havn.domain.referral.rules import Direction, Ended, Kind, Known, Progress, Refusal, Word
from havn.lab.alliance import SimulatedNode


@dataclass(slots=True)
class Atlas:
    """What the roster says to referrals: which nodes are where, and who takes orphans."""

    nodes: dict[UUID, Known] = field(default_factory=dict)
    mandated: list[Known] = field(default_factory=list)
    _there: dict[str, list[Known]] = field(default_factory=dict)

    def admit(self, known: Known, *, takes_orphans: bool) -> None:
        """Add a node."""
        self.nodes[known.node_id] = known
        self._there.setdefault(known.country, []).append(known)
        if takes_orphans:
            self.mandated.append(known)

    def there(self, country: str) -> list[Known]:
        """Return the nodes of a country."""
        return self._there.get(country, [])


@dataclass(slots=True)
class Outgoing:
    """A referral that this node sent: to whom, and what the receiver said of it."""

    reference: UUID
    item: HeldItem
    to: UUID
    side: rules.Sender = field(default_factory=rules.Sender)
    words: dict[int, rules.Said] = field(default_factory=dict)
    receipts: int = 0


@dataclass(slots=True)
class Incoming:
    """A referral that this node was sent: by whom, and what it said of it."""

    reference: UUID
    item: HeldItem
    sender: UUID
    legal_class: LegalClass
    side: rules.Receiver = field(default_factory=rules.Receiver)
    words: dict[int, rules.Said] = field(default_factory=dict)


@dataclass(slots=True)
class HeldItem:
    """One item at one node: where it is hosted, who works on it, and by which referrals it came and went."""

    address: str
    country: str
    legal_class: LegalClass
    made_by: UUID
    received_at: datetime
    chain: tuple[UUID, ...] = ()  # the nodes that it came through
    assignment: Assignment = Assignment.HERE
    incoming: list[Incoming] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


class Desk:
    """What people and services of one node do with items, its own and those of others."""

    def __init__(self, node: SimulatedNode, *, atlas: Atlas) -> None:
        self.node = node
        self.own = atlas.nodes[node.node_id]
        self.items: dict[str, HeldItem] = {}  # by address
        self.outgoing: dict[UUID, Outgoing] = {}
        self.incoming: dict[UUID, Incoming] = {}
        self.refused: list[tuple[UUID, str]] = []
        self._atlas = atlas
        self._asked_last: dict[UUID, datetime] = {}

    # --- what people do ---------------------------------------------------------------------------

    def report(
        self,
        address: str,
        *,
        country: str,
        at: datetime,
        legal_class: LegalClass = LegalClass.BASELINE,
    ) -> HeldItem:
        """File an item that was reported and assessed here; one that is known is told again."""
        known = self.items.get(address)
        if known is not None:
            return known
        item = HeldItem(address, country, legal_class, self.node.node_id, at)
        if country != self.own.country:
            item.assignment = Assignment.OFFERED
        self.items[address] = item
        return item

    def refer(self, item: HeldItem, *, at: datetime) -> bool:
        """Send an item where it is hosted, back to who sent it, or to who takes orphans; false for an orphan."""
        if self._is_out(item) or item.assignment is Assignment.MEMBER:
            return True
        ways = self._ways(item)
        if not ways:
            item.assignment = Assignment.ORPHAN
            self._tell(item, Progress.ORPHANED, country=item.country, at=at)
            return False
        if ways[0].is_return:
            self._pass_along(item, Word.RETURNED, node=None, at=at)
        else:
            self._send(item, ways[0], at=at)
        item.assignment = Assignment.MEMBER
        return True

    def answer(self, referral: Incoming, *, is_accepted: bool, at: datetime) -> bool:
        """Acknowledge a referral as a person; false where that makes no sense now."""
        if referral.side.state == rules.Taken.REASSIGNED:
            return False
        word = Word.ACCEPTED if is_accepted else Word.DECLINED
        code = "" if is_accepted else rules.Decline.CANNOT_ACT.value
        if not self._say(referral, word, code=code, at=at):
            return False
        item = referral.item
        if not is_accepted and not item.outgoing and len(item.incoming) == 1:
            item.assignment = Assignment.MEMBER
        return True

    def happened(self, item: HeldItem, action: Progress, *, at: datetime) -> None:
        """Tell what happened to an item that is worked on here; another node's item is not ours to tell of."""
        if item.assignment is Assignment.HERE:
            self._tell(item, action, at=at)

    def moved(self, item: HeldItem, country: str, *, at: datetime) -> None:
        """See that an item is hosted in another country now; it is offered to go there."""
        if item.assignment is not Assignment.HERE:
            return
        item.country = country
        if country != self.own.country:
            item.assignment = Assignment.OFFERED
            self.refer(item, at=at)

    def reassess(self, item: HeldItem, *, at: datetime) -> None:
        """Take the own assessment back: whoever has the item hears of it."""
        for out in item.outgoing:
            if rules.is_open(Direction.OUT, out.side.state):
                out.receipts += 1
                body = rules.reassessed_body(1 + out.receipts, None)
                self._event(Kind.REASSESSED, out.reference, out.to, body, at=at)

    # --- what arrives -----------------------------------------------------------------------------

    def take(self, *, at: datetime) -> int:
        """Do what everything that waits says, in its order; returns how much that was."""
        events, self.node.inbox.waiting = self.node.inbox.waiting, []
        for event in events:
            self.handle(event, at=at)
        return len(events)

    def handle(self, event: IncomingEvent, *, at: datetime) -> None:
        """Do what one event says; what is refused changes nothing."""
        try:
            refusal = self._handle(Kind(event.kind), event, at=at)
        except rules.BodyError as error:
            refusal = error.code
        if refusal:
            self.refused.append((event.sender, refusal))
            self.node.inbox.alarm("event_refused", event.sender)

    def _handle(self, kind: Kind, event: IncomingEvent, *, at: datetime) -> str:
        if kind is Kind.SENT:
            return self._arrived(event, at=at)
        if kind is Kind.REASSESSED:
            return self._reassessed(event, at=at)
        return self._heard(rules.read_said(kind, event.body), event, at=at)

    def _arrived(self, event: IncomingEvent, *, at: datetime) -> str:
        known = self.incoming.get(event.subject_id)
        if known is not None:
            return "" if known.sender == event.sender else Refusal.TAKEN_REFERENCE
        content = rules.read_referral(event.body)
        sender = self._atlas.nodes.get(event.sender)
        refusal = rules.refusal_to_take(sender=sender, own=self.own.node_id, chain=content.chain)
        if refusal is not None:
            return refusal
        if content.why is rules.Why.ORPHAN and self.own not in self._atlas.mandated:
            return "no_mandate"
        item = self.items.get(content.item.address) or self._new(content, at=at)
        row = Incoming(event.subject_id, item, event.sender, content.assessment.legal_class)
        item.incoming.append(row)
        self.incoming[row.reference] = row
        self._say(row, Word.RECEIVED, proof=event.proof, at=at)
        return ""

    def _new(self, content: rules.Referral, *, at: datetime) -> HeldItem:
        item = HeldItem(
            content.item.address,
            content.hosting.country,
            content.assessment.legal_class,
            content.assessment.by,
            at,
            content.chain,
        )
        self.items[item.address] = item
        return item

    def _reassessed(self, event: IncomingEvent, *, at: datetime) -> str:
        _number, made = rules.read_reassessed(event.body)
        row = self.incoming.get(event.subject_id)
        if row is None:
            return Refusal.UNKNOWN_REFERRAL
        if row.sender != event.sender:
            return Refusal.NOT_THE_SENDER
        if made is None and rules.is_open(Direction.IN, row.side.state):
            own = self.own.node_id
            self._say(row, Word.ENDED, code=Ended.WITHDRAWN.value, node=own, at=at)
        return ""

    def _heard(self, said: rules.Said, event: IncomingEvent, *, at: datetime) -> str:
        row = self.outgoing.get(event.subject_id)
        if row is None:
            return Refusal.UNKNOWN_REFERRAL
        if row.to != event.sender:
            return Refusal.NOT_THE_RECEIVER
        if said.number in row.words:
            return ""
        before = row.side.state
        row.side = rules.hear(row.side, said)
        row.words[said.number] = said
        self._relay(row.item, said, event, at=at)
        if row.side.state != before:
            self._follow(row, said, at=at)
        return ""

    def _relay(
        self, item: HeldItem, said: rules.Said, event: IncomingEvent, *, at: datetime
    ) -> None:
        """Tell whoever referred the item to us what a third node says of it. (E26)"""
        node = said.node or event.sender
        if said.word in {Word.PROGRESS, Word.REOPENED}:
            self._tell(item, Progress(said.code), node=node, country=said.country, at=at)
        elif said.word is Word.ENDED and said.code != Ended.WITHDRAWN:
            for row in self._having(item):
                self._say(row, Word.ENDED, code=said.code, node=node, at=at)
        elif said.word is Word.REASSIGNED:
            country = said.country
            self._tell(item, Progress.MOVED, node=event.sender, country=country, at=at)

    def _follow(self, row: Outgoing, said: rules.Said, *, at: datetime) -> None:
        """Move the assignment by where the referral stands now. (E25)"""
        item, state = row.item, row.side.state
        if item.outgoing[-1] is not row or item.assignment is not Assignment.MEMBER:
            return
        if state == rules.Sent.RETURNED and said.country == self.own.country:
            item.country, item.assignment = self.own.country, Assignment.HERE
            for each in self._having(item):
                if each.side.state == rules.Taken.REASSIGNED:
                    self._say(each, Word.ACCEPTED, at=at)
        elif state in {rules.Sent.RETURNED, rules.Sent.DECLINED} or (
            state == rules.Sent.OUTCOME and said.code != Ended.REMOVED
        ):
            item.assignment = Assignment.OFFERED

    # --- what is said -----------------------------------------------------------------------------

    def _ways(self, item: HeldItem) -> tuple[rules.Way, ...]:
        came = item.incoming[-1].sender if item.incoming else None
        return rules.ways_on(
            country=item.country,
            own=self.own.node_id,
            there=self._atlas.there(item.country),
            mandated=self._atlas.mandated,
            came_through=[*item.chain, *(row.sender for row in item.incoming)],
            came_from=self._atlas.nodes[came] if came else None,
            asked_last=self._asked_last,
        )

    def _send(self, item: HeldItem, way: rules.Way, *, at: datetime) -> None:
        to = self._atlas.nodes[way.node_id]
        refusal = rules.refusal_to_send(
            to=to,
            own=self.own.node_id,
            came_through=item.chain,
            legal_class=item.legal_class,
            is_referred=self._is_out(item),
        )
        if refusal is not None:
            raise ValueError(f"The rules offer a way that they refuse: {refusal}.")
        row = Outgoing(self.identifier(), item, to.node_id)
        item.outgoing.append(row)
        self.outgoing[row.reference] = row
        if way.why is rules.Why.ORPHAN:
            self._asked_last[to.node_id] = at
        body = rules.body_of(self._content(item, way.why, at=at))
        self._event(Kind.SENT, row.reference, to.node_id, body, at=at)
        self._pass_along(item, Word.REASSIGNED, node=to.node_id, at=at)

    def _content(self, item: HeldItem, why: rules.Why, *, at: datetime) -> rules.Referral:
        return rules.Referral(
            why=why,
            item=rules.Item(address=item.address, received_at=item.received_at),
            assessment=rules.Made(
                by=item.made_by,
                legal_class=item.legal_class,
                jurisdiction=self.own.country,
                scheme="made-up",
                scheme_version="1",
                assessed_at=item.received_at,
            ),
            hosting=rules.Hosting(country=item.country, observed_at=at, addresses=("192.0.2.17",)),
            clocks=rules.Clocks(received_at=item.received_at),
            chain=(*item.chain, self.own.node_id),
        )

    def _tell(
        self,
        item: HeldItem,
        action: Progress,
        *,
        node: UUID | None = None,
        country: str = "",
        at: datetime,
    ) -> None:
        word_of = node or self.own.node_id
        for row in self._having(item, also_done=action is Progress.REAPPEARED):
            for word, code in rules.words_for(row.side, action):
                self._say(row, word, code=code, country=country, node=word_of, at=at)

    def _pass_along(self, item: HeldItem, word: Word, *, node: UUID | None, at: datetime) -> None:
        for row in list(self._having(item)):
            self._say(row, word, country=item.country, node=node, at=at)

    def _having(self, item: HeldItem, *, also_done: bool = False) -> Iterator[Incoming]:
        for row in item.incoming:
            is_done = also_done and row.side.state == rules.Taken.DONE
            if is_done or rules.is_open(Direction.IN, row.side.state):
                yield row

    def _say(
        self,
        row: Incoming,
        word: Word,
        *,
        code: str = "",
        country: str = "",
        node: UUID | None = None,
        proof: str = "",
        at: datetime,
    ) -> bool:
        found = rules.say(row.side, word, code=code, country=country, node=node, proof=proof)
        if found is None:
            return False
        row.side, said = found
        row.words[said.number] = replace(said, proof="")  # the proof is long, and travels
        body = rules.body_said(said)
        self._event(said.kind, row.reference, row.sender, body, at=at)
        return True

    def _event(
        self, kind: Kind, reference: UUID, to: UUID, body: dict[str, object], *, at: datetime
    ) -> None:
        self.node.say(kind.value, reference, to=[to], body=body, event_id=self.identifier(), at=at)

    def _is_out(self, item: HeldItem) -> bool:
        return any(rules.is_open(Direction.OUT, out.side.state) for out in item.outgoing)

    def identifier(self) -> UUID:
        """Return a fresh identifier that follows from the seed."""
        return UUID(bytes=self.node.noise(16), version=4)
