# SPDX-License-Identifier: Apache-2.0
"""A half-year update as it travels: provisional figures of the first two quarters, which nobody released.

Each piece is whole in itself, one indicator of one quarter, so that every one fits into an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from havn.lib.encoding import EncodingError, canonical_json
from havn.lib.wire._faults import NationalReportError, ReportFault
from havn.lib.wire._national_report import Figure, figures_part
from havn.lib.wire._national_report_schema import MOST_PART_BYTES, VERSION
from havn.lib.wire._part_rules import part_faults, text_faults
from havn.lib.wire._strict_schema import schema_faults

_WHERE = "provisional_figures.told"
_FIRST_HALF = ("Q1", "Q2")
_LATE = timedelta(minutes=5)  # as far as clocks may be apart
_NOT_TOLD = ("period", "low", "high", "source")  # of a figure; its period is that of the piece


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalPiece:
    """One indicator of one quarter out of a half-year update."""

    update: UUID
    member: str
    year: str
    as_of: datetime  # when the node's own site showed these figures
    pieces: int  # of the whole update
    indicator: str
    definition: int
    period: str
    frozen_at: datetime  # until when facts were known
    log_position: UUID | None
    figures: tuple[Figure, ...]

    @property
    def content(self) -> dict[str, Any]:
        """Return its figures as a part of figures, which the same rules judge."""
        return figures_part(self.indicator, self.definition, self.figures)

    def as_value(self) -> dict[str, Any]:
        """Return the body of the event that carries it."""  # N28
        return {
            "v": VERSION,
            "update": str(self.update),
            "member": self.member,
            "year": self.year,
            "as_of": self.as_of.astimezone(UTC).isoformat(),
            "pieces": self.pieces,
            "indicator": self.indicator,
            "definition": self.definition,
            "period": self.period,
            "frozen_at": self.frozen_at.astimezone(UTC).isoformat(),
            "log_position": str(self.log_position) if self.log_position else None,
            "series": [_told(each) for each in self.figures],
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> ProvisionalPiece:
        """Return the piece that a checked value holds."""
        position = value["log_position"]
        return cls(
            update=UUID(value["update"]),
            member=value["member"],
            year=value["year"],
            as_of=_instant(value["as_of"]),
            pieces=value["pieces"],
            indicator=value["indicator"],
            definition=value["definition"],
            period=value["period"],
            frozen_at=_instant(value["frozen_at"]),
            log_position=None if position is None else UUID(position),
            figures=tuple(
                Figure.of({"period": value["period"], **each}) for each in value["series"]
            ),
        )


def read_provisional(body: Any, *, at: datetime | None = None) -> ProvisionalPiece:
    """Return the piece that an event carries; raise NationalReportError otherwise."""  # N28
    _raise(schema_faults(body, "event_provisional", _WHERE))
    _raise([*text_faults(body, _WHERE), *_time_faults(body, at)])
    _raise(_figure_faults(body))
    return ProvisionalPiece.of(body)


def provisional_withdrawn(update: UUID, *, year: str) -> dict[str, Any]:
    """Return the body of the event that takes an update back; it names no figure."""  # N31
    return {"v": VERSION, "update": str(update), "year": year}


def read_provisional_withdrawn(body: Any) -> tuple[UUID, str]:
    """Return which update of which year an event takes back; raise NationalReportError otherwise."""  # N31
    _raise(schema_faults(body, "event_provisional_withdrawn", "provisional_figures.withdrawn"))
    return UUID(body["update"]), body["year"]


def _time_faults(body: Mapping[str, Any], at: datetime | None) -> Iterable[ReportFault]:
    """Yield what is wrong with the year, the quarter and the two instants of a piece."""  # N29 N30
    times = {}
    for name in ("as_of", "frozen_at"):
        try:
            times[name] = _instant(body[name])
        except ValueError:
            yield ReportFault("not_a_date", f"{_WHERE}: {name}")
    if len(times) < 2:
        return
    year, _dash, quarter = body["period"].partition("-")
    if year != body["year"] or quarter not in _FIRST_HALF:
        yield ReportFault("not_the_first_half", f"{_WHERE}: period")
    elif times["frozen_at"] < datetime(
        int(year), _FIRST_HALF.index(quarter) * 3 + 4, 1, tzinfo=UTC
    ):
        yield ReportFault("quarter_open", f"{_WHERE}: frozen_at")
    if times["as_of"].year != int(body["year"]):
        yield ReportFault("another_year", f"{_WHERE}: as_of")
    if at is not None and times["as_of"] > at + _LATE:
        yield ReportFault("from_the_future", f"{_WHERE}: as_of")
    if times["frozen_at"] > times["as_of"]:
        yield ReportFault("from_the_future", f"{_WHERE}: frozen_at")


def _figure_faults(body: Mapping[str, Any]) -> Iterable[ReportFault]:
    """Yield what is wrong with the figures, by the rules that hold for those of a report."""  # N30
    unsaid = dict.fromkeys(("low", "high"))
    series = [{"period": body["period"], **each, **unsaid} for each in body["series"]]
    name = f"figures/{body['indicator']}"
    found = list(part_faults(name, {"indicator": body["indicator"], "series": series}))
    if found:
        return found
    try:
        is_too_large = len(canonical_json(dict(body))) > MOST_PART_BYTES
    except EncodingError:
        return [ReportFault("not_json", _WHERE)]
    return [ReportFault("too_large", _WHERE)] if is_too_large else []


def _told(figure: Figure) -> dict[str, Any]:
    return {name: each for name, each in figure.as_value().items() if name not in _NOT_TOLD}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _raise(faults: Iterable[ReportFault]) -> None:
    found = list(faults)
    if found:
        raise NationalReportError(found)
