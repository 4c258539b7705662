# SPDX-License-Identifier: Apache-2.0
"""The next piece of a table of pairs that is being computed: the rows of one rule, in no transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.legislation import rules
from havn.domain.legislation.models import GapState


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows of one rule, computed and not kept yet; `run` names the computation that they belong to.

    A whole one has all rows of its rule: a hub counts them and keeps none.
    """

    run: UUID
    rule: str
    members: frozenset[str]
    results: Mapping[rules.PairKey, rules.PairResult]
    is_whole: bool


def next_piece(*, actor: Actor, is_whole: bool = False) -> Piece | None:
    """Compute the rows of the next rule that a begun computation has left; None where nothing is left.

    Only those that can differ from before, or with `is_whole` all of the rule's.
    """
    del actor  # The worker alone computes; what comes of it is for those who may read it.
    state = GapState.objects.filter(pk=1).first()
    begun = rules.under_way_from(state.under_way) if state else None
    if state is None or begun is None:
        return None
    rule, laws = begun.left[0], begun.basis.laws
    before = rules.Basis({}) if is_whole else rules.basis_from(state.laws, state.figures)
    keys = rules.touched_between(before, begun.basis, among=[rule])
    pairs = rules.Pairs(laws, begun.basis.own)
    found = {key: pairs.row(key) for key in keys}
    return Piece(begun.run, rule, frozenset(laws), found, is_whole)
