# SPDX-License-Identifier: Apache-2.0
"""What events say is sealed, and they wait to leave.

Those written before nodes could be joined were meant for everybody and say nothing that facts do not say;
they never left, and are taken away rather than told to the whole Alliance.
"""

from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL("DELETE FROM ledger_outgoingevent", migrations.RunSQL.noop),
        migrations.RemoveIndex("outgoingevent", "ledger_outg_recorde_14728d_idx"),
        migrations.RemoveField("outgoingevent", "payload"),
        migrations.AddField(
            "outgoingevent",
            "sealed_payload",
            models.BinaryField(default=b""),
            preserve_default=False,
        ),
        migrations.AddField(
            "outgoingevent",
            "happened_at",
            models.DateTimeField(default=datetime(2026, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AddField("outgoingevent", "left_at", models.DateTimeField(null=True)),
        migrations.AddField("outgoingevent", "erased_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "outgoingevent",
            models.Index(
                fields=["recorded_at", "id"],
                condition=models.Q(left_at__isnull=True),
                name="ledger_event_waits",
            ),
        ),
        migrations.AddIndex(
            "outgoingevent",
            models.Index(fields=["subject_id"], name="ledger_event_subject"),
        ),
    ]
