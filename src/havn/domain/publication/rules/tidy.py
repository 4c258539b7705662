# SPDX-License-Identifier: Apache-2.0
"""The tidy table of published figures (CSV): one observation a row, and its descriptor (CSV on the Web)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from havn.domain.publication.rules.published import (
    Figure,
    dimensions_of,
)
from havn.lib import wire
from havn.lib.encoding import csv_line, instant_text, plain_number

# The dimensions with a column of their own; every other stands in other_dim and other_code.
OWN_COLUMNS = ("sex", "age", "offence", "origin")
_AWAY = f"{wire.LEFT_AWAY} not shown (conf_status N)"
# column: (data type of CSV on the Web, what it holds)
COLUMNS: Mapping[str, tuple[str, str]] = {
    "indicator": ("string", "The indicator's id."),
    "ref_area": ("string", "The country, two letters (ISO 3166-1; XK is user-assigned)."),
    "freq": ("string", "A for a year, Q for a quarter."),
    "time_period": ("string", "What the figure is about: 2026 or 2026-Q3."),
    "sex": ("string", f"F, M, _U unknown, {_AWAY}; empty for all."),
    "age": ("string", f"Y0T2, Y3T13, Y14T17, Y_GE18, _U unknown, {_AWAY}; empty for all."),
    "offence": ("string", f"ICCS code, {_AWAY}; empty for all."),
    "origin": ("string", f"Origin, {_AWAY}; empty for all."),
    "other_dim": ("string", "Names of further dimensions, the measure first, joined by ;"),
    "other_code": ("string", f"Their codes in the same order, joined by ; {_AWAY}."),
    "unit": ("string", "The unit of the value."),
    "obs_value": ("decimal", "The value; empty where none is given, never zero for that."),
    "lower_bound": ("decimal", "Where the value is not reached: it is more than this."),
    "numerator": ("integer", "The count above the line, or the cases that ended."),
    "denominator": ("integer", "The count below the line, or the cases that were followed."),
    "n_censored": ("integer", "Cases that were still open at the freeze."),
    "obs_status": (
        "string",
        "A normal, P provisional, B break, Q hidden, M nothing to measure, L not collected.",
    ),
    "conf_status": (
        "string",
        f"F free, C hidden to protect small numbers, N {wire.LEFT_AWAY_NOTE}.",
    ),
    "as_of": ("dateTime", "What was known at this instant."),
    "version": ("integer", "The version of the indicator's definition."),
    "node": ("string", "The node that computed it; empty where the country stated it."),
    "log_position": ("string", "The last fact that it rests on."),
    "note": (
        "string",
        "Why a breakdown is not shown; that a figure is stated, and its source; that it is of a half-year update.",
    ),
}


def tidy_lines(
    figures: Iterable[Figure], *, units: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    """Yield the header and one line a figure: UTF-8, comma, point decimals, ISO dates, empty where not given."""
    yield csv_line(COLUMNS)
    for figure in figures:
        yield csv_line(map(_harmless, tidy_row(figure, units=units).values()))


def tidy_row(figure: Figure, *, units: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return a figure's cells by column."""
    is_duration = figure.n_started is not None
    cells = dict.fromkeys(COLUMNS, "")
    cells.update(
        indicator=figure.indicator,
        ref_area=figure.member,
        freq=figure.freq,
        time_period=figure.period,
        unit=units.get((figure.indicator, figure.measure), ""),
        obs_value=plain_number(figure.value),
        lower_bound=plain_number(figure.lower_bound),
        numerator=plain_number(figure.n_done if is_duration else figure.numerator),
        denominator=plain_number(figure.rests_on),
        n_censored=plain_number(figure.n_censored),
        obs_status=figure.status,
        conf_status=figure.conf_status,
        as_of=instant_text(figure.as_of),
        version=str(figure.definition),
        node=str(figure.node or ""),
        log_position=str(figure.log_position or ""),
        note=figure.note,
    )
    others = [("measure", figure.measure)]
    for name, code in dimensions_of(figure.breakdown, figure.code):
        if name in OWN_COLUMNS:
            cells[name] = code
        else:
            others.append((name, code))
    cells["other_dim"] = ";".join(name for name, _ in others)
    cells["other_code"] = ";".join(code for _, code in others)
    return cells


def _harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes a country's words for a formula."""
    is_formula = cell[:1] in {"=", "+", "@", "\t", "\r"}
    return f"'{cell}" if is_formula else cell


def descriptor(*, url: str, title: str, licence: str) -> dict[str, Any]:
    """Return what describes the table to programs (W3C, Metadata Vocabulary for Tabular Data)."""
    columns = [
        {
            "name": name,
            "titles": name,
            "datatype": datatype,
            "dc:description": told,
            "required": name in {"indicator", "ref_area", "freq", "time_period", "obs_status"},
        }
        for name, (datatype, told) in COLUMNS.items()
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:title": title,
        "dc:license": {"@id": licence},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "lineTerminators": ["\n"]},
        "tableSchema": {
            "columns": columns,
            "primaryKey": [
                "indicator", "ref_area", "time_period", "sex", "age", "offence", "origin", "other_dim", "other_code",
            ],
        },
    }  # fmt: skip
