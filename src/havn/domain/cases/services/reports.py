# SPDX-License-Identifier: Apache-2.0
"""Filing reports and turning addresses into items; a known open item swallows duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import DataKey, ItemTelling, Report
from havn.domain.cases.selectors import _access
from havn.domain.cases.services import _items, _telling
from havn.domain.errors import FILE_IN_TEXT, NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.lib.encoding import Address, AddressError, holds_encoded_file, parse_address

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


@audit.action("report.filed", did_nothing=lambda filed: all(each.is_repeat for each in filed))
def file_reports(*, reports: Sequence[NewReport], actor: Actor, at: datetime) -> list[FiledReport]:
    """Store reports with their items and facts; one that was filed before changes nothing.

    What cannot be read as an address becomes part of a described item, so that nothing is lost; a file
    written as letters never is stored: a sentence stands in its place.
    """
    organisation = _access.organisation_of(actor)
    if any(report.organisation != organisation for report in reports):
        raise NotFoundError
    known = Report.objects.filter(pk__in=[report.report_id for report in reports])
    filed = {row.pk: _filed_before(row, actor) for row in known}
    new = [report for report in reports if report.report_id not in filed]
    filed |= _file_new(new, at=at)
    _tell_of_reports(new, filed, organisation=organisation, at=at)
    for report in new:
        items = [str(each.item_id) for each in filed[report.report_id].items]
        audit.record(
            action="report.filed",
            actor=actor,
            subject_kind="report",
            subject_id=report.report_id,
            at=at,
            detail={"channel": report.channel, "items": items},
        )
    return [filed[report.report_id] for report in reports]


@dataclass(frozen=True, slots=True)
class _Filing:
    """A report on its way: its rows, what it names and describes, and its items so far."""

    key: DataKey
    naming: _telling.Naming
    described: str
    items: list[FiledItem] = field(default_factory=list)


def _file_new(reports: Sequence[NewReport], *, at: datetime) -> dict[UUID, FiledReport]:
    filings = [_begun(report, at=at) for report in reports]
    Report.objects.bulk_create([filing.naming.row for filing in filings])
    DataKey.objects.bulk_create([filing.key for filing in filings])
    told = _telling.tell_of([filing.naming for filing in filings], at=at)
    for filing, by_key in zip(filings, told, strict=True):
        for address in filing.naming.addresses:
            item = by_key[address.key]
            filing.items.append(FiledItem(item.item_id, item.is_duplicate, has_address=True))
    wordy = [filing for filing in filings if filing.described or not filing.items]
    opened = _telling.tell_described([filing.naming for filing in wordy], at=at)
    for filing, item in zip(wordy, opened, strict=True):
        filing.items.append(FiledItem(item.item_id, is_duplicate=False, has_address=False))
    return {f.naming.row.pk: FiledReport(f.naming.row.pk, tuple(f.items)) for f in filings}


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
    counts = Counter(line.outcome for line in pasted)
    added = [str(line.item_id) for line in pasted if line.outcome == "new"]
    audit.record(
        action="report.addresses_added",
        actor=actor,
        subject_kind="report",
        subject_id=row.pk,
        at=at,
        detail={**counts, "items": added},
    )
    return pasted


def _filed_before(row: Report, actor: Actor) -> FiledReport:
    if row.organisation != actor.organisation:
        raise NotFoundError
    tellings = ItemTelling.objects.filter(report=row).select_related("item").order_by("id")
    items = tuple(FiledItem(t.item_id, t.is_duplicate, bool(t.item.href)) for t in tellings)
    return FiledReport(row.pk, items, is_repeat=True)


def _begun(report: NewReport, *, at: datetime) -> _Filing:
    """Read and seal a report; nothing is stored yet."""
    addresses, unreadable = _parsed(report.addresses)
    described = "\n".join(
        part for part in (_without_file(report.described.strip()), *unreadable) if part
    )
    texts = {name: _without_file(text) for name, text in report.texts.items()}
    envelope = rules.seal_report(
        report_id=report.report_id,
        texts={**texts, "described": described},
        contact=report.contact,
        public=settings.HAVN_KEYRING.read("desk-sealing-key.pub"),
    )
    row = _row_of(report, envelope, at=at)
    urgency = report.urgency if report.urgency in URGENCIES else "normal"
    inherited = _telling.Inherited(report.origin, urgency, report.received_at)
    return _Filing(
        key=DataKey(report=row, wrapped=envelope.wrapped_key),
        naming=_telling.Naming(row, inherited, addresses),
        described=described,
    )


def _parsed(texts: Sequence[str]) -> tuple[list[Address], list[str]]:
    addresses: dict[str, Address] = {}
    unreadable = []
    for text in texts:
        if holds_encoded_file(text):
            unreadable.append(_without_file(text))
            continue
        try:
            address = parse_address(text)
        except AddressError:
            unreadable.append(text.replace("\0", "").strip())
            continue
        addresses.setdefault(address.key, address)
    return list(addresses.values()), unreadable


def _without_file(text: str) -> str:
    return _("(Left out: a file written as letters.)") if holds_encoded_file(text) else text


def _row_of(report: NewReport, envelope: rules.Envelope, *, at: datetime) -> Report:
    return Report(
        id=report.report_id,
        organisation=report.organisation,
        channel=report.channel,
        language=report.language,
        received_date=report.received_at.date(),
        recorded_date=at.date(),
        has_contact=bool(report.contact),
        has_police_consent=bool(report.contact) and report.has_police_consent,
        sealed_texts=envelope.texts,
        sealed_contact=envelope.contact,
    )


def _tell_of_reports(
    reports: Sequence[NewReport],
    filed: Mapping[UUID, FiledReport],
    *,
    organisation: UUID,
    at: datetime,
) -> None:
    ledger.record_facts(
        name=FactName.REPORT_RECEIVED,
        subject_kind="report",
        organisation=organisation,
        at=at,
        facts=[
            ledger.NewFact(
                report.report_id,
                {
                    "channel": report.channel,
                    "language": report.language,
                    "duplicate": all(i.is_duplicate for i in filed[report.report_id].items),
                    "reporter_kind": report.reporter_kind,
                },
                happened_at=report.received_at,
            )
            for report in reports
        ],
    )


def _paste(
    row: Report, lines: Sequence[tuple[int, str]], *, origin: str, at: datetime
) -> list[PastedLine]:
    read = [(number, text, *_read(text)) for number, text in lines]
    # Backwards, so that the first spelling of an address stays.
    distinct = {address.key: address for _no, _text, address, _why in reversed(read) if address}
    naming = _telling.Naming(
        row,
        # What is pasted was received now, not when the report came.
        _telling.Inherited(origin, "normal", received_at=at),
        list(distinct.values()),
        told_before=set(ItemTelling.objects.filter(report=row).values_list("item_id", flat=True)),
    )
    (told,) = _telling.tell_of([naming], at=at)
    seen: set[str] = set()
    pasted = []
    for number, text, address, sentence in read:
        if address is None:
            pasted.append(PastedLine(number, text, "refused", sentence=sentence))
            continue
        item = told[address.key]
        outcome = "known" if item.is_duplicate else "new"
        pasted.append(
            PastedLine(
                number,
                text,
                "twice" if address.key in seen else outcome,
                item_id=item.item_id,
                host_unicode=address.host_unicode,
                is_lookalike=address.is_lookalike,
            )
        )
        seen.add(address.key)
    return pasted


def _read(text: str) -> tuple[Address | None, str]:
    """Return the address in a line, or the sentence that says why there is none."""
    if holds_encoded_file(text):
        return None, str(FILE_IN_TEXT)
    try:
        return parse_address(text), ""
    except AddressError as error:
        return None, _(error.sentence)
