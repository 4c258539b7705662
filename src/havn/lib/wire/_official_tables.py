# SPDX-License-Identifier: Apache-2.0
"""Tables that law and hotlines ask for, made from the same figures: rows of key, label, value and note.

The yearly report of a trusted flagger (Regulation (EU) 2022/2065 Art. 22(3)), the statistics of a state (Regulation
(EU) 2021/1232 Art. 8(1); whether it applies is for the reader to know), and a table as hotlines of INHOPE exchange it.
Labels and notes are English message keys: pages translate them. A figure that is hidden, missing or not collected has an
empty value and a note that says which; it is never nought.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Final

from havn.lib.wire._national_report import Figure, decimal_text
from havn.lib.wire._national_report_schema import LEFT_AWAY, LEFT_AWAY_NOTE

DSA_BASIS: Final = "Regulation (EU) 2022/2065, Article 22(3)"
STATISTICS_BASIS: Final = "Regulation (EU) 2021/1232, Article 8(1)"
HOTLINE_BASIS: Final = "As hotlines of INHOPE report: items are addresses, not reports"

HIDDEN_NOTE: Final = "hidden, so that nobody can be recognised"
MISSING_NOTE: Final = "no figure"
NOT_COLLECTED_NOTE: Final = "exists, but is not collected"
NOTHING_NOTE: Final = "nothing to measure"
PROVISIONAL_NOTE: Final = "provisional"
BREAK_NOTE: Final = "break in the series"
AT_LEAST_NOTE: Final = "not reached; this is the least it can be"
_STATUS_NOTES = {
    "Q": HIDDEN_NOTE,
    "L": NOT_COLLECTED_NOTE,
    "M": NOTHING_NOTE,
    "P": PROVISIONAL_NOTE,
    "B": BREAK_NOTE,
}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """One line: a stable key, what it is, the number as text (empty: none), and what is to be said about it."""

    key: str
    label: str
    value: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OfficialTable:
    """A table with its name, its title and what asks for it."""

    name: str
    title: str
    basis: str
    rows: tuple[OfficialRow, ...]


@dataclass(frozen=True, slots=True)
class NoticeCount:
    """How many notices to a provider, of a type of content, ended in one way; without any personal data."""

    provider: str
    content: str  # `baseline`, `national`: the legal class under which it was notified
    action: str  # `removed`, `refused`, `moved`, `no_answer`
    notices: int


@dataclass(frozen=True, slots=True)
class Line:
    """Which figure stands in a line: indicator, measure, breakdown and code, and which of its numbers."""

    key: str
    label: str
    indicator: str
    measure: str
    breakdown: str = ""
    code: str = ""
    number: str = "value"


ACTIONS: Final = {
    "removed": "Removed",
    "refused": "Refused",
    "moved": "Moved to another country",
    "no_answer": "No answer",
}
CONTENTS: Final = {
    "baseline": "Illegal in every member",
    "national": "Illegal under national law",
}
STATISTICS_LINES: Final = (
    Line("a.reports", "Reports received", "R01", "received"),
    Line("a.repeated", "Of these, of what was reported before", "R01", "duplicates"),
    *(
        Line(f"a.reports.{code}", f"Reports by {label}", "R01", "received", "reporter_kind", code)
        for code, label in {
            "public": "the public",
            "organisation": "organisations, providers among them",
            "staff": "the hotline itself",
            "_O": "others",
            "_U": "an unknown sender",
        }.items()
    ),
    Line("b.children", "Children identified", "V01", "identified"),
    *(
        Line(
            f"b.children.{code}", f"Children identified: {label}", "V01", "identified", "sex", code
        )
        for code, label in {"f": "girls", "m": "boys", "_U": "sex not known"}.items()
    ),
    Line("c.convicted", "Persons convicted", "P06", "convicted"),
)
HOTLINE_LINES: Final = (
    Line("reports", "Reports received", "R01", "received"),
    Line("assessed", "Items assessed", "R02", "confirmed", number="denominator"),
    Line("confirmed", "Items confirmed as illegal", "R02", "confirmed", number="numerator"),
    Line("confirmed_share", "Confirmed share, per cent", "R02", "confirmed"),
    Line("hosted_here", "Confirmed items hosted here", "R09", "hosted_here"),
    Line("to_police", "Hours from report to police, median", "P01", "median_hours"),
    Line("police_24h", "Police informed within 24 hours, per cent", "P02", "within_24h"),
    Line("police_72h", "Police informed within 72 hours, per cent", "P02", "within_72h"),
    Line("to_removal", "Hours from notice to removal, median", "R04", "median_hours"),
    Line("removed_24h", "Removed within 24 hours of notice, per cent", "R06", "within_24h"),
    Line("removed_72h", "Removed within 72 hours of notice, per cent", "R06", "within_72h"),
    Line("removed_7d", "Removed within 7 days of notice, per cent", "R06", "within_7d"),
)

Figures = Iterable[tuple[str, Figure]]  # with their indicators


def trusted_flagger_tables(
    notices: Iterable[NoticeCount],
    *,
    independence: Mapping[str, str],
    least_shown: int = 1,
) -> tuple[OfficialTable, ...]:
    """Return what a trusted flagger publishes each year: by provider, by type of content, by action taken.

    `independence` says in plain words how it stays independent, by the name of the procedure. Providers with fewer
    notices than `least_shown` are joined into one line, for a flagger whose notices are not public anyway.
    """
    counts = tuple(notices)
    return (
        OfficialTable("total", "Notices", DSA_BASIS, (_count("notices", "Notices sent", counts),)),
        OfficialTable(
            "provider",
            "Notices by provider and action taken",
            DSA_BASIS,
            tuple(_by_provider(counts, least_shown)),
        ),
        OfficialTable(
            "content",
            "Notices by type of content",
            DSA_BASIS,
            tuple(_by(counts, "content", CONTENTS)),
        ),
        OfficialTable(
            "action", "Notices by action taken", DSA_BASIS, tuple(_by(counts, "action", ACTIONS))
        ),
        OfficialTable(
            "independence",
            "How independence is kept",
            DSA_BASIS,
            tuple(OfficialRow(key, key, "", words) for key, words in independence.items()),
        ),
    )


def statistics_table(figures: Figures, *, period: str) -> OfficialTable:
    """Return the statistics of a state: reports, children identified by sex, persons convicted."""
    rows = tuple(_rows(STATISTICS_LINES, figures, period))
    return OfficialTable("article_8", "Statistics of the state", STATISTICS_BASIS, rows)


def hotline_table(figures: Figures, *, period: str) -> OfficialTable:
    """Return the figures of a hotline as hotlines compare them."""
    rows = tuple(_rows(HOTLINE_LINES, figures, period))
    return OfficialTable("hotline", "Figures of the hotline", HOTLINE_BASIS, rows)


def tables_csv(tables: Iterable[OfficialTable]) -> bytes:
    """Return tables as one CSV file in UTF-8; no cell begins like a formula."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["table", "key", "label", "value", "note"])
    for table in tables:
        for row in table.rows:
            writer.writerow(
                [table.name, *map(_plain, (row.key, row.label)), row.value, _plain(row.note)]
            )
    return text.getvalue().encode()


def _plain(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA_SIGNS) else words


def _rows(lines: Iterable[Line], figures: Figures, period: str) -> Iterator[OfficialRow]:
    found = {
        (indicator, each.measure, each.breakdown, each.code): each
        for indicator, each in figures
        if each.period == period
    }
    for line in lines:
        place = (line.indicator, line.measure, line.breakdown)
        figure = found.get((*place, line.code))
        if figure is None and line.breakdown and (*place, LEFT_AWAY) in found:
            yield OfficialRow(line.key, line.label, note=LEFT_AWAY_NOTE)
            continue
        yield OfficialRow(line.key, line.label, *_number(figure, line.number))


def _number(figure: Figure | None, name: str) -> tuple[str, str]:
    """Return a figure's number as text, and what is to be said about it."""
    if figure is None:
        return "", MISSING_NOTE
    note = _STATUS_NOTES.get(figure.status, "")
    if figure.status in {"Q", "L", "M"}:
        return "", note
    if name != "value":
        count = getattr(figure, name)
        return ("", MISSING_NOTE) if count is None else (str(count), note)
    if figure.value is None and figure.lower_bound is not None:
        return decimal_text(figure.lower_bound) or "", AT_LEAST_NOTE
    return (
        (decimal_text(figure.value) or "", note)
        if figure.value is not None
        else ("", MISSING_NOTE)
    )


def _count(key: str, label: str, counts: Iterable[NoticeCount]) -> OfficialRow:
    return OfficialRow(key, label, str(sum(each.notices for each in counts)))


def _by(
    counts: tuple[NoticeCount, ...], field: str, titles: Mapping[str, str]
) -> Iterator[OfficialRow]:
    """Yield a line for each code that the table names, then for each that it does not."""
    codes = dict.fromkeys([*titles, *sorted(getattr(each, field) for each in counts)])
    for code in codes:
        mine = [each for each in counts if getattr(each, field) == code]
        yield _count(code, titles.get(code, code), mine)


def _by_provider(counts: tuple[NoticeCount, ...], least_shown: int) -> Iterator[OfficialRow]:
    totals: dict[str, int] = {}
    for each in counts:
        totals[each.provider] = totals.get(each.provider, 0) + each.notices
    shown = sorted(name for name, total in totals.items() if total >= least_shown)
    groups = [(name, [each for each in counts if each.provider == name]) for name in shown]
    others = [each for each in counts if each.provider not in shown]
    if others:
        groups.append(("other providers", others))
    for name, mine in groups:
        yield _count(name, name, mine)
        for action, title in ACTIONS.items():
            ended = [each for each in mine if each.action == action]
            if ended:
                yield _count(f"{name}/{action}", f"{name}: {title}", ended)
