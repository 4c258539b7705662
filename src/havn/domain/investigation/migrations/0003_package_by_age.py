# SPDX-License-Identifier: Apache-2.0
"""Leads that were answered are listed by age, however many there are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the index of the list of leads."""

    dependencies = [("investigation", "0002_seal_references")]
    operations = [
        migrations.AddIndex(
            "policepackage",
            models.Index(fields=["organisation", "made_at"], name="investigation_leads_by_age"),
        ),
    ]
