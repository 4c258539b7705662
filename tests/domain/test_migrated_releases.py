# SPDX-License-Identifier: Apache-2.0
"""Figures that were frozen before releases were rows: each freeze becomes one, public since then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from havn.domain.actor import Actor
from havn.lib.encoding import uuid4

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 4, 10, tzinfo=UTC)
BEFORE = [("reporting", "0001_initial")]


@pytest.fixture
def earlier() -> Iterator[Any]:
    """Return the table as it was before there were releases."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    call_command("migrate", verbosity=0)


def test_quarters_that_were_frozen_stay_readable_as_releases(earlier: Any) -> None:
    organisation = uuid4()
    for number, at in ((1, AT), (2, AT + timedelta(days=91))):
        for measure in ("received", "duplicates"):
            earlier.get_model("reporting", "FrozenFigure").objects.create(
                id=uuid4(),
                organisation=organisation,
                indicator="R01",
                definition_version=1,
                period=f"2026-Q{number}",
                measure=measure,
                value=12 * number,
                as_of=at,
                log_position=uuid4() if number == 2 and measure == "received" else None,
            )

    call_command("migrate", verbosity=0)

    from havn.domain.reporting import selectors
    from havn.domain.reporting.models import FigureRelease, FrozenFigure

    reader = Actor.reporter(organisation=organisation)
    assert [each.period for each in selectors.closed_quarters(actor=reader)] == [
        "2026-Q2",
        "2026-Q1",
    ]
    assert not FrozenFigure.objects.filter(release__isnull=True).exists()
    first = FrozenFigure.objects.filter(period="2026-Q1")
    assert first.values("release").distinct().count() == 1
    assert FigureRelease.objects.filter(kind="quarter", public_at=AT).count() == 1
