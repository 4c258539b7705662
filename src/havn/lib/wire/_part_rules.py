# SPDX-License-Identifier: Apache-2.0
"""What the schema cannot say of a head and its parts: what belongs together, what must differ, what texts hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from havn.lib.encoding import holds_encoded_file
from havn.lib.wire._faults import ReportFault
from havn.lib.wire._national_report_schema import is_left_away

_MARKUP = re.compile(r"<[A-Za-z/!?]|&(?:#[0-9xX]|[A-Za-z]{2,31};)|\]\(|javascript:", re.IGNORECASE)
_SEVERAL_LINES = {"text", "note"}
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # hide what a line says
_NUMBERS = (
    "value",
    "lower_bound",
    "numerator",
    "denominator",
    "n_started",
    "n_done",
    "n_censored",
)
_ABSENT = {"M", "L", "Q"}
Value = Mapping[str, Any]


def head_faults(head: Value) -> Iterator[ReportFault]:
    """Yield what is wrong with a head that the schema lets pass."""
    yield from text_faults(head, "head")
    yield from _times(head, "head", ("as_of",))
    for name in ("confirmations", "released_by"):
        for number, each in enumerate(head[name], start=1):
            yield from _times(each, f"head: {name}[{number}]", ("on",))
    offices = [" ".join(each["office"].split()).casefold() for each in head["released_by"]]
    if len(set(offices)) != len(offices):  # N7
        yield ReportFault("same_office_twice", "head: released_by")
    if head["basis"] == "computed":  # N8
        if head["node"] is None:
            yield ReportFault("node_and_basis", "head: node")
    elif head["node"] is not None or head["log_position"] is not None:
        yield ReportFault("node_and_basis", "head: node")
    yield from _version_faults(head)
    yield from _lines_of_parts(head)


def _version_faults(head: Value) -> Iterator[ReportFault]:  # N9
    if head["version"] == "1.0":
        for name in ("supersedes", "correction"):
            if head[name] is not None:
                yield ReportFault("correction_unexpected", f"head: {name}")
        return
    for name in ("supersedes", "correction"):
        if head[name] is None:
            yield ReportFault("correction_missing", f"head: {name}")
    if head["supersedes"] == head["report"]:
        yield ReportFault("correction_missing", "head: supersedes")


def _lines_of_parts(head: Value) -> Iterator[ReportFault]:  # N4, N5
    names = [each["name"] for each in head["parts"]]
    digests = [each["sha256"] for each in head["parts"]]
    for number, (name, digest) in enumerate(zip(names, digests, strict=True), start=1):
        if names.index(name) < number - 1 or digests.index(digest) < number - 1:
            yield ReportFault("part_twice", f"head: parts[{number}]")
    for number, each in enumerate(head["confirmations"], start=1):
        if each["part"] not in names:
            yield ReportFault("confirmation_of_nothing", f"head: confirmations[{number}].part")
    if len(set(head["languages"])) != len(head["languages"]):
        yield ReportFault("text_twice", "head: languages")


def part_faults(name: str, content: Value, head: Value | None = None) -> Iterator[ReportFault]:
    """Yield what is wrong with a part that the schema lets pass; with the head, also what the two say together."""
    yield from text_faults(content, name)
    yield from _RULES[name.partition("/")[0]](name, content, head)


def _figures(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:
    if name != f"figures/{content['indicator']}":
        yield ReportFault("part_named_otherwise", f"{name}: indicator")
    seen: set[tuple[str, ...]] = set()
    away = {_cell(each)[:3] for each in content["series"] if is_left_away(each["code"])}
    for number, each in enumerate(content["series"], start=1):
        place = f"{name}: series[{number}]"
        if _cell(each)[:3] in away and not is_left_away(each["code"]):  # N27
            yield ReportFault("left_away_and_shown", place)
        key = _cell(each)
        if key in seen:  # N13
            yield ReportFault("figure_twice", place)
        seen.add(key)
        yield from figure_faults(each, place)
        if head is not None:
            yield from _figure_under_head(each, head, place)


def _bounds(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N26
    del head
    if name != f"bounds/{content['indicator']}":
        yield ReportFault("part_named_otherwise", f"{name}: indicator")
    seen: set[tuple[str, ...]] = set()
    for number, each in enumerate(content["cells"], start=1):
        place = f"{name}: cells[{number}]"
        key = _cell(each)
        if key in seen:
            yield ReportFault("figure_twice", place)
        seen.add(key)
        if _count(each["breakdown"]) != _count(each["code"]):
            yield ReportFault("breakdown_without_code", f"{place}.code")
        if each["low"] > each["high"]:
            yield ReportFault("limits_out_of_place", f"{place}.low")


def bounds_faults(parts: Mapping[str, Value]) -> Iterator[ReportFault]:
    """Yield the bounds, among the parts of a report by name, that are of no hidden figure of it."""  # N26
    for name, part in parts.items():
        if not name.startswith("bounds/"):
            continue
        figures = parts.get(f"figures/{part['indicator']}", {"series": []})
        hidden = {
            _cell(each)
            for each in figures["series"]
            if each["status"] == "Q" and not is_left_away(each["code"])
        }
        for number, each in enumerate(part["cells"], start=1):
            if _cell(each) not in hidden:
                yield ReportFault("bounds_of_nothing", f"{name}: cells[{number}]")


def _cell(figure: Value) -> tuple[str, ...]:
    return tuple(figure[field] for field in ("period", "measure", "breakdown", "code"))


def figure_faults(figure: Value, place: str) -> Iterator[ReportFault]:
    """Yield what is wrong with one figure: its status against its numbers, its breakdown against its code."""
    if _count(figure["breakdown"]) != _count(figure["code"]):  # N14
        yield ReportFault("breakdown_without_code", f"{place}.code")
    status, low, high = figure["status"], figure["low"], figure["high"]
    if is_left_away(figure["code"]) and (status != "Q" or (low, high) != (None, None)):  # N27
        yield ReportFault("left_away_with_number", place)
    if status == "Q":  # N11
        for field in _NUMBERS:
            if figure[field] is not None:
                yield ReportFault("hidden_with_number", f"{place}.{field}")
        if (low is None) != (high is None) or (low is not None and low > high):
            yield ReportFault("limits_out_of_place", f"{place}.low")
    elif low is not None or high is not None:
        yield ReportFault("limits_out_of_place", f"{place}.low")
    if status in _ABSENT - {"Q"}:  # N10
        for field in ("value", "lower_bound"):
            if figure[field] is not None:
                yield ReportFault("number_out_of_place", f"{place}.{field}")
    elif status not in _ABSENT and figure["value"] is None and figure["lower_bound"] is None:
        yield ReportFault("number_missing", f"{place}.value")


def _figure_under_head(figure: Value, head: Value, place: str) -> Iterator[ReportFault]:
    if figure["period"][:4] > head["year"]:  # N13
        yield ReportFault("period_after_year", f"{place}.period")
    is_stated, has_source = head["basis"] == "stated", "source" in figure
    if is_stated and not has_source and figure["status"] not in _ABSENT:  # N12
        yield ReportFault("source_missing", f"{place}.source")
    if not is_stated and has_source:
        yield ReportFault("source_unexpected", f"{place}.source")


def _texts(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N15
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(content["texts"], start=1):
        place = f"{name}: texts[{number}]"
        if (each["kind"], each["language"]) in seen:
            yield ReportFault("text_twice", place)
        seen.add((each["kind"], each["language"]))
        if head is not None and each["language"] not in head["languages"]:
            yield ReportFault("language_not_named", f"{place}.language")


def _commitments(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N18
    del head
    ids = [each["id"] for each in content["commitments"]]
    dates = ("starts", "due", "first_due", "adopted_on", "achieved_on", "ended_on")
    for number, each in enumerate(content["commitments"], start=1):
        place = f"{name}: commitments[{number}]"
        yield from _times(each, place, dates)
        if ids.index(each["id"]) < number - 1:
            yield ReportFault("figure_twice", place)


def _law(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N19
    del head
    for kind, key in (("criteria", "criterion"), ("gaps", "rule")):
        keys = [each[key] for each in content[kind]]
        for number, each in enumerate(content[kind], start=1):
            if keys.index(each[key]) < number - 1:
                yield ReportFault("figure_twice", f"{name}: {kind}[{number}]")
    dates = ("in_force_from", "in_force_to", "assessed_on", "reviewed_on")
    for number, each in enumerate(content["criteria"], start=1):
        yield from _times(each, f"{name}: criteria[{number}]", dates)


def _corrections(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N20
    del head
    for number, each in enumerate(content["corrections"], start=1):
        place = f"{name}: corrections[{number}]"
        if _count(each["breakdown"]) != _count(each["code"]):
            yield ReportFault("breakdown_without_code", f"{place}.code")
        if each["kind"] == "disclosure" and (each["old"], each["new"]) != (None, None):
            yield ReportFault("correction_with_number", f"{place}.old")


def _answers(name: str, content: Value, head: Value | None) -> Iterator[ReportFault]:  # N21
    del head
    for number, each in enumerate(content["answers"], start=1):
        place = f"{name}: answers[{number}]"
        yield from _times(each, place, ("on",))
        if each["figure"] is None and each["text"] is None:
            yield ReportFault("nothing_answered", place)


_Rule = Callable[[str, Value, Value | None], Iterator[ReportFault]]
_RULES: dict[str, _Rule] = {
    "figures": _figures,
    "bounds": _bounds,
    "texts": _texts,
    "commitments": _commitments,
    "law": _law,
    "corrections": _corrections,
    "answers": _answers,
}


def text_faults(value: Any, place: str, *, name: str = "") -> Iterator[ReportFault]:
    """Yield what may not stand in a text anywhere below a value: a file, markup, what cannot be seen."""  # N16
    if isinstance(value, dict):
        for field, each in value.items():
            is_note = name == "note"  # its fields are languages
            inner = "note" if is_note else field
            yield from text_faults(each, _further(place, f".{field}"), name=inner)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from text_faults(each, _further(place, f"[{number}]"), name=name)
    elif isinstance(value, str):
        code = fault_in_text(value, may_break=name in _SEVERAL_LINES)
        if code:
            yield ReportFault(code, place)


def fault_in_text(text: str, *, may_break: bool) -> str:
    """Return the code of what is wrong with a text, or nothing."""
    # What Python calls printable is seen; a report has a hundred thousand texts, and nearly all are.
    if not text.isprintable() and any(map(_is_unseen, text)):
        return "control_character"
    if not may_break and "\n" in text:
        return "line_break"
    if holds_encoded_file(text):
        return "holds_a_file"
    if _MARKUP.search(text):
        return "holds_markup"
    return "" if text.strip() or not text else "too_short"


def _is_unseen(character: str) -> bool:
    is_control = unicodedata.category(character) in {"Cc", "Cs", "Co"} and character != "\n"
    return is_control or character in _TURNING


def _times(value: Value, place: str, names: Iterable[str]) -> Iterator[ReportFault]:  # N17
    for name in names:
        text = value[name]
        if text is None:
            continue
        try:
            datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        except ValueError:
            yield ReportFault("not_a_date", _further(place, f".{name}"))


def _count(joined: str) -> int:
    return joined.count(";") + 1 if joined else 0


def _further(place: str, step: str) -> str:
    return f"{place}{step}" if ": " in place else f"{place}: {step.removeprefix('.')}"
