# SPDX-License-Identifier: Apache-2.0
"""Receipts: what stands at their address, what is kept of their page, and what is told to who holds one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings

from havn.domain.intake import services
from havn.domain.intake.models import ReceiptStatus
from havn.domain.intake.rules import receipt_digest
from havn.lib import clock
from havn.lib.encoding import new_receipt, normalise_receipt
from tests.web.test_public_site_report import (
    ANSWERS,
    CANARIES,
    Broken,
    errors_on,
    heading,
    hidden,
    page_of,
    sealed,
    visitor,
)

__all__ = ["visitor"]
pytestmark = pytest.mark.urls("havn.config.urls.public")


@pytest.mark.django_db
def test_changing_the_language_of_a_report_that_was_not_saved_keeps_its_answers(
    visitor, monkeypatch
):
    monkeypatch.setattr(services, "_store_submission", Broken(OSError(28, "No space left")))
    refused = visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
    monkeypatch.undo()
    assert_danish_keeps(visitor, refused)


@pytest.mark.django_db
def test_changing_the_language_of_a_report_that_was_too_fast_keeps_its_answers(visitor):
    policy = replace(settings.HAVN_POLICY, form_at_least=timedelta(seconds=60))
    with override_settings(HAVN_POLICY=policy):
        refused = visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
    assert "very fast" in refused.text
    assert_danish_keeps(visitor, refused)


def assert_danish_keeps(visitor, refused):
    """The Danish button of a refused report leads to its answers in Danish, ready to be sent."""
    (button,) = page_of(refused).xpath("//button[@lang='da']")
    assert button.get("formaction") == "/da/receipt"
    danish = visitor.post(
        button.get("formaction"), {**hidden(refused), button.get("name"): button.get("value")}
    )
    assert danish.status_code == 200
    assert page_of(danish).get("lang") == "da"
    assert "item-17" in danish.text
    assert heading(visitor.post("/en/receipt", {**hidden(danish), "move": "send"})).startswith(
        "Thank you"
    )


def test_only_looking_at_the_address_of_receipts_leads_to_the_first_question(visitor):
    answer = visitor.get("/en/receipt")
    assert (answer.status_code, answer["Location"]) == (302, "/en/report")


@pytest.mark.django_db
def test_a_receipt_shows_what_happened_however_it_is_typed(visitor):
    receipt = new_receipt()
    today = clock.now().date()
    ReceiptStatus.objects.create(
        receipt_digest=receipt_digest(receipt, settings.HAVN_KEYRING.read("receipt-pepper")),
        state="working",
        items_total=3,
        items_assessed=2,
        items_removed=1,
        updated_date=today,
        closes_date=today,
    )
    answer = visitor.post("/en/status", {"receipt": f" {receipt.lower().replace('-', ' ')} "})
    assert "we are working on it" in answer.text
    assert [each.text_content() for each in page_of(answer).xpath("//dd")][:3] == ["3", "2", "1"]
    assert receipt not in answer.text


@pytest.mark.django_db
def test_wrong_and_expired_receipts_get_the_same_bytes(visitor, django_assert_num_queries):
    expired = new_receipt()
    today = clock.now().date()
    ReceiptStatus.objects.create(
        receipt_digest=receipt_digest(expired, settings.HAVN_KEYRING.read("receipt-pepper")),
        state="closed",
        updated_date=today,
        closes_date=today - timedelta(days=1),
    )
    with django_assert_num_queries(2):
        answers = [
            visitor.post("/en/status", {"receipt": each}) for each in (expired, new_receipt())
        ]
    assert answers[0].content == answers[1].content
    assert dict(answers[0].headers) == dict(answers[1].headers)


def test_a_mistyped_receipt_is_told_and_kept(visitor):
    answer = visitor.post("/en/status", {"receipt": "ABCD-EFGH"})
    assert "20 letters and digits" in errors_on(answer)[0]
    assert page_of(answer).xpath("//input[@name='receipt']/@value") == ["ABCD-EFGH"]


@pytest.mark.django_db
def test_the_page_that_is_kept_holds_nothing_of_a_report(visitor):
    kept = caches["pages"]
    kept.clear()
    shown = []
    for language in ("en", "en", "da"):
        answer = visitor.post(f"/{language}/receipt", {"state": sealed(), "move": "send"})
        shown.append(page_of(answer).xpath("//*[@id='receipt']")[0].text_content().strip())
        assert not any("\ue000" <= letter <= "\uf8ff" for letter in answer.text)
    assert len(set(shown)) == 3
    assert all(normalise_receipt(receipt) for receipt in shown)
    pages_kept = [kept.get(key.split(":", 2)[2]) for key in kept._cache]
    assert len(pages_kept) == 2
    told = {*CANARIES.values(), ANSWERS["address"], "confirmed item 17", *shown}
    assert not [word for word in told for page in pages_kept if word in page]


@pytest.mark.django_db
def test_a_receipt_of_a_demonstration_stops_speaking_of_its_past_once_that_is_written(
    visitor, tmp_path
):
    caches["pages"].clear()
    pending = tmp_path / "demonstration-history.pending"
    pending.touch()
    told = []
    with override_settings(HAVN_FOLDER=tmp_path, HAVN_POLICY_NAME="insecure-demo-policy"):
        for _ in range(2):
            answer = visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
            assert heading(answer).startswith("Thank you")
            told.append("past is still being written" in answer.text)
            pending.unlink(missing_ok=True)
    caches["pages"].clear()
    assert told == [True, False]
