# SPDX-License-Identifier: Apache-2.0
"""The integer programmes of the attacker: equations over whole numbers, and which of them are possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

Key = tuple[
    int, str, str, str, str, str, str
]  # release, period, indicator, measure, breakdown, code, part


class Knowledge(Protocol):
    """What the programmes need of an attack: its laws, what is known, and what is asked."""

    truth: dict[Key, int]
    laws: list[tuple[dict[Key, int], int]]
    fixed: dict[Key, int]
    explained: list[list[Key]]
    smalls: dict[Key, tuple[int, int]]
    asked: dict[Key, Key]

    def is_small(self, key: Key) -> bool:
        """Whether the true count is small by its rule."""
        ...


class System:
    """The equations over the unknowns that hang together, and over marks for what is small."""

    def __init__(self, attack: Knowledge, group: Sequence[Key]) -> None:
        self.attack = attack
        self.place = {key: i for i, key in enumerate(group)}
        self.big = 2 * max(attack.truth[key] for key in group) + 50
        rows: list[tuple[dict[int, int], float, float]] = []
        for terms, right in attack.laws:
            inside = {self.place[key]: f for key, f in terms.items() if key in self.place}
            if inside:
                left = right - sum(
                    f * attack.fixed[k] for k, f in terms.items() if k in attack.fixed
                )
                rows.append((inside, left, left))
        self.width = len(group)
        for component in attack.explained:
            if component[0] in self.place:
                self._explain(component, rows)
        at = [(r, c) for r, (row, _, _) in enumerate(rows) for c in row]
        numbers = [float(row[c]) for row, _, _ in rows for c in row]
        where = tuple(zip(*at, strict=True)) if at else ([], [])
        matrix = csr_matrix((numbers, where), shape=(len(rows), self.width))
        self.constraint = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])

    def _explain(
        self, component: Iterable[Key], rows: list[tuple[dict[int, int], float, float]]
    ) -> None:
        """At least one of these counts is small."""
        marks = []
        for key in component:
            low, high = self.attack.smalls[key]
            i, mark = self.place[key], self.width
            rows.append(({i: 1, mark: self.big}, -np.inf, high + self.big))
            rows.append(({i: 1, mark: -self.big}, low - self.big, np.inf))
            marks.append(mark)
            self.width += 1
        rows.append((dict.fromkeys(marks, 1), 1, np.inf))

    def recovered(self) -> list[str]:
        seen = {key: {self.attack.truth[key]} for key in self.place}
        found = []
        for name in self.place:
            if name not in self.attack.asked:
                continue
            exact, least = self._asked(name)
            values = seen[name]
            for value in self._tries(name, exact):
                if exact <= values and len(values) >= least:
                    break
                if value not in values and (world := self._world(name, value)) is not None:
                    for other, i in self.place.items():
                        seen[other].add(round(world[i]))
            if not (exact <= values and len(values) >= least):
                key = self.attack.asked[name]
                found.append(
                    f"{key} is {self.attack.truth[key]}, only {sorted(values)} are possible"
                )
        return found

    def _asked(self, name: Key) -> tuple[frozenset[int], int]:
        if not self.attack.is_small(name):
            return frozenset(), 5
        low, high = self.attack.smalls[name]
        return (frozenset({1, 2}), 2) if (low, high) == (1, 2) else (frozenset(), 3)

    def _tries(self, name: Key, exact: frozenset[int]) -> Iterator[int]:
        count = self.attack.truth[name]
        yield from sorted(exact)
        yield from (count + sign * step for step in range(1, 9) for sign in (-1, 1))
        for sign in (1, -1):
            world = self._solve(self._bounds(), name, sign)
            if world is not None:
                yield round(world[self.place[name]])

    def _world(self, name: Key, value: int) -> Any:
        if value < 0:
            return None
        bounds = self._bounds()
        bounds.lb[self.place[name]] = bounds.ub[self.place[name]] = value
        return self._solve(bounds, name, 0)

    def _bounds(self) -> Bounds:
        high = np.full(self.width, 1.0)
        high[: len(self.place)] = self.big
        return Bounds(np.zeros(self.width), high)

    def _solve(self, bounds: Bounds, name: Key, sign: int) -> Any:
        goal = np.zeros(self.width)
        goal[self.place[name]] = sign
        whole = np.ones(self.width)
        result = milp(goal, constraints=self.constraint, integrality=whole, bounds=bounds)
        return result.x if result.status == 0 else None
