# SPDX-License-Identifier: Apache-2.0
"""Migrations that touch what is stored: plain texts of an earlier node are sealed, none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor

from havn.domain.cases.rules import HOLD_PURPOSE, PASSED_ON_PURPOSE
from havn.domain.investigation.rules import REFERENCE_SEALED_FOR
from havn.lib.encoding import uuid4
from havn.lib.sealing import open_sealed

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEFORE = [("cases", "0001_initial"), ("investigation", "0001_initial")]


@pytest.fixture
def earlier() -> Iterator[Any]:
    """Return the tables as they were before the texts were sealed."""
    executor = MigrationExecutor(connection)
    for migration in executor.loader.graph.nodes.values():
        for operation in migration.operations:
            if isinstance(operation, RunPython) and operation.reverse_code is None:
                operation.reverse_code = RunPython.noop  # the tables are empty
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    call_command("migrate", verbosity=0)


def opened(sealed: bytes, purpose: str) -> str:
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return open_sealed(bytes(sealed), private, purpose=purpose).decode()


def test_plain_reasons_recipients_and_case_numbers_are_sealed(earlier: Any) -> None:
    organisation = uuid4()
    report = earlier.get_model("cases", "Report").objects.create(
        id=uuid4(), organisation=organisation, received_date=AT.date(), recorded_date=AT.date()
    )
    items = earlier.get_model("cases", "ContentItem").objects
    shared = {"organisation": organisation, "report": report, "received_at": AT, "recorded_at": AT}
    passed_on = items.create(id=uuid4(), passed_on_to="the hotline of X", **shared)
    other = items.create(id=uuid4(), **shared)
    hold = earlier.get_model("cases", "Hold").objects.create(
        id=uuid4(),
        organisation=organisation,
        item=other,
        reason="case 17",
        placed_by=uuid4(),
        placed_at=AT,
        until=AT,
    )
    answers = earlier.get_model("investigation", "PoliceAnswer").objects
    told = {"organisation": organisation, "answered_by": uuid4(), "answered_at": AT}
    answer = answers.create(id=uuid4(), item_id=other.pk, kind="taken", reference="K-17", **told)

    call_command("migrate", verbosity=0)

    from havn.domain.cases.models import ContentItem, Hold
    from havn.domain.investigation.models import PoliceAnswer

    sealed_reason = Hold.objects.get(pk=hold.pk).sealed_reason
    assert opened(sealed_reason, HOLD_PURPOSE) == "case 17"
    sealed_to = ContentItem.objects.get(pk=passed_on.pk).sealed_passed_on_to
    assert opened(sealed_to, PASSED_ON_PURPOSE) == "the hotline of X"
    assert bytes(ContentItem.objects.get(pk=other.pk).sealed_passed_on_to) == b""
    sealed_reference = PoliceAnswer.objects.get(pk=answer.pk).sealed_reference
    assert opened(sealed_reference, REFERENCE_SEALED_FOR) == "K-17"
