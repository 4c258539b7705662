# SPDX-License-Identifier: Apache-2.0
"""Names the registry files that were asked, and drops a column that nothing could fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0001_initial"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="hostingevidence",
            name="location_country",
        ),
        migrations.AddField(
            model_name="hostingevidence",
            name="dataset",
            field=models.CharField(default="", max_length=60),
        ),
    ]
