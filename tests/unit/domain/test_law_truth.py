# SPDX-License-Identifier: Apache-2.0
"""Kleene logic with a half: the laws that it keeps, and that what is not known stays so where it could change anything."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.legislation.rules import Result, Value
from havn.domain.legislation.rules.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    UNLIMITED,
    Number,
    Truth,
    all_of,
    any_of,
    differs,
    less,
    of_value,
)

TRUTHS = [Truth(low, high) for low in range(3) for high in range(low, 3)]
truths = st.sampled_from(TRUTHS)
# What each truth can be, in halves.
VALUES = {Value.YES: 2, Value.PARTLY: 1, Value.NO: 0}


def same(one, other):
    return (one.least, one.most) == (other.least, other.most)


@given(truths, truths, truths)
def test_and_and_or_are_a_lattice_that_distributes(a, b, c):
    assert same(a & b, b & a)
    assert same(a | b, b | a)
    assert same((a & b) & c, a & (b & c))
    assert same((a | b) | c, a | (b | c))
    assert same(a & (a | b), a)
    assert same(a | (a & b), a)
    assert same(a & (b | c), (a & b) | (a & c))
    assert same(a & TRUE, a)
    assert same(a | FALSE, a)
    assert same(a & FALSE, FALSE)
    assert same(a | TRUE, TRUE)


@given(truths, truths)
def test_not_turns_round_and_de_morgan_holds(a, b):
    assert same(~~a, a)
    assert same(~(a & b), ~a | ~b)
    assert same(~(a | b), ~a & ~b)


def test_the_excluded_middle_does_not_hold():
    half = of_value(Value.PARTLY)
    assert (half | ~half).result is Result.NARROW
    assert (UNKNOWN | ~UNKNOWN).result is Result.UNKNOWN


@given(st.lists(st.sampled_from(list(Value)), min_size=1, max_size=4))
def test_a_result_is_unknown_exactly_where_an_unknown_could_change_it(values):
    options = [[VALUES[each]] if each in VALUES else [0, 1, 2] for each in values]
    for fold, combine in ((min, all_of), (max, any_of)):
        possible = {fold(each) for each in product(*options)}
        found = combine(of_value(each) for each in values)
        assert (found.least, found.most) == (min(possible), max(possible))
        assert (found.result is Result.UNKNOWN) == (len(possible) > 1)


def test_the_cells_of_a_result_are_those_that_decide_it():
    yes, no = of_value(Value.YES, ("SE", "L04")), of_value(Value.NO, ("DK", "L04"))
    half, unknown = of_value(Value.PARTLY, ("NO", "L04")), of_value(Value.UNKNOWN, ("FI", "L04"))
    assert all_of([yes, no, unknown]).cells == {("DK", "L04")}
    assert any_of([yes, half, unknown]).cells == {("SE", "L04")}
    assert all_of([yes, half]).cells == {("NO", "L04")}
    assert all_of([half, unknown]).cells == {("NO", "L04"), ("FI", "L04")}
    assert (~no).cells == {("DK", "L04")}


def test_nothing_at_all_is_true_for_and_and_false_for_or():
    assert same(all_of([]), TRUE)
    assert same(any_of([]), FALSE)


def test_unlimited_is_more_than_any_number_and_the_same_as_unlimited():
    endless, number, nothing = Number(UNLIMITED), Number(120), Number(None)
    assert less(number, endless).result is Result.OPEN
    assert less(endless, endless).result is Result.CLOSED
    assert differs(endless, endless).result is Result.CLOSED
    assert differs(number, endless).result is Result.OPEN
    assert less(nothing, endless).result is differs(number, nothing).result is Result.UNKNOWN


def test_a_sum_with_something_unknown_is_unknown():
    assert (Number(1) + Number(2)).amount == 3
    assert (Number(1) + Number(None)).amount is None
