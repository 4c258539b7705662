# SPDX-License-Identifier: Apache-2.0
"""Computing the table of pairs anew, rule by rule: only the rows that a changed answer, figure or day can change.

The whole table is tens of thousands of rows, and a transaction over all of them would keep every other writer
waiting. So a computation is begun (its laws and figures are put down, once), then each rule is a piece: its
rows are computed in no transaction and kept in one. The counts are written with the last piece, for all
rules together. Killed anywhere, it goes on with the first rule that is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import Count

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.legislation import rules, selectors
from havn.domain.legislation.models import GapCount, GapState, PairGap
from havn.lib.encoding import uuid4

_MANY = 2_000


@audit.action("law.gaps_begun", did_nothing=lambda is_begun: not is_begun)
def begin_gaps(*, figures: rules.OwnFigures, actor: Actor, at: datetime) -> bool:
    """Begin to bring the table of pairs to today's laws and figures; false where no row can be another.

    While one is under way none is begun: it is brought to its end first.
    """
    state, _made = GapState.objects.select_for_update().get_or_create(pk=1)
    if state.under_way:
        return False
    before = rules.basis_from(state.laws, state.figures)
    after = rules.Basis(selectors.laws(on=at.date(), known_at=at, actor=actor), figures)
    touched = {key[0] for key in rules.touched_between(before, after)}
    if not touched:
        _note(state, after, at=at)
        return False
    left = tuple(rule for rule in rules.RULES if rule in touched)
    state.under_way = rules.under_way_json(rules.UnderWay(uuid4(), at, after, left))
    state.save(update_fields=["under_way"])
    _record("law.gaps_begun", {"left": len(left)}, actor=actor, at=at)
    return True


@audit.action("law.gaps_computed", did_nothing=lambda changed: not changed)
def keep_gaps(*, piece: selectors.Piece, actor: Actor, at: datetime) -> frozenset[rules.PairKey]:
    """Keep the rows of one rule, and with the last one all counts; returns the rows that are new or different.

    A piece that was kept before changes nothing. Of a whole one the counts alone are kept: the table is for
    rapporteurs, and a hub has none.
    """
    state = GapState.objects.select_for_update().get(pk=1)
    begun = rules.under_way_from(state.under_way)
    if begun is None or begun.run != piece.run or piece.rule not in begun.left:
        return frozenset()  # another worker kept it
    changed = frozenset(piece.results) if piece.is_whole else _keep(piece)
    counted = _counts_of(piece) if piece.is_whole else _counted(piece.rule)
    begun = replace(
        begun,
        left=tuple(rule for rule in begun.left if rule != piece.rule),
        counts={**begun.counts, piece.rule: counted},
    )
    _go_on(state, begun)
    if changed:
        detail = {"rule": piece.rule, "rows": len(changed)}
        _record("law.gaps_computed", detail, actor=actor, at=at)
    return changed


def _go_on(state: GapState, begun: rules.UnderWay) -> None:
    """Put down how far it is; with the last piece the counts of all rules are another, at once."""
    if begun.left:
        state.under_way = state.under_way | rules.how_far_json(begun)
        state.save(update_fields=["under_way"])
        return
    GapCount.objects.filter(rule__in=begun.counts).delete()
    GapCount.objects.bulk_create(
        [GapCount(rule=rule, **counted) for rule, counted in begun.counts.items()]
    )
    _note(state, begun.basis, at=begun.at)


def _note(state: GapState, basis: rules.Basis, *, at: datetime) -> None:
    state.computed_on, state.computed_at, state.under_way = at.date(), at, {}
    state.laws, state.figures = rules.laws_json(basis.laws), rules.figures_json(basis.own)
    state.save(update_fields=["computed_on", "computed_at", "laws", "figures", "under_way"])


def _keep(piece: selectors.Piece) -> frozenset[rules.PairKey]:
    of_rule = PairGap.objects.filter(rule=piece.rule)
    of_rule.exclude(first__in=piece.members, second__in=piece.members).delete()
    rows = _stored(piece)
    changed = [key for key, found in piece.results.items() if rows.get(key) != found]
    PairGap.objects.bulk_create(
        [_row(key, piece.results[key]) for key in changed],
        batch_size=_MANY,
        update_conflicts=True,
        unique_fields=["rule", "first", "second"],
        update_fields=["result", "strength", "since"],
    )
    return frozenset(changed)


def _stored(piece: selectors.Piece) -> dict[rules.PairKey, rules.PairResult]:
    rows = PairGap.objects.filter(
        rule=piece.rule,
        first__in={key[1] for key in piece.results},
        second__in={key[2] for key in piece.results},
    )
    return {
        (rule, first, second): rules.PairResult(rules.Result(result), strength, since)
        for rule, first, second, result, strength, since in rows.values_list(
            "rule", "first", "second", "result", "strength", "since"
        )
    }


def _row(key: rules.PairKey, found: rules.PairResult) -> PairGap:
    return PairGap(
        rule=key[0],
        first=key[1],
        second=key[2],
        result=found.result.value,
        strength=found.strength,
        since=found.since,
    )


def _counted(rule: str) -> dict[str, int]:
    rows = PairGap.objects.filter(rule=rule).values_list("result")
    return _of_each(dict(rows.annotate(number=Count("pk")).order_by()))


def _counts_of(piece: selectors.Piece) -> dict[str, int]:
    return _of_each(Counter(found.result.value for found in piece.results.values()))


def _of_each(counted: Mapping[str, int]) -> dict[str, int]:
    return {each.value: counted.get(each.value, 0) for each in rules.Result}


def _record(action: str, detail: Mapping[str, object], *, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action, actor=actor, subject_kind="law", subject_id=None, at=at, detail=detail
    )
