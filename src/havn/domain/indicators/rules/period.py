# SPDX-License-Identifier: Apache-2.0
"""The periods that figures are about: quarters and years, in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=256)
def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One quarter, written like `2026-Q3`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Return the quarter written so; raises ValueError for anything else."""
        match = re.fullmatch(r"([12]\d{3})-Q([1-4])", text, flags=re.ASCII)
        if match is None:
            raise ValueError("a quarter is written like 2026-Q3")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, at: datetime) -> Quarter:
        """Return the quarter that the instant lies in."""
        utc = at.astimezone(UTC)
        return cls(utc.year, (utc.month + 2) // 3)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The quarters that the period is made of."""
        return (self,)

    @property
    def starts_at(self) -> datetime:
        """The first instant of the quarter."""
        return _first_of(self.year, self.number * 3 - 2)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the quarter."""
        return self.following.starts_at

    @property
    def following(self) -> Quarter:
        """The next quarter."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> Quarter:
        """The quarter before."""
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in the quarter."""
        return self.starts_at <= at < self.ends_at

    def is_closed(self, at: datetime) -> bool:
        """Whether the quarter is over at this instant."""
        return self.ends_at <= at

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class Year:
    """One calendar year, written like `2026`."""

    year: int

    @classmethod
    def parse(cls, text: str) -> Year:
        """Return the year written so; raises ValueError for anything else."""
        if re.fullmatch(r"[12]\d{3}", text, flags=re.ASCII) is None:
            raise ValueError("a year is written like 2026")
        return cls(int(text))

    @classmethod
    def of(cls, at: datetime) -> Year:
        """Return the year that the instant lies in."""
        return cls(at.astimezone(UTC).year)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The four quarters of the year."""
        return tuple(Quarter(self.year, number) for number in range(1, 5))

    @property
    def starts_at(self) -> datetime:
        """The first instant of the year."""
        return _first_of(self.year, 1)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the year."""
        return self.following.starts_at

    @property
    def following(self) -> Year:
        """The next year."""
        return Year(self.year + 1)

    @property
    def previous(self) -> Year:
        """The year before."""
        return Year(self.year - 1)

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in the year."""
        return self.starts_at <= at < self.ends_at

    def is_closed(self, at: datetime) -> bool:
        """Whether the year is over at this instant."""
        return self.ends_at <= at

    def __str__(self) -> str:
        return str(self.year)


Period = Quarter | Year


def parse_period(text: str) -> Period:
    """Return the quarter or year written so; raises ValueError with how they are written."""
    try:
        return Quarter.parse(text) if "Q" in text else Year.parse(text)
    except ValueError:
        raise ValueError("a period is written like 2026-Q3 or 2026") from None
