# SPDX-License-Identifier: Apache-2.0
"""Draws docs/states.md from the pure tables of the record and of referrals (script/draw-states)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from havn.domain.cases.rules import (
    LONGEST_WAIT,
    MOVES,
    Assignment,
    Availability,
    ClosedReason,
    LegalClass,
    Move,
    Notice,
    Police,
    StageName,
    Track,
    Tracks,
    states_of,
    whose_turn,
)
from havn.domain.referral import rules as referral

TARGET = Path(__file__).resolve().parent.parent / "docs" / "states.md"
OPENING = """\
# States

Drawn by `script/draw-states` from `src/havn/domain/cases/rules/` and `src/havn/domain/referral/rules/`; a
test keeps the drawing true. Do not edit it by hand.

An item has one **stage**, computed from the assessment that counts and four **tracks**. A track moves
only as its table says, and only by those named there; conditions (a confirming assessment, no police
hold, an item assigned here) come on top in `refusal_to_move`.
"""

NEXT = """\
Every open item is somebody's turn (`whose_turn`), and its owner sees it on a page of the desk (the names
of `web/desk/casework/urls.py`). What waits longer than its owner is given since its last move, what is a
supervisor's own, and what waits for the worker while no work is ordered stands on the page `supervise`, with
its age and what to do. `tests/web/test_every_state_has_a_place.py` puts an item into each of these states, and
a job, a queue entry, a lease, a trace, a hold, an answer, a lead and a referral into each of theirs, and reads the
pages.
"""

REFERRALS = """\
A referral has two sides, one at each node, and moves by what its receiver says: the receiver's side when it
says it, the sender's when it has heard it ([referral.md](protocol/referral.md), E30 to E32). A state that
nobody waits in is over; the item's own turn goes on from there.
"""
SIDES = {referral.Direction.OUT: "the sender's side", referral.Direction.IN: "the receiver's side"}


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
    for direction, side in SIDES.items():
        parts += [f"## Referral: {side}\n", *referral_side(direction)]
    parts += [
        "## Who is next\n",
        NEXT,
        table(("owner", "page", "waits at most"), list(turns())),
    ]
    return "\n".join(parts)


def turns() -> Iterator[tuple[str, str, str]]:
    """Yield who can be next, on which page they see it, and how long it may wait."""
    found = {
        whose_turn(Tracks(*each), legal_class=legal_class, has_address=has_address, is_held=held)
        for each in product(Assignment, Police, Notice, Availability)
        for legal_class, has_address, held in product(
            (None, *LegalClass), (True, False), (True, False)
        )
    }
    for turn in sorted(
        (each for each in found if each), key=lambda each: (each.owner, each.place)
    ):
        hours = LONGEST_WAIT[turn.owner].total_seconds() / 3600
        yield turn.owner.value, turn.place.value, f"{hours:g} h"


def referral_side(direction: referral.Direction) -> Iterator[str]:
    """Yield what is drawn of one side of a referral: its picture, its changes, and who is next."""
    if direction is referral.Direction.OUT:
        yield REFERRALS
    names, changes = referral.states_of(direction), referral.CHANGES[direction]
    yield diagram(names, changes)
    rows: list[tuple[str, ...]] = []
    for name in names:
        leaving = [each for each in changes if each.source == name]
        rows += [(name, each.target, each.word.value) for each in leaving]
        rows += [] if leaving else [(name, "", "")]
    yield table(("from", "to", "when the receiver says"), rows)
    yield table(("state", "page", "waits for", "at most"), list(referral_turns(direction)))


def referral_turns(direction: referral.Direction) -> Iterator[tuple[str, ...]]:
    """Yield who is next in each state of one side, where it stands, and which number of the policy counts."""
    for state in referral.states_of(direction):
        turn = referral.turn_of(direction, state)
        waits_for = turn.waits_for.value.replace("_", " ")
        yield state, turn.page.value, waits_for, f"`{turn.within}`" if turn.within else ""


def diagram(names: Sequence[str], moves: Sequence[Move | referral.Change]) -> str:
    """Return the picture of one track or side, as Mermaid text."""
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
