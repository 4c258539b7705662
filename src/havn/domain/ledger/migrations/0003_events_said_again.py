# SPDX-License-Identifier: Apache-2.0
"""An event that says an earlier one again, to a node that took no part then, names it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("ledger", "0002_events_that_leave")]

    operations = [
        migrations.AddField("outgoingevent", "repeats", models.UUIDField(null=True)),
        migrations.AddIndex(
            "outgoingevent",
            models.Index(
                fields=["repeats"],
                condition=models.Q(("repeats__isnull", False)),
                name="ledger_event_repeats",
            ),
        ),
    ]
