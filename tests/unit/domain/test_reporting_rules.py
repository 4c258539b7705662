# SPDX-License-Identifier: Apache-2.0
"""The bars of a chart, and when a breakdown is worth one."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.reporting.rules import Figure, bars, is_worth_drawing, status_of


def figure(value: int | None, *, code: str = "x", bound: int | None = None) -> Figure:
    return Figure(
        measure="received",
        unit="reports",
        breakdown="channel",
        code=code,
        value=None if value is None else Decimal(value),
        lower_bound=None if bound is None else Decimal(bound),
        numerator=None,
        denominator=None,
        n_started=None,
        n_done=None,
        n_censored=None,
        obs_status="Q" if value is None and bound is None else "A",
    )


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_bars_are_in_proportion_and_fit(numbers: list[int]) -> None:
    drawn = bars([(str(n), figure(n)) for n in numbers], width=400)
    most = max(numbers)
    for bar, number in zip(drawn, numbers, strict=True):
        assert bar.length == (round(Decimal(400) * number / most) if most else 0)
    assert [bar.top for bar in drawn] == [place * 32 for place in range(len(numbers))]


def test_hidden_values_have_no_length_and_bounds_reach_as_far_as_they_are_known() -> None:
    hidden, bound, full = bars(
        [("a", figure(None)), ("b", figure(None, bound=50)), ("c", figure(100))], width=200
    )
    assert (hidden.length, bound.length, full.length) == (0, 100, 200)


def test_a_breakdown_that_is_mostly_unknown_is_not_drawn() -> None:
    known, unknown = figure(7, code="web"), figure(3, code="_U")
    assert is_worth_drawing([known, unknown], most_unknown=0.3, unknown="_U")
    assert not is_worth_drawing([known, figure(4, code="_U")], most_unknown=0.3, unknown="_U")
    assert not is_worth_drawing([figure(0, code="web")], most_unknown=0.3, unknown="_U")


def test_figures_become_final_after_two_further_quarters() -> None:
    assert [status_of("A", later) for later in (0, 1, 2, 3)] == ["P", "P", "A", "A"]
    assert status_of("Q", 5) == "Q"
