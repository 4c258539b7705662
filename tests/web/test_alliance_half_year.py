# SPDX-License-Identifier: Apache-2.0
"""The year that runs on a country's page: provisional, released by nobody, and nowhere beside what was signed."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication.models import PublishedReport
from havn.web.alliance_site import members
from tests.support.half_year import halves, piece, received, shown
from tests.support.published import fill, report_row

pytestmark = pytest.mark.django_db
SAID = "Provisional, released by nobody."
ELSEWHERE = (
    "/en/", "/en/results", "/en/results/targets/4", "/en/results/indicators/R01", "/en/results/countries/DK",
    "/en/results/countries/DK/R01", "/en/results/periods/2025", "/en/results/cooperation", "/en/members/SE",
    "/en/members", "/en/targets/4", "/en/updates.atom", "/data/periods/2025/figures.csv", "/data/indicators/R01.csv",
    "/data/periods/2025/sdmx.csv", "/api/v1/results/R01/2025.json", "/api/v1/results/periods.json",
)  # fmt: skip
MARK = 7_654_321


@pytest.fixture(autouse=True)
def hub(settings):
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware


@pytest.fixture
def at_day(monkeypatch):
    def set_to(*day):
        monkeypatch.setattr(members, "now", lambda: datetime(*day, 12, tzinfo=UTC))

    set_to(2026, 10, 5)
    return set_to


def words(address="/en/members/DK"):
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return " ".join(html.fromstring(answer.content).xpath("//main")[0].text_content().split())


def raw(address):
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return b"".join(answer).decode()


@pytest.mark.usefixtures("at_day")
def test_a_countrys_page_shows_what_its_node_told_and_says_that_nobody_released_it():  # H24
    for each in halves():
        shown(each)
    said = words()
    assert "This year so far" in said
    assert SAID in said
    assert "the country's own site showed them on 30 September 2026" in said
    assert "They go when the national report of 2026 is published" in said
    assert "30 reports (provisional)" in said
    assert "42 reports (provisional)" in said


def test_when_the_year_is_over_it_is_called_what_it_is(at_day):
    shown(piece())
    at_day(2027, 2, 1)
    said = words()
    assert "The first half of 2026" in said
    assert "This year so far" not in said


@pytest.mark.usefixtures("at_day")
def test_where_nothing_was_told_there_is_no_section_and_no_file():
    assert SAID not in words()
    assert Client().get("/data/members/DK/provisional.csv").status_code == 404
    assert Client().get("/data/members/ZZ/provisional.csv").status_code == 404
    assert "Provisional figures" not in words("/en/results/open-data")


@pytest.mark.usefixtures("at_day")
def test_the_signed_report_takes_its_place_on_the_page_and_in_the_files():  # H24
    shown(piece())
    assert SAID in words()
    report_row("DK", "2026").save()
    assert SAID not in words()
    assert Client().get("/data/members/DK/provisional.csv").status_code == 404
    assert SAID not in words("/en/results/open-data")
    PublishedReport.objects.update(state="withdrawn", is_current=False)
    assert SAID not in words()


@pytest.mark.usefixtures("at_day")
def test_no_comparison_total_median_map_or_other_file_knows_of_it():  # H24
    some = [each for each in DEFINITIONS if each.id == "R01"]
    fill(["DK", "SE"], ["2025"], definitions=some)
    shown(piece(received(MARK)))
    assert "7,654,321" in words()
    for address in ELSEWHERE:
        said = raw(address)
        assert str(MARK) not in said, address
        assert "7,654,321" not in said, address
        assert "2026-Q2" not in said, address


@pytest.mark.usefixtures("at_day")
def test_the_file_has_every_figure_and_each_line_says_that_nobody_released_it():  # H24
    away = received(None, breakdown="language", code="_N")
    hidden = received(None, breakdown="channel", code="web")
    shown(piece(received(42), hidden, away))
    answer = Client().get("/data/members/DK/provisional.csv")
    assert "havn-DK-2026-provisional.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["obs_value"] for row in rows] == ["42", "", ""]
    assert [row["obs_status"] for row in rows] == ["P", "Q", "Q"]
    assert [row["conf_status"] for row in rows] == ["F", "C", "N"]
    assert {row["time_period"] for row in rows} == {"2026-Q2"}
    assert {row["as_of"] for row in rows} == {"2026-07-11T00:00:00Z"}
    assert all(row["note"].startswith("provisional, released by nobody") for row in rows)


@pytest.mark.usefixtures("at_day")
def test_no_figure_of_it_bears_the_mark_of_one_that_can_be_verified():  # G1
    shown(piece())
    page = html.fromstring(Client().get("/en/members/DK").content)
    [cell] = page.xpath("//td[contains(., '42 reports (provisional)')]")
    assert dict(cell.attrib) == {"class": cell.get("class")}


@pytest.mark.usefixtures("at_day")
def test_the_page_of_open_data_lists_the_files_by_country():
    shown(piece())
    said = words("/en/results/open-data")
    assert "Provisional figures of the first half of a year" in said  # true after 31 December too
    assert "Denmark, first half of 2026 (CSV)" in said
    assert "that it is of a half-year update" in said
    assert SAID in said
    assert "30 September 2026" in said


@pytest.mark.usefixtures("at_day")
def test_one_query_more_is_all_that_it_takes(django_assert_num_queries):
    client = Client()
    with django_assert_num_queries(7):
        client.get("/en/members/DK")
    for each in halves():
        shown(each)
    with django_assert_num_queries(7):
        client.get("/en/members/DK")
