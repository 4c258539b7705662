# SPDX-License-Identifier: Apache-2.0
"""A map of the world drawn on the server from the rows of the table before it; no style, no script, no request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

_SHAPES = Path(__file__).resolve().parent / "shapes" / "countries.json"
# From light to dark in one hue: more or less, never good or bad.
SHADES = ("#d9ecef", "#a3ced6", "#62a3af", "#2f7482", "#0e3b47")
OUTSIDE = "#f3f2f1"  # takes no part
EUROPE = "465 62 135 98"  # the part of the drawing that is shown once more, larger
PATTERNS = ("lines", "dots", "cross", "steep", "grid")  # of what is missing, one a kind


@dataclass(frozen=True, slots=True)
class Shape:
    """One country on the map: its path, or the place of its dot."""

    path: str
    fill: str
    title: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class Map:
    """Everything that `frame/includes/map.html` writes."""

    caption: str
    description: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    dots: tuple[Shape, ...]
    keys: tuple[Key, ...]
    prefix: str
    patterns: tuple[str, ...]
    undrawn: tuple[str, ...]  # members without a place on the map
    europe: str = EUROPE


@cache
def _drawing() -> tuple[int, int, Mapping[str, str], Mapping[str, tuple[int, int]]]:
    value = json.loads(_SHAPES.read_text(encoding="utf-8"))
    dots = {code: (x, y) for code, (x, y) in value["dots"].items()}
    return value["width"], value["height"], value["shapes"], dots


def world_map(
    caption: str,
    values: Mapping[str, Decimal],
    missing: Mapping[str, str],
    *,
    names: Mapping[str, str],
    written: Callable[[Decimal], str],
    kinds: Mapping[str, str],
    others: str,
    prefix: str = "map",
) -> Map:
    """Return the map: values in five steps of equal width, each kind of missing in a pattern of its own."""
    width, height, paths, places = _drawing()
    steps = _steps(sorted(values.values()))
    used = [kind for kind in kinds if kind in missing.values()]
    pattern_of = {kind: PATTERNS[list(kinds).index(kind)] for kind in used}
    titles = {code: f"{names[code]}: {written(number)}" for code, number in values.items()}
    titles |= {code: f"{names[code]}: {kinds[kind]}" for code, kind in missing.items()}
    fills = {code: SHADES[_step_of(number, steps)] for code, number in values.items()}
    fills |= {code: f"url(#{prefix}-{pattern_of[kind]})" for code, kind in missing.items()}
    outside = "".join(path for code, path in paths.items() if code not in titles)
    drawn = [Shape(outside, OUTSIDE, others)]
    drawn += [Shape(paths[code], fills[code], titles[code]) for code in titles if code in paths]
    dots = [
        Shape("", fills[code], titles[code], *places[code]) for code in titles if code in places
    ]
    keys = [Key(SHADES[place], text) for place, text in _step_words(steps, written)]
    keys += [Key(f"url(#{prefix}-{pattern_of[kind]})", kinds[kind]) for kind in used]
    return Map(
        caption=caption,
        description="; ".join(titles.values()),
        width=width,
        height=height,
        shapes=tuple(drawn),
        dots=tuple(dots),
        keys=tuple(keys),
        prefix=prefix,
        patterns=tuple(pattern_of.values()),
        undrawn=tuple(names[code] for code in titles if code not in paths and code not in places),
    )


def _steps(ordered: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return where each step begins, and where the last ends; of equal values one step is made."""
    if not ordered:
        return ()
    least, most = ordered[0], ordered[-1]
    if least == most:
        return (least, most)
    width = (most - least) / len(SHADES)
    return (*(least + width * place for place in range(len(SHADES))), most)


def _step_of(number: Decimal, steps: Sequence[Decimal]) -> int:
    inner = steps[1:-1]
    return sum(number >= start for start in inner)


def _step_words(
    steps: Sequence[Decimal], written: Callable[[Decimal], str]
) -> list[tuple[int, str]]:
    if len(steps) == 2:
        return [(0, written(steps[0]))]
    return [
        (place, f"{written(start)} – {written(end)}")
        for place, (start, end) in enumerate(pairwise(steps))
    ]
