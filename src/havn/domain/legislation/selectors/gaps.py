# SPDX-License-Identifier: Apache-2.0
"""Gaps between two or three laws: counts for everybody, pairs and triples for rapporteurs alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer, GapCount, GapState, PairGap
from havn.domain.legislation.rules import Result
from havn.domain.legislation.selectors._views import AnswerView, assessed
from havn.domain.legislation.selectors.answers import criterion_values
from havn.domain.members import selectors as members

MOST_ON_PAGE = 50
PUNISHABLE = (
    "L14"  # whether a child may not be punished for what was forced on it, or for own images
)
_SEVERITY = {Result.OPEN: 3, Result.NARROW: 2, Result.UNKNOWN: 1, Result.CLOSED: 0}


@dataclass(frozen=True, slots=True)
class CountView:
    """For how many pairs of countries a rule is open, narrow, closed or not known."""

    rule: str
    name: str
    open: int
    narrow: int
    closed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class DecidingView:
    """One answer that decides a gap, with where it stands in the law."""

    member: str
    criterion: rules.Criterion
    answer: rules.Answer
    law: str
    article: str


@dataclass(frozen=True, slots=True)
class GapView:
    """What a rule says of two countries."""

    rule: rules.Rule
    first: str
    second: str
    result: Result
    strength: Decimal | None
    since: date | None
    referrals: int
    lines: Mapping[str, Result]
    deciding: tuple[DecidingView, ...]


@dataclass(frozen=True, slots=True)
class GapPage:
    """One page of pairs; `next_after` is empty on the last one.

    While the table is computed anew, the rules that are not done yet show what stood before.
    """

    gaps: tuple[GapView, ...]
    next_after: str
    computed_on: date | None
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class GapFilter:
    """Which pairs are wanted; an empty text asks for all."""

    rule: str = ""
    country: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class TripleView:
    """What each rule says of three countries, and of a suspect from a fourth."""

    findings: tuple[tuple[rules.Rule, Result, Decimal | None, tuple[DecidingView, ...]], ...]


def gap_counts(*, actor: Actor) -> list[CountView]:
    """Return the counts of each rule, all that the public sees of gaps."""
    del actor  # Counts are public.
    rows = {row.rule: row for row in GapCount.objects.all()}
    return [
        CountView(
            rule=rule.id,
            name=rule.name,
            open=rows[rule.id].open,
            narrow=rows[rule.id].narrow,
            closed=rows[rule.id].closed,
            unknown=rows[rule.id].unknown,
        )
        for rule in rules.RULES.values()
        if rule.id in rows
    ]


def pair_gaps(
    *,
    wanted: GapFilter,
    referrals: Mapping[str, int],
    actor: Actor,
    after: str = "",
    most: int = MOST_ON_PAGE,
) -> GapPage:
    """Return pairs for a rapporteur: first those between which most was referred, then the most open ones.

    `referrals` says how many the own country sent to and took from each other one in the last twelve months.
    """
    own = _require_rapporteur(actor)
    rows = _ordered(_filtered(wanted), own, referrals)
    place = _place_of(after)
    if place is not None:
        rows = rows.filter(_behind(place))
    found = list(rows[: most + 1])
    shown = found[:most]
    state = _state()
    return GapPage(
        gaps=tuple(_gaps(shown, state, own=own, referrals=referrals)),
        next_after=_place_after(shown[-1]) if len(found) > most else "",
        computed_on=state.computed_on,
        is_under_way=bool(state.under_way),
    )


def pair_gap(*, rule: str, first: str, second: str, actor: Actor) -> GapView:
    """Return one pair for a rapporteur; raises NotFoundError."""
    own = _require_rapporteur(actor)
    row = PairGap.objects.filter(rule=rule, first=first, second=second).first()
    if row is None:
        raise NotFoundError
    return next(_gaps([row], _state(), own=own, referrals={}))


def triple(*, a: str, v: str, c: str, b: str, actor: Actor) -> TripleView:
    """Return what each rule says of three different countries, and of a suspect from another than A's."""
    _require_rapporteur(actor)
    computed = _computed(_state())
    pairs = computed.pairs
    if not {a, v, c, b} <= pairs.laws.keys():
        raise NotFoundError
    if len({a, v, c}) < 3 or b == a:
        raise RefusedError("not_distinct")
    findings = list(pairs.triple(a, v, c, b))
    cited = _cited({cell for each in findings for cell in each.truth.cells}, computed)
    return TripleView(
        tuple(
            (
                rules.RULES[each.rule],
                each.truth.result,
                each.strength,
                tuple(cited[cell] for cell in sorted(each.truth.cells)),
            )
            for each in findings
        )
    )


@dataclass(frozen=True, slots=True)
class ReferralWarning:
    """What somebody must know before a referral goes to a country."""

    rule: str
    result: Result
    country: str


def own_referrals(*, actor: Actor) -> dict[str, int]:
    """Return how many referrals went to and came from each country in twelve months, as counted last."""
    _require_rapporteur(actor)
    return dict(rules.figures_from(_state().figures).referrals)


def warnings_for_referral(
    *, from_member: str, to_member: str, actor: Actor, at: datetime
) -> list[ReferralWarning]:
    """Return what to mind when something goes from one country to another: a child who reports may be liable there.

    Nothing is warned of only where the law there is known to protect the child.
    """
    if actor.kind not in {ActorKind.PERSON, ActorKind.SYSTEM}:
        raise NotFoundError
    if from_member == to_member:
        return []
    rows = CriterionAnswer.objects.filter(member=to_member, criterion=PUNISHABLE)
    held = rules.in_force(map(assessed, rows), on=at.date(), known_at=at)
    law = rules.laws_of(held, [to_member])[to_member]
    result = law.lacks(PUNISHABLE).result
    return [] if result is Result.CLOSED else [ReferralWarning("H15", result, to_member)]


def report_part(*, member: str, on: date, known_at: datetime, actor: Actor) -> dict[str, Any]:
    """Return the part `law` of a national report: what the law says on a day, and counts of gaps, never a pair.

    The same each time it is asked: it rests on what was known then of countries that had said something, and on no
    figure of the node, so H09 is not known in it.
    """
    held = criterion_values(member=member, on=on, known_at=known_at, actor=actor)
    return {
        "v": 1,
        "criteria": [_reported(held[key]) for key in rules.CRITERIA if key in held],
        "gaps": _counts_then(member, on=on, known_at=known_at),
    }


def _counts_then(member: str, *, on: date, known_at: datetime) -> list[dict[str, Any]]:
    records = [assessed(row) for row in CriterionAnswer.objects.filter(recorded_at__lte=known_at)]
    codes = {member, *(each.member for each in records)}
    laws = rules.laws_of(rules.in_force(records, on=on, known_at=known_at), codes)
    pairs = rules.Pairs(laws)
    counted: Counter[tuple[str, str]] = Counter(
        (rule.id, pairs.finding(rule, first, second).truth.result.value)
        for rule in rules.RULES.values()
        for other in codes - {member}
        for first, second in ((member, other), (other, member))
    )
    return [
        {"rule": rule} | {word: counted[rule, word] for word in ("open", "narrow", "unknown")}
        for rule in rules.RULES
    ]


def _reported(view: AnswerView) -> dict[str, Any]:
    agreed = [each.on for each in view.reviews if each.verdict is rules.Verdict.AGREES]
    return {
        "criterion": view.criterion.key,
        "value": view.value.value,
        "number": "unlimited" if view.is_unlimited else view.number,
        "citations": [{"act": view.law, "article": view.article}] if view.law else [],
        "in_force_from": view.in_force_from.isoformat(),
        "in_force_to": view.in_force_to.isoformat() if view.in_force_to else None,
        "assessed_on": view.assessed_on.isoformat(),
        "reviewed_on": min(agreed).isoformat() if agreed else None,
        "is_disputed": bool(view.disputes),
    }


def _require_rapporteur(actor: Actor) -> str:
    if actor.kind is not ActorKind.PERSON or not actor.has_role(Role.RAPPORTEUR):
        raise NotFoundError
    own = members.own_node(actor=actor)
    if own.organisation_id != actor.organisation:
        raise NotFoundError
    return own.member_code


def _state() -> GapState:
    return GapState.objects.filter(pk=1).first() or GapState()


def _filtered(wanted: GapFilter) -> QuerySet[PairGap]:
    rows = PairGap.objects.all()
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    if wanted.result:
        rows = rows.filter(result=wanted.result)
    if wanted.country:
        rows = rows.filter(Q(first=wanted.country) | Q(second=wanted.country))
    return rows


def _ordered(rows: QuerySet[PairGap], own: str, referrals: Mapping[str, int]) -> QuerySet[PairGap]:
    """Put pairs in order: twice the referrals, and one for being the own country's at all."""
    weights = [
        When(_between(own, country), then=Value(2 * count + 1))
        for country, count in sorted(referrals.items())
        if count > 0
    ]
    weights.append(When(Q(first=own) | Q(second=own), then=Value(1)))
    severity = [When(result=each.value, then=Value(rank)) for each, rank in _SEVERITY.items()]
    annotated = rows.annotate(
        weight=Case(*weights, default=Value(0), output_field=IntegerField()),
        severity=Case(*severity, default=Value(0), output_field=IntegerField()),
    )
    return annotated.order_by("-weight", "-severity", "rule", "first", "second")


def _between(one: str, other: str) -> Q:
    return Q(first=one, second=other) | Q(first=other, second=one)


@dataclass(frozen=True, slots=True)
class _Place:
    weight: int
    severity: int
    rule: str
    first: str
    second: str


def _behind(at: _Place) -> Q:
    same = Q(weight=at.weight, severity=at.severity)
    return (
        Q(weight__lt=at.weight)
        | Q(weight=at.weight, severity__lt=at.severity)
        | (same & Q(rule__gt=at.rule))
        | (same & Q(rule=at.rule, first__gt=at.first))
        | (same & Q(rule=at.rule, first=at.first, second__gt=at.second))
    )


def _place_after(row: PairGap) -> str:
    weight, severity = getattr(row, "weight", 0), getattr(row, "severity", 0)
    return f"{weight}-{severity}-{row.rule}-{row.first}-{row.second}"


def _place_of(after: str) -> _Place | None:
    """Return where the page before ended; a tampered text begins at the first page."""
    parts = after.split("-")
    if len(parts) != 5 or not all(part.isalnum() and len(part) <= 9 for part in parts):
        return None
    try:
        return _Place(int(parts[0]), int(parts[1]), *parts[2:])
    except ValueError:
        return None


def _gaps(
    rows: Iterable[PairGap], state: GapState, *, own: str, referrals: Mapping[str, int]
) -> Iterator[GapView]:
    bases = _bases(state)
    found = [
        (
            row,
            bases[row.rule],
            bases[row.rule].pairs.finding(rules.RULES[row.rule], row.first, row.second),
        )
        for row in rows
        if row.rule in bases and {row.first, row.second} <= bases[row.rule].pairs.laws.keys()
    ]
    cited = {
        basis: _cited(
            {
                cell
                for _, own_basis, each in found
                if own_basis is basis
                for cell in each.truth.cells
            },
            basis,
        )
        for basis in {basis for _, basis, _ in found}
    }
    for row, basis, finding in found:
        other = {row.first, row.second} - {own}
        yield GapView(
            rule=rules.RULES[row.rule],
            first=row.first,
            second=row.second,
            result=Result(row.result),
            strength=row.strength,
            since=row.since,
            referrals=referrals.get(other.pop(), 0) if len(other) == 1 else 0,
            lines={name: each.result for name, each in finding.lines.items()},
            deciding=tuple(cited[basis][cell] for cell in sorted(finding.truth.cells)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Computed:
    """From what rows were computed, and of which day that was."""

    pairs: rules.Pairs
    on: date | None
    known_at: datetime | None


def _computed(state: GapState) -> _Computed:
    basis = rules.basis_from(state.laws, state.figures)
    return _Computed(rules.Pairs(basis.laws, basis.own), state.computed_on, state.computed_at)


def _bases(state: GapState) -> dict[str, _Computed]:
    """Return from what the rows of each rule come: while a computation is under way, of some from the new laws."""
    bases = dict.fromkeys(rules.RULES, _computed(state))
    begun = rules.under_way_from(state.under_way)
    if begun and begun.counts:
        pairs = rules.Pairs(begun.basis.laws, begun.basis.own)
        bases |= dict.fromkeys(begun.counts, _Computed(pairs, begun.at.date(), begun.at))
    return bases


def _cited(
    cells: set[tuple[str, str]], computed: _Computed
) -> dict[tuple[str, str], DecidingView]:
    """Return each deciding answer with its law and article, in one query; one that nobody gave has none."""
    rows = {
        row.pk: row
        for row in CriterionAnswer.objects.filter(
            member__in={member for member, _ in cells}, criterion__in={key for _, key in cells}
        )
    }
    held = {}
    if computed.on is not None and computed.known_at is not None:
        held = rules.in_force(
            map(assessed, rows.values()), on=computed.on, known_at=computed.known_at
        )
    found = {}
    for cell in cells:
        row = rows[held[cell].id] if cell in held else None
        found[cell] = DecidingView(
            member=cell[0],
            criterion=rules.CRITERIA[cell[1]],
            answer=held[cell].answer if cell in held else rules.NOT_ANSWERED,
            law=row.law if row else "",
            article=row.article if row else "",
        )
    return found
