# SPDX-License-Identifier: Apache-2.0
"""Computing the table of pairs anew: only the rows that a changed answer, figure or day can change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.legislation import rules, selectors
from havn.domain.legislation.models import GapCount, GapState, PairGap

_MANY = 2_000


@audit.action("law.gaps_computed", did_nothing=lambda changed: not changed)
def compute_gaps(
    *, figures: rules.OwnFigures, actor: Actor, at: datetime, keeps_pairs: bool = True
) -> frozenset[rules.PairKey]:
    """Bring the table of pairs and its counts to today's laws; returns the rows that are new or different.

    A hub keeps the counts alone: the table is for rapporteurs, and a hub has none.
    """
    state, _made = GapState.objects.select_for_update().get_or_create(pk=1)
    before = rules.laws_from(state.laws)
    after = selectors.laws(on=at.date(), known_at=at, actor=actor)
    keys = _keys(before, after, own_before=rules.figures_from(state.figures), own=figures)
    changed: frozenset[rules.PairKey] = frozenset()
    if keys:
        pairs = rules.Pairs(after, figures)
        changed = _keep(pairs, keys, anew=before.keys() != after.keys(), keeps=keeps_pairs)
    _note(state, after, figures, at=at)
    if changed:
        audit.record(
            action="law.gaps_computed",
            actor=actor,
            subject_kind="law",
            subject_id=None,
            at=at,
            detail={"rows": len(changed)},
        )
    return changed


def _keys(
    before: Mapping[str, rules.Law],
    after: Mapping[str, rules.Law],
    *,
    own_before: rules.OwnFigures,
    own: rules.OwnFigures,
) -> set[rules.PairKey]:
    members = sorted(after)
    if before.keys() != after.keys():
        return set(rules.all_keys(members))
    keys = rules.touched(rules.changed_cells(before, after), members)
    if own != own_before:
        for each in {own.member, own_before.member} - {""}:
            keys |= rules.touched_by_figures(each, members)
    return keys


def _note(
    state: GapState, laws: Mapping[str, rules.Law], figures: rules.OwnFigures, *, at: datetime
) -> None:
    state.computed_on, state.computed_at = at.date(), at
    state.laws, state.figures = rules.laws_json(laws), rules.figures_json(figures)
    state.save(update_fields=["computed_on", "computed_at", "laws", "figures"])


def _keep(
    pairs: rules.Pairs, keys: Collection[rules.PairKey], *, anew: bool, keeps: bool
) -> frozenset[rules.PairKey]:
    if not keeps:
        everything = rules.all_keys(pairs.laws)
        _count(Counter((key[0], pairs.row(key).result.value) for key in everything))
        return frozenset(keys)
    rows = {} if anew else _stored(keys)
    if anew:
        PairGap.objects.all().delete()
    results = {key: pairs.row(key) for key in keys}
    changed = [key for key, result in results.items() if _differs(rows.get(key), result)]
    new = [_row(key, results[key]) for key in changed if key not in rows]
    PairGap.objects.bulk_create(new, batch_size=_MANY)
    old = [_filled(rows[key], results[key]) for key in changed if key in rows]
    PairGap.objects.bulk_update(old, ["result", "strength", "since"], batch_size=200)
    counted = PairGap.objects.values_list("rule", "result").annotate(number=Count("pk"))
    _count({(rule, result): number for rule, result, number in counted.order_by()})
    return frozenset(changed)


def _stored(keys: Collection[rules.PairKey]) -> dict[rules.PairKey, PairGap]:
    rows = PairGap.objects.filter(
        rule__in={key[0] for key in keys},
        first__in={key[1] for key in keys},
        second__in={key[2] for key in keys},
    )
    found = {(row.rule, row.first, row.second): row for row in rows.iterator(chunk_size=_MANY)}
    return {key: found[key] for key in keys if key in found}


def _differs(row: PairGap | None, found: rules.PairResult) -> bool:
    if row is None:
        return True
    return (row.result, row.strength, row.since) != (
        found.result.value, found.strength, found.since,
    )  # fmt: skip


def _row(key: rules.PairKey, found: rules.PairResult) -> PairGap:
    return _filled(PairGap(rule=key[0], first=key[1], second=key[2]), found)


def _filled(row: PairGap, found: rules.PairResult) -> PairGap:
    row.result, row.strength, row.since = found.result.value, found.strength, found.since
    return row


def _count(counted: Mapping[tuple[str, str], int]) -> None:
    GapCount.objects.all().delete()
    GapCount.objects.bulk_create(
        [
            GapCount(
                rule=rule,
                **{each.value: counted.get((rule, each.value), 0) for each in rules.Result},
            )
            for rule in rules.RULES
        ]
    )
