# SPDX-License-Identifier: Apache-2.0
"""Whether a report that was read may be taken: whose it is, which year, what it follows, which figures it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.indicators import rules as indicators
from havn.domain.publication.rules.calendar import Calendar
from havn.domain.publication.rules.states import Basis
from havn.lib.encoding import gettext_noop
from havn.lib.wire import Figure, Head, NationalReport

MOST_DIGITS = 15  # what both databases keep exactly
MOST_PLACES = 9


SENTENCES: dict[str, str] = {
    "already_here": gettext_noop(
        "{place}: this report is here already. Nothing was changed. Send a new version to change something."
    ),
    "another_member": gettext_noop(
        "{place}: the sender may not report for this member. Send it from the member's own node or office."
    ),
    "another_node": gettext_noop(
        "{place}: the report names another node than the one that sent it. Sign it on the node that sends it."
    ),
    "goes_back": gettext_noop(
        "{place}: the version before this one knew more: its `as_of` is later. Make the report anew."
    ),
    "has_a_node": gettext_noop(
        "{place}: this member has a node, and reports with it. An office's file is not taken for it."
    ),
    "not_a_member": gettext_noop(
        "{place}: this country takes part in no alliance here. Ask the secretariat how it accedes."
    ),
    "not_for_quarters": gettext_noop(
        "{place}: this indicator is computed for whole years alone. Leave it out of the half-year update."
    ),
    "quarters_internal": gettext_noop(
        "{place}: single quarters of persons and of police work are told to nobody. Leave this indicator out."
    ),
    "too_many_waiting": gettext_noop(
        "{place}: too many parts wait for their head. Send the head of a report before further parts."
    ),
    "too_precise": gettext_noop(
        "{place}: this number has more digits than can be kept. Give at most 15 digits, 9 after the point."
    ),
    "update_differs": gettext_noop(
        "{place}: another piece of this update says otherwise. Tell the whole update anew, under a UUID of its own."
    ),
    "update_withdrawn": gettext_noop(
        "{place}: this update was withdrawn. Tell the whole update anew, under a UUID of its own."
    ),
    "unknown_breakdown": gettext_noop(
        "{place}: the definition has no such breakdown. Look it up in the indicator's definition."
    ),
    "unknown_code": gettext_noop(
        "{place}: the breakdown has no such code. Look it up in the indicator's definition."
    ),
    "unknown_definition": gettext_noop(
        "{place}: this hub does not know that version of the definition. Update the node, or wait for the hub."
    ),
    "unknown_indicator": gettext_noop(
        "{place}: there is no such indicator. Look it up in the list of definitions."
    ),
    "unknown_measure": gettext_noop(
        "{place}: the definition has no such measure. Look it up in the indicator's definition."
    ),
    "version_not_next": gettext_noop(
        "{place}: this version follows neither the last one here nor one of yours that was refused since. "
        "Name one of them as what it supersedes, and count on from it."
    ),
    "wrong_basis": gettext_noop(
        "{place}: a node computes and an office states. Say `computed` or `stated` accordingly."
    ),
    "year_over": gettext_noop(
        "{place}: this year is over. Its figures come with the national report."
    ),
    "year_open": gettext_noop("{place}: this year is not over yet. Report it when it is."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a report is not taken: a stable code, the place, and a sentence."""

    code: str
    place: str

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in English."""
        return SENTENCES[self.code].format(place=self.place)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands a report in: a node of the roster, or an office by its key."""

    member: str
    node: UUID | None
    is_member: bool  # a country that takes part now
    has_node: bool = False  # of an office: whether its member reports with a node

    @property
    def basis(self) -> Basis:
        """What its figures rest on."""
        return Basis.STATED if self.node is None else Basis.COMPUTED


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest version of the same member's year that is here."""

    id: UUID
    version: str
    as_of: datetime


def sender_faults(head: Head, sender: Sender) -> Iterator[Fault]:
    """Yield what is wrong with who sends this head."""  # H5 H6
    if head.member != sender.member:
        yield Fault("another_member", "head: member")
    elif not sender.is_member:
        yield Fault("not_a_member", "head: member")
    if sender.node is None and sender.has_node:
        yield Fault("has_a_node", "head: member")
    if head.basis != sender.basis:
        yield Fault("wrong_basis", "head: basis")
    elif head.node != sender.node:
        yield Fault("another_node", "head: node")


def order_faults(
    head: Head,
    earlier: Earlier | None,
    *,
    known: Collection[UUID],
    follows_refused: bool,
    calendar: Calendar,
    at: datetime,
) -> Iterator[Fault]:
    """Yield what is wrong with when this head comes and what it follows.

    `follows_refused` says that it names as its predecessor what this hub refused from the same node.
    """  # H7 H8
    if head.report in known:
        yield Fault("already_here", "head: report")
        return
    if not calendar.is_over(head.year, at):
        yield Fault("year_open", "head: year")
    if not _follows(head, earlier, follows_refused=follows_refused):
        yield Fault("version_not_next", "head: version")
    elif earlier is not None and head.as_of < earlier.as_of:
        yield Fault("goes_back", "head: as_of")


def _follows(head: Head, earlier: Earlier | None, *, follows_refused: bool) -> bool:
    """Whether a version is the first, comes after the last one here, or corrects one that was refused since."""
    if follows_refused:
        return earlier is None or order_of(head.version) > order_of(earlier.version)
    if earlier is None:
        return head.version == "1.0" and head.supersedes is None
    major, minor = order_of(earlier.version)
    following = {f"{major}.{minor + 1}", f"{major + 1}.0"}
    return head.supersedes == earlier.id and head.version in following


def order_of(version: str) -> tuple[int, int]:
    """Return what versions are sorted by."""
    major, minor = map(int, version.split("."))
    return major, minor


def figure_faults(report: NationalReport) -> Iterator[Fault]:
    """Yield what is wrong with figures that the schema allows: no such indicator, definition, measure or code."""
    for name in sorted(report.parts):  # H9
        if name.startswith("figures/"):
            yield from part_faults(name, report.parts[name])


def part_faults(name: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the figures of one indicator."""  # H9
    known = {each.id: each for each in indicators.DEFINITIONS}
    definition = known.get(part["indicator"])
    if definition is None:
        yield Fault("unknown_indicator", f"{name}: indicator")
        return
    if part["definition"] > definition.version:
        yield Fault("unknown_definition", f"{name}: definition")
        return
    for number, value in enumerate(part["series"]):
        figure, place = Figure.of(value), f"{name}: series[{number}]"
        if part["definition"] == definition.version:  # an older one had its own measures
            yield from _cell_faults(figure, definition, place)
        if any(not _is_kept(each) for each in (figure.value, figure.lower_bound)):
            yield Fault("too_precise", f"{place}.value")


def _cell_faults(figure: Figure, definition: Any, place: str) -> Iterator[Fault]:
    if figure.measure not in {each.name for each in definition.measures}:
        yield Fault("unknown_measure", f"{place}.measure")
    if not figure.breakdown:
        return
    codes = {each.name: each.codes for each in definition.breakdowns}
    for breakdown, code in zip(figure.breakdown.split(";"), figure.code.split(";"), strict=False):
        if breakdown not in codes:
            yield Fault("unknown_breakdown", f"{place}.breakdown")
        elif code not in codes[breakdown] and not figure.is_left_away:
            yield Fault("unknown_code", f"{place}.code")


def _is_kept(number: Decimal | None) -> bool:
    if number is None:
        return True
    _sign, digits, exponent = number.as_tuple()
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return len(digits) <= MOST_DIGITS and places <= MOST_PLACES
