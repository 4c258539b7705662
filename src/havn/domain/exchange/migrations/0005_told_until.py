# SPDX-License-Identifier: Apache-2.0
"""Up to where of the own log each peer was told what is for the whole Alliance; at first nobody knows, so it is looked."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("exchange", "0004_arrival_about")]

    operations = [
        migrations.AddField("peer", "told_until", models.PositiveBigIntegerField(default=0)),
    ]
