# SPDX-License-Identifier: Apache-2.0
"""When a breakdown is worth a chart, and when figures are final."""

from __future__ import annotations

from decimal import Decimal

from havn.domain.reporting.rules import Figure, is_worth_drawing, status_of


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


def test_a_breakdown_that_is_mostly_unknown_is_not_drawn() -> None:
    known, unknown = figure(7, code="web"), figure(3, code="_U")
    assert is_worth_drawing([known, unknown], most_unknown=0.3, unknown="_U")
    assert not is_worth_drawing([known, figure(4, code="_U")], most_unknown=0.3, unknown="_U")
    assert not is_worth_drawing([figure(0, code="web")], most_unknown=0.3, unknown="_U")


def test_figures_become_final_after_two_further_quarters() -> None:
    assert [status_of("A", later) for later in (0, 1, 2, 3)] == ["P", "P", "A", "A"]
    assert status_of("Q", 5) == "Q"
