# SPDX-License-Identifier: Apache-2.0
"""What a report says of promises and law, and the minister's page: codes, days and counts, and never a pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from havn.domain.reporting import selectors
from havn.domain.reporting.models import FrozenFigure
from havn.lib import wire
from tests.support.national_report import YEAR, ReportingNode, reporting_node
from tests.support.promises import TERMS, Government

pytestmark = pytest.mark.django_db
EARLY = datetime(YEAR, 2, 1, tzinfo=UTC)


@pytest.fixture
def node() -> ReportingNode:
    found = reporting_node()
    found.reports_received(12)
    return found


def part(node: ReportingNode, name: str):
    report_id = selectors.reports(actor=node.system)[0].id
    return selectors.document_of(report_id=report_id, actor=node.system).parts.get(name)


def test_promises_travel_with_their_state_and_days(node):
    ours = Government(node.organisation)
    ours.start(at=EARLY)
    ours.propose(at=EARLY)  # not public: never in a report
    node.drafted()
    content = part(node, "commitments")
    [line] = content["commitments"]
    assert (line["number"], line["state"], line["is_late"]) == ("4.1", "in_progress", True)
    assert line["due"] == TERMS.due.isoformat()
    wire.write_part("commitments", content)


def test_the_titles_of_what_a_report_tells_by_number_are_those_of_the_promises(node):  # N18
    ours = Government(node.organisation)
    promised = ours.start(at=EARLY)
    node.drafted()
    parts = {"commitments": part(node, "commitments")}
    found = selectors.promise_titles(parts=parts, actor=node.system, at=node.at)
    assert found == {str(promised): TERMS.title}
    assert selectors.promise_titles(parts={}, actor=node.system, at=node.at) == {}


def test_a_report_without_promises_or_law_has_no_such_parts(node):
    node.drafted()
    assert part(node, "commitments") is None
    assert part(node, "law") is None


def test_the_minister_sees_promises_kept_late_and_redated(node):
    ours = Government(node.organisation)
    ours.achieve(at=EARLY)
    ours.start(replace(TERMS, title={"en": "A law", "da": "En lov"}), at=EARLY)
    report_id = node.drafted()
    found = selectors.brief(report_id=report_id, actor=node.signatory, today=date(2027, 4, 16))
    assert sorted((each.state, each.is_late) for each in found.promises) == [
        ("achieved", False),
        ("in_progress", True),
    ]
    assert found.is_late
    assert found.public_on == date(2027, 4, 30)


def test_the_minister_sees_headlines_of_measures_that_have_a_direction(node):
    report_id = node.drafted()
    # As if something had been measured of these; what was not measured is no headline.
    totals = FrozenFigure.objects.filter(breakdown="", indicator__in=["V09", "R01", "A01"])
    totals.update(value=1, obs_status="A")
    found = selectors.brief(report_id=report_id, actor=node.signatory, today=date(2027, 4, 16))
    shown = {each.indicator: each for each in found.headlines}
    # Of V09 the count has no direction and its share has one; R01 has none at all.
    assert (shown["V09"].title, shown["V09"].direction) == ("On the list within 24 hours", "up")
    assert "R01" not in shown
    assert {each.direction for each in found.headlines} <= {"up", "down"}
