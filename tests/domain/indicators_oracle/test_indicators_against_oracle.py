# SPDX-License-Identifier: Apache-2.0
"""Every indicator equals its second computation on random histories, and an old freeze date its old figures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from havn.domain.indicators.rules import (
    DEFINITIONS,
    Definition,
    MeasureKind,
    Period,
    Quarter,
    Value,
    Year,
    computed_figures,
    definition_of,
    is_about,
)
from havn.domain.indicators.rules.intervals import difference
from tests.domain.indicators_oracle.oracle import Exact, Key, Oracle
from tests.domain.indicators_oracle.tables import fill
from tests.support.made_up_facts import BEGIN, END, made_up_facts

FEW, MANY = range(20), range(20, 220)
OF_FIGURES = {"X3", "X4"}


@pytest.mark.parametrize("seed", FEW)
def test_every_indicator_equals_its_second_computation(seed: int) -> None:
    compare(seed)


@pytest.mark.deep
@pytest.mark.part_results
@pytest.mark.timeout(3000)
def test_every_indicator_equals_its_second_computation_on_many_histories() -> None:
    compared = sum(compare(seed) for seed in MANY)
    print(f"{len(MANY)} histories from seed {MANY[0]}, {compared} values compared")


def compare(seed: int) -> int:
    """Compare every value of a history's figures; return how many there were."""
    chance = random.Random(seed)
    facts = made_up_facts(seed)
    periods, as_of = moments(chance)
    base = fill(facts, as_of=as_of)
    found = computed_figures(facts, periods=periods, as_of=as_of)
    compared = 0
    for period in periods:
        span = (str(period), period.starts_at.isoformat(), period.ends_at.isoformat())
        oracle = Oracle(base, span)
        for definition in DEFINITIONS:
            if is_about(definition, period) and definition.id not in OF_FIGURES:
                compared += compare_one(definition, found[period][definition.id], oracle, seed)
            elif definition.id == "X3" and isinstance(period, Year):
                complete(found[period])
    return compared


@pytest.mark.parametrize("field", ["numerator", "denominator", "value"])
def test_a_wrong_figure_is_caught(field: str) -> None:
    facts, year = made_up_facts(1), Year(2025)
    right = computed_figures(facts, periods=[year], as_of=END)[year]["R02"]
    span = ("2025", year.starts_at.isoformat(), year.ends_at.isoformat())
    oracle = Oracle(fill(facts, as_of=END), span)
    assert compare_one(definition_of("R02"), right, oracle, 1) == len(right)
    changed = replace(right[0], **{field: (getattr(right[0], field) or 0) + 1})
    with pytest.raises(AssertionError):
        compare_one(definition_of("R02"), [changed, *right[1:]], oracle, 1)


def moments(chance: random.Random) -> tuple[list[Period], datetime]:
    """Return periods and a freeze date: mostly after them, sometimes within one, sometimes to the hour."""
    quarter = Quarter(chance.choice([2024, 2025]), chance.randint(1, 4))
    year = Year(quarter.year)
    days = chance.choice([-40, 0, 10, 31, 300])
    as_of = min(year.ends_at + timedelta(days=days, hours=chance.randrange(24)), END)
    return [quarter, year, quarter.previous], as_of


def compare_one(definition: Definition, values: Sequence[Value], oracle: Oracle, seed: int) -> int:
    """Compare the values of one indicator with the exact ones."""
    codes = {breakdown.name: tuple(breakdown.codes) for breakdown in definition.breakdowns}
    if not oracle.knows(definition.begins_with or definition.facts[:1]):
        assert {value.obs_status for value in values} == {"L"}, definition.id
        assert all(value.value is None for value in values)
        return len(values)
    exact = oracle.figures(definition.id, codes)
    kinds = {measure.name: measure.kind for measure in definition.measures}
    keys = {(value.measure, value.breakdown, value.code) for value in values}
    told = f"{definition.id} {oracle.name} seed {seed}"
    assert len(keys) == len(values), told
    assert not exact.keys() - keys, (told, exact.keys() - keys)
    for value in values:
        key = (value.measure, value.breakdown, value.code)
        expected = exact.get(key) or nothing(kinds[value.measure], key, exact)
        assert_same(value, expected, kinds[value.measure], f"{told} {key}")
    return len(values)


def nothing(kind: MeasureKind, key: Key, exact: Mapping[Key, Exact]) -> Exact:
    """Return what a code has under which nothing counts."""
    del key, exact
    if kind is MeasureKind.COUNT:
        return Exact(Fraction(0))
    if kind is MeasureKind.SHARE:
        return Exact(None, 0, 0)
    if kind is MeasureKind.QUANTILE:
        return Exact(None, spans=(0, 0, 0))
    return Exact(None, denominator=0)


def assert_same(value: Value, expected: Exact, kind: MeasureKind, told: str) -> None:
    """Fail where any number differs, or where nothing to measure is shown as a number."""
    assert (value.numerator, value.denominator) == (expected.numerator, expected.denominator), told
    if kind is MeasureKind.QUANTILE:
        assert (value.n_started, value.n_done, value.n_censored) == expected.spans, told
        bound = None if expected.bound is None else Decimal(expected.bound)
        assert value.lower_bound == bound, told
    if expected.number is None:
        assert value.value is None, told
    else:
        assert value.value is not None, told
        assert is_rounding(value.value, expected.number, expected.places), told
    is_empty = expected.number is None and not (expected.spans and expected.spans[0])
    assert value.obs_status == ("M" if is_empty else "A"), told


def is_rounding(shown: Decimal, exact: Fraction, places: int) -> bool:
    """Whether the number is the exact one rounded half to even."""
    scaled = exact * 10**places
    return Fraction(shown) * 10**places == round(scaled)


def complete(figures: Mapping[str, Sequence[Value]]) -> None:
    """Compare X3 with counting: what is owed is all that could be measured, what is there is not `L`."""
    cells = [
        value
        for indicator, values in figures.items()
        if indicator not in OF_FIGURES
        for value in values
        if value.obs_status != "M"
    ]
    total = figures["X3"][0]
    there = sum(value.obs_status != "L" for value in cells)
    assert (total.numerator, total.denominator) == (there, len(cells))


@pytest.mark.parametrize("seed", range(40))
def test_an_interval_is_the_same_to_twelve_digits(seed: int) -> None:
    chance = random.Random(seed)
    samples = []
    for _ in range(2):
        answers = chance.choice([1, 2, 50, 1000, 10**6])
        samples.append((chance.choice([0, answers, chance.randint(0, answers)]), answers))
    after, before = samples
    oracle = Oracle(fill([], as_of=END), ("2025", BEGIN.isoformat(), END.isoformat()))
    for ours, theirs in zip(
        difference(after, before), oracle.newcombe(*after, *before), strict=True
    ):
        assert theirs is not None
        assert abs(Fraction(ours) - theirs / 100) < Fraction(1, 10**12)


@pytest.mark.parametrize("seed", range(5))
def test_an_old_freeze_date_gives_the_old_figures_after_new_work(seed: int) -> None:
    facts = made_up_facts(seed)
    periods: list[Period] = [Quarter(2025, 2), Year(2025), Year(2024)]
    as_of = datetime(2026, 1, 31, tzinfo=UTC)
    known_then = [fact for fact in facts if fact.recorded_at <= as_of]
    then = computed_figures(known_then, periods=periods, as_of=as_of)
    now = computed_figures(facts, periods=periods, as_of=as_of)
    assert len(known_then) < len(facts)
    assert now == then
    later = computed_figures(facts, periods=periods, as_of=END)
    assert later != then


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_facts_are_read_means_nothing(seed: int) -> None:
    facts = made_up_facts(seed)
    periods: list[Period] = [Quarter(2025, 2), Year(2025)]
    one = computed_figures(facts, periods=periods, as_of=END)
    random.Random(seed).shuffle(facts)
    assert computed_figures(facts, periods=periods, as_of=END) == one
