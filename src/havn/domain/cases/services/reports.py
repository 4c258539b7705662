# SPDX-License-Identifier: Apache-2.0
"""Filing reports and turning addresses into items; a known open item swallows duplicates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, DataKey, ItemTelling, Report
from havn.domain.cases.selectors import _access
from havn.domain.cases.services import _items
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind, FactName
from havn.lib.encoding import Address, AddressError, parse_address, uuid4, uuid7

URGENCIES = ("urgent", "normal")


@dataclass(frozen=True, slots=True)
class NewReport:
    """What one person told us, or one row of a file."""

    report_id: UUID
    organisation: UUID
    channel: str
    language: str
    received_at: datetime
    addresses: tuple[str, ...] = ()
    described: str = ""
    source: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] | None = None
    has_police_consent: bool = False
    urgency: str = "normal"
    origin: str = "reported"
    reporter_kind: str = "public"


@dataclass(frozen=True, slots=True)
class FiledItem:
    """One item of a filed report; a duplicate is an item that was open already."""

    item_id: UUID
    is_duplicate: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What became of a report; `is_repeat` when it had been filed before."""

    report_id: UUID
    items: tuple[FiledItem, ...]
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What became of one pasted line."""

    line_no: int
    text: str
    outcome: str  # new, known, twice, refused
    item_id: UUID | None = None
    sentence: str = ""
    host_unicode: str = ""
    is_lookalike: bool = False


@audit.action("report.filed", did_nothing=lambda filed: filed.is_repeat)
def file_report(*, report: NewReport, actor: Actor, at: datetime) -> FiledReport:
    """Store a report with its items, facts and event; the same report again changes nothing.

    What cannot be read as an address becomes part of a described item, so that nothing is lost.
    """
    if _access.organisation_of(actor) != report.organisation:
        raise NotFoundError
    before = Report.objects.filter(pk=report.report_id).first()
    if before is not None:
        return _filed_before(before, actor)
    addresses, unreadable = _parsed(report.addresses)
    described = "\n".join(part for part in (report.described.strip(), *unreadable) if part)
    row = _kept_report(report, described, at=at)
    # In one order for everybody: two reports that name the same addresses never wait in a ring.
    told = {
        each.key: _told(row, each, report, at=at) for each in sorted(addresses, key=_digest_of)
    }
    items = [told[address.key] for address in addresses]
    if described or not items:
        items.append(_described(row, report, at=at))
    filed = FiledReport(row.pk, tuple(items))
    _tell_of_report(report, filed, at=at)
    audit.record(
        action="report.filed",
        actor=actor,
        subject_kind="report",
        subject_id=row.pk,
        at=at,
        detail={"channel": report.channel, "items": [str(each.item_id) for each in items]},
    )
    return filed


@audit.action("report.addresses_added")
def add_items(
    *,
    report_id: UUID,
    addresses: Sequence[str],
    origin: str = "pasted",
    actor: Actor,
    at: datetime,
) -> list[PastedLine]:
    """Turn pasted lines into items of a report and say per line what became of it."""
    _items.require_role(actor, Role.ANALYST, Role.SUPERVISOR)
    lines = [(number, line.strip()) for number, line in enumerate(addresses, 1) if line.strip()]
    most = settings.HAVN_POLICY.most_pasted_addresses
    if len(lines) > most:
        raise RefusedError(
            "too_many_addresses",
            _("These are %(count)s addresses; paste at most %(most)s at a time.")
            % {"count": len(lines), "most": most},
        )
    row = _access.reports_of(actor).select_for_update().filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    pasted = _paste(row, lines, origin=origin, at=at)
    counts = dict.fromkeys(("new", "known", "twice", "refused"), 0)
    for line in pasted:
        counts[line.outcome] += 1
    audit.record(
        action="report.addresses_added",
        actor=actor,
        subject_kind="report",
        subject_id=row.pk,
        at=at,
        detail=counts,
    )
    return pasted


def _filed_before(row: Report, actor: Actor) -> FiledReport:
    if row.organisation != actor.organisation:
        raise NotFoundError
    tellings = ItemTelling.objects.filter(report=row).select_related("item").order_by("id")
    items = tuple(FiledItem(t.item_id, t.is_duplicate, bool(t.item.href)) for t in tellings)
    return FiledReport(row.pk, items, is_repeat=True)


def _parsed(texts: Sequence[str]) -> tuple[list[Address], list[str]]:
    addresses: dict[str, Address] = {}
    unreadable = []
    for text in texts:
        try:
            address = parse_address(text)
        except AddressError:
            unreadable.append(text.replace("\0", "").strip())
            continue
        addresses.setdefault(address.key, address)
    return list(addresses.values()), unreadable


def _kept_report(report: NewReport, described: str, *, at: datetime) -> Report:
    envelope = rules.seal_report(
        report_id=report.report_id,
        texts={**report.texts, "described": described},
        contact=report.contact,
        public=settings.HAVN_KEYRING.read("desk-sealing-key.pub"),
    )
    source, key, version = report.source, "", 0
    if source:
        try:
            parsed = parse_address(source)
            key, version = parsed.key, parsed.key_version
        except AddressError:
            pass  # Kept as given; it finds no duplicates.
    row = Report.objects.create(
        id=report.report_id,
        organisation=report.organisation,
        channel=report.channel,
        language=report.language,
        received_date=report.received_at.date(),
        recorded_date=at.date(),
        has_contact=bool(report.contact),
        has_police_consent=bool(report.contact) and report.has_police_consent,
        source_as_given=source,
        source_key=key,
        source_key_version=version,
        sealed_texts=envelope.texts,
        sealed_contact=envelope.contact,
    )
    DataKey.objects.create(report=row, wrapped=envelope.wrapped_key)
    return row


def _told(row: Report, address: Address, report: NewReport, *, at: datetime) -> FiledItem:
    found = _open_item(row.organisation, address)
    item = found or _created(row, address, report, at=at)
    is_duplicate = not (found is None and item.report_id == row.pk)
    if is_duplicate:
        ContentItem.objects.filter(pk=item.pk).update(told_times=F("told_times") + 1)
    _keep_telling(row, item, is_duplicate=is_duplicate, received_at=report.received_at)
    return FiledItem(item.pk, is_duplicate, has_address=True)


def _described(row: Report, report: NewReport, *, at: datetime) -> FiledItem:
    item = ContentItem.objects.create(kind="described", **_shared(row, report, at=at))
    _keep_telling(row, item, is_duplicate=False, received_at=report.received_at)
    return FiledItem(item.pk, is_duplicate=False, has_address=False)


def _open_item(organisation: UUID, address: Address) -> ContentItem | None:
    return ContentItem.objects.filter(
        organisation=organisation,
        key_version=address.key_version,
        key_digest=_digest_of(address),
        is_open=True,
    ).first()


def _digest_of(address: Address) -> str:
    """Return the SHA-256 of the address's key, by which duplicates are found."""
    return hashlib.sha256(address.key.encode()).hexdigest()


def _created(row: Report, address: Address, report: NewReport, *, at: datetime) -> ContentItem:
    """Insert the item, or return the one that somebody else opened at the same moment."""
    try:
        with transaction.atomic():
            return ContentItem.objects.create(
                kind="address",
                as_given=address.as_given,
                href=address.href,
                key=address.key,
                key_version=address.key_version,
                key_digest=_digest_of(address),
                host=address.host,
                **_shared(row, report, at=at),
            )
    except IntegrityError:
        found = _open_item(row.organisation, address)
        if found is None:
            raise
        return found


def _shared(row: Report, report: NewReport, *, at: datetime) -> dict[str, object]:
    return {
        "id": uuid7(at),
        "organisation": row.organisation,
        "report": row,
        "origin": report.origin,
        "urgency": report.urgency if report.urgency in URGENCIES else "normal",
        "received_at": report.received_at,
        "recorded_at": at,
    }


def _keep_telling(
    row: Report, item: ContentItem, *, is_duplicate: bool, received_at: datetime
) -> None:
    ItemTelling.objects.create(
        id=uuid4(),
        item=item,
        report=row,
        is_duplicate=is_duplicate,
        told_date=received_at.date(),
    )


def _tell_of_report(report: NewReport, filed: FiledReport, *, at: datetime) -> None:
    is_duplicate = all(item.is_duplicate for item in filed.items)
    ledger.record_fact(
        name=FactName.REPORT_RECEIVED,
        subject_kind="report",
        subject_id=report.report_id,
        organisation=report.organisation,
        at=at,
        happened_at=report.received_at,
        codes={
            "channel": report.channel,
            "language": report.language,
            "duplicate": is_duplicate,
            "reporter_kind": report.reporter_kind,
        },
    )
    ledger.append_event(
        kind=EventKind.REPORT_FILED,
        subject_id=report.report_id,
        organisation=report.organisation,
        payload={"channel": report.channel, "items": len(filed.items)},
        audience=["alliance"],
        at=at,
    )


def _paste(
    row: Report, lines: Sequence[tuple[int, str]], *, origin: str, at: datetime
) -> list[PastedLine]:
    pasted, readable = [], []
    for number, text in lines:
        try:
            readable.append((number, text, parse_address(text)))
        except AddressError as error:
            pasted.append(PastedLine(number, text, "refused", sentence=_(error.sentence)))
    told = _pasted_report(row, origin=origin, at=at)
    seen: dict[str, UUID | None] = {}
    here = set(ItemTelling.objects.filter(report=row).values_list("item_id", flat=True))
    for number, text, address in sorted(readable, key=lambda each: _digest_of(each[2])):
        line = PastedLine(
            number,
            text,
            "twice",
            item_id=seen.get(address.key),
            host_unicode=address.host_unicode,
            is_lookalike=address.is_lookalike,
        )
        if address.key not in seen:
            line = _pasted(row, address, told, line, here=here, at=at)
            seen[address.key] = line.item_id
        pasted.append(line)
    return sorted(pasted, key=lambda line: line.line_no)


def _pasted(
    row: Report,
    address: Address,
    told: NewReport,
    line: PastedLine,
    *,
    here: set[UUID],
    at: datetime,
) -> PastedLine:
    known = _open_item(row.organisation, address)
    if known is not None and known.pk in here:
        return replace(line, outcome="known", item_id=known.pk)
    filed = _told(row, address, told, at=at)
    outcome = "known" if filed.is_duplicate else "new"
    return replace(line, outcome=outcome, item_id=filed.item_id)


def _pasted_report(row: Report, *, origin: str, at: datetime) -> NewReport:
    """Return what pasted items inherit: they were received now, not when the report came."""
    return NewReport(
        report_id=row.pk,
        organisation=row.organisation,
        channel=row.channel,
        language=row.language,
        received_at=at,
        origin=origin,
    )
