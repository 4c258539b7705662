# SPDX-License-Identifier: Apache-2.0
"""Offices asked by a link: mailed, reminded by themselves, every answer kept, one chosen, none without a source."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import OfficeAnswer, OfficeAsk, SentReminder
from havn.lib.mail import MailError
from tests.support.national_report import ReportingNode, answer, reporting_node

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def begun(standing) -> tuple[ReportingNode, UUID]:
    """A node and the draft of its report."""
    found = reporting_node()
    return found, found.drafted()


@pytest.fixture
def node(begun, db) -> ReportingNode:
    return deepcopy(begun[0])


@pytest.fixture
def report_id(begun) -> UUID:
    return begun[1]


def said(node: ReportingNode, ask_id: UUID, stated: str = "412", **change: object) -> None:
    token = services.office_token(ask_id=ask_id, asked_at=node.at)
    found = replace(answer(stated), **change)
    services.answer_ask(token=token, answer_id=uuid4(), answer=found, at=node.at)


def mails(node: ReportingNode) -> list[str]:
    return [str(mail["To"]) for mail in node.outside.mail.taken]


def test_an_office_gets_its_link_by_mail_and_reminders_until_it_answers(node, report_id):
    ask_id = node.asked(report_id, days=45)
    node.work(rules.SEND_ASK)
    [mail] = node.outside.mail.taken
    assert mail["To"].addresses[0].addr_spec == "statistics@education.example"
    assert "/en/office/" in mail.get_content()
    assert "How many schools" in mail.get_content()
    for days in (15, 16, 7):  # 30, 14 and 7 days before
        node.later(days=days)
        node.work(rules.REMIND)
    to_office = [to for to in mails(node) if "education.example" in to]
    assert len(to_office) == 4
    said(node, ask_id)
    node.later(days=40)
    node.work(rules.REMIND)
    assert [to for to in mails(node) if "education.example" in to] == to_office


def test_after_the_day_the_rapporteur_hears_and_later_the_signatory(node, report_id):
    node.asked(report_id, days=1)
    node.at = node.later(days=3)
    node.work(rules.REMIND)
    assert any("rapporteur" in to for to in mails(node))
    assert not any("signatory" in to for to in mails(node))
    node.at = node.later(days=15)
    node.work(rules.REMIND)
    assert any("signatory" in to for to in mails(node))


def test_a_reminder_that_the_relay_does_not_take_is_tried_again_and_kept_once(node, report_id):
    ask_id = node.asked(report_id, days=20)
    node.at = node.later(days=14)
    node.outside.mail.refusal = MailError("relay_unreachable")
    with pytest.raises(RefusedError, match="relay_unreachable"):
        node.work(rules.REMIND)
    assert not SentReminder.objects.exists()
    node.outside.mail.refusal = None
    node.later(minutes=10)
    node.work(rules.REMIND)
    node.work(rules.REMIND)
    assert SentReminder.objects.filter(subject_id=ask_id).count() >= 1
    ids = [str(mail["Message-ID"]) for mail in node.outside.mail.taken]
    assert len(ids) == len(set(ids))


def test_different_answers_are_kept_and_the_rapporteur_chooses_one(node, report_id):
    ask_id = node.asked(report_id)
    for figure in ("412", "421"):
        node.at += timedelta(minutes=1)
        said(node, ask_id, figure)
    [view] = selectors.asks(report_id=report_id, actor=node.rapporteur)
    assert view.waits_for_choice
    assert [each.figure for each in view.answers] == [412, 421]
    services.choose_answer(answer_id=view.answers[0].id, actor=node.rapporteur, at=node.at)
    services.choose_answer(answer_id=view.answers[1].id, actor=node.rapporteur, at=node.at)
    [view] = selectors.asks(report_id=report_id, actor=node.rapporteur)
    assert [each.is_chosen for each in view.answers] == [False, True]
    document = selectors.document_of(report_id=report_id, actor=node.rapporteur)
    [line] = document.parts["answers"]["answers"]
    assert (line["figure"], line["office"], line["source"]) == (
        "421",
        "Education agency",
        "Register of schools",
    )


def test_an_open_question_holds_the_report_until_it_is_withdrawn(node, report_id):
    node.made_ready(report_id)
    ask_id = node.asked(report_id)
    with pytest.raises(RefusedError, match="Education agency"):
        node.release(report_id, node.rapporteur, "Ministry")
    services.withdraw_ask(ask_id=ask_id, actor=node.rapporteur, at=node.at)
    node.release(report_id, node.rapporteur, "Ministry")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": " "}, "source_needed"),
        ({"figure": None}, "figure_needed"),
        ({"figure": Decimal(10) ** 12}, "figure_too_large"),
        ({"stated_by": ""}, "who_needed"),
        ({"known_on": date(2099, 1, 1)}, "day_ahead"),
        ({"text": "<script>"}, "holds_markup"),
        ({"source": "x" * 301}, "text_too_long"),
        ({"text": "data:image/png;base64,AAAA"}, "picture_in_text"),
    ],
)
def test_bad_answers_are_refused_and_nothing_is_kept(node, report_id, change, code):
    ask_id = node.asked(report_id)
    with pytest.raises(RefusedError) as refused:
        said(node, ask_id, **change)
    assert refused.value.code == code
    assert str(refused.value) != code
    assert not OfficeAnswer.objects.exists()


def test_a_withdrawn_an_expired_and_a_strangers_link_open_nothing(node, report_id):
    ask_id = node.asked(report_id)
    token = services.office_token(ask_id=ask_id, asked_at=node.at)
    late = OfficeAsk.objects.get().expires_at
    for bad in ("x" * 60, token[:-1]):
        with pytest.raises(NotFoundError):
            selectors.ask_for_answer(token=bad, at=node.at)
    with pytest.raises(RefusedError, match="ask for a new one"):
        selectors.ask_for_answer(token=token, at=late)
    services.withdraw_ask(ask_id=ask_id, actor=node.rapporteur, at=node.at)
    with pytest.raises(RefusedError, match="was withdrawn"):
        selectors.ask_for_answer(token=token, at=node.at)


def test_who_is_no_rapporteur_asks_nobody(node, report_id):
    ask = services.NewAsk("Office", "a@b.example", "en", "What?", "figure", node.at.date())
    for actor, code in ((node.signatory, "not_your_role"), (node.rapporteur, "due_in_past")):
        with pytest.raises(RefusedError) as refused:
            services.ask_office(report_id=report_id, ask=ask, actor=actor, at=node.at)
        assert refused.value.code == code
    assert not OfficeAsk.objects.exists()


def test_the_brief_is_mailed_to_the_signatory_fourteen_days_before_the_page(node):
    node.at = node.at.replace(month=4, day=15)
    assert rules.SEND_BRIEF not in node.work(rules.SEND_BRIEF)
    node.at += timedelta(days=1)
    assert node.work(rules.SEND_BRIEF) == [rules.SEND_BRIEF]
    assert any("signatory" in to for to in mails(node))
