# SPDX-License-Identifier: Apache-2.0
"""The states of a commitment, the steps between them, who may take each, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from havn.domain.actor import Role


class State(StrEnum):
    """Where a commitment stands. *Late* is none of them: it follows from the clock."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    IN_PROGRESS = "in_progress"
    ACHIEVED = "achieved"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REOPENED = "reopened"
    DROPPED = "dropped"


class Kind(StrEnum):
    """What a step does."""

    PROPOSED = "proposed"
    EDITED = "edited"
    ADOPTED = "adopted"
    DROPPED = "dropped"
    STARTED = "started"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REOPENED = "reopened"
    REDATED = "redated"
    RESOURCES = "resources"
    EVIDENCE = "evidence"


class Need(StrEnum):
    """What a step cannot be taken without."""

    TERMS = "terms"
    REASON = "reason"
    DAY = "day"
    NEW_DUE = "new_due"
    PROOF = "proof"
    OPEN_CLAIM = "open_claim"
    SECOND_OFFICE = "second_office"
    SUCCESSOR = "successor"
    RESOURCE = "resource"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Move:
    """A step from these states to another; without `to` the state stays as it is."""

    kind: Kind
    of: frozenset[State]
    to: State | None
    who: frozenset[Role]
    needs: frozenset[Need] = frozenset()


_R, _S = frozenset({Role.RAPPORTEUR}), frozenset({Role.SIGNATORY})
_SECOND = frozenset({Role.DATA_OWNER, Role.SIGNATORY})
WORKED_AT = frozenset({State.IN_PROGRESS, State.REOPENED})
OPEN = WORKED_AT | {State.ADOPTED}  # those whose due day can pass
PUBLIC = OPEN | {State.ACHIEVED, State.WITHDRAWN, State.REPLACED}
ENDS = frozenset({State.DROPPED, State.WITHDRAWN, State.REPLACED})
_PROPOSED, _ADOPTED = frozenset({State.PROPOSED}), frozenset({State.ADOPTED})

# The table of docs/promises.md. A promise that was opened again is worked at as one that is in progress.
MOVES: tuple[Move, ...] = (
    Move(Kind.EDITED, _PROPOSED, None, _R, frozenset({Need.TERMS})),
    Move(Kind.ADOPTED, _PROPOSED, State.ADOPTED, _S),
    Move(Kind.DROPPED, _PROPOSED, State.DROPPED, _R),
    Move(Kind.STARTED, _ADOPTED, State.IN_PROGRESS, _R, frozenset({Need.DAY})),
    Move(Kind.CLAIMED, WORKED_AT, None, _R, frozenset({Need.PROOF})),
    Move(
        Kind.CONFIRMED,
        WORKED_AT,
        State.ACHIEVED,
        _SECOND,
        frozenset({Need.OPEN_CLAIM, Need.SECOND_OFFICE}),
    ),
    Move(
        Kind.DECLINED,
        WORKED_AT,
        None,
        _SECOND,
        frozenset({Need.OPEN_CLAIM, Need.SECOND_OFFICE, Need.REASON}),
    ),
    Move(Kind.WITHDRAWN, OPEN, State.WITHDRAWN, _S, frozenset({Need.REASON})),
    Move(Kind.REPLACED, OPEN, State.REPLACED, _S, frozenset({Need.SUCCESSOR})),
    Move(
        Kind.REOPENED,
        frozenset({State.ACHIEVED}),
        State.REOPENED,
        _S,
        frozenset({Need.REASON}),
    ),
    Move(Kind.REDATED, OPEN, None, _S, frozenset({Need.NEW_DUE, Need.REASON})),
    Move(
        Kind.RESOURCES,
        OPEN | {State.PROPOSED, State.ACHIEVED},
        None,
        _R,
        frozenset({Need.RESOURCE}),
    ),
    Move(Kind.EVIDENCE, OPEN | {State.ACHIEVED}, None, _R, frozenset({Need.EVIDENCE})),
)
_BY_KIND = {move.kind: move for move in MOVES}
MAY_PROPOSE = _R


def move_of(kind: Kind) -> Move:
    """Return the move that a kind of step is; a proposal is none, it begins."""
    return _BY_KIND[kind]


def after(state: State, kind: Kind) -> State | None:
    """Return the state after a step, or None where the step is not possible from there."""
    move = _BY_KIND.get(kind)
    if move is None or state not in move.of:
        return None
    return move.to or state


def possible(state: State, roles: frozenset[Role]) -> tuple[Kind, ...]:
    """Return the steps that a person of these roles may take from a state, in the order of the table."""
    return tuple(move.kind for move in MOVES if state in move.of and move.who & roles)
