# SPDX-License-Identifier: Apache-2.0
"""Counting what one log says to one audience: what shows as missing, and what may come late."""

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange.rules import CounterFinding, counted
from havn.lib import feed

numbers = st.integers(min_value=1, max_value=40)


def count(said, *, unread=0):
    """Return the count after these numbers, and how each of them followed."""
    counter, findings = feed.AudienceCounter(), []
    for number in said:
        counter, finding = counted(counter, number, unread=unread)
        findings.append(finding)
    return counter, findings


def passed_over(counter):
    return {each for first, last in counter.missing for each in range(first, last + 1)}


@given(said=st.lists(numbers, max_size=60), unread=st.integers(min_value=0, max_value=5))
def test_each_number_is_taken_once_and_what_was_passed_over_is_noted(said, unread):  # X17 F12
    counter, findings = count(said, unread=unread)
    heard, largest = set(), 0
    for number, finding in zip(said, findings, strict=True):
        if number in heard:
            expected = CounterFinding.REPEATED
        elif number - largest - 1 > unread:
            expected = CounterFinding.GAP
        else:
            expected = CounterFinding.FOLLOWS
        assert finding is expected
        heard.add(number)
        largest = max(largest, number)
    assert counter.expected == largest + 1
    assert passed_over(counter) == set(range(1, largest)) - heard


@given(said=st.permutations(list(range(1, 13))))
def test_in_whatever_order_all_numbers_come_nothing_is_missing_in_the_end(said):
    counter, findings = count(said)
    assert counter == feed.AudienceCounter(13)
    assert CounterFinding.REPEATED not in findings


def test_a_number_far_beyond_the_next_is_one_range():
    counter, findings = count([2**53 - 1])
    assert (counter.missing, findings) == (((1, 2**53 - 2),), [CounterFinding.GAP])


def test_beyond_the_most_ranges_the_oldest_is_forgotten():
    most = feed.MOST_MISSING
    counter, _findings = count(range(2, 2 * most + 4, 2))
    assert len(counter.missing) == most
    assert counted(counter, 1, unread=0)[1] is CounterFinding.REPEATED
    assert counted(counter, 2 * most + 1, unread=0)[1] is CounterFinding.FOLLOWS


def test_one_wide_gap_that_is_filled_in_part_keeps_the_bound_too():
    most = feed.MOST_MISSING
    counter, _findings = count([10 * most, *range(2, 4 * most, 2)])
    assert len(counter.missing) == most
