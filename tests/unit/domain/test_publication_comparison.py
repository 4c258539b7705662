# SPDX-License-Identifier: Apache-2.0
"""What may stand beside what on the public page, case by case."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from statistics import quantiles
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules import DEFINITIONS, Direction, MeasureKind
from havn.domain.publication.rules import comparison
from havn.domain.publication.rules.comparison import Count, Standing
from havn.domain.publication.rules.published import Figure, period_order

NAMES = {"SE": "Sweden", "DK": "Denmark", "AX": "Ålands", "NO": "Norway"}
FIGURE = Figure(
    member="DK", indicator="R05", definition=2, period="2025", measure="median_hours", breakdown="", code="",
    value=Decimal(10), lower_bound=None, numerator=None, denominator=None, n_started=30, n_done=20, n_censored=10,
    status="A", basis="computed", source="", report=UUID(int=1), version="1.0",
    as_of=datetime(2026, 1, 31, tzinfo=UTC), node=UUID(int=2), log_position=None,
)  # fmt: skip


def of(member, **changes):
    return replace(FIGURE, member=member, **changes)


def standings(figures, **options):
    options = {"names": NAMES, "reporting": frozenset({each.member for each in figures})} | options
    return {line.member: line.standing for line in comparison.compare(figures, **options).lines}


def test_the_order_is_that_of_names_whatever_the_values_are():
    figures = [of("SE", value=Decimal(1)), of("DK", value=Decimal(9)), of("NO", value=Decimal(5))]
    for order in (figures, figures[::-1]):
        lines = comparison.compare(order, names=NAMES, reporting=frozenset(NAMES)).lines
        assert [line.name for line in lines] == ["Denmark", "Norway", "Sweden", "Ålands"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Standing.SHOWN),
        ({"status": "P"}, Standing.SHOWN),
        ({"status": "B"}, Standing.SHOWN),
        ({"status": "Q", "value": None}, Standing.SUPPRESSED),
        ({"status": "M", "value": None}, Standing.NO_DATA),
        ({"status": "L", "value": None}, Standing.NOT_COLLECTED),
        ({"value": None, "lower_bound": Decimal(700)}, Standing.SHOWN),
        ({"value": None}, Standing.NO_DATA),
        ({"definition": 1}, Standing.NOT_COMPARABLE),
        ({"basis": "stated"}, Standing.NO_DATA),
    ],
)
def test_each_way_of_having_no_value_is_said_as_what_it_is(changes, expected):
    figures = [of("DK", **changes), of("SE")]
    found = standings(figures, reporting=frozenset({"DK", "SE"}))
    assert found["DK"] is expected
    assert found["NO"] is Standing.NOT_RECEIVED


def test_no_report_no_data_and_zero_are_three_things():
    found = comparison.compare(
        [of("DK", value=Decimal(0))], names=NAMES, reporting=frozenset({"DK", "SE"})
    )
    by_member = {line.member: line for line in found.lines}
    assert by_member["DK"].number == 0
    assert (by_member["SE"].standing, by_member["SE"].number) == (Standing.NO_DATA, None)
    assert by_member["NO"].standing is Standing.NOT_RECEIVED


def test_a_country_that_checks_too_rarely_is_not_set_beside_others():
    assert (
        standings([of("DK"), of("SE")], unreliable=frozenset({"DK"}))["DK"]
        is Standing.NOT_COMPARABLE
    )


def test_a_stated_figure_is_in_no_comparison_and_in_no_median():
    figures = [of(f"{a}{b}") for a, b in product("ABC", "XYZ")] + [of("SE", basis="stated")]
    names = {each.member: each.member for each in figures}
    found = comparison.compare(figures, names=names, reporting=frozenset(names))
    assert found.quartiles is None
    assert found.shown == 9


@given(st.lists(st.integers(0, 10_000), min_size=10, max_size=40))
def test_quartiles_are_those_of_the_textbook_and_only_from_ten_countries_on(values):
    figures = [of(f"M{number}", value=Decimal(value)) for number, value in enumerate(values)]
    names = {each.member: each.member for each in figures}
    found = comparison.compare(figures, names=names, reporting=frozenset(names)).quartiles
    expected = quantiles(values, n=4, method="inclusive")
    assert [float(each) for each in (found.lower, found.median, found.upper)] == expected
    assert comparison.quartiles_of(figures) == found
    few = figures[:9]
    assert comparison.compare(few, names=names, reporting=frozenset(names)).quartiles is None
    assert comparison.quartiles_of(few) is None


def test_a_quantile_that_was_not_reached_leaves_no_median_to_give():
    figures = [of(f"M{number}") for number in range(11)]
    figures.append(of("XX", value=None, lower_bound=Decimal(5000)))
    names = {each.member: each.member for each in figures}
    assert comparison.compare(figures, names=names, reporting=frozenset(names)).quartiles is None


def test_no_raw_count_is_ever_compared_and_no_colour_is_given_without_a_direction():
    for definition in DEFINITIONS:
        for measure in definition.measures:
            assert comparison.may_compare(measure) == (measure.kind is not MeasureKind.COUNT)
        assert comparison.may_colour(definition.direction) == (
            definition.direction is not Direction.NONE
        )
    for indicator in ("R01", "R09", "V01", "P06"):
        [definition] = [each for each in DEFINITIONS if each.id == indicator]
        counts = [each for each in definition.measures if each.kind is MeasureKind.COUNT]
        assert counts
        assert not any(map(comparison.may_compare, counts))


bounds = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted)
count = st.integers(0, 1000).map(Count) | bounds.map(lambda pair: Count(None, *pair))


@given(st.lists(count, max_size=12), st.randoms())
def test_a_total_holds_what_is_true_and_gives_no_single_hidden_country_away(counts, chance):
    found = comparison.total_of(counts)
    hidden = [each for each in counts if each.value is None]
    true = sum(
        each.value if each.value is not None else chance.randint(each.low, each.high)
        for each in counts
    )
    if len(hidden) == 1 or not counts:
        assert (found.low, found.high) == (None, None)
    else:
        assert found.low <= true <= found.high
        assert found.is_exact == (sum(each.high - each.low for each in hidden) == 0)


def test_a_hidden_country_without_bounds_leaves_no_total():
    assert comparison.total_of([Count(3), Count(None), Count(None, 1, 2)]).low is None


def test_periods_are_in_the_order_of_time_and_a_year_stands_behind_its_quarters():
    periods = ["2026-Q1", "2025", "2025-Q4", "2025-Q1", "2024"]
    assert sorted(periods, key=period_order) == ["2024", "2025-Q1", "2025-Q4", "2025", "2026-Q1"]
