# SPDX-License-Identifier: Apache-2.0
"""What was told of the half year can be taken back."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("reporting", "0009_half_year_updates")]

    operations = [
        migrations.AddField("halfyearupdate", "withdrawn_at", models.DateTimeField(null=True)),
    ]
