# SPDX-License-Identifier: Apache-2.0
"""Released reports on the public site: the newest, the versions beside it, the signed file, and what was withdrawn."""

from __future__ import annotations

import json

import pytest
from django.test import Client, override_settings

from havn.config.audiences import AUDIENCES
from havn.domain.members import selectors as members
from havn.domain.reporting import services
from havn.lib import wire
from tests.support.national_report import YEAR, reporting_node

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
    read = wire.read_report(found["head"], found["parts"], public=pair.public)
    assert read.head.year == str(YEAR)


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
