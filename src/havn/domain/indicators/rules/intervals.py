# SPDX-License-Identifier: Apache-2.0
"""In which interval a share, or the difference of two shares, lies in 95 of 100 such surveys.

E. B. Wilson: Probable inference, the law of succession, and statistical inference (1927).
R. G. Newcombe: Interval estimation for the difference between independent proportions (1998), method 10.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from typing import NamedTuple

Sample = tuple[int, int]  # right answers, answers
_Z = Decimal("1.959963984540054235524594430520551527955550077869548")  # 95 per cent, both sides
_EXACT = Context(prec=50)


class Difference(NamedTuple):
    """A difference of two shares, and the interval in which it lies."""

    between: Decimal
    low: Decimal
    high: Decimal


def wilson(sample: Sample) -> tuple[Decimal, Decimal]:
    """Return the interval of a share; there must be at least one answer."""
    with localcontext(_EXACT):
        right, answers = Decimal(sample[0]), Decimal(sample[1])
        middle = right + _Z**2 / 2
        width = _Z * (right * (answers - right) / answers + _Z**2 / 4).sqrt()
        return (middle - width) / (answers + _Z**2), (middle + width) / (answers + _Z**2)


def difference(one: Sample, other: Sample) -> Difference:
    """Return the share of one minus that of the other, with its interval."""
    with localcontext(_EXACT):
        first, second = (Decimal(right) / Decimal(answers) for right, answers in (one, other))
        (low_1, high_1), (low_2, high_2) = wilson(one), wilson(other)
        between = first - second
        below = ((first - low_1) ** 2 + (high_2 - second) ** 2).sqrt()
        above = ((high_1 - first) ** 2 + (second - low_2) ** 2).sqrt()
        return Difference(between, between - below, between + above)
