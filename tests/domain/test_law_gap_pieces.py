# SPDX-License-Identifier: Apache-2.0
"""The table of pairs is computed rule by rule: no long transaction, no count of half a table, and on it goes after any end."""

import pytest
from django.db import connection, transaction

from havn.domain.jobs import services as jobs
from havn.domain.jobs.models import Job
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.models import GapCount, GapState, PairGap
from havn.domain.legislation.rules import OwnFigures
from havn.domain.legislation.selectors import GapFilter
from havn.domain.workflow.tasks import law as tasks
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK
from tests.domain.test_law_gaps import computed, page, stored
from tests.support.law_world import NO, answer, compute_gaps, law_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return law_world("SE", "NO", "FI")


def pieces_of(world, *, keeps_pairs=True):
    while piece := selectors.next_piece(actor=world.system, is_whole=not keeps_pairs):
        yield piece


def kept(world, piece):
    return services.keep_gaps(piece=piece, actor=world.system, at=world.at)


def begun(world, own=None):
    return services.begin_gaps(figures=own or OwnFigures("DK"), actor=world.system, at=world.at)


def counts():
    return {
        row.rule: (row.open, row.narrow, row.closed, row.unknown) for row in GapCount.objects.all()
    }


def changed_world(world):
    """Let the table be there, and then half the rules be another."""
    world.hear_answer("SE", answer("L04", "yes"))
    world.compute()
    world.later(hours=1)
    for key in ("L04", "L05", "L06", "L14", "L16"):
        world.assess(answer(key, "no"))


@pytest.mark.django_db(transaction=True)
def test_no_transaction_keeps_more_than_one_rule_and_none_computes_a_row(world, monkeypatch):
    world.assess(NO)
    [claimed] = jobs.claim(kinds=["law_gaps"], at=world.at)
    inside, kept_rules = [], []
    row, keep = rules.Pairs.row, services.gaps._keep

    def watched(pairs, key):
        inside.append(connection.in_atomic_block)
        return row(pairs, key)

    def noted(piece):
        kept_rules.append({key[0] for key in piece.results})
        assert connection.in_atomic_block
        transaction.on_commit(lambda: kept_rules.append("committed"))
        return keep(piece)

    monkeypatch.setattr(rules.Pairs, "row", watched)
    monkeypatch.setattr(services.gaps, "_keep", noted)
    done(claimed, world)
    assert (len(inside), set(inside)) == (192, {False})
    assert kept_rules == [each for rule in rules.RULES for each in ({rule}, "committed")]


@pytest.mark.parametrize("stops_after", range(6))
def test_a_computation_that_was_cut_off_goes_on_and_ends_as_one_done_in_one_go(world, stops_after):
    changed_world(world)
    before, old = counts(), stored()
    assert begun(world)
    for number, piece in enumerate(pieces_of(world)):
        if number == stops_after:
            break  # the process ended with a piece computed, and not kept
        kept(world, piece)
    assert counts() == before, "the public sees all counts of before until all are new"
    done_rules = set(GapState.objects.get().under_way["counts"])
    assert len(done_rules) == stops_after
    for key, found in stored().items():
        assert found == (computed(world)[key] if key[0] in done_rules else old[key])
    world.later(days=1)
    world.compute()
    assert stored() == computed(world)
    found = (counts(), stored(), GapState.objects.get().laws)
    PairGap.objects.all().delete()
    GapCount.objects.all().delete()
    GapState.objects.all().delete()
    world.compute()
    assert found == (counts(), stored(), GapState.objects.get().laws)


def test_what_is_begun_while_another_is_under_way_comes_after_it(world):
    changed_world(world)
    assert begun(world)
    target = GapState.objects.get().under_way
    world.later(hours=1)
    world.assess(answer("L05", "yes"))
    assert not begun(world)
    assert GapState.objects.get().under_way == target
    for piece in pieces_of(world):
        kept(world, piece)
    assert stored() != computed(world)
    assert begun(world)
    assert set(GapState.objects.get().under_way["left"]) < set(rules.RULES)
    world.compute()
    assert stored() == computed(world)


def test_a_piece_that_two_workers_computed_is_kept_once(world):
    changed_world(world)
    begun(world)
    piece = next(pieces_of(world))
    assert kept(world, piece)
    left = GapState.objects.get().under_way["left"]
    assert kept(world, piece) == frozenset()
    assert GapState.objects.get().under_way["left"] == left
    world.compute()
    assert kept(world, piece) == frozenset(), "and none of a computation that is over"
    assert stored() == computed(world)


def test_a_hub_that_was_cut_off_shows_the_counts_of_before(world):
    def compute():
        return compute_gaps(
            figures=OwnFigures(), actor=world.system, at=world.at, keeps_pairs=False
        )

    world.hear_answer("SE", answer("L04", "yes"))
    compute()
    before = counts()
    world.assess(NO)
    begun(world, OwnFigures())
    piece = next(pieces_of(world, keeps_pairs=False))
    kept(world, piece)
    assert counts() == before
    compute()
    assert counts() != before
    assert GapCount.objects.get(rule="H02").open == 1


def test_meanwhile_a_pair_is_explained_by_the_laws_that_its_rule_was_computed_from(world):
    world.hear_answer("SE", answer("L04", "yes"))
    world.hear_answer("SE", answer("L05", "yes"))
    for key in ("L04", "L05"):
        world.assess(answer(key, "yes"))
    world.compute()
    world.later(hours=1)
    for key in ("L04", "L05"):
        world.assess(answer(key, "no"))
    begun(world)
    kept(world, next(pieces_of(world)))
    found = page(world, GapFilter(country="SE"), most=200)
    assert found.is_under_way

    def deciding(rule):
        gap = selectors.pair_gap(rule=rule, first="DK", second="SE", actor=world.rapporteur)
        return gap.result, [each.answer.value for each in gap.deciding if each.member == "DK"]

    assert deciding("H02") == ("open", ["no"])
    assert deciding("H03") == ("closed", ["yes"])
    world.compute()
    assert deciding("H03") == ("open", ["no"])
    assert not page(world).is_under_way


# --- as background work


def job(world):
    world.assess(NO)
    [claimed] = jobs.claim(kinds=["law_gaps"], at=world.at)
    return claimed


def done(claimed, world, work=None):
    """Do the work as workers do, a claim at a time, until it waits for another day; returns how many claims."""
    work, claims = work or BACKGROUND_WORK["law_gaps"], 0
    while claimed:
        work(claimed, world.at, None)
        claims += 1
        [claimed] = jobs.claim(kinds=["law_gaps"], at=world.at) or [None]
    return claims


def test_the_worker_computes_the_table_and_looks_again_when_the_next_day_begins(world):
    claimed = job(world)
    assert done(claimed, world) == 1 + 16 + 1, (
        "it begins, does each rule by itself, and looks again"
    )
    assert PairGap.objects.count() == 192
    row = Job.objects.get(pk=claimed.pk)
    assert row.due_at.isoformat() == "2026-03-03T00:00:00+00:00"
    assert rules.figures_from(GapState.objects.get().figures).member == "DK"


def test_an_answer_hurries_the_work_that_waits(world):
    done(job(world), world)
    world.later(hours=1)
    world.hear_answer("SE", answer("L04", "yes"))
    assert Job.objects.get(kind="law_gaps").due_at == world.at


def test_an_answer_that_comes_while_the_table_is_computed_is_not_left_for_tomorrow(world):
    claimed = job(world)
    BACKGROUND_WORK["law_gaps"](claimed, world.at, None)
    [claimed] = jobs.claim(kinds=["law_gaps"], at=world.at)
    world.hear_answer("SE", answer("L04", "yes"))  # the job is a worker's, so it cannot be hurried
    done(claimed, world)
    assert stored() == computed(world)
    assert stored()["H02", "DK", "SE"].result == "open"
    assert GapCount.objects.get(rule="H02").open == 1


def test_the_hubs_work_counts_alone(world):
    assert done(job(world), world, tasks.gaps_of_hub(lambda **_: 0)) == 18
    assert not PairGap.objects.exists()
    assert GapCount.objects.count() == 16
