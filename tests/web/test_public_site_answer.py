# SPDX-License-Identifier: Apache-2.0
"""A provider's answer through the link of a notice: without an account, told when wrong, taken once."""

from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.takedown import selectors, services
from havn.domain.takedown.models import NoticeAnswer
from havn.domain.takedown.services import notices
from havn.lib import clock
from havn.lib.keyring import MissingKeyError
from tests.support.casework import small_node
from tests.support.outside import HOST

pytestmark = [pytest.mark.urls("havn.config.urls.public"), pytest.mark.django_db]


@pytest.fixture
def visitor():
    with override_settings(MIDDLEWARE=AUDIENCES["public"].middleware):
        yield Client()


@pytest.fixture
def link():
    node = small_node()
    notice_id = services.queue_notice(
        item_id=node.confirmed_item(),
        contact_id=UUID(int=7),
        rung=1,
        domain="hotline.example",
        actor=node.system,
        at=node.at,
    ).notice_id
    return f"/en/answer/{services.answer_token(notice_id=notice_id, host=HOST, queued_at=clock.now())}"


def number(page):
    return html.fromstring(page.content.decode()).xpath("//input[@name='answer_id']/@value")[0]


def test_the_link_shows_the_notice_and_not_the_whole_address(visitor, link):
    page = visitor.get(link)
    assert HOST in page.text
    assert "/item/17" not in page.text


def test_a_removal_is_taken_once_however_often_it_is_pressed(visitor, link):
    form = {"answer_id": number(visitor.get(link)), "kind": "removed", "removed_at": "2026-01-31"}
    for _ in range(2):
        assert "We have your answer" in visitor.post(link, form).text
    assert NoticeAnswer.objects.get().kind == "removed"


def test_an_answer_that_was_corrected_after_going_back_is_taken_too(visitor, link):
    first = {"answer_id": number(visitor.get(link)), "kind": "need_more", "text": "Which one?"}
    corrected = {**first, "kind": "removed", "removed_at": "2026-01-31", "text": ""}
    for form in (first, corrected):
        assert "We have your answer" in visitor.post(link, form).text
    kinds = NoticeAnswer.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["need_more", "removed"]


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({}, "Choose one"),
        ({"kind": "bought"}, "Choose one"),
        ({"kind": "removed"}, "Say when"),
        ({"kind": "removed", "removed_at": "yesterday"}, "cannot read this time"),
        ({"kind": "removed", "removed_at": "2999-01-01"}, "future"),
        ({"kind": "disagree"}, "sentence or two"),
        ({"kind": "need_more", "text": "data:image/png;base64,AAAA"}, "picture"),
    ],
)
def test_a_bad_answer_is_told_in_a_sentence_and_keeps_its_words(visitor, link, form, word):
    answer = visitor.post(link, {"answer_id": number(visitor.get(link)), **form})
    tree = html.fromstring(answer.content.decode())
    assert word in tree.xpath("//*[@class='govuk-error-summary']")[0].text_content()
    assert (tree.xpath("//textarea")[0].text or "").strip() == form.get("text", "")
    assert NoticeAnswer.objects.count() == 0


FULL = OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("module", "name", "error"),
    [
        (notices, "_record", FULL),
        (notices, "_record", OSError(28, "No space left")),
        (notices, "seal", MissingKeyError("desk-sealing-key.pub")),
        (selectors, "notice_for_answer", FULL),
    ],
)
def test_an_answer_that_cannot_be_saved_is_given_back(
    visitor, link, monkeypatch, module, name, error
):
    def fails(*_args, **_kwargs):
        raise error

    form = {"answer_id": number(visitor.get(link)), "kind": "disagree", "text": "It is ours."}
    monkeypatch.setattr(module, name, fails)
    answer = visitor.post(link, form)
    tree = html.fromstring(answer.content.decode())
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert tree.xpath("//textarea")[0].text.strip() == "It is ours."
    assert tree.xpath("//input[@checked]/@value") == ["disagree"]
    assert NoticeAnswer.objects.count() == 0
    monkeypatch.undo()
    again = {**form, "answer_id": number(answer)}
    assert again == form
    assert "We have your answer" in visitor.post(link, again).text
    assert NoticeAnswer.objects.count() == 1


def test_a_link_that_cannot_be_looked_up_is_not_answered_with_an_empty_form(
    visitor, link, monkeypatch
):
    def fails(**_kwargs):
        raise FULL

    monkeypatch.setattr(selectors, "notice_for_answer", fails)
    answer = visitor.get(link)
    assert answer.status_code == 503
    assert html.fromstring(answer.content.decode()).xpath("//form") == []


def test_changing_the_language_keeps_what_was_written(visitor, link):
    page = visitor.get(link)
    tree = html.fromstring(page.content.decode())
    (button,) = tree.xpath("//button[@lang='da']")
    assert tree.xpath("//a[@hreflang='da']") == []
    typed = {
        "answer_id": number(page),
        "kind": "removed",
        "removed_at": "yester",
        "text": "It is not <finished>",
    }
    answer = visitor.post(
        button.get("formaction"), {**typed, button.get("name"): button.get("value")}
    )
    danish = html.fromstring(answer.content.decode())
    assert answer.status_code == 200
    assert danish.get("lang") == "da"
    assert danish.xpath("//textarea")[0].text.strip() == typed["text"]
    assert danish.xpath("//input[@checked]/@value") == ["removed"]
    assert danish.xpath("//input[@name='removed_at']/@value") == ["yester"]
    assert danish.xpath("//*[@class='govuk-error-summary']") == []
    assert number(answer) == typed["answer_id"]
    assert NoticeAnswer.objects.count() == 0
