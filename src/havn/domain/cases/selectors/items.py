# SPDX-License-Identifier: Apache-2.0
"""Reading items: one on its page, lists by keyset, counts per stage, and what became of one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from havn.domain.actor import Actor
from havn.domain.audit import selectors as audit
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, Hold, ItemTelling, TrackMove
from havn.domain.cases.selectors import _access
from havn.lib.encoding import AddressError, list_place, parse_address, read_list_place

LONGEST_SEARCH = 8192
# Entries about a report, or about a list of a report's items, that name in their detail what they did.
_NAME_THEIR_ITEMS = frozenset({"report.filed", "report.addresses_added", "items.queued"})


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as a list shows it."""

    id: UUID
    report_id: UUID
    host: str
    host_unicode: str
    href: str
    kind: str
    urgency: str
    stage: str
    closed_reason: str
    is_open: bool
    legal_class: str
    assignment: str
    police: str
    notice: str
    availability: str
    hosting_country: str
    received_at: datetime
    told_times: int
    version: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as its page shows it, with what is known of its report without opening texts."""

    id: UUID
    report_id: UUID
    kind: str
    as_given: str
    href: str
    key_digest: str
    host: str
    host_unicode: str
    is_lookalike: bool
    origin: str
    urgency: str
    received_at: datetime
    recorded_at: datetime
    told_times: int
    earlier_items: int
    legal_class: str
    hosting_country: str
    stage: str
    closed_reason: str
    is_open: bool
    tracks: rules.Tracks
    assignment: str
    passed_on_at: datetime | None
    worked_here_at: datetime | None
    police: str
    notice: str
    notice_rung: int
    availability: str
    police_told_at: datetime | None
    provider_told_at: datetime | None
    removed_at: datetime | None
    closed_at: datetime | None
    version: int
    channel: str
    language: str
    has_contact: bool
    has_police_consent: bool
    has_texts: bool

    @property
    def has_address(self) -> bool:
        """Whether the item is a web address, and not something described."""
        return bool(self.href)

    @property
    def has_personal(self) -> bool:
        """Whether there is anything of a reporter that could travel."""
        return self.has_texts or (self.has_contact and self.has_police_consent)

    @property
    def may_be_asked_about(self) -> bool:
        """Whether other countries may be asked what they see there: a confirmed web address."""
        confirmed = bool(self.legal_class) and rules.is_confirming(
            rules.LegalClass(self.legal_class)
        )
        return confirmed and self.has_address

    @property
    def may_be_declared_removed(self) -> bool:
        """Whether a supervisor may say that it is gone: it is assessed, and no machine can tell."""
        if not (self.legal_class and self.is_open):
            return False
        facts = rules.ItemFacts(
            rules.LegalClass(self.legal_class),
            has_address=rules.can_be_checked(href=self.href, host=self.host),
        )
        refusal = rules.refusal_to_move(
            self.tracks,
            track=rules.Track.AVAILABILITY,
            target=rules.Availability.REMOVED,
            mover=rules.Mover.SUPERVISOR,
            facts=facts,
        )
        return refusal is None


@dataclass(frozen=True, slots=True)
class ItemToAssess:
    """What the queue needs to know of an item to give it a place."""

    id: UUID
    urgency: str
    received_at: datetime


_COMPUTED = frozenset(
    {
        "host_unicode",
        "is_lookalike",
        "earlier_items",
        "tracks",
        "channel",
        "language",
        "has_contact",
        "has_police_consent",
        "has_texts",
        "report_id",
    }
)
_PLAIN = tuple(name for name in ItemView.__slots__ if name not in _COMPUTED)


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """What a list is narrowed to; an empty value narrows nothing."""

    stage: str = ""
    assignment: str = ""
    police: str = ""
    notice: str = ""
    availability: str = ""
    search: str = ""
    report_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of a list; `next_after` is empty on the last one."""

    items: tuple[ItemLine, ...]
    next_after: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One move, or one audited action, of an item's history."""

    at: datetime
    kind: str  # move, action
    code: str
    actor_kind: str
    who: UUID | None
    source: str = ""
    target: str = ""
    reason: str = ""


def item(*, item_id: UUID, actor: Actor) -> ItemView:
    """Return one item of the actor's organisation; raises NotFoundError."""
    row = _access.one_item(actor, item_id)
    host_unicode, is_lookalike = _spelt(row)
    plain: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return ItemView(
        **plain,
        report_id=row.report_id,
        host_unicode=host_unicode,
        is_lookalike=is_lookalike,
        earlier_items=_earlier_items(row),
        tracks=rules.Tracks(
            assignment=rules.Assignment(row.assignment),
            police=rules.Police(row.police),
            notice=rules.Notice(row.notice),
            availability=rules.Availability(row.availability),
        ),
        channel=row.report.channel,
        language=row.report.language,
        has_contact=row.report.has_contact,
        has_police_consent=row.report.has_police_consent,
        has_texts=bool(row.report.sealed_texts),
    )


def items_list(
    *, actor: Actor, filters: ItemFilters | None = None, after: str = "", most: int = 50
) -> ItemPage:
    """Return one page of items, newest first; `after` is the previous page's `next_after`."""
    rows = _narrowed(_access.items_of(actor), filters or ItemFilters())
    place = read_list_place(after)
    if place is not None:
        received_at, item_id = place
        rows = rows.filter(
            Q(received_at__lt=received_at) | Q(received_at=received_at, pk__lt=item_id)
        )
    found = list(rows.order_by("-received_at", "-pk")[: most + 1])
    next_after = ""
    if len(found) > most:
        last = found[most - 1]
        next_after = list_place(last.received_at, last.pk)
    return ItemPage(tuple(_line_of(row) for row in found[:most]), next_after)


def counts(*, actor: Actor, filters: ItemFilters | None = None) -> dict[str, int]:
    """Return how many items each stage has; the list with the same filters shows as many."""
    rows = _narrowed(_access.items_of(actor), filters or ItemFilters())
    found = dict(rows.values_list("stage").annotate(many=Count("pk")).order_by("stage"))
    return {name.value: found.get(name.value, 0) for name in rules.StageName}


def items_of_report(*, report_id: UUID, actor: Actor) -> list[ItemLine]:
    """Return all items that a report told us of, those of other reports it repeated included."""
    _access.one_report(actor, report_id)
    rows = _access.items_of(actor).filter(tellings__report_id=report_id)
    return [_line_of(row) for row in rows.order_by("received_at", "pk")]


def items_to_assess(*, item_ids: Collection[UUID], actor: Actor) -> list[ItemToAssess]:
    """Return those of the items that exist for the actor, as the queue needs them."""
    rows = _access.items_of(actor).filter(pk__in=list(item_ids)).order_by("pk")
    return [ItemToAssess(*each) for each in rows.values_list("pk", "urgency", "received_at")]


def reports_of_items(*, item_ids: Collection[UUID], actor: Actor) -> list[UUID]:
    """Return the reports that told us of any of the items, so that their holders can be told."""
    tellings = ItemTelling.objects.filter(item__in=_access.items_of(actor), item_id__in=item_ids)
    return sorted(set(tellings.values_list("report_id", flat=True)))


def item_lines(*, item_ids: Collection[UUID], actor: Actor) -> dict[UUID, ItemLine]:
    """Return those of the items that exist for the actor, by UUID."""
    rows = _access.items_of(actor).filter(pk__in=list(item_ids))
    return {row.pk: _line_of(row) for row in rows}


def items_on_host(*, host: str, actor: Actor) -> list[UUID]:
    """Return the open items on a host."""
    rows = _access.items_of(actor).filter(host=host, is_open=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def history(
    *, item_id: UUID, actor: Actor, also: Collection[tuple[str, UUID]] = (), most: int = 200
) -> list[HistoryLine]:
    """Return moves and audited actions of an item and of what belongs to it, newest first.

    Its reports and holds belong to it; `also` names (kind, UUID) what other apps keep about it.
    """
    row = _access.one_item(actor, item_id)
    moves = TrackMove.objects.filter(item=row).order_by("-recorded_at", "-pk")[:most]
    lines = [
        HistoryLine(
            at=move.happened_at,
            kind="move",
            code=move.track,
            actor_kind=move.mover,
            who=move.actor_id,
            source=move.source,
            target=move.target,
            reason=move.reason,
        )
        for move in moves
    ]
    entries = audit.history(actor=actor, subjects=[("item", item_id)], most=most)
    beside = audit.history(actor=actor, subjects=[*_belongings(row), *also], most=most)
    entries += [entry for entry in beside if _is_about(item_id, entry)]
    lines += [
        HistoryLine(entry.happened_at, "action", entry.action, entry.actor_kind, entry.actor_id)
        for entry in entries
        if entry.action != "item.moved"
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:most]


def _is_about(item_id: UUID, entry: audit.HistoryLine) -> bool:
    """Whether an entry about something of an item says something of the item, and says it alone."""
    if entry.action in _NAME_THEIR_ITEMS:
        return str(item_id) in entry.detail
    return not entry.action.startswith("casework.")  # it only sums up what others say


def _belongings(row: ContentItem) -> Iterator[tuple[str, UUID]]:
    for report_id in row.tellings.values_list("report_id", flat=True):
        yield "report", report_id
    on_it = Q(item=row) | Q(item__isnull=True, host=row.host) if row.host else Q(item=row)
    for hold_id in Hold.objects.filter(on_it, organisation=row.organisation).values_list(
        "pk", flat=True
    ):
        yield "hold", hold_id


def _line_of(row: ContentItem) -> ItemLine:
    """Return a row as lists show it."""
    host_unicode, _is_lookalike = _spelt(row)
    names = [name for name in ItemLine.__slots__ if name != "host_unicode"]
    plain: dict[str, Any] = {name: getattr(row, name) for name in names}
    return ItemLine(**plain, host_unicode=host_unicode)


def _spelt(row: ContentItem) -> tuple[str, bool]:
    """Return the host as people read it, and whether it imitates another name."""
    if not row.href:
        return row.host, False
    try:
        address = parse_address(row.href)
    except AddressError:
        return row.host, False
    return address.host_unicode, address.is_lookalike


def _earlier_items(row: ContentItem) -> int:
    if not row.key_digest:
        return 0
    same = ContentItem.objects.filter(
        organisation=row.organisation, key_version=row.key_version, key_digest=row.key_digest
    )
    return same.filter(is_open=False).exclude(pk=row.pk).count()


def _narrowed(rows: QuerySet[ContentItem], filters: ItemFilters) -> QuerySet[ContentItem]:
    for name in ("stage", "assignment", "police", "notice", "availability"):
        value = getattr(filters, name)
        if value:
            rows = rows.filter(**{name: value})
    if filters.report_id is not None:
        rows = rows.filter(tellings__report_id=filters.report_id)
    search = filters.search.strip().replace("\0", "")[:LONGEST_SEARCH]
    return rows.filter(_matches(search)) if search else rows


def _matches(search: str) -> Q:
    """Return what a search means: an item's UUID, an address, or a host and what lies below it."""
    try:
        return Q(pk=UUID(search))
    except ValueError:
        pass
    try:
        address = parse_address(search)
    except AddressError:
        return Q(host=search.lower())
    if "/" in search.partition("://")[2] or "/" in search:
        return Q(key=address.key)
    return Q(host=address.host) | Q(host__endswith=f".{address.host}")
