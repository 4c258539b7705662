# SPDX-License-Identifier: Apache-2.0
"""What the hub may know of a hidden count, and how it adds up countries of which some are hidden.

For a small count the hub gets the bounds of its class, which are the same for every one of them. For a count that
is hidden for another's sake it gets a box out of a fixed grid: boxes five numbers wide, then ten, twenty and
so on, all beginning at a multiple of their width. The box is the narrowest one that holds the count and at least
five numbers that the audit proved possible. It says in which box the count lies and nothing about where in the box: any
other number of the box would have got the same one or a wider one. A box once sent is sent again as long as the count
stays inside it, so that a later release tells nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from havn.domain.indicators.rules.suppression.table import VALUES_OF_SECONDARY, Cell

_WIDEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest that a count can be; `high` is None where nothing bounds it."""

    low: int
    high: int | None

    def holds(self, count: int) -> bool:
        """Whether the count lies inside."""
        return self.low <= count and (self.high is None or count <= self.high)


def bounds_of(cell: Cell, possible: Collection[int], earlier: Sequence[Bounds] = ()) -> Bounds:
    """Return what the hub may know of a hidden count; `earlier` are the bounds that were sent of it before."""
    if cell.is_small:
        return Bounds(*cell.rule.bounds(is_total=cell.is_total))
    for sent in earlier:
        if sent.holds(cell.count):
            return sent
    width = VALUES_OF_SECONDARY
    while width < _WIDEST:
        low = cell.count // width * width
        box = Bounds(low, low + width - 1)
        if _numbers_in(box, possible) >= VALUES_OF_SECONDARY:
            return box
        width *= 2
    return Bounds(0, None)


def _numbers_in(bounds: Bounds, possible: Collection[int]) -> int:
    return sum(bounds.holds(count) for count in possible)


def alliance_total(shown: Sequence[int], hidden: Sequence[Bounds]) -> Bounds:
    """Return the total over countries as an interval: exact where nothing is hidden.

    A single hidden country would be given away by the total: then the smallest shown one is
    taken as a box as well, and where none is shown, the total is not bounded at all.
    """
    numbers, boxes = sorted(shown), list(hidden)
    if len(boxes) == 1:
        if not numbers:
            return Bounds(0, None)
        boxes.append(_box_around(numbers.pop(0)))
    highs = [box.high for box in boxes]
    known = [high for high in highs if high is not None]
    high = sum(numbers) + sum(known) if len(known) == len(highs) else None
    return Bounds(sum(numbers) + sum(box.low for box in boxes), high)


def _box_around(count: int) -> Bounds:
    low = count // VALUES_OF_SECONDARY * VALUES_OF_SECONDARY
    return Bounds(low, low + VALUES_OF_SECONDARY - 1)
