# SPDX-License-Identifier: Apache-2.0
"""What a list holds: kinds of hashes, entries as arrays with the names of their own, lines that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PDQ = "pdq"
WIDTHS = {PDQ: 32, "md5": 16, "sha1": 20, "sha256": 32}  # bytes of each kind that is matched
TOLD_LINES = 20  # broken lines that are told one by one


class ListError(Exception):
    """A list cannot be used; the message names the file, what is wrong, and what to do."""


class BrokenLine(NamedTuple):
    """A line that holds no hash: its number, from 1, and why."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number:,}: {self.reason}"


@dataclass(frozen=True)
class Names:
    """How a list itself calls its entries: by number of line, or by the names that it gave them."""

    lines: NDArray[np.uint64]
    given: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def of(self, position: int) -> str:
        """Return the name of the entry at a position."""
        return str(int(self.lines[position])) if self.given is None else self.given[position]


@dataclass(frozen=True)
class Listed:
    """The entries of one kind: their values (n, width) uint8, in the order of the list, and their names."""

    values: NDArray[np.uint8]
    names: Names

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class HashList:
    """A list as it was read.

    `entries` by kind, of which `pdq` is searched by distance and the others are compared whole; `others` counts
    hashes of kinds that are not matched here; `digest` is the SHA-256 of the file, in digits.
    """

    name: str
    digest: str
    entries: Mapping[str, Listed]
    others: Mapping[str, int]
    broken: tuple[BrokenLine, ...]
    broken_count: int

    def __len__(self) -> int:
        return sum(len(each) for each in self.entries.values())

    @property
    def pdq(self) -> Listed:
        """Return the PDQ fingerprints, perhaps none."""
        return self.entries[PDQ]

    def remarks(self) -> list[str]:
        """Return a sentence for all that was in the list and is not looked for."""
        said = [
            f"{self.name}: {count:,} {'entry' if count == 1 else 'entries'} of the kind {kind} are not matched here."
            for kind, count in sorted(self.others.items())
        ]
        if self.broken_count:
            said.append(f"{self.name}: {_broken(self.broken, self.broken_count)} were left out.")
        return said


def no_names() -> Names:
    """Return the names of no entries."""
    return Names(np.empty(0, np.uint64))


def _broken(broken: tuple[BrokenLine, ...], count: int) -> str:
    told = "; ".join(map(str, broken))
    more = count - len(broken)
    return f"{count:,} lines without a hash ({told}{f'; and {more:,} more' if more else ''})"


def broken_sentence(name: str, broken: tuple[BrokenLine, ...], *, count: int) -> str:
    """Return what is said of a list that is refused for its broken lines."""
    told = "\n".join(f"  {each}" for each in broken)
    more = f"\n  and {count - len(broken):,} more" if count > len(broken) else ""
    lines = "1 line is" if count == 1 else f"{count:,} lines are"
    return (
        f"{name}: {lines} no hash.\n{told}{more}\n"
        "Mend them, or leave them out with --skip-broken-lines; nothing was searched."
    )
