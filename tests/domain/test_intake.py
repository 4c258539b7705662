# SPDX-License-Identifier: Apache-2.0
"""A submission is sealed, stored once, filed once, and seen by the holder of its receipt only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.intake import selectors, services
from havn.domain.intake.models import Submission
from havn.domain.intake.rules import Answers
from havn.domain.jobs.models import Job
from havn.lib.encoding import new_receipt, uuid4
from havn.lib.sealing import SealError, open_sealed

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
REPORTER = Actor.reporter()
SYSTEM = Actor.system(organisation=uuid4())
ANSWERS = Answers(
    kind="address",
    addresses=("http://made-up.example/confirmed-item-17",),
    words="confirmed item 17, told by a canary",
    contact="canary@reporter.example",
)


def send(*, token=None, receipt=None, answers=ANSWERS, at=AT) -> services.Accepted:
    return services.accept_submission(
        token_id=token or uuid4(),
        receipt=receipt or new_receipt(),
        answers=answers,
        actor=REPORTER,
        at=at,
    )


def test_an_accepted_submission_is_one_row_and_one_audit_entry_in_two_statements():
    token = uuid4()
    with CaptureQueriesContext(connection) as captured:
        accepted = send(token=token)
    assert not accepted.is_repeat
    assert len([each for each in captured if each["sql"].startswith("INSERT")]) == 2
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) == 2
    assert Submission.objects.filter(pk=token).count() == 1
    assert Entry.objects.filter(action="submission.received", subject_id=token).count() == 1
    assert not Job.objects.exists(), "the public process orders nothing"


def test_the_worker_orders_the_filing_of_each_submission_once():
    first, second = uuid4(), uuid4()
    send(token=first)
    send(token=second, at=AT + timedelta(seconds=1))
    assert services.order_filing(actor=SYSTEM, at=AT, most=1) == 1
    assert list(Job.objects.values_list("kind", "subject_id")) == [("file_submission", first)]
    assert services.order_filing(actor=SYSTEM, at=AT) == 1
    assert services.order_filing(actor=SYSTEM, at=AT) == 0
    assert set(Job.objects.values_list("subject_id", flat=True)) == {first, second}


def test_two_workers_that_find_the_same_submission_order_it_once():
    token = uuid4()
    send(token=token)
    services.order_filing(actor=SYSTEM, at=AT)
    Submission.objects.update(ordered_at=None)  # as the other one had seen it
    services.order_filing(actor=SYSTEM, at=AT)
    assert Job.objects.filter(subject_id=token).count() == 1


def test_looking_for_submissions_in_vain_is_one_query():
    with CaptureQueriesContext(connection) as captured:
        services.order_filing(actor=SYSTEM, at=AT)
    assert len(captured) == 1


def test_a_button_pressed_twice_gives_the_same_receipt_and_stores_nothing_more():
    token, receipt = uuid4(), new_receipt()
    send(token=token, receipt=receipt)
    again = send(token=token, receipt=receipt)
    assert (again.receipt, again.is_repeat) == (receipt, True)
    assert Submission.objects.count() == 1
    assert Entry.objects.filter(action="submission.received").count() == 1


def test_a_used_form_with_another_receipt_is_refused():
    token = uuid4()
    send(token=token)
    with pytest.raises(RefusedError) as refusal:
        send(token=token)
    assert refusal.value.code == "form_used"
    assert Submission.objects.count() == 1


def test_nothing_that_was_typed_can_be_read_in_the_row():
    token, receipt = uuid4(), new_receipt()
    send(token=token, receipt=receipt)
    row = Submission.objects.get(pk=token)
    stored = bytes(row.sealed) + bytes(row.receipt_digest)
    assert b"canary" not in stored
    assert receipt.encode() not in stored


def test_the_public_process_cannot_open_what_it_stored():
    token = uuid4()
    send(token=token)
    sealed = bytes(Submission.objects.get(pk=token).sealed)
    for name in ("form-key", "answer-link-key", "receipt-pepper"):
        with pytest.raises((SealError, ValueError)):
            open_sealed(sealed, settings.HAVN_KEYRING.read(name), purpose="submission")


def test_the_worker_opens_what_was_sealed():
    token = uuid4()
    send(token=token)
    [opened] = selectors.opened_submissions(submission_ids=[token], actor=SYSTEM)
    assert (opened.answers, opened.received_at, opened.is_filed) == (ANSWERS, AT, False)


def test_nobody_but_background_work_opens_a_submission():
    token = uuid4()
    send(token=token)
    with pytest.raises(NotFoundError):
        selectors.opened_submissions(submission_ids=[token], actor=REPORTER)


def test_a_submission_is_filed_once_and_its_sealed_bytes_are_emptied():
    token, report = uuid4(), uuid4()
    send(token=token)
    services.mark_filed(filed=[services.Filed(token, report, [])], actor=SYSTEM, at=AT)
    with pytest.raises(RefusedError):
        services.mark_filed(filed=[services.Filed(token, uuid4(), [])], actor=SYSTEM, at=AT)
    assert bytes(Submission.objects.get(pk=token).sealed) == b""
    [opened] = selectors.opened_submissions(submission_ids=[token], actor=SYSTEM)
    assert opened.is_filed


@pytest.fixture
def filed() -> str:
    token, receipt, report = uuid4(), new_receipt(), uuid4()
    send(token=token, receipt=receipt)
    services.mark_filed(filed=[services.Filed(token, report, [])], actor=SYSTEM, at=AT)
    items = [services.ItemProgress("closed", True), services.ItemProgress("received", False)]
    services.project_status(report_id=report, items=items, actor=SYSTEM, at=AT)
    return receipt


def test_the_holder_of_a_receipt_sees_how_far_it_is(filed):
    view = selectors.receipt_status(receipt=filed, actor=REPORTER, at=AT)
    assert view is not None
    assert (view.state, view.items_total, view.items_assessed, view.items_removed) == (
        "assessing", 2, 1, 1,
    )  # fmt: skip


def test_wrong_and_expired_receipts_cost_the_same_one_query_and_give_the_same_answer(filed):
    later = AT + settings.HAVN_POLICY.receipt_open_for + timedelta(days=2)
    queries, answers = [], []
    for receipt, at in ((filed, AT), (new_receipt(), AT), (filed, later)):
        with CaptureQueriesContext(connection) as captured:
            answers.append(selectors.receipt_status(receipt=receipt, actor=REPORTER, at=at))
        queries.append(len(captured))
    assert queries == [1, 1, 1]
    assert answers[0] is not None
    assert answers[1:] == [None, None]


def test_without_the_pepper_a_stolen_table_answers_no_guess(filed):
    from havn.domain.intake.models import ReceiptStatus
    from havn.domain.intake.rules import receipt_digest

    stolen = bytes(ReceiptStatus.objects.get().receipt_digest)
    assert receipt_digest(filed, b"\0" * 32) != stolen
