# SPDX-License-Identifier: Apache-2.0
"""Which versions of the protocol between nodes are spoken: by this release, and as the roster says by others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spoken:
    """The versions of the protocol from the least to the most, all of them."""

    least: int
    most: int

    def as_value(self) -> dict[str, int]:
        """Return it as the files of the roster say it."""
        return {"least": self.least, "most": self.most}


SPOKEN = Spoken(least=1, most=2)  # by this release: the newest and the one before (W2, W3)
