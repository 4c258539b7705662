# SPDX-License-Identifier: Apache-2.0
"""The table of pairs as it is stored: brought to each day's laws row by row, for rapporteurs alone; counts for everybody."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.legislation import rules, selectors
from havn.domain.legislation.models import GapCount, GapState, PairGap
from havn.domain.legislation.rules import OwnFigures
from havn.domain.legislation.selectors import GapFilter
from havn.lib import wire
from tests.support.law_world import NO, YES, answer, compute_gaps, law_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return law_world("SE", "NO", "FI")


def stored():
    return {
        (row.rule, row.first, row.second): rules.PairResult(
            rules.Result(row.result), row.strength, row.since
        )
        for row in PairGap.objects.all()
    }


def computed(world, own=None):
    laws = selectors.laws(on=world.at.date(), known_at=world.at, actor=world.system)
    pairs = rules.Pairs(laws, own or OwnFigures("DK"))
    return {key: pairs.row(key) for key in rules.all_keys(laws)}


EVERYTHING = GapFilter()


def page(world, wanted=EVERYTHING, **more):
    given = {"referrals": {}, "actor": world.rapporteur} | more
    return selectors.pair_gaps(wanted=wanted, **given)


def test_the_table_holds_every_pair_of_every_rule(world):
    assert len(world.compute()) == 4 * 3 * 16
    assert stored() == computed(world)
    assert {row.result for row in PairGap.objects.all()} == {"unknown"}


def test_one_answer_changes_its_rows_and_no_other(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.compute()
    before = stored()
    world.later(hours=1)
    world.assess(NO)
    changed = world.compute()
    # What is legal in Denmark cannot be missing elsewhere: that is closed whatever the other law says.
    assert changed == {("H02", "DK", "SE"), ("H02", "NO", "DK"), ("H02", "FI", "DK")}
    assert stored() == computed(world)
    assert {key for key, row in stored().items() if before[key] != row} == changed


def test_nothing_changed_changes_nothing(world):
    world.assess(NO)
    world.compute()
    assert world.compute() == frozenset()


def test_a_law_that_comes_into_force_changes_the_table_on_its_day(world):
    world.assess(replace(NO, in_force_from=date(2014, 1, 1)))
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(replace(YES, in_force_from=world.at.date() + timedelta(days=2)))
    world.compute()
    assert stored()["H02", "DK", "SE"].result == "open"
    world.later(days=1)
    assert world.compute() == frozenset()
    world.later(days=1)
    assert ("H02", "DK", "SE") in world.compute()
    assert stored() == computed(world)
    assert stored()["H02", "DK", "SE"].result == "closed"


def test_a_country_that_joins_is_in_the_table_from_then_on(world):
    from tests.support.other_nodes import join

    world.compute()
    join("IS")
    assert len(world.compute()) == (5 * 4 - 4 * 3) * 16
    assert stored() == computed(world)


def test_a_country_that_takes_part_no_more_is_in_the_table_no_more(world):
    from havn.domain.members.models import Member

    world.compute()
    Member.objects.filter(code="FI").update(state="suspended")
    assert world.compute() == frozenset()
    assert stored() == computed(world)
    assert PairGap.objects.count() == 3 * 2 * 16


def test_a_row_that_arrives_late_with_an_earlier_time_is_not_missed(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(NO)
    at = world.at
    world.later(days=1)
    world.compute()
    world.at = at  # written by a slower process that began before
    world.hear_answer("FI", answer("L04", "yes"))
    world.later(days=1)
    world.compute()
    assert stored()["H02", "DK", "FI"].result == "open"
    assert stored() == computed(world)


def test_own_delays_open_h09_for_the_own_country_alone(world):
    for country in ("SE", "NO"):
        world.hear_answer(country, answer("L24", "yes", number=7))
        world.hear_answer(country, answer("L22", "no"))
    world.compute()
    assert stored()["H09", "SE", "DK"].result == "unknown"
    own = OwnFigures("DK", Decimal("12.5"))
    world.compute(own)
    assert stored() == computed(world, own)
    assert stored()["H09", "SE", "DK"] == rules.PairResult(
        rules.Result.OPEN, Decimal("5.5"), date(2014, 1, 1)
    )
    assert stored()["H09", "SE", "NO"].result == "unknown"


def test_the_counts_are_of_the_whole_table(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(NO)
    world.compute()
    counts = {each.rule: each for each in selectors.gap_counts(actor=Actor.reporter())}
    assert list(counts) == list(rules.RULES)
    assert (counts["H02"].open, counts["H02"].unknown, counts["H02"].closed) == (1, 6, 5)


def test_a_hub_counts_and_keeps_no_pair(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(NO)
    compute_gaps(figures=OwnFigures(), actor=world.system, at=world.at, keeps_pairs=False)
    assert not PairGap.objects.exists()
    assert GapCount.objects.get(rule="H02").open == 1
    world.later(days=1)
    world.hear_answer("FI", answer("L04", "yes"))
    compute_gaps(figures=OwnFigures(), actor=world.system, at=world.at, keeps_pairs=False)
    assert GapCount.objects.get(rule="H02").open == 2
    assert not PairGap.objects.exists()


# --- for rapporteurs


def test_pairs_and_triples_are_for_rapporteurs_of_the_node_alone(world):
    world.compute()
    stranger = replace(world.rapporteur, organisation=world.analyst.identifier)
    for actor in (world.signatory, world.analyst, world.system, Actor.reporter(), stranger):
        with pytest.raises(NotFoundError):
            page(world, actor=actor)
        with pytest.raises(NotFoundError):
            selectors.pair_gap(rule="H02", first="DK", second="SE", actor=actor)
        with pytest.raises(NotFoundError):
            selectors.triple(a="DK", v="SE", c="NO", b="FI", actor=actor)


def test_a_pair_names_its_deciding_answers_with_their_articles(world):
    world.hear_answer("SE", answer("L04", "yes", article="16:10a"))
    world.assess(NO)
    world.compute()
    gap = selectors.pair_gap(rule="H02", first="DK", second="SE", actor=world.rapporteur)
    assert (gap.result, gap.since) == ("open", date(2014, 1, 1))
    assert [(each.member, each.answer.value, each.article) for each in gap.deciding] == [
        ("DK", "no", ""), ("SE", "yes", "16:10a"),
    ]  # fmt: skip


def test_gaps_that_cost_cases_come_first(world):
    world.hear_answer("NO", answer("L14", "no"))
    world.hear_answer("SE", answer("L14", "partly"))
    world.hear_answer("FI", answer("L14", "no"))
    world.compute()
    found = page(world, GapFilter(rule="H15"), referrals={"SE": 9, "NO": 2, "IS": 4}).gaps
    assert [(gap.first, gap.second, gap.referrals) for gap in found[:5]] == [
        ("SE", "DK", 9), ("DK", "SE", 9), ("NO", "DK", 2), ("DK", "NO", 2), ("FI", "DK", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("most", [1, 7, 50])
def test_pages_hold_every_pair_once_in_one_order(world, most):
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(NO)
    world.compute()
    after, seen = "", []
    while True:
        found = page(world, after=after, most=most, referrals={"SE": 3})
        seen += [(gap.rule.id, gap.first, gap.second) for gap in found.gaps]
        after = found.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 192


def test_filters_leave_what_was_asked_for(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.assess(NO)
    world.compute()
    assert {gap.rule.id for gap in page(world, GapFilter(rule="H03")).gaps} == {"H03"}
    assert len(page(world, GapFilter(result="open")).gaps) == 1
    for gap in page(world, GapFilter(country="FI", rule="H02")).gaps:
        assert "FI" in {gap.first, gap.second}


@pytest.mark.parametrize("after", ["x", "1-2-3", "1-2-H02-DK-SE-more", "a-b-H02-DK-SE", "\0"])
def test_a_tampered_place_begins_at_the_first_page(world, after):
    world.compute()
    assert page(world, after=after) == page(world)


def test_a_triple_is_of_three_countries(world):
    world.hear_answer("NO", answer("L04", "yes"))
    world.hear_answer("SE", answer("L04", "no"))
    world.assess(NO)
    world.compute()
    found = selectors.triple(a="DK", v="SE", c="NO", b="FI", actor=world.rapporteur).findings
    by_rule = {rule.id: (result, deciding) for rule, result, _, deciding in found}
    result, deciding = by_rule["H02"]
    assert (result, [each.member for each in deciding]) == ("open", ["DK", "NO"])
    with pytest.raises(RefusedError):
        selectors.triple(a="DK", v="DK", c="NO", b="FI", actor=world.rapporteur)
    with pytest.raises(NotFoundError):
        selectors.triple(a="DK", v="XX", c="NO", b="FI", actor=world.rapporteur)


def test_before_a_referral_it_is_said_where_a_child_may_be_punished(world):
    world.hear_answer("SE", answer("L14", "yes"))
    world.hear_answer("NO", answer("L14", "no"))
    world.compute()

    def warned(country):
        found = selectors.warnings_for_referral(
            from_member="DK", to_member=country, actor=world.analyst, at=world.at
        )
        return [(each.rule, each.result) for each in found]

    assert warned("SE") == []
    assert warned("NO") == [("H15", "open")]
    assert warned("FI") == [("H15", "unknown")]
    assert warned("DK") == []
    with pytest.raises(NotFoundError):
        selectors.warnings_for_referral(
            from_member="DK", to_member="SE", actor=Actor.reporter(), at=world.at
        )


def test_the_part_of_the_national_report_holds_answers_and_counts_as_the_wire_takes_them(world):
    own = world.assess(answer("L16", "yes", number=None, is_unlimited=True))
    world.hear_review("SE", own, about="DK")
    for key in ("PR1", "L25.remove", "L24"):
        world.assess(answer(key, "partly"))
    world.hear_dispute("NO", world.assess(answer("L04", "no")), about="DK")
    world.compute()
    part = selectors.report_part(
        member="DK", on=world.at.date(), known_at=world.at, actor=world.rapporteur
    )
    found = {each["criterion"]: each for each in part["criteria"]}
    assert list(found) == ["L04", "L16", "L24", "L25.remove", "PR1"]
    assert found["L16"]["number"] == "unlimited"
    assert found["L16"]["reviewed_on"] == "2026-03-02"
    assert found["L04"]["is_disputed"]
    assert found["L04"]["citations"] == []
    assert [each["rule"] for each in part["gaps"]] == list(rules.RULES)
    before = part
    world.later(days=400)
    world.hear_answer("FI", answer("L14", "no"))
    world.assess(answer("L05", "no"))
    world.compute(OwnFigures("DK", Decimal(9)))
    again = selectors.report_part(
        member="DK",
        on=date(2026, 3, 2),
        known_at=world.at - timedelta(days=400),
        actor=world.system,
    )
    assert again == before
    part_of_wire = {"$ref": "#/$defs/part_law", "$defs": wire.SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(part_of_wire).validate(part)


@pytest.mark.parametrize("key", list(rules.CRITERIA))
def test_every_criterion_has_a_name_that_the_wire_takes(key):
    law = wire.SCHEMA["$defs"]["part_law"]["properties"]["criteria"]["items"]
    jsonschema.Draft202012Validator(law["properties"]["criterion"]).validate(key)


def fill(members):
    """Put 46,000 rows into the table."""
    laws = {code: rules.Law(code) for code in members}
    pairs = rules.Pairs(laws)
    results = list(rules.Result)
    PairGap.objects.bulk_create(
        [
            PairGap(rule=rule, first=one, second=other, result=results[number % 4].value)
            for number, (rule, one, other) in enumerate(rules.all_keys(laws))
        ],
        batch_size=2_000,
    )
    GapState.objects.create(pk=1, laws=rules.laws_json(pairs.laws))


def test_a_page_takes_as_many_queries_with_46000_rows_as_with_few(world):
    world.compute()
    with CaptureQueriesContext(connection) as few:
        page(world, referrals={"SE": 3})
    PairGap.objects.all().delete()
    GapState.objects.all().delete()
    fill(["DK", *(f"{one}{other}" for one in "ABC" for other in "ABCDEFGHIJKLMNOPQR")][:54])
    assert PairGap.objects.count() == 45_792
    with CaptureQueriesContext(connection) as many:
        found = page(world, referrals={"AA": 3, "AB": 1})
    assert len(found.gaps) == 50
    assert len(many) == len(few) == 4
