# SPDX-License-Identifier: Apache-2.0
"""A draft is begun by itself, and its figures stand beside those that were published before."""

from __future__ import annotations

import json

import pytest

from havn.domain.errors import RefusedError
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import FigureCorrection, FrozenFigure, NationalReport
from tests.support.national_report import YEAR, ReportingNode, reporting_node

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> ReportingNode:
    return reporting_node()


def frozen(node: ReportingNode, period: str, *, days: float = 1) -> None:
    node.later(days=days)
    services.freeze_quarter(period=period, actor=node.system, at=node.at)


def test_a_draft_is_begun_by_itself_when_the_year_was_frozen(node):
    from havn.domain.reporting.tasks import order_freeze

    node.reports_received(3)
    order_freeze(organisation=node.organisation, at=node.at)
    assert rules.MAKE_DRAFT in node.work(rules.MAKE_DRAFT)
    assert NationalReport.objects.get().year == str(YEAR)


def test_a_figure_that_changed_much_since_it_was_published_must_be_explained(node):
    node.reports_received(40)
    frozen(node, f"{YEAR}-Q1")
    node.reports_received(15)
    node.later(days=1)
    report_id = node.ready()
    changed = FigureCorrection.objects.get(breakdown="", measure="received", period=f"{YEAR}-Q1")
    assert (changed.old, changed.new, changed.needs_note) == (40, 55, True)
    codes = {p.code for p in selectors.what_is_open(report_id=report_id, actor=node.rapporteur)}
    assert codes == {"note_missing"}
    with pytest.raises(RefusedError, match="R01"):
        node.release(report_id, node.rapporteur, "Ministry")
    node.wrote(report_id, "note:R01", "A partner sent a batch in May.")
    node.released(report_id)
    row = NationalReport.objects.get()
    lines = json.loads(row.parts.get(name="corrections").content)["corrections"]
    [line] = [each for each in lines if each["measure"] == "received" and not each["code"]]
    assert (line["old"], line["new"], line["kind"]) == ("40", "55", "late_facts")
    assert line["note"] == {"en": "A partner sent a batch in May."}


def test_the_published_quarter_stays_readable_beside_the_reports(node):
    node.reports_received(40)
    frozen(node, f"{YEAR}-Q1")
    node.reports_received(15)
    node.later(days=1)
    report_id = node.ready()
    node.wrote(report_id, "note:R01")
    node.released(report_id)
    found = FrozenFigure.objects.filter(
        indicator="R01", measure="received", breakdown="", period=f"{YEAR}-Q1"
    )
    assert sorted(found.values_list("value", flat=True)) == [40, 55]
    page = selectors.quarter_figures(period=f"{YEAR}-Q1", actor=node.system)
    assert page.as_of == NationalReport.objects.get().release.as_of
