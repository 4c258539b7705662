# SPDX-License-Identifier: Apache-2.0
"""What sums alone say about counts: bounds passed along the lines until nothing changes any more.

They are used in one direction only: a value outside of them is impossible. That a value inside is possible
needs a proof of its own (`worlds`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

UNBOUNDED = 1 << 60
_ROUNDS = 40  # per line; bounds that creep longer are good enough


def bounds_of_sums(
    lows: list[int],
    highs: list[int],
    lines: Sequence[Sequence[tuple[int, int]]],
    lines_of: Sequence[Sequence[tuple[int, int]]],
) -> None:
    """Narrow the bounds in place by every line: its counts, each times its factor, sum up to nothing."""
    waiting = deque(range(len(lines)))
    queued = [True] * len(lines)
    left = [_ROUNDS] * len(lines)
    while waiting:
        line = waiting.popleft()
        queued[line] = False
        for i in _narrowed(lows, highs, lines[line]):
            for other, _ in lines_of[i]:
                if other != line and not queued[other] and left[other]:
                    left[other] -= 1
                    queued[other] = True
                    waiting.append(other)


def _narrowed(lows: list[int], highs: list[int], line: Sequence[tuple[int, int]]) -> list[int]:
    """Narrow the bounds of a line's counts by the others in it; return those that changed."""
    least, most, open_least, open_most = 0, 0, 0, 0
    terms = []
    for i, factor in line:
        low, high = (lows[i], highs[i]) if factor > 0 else (-highs[i], -lows[i])
        terms.append((low, high))
        open_least += low <= -UNBOUNDED
        open_most += high >= UNBOUNDED
        least += low if low > -UNBOUNDED else 0
        most += high if high < UNBOUNDED else 0
    changed = []
    for (i, factor), (low, high) in zip(line, terms, strict=True):
        others_least = least - (low if low > -UNBOUNDED else 0)
        others_most = most - (high if high < UNBOUNDED else 0)
        upper = -others_least if open_least == (low <= -UNBOUNDED) else UNBOUNDED
        lower = -others_most if open_most == (high >= UNBOUNDED) else -UNBOUNDED
        if factor < 0:
            lower, upper = -upper, -lower
        if lower > lows[i] or upper < highs[i]:
            lows[i], highs[i] = max(lows[i], lower), min(highs[i], upper)
            changed.append(i)
    return changed
