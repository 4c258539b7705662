# SPDX-License-Identifier: Apache-2.0
"""Law on the Alliance's site: every answer with its source and who looked at it, counts of gaps, and no pair anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from lxml import html

from havn.config import grants
from havn.config.audiences import AUDIENCES
from havn.domain.actor import Actor
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.models import PairGap
from havn.domain.publication.models import PublishedReport, ReportPart
from havn.domain.workflow.tasks import hub
from havn.domain.workflow.tasks.hub import laws
from havn.lib.encoding import uuid4
from tests.architecture import source
from tests.support.hub import HubAlliance, stated_report
from tests.support.law_world import answer, compute_gaps, versioned

pytestmark = pytest.mark.django_db
SITE = "/en/law"
SYSTEM = Actor.system()


class HubOfLaw(HubAlliance):
    """A hub that hears what Denmark's and Sweden's nodes say of laws; Finland has no node."""

    def hear_answer(self, country, given, *, sender=None):
        made = rules.AssessmentBody(uuid4(), country, replace(given, assessed_on=self.at.date()))
        services.take_assessment(
            body=versioned(rules.assessment_body(made)),
            sender=sender or self.node_of(country),
            actor=self.system,
            at=self.at,
        )
        return made.id

    def hear_review(self, country, answer_id, *, about):
        made = rules.ReviewBody(
            uuid4(), answer_id, about, country, rules.Verdict.AGREES, "", self.at.date()
        )
        body = versioned(rules.review_body(made))
        services.take_review(
            body=body, sender=self.node_of(country), actor=self.system, at=self.at
        )

    def count(self):
        compute_gaps(figures=rules.OwnFigures(), actor=self.system, at=self.at, keeps_pairs=False)


@pytest.fixture
def site():
    with override_settings(
        ROOT_URLCONF="havn.config.urls.hub", MIDDLEWARE=AUDIENCES["alliance"].middleware
    ):
        yield HubOfLaw()


def text_of(path):
    found = Client().get(path)
    assert found.status_code == 200, path
    assert not found.cookies
    return " ".join(" ".join(html.fromstring(found.content).find(".//main").itertext()).split())


def addresses(names):
    yield from (f"{language}/law" for language in ("/en", "/da"))
    yield from (f"{SITE}/countries/{code}" for code in names)
    yield from (f"{SITE}/questions/{key}" for key in rules.CRITERIA)


def test_with_no_answer_at_all_every_page_looks_finished(site):
    assert "No gap was counted yet" in text_of(SITE)
    assert "0 of 36 questions are answered" in text_of(f"{SITE}/countries/DK")
    assert "not known" in text_of(f"{SITE}/questions/L04")
    for path in addresses(["DK", "SE", "FI", "VN"]):
        assert text_of(path)


def test_a_country_shows_value_law_article_day_source_and_who_looked(site):
    denmark = site.hear_answer("DK", answer("L02", "yes", article="§ 226"))
    site.hear_review("SE", denmark, about="DK")
    site.hear_answer("DK", answer("L05", "partly", note="One canton.", is_weakest_part=True))
    found = text_of(f"{SITE}/countries/DK")
    for part in (
        "18 years", "Penal Code, § 226", "in force from 1 January 2014", "law.example",
        "Only some of the offences.", "Weakest part of the country: One canton.",
        "nobody else yet", "Not bound by Directive 2011/93/EU (its recital 52).",
        "Not bound by Directive 2011/36/EU (its recital 36).",
    ):  # fmt: skip
        assert part in found, part
    assert "Not bound" not in text_of(f"{SITE}/countries/SE")


def test_a_question_is_shown_over_all_countries_by_name_without_colour(site):
    site.hear_answer("SE", answer("L24", "no"))
    page = html.fromstring(Client().get(f"{SITE}/questions/L24").content)
    names = [each.text_content().strip() for each in page.xpath("//tbody/tr/th")]
    assert names == sorted(names, key=str.casefold)
    assert {"Denmark", "Finland", "Sweden", "Vietnam"} < set(names)
    assert len(names) == 55
    table = page.find(".//table")
    assert not table.xpath(".//*[contains(@class, 'govuk-tag')]")
    assert not table.xpath(".//a[contains(@href, 'sort')]")


def test_a_dispute_is_shown_with_both_texts(site):
    denmark = site.hear_answer("DK", answer("L04", "yes"))
    made_id = uuid4()
    for made, sender in (
        (rules.DisputeBody(made_id, rules.Step.FILED, made_id, denmark, "DK", "SE", "Changed since.", "https://a.example/", site.at.date()), "SE"),
        (rules.DisputeBody(uuid4(), rules.Step.ANSWERED, made_id, denmark, "DK", "DK", "It holds.", "", site.at.date()), "DK"),
    ):  # fmt: skip
        services.take_dispute(
            body=versioned(rules.dispute_body(made)),
            sender=site.node_of(sender),
            actor=site.system,
            at=site.at,
        )
    found = text_of(f"{SITE}/countries/DK")
    assert "Changed since." in found
    assert "It holds." in found


def test_citations_that_nobody_checked_say_so(site):
    found = text_of(f"{SITE}/questions/L22")
    unchecked = sum(not each.is_checked for each in rules.CRITERIA["L22"].citations)
    assert found.count("not checked against the text") == unchecked == 3
    assert "not checked" not in text_of(f"{SITE}/questions/L13")


@pytest.mark.parametrize(
    "path",
    [
        "countries/XX",
        "countries/dk",
        "countries/Denmark",
        "questions/L99",
        "questions/L25",
        "questions/H02",
    ],
)
def test_what_is_not_there_is_not_found(site, path):
    assert Client().get(f"{SITE}/{path}").status_code == 404


def test_each_gap_is_counted_and_nothing_more_is_said_of_it(site):
    site.hear_answer("SE", answer("L04", "yes"))
    site.hear_answer("DK", answer("L04", "no"))
    site.count()
    page = html.fromstring(Client().get(SITE).content)
    rows = {
        each.find("th").text_content()[:3]: [cell.text_content() for cell in each.findall("td")]
        for each in page.xpath("//tbody/tr")
    }
    assert list(rows) == list(rules.RULES)
    assert rows["H02"] == ["1", "0", "3", "2"]
    assert {len(cells) for cells in rows.values()} == {4}


def test_the_hub_reads_what_nodes_say_of_laws_and_counts_by_itself():
    assert {"law.assessed", "law.reviewed", "law.disputed"} < set(hub.READINGS)
    assert "law_gaps" in hub.BACKGROUND_WORK


def test_a_page_takes_as_many_queries_with_many_answers_as_with_one(site):
    site.hear_answer("DK", answer("L04", "yes"))
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            text_of(f"{SITE}/questions/L04")
        counted.append(len(queries))
        site.hear_answer("SE", answer("L04", "yes"))
        site.hear_answer("SE", answer("L05", "yes"))
    assert counted[0] == counted[1] <= 12


# --- members without a node


def stated(site, criteria, *, report=None):
    """Let Finland, which has no node, publish a report that says something of its law."""
    made = stated_report()
    report = PublishedReport.objects.create(
        id=report or made.id,
        member="FI",
        year=made.head.year,
        version=made.head.version,
        basis="stated",
        state="published",
        head=made.token,
        head_digest="0" * 64,
        as_of=site.at,
        received_at=site.at,
        published_at=site.at,
        is_current=True,
    )
    content = {"v": 1, "criteria": criteria, "gaps": []}
    ReportPart.objects.create(
        id=uuid4(), report=report, name="law", sha256="0" * 64, content=json.dumps(content)
    )


CRITERION = {
    "criterion": "L04", "value": "partly", "number": None,
    "citations": [{"act": "Criminal Code", "article": "17:19"}], "in_force_from": "2011-06-01",
    "in_force_to": None, "assessed_on": "2026-01-15", "reviewed_on": None, "is_disputed": False,
}  # fmt: skip


def test_what_a_published_report_states_of_a_law_is_shown_as_stated(site):
    stated(
        site, [CRITERION, CRITERION | {"criterion": "L16", "number": "unlimited", "value": "yes"}]
    )
    assert laws.take_stated(actor=site.system, at=site.at) == 2
    assert laws.take_stated(actor=site.system, at=site.at) == 0
    found = text_of(f"{SITE}/countries/FI")
    assert "Criminal Code, 17:19" in found
    assert "without limit" in found
    assert "stated in the national report" in found


def test_what_cannot_stand_as_an_answer_is_left_out_and_the_rest_is_kept(site):
    odd = [
        CRITERION | {"criterion": "L99"}, CRITERION | {"criterion": "L05", "in_force_from": None},
        CRITERION | {"criterion": "L06", "citations": []}, CRITERION | {"criterion": "L07", "number": 3},
        CRITERION,
    ]  # fmt: skip
    stated(site, odd)
    assert laws.take_stated(actor=site.system, at=site.at) == 1


def test_a_report_that_is_not_published_states_nothing(site):
    stated(site, [CRITERION])
    PublishedReport.objects.update(state="accepted", is_current=False)
    assert laws.take_stated(actor=site.system, at=site.at) == 0


# --- no pair, anywhere (J13)


def test_the_public_pages_are_the_same_whatever_the_table_of_pairs_holds(site):
    """A hub has no such rows; were there any, no page would show one."""
    site.hear_answer("SE", answer("L04", "yes"))
    site.hear_answer("DK", answer("L04", "no"))
    site.count()
    names = selectors.alliance_members(actor=SYSTEM)
    assert not PairGap.objects.exists()
    paths = [*addresses(names), "/en/", "/en/participants"]
    before = {path: Client().get(path).content for path in paths}
    PairGap.objects.create(rule="H02", first="DK", second="SE", result="open")
    assert {path: Client().get(path).content for path in paths} == before


def test_no_public_page_names_a_gap_beside_a_country(site):
    site.hear_answer("SE", answer("L04", "yes"))
    site.hear_answer("DK", answer("L04", "no"))
    site.count()
    names = selectors.alliance_members(actor=SYSTEM)
    rule = re.compile(r"\bH(?:0[1-9]|1[0-6])\b")
    for path in addresses(names):
        page = html.fromstring(Client().get(path).content).find(".//main")
        for block in page.xpath(".//tr | .//li | .//p | .//dd | .//dt"):
            text = block.text_content()
            if rule.search(text):
                assert path.endswith("/law"), path
                assert not any(name in text for name in names.values()), text
                assert not any(f" {code}" in text for code in names), text


# Who may touch pairs: the app itself, the rapporteur's pages, and the step from a gap to a promise.
PAIRS = re.compile(
    r"\b(?:PairGap|pair_gaps?|pairgap|GapView|TripleView|rules\.Pairs|selectors\.triple)\b"
)
ALLOWED = (
    "src/havn/domain/legislation/",
    "src/havn/domain/workflow/services/law.py",
    "src/havn/web/desk/government/law_gaps.py",
    "src/havn/config/grants.py",
)


def test_no_other_code_touches_pairs():
    files = source.python_files("src/")
    touching = [each.path for each in files if PAIRS.search(each.text)]
    assert touching
    assert [path for path in touching if not path.startswith(ALLOWED)] == []
    public = ("src/havn/web/alliance_site/", "src/havn/web/public_site/", "src/havn/web/node_api/")
    reaching = [
        each.path for each in files if each.path.startswith(public) and "law_gaps" in each.text
    ]
    assert reaching == []


def test_no_process_with_a_public_page_may_read_pairs():
    for role, tables in grants.GRANTS.items():
        may = "legislation_pairgap" in tables
        assert may == (role in {"havn_desk", "havn_worker", "havn_all"}), role
    assert not any("legislation_pairgap" in tables for tables in grants.HUB_GRANTS.values())


def test_no_event_tells_of_a_pair():
    bodies = [rules.assessment_body, rules.review_body, rules.dispute_body]
    assert not any("gap" in each.__name__ for each in bodies)
    from havn.domain.ledger.rules import EventKind

    assert not any("gap" in kind or "pair" in kind for kind in EventKind)
