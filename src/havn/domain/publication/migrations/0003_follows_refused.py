# SPDX-License-Identifier: Apache-2.0
"""A version that corrects one which was refused says so."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies = [("publication", "0002_proofs_of_reports")]

    operations = [
        migrations.AddField(
            "publishedreport", "follows_refused", models.BooleanField(default=False)
        ),
    ]
