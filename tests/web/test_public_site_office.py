# SPDX-License-Identifier: Apache-2.0
"""An office's answer through its link: without an account, told when wrong, every different answer kept."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.test import Client, override_settings
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.reporting import selectors, services
from havn.domain.reporting.models import OfficeAnswer, OfficeAsk
from havn.lib import clock
from tests.support.national_report import reporting_node

pytestmark = [pytest.mark.urls("havn.config.urls.public"), pytest.mark.django_db]
ANSWER = {
    "figure": "412",
    "source": "Register of schools",
    "known_on": "2026-01-15",
    "stated_by": "Head of statistics",
}


@pytest.fixture
def visitor():
    with override_settings(MIDDLEWARE=AUDIENCES["public"].middleware):
        yield Client()


def link_of(node, *, wants="figure"):
    report_id = selectors.reports(actor=node.system)[0].id
    ask_id = node.asked(report_id, wants=wants)
    return f"/en/office/{services.office_token(ask_id=ask_id, asked_at=node.at)}"


@pytest.fixture(scope="module")
def begun(standing):
    """A node with a draft."""
    found = reporting_node()
    found.at = clock.now()
    services.make_draft(year=2025, actor=found.system, at=found.at)
    return found


@pytest.fixture
def node(begun, db):
    return deepcopy(begun)


def number(page):
    return html.fromstring(page.content.decode()).xpath("//input[@name='answer_id']/@value")[0]


def test_the_link_shows_the_question_sets_no_cookie_and_names_no_address(visitor, node):
    page = visitor.get(link_of(node))
    assert "How many schools held a session?" in page.text
    assert "@" not in html.fromstring(page.text).xpath("//main")[0].text_content()
    assert not page.cookies


def test_a_figure_is_taken_once_however_often_it_is_pressed(visitor, node):
    link = link_of(node)
    form = {"answer_id": number(visitor.get(link)), **ANSWER}
    for _ in range(2):
        assert "We have your answer" in visitor.post(link, form).text
    found = OfficeAnswer.objects.get()
    assert (found.figure, found.source) == (412, "Register of schools")


def test_two_different_answers_are_both_kept(visitor, node):
    link = link_of(node)
    form = {"answer_id": number(visitor.get(link)), **ANSWER}
    visitor.post(link, form)
    visitor.post(link, {**form, "figure": "421"})
    assert sorted(OfficeAnswer.objects.values_list("figure", flat=True)) == [412, 421]


def test_what_others_answered_is_not_on_the_page(visitor, node):
    link = link_of(node)
    visitor.post(link, {"answer_id": number(visitor.get(link)), **ANSWER})
    assert "412" not in html.fromstring(visitor.get(link).text).xpath("//main")[
        0
    ].text_content().replace("412 or", "")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"source": ""}, "Without a source it is not taken"),
        ({"figure": "many"}, "not a number"),
        ({"figure": ""}, "Write the figure"),
        ({"figure": "9" * 20}, "too l"),
        ({"known_on": "yesterday"}, "cannot read this day"),
        ({"known_on": "2999-01-01"}, "cannot lie ahead"),
        ({"stated_by": ""}, "your function is enough"),
        ({"text": "data:image/png;base64,AAAA"}, "picture"),
        ({"text": "<b>much</b>"}, "signs of a web page"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(visitor, node, change, word):
    link = link_of(node)
    page = visitor.post(link, {"answer_id": number(visitor.get(link)), **ANSWER, **change})
    assert word in page.text
    assert "Register of schools" in page.text or "source" in change
    assert not OfficeAnswer.objects.exists()


def test_a_paragraph_is_asked_for_alone(visitor, node):
    link = link_of(node, wants="paragraph")
    page = visitor.get(link)
    assert 'name="figure"' not in page.text
    form = {"answer_id": number(page), **ANSWER, "text": ""}
    assert "Write your paragraph" in visitor.post(link, form).text
    assert "We have your answer" in visitor.post(link, {**form, "text": "Two campaigns."}).text


@pytest.mark.parametrize(
    ("how", "word"),
    [("withdrawn", "nobody waits for your answer"), ("expired", "ask for a new one")],
)
def test_a_link_that_no_longer_stands_says_what_to_do_and_keeps_what_was_typed(
    visitor, node, how, word
):
    link = link_of(node)
    form = {"answer_id": number(visitor.get(link)), **ANSWER}
    ask = OfficeAsk.objects.get()
    if how == "withdrawn":
        services.withdraw_ask(ask_id=ask.pk, actor=node.rapporteur, at=node.at)
    else:
        OfficeAsk.objects.update(expires_at=node.at)
    for page in (visitor.get(link), visitor.post(link, form)):
        assert page.status_code == 410
        assert word in page.text
        assert ask.question not in page.text
    assert "Register of schools" in page.text
    assert not OfficeAnswer.objects.exists()


@pytest.mark.parametrize("how", ["wrong", "of a provider"])
def test_a_link_that_is_none_opens_nothing(visitor, node, how):
    link = link_of(node)
    if how == "wrong":
        link = link[:-2] + ("AA" if not link.endswith("AA") else "BB")
    else:
        link = link.replace("/office/", "/answer/")
    assert visitor.get(link).status_code == 404


def test_a_foreign_form_is_refused(visitor, node):
    answer = visitor.post(link_of(node), ANSWER, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
