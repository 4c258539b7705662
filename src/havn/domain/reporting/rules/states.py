# SPDX-License-Identifier: Apache-2.0
"""The states of a national report, its versions, and the kinds of correction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum


class ReportState(StrEnum):
    """Where one version of a report stands."""

    DRAFT = "draft"  # texts are written, offices and data owners asked
    CONFIRMING = "confirming"  # the rapporteur released it; nothing changes until the signatory did or gave it back
    RELEASED = "released"
    CORRECTED = "corrected"  # a newer version was released; this one stays readable
    WITHDRAWN = "withdrawn"  # its files are not given out: something hidden could be derived


EVER_RELEASED = (ReportState.RELEASED, ReportState.CORRECTED, ReportState.WITHDRAWN)


class Step(StrEnum):
    """The two releases, in their order."""

    RAPPORTEUR = "rapporteur"
    SIGNATORY = "signatory"


class Correction(StrEnum):
    """Why a report that was released gets a further version."""

    LATE_FACTS = "late_facts"
    ERROR_IN_FACTS = "error_in_facts"
    ERROR_IN_METHOD = "error_in_method"
    DISCLOSURE = "disclosure"
    TEXT = "text"


CORRECTION_KINDS = tuple(kind.value for kind in Correction)
RECOMPUTED = frozenset(
    {Correction.LATE_FACTS, Correction.ERROR_IN_FACTS, Correction.ERROR_IN_METHOD, Correction.DISCLOSURE}
)  # fmt: skip
MOVES: dict[tuple[ReportState, ReportState], str] = {
    (ReportState.DRAFT, ReportState.CONFIRMING): "the rapporteur releases",
    (ReportState.CONFIRMING, ReportState.DRAFT): "rapporteur or signatory give it back",
    (ReportState.CONFIRMING, ReportState.RELEASED): "the signatory, another person, releases",
    (ReportState.RELEASED, ReportState.CORRECTED): "a correction is released",
    (ReportState.RELEASED, ReportState.WITHDRAWN): "a hidden number can be derived",
    (ReportState.CORRECTED, ReportState.WITHDRAWN): "a hidden number can be derived",
}
FIRST_VERSION = "1.0"
FIRST_YEAR = 2012  # of the launch


def refusal_to_move(source: ReportState, target: ReportState) -> str:
    """Return the code of why a report may not go there, or nothing where it may."""
    if (source, target) in MOVES:
        return ""
    if source is target:
        return "already_there"
    if source is ReportState.DRAFT:
        return "not_released_yet"
    if source is ReportState.CONFIRMING:
        return "waits_for_signatory"
    return "released_already"


def order_of_version(version: str) -> tuple[int, int]:
    """Return what versions are sorted by; raises ValueError for what is none."""
    whole, dot, part = version.partition(".")
    if not (dot and whole.isascii() and whole.isdigit() and part.isascii() and part.isdigit()):
        raise ValueError("a version is written like 1.0")
    return int(whole), int(part)


def next_version(versions: Sequence[str]) -> str:
    """Return the version that follows these: 1.0, then 1.1, 1.2, and so on."""
    if not versions:
        return FIRST_VERSION
    whole, part = max(order_of_version(version) for version in versions)
    return f"{whole}.{part + 1}"


def is_late(*, due_on: date, released_on: date | None, today: date) -> bool:
    """Whether the report was released after its day, or is not there and the day is over."""
    return (released_on or today) > due_on
