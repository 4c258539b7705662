# SPDX-License-Identifier: Apache-2.0
"""Claims that came to no end are counted apart from failures."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the count."""

    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="lapses",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
