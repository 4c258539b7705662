# SPDX-License-Identifier: Apache-2.0
"""A half-year update can be taken back."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("publication", "0004_half_year_updates")]

    operations = [
        migrations.AddField("provisionalpiece", "withdrawn_at", models.DateTimeField(null=True)),
    ]
