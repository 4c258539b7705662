# SPDX-License-Identifier: Apache-2.0
"""Comparing a table or a saved page with verified figures, one figure after another. (G9)"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any

from havn.kit.figures._errors import ProofError
from havn.kit.figures._proof import VerifiedProof
from havn.lib.wire import Figure

_OWN_COLUMNS = ("sex", "age", "offence", "origin")
_NEEDED = {
    "indicator",
    "ref_area",
    "time_period",
    "other_dim",
    "other_code",
    "obs_value",
    "obs_status",
}
_TENTH = Decimal("0.1")
PLACES = 9  # behind the point, in which a hub keeps figures


class Verdict(StrEnum):
    """What is said of one figure."""

    VERIFIED = "verified"
    CHANGED = "changed"  # the proof holds this figure, with another value
    UNKNOWN = "unknown"  # of this country and indicator, and not in the proof
    NOT_COVERED = "not_covered"  # of another country, indicator or report


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a table or page: where it stands, what it says, and whether that was signed."""

    place: str
    says: str
    signed: str
    verdict: Verdict


def mark_of(member: str, indicator: str, place: Iterable[str]) -> str:
    """Return the mark by which a page says which figure a cell shows."""
    return "/".join((member, indicator, *place))


def compare_csv(proof: VerifiedProof, content: bytes) -> list[Compared]:
    """Return the verdict on every row of a tidy table."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if not set(rows.fieldnames or ()) >= _NEEDED:
            raise ProofError("table_wrong")
        return [_row(proof, row) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ProofError("table_wrong") from error


def _row(proof: VerifiedProof, row: Mapping[str, str]) -> Compared:
    names = row["other_dim"].split(";")
    codes = row["other_code"].split(";")
    known = dict(zip(names, codes, strict=False))
    measure = known.pop("measure", "")
    split = {name: row.get(name, "") for name in _OWN_COLUMNS if row.get(name)} | known
    is_covered = row["indicator"] == proof.indicator and row["ref_area"] == proof.head.member
    figure = _find(proof, row["time_period"], measure, split) if is_covered else None
    place = mark_of(
        row["ref_area"],
        row["indicator"],
        (row["time_period"], measure, ";".join(split), ";".join(split.values())),
    )
    said = {
        name: row.get(name, "")
        for name in (
            "obs_value",
            "lower_bound",
            "numerator",
            "denominator",
            "n_censored",
            "obs_status",
            "version",
        )
    }
    return _compared(place, said, figure, proof, is_covered=is_covered)  # fmt: skip


def _find(
    proof: VerifiedProof, period: str, measure: str, split: Mapping[str, str]
) -> Figure | None:
    """Return the signed figure of this place; the order of two joined breakdowns does not matter."""
    for figure in proof.figures.values():
        if (figure.period, figure.measure) != (period, measure):
            continue
        names = figure.breakdown.split(";") if figure.breakdown else []
        codes = figure.code.split(";") if figure.breakdown else []
        if dict(zip(names, codes, strict=True)) == dict(split):
            return figure
    return None


def _compared(
    place: str,
    said: Mapping[str, str],
    figure: Figure | None,
    proof: VerifiedProof,
    *,
    is_covered: bool,
) -> Compared:
    told = said["obs_value"] or said["lower_bound"] or said["obs_status"]
    if not is_covered:
        return Compared(place, told, "", Verdict.NOT_COVERED)
    if figure is None:
        # A table of all periods holds figures of other reports of the same country.
        is_of_this = place.split("/")[2][:4] == proof.head.year
        return Compared(place, told, "", Verdict.UNKNOWN if is_of_this else Verdict.NOT_COVERED)
    signed = _cells(figure, proof.definition)
    is_same = all(_same(said[name], signed[name]) for name in signed)
    written = signed["obs_value"] or signed["lower_bound"] or signed["obs_status"]
    return Compared(place, told, written, Verdict.VERIFIED if is_same else Verdict.CHANGED)


def _cells(figure: Figure, definition: int) -> dict[str, str]:
    """Return a signed figure as the tidy table writes it."""
    is_duration = figure.n_started is not None
    rests_on = figure.denominator if figure.denominator is not None else figure.n_started
    return {
        "obs_value": _written(figure.value),
        "lower_bound": _written(figure.lower_bound),
        "numerator": _written(figure.n_done if is_duration else figure.numerator),
        "denominator": _written(rests_on),
        "n_censored": _written(figure.n_censored),
        "obs_status": figure.status,
        "version": str(definition),
    }


def _written(number: Decimal | int | None) -> str:
    return "" if number is None else str(number)


def _same(said: str, signed: str) -> bool:
    if said == signed:
        return True
    try:
        return bool(said and signed) and round(Decimal(said), PLACES) == round(
            Decimal(signed), PLACES
        )
    except InvalidOperation:
        return False


def compare_json(proof: VerifiedProof, content: bytes) -> list[Compared]:
    """Return the verdict on every figure of a JSON answer."""
    try:
        value = json.loads(content, parse_float=Decimal, parse_int=Decimal)
        rows = [*value["computed"], *value["stated_not_computed"]]
        return [_object(proof, str(value["indicator"]), row) for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProofError("table_wrong") from error


def _object(proof: VerifiedProof, indicator: str, row: Mapping[str, Any]) -> Compared:
    split = dict(zip(row["breakdown"].split(";"), row["code"].split(";"), strict=True))
    split = {name: code for name, code in split.items() if name}
    is_covered = indicator == proof.indicator and row["member"] == proof.head.member
    figure = _find(proof, row["period"], row["measure"], split) if is_covered else None
    is_duration = row["n_started"] is not None
    rests_on = row["denominator"] if row["denominator"] is not None else row["n_started"]
    said = {
        "obs_value": _written(row["value"]),
        "lower_bound": _written(row["lower_bound"]),
        "numerator": _written(row["n_done"] if is_duration else row["numerator"]),
        "denominator": _written(rests_on),
        "n_censored": _written(row["n_censored"]),
        "obs_status": str(row["status"]),
        "version": _written(row["definition"]),
    }
    place = mark_of(
        row["member"], indicator, (row["period"], row["measure"], row["breakdown"], row["code"])
    )
    return _compared(place, said, figure, proof, is_covered=is_covered)


def compare_page(proof: VerifiedProof, content: bytes) -> list[Compared]:
    """Return the verdict on every marked figure of a saved page, as a reader sees it: rounded, in its language."""
    try:
        reader = _Page()
        reader.feed(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ProofError("table_wrong") from error
    if not reader.cells:
        raise ProofError("table_wrong")
    return [_cell(proof, mark, text, reader.language) for mark, text in reader.cells]


def _cell(proof: VerifiedProof, mark: str, text: str, language: str) -> Compared:
    parts = mark.split("/")
    if len(parts) != 6:
        return Compared(mark, text, "", Verdict.NOT_COVERED)
    member, indicator, period, measure, breakdown, code = parts
    if (member, indicator) != (proof.head.member, proof.indicator):
        return Compared(mark, text, "", Verdict.NOT_COVERED)
    figure = proof.figures.get((period, measure, breakdown, code))
    if figure is None:
        is_of_this = period[:4] == proof.head.year
        return Compared(mark, text, "", Verdict.UNKNOWN if is_of_this else Verdict.NOT_COVERED)
    number = figure.value if figure.value is not None else figure.lower_bound
    shown = _numbers(text, language)
    expected = [] if number is None else [_rounded(number)]
    verdict = Verdict.VERIFIED if shown == expected else Verdict.CHANGED
    return Compared(mark, text, "" if number is None else str(number), verdict)


def _rounded(number: Decimal) -> Decimal:
    return number if number == number.to_integral() else number.quantize(_TENTH)


def _numbers(text: str, language: str) -> list[Decimal]:
    """Return the numbers in a text, as the page's language writes them."""
    point, group = (
        (",", ".")
        if language.split("-", maxsplit=1)[0] in {"da", "de", "es", "it", "nl", "pt"}
        else (".", ",")
    )
    plain = (
        re.sub(r"[\u00a0\u202f]", "", text)
        .replace(group, "")
        .replace(point, ".")
        .replace("\u2212", "-")
    )
    return [Decimal(each) for each in re.findall(r"-?\d+(?:\.\d+)?", plain)]  # fmt: skip


class _Page(HTMLParser):
    """Takes the marked cells out of a page, and its language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: list[tuple[str, str]] = []
        self.language = "en"
        self._mark: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a marked cell."""
        found = dict(attrs)
        if tag == "html" and found.get("lang"):
            self.language = str(found["lang"])
        if tag == "td":
            self._mark, self._text = found.get("data-figure"), []

    def handle_endtag(self, tag: str) -> None:
        """End a marked cell."""
        if tag == "td" and self._mark:
            self.cells.append((self._mark, "".join(self._text).strip()))
            self._mark = None

    def handle_data(self, data: str) -> None:
        """Collect what a reader sees."""
        self._text.append(data)
