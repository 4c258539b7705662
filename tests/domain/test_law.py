# SPDX-License-Identifier: Apache-2.0
"""What a country says of its law: kept for good, told to all, known from a day, about a day."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given as any_
from hypothesis import strategies as st

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import Job
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.ledger.rules import PAYLOAD_PURPOSE
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.models import CriterionAnswer
from havn.domain.legislation.rules import Answer, Assessed, Value, Verdict
from havn.lib.encoding import uuid4
from havn.lib.sealing import open_sealed
from tests.support.law_world import AT, NO, YES, answer, law_world

pytestmark = pytest.mark.django_db
TODAY = AT.date()
SOMEBODY = Actor.reporter()


@pytest.fixture
def world():
    return law_world("SE", "NO", "FI")


def own_values(world, **when):
    when = {"on": world.at.date(), "known_at": world.at} | when
    return selectors.criterion_values(member="DK", actor=SOMEBODY, **when)


def said(kind):
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return [
        json.loads(open_sealed(bytes(row.sealed_payload), private, purpose=PAYLOAD_PURPOSE))
        for row in OutgoingEvent.objects.filter(kind=kind).order_by("recorded_at", "pk")
    ]


def test_an_answer_is_kept_told_to_everybody_counted_and_audited(world):
    answer_id = world.assess()
    view = own_values(world)["L04"]
    assert (view.id, view.value, view.law, view.article) == (
        answer_id,
        "yes",
        "Penal Code",
        "§ 235",
    )
    assert (view.assessed_by, view.assessed_on) == ("Harbour Hotline", TODAY)
    [event] = OutgoingEvent.objects.all()
    assert (event.kind, event.audience) == ("law.assessed", ["alliance"])
    [body] = said("law.assessed")
    assert rules.read_assessment(body, today=TODAY).given == replace(YES, assessed_on=TODAY)
    assert str(world.rapporteur.identifier) not in json.dumps(body)
    [fact] = Fact.objects.filter(name="criterion_assessed")
    assert fact.codes == {"v": 1, "criterion": "l04", "group": "offences", "value": "yes"}
    assert Entry.objects.get(action="law.assessed").subject_id == answer_id
    assert Job.objects.filter(kind="law_gaps").count() == 1


def test_facts_about_one_criterion_are_about_one_subject_whichever_answer(world):
    world.assess()
    world.later(days=1)
    world.assess(replace(NO, in_force_from=date(2020, 1, 1)))
    world.assess(answer("L25.remove", "yes"))
    facts = Fact.objects.order_by("recorded_at", "codes__criterion")
    assert len({fact.subject_id for fact in facts}) == 2
    assert {fact.codes["criterion"] for fact in facts} == {"l04", "l25_remove"}


def test_a_law_that_is_over_leaves_no_fact_and_one_to_come_is_dated_when_it_comes(world):
    world.assess(replace(NO, in_force_from=date(1990, 1, 1), in_force_to=date(2013, 12, 31)))
    assert not Fact.objects.exists()
    world.assess(replace(YES, in_force_from=date(2027, 1, 1)))
    assert Fact.objects.get().happened_at.date() == date(2027, 1, 1)


def test_only_a_rapporteur_of_the_node_answers(world):
    for actor in (world.signatory, world.analyst, world.system, Actor.operator(), SOMEBODY):
        with pytest.raises(RefusedError) as error:
            services.assess(given=YES, actor=actor, at=AT)
        assert error.value.code == "not_your_role"
    assert not CriterionAnswer.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "L99"}, "unknown_criterion"),
        ({"article": ""}, "article_missing"),
        ({"law": ""}, "law_missing"),
        ({"source_url": ""}, "source_missing"),
        ({"source_url": "Penal Code"}, "no_address"),
        ({"source_url": "javascript:alert(1)"}, "no_address"),
        ({"value": Value.PARTLY}, "reason_missing"),
        ({"is_weakest_part": True}, "note_missing"),
        ({"number": 3}, "number_not_asked"),
        ({"key": "L02", "number": 17}, "number_too_small_for_yes"),
        ({"key": "L02", "number": 1}, "number_out_of_range"),
        ({"key": "L02", "number": 99}, "number_out_of_range"),
        ({"key": "L02"}, "number_missing"),
        ({"key": "L02", "is_unlimited": True}, "not_unlimited"),
        ({"key": "L16", "is_unlimited": True, "number": 40}, "two_numbers"),
        ({"key": "L24", "number": 0}, "number_out_of_range"),
        ({"key": "L24", "value": Value.UNKNOWN, "number": 7}, "number_not_asked"),
        ({"in_force_to": date(2013, 1, 1)}, "ends_before_it_begins"),
        ({"in_force_from": date(3000, 1, 1)}, "day_out_of_range"),
        ({"in_force_from": date(900, 1, 1)}, "day_out_of_range"),
        ({"assessed_on": TODAY + timedelta(days=1)}, "assessed_later"),
        ({"quote_hash": "abc"}, "no_digest"),
        ({"note": "x" * 1001}, "text_too_long"),
        ({"law": "x" * 301}, "text_too_long"),
        ({"note": "data:image/png;base64,AAAA"}, "picture_in_text"),
        ({"source_url": "https://x.example/" + "a" * 500}, "text_too_long"),
    ],
)  # fmt: skip
def test_what_is_not_whole_gets_a_sentence_and_leaves_nothing(world, changes, code):
    with pytest.raises(RefusedError) as error:
        world.assess(replace(YES, **changes))
    assert error.value.code == code
    assert len(str(error.value)) > 15
    assert not CriterionAnswer.objects.exists()
    assert not OutgoingEvent.objects.exists()


def test_every_fault_has_a_sentence():
    assert set(services.SENTENCES) == set(rules.Fault)


def test_space_at_the_ends_of_a_text_is_taken_off_before_it_travels(world):
    world.assess(replace(YES, law="  Penal Code\n", note=" \0"))
    [body] = said("law.assessed")
    assert (body["law"], body["note"]) == ("Penal Code", "")
    theirs = world.hear_answer("SE")
    disputed(world, theirs, text=" No. ", source=" https://a.example/ ")
    [body] = said("law.disputed")
    assert (body["text"], body["source"]) == ("No.", "https://a.example/")


@pytest.mark.parametrize("key", list(rules.CRITERIA))
@pytest.mark.parametrize("value", list(Value))
def test_every_criterion_takes_every_value(key, value):
    assert rules.faults_of(answer(key, value), today=TODAY) == []


def test_without_limit_is_an_answer_to_limitation(world):
    world.assess(answer("L16", "yes", number=None, is_unlimited=True))
    assert own_values(world)["L16"].is_unlimited


# --- both times (J9)


def test_a_law_that_changes_on_a_day_holds_before_and_after_it(world):
    world.assess(replace(NO, in_force_from=date(1990, 1, 1)))
    world.assess(replace(YES, in_force_from=date(2014, 1, 1)))
    assert own_values(world, on=date(2013, 12, 31))["L04"].value is Value.NO
    assert own_values(world, on=date(2014, 1, 1))["L04"].value is Value.YES
    assert "L04" not in own_values(world, on=date(1989, 12, 31))


def test_what_was_learnt_later_was_not_known_before(world):
    world.assess(NO)
    before = world.at
    world.later(days=30)
    world.assess(replace(YES, supersedes=CriterionAnswer.objects.get().pk))
    assert own_values(world)["L04"].value is Value.YES
    assert own_values(world, known_at=before)["L04"].value is Value.NO
    assert own_values(world, on=before.date())["L04"].value is Value.YES


def test_an_answer_that_replaces_another_may_say_another_day(world):
    first = world.assess(replace(YES, in_force_from=date(2014, 1, 1)))
    world.later(days=1)
    world.assess(replace(YES, in_force_from=date(2015, 1, 1), supersedes=first))
    assert "L04" not in own_values(world, on=date(2014, 6, 1))
    [newer, older] = selectors.history(member="DK", key="L04", actor=SOMEBODY)
    assert (older.superseded_by, newer.supersedes) == (newer.id, older.id)


def test_an_answer_is_replaced_once_and_only_one_of_the_same_criterion(world):
    first = world.assess()
    world.assess(replace(YES, supersedes=first))
    with pytest.raises(RefusedError) as error:
        world.assess(replace(YES, supersedes=first))
    assert error.value.code == "replaced_before"
    for wrong in (uuid4(), first):
        with pytest.raises(NotFoundError):
            world.assess(replace(answer("L05", "yes"), supersedes=wrong))


def test_a_law_that_ended_holds_no_more(world):
    world.assess(replace(YES, in_force_to=date(2020, 12, 31)))
    assert "L04" in own_values(world, on=date(2020, 12, 31))
    assert "L04" not in own_values(world, on=date(2021, 1, 1))


days = st.dates(date(2020, 1, 1), date(2020, 3, 1))
records = st.builds(
    Assessed,
    st.builds(uuid4),
    st.sampled_from(["DK", "SE"]),
    st.sampled_from(["L04", "L05"]),
    st.sampled_from([Answer(value) for value in Value]),
    days,
    st.none() | days,
    st.datetimes(AT.replace(tzinfo=None), (AT + timedelta(days=9)).replace(tzinfo=None)).map(
        lambda at: at.replace(tzinfo=AT.tzinfo)
    ),
)


@any_(st.lists(records, max_size=8), days, st.integers(0, 10))
def test_what_was_known_at_a_time_is_not_changed_by_what_was_recorded_later(every, on, after):
    known_at = AT + timedelta(days=after)
    there = [each for each in every if each.recorded_at <= known_at]
    held = rules.in_force(every, on=on, known_at=known_at)
    assert held == rules.in_force(there, on=on, known_at=AT + timedelta(days=99))
    for (member, key), each in held.items():
        same = [one for one in there if (one.member, one.key) == (member, key) and one.holds(on)]
        assert each.in_force_from == max(one.in_force_from for one in same)


# --- nobody is bound by membership


def test_denmark_takes_nothing_over_from_other_members_of_the_union(world):
    for country in ("SE", "FI"):
        for key in ("L04", "L13", "L20"):
            world.hear_answer(country, answer(key, "yes"))
    laws = selectors.laws(on=TODAY, known_at=world.at, actor=SOMEBODY)
    assert {laws["SE"].answer(key).value for key in ("L04", "L13", "L20")} == {Value.YES}
    assert laws["DK"].answers == {}
    assert laws["DK"].answer("L04").value is Value.UNKNOWN


def test_denmark_is_not_bound_by_the_two_directives():
    assert rules.not_bound("DK", rules.Instrument.DIRECTIVE) == 52
    assert rules.not_bound("DK", rules.Instrument.TRAFFICKING) == 36
    assert rules.not_bound("GB", rules.Instrument.TRAFFICKING) == 35
    assert rules.not_bound("GB", rules.Instrument.DIRECTIVE) is None
    assert rules.not_bound("SE", rules.Instrument.DIRECTIVE) is None


# --- the catalogue


def test_the_catalogue_has_every_criterion_once():
    ids = [f"L{number:02}" for number in range(1, 25)]
    own = ["PR1", "PR2", "PR3", "PR4", "PR5", "PR6", "PV1", "PV2", "PV3", "PV4"]
    assert list(rules.CRITERIA) == [*ids, "L25.report", "L25.remove", *own]


@pytest.mark.parametrize("criterion", rules.CRITERIA.values(), ids=lambda each: each.key)
def test_a_criterion_says_what_it_asks_where_it_is_from_and_what_partly_means(criterion):
    assert criterion.question.endswith("?")
    assert criterion.citations
    assert criterion.partly
    assert all(each.place for each in criterion.citations)


def test_what_nobody_compared_with_its_text_is_marked():
    unchecked = {
        (each.instrument.value, each.place)
        for criterion in rules.CRITERIA.values()
        for each in criterion.citations
        if not each.is_checked
    }
    assert {instrument for instrument, _ in unchecked} == {"LZ", "UN", "RC", "OP", "B", "NL"}
    assert ("B", "9(2)") not in unchecked
    assert ("B", "16-17") in unchecked
    assert ("LZ", "25") not in unchecked
    assert ("LZ", "23") in unchecked


# --- reviewed by another


def test_an_own_answer_is_not_reviewed_by_oneself(world):
    own = world.assess()
    with pytest.raises(RefusedError) as error:
        services.review(
            answer_id=own, verdict=Verdict.AGREES, note="", actor=world.rapporteur, at=AT
        )
    assert error.value.code == "own_answer"
    assert own_values(world)["L04"].reviewed_by == ()


def test_another_country_reviews_and_both_sides_see_it(world):
    theirs = world.hear_answer("SE")
    services.review(
        answer_id=theirs, verdict=Verdict.AGREES, note="", actor=world.rapporteur, at=world.at
    )
    view = selectors.answer(answer_id=theirs, actor=SOMEBODY)
    assert view.reviewed_by == ("DK",)
    [body] = said("law.reviewed")
    assert rules.read_review(body).about == "SE"


def test_who_differs_says_why(world):
    theirs = world.hear_answer("SE")
    with pytest.raises(RefusedError) as error:
        services.review(
            answer_id=theirs, verdict=Verdict.DIFFERS, note="", actor=world.rapporteur, at=AT
        )
    assert error.value.code == "text_missing"


def test_of_one_country_the_last_review_counts(world):
    own = world.assess()
    world.hear_review("SE", own, about="DK", verdict="differs", note="Not that article.")
    assert own_values(world)["L04"].reviewed_by == ()
    world.later(days=1)
    world.hear_review("SE", own, about="DK")
    assert own_values(world)["L04"].reviewed_by == ("SE",)


def test_only_rapporteurs_review_and_dispute(world):
    theirs = world.hear_answer("SE")
    for actor in (world.signatory, world.analyst, world.system):
        with pytest.raises(RefusedError):
            services.review(answer_id=theirs, verdict=Verdict.AGREES, note="", actor=actor, at=AT)
        with pytest.raises(RefusedError):
            services.dispute(
                answer_id=theirs, text="No.", source="https://a.example/", actor=actor, at=AT
            )


def test_the_queue_holds_answers_of_others_that_nobody_agreed_with(world):
    world.assess()
    first, second = world.hear_answer("SE"), world.hear_answer("NO", answer("L05", "no"))
    third = world.hear_answer("NO", answer("L06", "no"))
    world.hear_review("FI", third, about="NO")
    queue = selectors.to_review(actor=world.rapporteur)
    assert selectors.to_do(actor=world.rapporteur) == selectors.ToDo(to_review=2, to_reply=0)
    assert {view.id for view in queue} == {first, second}
    services.review(
        answer_id=first, verdict=Verdict.DIFFERS, note="No.", actor=world.rapporteur, at=AT
    )
    assert [view.id for view in selectors.to_review(actor=world.rapporteur)] == [second]
    with pytest.raises(NotFoundError):
        selectors.to_review(actor=world.analyst)


# --- disputed by a third


def disputed(world, answer_id, **more):
    given = {"text": "It was changed in 2024.", "source": "https://law.example/2024"} | more
    return services.dispute(answer_id=answer_id, actor=world.rapporteur, at=world.at, **given)


def test_a_third_country_disputes_and_both_texts_are_shown(world):
    own = world.assess()
    found = world.hear_dispute("NO", own, about="DK")
    services.answer_dispute(
        dispute_id=found, text="It still holds.", source="", actor=world.rapporteur, at=world.at
    )
    [dispute] = own_values(world)["L04"].disputes
    assert (dispute.filed.by, dispute.filed.source_url) == ("NO", "https://court.example/17")
    assert [each.text for each in dispute.replies] == ["It still holds."]
    [body] = said("law.disputed")
    assert rules.read_dispute(body).step is rules.Step.ANSWERED


def test_a_dispute_needs_a_text_and_a_source(world):
    theirs = world.hear_answer("SE")
    for more, code in (
        ({"text": ""}, "text_missing"),
        ({"source": ""}, "source_missing"),
        ({"source": "a book"}, "no_address"),
        ({"text": "data:image/png;base64,AAAA"}, "picture_in_text"),
    ):
        with pytest.raises(RefusedError) as error:
            disputed(world, theirs, **more)
        assert error.value.code == code


def test_nobody_disputes_the_own_answer_or_one_that_it_agreed_with(world):
    with pytest.raises(RefusedError) as error:
        disputed(world, world.assess())
    assert error.value.code == "own_answer"
    theirs = world.hear_answer("SE")
    services.review(
        answer_id=theirs, verdict=Verdict.AGREES, note="", actor=world.rapporteur, at=AT
    )
    with pytest.raises(RefusedError) as error:
        disputed(world, theirs)
    assert error.value.code == "reviewed_before"


def test_only_the_country_whose_law_it_is_replies(world):
    theirs = world.hear_answer("SE")
    mine = disputed(world, theirs)
    with pytest.raises(NotFoundError):
        services.answer_dispute(
            dispute_id=mine, text="Well.", source="", actor=world.rapporteur, at=AT
        )


def test_disputes_of_the_own_country_stand_before_those_that_were_answered(world):
    own = world.assess()
    first = world.hear_dispute("NO", own, about="DK")
    second = world.hear_dispute("SE", own, about="DK")
    services.answer_dispute(
        dispute_id=first, text="Yes.", source="", actor=world.rapporteur, at=world.at
    )
    found = selectors.disputes(actor=world.rapporteur)
    assert [each.id for each, _ in found] == [second, first]
    assert selectors.to_do(actor=world.rapporteur).to_reply == 1
