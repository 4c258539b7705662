# SPDX-License-Identifier: Apache-2.0
"""A national report and the minister's page as files: tagged PDF, and the draft that goes round for clearance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from havn.lib.typeset import (
    Block,
    Document,
    FigureTable,
    Paragraph,
    ReportText,
    Section,
    draft_of,
    one_page_pdf_of,
    pdf_of,
)
from havn.web.frame import national_report

__all__ = [
    "DOCX",
    "PDF",
    "Document",
    "Head",
    "brief",
    "download",
    "draft",
    "one_page",
    "pdf",
    "report",
]

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Head:
    """What the cover says."""

    report: str
    member: str
    year: str
    version: str
    as_of: datetime
    released_by: tuple[str, ...]


def report(
    parts: Mapping[str, Mapping[str, Any]],
    definitions: Iterable[Any],
    *,
    language: str,
    head: Head,
) -> Document:
    """Return a whole report as a document, in the order of its page; every language of a text is in it."""
    shown = national_report.shown(parts, definitions, language=language)
    texts = parts.get("texts", {}).get("texts", [])
    facts = [
        (_("Country"), head.member),
        (_("Version"), head.version),
        (_("Figures as known on"), date_format(head.as_of, "DATE_FORMAT")),
    ]
    facts += [(_("Released by"), office) for office in head.released_by]
    return Document(
        title=_("National report %(year)s") % {"year": head.year},
        language=language,
        made_at=head.as_of.replace(microsecond=0),
        facts=tuple(facts),
        sections=tuple(_sections(shown, texts)),
        foot=_("National report %(year)s") % {"year": head.year},
        report=head.report,
        member=head.member,
        year=head.year,
    )


def _sections(
    shown: national_report.ShownReport, texts: Sequence[Mapping[str, str]]
) -> Iterator[Section]:
    yield from _passages(texts, ("overview",))
    if shown.indicators:
        yield Section(_("Figures"))
    for each in shown.indicators:
        blocks: list[Block] = []
        if each.definition:
            blocks.append(Paragraph(each.definition))
        if each.pitfalls:
            blocks.append(Paragraph(f"{_('Be careful')}: {each.pitfalls}", is_remark=True))
        blocks += _words(texts, f"note:{each.id}")
        for number, table in enumerate(each.tables, start=1):
            blocks.append(
                FigureTable(
                    name=f"{each.id}.{number}",
                    caption=table.caption,
                    columns=(_("What"), *table.periods),
                    rows=tuple((label, *cells) for label, cells in table.rows),
                )
            )
        yield Section(f"{each.id} {each.name}", tuple(blocks), level=2)
    yield from _stated(shown)
    yield from _passages(texts, ("resources", "views", "cooperation", "missing", "reply"))
    yield from _corrected(shown)


def _passages(texts: Sequence[Mapping[str, str]], kinds: Iterable[str]) -> Iterator[Section]:
    for kind in kinds:
        blocks = _words(texts, kind)
        if blocks:
            yield Section(national_report.text_title(kind), tuple(blocks))


def _words(texts: Sequence[Mapping[str, str]], kind: str) -> list[Block]:
    title = national_report.text_title(kind)
    return [
        ReportText(kind, each["language"], title, each["text"])
        for each in texts
        if each["kind"] == kind
    ]


def _stated(shown: national_report.ShownReport) -> Iterator[Section]:
    if shown.answers:
        blocks: list[Block] = []
        for each in shown.answers:
            said = " ".join(part for part in (each.figure, each.text) if part)
            blocks.append(Paragraph(f"{each.office}: {each.question}\n{said}"))
            blocks.append(Paragraph(f"{_('Source:')} {each.source}, {each.on}", is_remark=True))
        yield Section(_("What offices stated"), tuple(blocks))


def _corrected(shown: national_report.ShownReport) -> Iterator[Section]:
    if shown.corrections:
        table = FigureTable(
            name="X0.1",
            caption=_("Figures that stood otherwise before"),
            columns=(_("Figure"), _("Period"), _("Before"), _("Now"), _("Why")),
            rows=tuple(
                (each.name, each.period, each.old, each.new, f"{each.kind}: {each.note}")
                for each in shown.corrections
            ),
        )
        yield Section(_("Figures that stood otherwise before"), (table,))


def brief(
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    promises: Sequence[str],
    year: str,
    headlines: Sequence[tuple[str, str, str]],
    hidden: int,
    reply: Sequence[tuple[str, str]],
    language: str,
    made_at: datetime,
) -> Document:
    """Return the minister's page as a document."""
    lines = promises or [_("No promise was due in this year.")]
    public = _("Hidden to protect people, shown as a dash: %(count)s.") % {"count": hidden}
    table = FigureTable(
        name="brief",
        caption=_("Now, and your own past"),
        columns=(_("What"), year, _("The year before")),
        rows=tuple(headlines),
    )
    sections = [
        Section(_("Promises"), tuple(Paragraph(line) for line in lines)),
        Section(_("Now, and your own past"), (table,) if headlines else ()),
        Section(_("What the public page will say"), (Paragraph(public),)),
    ]
    if reply:
        words: list[Block] = [Paragraph(text) for _language, text in reply]
        sections.append(Section(_("Your note of reply"), tuple(words)))
    return Document(
        title=title,
        language=language,
        made_at=made_at.replace(microsecond=0),
        facts=tuple(facts),
        sections=tuple(sections),
        year=year,
    )


def pdf(document: Document) -> bytes:
    """Return a document as tagged PDF."""
    return pdf_of(document)


def one_page(document: Document) -> bytes:
    """Return a document as a PDF of one page."""
    return one_page_pdf_of(document)


def draft(document: Document) -> bytes:
    """Return a document as the draft that goes round."""
    advice = _(
        "Change the texts only, between their marks, and leave the marks. Figures are computed: a changed figure is not "
        "read. Send the file back to whoever sent it; it is read on the office's own machine."
    )
    return draft_of(document, advice=advice)


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a file to be kept."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
