# SPDX-License-Identifier: Apache-2.0
"""Numbers that a log passed over are noted, so that each may come later."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the list."""

    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="counter",
            name="missing",
            field=models.JSONField(default=list),
        ),
    ]
