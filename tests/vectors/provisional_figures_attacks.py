# SPDX-License-Identifier: Apache-2.0
"""A piece of a half-year update that is right, and named attacks on it."""

from __future__ import annotations

from typing import Any

from tests.vectors.national_report_changes import (
    Attack,
    Change,
    all_of,
    drop,
    event,
    grow,
    nothing,
    put,
)
from tests.vectors.national_report_forms import NODE, REPORT

_COUNT: dict[str, Any] = {
    "measure": "received",
    "breakdown": "",
    "code": "",
    "value": "812",
    "lower_bound": None,
    "numerator": None,
    "denominator": None,
    "n_started": None,
    "n_done": None,
    "n_censored": None,
    "status": "P",
}
_HIDDEN = _COUNT | {"breakdown": "channel", "code": "web", "value": None, "status": "Q"}
_AWAY = _COUNT | {"breakdown": "language", "code": "_N", "value": None, "status": "Q"}
PIECE: dict[str, Any] = {
    "v": 1,
    "update": REPORT,
    "member": "XA",
    "year": "2026",
    "as_of": "2026-09-30T06:00:00+00:00",
    "pieces": 2,
    "indicator": "R01",
    "definition": 1,
    "period": "2026-Q2",
    "frozen_at": "2026-07-11T00:00:00+00:00",
    "log_position": NODE,
    "series": [_COUNT, _HIDDEN, _AWAY],
}


def _piece(sentence: str, error: str | None, change: Change) -> Attack:
    return event("provisional", PIECE, sentence, error, change)


def _in_year(year: str) -> Change:
    quarter = put("period", to=f"{year}-Q2")
    return all_of(put("year", to=year), quarter, put("frozen_at", to=f"{year}-07-11T00:00:00Z"))


PROVISIONAL_ATTACKS: list[tuple[str, Attack]] = [
    ("a piece of a half-year update", _piece("N28", None, nothing)),
    ("a piece of version 2", _piece("N2", "unknown_version", put("v", to=2))),
    ("a piece with a field more", _piece("N28", "unknown_field", put("released_by", to=[]))),
    ("a piece without its indicator", _piece("N28", "missing_field", drop("indicator"))),
    ("a piece of no update", _piece("N28", "bad_value", put("update", to="half"))),
    ("a piece of too many", _piece("N28", "out_of_bounds", put("pieces", to=129))),
    ("a piece with no figure", _piece("N28", "too_short", put("series", to=[]))),
    (
        "a piece told on a day that is none",
        _piece("N17", "not_a_date", put("as_of", to="2026-09-31T06:00:00+00:00")),
    ),
    (
        "a piece told before its year began",
        _piece("N29", "another_year", put("as_of", to="2025-12-31T06:00:00+00:00")),
    ),
    (
        "a piece told after its year was over",
        _piece("N29", "another_year", put("as_of", to="2027-01-01T00:00:00+00:00")),
    ),
    (
        "a piece from the future",
        _piece(
            "N29",
            "from_the_future",
            all_of(_in_year("2027"), put("as_of", to="2027-09-30T06:00:00Z")),
        ),
    ),
    ("a piece of a whole year", _piece("N29", "not_the_first_half", put("period", to="2026"))),
    (
        "a piece of the third quarter",
        _piece("N29", "not_the_first_half", put("period", to="2026-Q3")),
    ),
    (
        "a piece of a quarter of another year",
        _piece("N29", "not_the_first_half", put("period", to="2025-Q2")),
    ),
    (
        "a piece of a quarter that is not closed",
        _piece("N29", "quarter_open", put("frozen_at", to="2026-06-30T23:59:59+00:00")),
    ),
    (
        "a piece that was frozen after it was told",
        _piece("N29", "from_the_future", put("frozen_at", to="2026-10-01T00:00:00+00:00")),
    ),
    (
        "a piece with a figure twice",
        _piece("N30", "figure_twice", grow("series", by=lambda series: series[0])),
    ),
    ("a piece with limits", _piece("N30", "unknown_field", put("series", 1, "low", to=1))),
    ("a piece with a source", _piece("N30", "unknown_field", put("series", 0, "source", to="Me"))),
    (
        "a piece with a hidden number",
        _piece("N30", "hidden_with_number", put("series", 1, "value", to="3")),
    ),
    (
        "a piece with a breakdown left away and shown",
        _piece(
            "N30",
            "left_away_and_shown",
            grow("series", by=lambda _: _COUNT | {"breakdown": "language", "code": "da"}),
        ),
    ),
    (
        "a piece with a breakdown and no code",
        _piece("N30", "breakdown_without_code", put("series", 1, "code", to="")),
    ),
    (
        "a piece with a figure without a number",
        _piece("N30", "number_missing", put("series", 0, "value", to=None)),
    ),
]
