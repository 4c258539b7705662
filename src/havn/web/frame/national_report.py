# SPDX-License-Identifier: Apache-2.0
"""How a national report reads, made from the parts that are signed: the same on a country's site and on its desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.lib import wire
from havn.lib.encoding import number_of
from havn.web.frame import hidden, promises
from havn.web.frame.language import day

HIDDEN = "–"
Past = Mapping[
    tuple[str, int], Sequence[Mapping[str, Any]]
]  # by indicator and version of its definition
Titles = Mapping[str, Mapping[str, str]]  # of promises, by id and language
TEXT_TITLES = {
    "overview": gettext_lazy("Overview"),
    "resources": gettext_lazy("Staff, training and money"),
    "views": gettext_lazy("What victims and children say"),
    "missing": gettext_lazy("What is missing, and why"),
    "cooperation": gettext_lazy("Work with other countries"),
    "reply": gettext_lazy("Note of reply"),
    "independence": gettext_lazy("How you stay independent of providers"),
}
CORRECTION_TITLES = {
    "late_facts": gettext_lazy("facts that became known later"),
    "error_in_facts": gettext_lazy("an error in the facts"),
    "error_in_method": gettext_lazy("an error in the method"),
    "disclosure": gettext_lazy("something hidden could be derived"),
    "text": gettext_lazy("wording"),
}
STATUS_TITLES = {
    "P": gettext_lazy("provisional"),
    "B": gettext_lazy("break in the series"),
    "M": gettext_lazy("nothing to measure"),
    "L": gettext_lazy("not collected"),
}
_NOTHING = {"M", "L"}
_BEFORE = ("overview",)
_AFTER = ("resources", "views", "cooperation", "missing", "reply")


@dataclass(frozen=True, slots=True)
class Passage:
    """One text with its title, in the reader's language where it is there."""

    title: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One table: a row for each measure or part, a column for each period."""

    caption: str
    periods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class IndicatorSection:
    """One indicator: its definition, tables, and the country's note."""

    id: str
    version: int
    name: str
    definition: str
    pitfalls: str
    tables: tuple[FigureTable, ...]
    note: Passage | None


@dataclass(frozen=True, slots=True)
class CorrectedFigure:
    """One figure that stood otherwise before."""

    name: str
    period: str
    old: str
    new: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """What an office stated, with its source."""

    office: str
    question: str
    figure: str
    text: str
    source: str
    on: str


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise by its number and title: how it stands, in words, its day, and how far its figure is."""

    number: str
    title: promises.Said
    state: str
    due: str
    measured: str


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A whole report, in the order of its page."""

    before: tuple[Passage, ...]
    about_figures: str  # what is hidden, and whether earlier years stand beside it
    indicators: tuple[IndicatorSection, ...]
    after: tuple[Passage, ...]
    commitments: tuple[PromiseLine, ...]
    gaps: tuple[Mapping[str, Any], ...]
    criteria: tuple[Mapping[str, Any], ...]
    answers: tuple[OfficeLine, ...]
    corrections: tuple[CorrectedFigure, ...]


def shown(
    parts: Mapping[str, Mapping[str, Any]],
    definitions: Iterable[Any],
    *,
    language: str,
    past: Past | None = None,
    titles: Titles | None = None,
) -> ShownReport:
    """Return a report as its page shows it; `definitions` are those of the domain, known by their id.

    `past` holds the totals of earlier years as their own reports say them: they stand beside those of this one.
    `titles` are those of its promises, which a report tells by number: their words are in the acts that made them. (N18)
    """
    known = {each.id: each for each in definitions}
    texts = parts.get("texts", {}).get("texts", [])
    sections = [
        _section(part, known.get(part["indicator"]), texts, language, past=past or {})
        for name, part in sorted(parts.items())
        if name.startswith("figures/")
    ]
    return ShownReport(
        before=_passages(texts, _BEFORE, language),
        about_figures=_about_figures(parts, past or {}),
        indicators=tuple(sections),
        after=_passages(texts, _AFTER, language),
        commitments=tuple(
            _promise(each, (titles or {}).get(each["id"], {}))
            for each in parts.get("commitments", {}).get("commitments", ())
        ),
        gaps=tuple(parts.get("law", {}).get("gaps", ())),
        criteria=tuple(parts.get("law", {}).get("criteria", ())),
        answers=tuple(_office(each) for each in parts.get("answers", {}).get("answers", ())),
        corrections=tuple(
            _corrected(each, known, language)
            for each in parts.get("corrections", {}).get("corrections", ())
        ),
    )


def text_title(kind: str) -> str:
    """Return what a kind of text is called."""
    if kind.startswith("note:"):
        return _("Note on %(indicator)s") % {"indicator": kind.removeprefix("note:")}
    return str(TEXT_TITLES.get(kind, kind))


def _passages(
    texts: Sequence[Mapping[str, str]], kinds: Iterable[str], language: str
) -> tuple[Passage, ...]:
    found = (_passage(texts, kind, language) for kind in kinds)
    return tuple(each for each in found if each is not None)


def _passage(texts: Sequence[Mapping[str, str]], kind: str, language: str) -> Passage | None:
    """Return a text in the reader's language, or in another one where it is not there."""
    mine = [each for each in texts if each["kind"] == kind]
    best = next((each for each in mine if each["language"] == language), mine[0] if mine else None)
    return Passage(text_title(kind), best["language"], best["text"]) if best else None


def _section(
    part: Mapping[str, Any],
    definition: Any,
    texts: Sequence[Mapping[str, str]],
    language: str,
    *,
    past: Past,
) -> IndicatorSection:
    indicator = part["indicator"]
    return IndicatorSection(
        id=indicator,
        version=part["definition"],
        name=_(definition.name) if definition else indicator,
        definition=_(definition.definition) if definition else "",
        pitfalls=_(definition.pitfalls) if definition else "",
        tables=tuple(_tables(part["series"], definition, before=before_of(part, past))),
        note=_passage(texts, f"note:{indicator}", language),
    )


def _about_figures(parts: Mapping[str, Mapping[str, Any]], past: Past) -> str:
    """Return what stands above the figures; of earlier years only where one stands beside them."""
    sentences = [hidden.what_a_dash_means(), hidden.held_back()]
    if any(before_of(part, past) for name, part in parts.items() if name.startswith("figures/")):
        sentences.append(
            _("Up to two earlier years stand beside it, as their own reports say them.")
        )
    return " ".join(sentences)


def _promise(each: Mapping[str, Any], title: Mapping[str, str]) -> PromiseLine:
    state = str(promises.state_tag(each["state"]).word)
    late = f", {_lateness(each)}" if each["is_late"] else ""
    due = day(date.fromisoformat(each["due"])) if each["due"] else HIDDEN
    return PromiseLine(each["number"], promises.said(title), state + late, due, _measured(each))


def _lateness(each: Mapping[str, Any]) -> str:
    """Return that it is late; a new day set after the old one passed does not take that away."""
    return str(promises.timing_tag("late_redated" if each["is_redated"] else "late").word)


def _measured(each: Mapping[str, Any]) -> str:
    """Return how far the figure of a promise is; empty where it is no figure that was promised."""
    if not each["indicator"]:
        return ""
    named = {
        name: promises.number(number_of(each[name])) for name in ("baseline", "aim", "reached")
    }
    return _("%(indicator)s: %(baseline)s at the start, %(aim)s promised, %(reached)s reached") % (
        named | {"indicator": each["indicator"]}
    )


def before_of(part: Mapping[str, Any], past: Past) -> Sequence[Mapping[str, Any]]:
    """Return the totals of earlier years that the same version of the indicator's definition gave."""
    own = {each["period"] for each in part["series"]}
    earlier = past.get((part["indicator"], part["definition"]), ())
    return [each for each in earlier if each["period"] not in own]


def _tables(
    series: Sequence[Mapping[str, Any]],
    definition: Any,
    *,
    before: Sequence[Mapping[str, Any]] = (),
) -> Iterable[FigureTable]:
    """Yield the totals beside those of earlier years, then each measure by each of its breakdowns; years before quarters.

    A breakdown in which nothing was measured is no table: the totals say so once.
    """
    periods = tuple(sorted({each["period"] for each in series}, key=lambda p: ("-Q" in p, p)))
    found: dict[tuple[str, ...], Mapping[str, Any]] = {
        (each["measure"], each["breakdown"], each["code"], each["period"]): each
        for each in (*series, *before)
    }
    keys = list(dict.fromkeys((s["measure"], s["breakdown"], s["code"]) for s in series))
    totals = [key for key in keys if not key[1]]
    if totals:
        years = (*sorted({each["period"] for each in before}), *periods)
        rows = [
            (_title(definition, key[0]), _cells(found, key, years, definition)) for key in totals
        ]
        yield FigureTable(_("All together"), years, tuple(rows))
    for measure, breakdown in dict.fromkeys((m, b) for m, b, _code in keys if b):
        mine = [key for key in keys if key[:2] == (measure, breakdown)]
        if all(
            s["status"] in _NOTHING
            for s in series
            if (s["measure"], s["breakdown"]) == (measure, breakdown)
        ):
            continue
        rows = [
            (_code_title(definition, key[1], key[2]), _cells(found, key, periods, definition))
            for key in mine
            if not _is_away(key[2])
        ]
        rows += [_left_away(found, key, periods) for key in mine if _is_away(key[2])]
        caption = f"{_title(definition, measure)}: {_breakdown_title(definition, breakdown)}"
        yield FigureTable(caption, periods, tuple(rows))


def _is_away(code: str) -> bool:
    return wire.is_left_away(code)


def _left_away(
    found: Mapping[tuple[str, ...], Mapping[str, Any]],
    key: tuple[str, str, str],
    periods: Sequence[str],
) -> tuple[str, tuple[str, ...]]:
    """Return the line that says in words for which periods a breakdown is not shown, and why."""
    gaps = [period for period in periods if (*key, period) in found]
    said = _(
        "Not shown for %(periods)s, because small numbers could be worked out from it. The figures for all together "
        "are given instead."
    ) % {"periods": ", ".join(gaps)}
    return said, tuple(HIDDEN for _period in periods)


def _cells(
    found: Mapping[tuple[str, ...], Mapping[str, Any]],
    key: tuple[str, str, str],
    periods: Sequence[str],
    definition: Any,
) -> tuple[str, ...]:
    return tuple(_cell(found.get((*key, period)), _unit(definition, key[0])) for period in periods)


def _cell(figure: Mapping[str, Any] | None, unit: str) -> str:
    if figure is None or figure["status"] == "Q":
        return HIDDEN
    if figure["status"] in _NOTHING:
        return str(STATUS_TITLES[figure["status"]])
    if figure["value"] is not None:
        text = number(figure["value"], unit)
    else:
        text = _("more than %(number)s") % {"number": number(figure["lower_bound"], unit)}
    mark = STATUS_TITLES.get(figure["status"])
    return f"{text} ({mark})" if mark else text


def number(written: str | None, unit: str = "") -> str:
    """Return a decimal of the document as the reader's language writes it, with its unit."""
    if written is None:
        return HIDDEN
    value = Decimal(written)
    places = 0 if value == value.to_integral() else 1 if abs(value) >= 10 else 2
    return f"{number_format(value, places, use_l10n=True)} {_(unit) if unit else ''}".strip()


def _office(each: Mapping[str, Any]) -> OfficeLine:
    return OfficeLine(
        office=each["office"],
        question=each["question"],
        figure=number(each["figure"]) if each["figure"] is not None else "",
        text=each["text"] or "",
        source=each["source"],
        on=each["on"],
    )


def _corrected(
    each: Mapping[str, Any], known: Mapping[str, Any], language: str
) -> CorrectedFigure:
    definition = known.get(each["indicator"])
    name = f"{each['indicator']} {_title(definition, each['measure'])}"
    if each["code"]:
        name = f"{name}, {_code_title(definition, each['breakdown'], each['code'])}"
    unit = _unit(definition, each["measure"])
    note = each["note"]
    return CorrectedFigure(
        name=name,
        period=each["period"],
        old=number(each["old"], unit),
        new=number(each["new"], unit),
        kind=str(CORRECTION_TITLES.get(each["kind"], each["kind"])),
        note=note.get(language) or next(iter(note.values()), ""),
    )


def _measure(definition: Any, name: str) -> Any:
    measures = definition.measures if definition else ()
    return next((each for each in measures if each.name == name), None)


def _title(definition: Any, name: str) -> str:
    measure = _measure(definition, name)
    return _(measure.title) if measure else name


def _unit(definition: Any, name: str) -> str:
    measure = _measure(definition, name)
    return measure.unit if measure else ""


def _breakdown_title(definition: Any, joined: str) -> str:
    return ", ".join(
        _(each.title) if each else name
        for name in joined.split(";")
        for each in [_breakdown(definition, name)]
    )


def _code_title(definition: Any, joined: str, codes: str) -> str:
    words = []
    for name, code in zip(joined.split(";"), codes.split(";"), strict=False):
        breakdown = _breakdown(definition, name)
        words.append(_(breakdown.codes[code]) if breakdown and code in breakdown.codes else code)
    return ", ".join(words)


def _breakdown(definition: Any, name: str) -> Any:
    breakdowns = definition.breakdowns if definition else ()
    return next((each for each in breakdowns if each.name == name), None)
