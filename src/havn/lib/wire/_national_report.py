# SPDX-License-Identifier: Apache-2.0
"""A national report as values: the head that is signed, its parts, and how both are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from havn.lib.encoding import b64u, canonical_json, number_of
from havn.lib.wire._national_report_schema import LEFT_AWAY, VERSION, is_left_away

REPORT_KIND: Final = "havn-national-report+jws"
TEXTS_KIND: Final = "havn-report-texts+jws"
_CELL = ("period", "measure", "breakdown", "code", "low", "high")
_COUNTS = ("numerator", "denominator", "n_started", "n_done", "n_censored", "low", "high")


class WrittenPart(NamedTuple):
    """A part as it is named in the head: what it is called, its digest, its canonical bytes."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PartLine:
    """The line of a head that names a part."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, part: WrittenPart) -> PartLine:
        """Return the line for a written part."""
        return cls(part.name, part.sha256, len(part.content))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An office confirmed a part that it owns."""

    part: str
    office: str
    on: date


@dataclass(frozen=True, slots=True)
class Release:
    """An office holder released the report."""

    office: str
    on: date


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a version replaces an earlier one: kind, and a note by language."""

    kind: str
    note: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is signed: whose report of which year in which version, and the digests of its parts."""

    report: UUID
    member: str
    node: UUID | None
    year: str
    basis: str
    as_of: datetime
    parts: tuple[PartLine, ...]
    released_by: tuple[Release, ...]
    languages: tuple[str, ...]
    version: str = "1.0"
    supersedes: UUID | None = None
    correction: Correction | None = None
    log_position: UUID | None = None
    confirmations: tuple[Confirmation, ...] = ()

    def as_value(self) -> dict[str, Any]:
        """Return the head as the JSON that is signed."""
        return {"v": VERSION} | {
            each.name: _plain(getattr(self, each.name)) for each in fields(self)
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Head:
        """Return the head that a checked value holds."""
        return cls(
            report=UUID(value["report"]),
            member=value["member"],
            node=_uuid(value["node"]),
            year=value["year"],
            basis=value["basis"],
            as_of=datetime.fromisoformat(value["as_of"]).astimezone(UTC),
            parts=tuple(PartLine(**each) for each in value["parts"]),
            released_by=tuple(
                Release(each["office"], date.fromisoformat(each["on"]))
                for each in value["released_by"]
            ),
            languages=tuple(value["languages"]),
            version=value["version"],
            supersedes=_uuid(value["supersedes"]),
            correction=Correction(**value["correction"]) if value["correction"] else None,
            log_position=_uuid(value["log_position"]),
            confirmations=tuple(
                Confirmation(each["part"], each["office"], date.fromisoformat(each["on"]))
                for each in value["confirmations"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value of a series; decimals are exact, None is not given."""

    period: str
    measure: str
    breakdown: str = ""
    code: str = ""
    value: Decimal | None = None
    lower_bound: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    n_started: int | None = None
    n_done: int | None = None
    n_censored: int | None = None
    status: str = "A"
    low: int | None = None
    high: int | None = None
    source: str | None = None  # of stated figures only

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Which cell of its indicator it is."""
        return self.period, self.measure, self.breakdown, self.code

    @property
    def is_left_away(self) -> bool:
        """Whether it says that the whole breakdown is not shown."""
        return is_left_away(self.code)

    @classmethod
    def left_away(cls, *, period: str, measure: str, breakdown: str) -> Figure:
        """Return the figure that says so; it has neither number nor limits."""  # N27
        code = ";".join(LEFT_AWAY for _each in breakdown.split(";"))
        return cls(period=period, measure=measure, breakdown=breakdown, code=code, status="Q")

    def as_value(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        found["value"] = decimal_text(self.value)
        found["lower_bound"] = decimal_text(self.lower_bound)
        if self.source is None:
            del found["source"]
        return found

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Figure:
        """Return the figure that a checked value holds."""
        numbers = {name: number_of(value[name]) for name in ("value", "lower_bound")}
        return cls(**{**value, **numbers})


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a report: of which kind, in which language."""

    kind: str
    language: str
    text: str

    def as_value(self) -> dict[str, str]:
        """Return the text as JSON."""
        return {"kind": self.kind, "language": self.language, "text": self.text}


@dataclass(frozen=True, slots=True)
class TextProposal:
    """A text as an office would have it; `was` is the SHA-256 of the text it had before it, None for a new one."""

    kind: str
    language: str
    was: str | None
    text: str

    def as_value(self) -> dict[str, str | None]:
        """Return the proposal as JSON."""
        return {"kind": self.kind, "language": self.language, "was": self.was, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextProposals:
    """What an office signs of a draft that came back: changed texts, never a figure."""

    report: UUID | None
    member: str
    year: str
    office: str
    on: date
    proposals: tuple[TextProposal, ...]

    def as_value(self) -> dict[str, Any]:
        """Return the proposals as the JSON that is signed."""
        return {
            "v": VERSION,
            "report": str(self.report) if self.report else None,
            "member": self.member,
            "year": self.year,
            "office": self.office,
            "on": self.on.isoformat(),
            "proposals": [each.as_value() for each in self.proposals],
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> TextProposals:
        """Return the proposals that a checked value holds."""
        return cls(
            report=_uuid(value["report"]),
            member=value["member"],
            year=value["year"],
            office=value["office"],
            on=date.fromisoformat(value["on"]),
            proposals=tuple(TextProposal(**each) for each in value["proposals"]),
        )


@dataclass(frozen=True, slots=True)
class NationalReport:
    """A report that was read and found right: its head, and its parts by name."""

    head: Head
    token: str
    parts: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def figures(self) -> Iterable[tuple[str, int, Figure]]:
        """Yield each figure with its indicator and the version of the definition, hidden ones with their bounds."""
        for name in sorted(self.parts):
            part = self.parts[name]
            if name.startswith("figures/"):
                bounds = self._bounds(part["indicator"])
                for each in part["series"]:
                    figure = Figure.of(each)
                    low, high = bounds.get(figure.place, (figure.low, figure.high))
                    yield (
                        part["indicator"],
                        part["definition"],
                        replace(figure, low=low, high=high),
                    )

    def _bounds(self, indicator: str) -> dict[tuple[str, str, str, str], tuple[int, int]]:
        part = self.parts.get(f"bounds/{indicator}", {"cells": []})
        return {
            (each["period"], each["measure"], each["breakdown"], each["code"]): (
                each["low"],
                each["high"],
            )
            for each in part["cells"]
        }


def figures_part(indicator: str, definition: int, series: Iterable[Figure]) -> dict[str, Any]:
    """Return the content of the part `figures/{indicator}`."""
    return {
        "v": VERSION,
        "indicator": indicator,
        "definition": definition,
        "series": [each.as_value() for each in series],
    }


def figures_and_bounds(
    indicator: str, definition: int, series: Iterable[Figure], *, salt: bytes
) -> dict[str, dict[str, Any]]:
    """Return an indicator's parts by name: its figures, and apart from them the bounds of the hidden ones.

    Only so can everybody verify what is published: the part of figures is handed on as it was signed, that of
    bounds never. `salt` is 32 random bytes, for this part alone.
    """  # N26
    figures = list(series)
    open_to_all = [replace(each, low=None, high=None) for each in figures]
    parts = {f"figures/{indicator}": figures_part(indicator, definition, open_to_all)}
    cells = [
        {name: getattr(each, name) for name in _CELL} for each in figures if each.low is not None
    ]
    if cells:
        known = {"v": VERSION, "indicator": indicator, "salt": b64u(salt), "cells": cells}
        parts[f"bounds/{indicator}"] = known
    return parts


def texts_part(texts: Iterable[Text]) -> dict[str, Any]:
    """Return the content of the part `texts`."""
    return {"v": VERSION, "texts": [each.as_value() for each in texts]}


def canonical_part(content: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the digest of a part's content, and the canonical bytes that it is of."""  # N4
    written = canonical_json(dict(content))
    return hashlib.sha256(written).hexdigest(), written


def text_digest(text: str) -> str:
    """Return the digest by which a proposal names the text that it would replace."""
    return hashlib.sha256(text.encode()).hexdigest()


def decimal_text(value: Decimal | None) -> str | None:
    """Return the one text of a number: no exponent, no zeros at the end, no minus before nought."""
    if value is None:
        return None
    if not value.is_finite():
        raise ValueError("A figure is a finite number.")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PartLine | Confirmation | Release | Correction):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return dict(value) if isinstance(value, Mapping) else value
