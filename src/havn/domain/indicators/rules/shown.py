# SPDX-License-Identifier: Apache-2.0
"""What can be told of any figure that is shown, whoever froze or published it."""

from __future__ import annotations

from decimal import Decimal


class ShownFigure:
    """A figure with its numbers; those who show one inherit what its numbers mean together."""

    __slots__ = ()
    value: Decimal | None
    lower_bound: Decimal | None
    denominator: int | None
    n_started: int | None

    @property
    def is_not_reached(self) -> bool:
        """Whether only a bound is known: the share in question was not reached by the freeze."""
        return self.value is None and self.lower_bound is not None

    @property
    def rests_on(self) -> int | None:
        """How many cases it rests on: the denominator, or the cases that were followed."""
        return self.denominator if self.denominator is not None else self.n_started
