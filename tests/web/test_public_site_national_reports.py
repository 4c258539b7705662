# SPDX-License-Identifier: Apache-2.0
"""Released reports on the public site: the newest, the versions beside it, the signed file, and what was withdrawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client, override_settings

from havn.config.audiences import AUDIENCES
from havn.domain.actor import Actor
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.members import selectors as members
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import NationalReport, ReportPart
from havn.lib import wire
from havn.lib.signing import verify_json
from havn.web.frame import national_report
from tests.support.national_report import YEAR, reporting_node
from tests.support.promises import TERMS, Government

pytestmark = [pytest.mark.urls("havn.config.urls.public"), pytest.mark.django_db]


@pytest.fixture
def visitor():
    with override_settings(MIDDLEWARE=AUDIENCES["public"].middleware):
        yield Client()


@pytest.fixture
def node():
    found = reporting_node()
    found.reports_received(12)
    return found


def test_a_draft_is_nowhere_on_the_public_site(visitor, node):
    node.ready()
    assert "National reports" not in visitor.get("/en/results").text
    assert visitor.get(f"/en/results/report/{YEAR}").status_code == 404


def test_a_released_report_is_shown_with_its_texts_figures_and_file(visitor, node):
    node.released()
    assert f"/en/results/report/{YEAR}" in visitor.get("/en/results").text
    page = visitor.get(f"/en/results/report/{YEAR}").text
    assert "A year in plain words." in page
    assert "Reports received" in page
    answer = visitor.get(f"/en/results/report/{YEAR}/1.0.json")
    found = json.loads(answer.content)
    pair = members.own_signing_pair(actor=node.system, at=node.at)
    verify_json(found["head"], pair.public, kind=wire.REPORT_KIND)
    named = {line.name: line.sha256 for line in wire.claimed_head(found["head"]).parts}
    given = {wire.canonical_part(part)[0] for part in found["parts"].values()}
    assert given == set(found["parts"])
    assert {name for name, digest in named.items() if digest not in given} == {
        name for name in named if name.startswith("bounds/")
    }


def test_a_promise_is_told_by_its_name_as_it_was_when_the_report_was_signed(visitor, node):
    """The public site's process may not read promises: some of them are not public yet."""
    ours = Government(node.organisation)
    ours.start(at=datetime(YEAR, 2, 1, tzinfo=UTC))
    node.released()
    page = visitor.get(f"/en/results/report/{YEAR}").text
    assert f"4.1 <span>{TERMS.title['en']}</span>" in page
    NationalReport.objects.update(promise_titles={})
    assert TERMS.title["en"] not in visitor.get(f"/en/results/report/{YEAR}").text


def test_a_correction_stands_beside_the_version_before(visitor, node):
    report_id = node.released()
    new = services.begin_correction(
        report_id=report_id,
        kind="text",
        note={"en": "A wrong word in the overview."},
        actor=node.rapporteur,
        at=node.later(days=1),
    )
    assert "1.1" not in visitor.get(f"/en/results/report/{YEAR}").text
    node.released(new)
    page = visitor.get(f"/en/results/report/{YEAR}").text
    assert "A wrong word in the overview." in page
    assert f"/en/results/report/{YEAR}/1.0" in page
    old = visitor.get(f"/en/results/report/{YEAR}/1.0").text
    assert "There is a newer version" in old
    assert "A year in plain words." in old


def test_of_a_withdrawn_version_no_figure_and_no_file_is_given_out(visitor, node):
    report_id = node.released()
    services.withdraw_report(report_id=report_id, actor=node.rapporteur, at=node.at)
    page = visitor.get(f"/en/results/report/{YEAR}").text
    assert "This version was withdrawn" in page
    assert "Reports received" not in page
    assert visitor.get(f"/en/results/report/{YEAR}/1.0.json").status_code == 404


def test_a_released_report_is_there_as_pdf_and_set_once(
    visitor, node, django_assert_max_num_queries
):
    node.released()
    address = f"/en/results/report/{YEAR}/1.0.pdf"
    first = visitor.get(address)
    assert first.content.startswith(b"%PDF")
    with django_assert_max_num_queries(12):
        assert visitor.get(address).content == first.content


def next_year(node):
    """Release the report of the year after, and return it."""
    node.later(days=365)
    report_id = services.make_draft(year=YEAR + 1, actor=node.system, at=node.at)
    node.wrote(report_id)
    node.confirmed(report_id)
    return node.released(report_id)


def test_a_report_that_is_set_already_is_given_out_without_reading_its_earlier_years(
    visitor, node, django_assert_max_num_queries
):
    node.released()
    next_year(node)
    address = f"/en/results/report/{YEAR + 1}/1.0.pdf"
    first = visitor.get(address)
    with django_assert_max_num_queries(12) as found:
        assert visitor.get(address).content == first.content
    # The parts of the report itself, and of no other.
    assert sum("reporting_reportpart" in each["sql"] for each in found.captured_queries) == 1


def test_a_report_is_set_anew_when_a_year_beside_it_is_corrected_or_withdrawn(visitor, node):
    earlier = node.released()
    next_year(node)
    address = f"/en/results/report/{YEAR + 1}/1.0.pdf"
    first = visitor.get(address).content
    node.reports_received(30)  # told too late
    note = {"en": "Found later."}
    new = services.begin_correction(
        report_id=earlier, kind="late_facts", note=note, actor=node.rapporteur, at=node.later(days=1)
    )  # fmt: skip
    node.wrote(new, f"{rules.INDICATOR_NOTE}R01", "Found later.")
    node.confirmed(new)
    node.released(new)
    assert visitor.get(address).content != first
    services.withdraw_report(report_id=new, actor=node.rapporteur, at=node.later(days=1))
    assert visitor.get(address).content == first


def test_a_breakdown_that_is_left_away_is_a_line_of_words_on_the_page_and_in_the_document():
    def figure(period, code, **more):
        known = {"period": period, "measure": "received", "breakdown": "channel", "code": code}
        return wire.Figure(**(known | more)).as_value()

    away = wire.Figure.left_away(period="2027-Q1", measure="received", breakdown="channel")
    series = [figure("2027", "web", value=Decimal(41)), away.as_value()]
    parts = {"figures/R01": {"v": 1, "indicator": "R01", "definition": 1, "series": series}}
    (section,) = national_report.shown(parts, DEFINITIONS, language="en").indicators
    (table,) = section.tables
    assert table.rows == (
        ("Public form", ("41 reports", "–")),
        (
            (
                "Not shown for 2027-Q1, because small numbers could be worked out from it. "
                "The figures for all together are given instead."
            ),
            ("–", "–"),
        ),
    )


def year_part(year, value, *, version=1, **more):
    rows = [
        {"period": year, "measure": "received", "value": value},
        {"period": f"{year}-Q1", "measure": "received", "value": value / 4},
        {
            "period": year,
            "measure": "received",
            "breakdown": "channel",
            "code": "web",
            "value": value,
        },
    ]
    series = [wire.Figure(**(row | more)).as_value() for row in rows]
    return {"v": 1, "indicator": "R01", "definition": version, "series": series}


def test_a_report_stands_beside_its_two_years_before():
    past = rules.past_of(
        [("2026", year_part("2026", Decimal(80))), ("2025", year_part("2025", Decimal(40)))]
    )
    parts = {"figures/R01": year_part("2027", Decimal(120))}
    (section,) = national_report.shown(parts, DEFINITIONS, language="en", past=past).indicators
    total, split = section.tables
    assert total.periods == ("2025", "2026", "2027", "2027-Q1")
    assert total.rows == (
        ("Reports received", ("40 reports", "80 reports", "120 reports", "30 reports")),
    )
    assert split.periods == (
        "2027",
        "2027-Q1",
    )  # breakdowns of earlier years stand in their own reports


def test_what_was_computed_by_another_definition_does_not_stand_beside_it():
    past = rules.past_of([("2026", year_part("2026", Decimal(80), version=2))])
    parts = {"figures/R01": year_part("2027", Decimal(120))}
    (section,) = national_report.shown(parts, DEFINITIONS, language="en", past=past).indicators
    assert section.tables[0].periods == ("2027", "2027-Q1")


@pytest.mark.parametrize(("version", "is_said"), [(1, True), (2, False)])
def test_earlier_years_are_spoken_of_only_where_one_stands_beside_the_figures(version, is_said):
    past = rules.past_of([("2026", year_part("2026", Decimal(80), version=version))])
    parts = {"figures/R01": year_part("2027", Decimal(120))}
    said = national_report.shown(parts, DEFINITIONS, language="en", past=past).about_figures
    assert said.startswith("A dash stands for a figure that is not shown")
    assert ("Up to two earlier years" in said) is is_said
    alone = national_report.shown(parts, DEFINITIONS, language="en").about_figures
    assert "earlier years" not in alone


def test_the_year_before_is_taken_from_its_newest_released_report(visitor, node):
    report_id = node.released()
    row = NationalReport.objects.get(pk=report_id)
    part = ReportPart.objects.get(report=row, name="figures/R01")
    (total,) = [
        each
        for each in json.loads(part.content)["series"]
        if (each["period"], each["measure"], each["breakdown"]) == (str(YEAR), "received", "")
    ]
    following = str(int(YEAR) + 1)
    actor = Actor.reporter(organisation=row.organisation)
    past = selectors.own_past(year=following, actor=actor)
    definition = json.loads(part.content)["definition"]
    assert total in past["R01", definition]
    assert selectors.own_past(year=str(YEAR), actor=actor) == {}
    assert selectors.own_past(year=str(int(YEAR) + 2), actor=actor) == past
    assert selectors.own_past(year=str(int(YEAR) + 3), actor=actor) == {}
    row.state = rules.ReportState.WITHDRAWN
    row.save()
    assert selectors.own_past(year=following, actor=actor) == {}
