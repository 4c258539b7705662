# SPDX-License-Identifier: Apache-2.0
"""Gives every quarter that was frozen before the release that it was: all figures of one freeze."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from havn.lib.encoding import uuid7


def release_old_quarters(apps: Any, schema_editor: Any) -> None:
    """Make one release for the figures of each organisation that were frozen at one instant."""
    del schema_editor
    figures = apps.get_model("reporting", "FrozenFigure").objects.filter(release__isnull=True)
    releases = apps.get_model("reporting", "FigureRelease").objects
    found = figures.values_list("organisation", "period", "as_of", "log_position").distinct()
    for organisation, period, as_of, log_position in list(found.order_by("as_of", "period")):
        release = releases.create(
            id=uuid7(as_of),
            organisation=organisation,
            kind="quarter",
            as_of=as_of,
            log_position=log_position,
            made_at=as_of,
            public_at=as_of,
        )
        figures.filter(organisation=organisation, period=period, as_of=as_of).update(
            release=release
        )


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_reports_and_releases")]

    operations = [migrations.RunPython(release_old_quarters, migrations.RunPython.noop)]
