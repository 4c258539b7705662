# SPDX-License-Identifier: Apache-2.0
"""The worker orders filing; what was received before has its job already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="submission", name="intake_submission_unfiled"),
        migrations.AddField(
            model_name="submission", name="ordered_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunSQL(
            "UPDATE intake_submission SET ordered_at = received_at", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("ordered_at__isnull", True)),
                fields=["received_at"],
                name="intake_submission_unordered",
            ),
        ),
    ]
