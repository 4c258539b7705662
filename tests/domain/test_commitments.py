# SPDX-License-Identifier: Apache-2.0
"""What a government does with its promises: done, refused, rolled back, audited, told, and noted by the clock."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from havn.domain.actor import Actor, Role
from havn.domain.audit.models import Entry
from havn.domain.commitments import rules, selectors, services, tasks
from havn.domain.commitments.models import Commitment, CommitmentChange
from havn.domain.commitments.rules import ActKind, PoliticalAct, State, Timing
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import Job
from havn.domain.ledger import selectors as ledger
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK
from havn.lib.encoding import uuid4
from tests.support.own_node import register_own_node
from tests.support.promises import (
    AIM,
    AT,
    JUSTICE,
    POLICE,
    TERMS,
    Government,
    days,
    document,
    money,
    person,
    value,
)

pytestmark = pytest.mark.django_db
END = datetime(2027, 1, 1, tzinfo=UTC)
ACT = PoliticalAct(
    member="",
    kind=ActKind.BUDGET,
    day=date(2026, 2, 1),
    title={"en": "Budget line 17", "da": "Finanslovspost 17"},
    text={"en": "Money for the desk.", "da": "Penge til skranken."},
    source_title="Finance act 2026",
    source="https://law.example/17",
    amount=Decimal(5000000),
    currency="DKK",
    corrects=None,
    at=AT,
)


@pytest.fixture
def ours():
    return Government(register_own_node(at=AT))


def standing(ours, found, at=AT):
    return selectors.own_commitment(commitment_id=found, actor=ours.rapporteur, at=at)


def told():
    rows = OutgoingEvent.objects.order_by("recorded_at", "id")
    assert all(row.audience == ["alliance"] for row in rows)
    return [row.kind for row in rows]


def refused(code, action, **more):
    """Let an action be refused by this code, with a sentence, and change nothing."""
    before = list(Commitment.objects.values()), list(CommitmentChange.objects.values())
    with pytest.raises(RefusedError) as error:
        action(**more)
    assert (error.value.code, str(error.value).endswith(".")) == (code, True)
    assert (list(Commitment.objects.values()), list(CommitmentChange.objects.values())) == before


def test_a_promise_goes_from_proposal_to_kept_and_each_step_is_audited(ours):
    found = ours.achieve()
    view = standing(ours, found)
    assert (view.state, view.number, view.timing) == (State.ACHIEVED, 5, Timing.KEPT)
    actions = Entry.objects.filter(subject_id=found).values_list("action", flat=True)
    names = ("proposed", "adopted", "started", "claimed", "achieved")
    assert sorted(actions) == sorted(f"commitment.{each}" for each in names)
    assert [each.kind.value for each in view.record.steps] == [
        "proposed", "adopted", "started", "claimed", "confirmed",
    ]  # fmt: skip


def test_a_proposal_is_told_to_nobody_and_every_step_from_its_adoption_on_to_all(ours):
    found = ours.propose()
    assert told() == []
    services.adopt(commitment_id=found, office=JUSTICE, actor=ours.signatory, at=AT)
    services.state_resources(
        commitment_id=found, office=JUSTICE, resource=money(), actor=ours.rapporteur, at=AT
    )
    assert told() == ["commitment.stated"] * 2
    waiting = ledger.events_waiting(actor=Actor.system(), most=9)
    record = max((rules.read_record(each.payload) for each in waiting), key=lambda r: r.number)
    assert (record.member, record.state, record.number) == ("DK", State.ADOPTED, 3)
    assert record.resources == (money(),)


def test_a_dropped_proposal_is_never_public(ours):
    found = ours.propose()
    services.drop(commitment_id=found, office=JUSTICE, actor=ours.rapporteur, at=AT)
    assert standing(ours, found).state is State.DROPPED
    assert told() == []
    assert selectors.public_commitments(actor=Actor.reporter(), at=AT) == []
    with pytest.raises(NotFoundError):
        selectors.public_commitment(commitment_id=found, actor=Actor.reporter(), at=AT)


def test_only_the_role_of_the_table_takes_a_step(ours):
    proposal = ours.propose()
    words = {"commitment_id": proposal, "office": JUSTICE, "at": AT}
    refused("not_your_role", services.adopt, actor=ours.rapporteur, **words)
    refused("not_your_role", services.drop, actor=ours.signatory, **words)
    claimed = ours.claim()
    words["commitment_id"] = claimed
    refused("not_your_role", services.confirm, actor=ours.rapporteur, **words)
    refused("not_your_role", services.withdraw, reason="No.", actor=ours.police, **words)
    refused(
        "not_your_role", services.propose, terms=TERMS, office=JUSTICE, actor=ours.signatory, at=AT
    )


def test_nobody_confirms_what_they_said_themselves_nor_the_same_office(ours):
    both = person(ours.organisation, Role.RAPPORTEUR, Role.DATA_OWNER)
    found = ours.start()
    services.claim(commitment_id=found, office=JUSTICE, evidence=document(), actor=both, at=AT)
    refused("same_person", services.confirm, commitment_id=found, office=POLICE, actor=both, at=AT)
    refused(
        "same_office",
        services.confirm,
        commitment_id=found,
        office=JUSTICE,
        actor=ours.police,
        at=AT,
    )
    services.decline(
        commitment_id=found, office=POLICE, reason="Page 3 is missing.", actor=ours.police, at=AT
    )
    refused(
        "nothing_to_confirm",
        services.confirm,
        commitment_id=found,
        office=POLICE,
        actor=ours.police,
        at=AT,
    )


def test_an_aim_that_is_not_reached_cannot_be_claimed(ours):
    found = ours.start(replace(TERMS, measure=AIM))
    words = {"commitment_id": found, "office": JUSTICE, "actor": ours.rapporteur, "at": AT}
    refused("aim_not_reached", services.claim, evidence=value("50"), **words)
    services.claim(evidence=value("47.5"), **words)
    assert standing(ours, found).waits_for_confirmation


def test_promises_of_another_organisation_are_not_there(ours):
    found = ours.start()
    others = Government(uuid4())
    with pytest.raises(NotFoundError):
        services.withdraw(
            commitment_id=found, office=JUSTICE, reason="No.", actor=others.signatory, at=AT
        )
    with pytest.raises(NotFoundError):
        selectors.own_commitment(commitment_id=found, actor=others.rapporteur, at=AT)
    assert selectors.own_commitments(actor=others.rapporteur, at=AT) == []
    assert selectors.own_commitments(actor=person(ours.organisation, Role.ANALYST), at=AT) == []


def test_a_withdrawn_promise_stays_listed_with_its_reason(ours):
    found = ours.adopt()
    services.withdraw(
        commitment_id=found, office=JUSTICE, reason="No money.", actor=ours.signatory, at=AT
    )
    [view] = selectors.public_commitments(actor=Actor.reporter(), at=AT, member="DK")
    assert (view.state, view.timing) == (State.WITHDRAWN, Timing.GIVEN_UP)
    assert view.record.steps[-1].reason == "No money."
    refused(
        "not_now",
        services.withdraw,
        commitment_id=found,
        office=JUSTICE,
        reason="x",
        actor=ours.signatory,
        at=AT,
    )


def test_a_replaced_promise_links_to_an_adopted_one_and_keeps_its_old_day(ours):
    old, proposal = ours.adopt(), ours.propose()
    words = {"commitment_id": old, "office": JUSTICE, "actor": ours.signatory, "at": AT}
    for wrong in (proposal, old, uuid4()):
        refused("bad_successor", services.replace, successor=wrong, **words)
    refused("successor_missing", services.replace, successor=None, **words)
    new = ours.adopt(replace(TERMS, due=date(2028, 1, 1)))
    services.replace(successor=new, **words)
    view = standing(ours, old)
    assert (view.record.successor, view.due) == (new, TERMS.due)


def test_two_people_who_edit_one_text_both_find_their_words_again(ours):
    found = ours.propose()
    one = replace(TERMS, title={"en": "First", "da": "Den ene"})
    two = replace(TERMS, title={"en": "Second", "da": "Den anden"})
    words = {"commitment_id": found, "office": JUSTICE, "based_on": 1, "at": AT}
    assert not services.edit(terms=one, actor=ours.rapporteur, **words).is_aside
    colleague = person(ours.organisation, Role.RAPPORTEUR)
    beside = services.edit(terms=two, actor=colleague, **words)
    assert (beside.is_aside, beside.number) == (True, 3)
    assert standing(ours, found).terms.title == one.title
    history = selectors.changes(commitment_id=found, actor=ours.rapporteur)
    assert [each.record.terms.title["en"] for each in history] == [
        "Faster removal",
        "First",
        "Second",
    ]
    mine = {"commitment_id": found, "actor": ours.rapporteur}
    assert [each.number for each in selectors.set_aside(**mine)] == [3]
    joined = services.edit(terms=two, actor=colleague, **words | {"based_on": 2})
    assert (joined.is_aside, joined.number) == (False, 4)
    assert selectors.set_aside(**mine) == []


def test_what_is_no_text_is_refused_before_anything_is_kept(ours):
    picture = "iVBORw0KGgo" + "A" * 300
    spoilt = replace(TERMS, text={"en": picture, "da": "x"})
    refused(
        "picture_in_text",
        services.propose,
        terms=spoilt,
        office=JUSTICE,
        actor=ours.rapporteur,
        at=AT,
    )


def test_the_same_proposal_again_changes_nothing(ours):
    chosen = uuid4()
    for _ in range(2):
        found = services.propose(
            terms=TERMS, office=JUSTICE, commitment_id=chosen, actor=ours.rapporteur, at=AT
        )
        assert found == chosen
    assert CommitmentChange.objects.count() == 1


# The clock.


def note(found, at):
    organisation = Commitment.objects.get(pk=found).organisation
    return services.note_due(
        commitment_id=found, actor=Actor.system(organisation=organisation), at=at
    )


def facts():
    return [
        (row.name, row.happened_at, row.codes["target"], row.codes["due"], row.codes["state"])
        for row in Fact.objects.filter(subject_kind="commitment").order_by("happened_at", "id")
    ]


def test_a_due_day_and_lateness_become_facts_once(ours):
    found = ours.start()
    assert not note(found, END - days(1))
    assert note(found, END)
    assert not note(found, END + days(30))
    due = ("2026-12-31", "in_progress")
    assert facts() == [
        ("commitment_due", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 4, *due),
        ("commitment_late", END, 4, *due),
    ]


def test_a_kept_promise_is_due_but_not_late(ours):
    found = ours.achieve()
    note(found, END)
    assert facts() == [
        ("commitment_achieved", AT, 4, "2026-12-31", "achieved"),
        (
            "commitment_due",
            datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
            4,
            "2026-12-31",
            "achieved",
        ),
    ]


def test_a_withdrawn_promise_still_comes_due_and_says_that_it_was_withdrawn(ours):
    found = ours.adopt()
    services.withdraw(
        commitment_id=found, office=JUSTICE, reason="No money.", actor=ours.signatory, at=AT
    )
    note(found, END)
    assert [(fact[0], fact[4]) for fact in facts()] == [("commitment_due", "withdrawn")]


def test_a_new_day_set_in_time_moves_the_due_day_and_one_set_late_does_not(ours):
    moved, late = ours.start(), ours.start()
    words = {
        "office": JUSTICE,
        "day": date(2027, 6, 30),
        "reason": "It takes longer.",
        "actor": ours.signatory,
    }
    services.redate(commitment_id=moved, at=AT, **words)
    assert not note(moved, END)
    note(late, END)
    services.redate(commitment_id=late, at=END, **words)
    at = datetime(2027, 7, 1, tzinfo=UTC)
    assert note(moved, at)
    assert not note(late, at)
    assert [(fact[0], fact[3]) for fact in facts()] == [
        ("commitment_due", "2026-12-31"),
        ("commitment_late", "2026-12-31"),
        ("commitment_due", "2027-06-30"),
        ("commitment_late", "2027-06-30"),
    ]
    assert standing(ours, late, at=END).timing is Timing.LATE_REDATED


def test_the_clock_is_ordered_by_adoption_new_days_and_opening_again(ours):
    found = ours.start()
    services.redate(
        commitment_id=found,
        office=JUSTICE,
        day=date(2027, 6, 30),
        reason="x",
        actor=ours.signatory,
        at=AT,
    )
    jobs = Job.objects.filter(kind=tasks.DUE_WORK).order_by("due_at")
    assert [job.due_at for job in jobs] == [END, datetime(2027, 7, 1, tzinfo=UTC)]
    late = datetime(2027, 7, 2, tzinfo=UTC)
    BACKGROUND_WORK[tasks.DUE_WORK](jobs[1], late, None)
    BACKGROUND_WORK[tasks.DUE_WORK](jobs[1], late, None)  # at least once
    assert [fact[0] for fact in facts()] == ["commitment_due", "commitment_late"]


def test_a_promise_opened_again_after_its_day_becomes_late_by_the_clock(ours):
    found = ours.achieve()
    note(found, END)
    later = END + days(40)
    services.reopen(
        commitment_id=found, office=JUSTICE, reason="The law fell.", actor=ours.signatory, at=later
    )
    [job] = Job.objects.filter(kind=tasks.DUE_WORK, due_at=later)
    BACKGROUND_WORK[tasks.DUE_WORK](job, later, None)
    assert facts()[-1][:2] == ("commitment_late", later)


def test_counts_are_by_target_and_state_and_name_no_country(ours):
    ours.adopt(), ours.start(), ours.achieve(), ours.propose()
    found = selectors.overview(actor=Actor.reporter(), at=END)
    assert found.total == 3
    assert found.states == {
        (4, State.ADOPTED): 1,
        (4, State.IN_PROGRESS): 1,
        (4, State.ACHIEVED): 1,
    }
    assert found.timings == {(4, Timing.LATE): 2, (4, Timing.KEPT): 1}
    waiting = selectors.to_do(actor=ours.signatory, at=END)
    assert (waiting.to_adopt, waiting.to_confirm, waiting.late) == (1, 0, 2)


# Political acts.


def state(ours, **changes):
    return services.state_political_act(act=replace(ACT, **changes), actor=ours.rapporteur, at=AT)


def test_a_political_act_is_told_to_all_and_corrected_beside(ours):
    first = state(ours)
    second = state(ours, corrects=first, amount=Decimal(4000000))
    third = state(ours, corrects=second, amount=Decimal(4500000))
    [view] = selectors.political_acts(member="DK", actor=Actor.reporter())
    assert (view.id, view.act.amount) == (first, Decimal(5000000))
    assert {each.id for each in view.corrections} == {second, third}
    assert told() == ["political_act.stated"] * 3
    entries = Entry.objects.filter(action="political_act.stated")
    assert entries.count() == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source_title": " "}, "bad_source"),
        ({"source": "http://law.example"}, "bad_source"),
        ({"day": date(2026, 3, 3)}, "day_to_come"),
        ({"currency": ""}, "bad_resource"),
        ({"amount": None}, "bad_resource"),
        ({"title": {"en": "x"}}, "one_language"),
        ({"corrects": uuid4()}, "bad_act"),
    ],
)
def test_an_act_without_day_source_or_second_language_is_refused(ours, changes, code):
    refused(code, state, ours=ours, **changes)
    assert selectors.political_acts(member="DK", actor=Actor.reporter()) == []


def test_counts_from_columns_are_those_of_the_records_read_one_by_one(ours):
    made = [ours.adopt(), ours.start(), ours.achieve(), ours.claim()]
    words = {"office": JUSTICE, "reason": "It takes longer.", "actor": ours.signatory}
    services.redate(commitment_id=made[0], day=date(2028, 1, 1), at=END + days(1), **words)
    services.withdraw(commitment_id=made[1], at=END, **words)
    services.reopen(commitment_id=made[2], at=END, **words)
    for at in (AT, END, END + days(2), END + days(900)):
        found = selectors.public_commitments(actor=Actor.reporter(), at=at)
        slow = Counter((view.terms.target, view.timing) for view in found)
        assert selectors.overview(actor=Actor.reporter(), at=at).timings == slow
