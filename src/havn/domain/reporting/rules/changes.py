# SPDX-License-Identifier: Apache-2.0
"""What changed between two releases of a figure, and which change somebody must explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

SHARE_NOTED = Decimal("0.05")
CASES_NOTED = 10
# About reporting itself: they change whenever a report is signed or corrected, and explain themselves.
EXPLAIN_THEMSELVES = frozenset({"X2", "X3", "X4"})

Key = tuple[str, str, str, str, str]  # indicator, period, measure, breakdown, code


class Compared(Protocol):
    """A frozen figure as it is compared."""

    @property
    def value(self) -> Decimal | None:
        """Its value; none where hidden or not reached."""

    @property
    def numerator(self) -> int | None:
        """Of a share: how many cases."""

    @property
    def obs_status(self) -> str:
        """`Q` where it is hidden."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that stands otherwise than in the earlier release; a hidden one has no number."""

    key: Key
    old: Decimal | None
    new: Decimal | None
    needs_note: bool

    @property
    def indicator(self) -> str:
        """Return whose figure it is."""
        return self.key[0]


def needs_note(
    old: Decimal | None, new: Decimal | None, *, old_cases: int | None, new_cases: int | None
) -> bool:
    """Whether a change is above 5 % of the old value, or above ten cases; what appears or goes is one too.

    Of a count the cases are its value; of a share its numerator.
    """
    if old is None or new is None:
        return old is not new
    if old != new and abs(new - old) > abs(old) * SHARE_NOTED:
        return True
    return (
        old_cases is not None
        and new_cases is not None
        and abs(new_cases - old_cases) > CASES_NOTED
    )


def changes_between(old: Mapping[Key, Compared], new: Mapping[Key, Compared]) -> list[Change]:
    """Return the figures of both releases that differ, in the order of their keys.

    Where one of the two is hidden nothing is compared: a difference would tell what is hidden.
    """
    found = []
    for key in sorted(old.keys() & new.keys()):
        before, after = old[key], new[key]
        if "Q" in {before.obs_status, after.obs_status} or before.value == after.value:
            continue
        is_noted = key[0] not in EXPLAIN_THEMSELVES and _is_noted(before, after)
        found.append(Change(key, before.value, after.value, is_noted))
    return found


def _is_noted(before: Compared, after: Compared) -> bool:
    return needs_note(before.value, after.value, old_cases=_cases(before), new_cases=_cases(after))


def _cases(figure: Compared) -> int | None:
    if figure.numerator is not None:
        return figure.numerator
    value = figure.value
    return int(value) if value is not None and value == value.to_integral() else None
