# SPDX-License-Identifier: Apache-2.0
"""A national report and the minister's page as documents: the same words and tables as on the pages, to be set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from havn.lib.typeset import (
    Bar,
    Bars,
    Block,
    Document,
    FigureTable,
    Paragraph,
    ReportText,
    Section,
)
from havn.web.frame import national_report
from havn.web.frame.language import day as day_words
from havn.web.frame.national_report import IndicatorSection, Passage, ShownReport

MOST_COLUMNS = 5  # periods beside each other on a page; further ones stand in a further table
DRAFT_ADVICE = gettext_lazy(
    "This is a draft for clearance. Change the texts between a heading and the line that ends its text, and leave both "
    "lines with their codes. Figures are not taken from this document: tell the rapporteur what you think is wrong. Put "
    "in no pictures. Tracked changes are taken as accepted."
)
Parts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the beginning of a document says."""

    title: str
    subtitle: str
    author: str
    facts: tuple[tuple[str, str], ...]
    language: str
    made_at: datetime
    report: str
    member: str
    year: str


def report_document(
    parts: Parts,
    definitions: Iterable[Any],
    cover: Cover,
    *,
    past: national_report.Past | None = None,
    titles: national_report.Titles | None = None,
) -> Document:
    """Return the report as everybody reads it, in the language of its cover, beside its own past."""
    known = tuple(definitions)
    shown = national_report.shown(parts, known, language=cover.language, past=past, titles=titles)
    sections = [
        Section(each.title, (ReportText("overview", each.language, each.title, each.text),))
        for each in shown.before
    ]
    figures = _sections(shown, parts, known, past=past)
    return _document(cover, [*sections, *figures, *_after(shown)])


def draft_document(
    parts: Parts,
    definitions: Iterable[Any],
    cover: Cover,
    *,
    kinds: Sequence[str],
    languages: Sequence[str],
    titles: national_report.Titles | None = None,
) -> Document:
    """Return the report as it goes round for clearance: every text in every language, written or not."""
    known = tuple(definitions)
    shown = national_report.shown(parts, known, language=cover.language, titles=titles)
    written = {
        (each["kind"], each["language"]): each["text"]
        for each in parts.get("texts", {}).get("texts", ())
    }
    texts = tuple(
        ReportText(kind, each, national_report.text_title(kind), written.pop((kind, each), ""))
        for kind in kinds
        for each in languages
    )
    others = tuple(
        ReportText(kind, each, national_report.text_title(kind), text)
        for (kind, each), text in written.items()
    )
    figures = _sections(shown, parts, known, has_notes=False)
    return _document(cover, [Section(_("Texts"), texts + others), *figures])


def brief_document(
    found: Any,
    rows: Sequence[Mapping[str, str]],
    cover: Cover,
    *,
    promises: Sequence[str] = (),
) -> Document:
    """Return the minister's page."""
    kept = promises or (_("No promise was due in this year."),)
    headings = (_("What"), str(found.year), _("The year before"))
    lines = tuple((r["what"], r["now"], r["before"]) for r in rows)
    past: tuple[Block, ...] = (
        Paragraph(_("No figure of this year has a direction that one could judge by.")),
    )
    if lines:
        past = (FigureTable("brief", _("Now, and your own past"), headings, lines),)
    reply = tuple(Paragraph(text) for _language, text in found.reply)
    none = (Paragraph(_("There is none. What you want to say is published with the report.")),)
    return _document(
        cover,
        [
            Section(_("Promises"), tuple(map(Paragraph, kept))),
            Section(_("Now, and your own past"), past),
            Section(
                _("What the public page will say"),
                tuple(map(Paragraph, [*when_public(found), *public_lines(found)])),
            ),
            Section(_("Your note of reply"), reply or none),
        ],
    )


def public_lines(found: Any) -> list[str]:
    """Return in sentences what the public page will say, beside the figures; of nothing in words, never as nought."""
    hidden = ngettext(
        "%(number)s figure is hidden to protect people; it shows as a dash.",
        "%(number)s figures are hidden to protect people; they show as a dash.",
        found.hidden,
    ) % {"number": found.hidden}
    corrected = ngettext(
        "%(number)s figure stands otherwise than it was published before, and the page says why.",
        "%(number)s figures stand otherwise than they were published before, and the page says why.",
        found.corrections,
    ) % {"number": found.corrections}
    return [
        hidden if found.hidden else _("No figure is hidden to protect people."),
        corrected
        if found.corrections
        else _("Every figure that was published before stands unchanged."),
        _("No country is ranked. This one stands beside its own past and its own promises."),
    ]


def when_public(found: Any) -> list[str]:
    """Return in sentences when the Alliance publishes, or since when, and what it says of this version's day."""
    day = {"day": day_words(found.public_on)}
    if found.is_public:
        first = _("On %(day)s the Alliance published what had arrived.") % day
    else:
        first = _("The Alliance publishes what arrived on %(day)s.") % day
    return [first, *(_of_a_correction(found) if found.correction_kind else [_of_its_day(found)])]


def _of_a_correction(found: Any) -> list[str]:
    """Return what is said of a further version: the Alliance judges the report's day by the first."""
    said = [
        _(
            "This is a correction: the public page names it as one, with its reason. Whether the report came on time is "
            "judged by the first version that was accepted."
        )
    ]
    if found.correction_kind == "error_in_facts" and not found.released_on:
        due = {"day": day_words(found.due_on)}
        if found.is_late:
            said.append(
                _("It was due by %(day)s, ten working days after the error was found.") % due
            )
        else:
            said.append(
                _("It is due by %(day)s, ten working days after the error was found.") % due
            )
    return said


def _of_its_day(found: Any) -> str:
    if not found.released_on and not found.is_late:
        due = {"day": day_words(found.due_on)}
        return _("The report counts as on time if it is released by %(day)s.") % due
    if not found.released_on:
        if found.is_public:
            return _("Until your release it says that nothing was received from this country.")
        return _("Without your release it will say that nothing was received from this country.")
    if found.is_public:
        late, in_time = (
            _("It says that this report came late."),
            _("It says that this report came on time."),
        )
    else:
        late, in_time = (
            _("It will say that this report came late."),
            _("It will say that this report came on time."),
        )
    return late if found.is_late else in_time


def _document(cover: Cover, sections: Iterable[Section]) -> Document:
    return Document(
        title=cover.title,
        subtitle=cover.subtitle,
        author=cover.author,
        language=cover.language,
        made_at=cover.made_at,
        facts=cover.facts,
        foot=f"{cover.title} · {cover.subtitle}" if cover.subtitle else cover.title,
        sections=tuple(sections),
        report=cover.report,
        member=cover.member,
        year=cover.year,
    )


def _sections(
    shown: ShownReport,
    parts: Parts,
    definitions: Sequence[Any],
    *,
    has_notes: bool = True,
    past: national_report.Past | None = None,
) -> Iterator[Section]:
    """Yield promises, figures and gaps."""
    if shown.commitments:
        rows = tuple(
            (f"{each.number} {each.title.text}".rstrip(), each.state, each.due, each.measured)
            for each in shown.commitments
        )
        columns = (_("Promise"), _("State"), _("Due"), _("How far"))
        yield Section(_("Promises"), (FigureTable("promises", _("Promises"), columns, rows),))
    if shown.indicators:
        yield Section(_("Figures"), (Paragraph(shown.about_figures),))
    known = {each.id: each for each in definitions}
    for each in shown.indicators:
        part = parts[f"figures/{each.id}"]
        series = [*national_report.before_of(part, past or {}), *part["series"]]
        blocks = tuple(_indicator(each, series, known.get(each.id), has_notes=has_notes))
        yield Section(f"{each.id} {each.name}", blocks, level=2)
    if shown.gaps:
        gaps = tuple(
            (each["rule"], str(each["open"]), str(each["narrow"]), str(each["unknown"]))
            for each in shown.gaps
        )
        columns4 = (_("Rule"), _("Open"), _("Narrow"), _("Unknown"))
        table = FigureTable("gaps", _("Gaps between laws"), columns4, gaps)
        yield Section(_("Gaps between laws"), (table,))


def _indicator(
    section: IndicatorSection,
    series: Sequence[Mapping[str, Any]],
    definition: Any,
    *,
    has_notes: bool,
) -> Iterator[Block]:
    if section.definition:
        yield Paragraph(section.definition)
    if section.pitfalls:
        yield Paragraph(f"{_('Be careful')}: {section.pitfalls}", is_remark=True)
    if section.note and has_notes:
        yield _passage(f"note:{section.id}", section.note)
    number = 0
    for table in section.tables:
        for start in range(0, len(table.periods), MOST_COLUMNS):
            number += 1
            end = start + MOST_COLUMNS
            yield FigureTable(
                f"{section.id}.{number}",
                table.caption,
                (_("What"), *table.periods[start:end]),
                tuple((label, *cells[start:end]) for label, cells in table.rows),
            )
    yield from _bars(series, definition)


def _bars(series: Sequence[Mapping[str, Any]], definition: Any) -> Iterator[Bars]:
    """Yield a chart of the first measure by year, where there are two years to look at."""
    if definition is None:
        return
    measure = definition.measures[0]
    years = sorted(
        (each["period"], each["value"])
        for each in series
        if each["measure"] == measure.name and not each["breakdown"] and "-Q" not in each["period"]
    )
    if sum(value is not None for _year, value in years) < 2:
        return
    bars = tuple(
        Bar(
            year,
            None if value is None else float(value),
            national_report.number(value, measure.unit),
        )
        for year, value in years
    )
    alt = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars)
    yield Bars(_(measure.title), f"{_(measure.title)}. {alt}.", bars)


def _passage(kind: str, passage: Passage) -> ReportText:
    return ReportText(kind, passage.language, passage.title, passage.text)


def _after(shown: ShownReport) -> Iterator[Section]:
    """Yield what offices stated, the further texts, and what stood otherwise before."""
    if shown.answers:
        sentence = _(
            "These figures and words were stated by an office. They are not computed from recorded facts."
        )
        blocks = [Paragraph(sentence)]
        for each in shown.answers:
            words = "\n".join(word for word in (each.figure, each.text) if word)
            source = _("Source: %(source)s, as of %(day)s") % {
                "source": each.source,
                "day": each.on,
            }
            blocks += [
                Paragraph(f"{each.office}: {each.question}\n{words}"),
                Paragraph(source, is_remark=True),
            ]
        yield Section(_("What offices stated"), tuple(blocks))
    for passage in shown.after:
        yield Section(passage.title, (_passage("text", passage),))
    if shown.corrections:
        columns = (_("Figure"), _("Period"), _("Before"), _("Now"), _("Why"))
        rows = tuple(
            (each.name, each.period, each.old, each.new, f"{each.kind}: {each.note}")
            for each in shown.corrections
        )
        title = _("Figures that stood otherwise before")
        yield Section(title, (FigureTable("corrections", title, columns, rows),))
