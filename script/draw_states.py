# SPDX-License-Identifier: Apache-2.0
"""Draws docs/states.md from the pure tables of the record (script/draw-states)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from havn.domain.cases.rules import (
    MOVES,
    ClosedReason,
    LegalClass,
    Move,
    StageName,
    Track,
    states_of,
)

TARGET = Path(__file__).resolve().parent.parent / "docs" / "states.md"
OPENING = """\
# States

Drawn by `script/draw-states` from `src/havn/domain/cases/rules/`; a test keeps the drawing true. Do
not edit it by hand.

An item has one **stage**, computed from the assessment that counts and four **tracks**. A track moves
only as its table says, and only by those named there; conditions (a confirming assessment, no police
hold, an item assigned here) come on top in `refusal_to_move`.
"""


def main() -> int:
    """Write the drawing."""
    states = {track.value: states_of(track) for track in Track}
    TARGET.write_text(
        draw(states, {track.value: MOVES[track] for track in Track}), encoding="utf-8"
    )
    print(f"{TARGET.name}: {sum(len(each) for each in states.values())} states")
    return 0


def draw(states: Mapping[str, Sequence[str]], moves: Mapping[str, Sequence[Move]]) -> str:
    """Return the document for some tables."""
    parts = [OPENING, "## Stage\n", table(("stage",), [(name.value,) for name in StageName])]
    parts += [
        "Why an item is closed:\n",
        table(("reason",), [(name.value,) for name in ClosedReason]),
    ]
    parts += [
        "Legal classes of an assessment:\n",
        table(("class",), [(each.value,) for each in LegalClass]),
    ]
    for track, names in states.items():
        parts += [
            f"## Track: {track}\n",
            diagram(names, moves[track]),
            move_table(names, moves[track]),
        ]
    return "\n".join(parts)


def diagram(names: Sequence[str], moves: Sequence[Move]) -> str:
    """Return the picture of one track, as Mermaid text."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {names[0]}"]
    lines += [
        f"    {name}" for name in names if not any(name in (m.source, m.target) for m in moves)
    ]
    lines += [f"    {move.source} --> {move.target}" for move in moves]
    return "\n".join([*lines, "```", ""])


def move_table(names: Sequence[str], moves: Sequence[Move]) -> str:
    """Return the moves of one track as a table: one row per state, also where nothing leaves it."""
    rows: list[tuple[str, ...]] = []
    for name in names:
        leaving = [each for each in moves if each.source == name]
        rows += [(name, move.target, ", ".join(sorted(move.movers))) for move in leaving]
        rows += [] if leaving else [(name, "", "")]
    return table(("from", "to", "by"), rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose first two columns are names in backticks."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for row in rows:
        cells = [f"`{cell}`" if cell and place < 2 else cell for place, cell in enumerate(row)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
