# SPDX-License-Identifier: Apache-2.0
"""Which steps a commitment may take, what each needs, and when it is late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.actor import Role
from havn.domain.commitments import rules
from havn.domain.commitments.rules import CommitmentError, Fault, Kind, State, Step, Timing
from havn.lib.encoding import uuid4
from tests.support.promises import (
    AIM,
    AT,
    JUSTICE,
    POLICE,
    TERMS,
    adopted,
    days,
    document,
    in_state,
    money,
    record,
    value,
)

R, S, D = Role.RAPPORTEUR, Role.SIGNATORY, Role.DATA_OWNER
# By hand, after the table of the Alliance's handbook: from, step, to, who.
TABLE = [
    ("proposed", "edited", "proposed", {R}),
    ("proposed", "adopted", "adopted", {S}),
    ("proposed", "dropped", "dropped", {R}),
    ("proposed", "resources", "proposed", {R}),
    ("adopted", "started", "in_progress", {R}),
    ("in_progress", "claimed", "in_progress", {R}),
    ("in_progress", "confirmed", "achieved", {D, S}),
    ("in_progress", "declined", "in_progress", {D, S}),
    ("reopened", "claimed", "reopened", {R}),
    ("reopened", "confirmed", "achieved", {D, S}),
    ("reopened", "declined", "reopened", {D, S}),
    ("achieved", "reopened", "reopened", {S}),
    ("achieved", "resources", "achieved", {R}),
    ("achieved", "evidence", "achieved", {R}),
    *(
        (state, step, to or state, who)
        for state in ("adopted", "in_progress", "reopened")
        for step, to, who in (
            ("withdrawn", "withdrawn", {S}),
            ("replaced", "replaced", {S}),
            ("redated", "", {S}),
            ("resources", "", {R}),
            ("evidence", "", {R}),
        )
    ),
]


def step(kind, at=AT, office=JUSTICE, **more):
    """Return a step that has all that its kind needs."""
    given_ = {
        Kind.STARTED: {"day": at.date()},
        Kind.REDATED: {"day": date(2027, 6, 30), "reason": "It takes longer."},
        Kind.REPLACED: {"successor": uuid4()},
    }.get(kind, {"reason": "Because."})
    return Step(kind, at, office, **(given_ | more))


def extras(kind, at=AT):
    """Return what a step brings along."""
    return {
        Kind.EDITED: {"terms": replace(TERMS, office="Ministry of the Interior")},
        Kind.CLAIMED: {"evidence": document(at)},
        Kind.EVIDENCE: {"evidence": document(at)},
        Kind.RESOURCES: {"resource": money(at)},
    }.get(kind, {})


def refused(code, found, *arguments, **more):
    with pytest.raises(CommitmentError) as error:
        rules.changed(found, *arguments, **more)
    assert error.value.code is code, error.value


def test_every_state_takes_exactly_the_steps_of_the_table():
    for state in State:
        for kind in set(Kind) - {Kind.PROPOSED}:
            expected = [to for of, name, to, _ in TABLE if (of, name) == (state, kind)]
            assert [rules.after(state, kind)] == (expected or [None]), (state, kind)
        assert rules.after(state, Kind.PROPOSED) is None


def test_every_step_is_for_exactly_the_roles_of_the_table():
    for role in Role:
        for state in State:
            found = {kind.value for kind in rules.possible(state, frozenset({role}))}
            assert found == {name for of, name, _, who in TABLE if of == state and role in who}


def test_every_state_is_reached_and_only_three_are_ends():
    for state in State:
        assert in_state(state).state is state
    ends = {state for state in State if not any(state in move.of for move in rules.MOVES)}
    assert ends == rules.ENDS == {State.DROPPED, State.WITHDRAWN, State.REPLACED}


@pytest.mark.parametrize("state", State)
def test_a_step_that_the_table_does_not_hold_is_refused(state):
    found = in_state(state)
    for kind in set(Kind) - {Kind.PROPOSED}:
        if rules.after(state, kind) is None:
            refused(Fault.NOT_NOW, found, step(kind), **extras(kind))


def test_what_a_step_needs_is_asked_for():
    going, kept = in_state(State.IN_PROGRESS), in_state(State.ACHIEVED)
    refused(Fault.REASON_MISSING, going, Step(Kind.WITHDRAWN, AT, JUSTICE, " "))
    refused(Fault.REASON_MISSING, kept, Step(Kind.REOPENED, AT, JUSTICE))
    refused(Fault.SUCCESSOR_MISSING, going, Step(Kind.REPLACED, AT, JUSTICE))
    refused(Fault.DAY_MISSING, in_state(State.ADOPTED), Step(Kind.STARTED, AT, JUSTICE))
    tomorrow = AT.date() + timedelta(days=1)
    refused(
        Fault.DAY_TO_COME, in_state(State.ADOPTED), Step(Kind.STARTED, AT, JUSTICE, day=tomorrow)
    )
    refused(Fault.OFFICE_MISSING, going, Step(Kind.WITHDRAWN, AT, " ", "Because."))
    refused(Fault.EVIDENCE_MISSING, going, Step(Kind.CLAIMED, AT, JUSTICE))
    refused(Fault.EVIDENCE_MISSING, going, Step(Kind.EVIDENCE, AT, JUSTICE))
    refused(Fault.BAD_RESOURCE, going, Step(Kind.RESOURCES, AT, JUSTICE))
    refused(Fault.NOTHING_TO_CONFIRM, going, Step(Kind.CONFIRMED, AT, POLICE))
    refused(Fault.BEFORE_LAST_STEP, going, step(Kind.WITHDRAWN, AT - days(1)))
    for due, code in (
        (TERMS.due, Fault.SAME_DUE),
        (AT.date() - timedelta(days=1), Fault.DUE_IN_PAST),
        (None, Fault.DAY_MISSING),
    ):
        refused(code, going, Step(Kind.REDATED, AT, JUSTICE, "It takes longer.", day=due))


def test_a_promise_whose_day_has_passed_is_not_adopted():
    found = record()
    late = Step(Kind.ADOPTED, datetime(2027, 1, 1, tzinfo=UTC), JUSTICE)
    refused(Fault.DUE_IN_PAST, found, late)


def test_a_second_office_confirms_however_the_first_is_written():
    claimed = rules.changed(
        in_state(State.IN_PROGRESS), step(Kind.CLAIMED, office=POLICE), evidence=document()
    )
    for office in ("ministry  of justice", "NATIONAL POLICE "):  # the owner, and who claims it
        refused(Fault.SAME_OFFICE, claimed, step(Kind.CONFIRMED, office=office))
    assert rules.changed(claimed, step(Kind.CONFIRMED, office="Court")).state is State.ACHIEVED


def test_a_claim_that_was_declined_is_made_again_before_it_is_confirmed():
    claimed = rules.changed(in_state(State.IN_PROGRESS), step(Kind.CLAIMED), evidence=document())
    declined = rules.changed(claimed, step(Kind.DECLINED, office=POLICE))
    assert declined.open_claim is None
    refused(Fault.NOTHING_TO_CONFIRM, declined, step(Kind.CONFIRMED, office=POLICE))
    again = rules.changed(declined, step(Kind.CLAIMED))
    assert rules.changed(again, step(Kind.CONFIRMED, office=POLICE)).state is State.ACHIEVED


def test_an_aim_is_compared_with_the_newest_value():
    going = adopted(step(Kind.STARTED), terms=replace(TERMS, measure=AIM))
    far = rules.changed(going, step(Kind.EVIDENCE), evidence=value("60"))
    refused(Fault.AIM_NOT_REACHED, far, step(Kind.CLAIMED))
    near = rules.changed(
        far, step(Kind.EVIDENCE, AT + days(9)), evidence=value("48", AT + days(9))
    )
    assert rules.changed(near, step(Kind.CLAIMED, AT + days(9))).open_claim
    worse = rules.changed(
        near, step(Kind.EVIDENCE, AT + days(20)), evidence=value("49", AT + days(20))
    )
    refused(Fault.AIM_NOT_REACHED, worse, step(Kind.CLAIMED, AT + days(20)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"measure": replace(AIM, indicator="R01")}, Fault.UNKNOWN_MEASURE),
        ({"measure": replace(AIM, indicator="R01", measure="received")}, Fault.NO_DIRECTION),
        ({"measure": replace(AIM, indicator="Z99")}, Fault.UNKNOWN_INDICATOR),
        ({"measure": replace(AIM, aim=Decimal(90))}, Fault.AIM_NOT_BETTER),
        ({"measure": replace(AIM, aim=Decimal(91))}, Fault.AIM_NOT_BETTER),
        ({"measure": replace(TERMS.measure, what={})}, Fault.NO_DELIVERABLE),
        ({"measure": replace(TERMS.measure, today={})}, Fault.NO_BASELINE),
        ({"title": {"en": "One language"}}, Fault.ONE_LANGUAGE),
        ({"title": {"en": "x" * 161, "da": "y"}}, Fault.TEXT_TOO_LONG),
        ({"title": {"english": "x", "da": "y"}}, Fault.BAD_LANGUAGE),
        ({"text": {"en": " ", "da": "y"}}, Fault.TEXT_MISSING),
        ({"goal": "G1.1"}, Fault.UNKNOWN_GOAL),
        ({"target": 5, "goal": ""}, Fault.UNKNOWN_TARGET),
        ({"office": ""}, Fault.OFFICE_MISSING),
        ({"due": date(2025, 1, 1)}, Fault.BAD_DAYS),
    ],
)
def test_what_cannot_be_promised_is_refused_by_its_code(changes, code):
    with pytest.raises(CommitmentError) as error:
        rules.check_terms(replace(TERMS, **changes))
    assert error.value.code is code


@pytest.mark.parametrize(
    ("indicator", "measure"),
    [
        ("R01", "received"),
        ("V06", "accepted"),
        ("V09", "requests"),
        ("A01", "shown"),
        ("P11", "unknown"),
        ("X1", "withdrawn"),
    ],
)
def test_an_aim_on_a_measure_without_direction_is_refused_before_its_numbers_are_asked(
    indicator, measure
):
    for baseline, aim in ((None, None), (Decimal(1), Decimal(2))):
        with pytest.raises(CommitmentError) as error:
            rules.aim(indicator, measure, baseline=baseline, aim=aim)
        assert error.value.code is Fault.NO_DIRECTION


def test_an_aim_follows_the_direction_of_its_measure_not_of_the_indicator():
    assert rules.aim("V09", "within_24h", baseline=Decimal(50), aim=Decimal(90))[0] == "up"
    with pytest.raises(CommitmentError) as error:
        rules.aim("V09", "within_24h", baseline=Decimal(90), aim=Decimal(50))
    assert error.value.code is Fault.AIM_NOT_BETTER


def test_a_missing_baseline_and_a_missing_aim_are_told_apart():
    for baseline, aim, code in (
        (None, Decimal(2), Fault.NO_BASELINE),
        (Decimal(2), None, Fault.NO_AIM),
    ):
        with pytest.raises(CommitmentError) as error:
            rules.aim("R05", "median_hours", baseline=baseline, aim=aim)
        assert error.value.code is code


def test_the_whole_due_day_is_in_time_and_the_next_instant_is_late():
    found, end = adopted(), datetime(2027, 1, 1, tzinfo=UTC)
    assert rules.lateness(found, at=end - timedelta(microseconds=1)).timing is Timing.NOT_DUE
    assert rules.lateness(found, at=end).timing is Timing.LATE
    assert rules.late_since(found, at=end) == end


def test_a_late_promise_keeps_its_flag_when_it_is_redated():
    after = datetime(2027, 1, 1, tzinfo=UTC)
    found = adopted(step(Kind.REDATED, after, day=date(2028, 1, 1)))
    assert found.due == date(2028, 1, 1)
    assert rules.counting_due(found) == TERMS.due
    assert rules.lateness(found, at=after).timing is Timing.LATE_REDATED
    assert rules.lateness(found, at=after).is_late


def test_a_promise_that_is_redated_in_time_is_not_late():
    found = adopted(step(Kind.REDATED, day=date(2028, 1, 1)))
    assert rules.counting_due(found) == date(2028, 1, 1)
    assert rules.lateness(found, at=datetime(2027, 6, 1, tzinfo=UTC)).timing is Timing.NOT_DUE


def test_a_promise_kept_after_its_day_is_kept_late_also_when_it_was_redated():
    after = datetime(2027, 1, 2, tzinfo=UTC)
    found = adopted(
        step(Kind.STARTED),
        step(Kind.REDATED, after, day=date(2028, 1, 1)),
    )
    found = rules.changed(found, step(Kind.CLAIMED, after), evidence=document(after))
    found = rules.changed(found, step(Kind.CONFIRMED, after, office=POLICE))
    assert rules.lateness(found, at=after).timing is Timing.KEPT_LATE


def test_a_promise_opened_again_after_its_day_is_late_since_then():
    opened = datetime(2027, 3, 1, tzinfo=UTC)
    found = rules.changed(in_state(State.ACHIEVED), step(Kind.REOPENED, opened))
    assert rules.lateness(found, at=opened).timing is Timing.LATE
    assert rules.late_since(found, at=opened) == opened


# Any order of steps at any times, right or wrong.

KINDS = st.sampled_from(sorted(set(Kind) - {Kind.PROPOSED}))
TRIES = st.lists(
    st.tuples(KINDS, st.integers(0, 200), st.integers(1, 500), st.sampled_from((JUSTICE, POLICE))),
    max_size=25,
)


def walked(tries):
    """Yield each record of a walk, with the step that led there; what is refused changes nothing."""
    found, at = record(), AT
    yield found, None
    for kind, wait, ahead, office in tries:
        at += timedelta(days=wait)
        day = at.date() + timedelta(days=ahead)
        more = {"day": day} if kind is Kind.REDATED else {}
        taken = step(kind, at, office, **more)
        try:
            found = rules.changed(found, taken, **extras(kind, at))
        except CommitmentError:
            continue
        yield found, taken


@given(TRIES)
def test_no_path_overwrites_anything(tries):
    records = [found for found, _ in walked(tries)]
    for before, found in pairwise(records):
        assert found.number == before.number + 1
        assert found.steps[:-1] == before.steps
        assert found.resources[: len(before.resources)] == before.resources
        assert found.evidence[: len(before.evidence)] == before.evidence
        assert found.terms == before.terms or before.state is State.PROPOSED
        assert rules.after(before.state, found.steps[-1].kind) is found.state
        assert (found.state in rules.PUBLIC) or (before.state not in rules.PUBLIC)
        if before.state in rules.PUBLIC:
            assert rules.follows(before, found)


def slow_timing(found, at):
    """Say the same day by day: a promise is late from the first day after a due day on which it was still open."""
    if found.state not in rules.OPEN:
        return None
    due, day = found.terms.due, found.steps[0].at.date()
    moves = [each for each in found.steps if each.kind is Kind.REDATED]
    while day <= at.date():
        today = [each.day for each in moves if each.at.date() == day]
        if day > due:
            return True
        due = today[-1] if today else due
        day += timedelta(days=1)
    return False


@given(TRIES, st.integers(0, 400))
def test_late_follows_from_the_steps_and_the_clock_alone(tries, wait):  # C9
    *_, (found, _step) = walked(tries)
    at = found.steps[-1].at + timedelta(days=wait)
    said = rules.lateness(found, at=at)
    slow = slow_timing(found, at)
    if slow is not None:
        assert said.is_late == slow
    flagged = said.timing is Timing.LATE_REDATED
    assert not flagged or said.due != said.counting_due
    # Once late it stays late until it is kept or given up, whatever the new days are.
    later = rules.lateness(found, at=at + timedelta(days=500))
    assert not said.is_late or later.is_late


@given(TRIES)
def test_every_record_is_read_back_as_it_was_written(tries):
    for found, _ in walked(tries):
        body = rules.record_body(found, is_public=False)
        assert rules.read_record(body, is_public=False) == rules.kept_record(body) == found
        if found.state in rules.PUBLIC:
            told = rules.read_record(rules.record_body(found))
            assert told.state is found.state
            assert [s for s in found.steps if s.kind is not Kind.EDITED] == list(told.steps)
            assert rules.lateness(told, at=AT + days(300)) == rules.lateness(
                found, at=AT + days(300)
            )
