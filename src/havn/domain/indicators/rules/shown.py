# SPDX-License-Identifier: Apache-2.0
"""What can be told of any figure that is shown, whoever froze or published it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal

FREE = "F"
CONFIDENTIAL = "C"  # one public mark: which cell was hidden first is nobody's business
NOT_PUBLISHED = "N"  # the whole breakdown: its code is `wire.LEFT_AWAY`


class ShownFigure(ABC):
    """A figure with its numbers; those who show one inherit what its numbers mean together."""

    __slots__ = ()
    value: Decimal | None
    lower_bound: Decimal | None
    denominator: int | None
    n_started: int | None

    @property
    @abstractmethod
    def is_hidden(self) -> bool:
        """Whether the value is hidden to protect small numbers."""

    @property
    @abstractmethod
    def is_left_away(self) -> bool:
        """Whether it says that the whole breakdown is not shown, since small numbers could be worked out from it."""

    @property
    def conf_status(self) -> str:
        """The mark of confidentiality, as the files carry it."""
        if self.is_left_away:
            return NOT_PUBLISHED
        return CONFIDENTIAL if self.is_hidden else FREE

    @property
    def is_not_reached(self) -> bool:
        """Whether only a bound is known: the share in question was not reached by the freeze."""
        return self.value is None and self.lower_bound is not None

    @property
    def rests_on(self) -> int | None:
        """How many cases it rests on: the denominator, or the cases that were followed."""
        return self.denominator if self.denominator is not None else self.n_started
