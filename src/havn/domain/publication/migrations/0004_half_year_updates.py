# SPDX-License-Identifier: Apache-2.0
"""Pieces of half-year updates, apart from every report."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the table."""

    dependencies = [("publication", "0003_follows_refused")]

    operations = [
        migrations.CreateModel(
            name="ProvisionalPiece",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("update", models.UUIDField()),
                ("member", models.CharField(max_length=16)),
                ("node", models.UUIDField()),
                ("year", models.CharField(max_length=4)),
                ("as_of", models.DateTimeField()),
                ("pieces", models.PositiveSmallIntegerField()),
                ("indicator", models.CharField(max_length=8)),
                ("period", models.CharField(max_length=8)),
                ("content", models.TextField()),
                ("received_at", models.DateTimeField()),
                ("complete_at", models.DateTimeField(null=True)),
                ("is_current", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_current", True)),
                        fields=["member"],
                        name="publication_told_by",
                    ),
                    models.Index(fields=["year", "member"], name="publication_told_of_year"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("update", "indicator", "period"), name="publication_piece_once"
                    )
                ],
            },
        ),
    ]
