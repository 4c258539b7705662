# SPDX-License-Identifier: Apache-2.0
"""The Alliance's pages of results: who may stand beside whom, what is missing, how many queries, what a reader needs."""

import itertools
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication.models import PublishedFigure, PublishedReport
from havn.lib.encoding import uuid4
from havn.web.alliance_site import results
from tests.support.published import figure_row, fill, report_row

pytestmark = pytest.mark.django_db
SOME = {"V01", "V05", "P09", "P10", "R01", "R05", "R06", "R10", "R20"}
MEMBERS = ["DK", "SE", "NO", "FI", "DE", "FR", "IT", "ES", "PT", "GR", "US", "MT"]
PAGES = (
    "/en/", "/da/", "/en/results", "/en/results/targets/4", "/en/results/targets/1", "/en/results/indicators/R05",
    "/en/results/indicators/R01", "/en/results/indicators/R05/2024", "/en/results/periods/2025",
    "/en/results/countries/SE", "/en/results/countries/US", "/en/results/countries/BE", "/en/results/countries/SE/R05",
    "/en/results/countries/US/R05", "/en/results/cooperation", "/en/results/cooperation/2024",
    "/en/results/open-data", "/en/results/verify",
)  # fmt: skip
# As many for any number of countries, years and figures.
QUERIES = {
    "/en/": 9, "/en/results": 4, "/en/results/targets/4": 2, "/en/results/indicators/R05": 8,
    "/en/results/indicators/R01": 8, "/en/results/periods/2025": 5, "/en/results/countries/SE": 6,
    "/en/results/countries/SE/R05": 5, "/en/results/cooperation": 6, "/en/results/open-data": 2, "/en/updates.atom": 3,
    "/api/v1/results/periods.json": 2, "/api/v1/results/R05/2025.json": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def hub(settings):
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware


@pytest.fixture(scope="module")
def filled(standing):
    """Two years of twelve countries."""
    some = [each for each in DEFINITIONS if each.id in SOME]
    fill(MEMBERS, ["2024", "2025"], definitions=some, stated=frozenset({"US"}))
    PublishedFigure.objects.filter(indicator="R20").update(value=Decimal(97))


@pytest.fixture
def site(filled, db):
    return Client()


@pytest.fixture
def new_hub(db):
    """A hub that nothing was published on, whether or not the others of this module stand there."""
    PublishedFigure.objects.all().delete()
    PublishedReport.objects.all().delete()


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content)


def words(element):
    return " ".join(element.text_content().split())


def rows(table):
    return [[words(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tbody/tr")]


def test_every_page_answers_without_any_figure_and_looks_finished(new_hub):
    client = Client()
    for address in PAGES:
        if any(year in address for year in ("2024", "2025")):
            continue
        found = page(client, address)
        text = words(found.xpath("//main")[0])
        assert "None" not in text
        assert found.xpath("count(//h1)") == 1
    front = words(page(client, "/en/").xpath("//main")[0])
    assert "Countries that launched the Alliance48" in front.replace("Alliance 48", "Alliance48")
    assert "The first figures appear here when the first report is published" in front
    assert "not received" in words(page(client, "/en/results/countries/SE")).lower()


def test_every_page_has_one_first_heading_headings_in_order_and_no_script_or_style_of_its_own(
    site,
):
    for address in PAGES:
        found = page(site, address)
        levels = [
            int(each.tag[1])
            for each in found.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), address
        assert found.xpath("//*[@style] | //style | //script[not(@src)]") == [], address
        ids = found.xpath("//@id")
        assert len(ids) == len(set(ids)), address
        for table in found.xpath("//table"):
            assert table.xpath("./caption")[0].text_content().strip(), address
            assert table.xpath(".//th[not(@scope)]") == []
        for region in found.xpath("//*[@role='region']"):
            assert region.get("aria-label", "").strip()
        for drawing in found.xpath("//*[local-name()='svg']"):
            assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label"), address
        assert len(found.xpath("//title")[0].text_content().strip()) > 3


def test_countries_stand_in_the_order_of_their_names_and_nothing_sorts_them_otherwise(site):
    found = page(site, "/en/results/indicators/R05")
    for table in found.xpath("//table")[:2]:
        names = [row[0] for row in rows(table)]
        assert names == sorted(names, key=str.casefold)
        assert "Sweden" in names
    text = words(found)
    assert not re.search(r"\b(rank|best|worst|top|medal)", text, flags=re.IGNORECASE)


def test_raw_counts_of_countries_never_stand_side_by_side(site):
    found = page(site, "/en/results/indicators/R01")
    values = {
        str(int(value))
        for value in PublishedFigure.objects.filter(
            indicator="R01", basis="computed", breakdown=""
        ).values_list("value", flat=True)
    }
    cells = {re.sub(r"\D", "", words(cell)) for cell in found.xpath("//td")}
    assert not values & cells
    assert found.xpath("//*[local-name()='svg'][@role='img']") == []
    assert "Counts of different countries are not set side by side" in words(found)
    own = page(site, "/en/results/countries/SE")
    assert "R01" in words(own)


def test_a_share_is_compared_drawn_and_mapped_and_one_without_direction_has_no_map_and_no_colour(
    site,
):
    found = page(site, "/en/results/indicators/R05")
    assert found.xpath("//*[local-name()='svg'][@role='img']")
    assert found.xpath("//*[local-name()='rect'][contains(@class, 'havn-chart__bar')]")
    neutral = next(
        each for each in DEFINITIONS
        if each.direction.value == "none" and any(measure.kind.value == "share" for measure in each.measures)
    )  # fmt: skip
    fill(["BE", "AT"], ["2023"], definitions=[neutral])
    found = page(site, f"/en/results/indicators/{neutral.id}/2023")
    assert found.xpath("//*[local-name()='svg'][@role='img']") == []
    assert found.xpath("//*[local-name()='rect'][contains(@class, 'havn-chart__bar')]") == []
    assert "context only" in words(found)


def test_a_measures_own_direction_decides_on_map_colour_and_words(site):
    [help_offered] = [each for each in DEFINITIONS if each.id == "V06"]
    fill(["BE", "AT"], ["2023"], definitions=[help_offered])
    found = page(site, "/en/results/indicators/V06/2023")
    # Both measures are shares of both countries; `offered` has a direction, `accepted` has none.
    assert len(found.xpath("//*[local-name()='svg'][@role='img']")) == 1
    assert len(found.xpath("//*[local-name()='rect'][contains(@class, 'havn-chart__bar')]")) == 2
    assert "More is better. Of these, accepted: Neither more nor less is better" in words(found)


def test_what_is_missing_is_said_as_what_it_is(site):
    figures = PublishedFigure.objects.filter(
        indicator="R05", period="2025", measure="median_hours", breakdown=""
    )
    empty = {"value": None, "n_started": None, "n_done": None, "n_censored": None}
    figures.filter(member="SE").update(status="Q", **empty)
    figures.filter(member="DK").update(status="L", **empty)
    figures.filter(member="NO").update(status="M", **empty)
    figures.filter(member="FI").update(value=None, lower_bound=720)
    figures.exclude(member="DE").update(definition=2)
    table = page(site, "/en/results/indicators/R05").xpath("//table")[0]
    said = {row[0]: row[2] for row in rows(table)}
    assert said["Sweden"] == "hidden"
    assert said["Denmark"] == "not collected"
    assert said["Norway"] == "no data"
    assert said["Finland"] == "more than 720 hours"
    assert said["Germany"] == "not comparable"
    assert said["Belgium"] == "not received"


def test_the_page_of_a_period_says_which_report_is_late_and_which_came_late(site, monkeypatch):
    report = PublishedReport.objects.filter(member="SE", year="2025")
    report.update(received_at=datetime(2026, 4, 20, tzinfo=UTC))

    def said(day):
        monkeypatch.setattr(results, "now", lambda: datetime(2026, *day, tzinfo=UTC))
        found = page(site, "/en/results/periods/2025")
        rows = found.xpath("//table//tr[th[@scope='row']]")
        return {words(row[0]): words(row[1]) for row in rows}

    assert (
        said((4, 30))["Belgium"] == "not received"
    )  # the secretariat reminds; a month later the public hears
    late = said((5, 1))
    assert late["Belgium"] == "not received; late: it was due on 31 March 2026"
    assert late["Sweden"] == "computed; came late, on 20 April 2026"
    assert late["Denmark"] == "computed"
    # No correction makes a late report one that came in time, nor one in time a late one.
    report.update(is_current=False)
    PublishedReport.objects.filter(member="DK", year="2025").update(is_current=False)
    later = {"version": "1.1", "correction_kind": "text", "received_at": datetime(2026, 5, 20, tzinfo=UTC)}  # fmt: skip
    for member in ("SE", "DK"):
        report_row(member, "2025", **later).save()
    assert said((5, 21))["Sweden"] == "computed; came late, on 20 April 2026"
    assert said((5, 21))["Denmark"] == "computed"


def test_a_version_taken_back_before_its_day_came_in_time_all_the_same(site, monkeypatch):
    monkeypatch.setattr(results, "now", lambda: datetime(2026, 6, 1, tzinfo=UTC))
    taken_back = {"state": "withdrawn", "published_at": None, "is_current": False}
    PublishedReport.objects.filter(member__in=["SE", "DK", "NO"], year="2025").update(**taken_back)
    in_april = datetime(2026, 4, 20, tzinfo=UTC)
    PublishedReport.objects.filter(member="NO", year="2025").update(received_at=in_april)
    report_row(
        "FI", "2025", version="0.9", state="waiting", published_at=None, is_current=False
    ).save()
    PublishedReport.objects.filter(member="FI", version="1.0").update(received_at=in_april)
    later = {"version": "1.1", "correction_kind": "disclosure", "received_at": in_april}
    report_row("SE", "2025", **later).save()
    rows = page(site, "/en/results/periods/2025").xpath("//table//tr[th[@scope='row']]")
    said = {words(row[0]): words(row[1]) for row in rows}
    assert said["Sweden"] == "computed"  # with a later version, which is public
    assert said["Denmark"] == "not received"  # without: none is public, and none was late
    assert said["Norway"] == "not received; late: it was due on 31 March 2026"
    assert said["Finland"] == "computed; came late, on 20 April 2026"  # a head alone is no report


def test_a_report_that_was_taken_back_was_received_all_the_same(site, monkeypatch):
    monkeypatch.setattr(results, "now", lambda: datetime(2026, 5, 1, tzinfo=UTC))
    report = PublishedReport.objects.filter(member="SE", year="2025")
    report.update(
        state="withdrawn", is_current=False, withdrawn_at=datetime(2026, 4, 30, tzinfo=UTC)
    )
    rows = page(site, "/en/results/periods/2025").xpath("//table//tr[th[@scope='row']]")
    assert {words(row[0]): words(row[1]) for row in rows}["Sweden"] == "withdrawn"


def test_a_country_that_checks_too_rarely_is_not_set_beside_others(site):
    PublishedFigure.objects.filter(indicator="R20", member="SE", period="2025").update(
        value=Decimal(70)
    )
    table = page(site, "/en/results/indicators/R05").xpath("//table")[0]
    assert {row[0]: row[2] for row in rows(table)}["Sweden"] == "not comparable"


def test_a_median_of_the_alliance_is_given_from_ten_countries_on(site):
    assert "half of 11 countries" in words(page(site, "/en/results/indicators/R05"))
    assert "half of 11 countries" in words(page(site, "/en/"))
    PublishedFigure.objects.filter(member__in=["DK", "SE"]).delete()
    text = words(page(site, "/en/results/indicators/R05"))
    assert "from ten countries on; 9 have a value here" in text
    assert "half of" not in words(page(site, "/en/").xpath("//main")[0])


def test_stated_figures_stand_apart_with_their_source_and_are_marked(site):
    found = page(site, "/en/results/indicators/R05")
    computed, stated = found.xpath("//table")[0], found.xpath("//table")[-1]
    assert "United States" not in [row[0] for row in rows(computed)]
    assert {row[0] for row in rows(stated)} == {"United States"}
    assert {row[3] for row in rows(stated)} == {"a yearbook"}
    assert "Stated, not computed" in words(found)
    country = words(page(site, "/en/results/countries/US"))
    assert "Stated, not computed" in country
    assert "a yearbook" in country


def test_a_total_over_one_hidden_country_is_not_given_and_over_two_it_is_an_interval(site):
    figures = PublishedFigure.objects.filter(
        indicator="R01", period="2025", breakdown="", measure="received"
    )
    shown = figures.filter(basis="computed")
    total = sum(int(each.value) for each in shown)
    assert f"{total:,}" in words(page(site, "/en/results/indicators/R01"))
    first, second = shown.order_by("member")[:2]
    figures.filter(pk=first.pk).update(status="Q", value=None, low=1, high=4)
    text = words(page(site, "/en/results/indicators/R01"))
    assert "hidden (11 countries)" in text
    figures.filter(pk=second.pk).update(status="Q", value=None, low=0, high=4)
    rest = total - int(first.value) - int(second.value)
    assert f"{rest + 1:,} to {rest + 8:,}" in words(page(site, "/en/results/indicators/R01"))


def test_pitfalls_stand_beside_every_figure_and_each_table_says_how_to_cite_and_verify_it(site):
    for address, indicator in (
        ("/en/results/indicators/R05", "R05"), ("/en/results/countries/SE/R05", "R05"), ("/en/results/indicators/R01", "R01"),
        ("/en/results/cooperation", "P10"),
    ):  # fmt: skip
        definition = next(each for each in DEFINITIONS if each.id == indicator)
        text = words(page(site, address))
        assert " ".join(definition.pitfalls.split()) in text, address
        assert "Cite as:" in text
        assert re.search(r"As known on \d{4}-\d\d-\d\d, version ", text), address
    for address in ("/en/results/indicators/R05", "/en/results/countries/SE/R05"):
        answer = site.get(address).content
        assert b"results/verify" in answer or b"data/proofs" in answer


def test_the_launch_estimates_stand_as_context_with_source_and_caveat(site):
    for address in ("/en/", "/en/results/cooperation", "/en/results/targets/4"):
        text = words(page(site, address))
        assert "more than one million pictures" in text
        assert "4 December 2012" in text
        assert "Nobody counted them" in text


def test_cooperation_asks_its_three_questions_at_home_abroad_and_where_nobody_takes_part(site):
    found = page(site, "/en/results/cooperation")
    heads = [words(each) for each in found.xpath("//h2")]
    assert heads[:3] == [
        "Is material removed as fast abroad as at home?",
        "How often is there nobody in the other country who takes part?",
        "Are referrals to other countries taken up, and answered?",
    ]
    columns = [words(each) for each in found.xpath("(//table)[1]//thead//th")]
    assert columns[1].startswith("Hosted here:")
    assert columns[3].startswith("Hosted abroad:")


def test_a_breakdown_that_is_left_away_says_so_and_what_is_shown_instead(site):
    report = PublishedReport.objects.get(member="SE", year="2025")
    rows = PublishedFigure.objects.filter(report=report, indicator="R01", breakdown="channel")
    measures = set(rows.values_list("measure", flat=True))
    rows.delete()
    for measure in measures:
        figure_row(report, "R01", measure, breakdown="channel", code="_N", status="Q").save()
    found = page(site, "/en/results/countries/SE/R01")
    sentence = (
        "Channel: not shown for 2025, because small numbers could be worked out from it. "
        "The figures for all together are given instead."
    )
    assert [words(each) for each in found.xpath("//p")].count(sentence) == len(measures)
    (cell, *_) = found.xpath("//td[@data-figure='SE/R01/2025/received/channel/_N']")
    assert words(cell) == "not shown"
    assert "_N" not in words(found)
    assert "the whole breakdown is left away" in words(found).lower()
    rows.filter(period="2024").delete()
    PublishedFigure.objects.filter(member="SE", indicator="R01", period="2024").exclude(
        breakdown=""
    ).delete()
    found = page(site, "/en/results/countries/SE/R01")  # no code is left: the sentence alone
    assert [words(each) for each in found.xpath("//p")].count(sentence) == len(measures)
    assert len(found.xpath("//table")) == 1


def test_cooperation_says_that_a_country_does_not_show_where_it_was_hosted(site):
    report = PublishedReport.objects.get(member="SE", year="2025")
    PublishedFigure.objects.filter(report=report, indicator="R05", breakdown="hosting").delete()
    for measure in ("median_hours", "p90_hours"):
        figure_row(report, "R05", measure, breakdown="hosting", code="_N", status="Q").save()
    found = page(site, "/en/results/cooperation")
    (row,) = found.xpath("(//table)[1]//tr[th='Sweden']")
    assert {words(each) for each in row.xpath(".//td")} == {"not shown"}


def test_a_correction_stands_beside_what_it_corrects_and_nothing_is_overwritten(site):
    old = PublishedReport.objects.get(member="SE", year="2025")
    PublishedReport.objects.filter(pk=old.pk).update(is_current=False)
    PublishedFigure.objects.filter(report=old).update(is_current=False)
    new = report_row(
        "SE", "2025", version="1.1", correction_kind="error_in_facts", supersedes=old.pk
    )
    new.save()
    figure_row(
        new, "R05", "median_hours", value=Decimal(12), n_started=40, n_done=40, n_censored=0
    ).save()
    found = page(site, "/en/results/countries/SE")
    versions = [row[:2] for row in rows(found.xpath("//table")[-1])]
    assert ["2025", "1.1 (current)"] in versions
    assert ["2025", "1.0"] in versions
    assert "Error in facts" in words(found)
    assert "Error in facts" in words(page(site, "/en/results/periods/2025"))


def test_a_version_whose_predecessor_was_refused_says_so(site):  # H8
    sentence = "The version before it was refused when it came, and is not shown."
    addresses = ("/en/results/countries/SE", "/en/results/periods/2025")
    assert not any(sentence in words(page(site, each)) for each in addresses)
    PublishedReport.objects.filter(member="SE", year="2025").update(
        version="1.1", correction_kind="error_in_method", supersedes=uuid4(), follows_refused=True
    )
    assert all(sentence in words(page(site, each)) for each in addresses)


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_as_often_for_many_countries_as_for_few(new_hub, address):
    client = Client()
    some = [each for each in DEFINITIONS if each.id in SOME]
    counts = []
    for members, years in ((["SE"], ["2025"]), (MEMBERS[:1] + MEMBERS[2:6], ["2023", "2024"])):
        fill(members, years, definitions=some)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))
    assert counts == [QUERIES[address]] * 2, [each["sql"][:120] for each in seen]
