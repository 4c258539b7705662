# SPDX-License-Identifier: Apache-2.0
"""A row that is put in by a statement compiled once is the row that the ORM would put in."""

import os
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from havn.domain.audit.models import Entry
from havn.domain.intake.models import Submission
from havn.domain.rows import insert
from havn.lib.encoding import uuid4

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 25, 2, 0, 0, 123456, tzinfo=UTC)


def submission(**other):
    known = {"id": uuid4(), "sealed": os.urandom(900), "receipt_digest": os.urandom(32)}
    return Submission(**known | {"received_at": AT} | other)


def entry(**other):
    known = {"id": uuid4(), "action": "submission.received", "actor_kind": "reporter"}
    return Entry(
        **known | {"subject_kind": "submission", "subject_id": uuid4()}
        | {"happened_at": AT, "recorded_at": AT} | other
    )  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        submission,
        lambda: submission(sealed=b"", ordered_at=AT, filed_at=AT),
        entry,
        lambda: entry(actor_id=uuid4(), organisation=uuid4(), sequence=7, chain_hash=b"\0\xff"),
        lambda: entry(subject_id=None, action='it\'s 100 % "odd"'),
    ],
    ids=["submission", "filed submission", "entry", "linked entry", "entry about nothing"],
)
def test_it_is_the_row_that_the_orm_would_put_in(make):
    row = make()
    model, columns = type(row), [field.attname for field in row._meta.concrete_fields]
    with CaptureQueriesContext(connection) as ours:
        insert(row)
    kept = model.objects.values(*columns).get()
    model.objects.all().delete()
    with CaptureQueriesContext(connection) as djangos:
        row.save(force_insert=True)
    assert kept == model.objects.values(*columns).get()
    assert [each["sql"] for each in ours] == [each["sql"] for each in djangos]


def test_a_key_that_is_there_already_is_refused_and_the_transaction_is_marked():
    row = submission()
    insert(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(submission(id=row.pk))
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(submission(receipt_digest=row.receipt_digest))
        assert transaction.get_rollback()
        transaction.set_rollback(True)
    assert Submission.objects.count() == 1
