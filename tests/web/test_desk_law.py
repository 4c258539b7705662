# SPDX-License-Identifier: Apache-2.0
"""Law at the government's desk: who may open what, what a rapporteur does there, and what is wrong gets a sentence."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from havn.domain.commitments import selectors as commitments
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer, CriterionReview
from havn.domain.legislation.services import begin_gaps
from havn.lib.encoding import uuid4
from tests.support.law_world import LawWorld, answer
from tests.support.other_nodes import join
from tests.support.own_node import register_own_node
from tests.web.access_table import LAW, METHODS, ROLES, address_of, urls
from tests.web.desk_world import World
from tests.web.test_access_table import answer_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
DESK = "/desk/en/government/law/"
FILLED = {
    "value": "yes",
    "law": "Penal Code",
    "article": "§ 235",
    "source_url": "https://law.example/235",
    "in_force_from": "2014-01-01",
}


@pytest.fixture(scope="module")
def made(standing):
    """The desk of Denmark, and the law of Denmark, Sweden, Norway and Finland, whose rapporteur is a person of the desk."""
    world = World(register_own_node(), host="own-host.example")
    found = LawWorld(
        world.organisation, {code: join(code, name=code) for code in ("SE", "NO", "FI")}, world.at
    )
    found.rapporteur = world.people["rapporteur"]
    return world, found


@pytest.fixture
def world(made, db):
    return deepcopy(made[0])


@pytest.fixture
def law(made, db):
    return deepcopy(made[1])


@pytest.fixture
def client(world):
    return world.client("rapporteur")


def text_of(response):
    parts = html.fromstring(response.content).find(".//main").itertext()
    return " ".join(" ".join(parts).split())


def law_urls():
    return [
        (route, each) for route, each in urls() if "/government/law/" in route and each.name in LAW
    ]


def identifiers(law):
    theirs = law.hear_answer("SE")
    own = law.assess()
    return {
        "key": "L04",
        "answer_id": str(theirs),
        "dispute_id": str(law.hear_dispute("NO", own, about="DK")),
    }


# --- who comes in


def test_every_url_of_the_table_is_there():
    assert {each.name for _, each in law_urls()} == set(LAW)


def test_nobody_comes_in_without_signing_in(world):
    for route, pattern in law_urls():
        found = Client().get(address_of(route, pattern, {}))
        assert (found.status_code, "/sign-in/" in found["Location"]) == (302, True), route


def test_every_role_opens_exactly_its_pages(world, law):
    names = identifiers(law)
    for role in ROLES:
        client = world.client(role)
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        for route, pattern in law_urls():
            methods, roles = LAW[pattern.name]
            address = address_of(route, pattern, names)
            found = client.get(address)
            if role not in roles:
                assert answer_of(found) == nothing, (role, address)
                posted = client.post(address)
                assert posted.status_code == 404, (role, address)
            else:
                assert found.status_code == (200 if "GET" in methods else 405), (role, address)


def test_other_methods_are_refused(client, law):
    names = identifiers(law)
    for route, pattern in law_urls():
        for method in set(METHODS) - set(LAW[pattern.name][0]):
            found = client.generic(method, address_of(route, pattern, names))
            assert found.status_code == 405, (method, route)


def test_what_is_not_there_is_not_found(client, law):
    for path in (
        "criterion/L99/", "criterion/L25/", f"answer/{uuid4()}/", f"answer/{uuid4()}/review/",
        f"dispute/{uuid4()}/reply/",
    ):  # fmt: skip
        assert client.get(DESK + path).status_code == 404, path


# --- the own law


def test_the_list_says_what_is_answered_and_what_is_not_known(client, law):
    law.assess(answer("L02", "yes"))
    found = text_of(client.get(DESK))
    assert "1 of 36 criteria have an answer" in found
    assert "18 years" in found
    assert "not known" in found
    assert "Protection of victims" in found


def test_a_rapporteur_gives_an_answer_and_sees_it(client, law):
    found = client.post(DESK + "criterion/L04/assess/", FILLED, follow=True)
    assert "The Alliance is told" in text_of(found)
    assert "Penal Code, § 235" in text_of(found)
    row = CriterionAnswer.objects.get()
    assert (row.criterion, row.value, row.member) == ("L04", "yes", "DK")


@pytest.mark.parametrize(
    ("key", "changes", "sentence"),
    [
        ("L04", {"value": ""}, "Choose an answer."),
        ("L04", {"article": ""}, "Name the article too"),
        ("L04", {"source_url": ""}, "Give the address where the law can be read"),
        ("L04", {"source_url": "a book"}, "The source is no address"),
        ("L04", {"value": "partly"}, "Say why it is only partly so"),
        ("L04", {"in_force_from": "1.1.2014"}, "Write the day as year, month and day"),
        ("L04", {"in_force_from": ""}, "Write the day as year, month and day"),
        ("L04", {"in_force_to": "2013-01-01"}, "The last day is before the first"),
        ("L04", {"note": "data:image/png;base64,AAAA"}, "encoded file"),
        ("L04", {"note": "x" * 1001}, "The text is too long"),
        ("L04", {"note": "x" * 5000}, "at most 4000"),
        ("L04", {"is_weakest_part": "on"}, "Say in the note which part"),
        ("L04", {"supersedes": str(uuid4())}, "not one of the available choices"),
        ("L02", {"number": "eighteen"}, "Write a whole number in digits"),
        ("L02", {"number": "3"}, "too small or too large"),
        ("L02", {"number": "17"}, "With this number the answer is not yes"),
        ("L02", {"number": ""}, "This answer needs its number"),
        ("L16", {"number": "40", "is_unlimited": "on"}, "Either a number or without limit"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_nothing_that_was_typed_is_lost(
    client, law, key, changes, sentence
):
    found = client.post(DESK + f"criterion/{key}/assess/", FILLED | changes)
    assert found.status_code == 422
    assert sentence in text_of(found)
    assert FILLED["law"] in found.content.decode()
    assert not CriterionAnswer.objects.exists()


def test_every_criterion_has_its_form(client, law):
    for key in rules.CRITERIA:
        found = client.get(DESK + f"criterion/{key}/assess/")
        assert found.status_code == 200
        has_number = b'name="number"' in found.content
        assert has_number == (rules.CRITERIA[key].number is not None)


def test_the_history_shows_both_times_and_what_was_corrected(client, law):
    first = law.assess()
    correction = FILLED | {"in_force_from": "2015-01-01", "supersedes": str(first)}
    client.post(DESK + "criterion/L04/assess/", correction)
    found = text_of(client.get(DESK + "criterion/L04/"))
    assert "corrected since" in found
    assert "1 January 2014" in found
    assert "1 January 2015" in found


def test_citations_that_nobody_checked_say_so_and_denmark_is_not_bound(client, law):
    found = text_of(client.get(DESK + "criterion/L05/"))
    assert "Lanzarote Convention: 20(1)(f)" in found
    assert "not checked against the text" in found
    assert "this country is not bound by it (recital 52)" in found


# --- others' answers


def test_an_answer_of_another_country_is_reviewed(client, law):
    theirs = law.hear_answer("SE")
    assert "Sweden · L04" in text_of(client.get(DESK + "reviews/"))
    found = client.post(DESK + f"answer/{theirs}/review/", {"verdict": "agrees"}, follow=True)
    assert "The other country is told" in text_of(found)
    assert CriterionReview.objects.get().by == "DK"
    assert "No answer waits" in text_of(client.get(DESK + "reviews/"))


def test_who_differs_without_a_word_and_who_reviews_itself_is_refused(client, law):
    theirs, own = law.hear_answer("SE"), law.assess()
    found = client.post(DESK + f"answer/{theirs}/review/", {"verdict": "differs"})
    assert (found.status_code, "Write a sentence" in text_of(found)) == (422, True)
    found = client.post(DESK + f"answer/{own}/review/", {"verdict": "agrees"})
    assert "another country has to review it" in text_of(found)
    assert not CriterionReview.objects.exists()


def test_an_answer_is_disputed_with_a_source(client, law):
    theirs = law.hear_answer("SE")
    address = DESK + f"answer/{theirs}/dispute/"
    found = client.post(address, {"text": "It was changed."})
    assert "Give the address where the law can be read" in text_of(found)
    given = {"text": "It was changed.", "source_url": "https://law.example/2024"}
    found = client.post(address, given, follow=True)
    assert "Disputed by" in text_of(found)


def test_a_dispute_of_ours_waits_and_is_answered(client, law):
    dispute = law.hear_dispute("NO", law.assess(), about="DK")
    assert "waits for our reply" in text_of(client.get(DESK + "disputes/"))
    found = client.post(
        DESK + f"dispute/{dispute}/reply/", {"text": "It still holds."}, follow=True
    )
    assert "It still holds." in text_of(found)
    assert "The court of appeal read it otherwise." in text_of(found)
    assert "waits for our reply" not in text_of(found)


def test_a_dispute_that_is_not_ours_to_answer_is_not_there(client, law):
    dispute = law.hear_dispute("NO", law.hear_answer("SE"), about="SE")
    assert client.get(DESK + f"dispute/{dispute}/reply/").status_code == 404


# --- gaps


def with_gap(law):
    law.hear_answer("SE", answer("L04", "yes"))
    law.assess(answer("L04", "no"))
    law.compute()


def test_while_the_gaps_are_computed_the_page_says_so_and_what_is_not_known_at_all(client, law):
    with_gap(law)
    sentence = "the gaps are being computed rule by rule"
    before = text_of(client.get(DESK + "gaps/"))
    assert sentence not in before
    assert "Of countries without a node nothing is known here" in before
    law.later(hours=1)
    law.assess(answer("L05", "no"))
    begin_gaps(figures=rules.OwnFigures("DK"), actor=law.system, at=law.at)
    assert sentence in text_of(client.get(DESK + "gaps/"))
    law.compute()
    assert sentence not in text_of(client.get(DESK + "gaps/"))


def test_pairs_are_shown_by_filter_with_what_decides_them(client, law):
    with_gap(law)
    found = text_of(client.get(DESK + "gaps/?rule=H02&country=SE&result=open"))
    assert "H02 Possession gap" in found
    assert "Sweden: L04 yes, Penal Code, § 235" in found
    assert "Denmark: L04 no" in found
    assert "No pair of countries" in text_of(client.get(DESK + "gaps/?result=narrow"))


def test_a_filter_that_makes_no_sense_shows_everything_and_says_what_is_wrong(client, law):
    with_gap(law)
    found = client.get(DESK + "gaps/?rule=H99&after=x%00")
    assert found.status_code == 200
    assert "not one of the available choices" in text_of(found)
    assert len(html.fromstring(found.content).findall(".//tbody/tr")) == 50


def test_pages_follow_one_another_to_the_end(client, law):
    with_gap(law)
    address, rows = DESK + "gaps/", 0
    while address:
        page = html.fromstring(client.get(address).content)
        rows += len(page.findall(".//tbody/tr"))
        following = page.xpath("//a[@rel='next']/@href")
        address = DESK + "gaps/" + following[0] if following else ""
    assert rows == 192


def test_a_page_of_pairs_takes_a_pinned_number_of_queries(client, law):
    with_gap(law)
    client.get(DESK + "gaps/")
    with CaptureQueriesContext(connection) as queries:
        client.get(DESK + "gaps/")
    assert len(queries) <= 22


def test_three_countries_are_asked_for_by_name(client, law):
    law.hear_answer("NO", answer("L04", "yes"))
    law.assess(answer("L04", "no"))
    law.compute()
    found = text_of(client.get(DESK + "gaps/three/?a=DK&v=SE&c=NO&b=FI"))
    assert "H02 Possession gap open" in found
    for query, sentence in (
        ("a=DK&v=DK&c=NO&b=FI", "three different countries"),
        ("a=DK&v=SE&c=NO&b=DK", "another country than A"),
        ("a=DK&v=SE&c=&b=FI", "Choose a country"),
        ("a=DK&v=SE&c=XX&b=FI", "not one of the available choices"),
    ):
        found = client.get(DESK + f"gaps/three/?{query}")
        assert (found.status_code, sentence in text_of(found)) == (422, True), query


def test_a_gap_becomes_the_draft_of_a_promise_that_names_no_other_country(client, law):
    with_gap(law)
    given = {"rule": "H02", "first": "DK", "second": "SE"}
    found = client.post(DESK + "gaps/promise/", given, follow=True)
    assert "A draft was proposed" in text_of(found)
    [draft] = commitments.own_commitments(actor=law.rapporteur, at=law.at)
    assert draft.terms.title["en"] == "Change the law: L04"
    assert draft.terms.due == date(law.at.year + 1, 12, 31)
    assert "SE" not in repr(draft.terms)
    assert "H02" not in repr(draft.terms)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rule": "H02", "first": "SE", "second": "DK"}, "no gap any more"),
        ({"rule": "H15", "first": "SE", "second": "DK"}, "the other one does"),
    ],
)
def test_a_gap_that_is_none_or_not_ours_is_no_promise(client, law, given, sentence):
    law.hear_answer("SE", answer("L14", "no"))
    with_gap(law)
    found = client.post(DESK + "gaps/promise/", given, follow=True)
    assert sentence in text_of(found)
    assert not commitments.own_commitments(actor=law.rapporteur, at=law.at)


def test_the_first_page_of_the_desk_says_what_waits(client, law):
    law.hear_answer("SE")
    found = text_of(client.get("/desk/en/"))
    assert "answers about laws of other countries to review" in found


def test_a_pair_that_is_not_there_is_not_found(client, law):
    with_gap(law)
    for given in ({}, {"rule": "H02", "first": "DK", "second": "DK"}):
        assert client.post(DESK + "gaps/promise/", given).status_code == 404


def test_every_page_is_there_in_danish(client, law):
    names = identifiers(law)
    law.compute()
    for route, pattern in law_urls():
        if "GET" in LAW[pattern.name][0]:
            address = address_of(route, pattern, names).replace("/desk/en/", "/desk/da/")
            assert client.get(address).status_code == 200, address
