# SPDX-License-Identifier: Apache-2.0
"""Pages that tell, results, answers to notices, and the way out: in every language, without a cookie."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.indicators import rules as indicators
from havn.domain.reporting.models import FigureRelease, FrozenFigure
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.web.public_site import state
from havn.web.public_site.forms import SEEN
from tests.support.own_node import register_own_node

pytestmark = [pytest.mark.urls("havn.config.urls.public"), pytest.mark.django_db]
AT = datetime(2026, 10, 3, tzinfo=UTC)


@pytest.fixture
def visitor():
    with override_settings(MIDDLEWARE=AUDIENCES["public"].middleware):
        yield Client()


@pytest.fixture
def organisation():
    return register_own_node(at=AT, organisation_name="Hotline Example")


@pytest.fixture
def quarter(organisation):
    definition = indicators.definition_of("R01")
    measure, breakdown = definition.measures[0], definition.breakdowns[0]
    codes = list(breakdown.codes)
    release = FigureRelease.objects.create(
        id=uuid4(), organisation=organisation, kind="quarter", as_of=AT, made_at=AT, public_at=AT
    )
    common = {
        "organisation": organisation,
        "release": release,
        "indicator": "R01",
        "definition_version": 1,
        "period": "2026-Q3",
    }
    common |= {"measure": measure.name, "as_of": AT}
    FrozenFigure.objects.create(id=uuid4(), value=30, **common)
    FrozenFigure.objects.create(
        id=uuid4(), breakdown=breakdown.name, code=codes[0], value=28, **common
    )
    FrozenFigure.objects.create(
        id=uuid4(), breakdown=breakdown.name, code=codes[1], obs_status="Q", **common
    )
    return "2026-Q3"


TELLING = [
    "",
    "help",
    "privacy",
    "accessibility",
    "results",
    "results/2026-Q3",
    "status",
    "report",
]


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("page", TELLING)
def test_every_page_stands_in_its_language_with_the_way_out_first(
    visitor, quarter, language, page
):
    answer = visitor.get(f"/{language}/{page}")
    tree = html.fromstring(answer.content.decode())
    assert answer.status_code == 200
    assert tree.get("lang") == language
    assert tree.xpath("//a/@href")[:2] == [f"/{language}/leave", "#main"]
    assert len(tree.xpath("//h1")) == 1
    assert visitor.cookies == {}
    assert tree.xpath("//@style") == []
    assert tree.xpath("//script[not(@src)]") == []
    assert not [
        each for each in tree.xpath("//@src | //link/@href") if not each.startswith("/static/")
    ]


@pytest.mark.parametrize(("days", "words"), [(30, "for 30 days"), (1, "for 1 day.")])
def test_how_long_something_is_kept_follows_from_the_policy(visitor, organisation, days, words):
    policy = replace(settings.HAVN_POLICY, receipt_open_for=timedelta(days=days))
    with override_settings(HAVN_POLICY=policy):
        told = visitor.get("/en/privacy").text
    assert "How long we keep it" in told
    assert words in told


def dialled(answer):
    """Return which numbers stand on a page, and what pressing them dials."""
    links = html.fromstring(answer.content.decode()).xpath("//main//a[starts-with(@href, 'tel:')]")
    return {link.text: link.get("href") for link in links}


def test_the_numbers_are_those_of_the_node(visitor):
    at = clock.now()
    on_the_way = state.new_state(
        at=at, answers={"kind": "not_web", "app": "a game", "seen": "other", "where": ""}
    )
    form = {"state": state.seal_state(on_the_way, at=at), "page": "check", "move": "next"}
    with override_settings(
        HAVN_EMERGENCY_NUMBER="999", HAVN_HELPLINE="0800 1111", HAVN_HELPLINE_NAME="Childline"
    ):
        told = visitor.get("/en/help")
        asked = visitor.post("/en/report", form)
    assert dialled(told) == {"999": "tel:999", "0800 1111": "tel:08001111"}
    assert "call Childline, <a" in told.text
    assert "It is free" not in told.text
    assert dialled(asked) == {"999": "tel:999"}
    assert dialled(visitor.get("/en/help")) == {"112": "tel:112", "116 111": "tel:116111"}
    assert "It is free" in visitor.get("/en/help").text


def test_the_words_fit_a_child_who_is_afraid_today(visitor, organisation):
    assert "fingerprint" not in visitor.get("/en/privacy").text
    assert "I am under 18, or was then" in str(SEEN["me"])


def test_the_first_page_is_the_choice_of_language(visitor):
    tree = html.fromstring(visitor.get("/").content.decode())
    assert tree.xpath("//main//a/@href") == ["/en/", "/da/"]


def test_leaving_forgets_the_site_and_goes_to_a_neutral_one(visitor):
    answer = visitor.get("/en/leave")
    assert (answer.status_code, answer["Location"]) == (303, "https://www.wikipedia.org/")
    assert "storage" in answer["Clear-Site-Data"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_quarter_shows_the_table_first_and_hides_small_numbers(visitor, quarter):
    text = visitor.get(f"/en/results/{quarter}").text
    tree = html.fromstring(text)
    assert [each.text_content() for each in tree.xpath("(//table)[2]//td[1]")] == [
        "28 reports",
        "–",
    ]
    assert text.index("<table") < text.index("<figure")
    assert tree.xpath("//figure//rect/@width") == ["100%", "8%"]


def test_a_breakdown_that_is_left_away_says_so_and_what_is_shown_instead(visitor, quarter):
    rows = FrozenFigure.objects.filter(breakdown="channel")
    rows.exclude(pk=rows.first().pk).delete()
    rows.update(code="", value=None, obs_status="Q")
    tree = html.fromstring(visitor.get(f"/en/results/{quarter}").text)
    assert "Reports received: Channel" in tree.xpath("//h3/text()")
    said = [each.text_content() for each in tree.xpath("//h3/following-sibling::p")]
    assert (
        "Not shown, because small numbers could be worked out from it. The figures for all together are given instead."
        in said
    )
    assert len(tree.xpath("//table")) == 1


def test_a_day_is_written_as_the_language_does(visitor, quarter):
    assert "3 October 2026" in visitor.get(f"/en/results/{quarter}").text
    assert "3. oktober 2026" in visitor.get(f"/da/results/{quarter}").text


def test_on_how_many_a_figure_rests_is_told_only_where_it_rests_on_some(visitor, quarter):
    release = FigureRelease.objects.get()
    FrozenFigure.objects.create(
        id=uuid4(),
        organisation=release.organisation,
        release=release,
        indicator="R06",
        definition_version=1,
        period=quarter,
        measure="within_24h",
        value=40,
        denominator=20,
        numerator=8,
        as_of=AT,
    )
    tree = html.fromstring(visitor.get(f"/en/results/{quarter}").text)
    heads = [
        [head.text_content() for head in table.xpath(".//thead//th")]
        for table in tree.xpath("//table")
    ]
    assert heads == [["What", "Figure"], ["What", "Figure"], ["What", "Figure", "Based on"]]
    assert tree.xpath("(//table)[3]//td/text()") == ["40 per cent", "20"]


def test_no_title_names_what_the_site_is_for(visitor, quarter):
    titles = [
        html.fromstring(visitor.get(f"/{language}/{page}").text).xpath("//title/text()")[0]
        for language in ("en", "da")
        for page in TELLING
    ]
    telling = [
        each for each in titles if re.search("abuse|child|sex|misbrug|børn", each, re.IGNORECASE)
    ]
    assert telling == []


def test_the_figures_come_as_a_file(visitor, quarter):
    answer = visitor.get(f"/en/results/{quarter}.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.text.startswith("indicator,ref_area,")


@pytest.mark.parametrize("period", ["2026-Q4", "2026-Q9", "x", "%00"])
def test_a_quarter_that_is_not_closed_is_not_found(visitor, quarter, period):
    assert visitor.get(f"/en/results/{period}").status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 200, "..", "%00"])
def test_a_wrong_answer_link_is_not_found(visitor, organisation, token):
    assert visitor.get(f"/en/answer/{token}").content == visitor.get("/en/nowhere").content
