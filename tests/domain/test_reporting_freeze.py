# SPDX-License-Identifier: Apache-2.0
"""Freezing a quarter: once, from the facts that were there, with nothing hidden in the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.indicators.rules import Quarter
from havn.domain.jobs.models import Job
from havn.domain.ledger import services as ledger
from havn.domain.ledger.models import Fact
from havn.domain.ledger.rules import FactName
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import FrozenFigure
from havn.domain.reporting.tasks import FREEZE_AFTER, FREEZE_QUARTER, freeze_quarters
from havn.lib import wire
from tests.support.own_node import register_own_node

pytestmark = pytest.mark.django_db
QUARTER = Quarter(2026, 1)
START = QUARTER.starts_at
FREEZE = QUARTER.ends_at + timedelta(days=9)


@pytest.fixture
def organisation() -> Iterator[UUID]:
    yield register_own_node(at=START)


def reports(organisation: UUID, number: int, *, channel: str = "web", days: int = 0) -> None:
    with transaction.atomic():
        for _ in range(number):
            ledger.record_fact(
                name=FactName.REPORT_RECEIVED,
                subject_kind="report",
                subject_id=uuid4(),
                organisation=organisation,
                at=START + timedelta(days=days),
                codes={"channel": channel, "language": "da", "duplicate": False},
            )


def freeze(organisation: UUID, period: str = "2026-Q1") -> int:
    actor = Actor.system(organisation=organisation)
    return services.freeze_quarter(period=period, actor=actor, at=FREEZE)


def value(organisation: UUID, code: str = "") -> rules.Figure:
    found = selectors.quarter_figures(
        period="2026-Q1", actor=Actor.reporter(organisation=organisation)
    )
    return next(
        figure
        for each in found.indicators
        if each.definition.id == "R01"
        for figure in each.figures
        if figure.measure == "received"
        and (figure.breakdown, figure.code) == (("channel", code) if code else ("", ""))
    )


def test_a_frozen_figure_is_never_recomputed(organisation: UUID) -> None:
    reports(organisation, 12)
    assert freeze(organisation) == FrozenFigure.objects.count()
    reports(organisation, 5)
    with pytest.raises(RefusedError, match="frozen") as refused:
        freeze(organisation)
    assert refused.value.code == "already_frozen"
    assert value(organisation).value == 12


def test_a_freeze_leaves_one_audit_entry(organisation: UUID) -> None:
    freeze(organisation)
    assert Entry.objects.filter(action="quarter.frozen").count() == 1


def test_a_running_quarter_and_an_unwritten_one_are_refused(organisation: UUID) -> None:
    for period, code in (("2026-Q2", "quarter_open"), ("last spring", "no_such_quarter")):
        with pytest.raises(RefusedError) as refused:
            freeze(organisation, period)
        assert refused.value.code == code
    assert not FrozenFigure.objects.exists()


def test_only_the_node_itself_freezes(organisation: UUID) -> None:
    for actor in (Actor.reporter(organisation=organisation), Actor.system()):
        with pytest.raises(NotFoundError):
            services.freeze_quarter(period="2026-Q1", actor=actor, at=FREEZE)


def test_facts_recorded_after_the_freeze_are_not_read(organisation: UUID) -> None:
    reports(organisation, 7)
    reports(organisation, 9, days=150)
    freeze(organisation)
    assert value(organisation).value == 7


def test_hidden_numbers_are_not_in_the_table_at_all(organisation: UUID) -> None:
    reports(organisation, 30)
    reports(organisation, 2, channel="file")
    reports(organisation, 6, channel="desk")
    freeze(organisation)
    hidden = FrozenFigure.objects.filter(obs_status="Q", indicator="R01", breakdown="channel")
    assert (
        {row.code: row.conf_status for row in hidden}
        == {
            "file": "A",
            "desk": "D",
            "_O": "D",  # a reader who knows the rule would be left with four numbers for two hidden ones
        }
    )
    for row in hidden:
        assert {row.value, row.lower_bound, row.numerator, row.denominator} == {None}
    assert value(organisation, "file").is_hidden
    assert value(organisation).value == 38


def test_other_organisations_figures_are_not_there(organisation: UUID) -> None:
    freeze(organisation)
    stranger = Actor.reporter(organisation=uuid4())
    assert selectors.closed_quarters(actor=stranger) == []
    with pytest.raises(NotFoundError):
        selectors.quarter_figures(period="2026-Q1", actor=stranger)


def test_every_quarter_since_the_first_fact_waits_to_be_frozen(organisation: UUID) -> None:
    actor = Actor.system(organisation=organisation)
    assert selectors.quarters_to_freeze(actor=actor, at=FREEZE) == []
    reports(organisation, 1)
    later = FREEZE + timedelta(days=92)
    assert selectors.quarters_to_freeze(actor=actor, at=later) == ["2026-Q1", "2026-Q2"]
    freeze(organisation)
    assert selectors.quarters_to_freeze(actor=actor, at=later) == ["2026-Q2"]


def test_a_year_written_wrong_begins_no_quarters(organisation: UUID) -> None:
    actor = Actor.system(organisation=organisation)
    reports(organisation, 1)
    Fact.objects.update(happened_at=START.replace(year=202))
    assert selectors.quarters_to_freeze(actor=actor, at=FREEZE) == []
    reports(organisation, 1)
    assert selectors.quarters_to_freeze(actor=actor, at=FREEZE) == ["2026-Q1"]


def refuse_in_the_database(period: str) -> None:
    """Let the database refuse the figures of one period, until the end of the test."""
    told = "ALTER TABLE reporting_frozenfigure ADD CONSTRAINT one CHECK (period <> '{}') NOT VALID"
    if connection.vendor == "sqlite":
        told = (
            "CREATE TRIGGER one BEFORE INSERT ON reporting_frozenfigure WHEN NEW.period = '{}'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    with connection.cursor() as cursor:
        cursor.execute(told.format(period))


def test_a_quarter_that_cannot_be_frozen_stops_no_other(organisation: UUID) -> None:
    reports(organisation, 1)
    reports(organisation, 1, days=100)
    refuse_in_the_database("2026-Q2")
    job = Job(kind=FREEZE_QUARTER, organisation=organisation)
    at = FREEZE + FREEZE_AFTER + timedelta(days=190)
    with pytest.raises(IntegrityError):
        freeze_quarters(job, at, None)
    closed = selectors.closed_quarters(actor=Actor.system(organisation=organisation))
    frozen = {each.period for each in closed}
    assert frozen == {"2026-Q1", "2026-Q3"}
    ordered = Job.objects.get(kind=FREEZE_QUARTER)
    assert ordered.due_at == Quarter.of(at).ends_at + FREEZE_AFTER


def test_figures_are_provisional_until_two_further_quarters_are_frozen(organisation: UUID) -> None:
    reports(organisation, 5)
    actor = Actor.system(organisation=organisation)
    assert freeze(organisation) > 0
    assert value(organisation).obs_status == "P"
    for number in (2, 3):
        services.freeze_quarter(
            period=f"2026-Q{number}", actor=actor, at=FREEZE + timedelta(days=200)
        )
    assert value(organisation).obs_status == "A"


def test_the_tidy_table_has_a_row_for_every_figure_and_one_mark_for_hidden_ones(
    organisation: UUID,
) -> None:
    reports(organisation, 30)
    reports(organisation, 1, channel="file")
    freeze(organisation)
    found = selectors.quarter_figures(
        period="2026-Q1", actor=Actor.reporter(organisation=organisation)
    )
    text = found.tidy_table().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == rules.CSV_COLUMNS
    assert len(rows) == FrozenFigure.objects.count()
    total = next(row for row in rows if row["indicator"] == "R01")
    assert (total["indicator"], total["obs_value"], total["ref_area"]) == ("R01", "31", "DK")
    assert total["as_of"] == "2026-04-10T00:00:00Z"
    hidden = [row for row in rows if row["obs_status"] == "Q"]
    assert hidden
    assert {row["conf_status"] for row in hidden} == {"C"}
    assert {row["obs_value"] for row in hidden} == {""}
    assert "\r" not in text


def test_a_breakdown_that_is_left_away_is_said_in_the_file_and_in_the_signed_part(
    organisation: UUID,
) -> None:
    reports(organisation, 1)  # one report in all: its channel would be known
    freeze(organisation)
    found = selectors.quarter_figures(
        period="2026-Q1", actor=Actor.reporter(organisation=organisation)
    )
    rows = list(csv.DictReader(io.StringIO(found.tidy_table().decode())))
    (away,) = [
        row for row in rows if row["other_code"] == "received;_N" and "channel" in row["other_dim"]
    ]
    assert (away["obs_status"], away["conf_status"], away["obs_value"]) == ("Q", "N", "")
    assert away["note"].startswith("breakdown not shown: small numbers could be worked out")
    frozen = FrozenFigure.objects.filter(indicator="R01")
    parts = rules.figure_parts(frozen, salt=lambda: bytes(32))
    series = [
        each
        for each in parts["figures/R01"]["series"]
        if (each["measure"], each["breakdown"]) == ("received", "channel")
    ]
    assert [(each["code"], each["status"], each["low"]) for each in series] == [("_N", "Q", None)]
    wire.write_part("figures/R01", parts["figures/R01"])
