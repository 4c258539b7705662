# SPDX-License-Identifier: Apache-2.0
"""What was not taken says whether it was of a half-year update."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column; before it, no release took half-year updates."""

    dependencies = [("publication", "0005_half_year_withdrawn")]

    operations = [
        migrations.AddField("refusal", "is_half_year", models.BooleanField(default=False)),
    ]
