# SPDX-License-Identifier: Apache-2.0
"""What the node told of the running year, and when."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the table."""

    dependencies = [("reporting", "0008_promise_titles")]

    operations = [
        migrations.CreateModel(
            name="HalfYearUpdate",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("year", models.CharField(max_length=4)),
                ("quarters", models.JSONField(default=list)),
                ("figures", models.PositiveIntegerField()),
                ("hidden", models.PositiveIntegerField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "year"), name="reporting_half_year_once"
                    )
                ],
            },
        ),
    ]
