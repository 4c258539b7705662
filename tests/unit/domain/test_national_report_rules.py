# SPDX-License-Identifier: Apache-2.0
"""Rules of a national report: states and versions, parts, texts side by side, reminders, what must be explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules import Quarter
from havn.domain.reporting import rules
from havn.domain.reporting.rules import ReportState, TextVersion

START = datetime(2027, 2, 2, tzinfo=UTC)
ALLOWED = {
    ("draft", "confirming"),
    ("confirming", "draft"),
    ("confirming", "released"),
    ("released", "corrected"),
    ("released", "withdrawn"),
    ("corrected", "withdrawn"),
}


@pytest.mark.parametrize("source", ReportState)
@pytest.mark.parametrize("target", ReportState)
def test_a_report_moves_as_the_table_says_and_no_other_way(source, target):
    code = rules.refusal_to_move(source, target)
    assert (code == "") == ((source.value, target.value) in ALLOWED)


@given(st.lists(st.integers(0, 60), max_size=8))
def test_the_next_version_is_newer_than_all_before_it(parts):
    versions = [f"1.{part}" for part in parts]
    following = rules.order_of_version(rules.next_version(versions))
    assert all(rules.order_of_version(version) < following for version in versions)
    assert rules.next_version([]) == "1.0"


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.0.0", "one.two", "1.٣"])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match="written like"):
        rules.order_of_version(text)


@pytest.mark.parametrize(
    ("released", "today", "late"),
    [
        (date(2027, 3, 31), date(2027, 5, 1), False),
        (date(2027, 4, 1), date(2027, 5, 1), True),
        (None, date(2027, 3, 31), False),
        (None, date(2027, 4, 1), True),
    ],
)
def test_a_report_is_late_when_it_came_or_still_comes_after_its_day(released, today, late):
    due_on = rules.deadline_of(2026)
    assert rules.is_late(due_on=due_on, released_on=released, today=today) is late


@pytest.mark.parametrize(
    ("indicator", "part"),
    [
        ("R01", "hotline"),
        ("V01", "victim_services"),
        ("P06", "police"),
        ("P09", "hotline"),
        ("A02", "education"),
        ("A05", "hotline"),
        ("X1", "hotline"),
    ],
)
def test_every_indicator_is_in_one_data_owners_part(indicator, part):
    assert rules.part_of(indicator).value == part


def test_a_text_has_a_kind_of_the_list_or_is_a_note_on_an_indicator_that_is_there():
    known = frozenset({"R01"})
    for kind in (*rules.TEXT_KINDS, rules.INDEPENDENCE, "note:R01"):
        assert rules.is_text_kind(kind, indicators=known)
    for kind in ("", "note:", "note:R99", "novel", "figures"):
        assert not rules.is_text_kind(kind, indicators=known)


def version(number: int, *based_on: UUID, proposal: bool = False) -> TextVersion:
    return TextVersion(
        uuid4(), str(number), START + timedelta(minutes=number), None, tuple(based_on), proposal
    )


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_whoever_writes_with_all_heads_before_them_leaves_one_text(races):
    """A race is two writers with the same versions before them; a choice ends it."""
    versions: list[TextVersion] = []
    for number, is_race in enumerate(races):
        before = [each.id for each in rules.heads(versions)]
        versions.append(version(2 * number, *before))
        if is_race:
            versions.append(version(2 * number + 1, *before))
        assert len(rules.heads(versions)) == (2 if is_race else 1)


def test_a_proposal_is_no_text_until_it_is_chosen():
    first = version(1)
    proposal = version(2, first.id, proposal=True)
    assert rules.heads([first, proposal]) == (first,)
    assert rules.proposals([first, proposal]) == (proposal,)
    chosen = version(3, first.id, proposal.id)
    assert rules.heads([first, proposal, chosen]) == (chosen,)
    assert rules.proposals([first, proposal, chosen]) == ()


def test_reminders_go_out_on_the_days_of_the_calendar():
    due_on = date(2027, 3, 31)
    found = [(each.days, each.told.value) for each in rules.reminders(due_on)]
    assert found == [
        (60, "owner"), (30, "owner"), (14, "owner"), (7, "owner"), (1, "owner"),
        (-1, "rapporteur"), (-7, "rapporteur"), (-14, "signatory"),
    ]  # fmt: skip
    times = [each.at for each in rules.reminders(due_on)]
    assert all(first < second for first, second in pairwise(times))
    assert times[0].date() == date(2027, 1, 30)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(-90, 90))
def test_what_is_asked_late_is_not_reminded_of_in_the_past(due_on, days):
    at = datetime.combine(due_on, datetime.min.time(), tzinfo=UTC) + timedelta(days=days)
    assert all(each.at > at for each in rules.to_come(due_on, at=at))


def test_the_brief_is_there_fourteen_days_before_the_page():
    assert rules.brief_on(2026) == date(2027, 4, 16)
    assert rules.public_on(2026) == date(2027, 4, 30)


@given(st.integers(2012, 2040), st.integers(1, 4), st.integers(0, 2000))
def test_a_quarter_is_final_when_two_further_ones_are_over(year, number, days):
    quarter = Quarter(year, number)
    as_of = quarter.starts_at + timedelta(days=days)
    assert rules.is_final(str(quarter), as_of) == quarter.following.following.is_closed(as_of)


@pytest.mark.parametrize(
    ("as_of", "final"), [(datetime(2028, 12, 31, tzinfo=UTC), False), (datetime(2029, 1, 1, tzinfo=UTC), True)]
)  # fmt: skip
def test_a_year_is_final_when_two_further_ones_are_over(as_of, final):
    assert rules.is_final("2026", as_of) is final


@pytest.mark.parametrize(
    ("old", "new", "cases", "noted"),
    [
        ("100", "105", (None, None), False),
        ("100", "106", (None, None), True),
        ("100", "94", (None, None), True),
        ("0", "1", (None, None), True),
        ("0", "0", (0, 0), False),
        ("1000", "1010", (1000, 1010), False),
        ("1000", "1011", (1000, 1011), True),
        ("50", "51", (500, 520), True),
        (None, "1", (None, None), True),
        ("1", None, (None, None), True),
        (None, None, (None, None), False),
    ],
)
def test_a_change_above_five_percent_or_ten_cases_must_be_explained(old, new, cases, noted):
    before, after = (None if each is None else Decimal(each) for each in (old, new))
    found = rules.needs_note(before, after, old_cases=cases[0], new_cases=cases[1])
    assert found is noted


@dataclass
class Cell:
    value: Decimal | None
    obs_status: str = "A"
    numerator: int | None = None


KEY = ("R01", "2026", "received", "", "")


def test_where_one_of_two_is_hidden_nothing_is_compared():
    shown, hidden = Cell(Decimal(12)), Cell(None, "Q")
    assert rules.changes_between({KEY: hidden}, {KEY: shown}) == []
    assert rules.changes_between({KEY: shown}, {KEY: hidden}) == []
    assert rules.changes_between({KEY: shown}, {KEY: Cell(Decimal(12))}) == []
    [change] = rules.changes_between({KEY: shown}, {KEY: Cell(Decimal(40))})
    assert (change.old, change.new, change.needs_note) == (12, 40, True)


def test_what_is_about_reporting_itself_explains_itself():
    key = ("X2", "2026", "days", "", "")
    [change] = rules.changes_between({key: Cell(None, "M")}, {key: Cell(Decimal(-60))})
    assert not change.needs_note


def test_there_are_twenty_one_capabilities_in_six_groups():
    assert [each.number for each in rules.CAPABILITIES] == list(range(1, 22))
    assert len({each.name for each in rules.CAPABILITIES}) == 21
    assert len({each.group for each in rules.CAPABILITIES}) == 6


@pytest.mark.parametrize(
    ("found_on", "due_on"),
    [
        (date(2027, 3, 1), date(2027, 3, 15)),  # a Monday
        (date(2027, 3, 5), date(2027, 3, 19)),  # a Friday
        (date(2027, 3, 6), date(2027, 3, 19)),  # a Saturday: the first working day is Monday
        (date(2027, 3, 7), date(2027, 3, 19)),  # a Sunday
    ],
)
def test_an_error_in_facts_is_corrected_within_ten_working_days(found_on, due_on):
    assert rules.corrected_by(found_on) == due_on
    days = [found_on + timedelta(days=each) for each in range(1, (due_on - found_on).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == rules.CORRECTED_WITHIN
