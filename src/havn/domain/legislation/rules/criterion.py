# SPDX-License-Identifier: Apache-2.0
"""What a criterion is: a question about a law, where it comes from, and what may be answered to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from havn.lib.encoding import gettext_noop


class Value(StrEnum):
    """What is answered to a criterion; `unknown` is never counted as `no`."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class Group(StrEnum):
    """What a criterion is about."""

    MATERIAL = "material"
    CONTACT = "contact"
    PROCEDURE = "procedure"
    JURISDICTION = "jurisdiction"
    EVIDENCE = "evidence"
    PROVIDERS = "providers"
    PROTECTION = "protection"
    PREVENTION = "prevention"


class Instrument(StrEnum):
    """Treaties and laws that criteria come from, and the model law of ICMEC."""

    DIRECTIVE = "D"
    TRAFFICKING = "TH"
    BUDAPEST = "B"
    LANZAROTE = "LZ"
    PROTOCOL = "OP"
    ICMEC = "IC"
    RECAST = "RC"
    UN = "UN"
    SERVICES = "DSA"
    NATIONAL = "NL"


INSTRUMENTS: dict[Instrument, str] = {
    Instrument.DIRECTIVE: gettext_noop("Directive 2011/93/EU"),
    Instrument.TRAFFICKING: gettext_noop("Directive 2011/36/EU"),
    Instrument.BUDAPEST: gettext_noop("Budapest Convention on Cybercrime"),
    Instrument.LANZAROTE: gettext_noop("Lanzarote Convention"),
    Instrument.PROTOCOL: gettext_noop("Optional Protocol on the sale of children"),
    Instrument.ICMEC: gettext_noop("ICMEC model legislation"),
    Instrument.RECAST: gettext_noop("Recast of Directive 2011/93/EU"),
    Instrument.UN: gettext_noop("UN Convention against Cybercrime"),
    Instrument.SERVICES: gettext_noop("Digital Services Act"),
    Instrument.NATIONAL: gettext_noop("National law"),
}


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a criterion comes from; one that nobody compared with the text is never shown without saying so."""

    instrument: Instrument
    place: str
    is_checked: bool = True
    is_reservable: bool = False


def checked(instrument: Instrument, *places: str) -> tuple[Citation, ...]:
    """Return citations that were compared with the text of the instrument."""
    return tuple(Citation(instrument, place) for place in places)


def unchecked(
    instrument: Instrument, *places: str, is_reservable: bool = False
) -> tuple[Citation, ...]:
    """Return citations from memory: shown with the words that nobody compared them yet."""
    return tuple(
        Citation(instrument, place, is_checked=False, is_reservable=is_reservable)
        for place in places
    )


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What the number beside an answer means, its bounds, and beside which answers it is needed."""

    meaning: str
    unit: str
    least: int
    most: int
    needed_for: frozenset[Value] = frozenset()
    may_be_unlimited: bool = False
    least_for_yes: int | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question about a country's law; texts are English message keys."""

    id: str
    group: Group
    question: str
    citations: tuple[Citation, ...]
    partly: str = ""  # when `partly` is the honest answer
    note: str = ""
    number: NumberRule | None = None
    part: str = ""  # of a criterion that has several parts, each answered by itself
    part_name: str = ""
    has_direction: bool = True

    @property
    def key(self) -> str:
        """Return what it is called in code, events and addresses: `L04`, `L25.remove`."""
        return f"{self.id}.{self.part}" if self.part else self.id
