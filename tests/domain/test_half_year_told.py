# SPDX-License-Identifier: Apache-2.0
"""On 30 September a node tells the secretariat what its own site shows of two quarters, and nothing else."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.jobs.models import Job
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.members.models import Member, Node
from havn.domain.publication import selectors as hub
from havn.domain.publication.models import PublishedFigure, Refusal
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import FigureRelease, FrozenFigure, HalfYearUpdate
from havn.domain.reporting.tasks import order_freeze
from havn.lib import wire
from havn.lib.encoding import uuid4
from tests.support.national_report import YEAR
from tests.support.node_with_hub import TOLD_AT, freeze, with_a_half_year

pytestmark = pytest.mark.django_db
TOLD = EventKind.PROVISIONAL_TOLD


@pytest.fixture
def world():
    return with_a_half_year()


def tell(node, at=TOLD_AT, year=YEAR):
    return services.tell_half_year(year=year, actor=node.system, at=at)


def events():
    return OutgoingEvent.objects.filter(kind=TOLD.value)


def arrived(alliance):
    alliance.meets()
    return [wire.read_provisional(each) for each in alliance.heard_by_hub(TOLD)]


def shown(node, period):
    """Return what the node's own site shows of a quarter, by cell."""
    found = selectors.quarter_figures(
        period=period, actor=Actor.reporter(organisation=node.organisation)
    )
    return {
        (each.definition.id, period, *_cell(figure)): figure
        for each in found.indicators
        for figure in each.figures
    }


def to_tell(node):
    """Return what of both quarters is told: all but persons and police work, by cell."""
    site = shown(node, "2026-Q1") | shown(node, "2026-Q2")
    classes = {each.id: each.suppression_class for each in DEFINITIONS}
    return {cell: figure for cell, figure in site.items() if classes[cell[0]] not in {"P", "O"}}


def _cell(figure):
    code = figure.code if figure.code or not figure.breakdown else "_N"
    return figure.measure, figure.breakdown, code


def test_what_is_told_is_what_the_own_site_shows_and_no_figure_more(world):  # N28 N30
    alliance, node = world
    assert tell(node)
    pieces = arrived(alliance)
    told = {
        (piece.indicator, piece.period, *_cell(figure)): figure
        for piece in pieces
        for figure in piece.figures
    }
    site = to_tell(node)
    assert told.keys() == site.keys()
    for cell, figure in told.items():
        if site[cell].is_hidden:
            assert (figure.status, figure.value) == ("Q", None)
        else:
            assert figure.value == site[cell].value
    received = told["R01", "2026-Q2", "received", "", ""]
    assert (received.value, received.status) == (Decimal(42), "P")
    assert told["R01", "2026-Q2", "received", "channel", "file"].status == "Q"
    assert {(piece.member, piece.year, piece.as_of) for piece in pieces} == {
        ("DK", "2026", TOLD_AT)
    }
    assert {piece.pieces for piece in pieces} == {len(pieces)}


def test_the_hub_takes_all_of_it_and_shows_what_the_nodes_own_site_shows(world):  # H21 N30
    alliance, node = world
    alliance.at = TOLD_AT
    tell(node)
    alliance.meets()
    alliance.taken_by_hub(TOLD)
    assert [row.code for row in Refusal.objects.all()] == []
    found = hub.half_year(member="DK", actor=Actor.reporter())
    assert (found.year, found.as_of) == ("2026", TOLD_AT)
    there = {(each.indicator, each.period, *each.place): each for each in found.figures}
    site = to_tell(node)
    assert there.keys() == site.keys()
    for cell, figure in there.items():
        assert (figure.is_hidden, figure.conf_status) == (
            site[cell].is_hidden, site[cell].conf_status
        )  # fmt: skip
        assert site[cell].is_hidden or figure.value == site[cell].value
    assert not PublishedFigure.objects.exists()


def test_no_quarter_of_persons_or_of_police_work_leaves_the_node(world):  # N30
    alliance, node = world
    left_out = {"A05", "V08", "V09"}
    assert left_out.isdisjoint(cell[0] for cell in shown(node, "2026-Q2"))
    row = FrozenFigure.objects.get(
        period="2026-Q2", indicator="R01", measure="received", breakdown=""
    )
    row.pk, row.indicator, row.measure = (
        uuid4(),
        "A05",
        "under_18",
    )  # as an earlier version froze it
    row.save(force_insert=True)
    assert "A05" in {cell[0] for cell in shown(node, "2026-Q2")}
    assert tell(node)
    pieces = arrived(alliance)
    assert pieces
    assert left_out.isdisjoint(piece.indicator for piece in pieces)
    assert {piece.pieces for piece in pieces} == {len(pieces)}


def test_no_limit_of_a_hidden_figure_leaves_the_node(world):  # N30
    alliance, node = world
    assert FrozenFigure.objects.filter(low__isnull=False).exists()
    tell(node)
    alliance.meets()
    bodies = alliance.heard_by_hub(TOLD)
    fields = {name for body in bodies for figure in body["series"] for name in figure}
    assert bodies
    assert fields.isdisjoint({"low", "high"})


def test_it_goes_to_the_secretariat_alone(world):
    alliance, node = world
    tell(node)
    secretariat = alliance.peers["HAVNSEC"].node_id
    assert {tuple(row.audience) for row in events()} == {(str(secretariat),)}


def test_it_is_told_once_a_year(world):  # N28
    _alliance, node = world
    assert tell(node)
    count = events().count()
    assert not tell(node, TOLD_AT + timedelta(days=1))
    assert (events().count(), HalfYearUpdate.objects.count()) == (count, 1)
    assert Entry.objects.filter(action="half_year.told").count() == 1


def test_it_is_told_neither_before_its_day_nor_when_the_year_is_over(world):  # N29
    _alliance, node = world
    for at in (TOLD_AT - timedelta(days=1), datetime(YEAR + 1, 1, 1, tzinfo=UTC)):
        assert not tell(node, at)
    assert not tell(node, year=YEAR + 1)
    assert not events().exists()


def test_a_worker_that_starts_later_in_the_year_tells_it_then(world):  # N28
    alliance, node = world
    node.at = datetime(YEAR, 11, 20, tzinfo=UTC)
    order_freeze(organisation=node.organisation, at=node.at)
    assert node.work(rules.TELL_HALF_YEAR) == [rules.TELL_HALF_YEAR]
    assert events().exists()
    assert alliance.alarms() == []


def test_a_quarter_that_two_later_ones_followed_is_final_there_as_here(world):  # N30
    alliance, node = world
    freeze(node, "2026-Q3")
    alliance.at = datetime(YEAR, 11, 20, tzinfo=UTC)
    tell(node, alliance.at)
    status = {
        piece.period: piece.figures[0].status
        for piece in arrived(alliance)
        if piece.indicator == "R01"
    }
    assert status == {"2026-Q1": "A", "2026-Q2": "P"}


def test_it_waits_for_the_second_quarter_and_looks_again_the_next_day(world):
    _alliance, node = world
    FigureRelease.objects.filter(figures__period="2026-Q2").update(withdrawn_at=TOLD_AT)
    node.at = TOLD_AT
    order_freeze(organisation=node.organisation, at=node.at)
    node.work(rules.TELL_HALF_YEAR)
    assert not events().exists()
    assert Job.objects.get(kind=rules.TELL_HALF_YEAR).due_at == TOLD_AT + timedelta(days=1)
    FigureRelease.objects.update(withdrawn_at=None)
    node.later(days=1)
    node.work(rules.TELL_HALF_YEAR)
    assert events().exists()


def test_nothing_is_told_when_the_report_of_the_year_was_released(world):
    _alliance, node = world
    node.at = datetime(YEAR + 1, 2, 2, tzinfo=UTC)
    report_id = node.ready()
    node.release(report_id, node.rapporteur, "Ministry, rapporteur")
    node.release(report_id, node.signatory, "Minister")
    assert not selectors.half_year_is_due(year=YEAR, actor=node.system, at=TOLD_AT)
    assert not tell(node)


@pytest.mark.parametrize("change", ["no country", "suspended", "own node suspended", "no hub"])
def test_only_a_node_of_a_country_that_takes_part_tells_it(world, change):
    alliance, node = world
    match change:
        case "no country":
            Member.objects.filter(code="DK").update(kind="international")
        case "suspended":
            Member.objects.filter(code="DK").update(state="suspended")
        case "own node suspended":
            Node.objects.filter(is_own=True).update(state="suspended")
        case "no hub":
            Node.objects.filter(pk=alliance.peers["HAVNSEC"].node_id).update(state="suspended")
    assert not tell(node)
    assert not events().exists()


def test_only_the_node_itself_tells_it(world):
    _alliance, node = world
    for actor in (node.rapporteur, Actor.operator(organisation=node.organisation)):
        with pytest.raises(NotFoundError):
            services.tell_half_year(year=YEAR, actor=actor, at=TOLD_AT)


def test_what_no_hub_would_take_is_not_told_at_all(world):
    _alliance, node = world
    cell = FrozenFigure.objects.get(
        period="2026-Q2", indicator="R01", measure="received", breakdown=""
    )
    FrozenFigure.objects.filter(pk=cell.pk).update(obs_status="B", value=None)
    with pytest.raises(RefusedError) as refused:
        tell(node)
    assert refused.value.code == "number_missing"
    assert not events().exists()
    assert not HalfYearUpdate.objects.exists()


def taken_back(node, actor=None):
    update = HalfYearUpdate.objects.get().pk
    return services.withdraw_half_year(
        update=update, actor=actor or node.rapporteur, at=TOLD_AT + timedelta(hours=1)
    )


def test_the_rapporteur_takes_it_back_and_the_hub_shows_it_no_more(world):  # N31 H26
    alliance, node = world
    alliance.at = TOLD_AT
    tell(node)
    alliance.meets()
    alliance.taken_by_hub(TOLD)
    assert hub.half_year(member="DK", actor=Actor.reporter()) is not None
    assert taken_back(node)
    alliance.meets()
    [said] = alliance.heard_by_hub(EventKind.PROVISIONAL_WITHDRAWN)
    assert said == {"v": 1, "update": str(HalfYearUpdate.objects.get().pk), "year": "2026"}
    alliance.taken_by_hub(EventKind.PROVISIONAL_WITHDRAWN)
    assert hub.half_year(member="DK", actor=Actor.reporter()) is None
    assert Entry.objects.filter(action="publication.half_year_withdrawn").count() == 1


def test_it_is_taken_back_once_and_no_other_is_told_of_that_year(world):  # N31
    _alliance, node = world
    tell(node)
    assert taken_back(node)
    assert not taken_back(node)
    assert not tell(node, TOLD_AT + timedelta(days=1))
    withdrawn = OutgoingEvent.objects.filter(kind=EventKind.PROVISIONAL_WITHDRAWN.value)
    assert withdrawn.count() == 1
    assert Entry.objects.filter(action="half_year.withdrawn").count() == 1
    [line] = selectors.half_years_told(actor=node.rapporteur)
    assert line.withdrawn_at == TOLD_AT + timedelta(hours=1)


def test_where_no_secretariat_is_known_it_is_not_said_to_be_taken_back(world):  # N31
    alliance, node = world
    tell(node)
    Node.objects.filter(pk=alliance.peers["HAVNSEC"].node_id).update(state="suspended")
    with pytest.raises(RefusedError) as refused:
        taken_back(node)
    assert refused.value.code == "nobody_to_tell"
    assert HalfYearUpdate.objects.get().withdrawn_at is None


def test_nobody_but_the_rapporteur_takes_it_back(world):  # N31
    _alliance, node = world
    tell(node)
    with pytest.raises(RefusedError):
        taken_back(node, node.signatory)
    with pytest.raises(NotFoundError):
        services.withdraw_half_year(update=uuid4(), actor=node.rapporteur, at=TOLD_AT)
    assert HalfYearUpdate.objects.get().withdrawn_at is None


def test_the_desk_reads_when_it_was_told_and_what(world):
    _alliance, node = world
    tell(node)
    [told] = selectors.half_years_told(actor=node.rapporteur)
    assert (told.year, told.quarters, told.told_at) == ("2026", ("2026-Q1", "2026-Q2"), TOLD_AT)
    assert 0 < told.hidden < told.figures
    with pytest.raises(NotFoundError):
        selectors.half_years_told(actor=Actor.reporter(organisation=node.organisation))
