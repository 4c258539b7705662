# SPDX-License-Identifier: Apache-2.0
"""What the table of pairs is being brought to is put down, so that it is computed rule by rule."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("legislation", "0001_laws_and_gaps")]

    operations = [
        migrations.AddField("gapstate", "under_way", models.JSONField(default=dict)),
    ]
