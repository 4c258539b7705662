# SPDX-License-Identifier: Apache-2.0
"""Reasons of holds, and to whom items were passed on, are sealed to the desk's key like other texts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from havn.lib.sealing import seal

# As they were when this was written; a later change of the rules does not reach back.
HOLD_PURPOSE = "hold-reason"
PASSED_ON_PURPOSE = "passed-on-to"


def seal_texts(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Seal what is there; the key is needed only where something is."""
    del schema_editor
    for hold in apps.get_model("cases", "Hold").objects.iterator():
        hold.sealed_reason = _sealed(hold.reason, purpose=HOLD_PURPOSE)
        hold.save(update_fields=["sealed_reason"])
    items = apps.get_model("cases", "ContentItem").objects.exclude(passed_on_to="")
    for item in items.iterator():
        item.sealed_passed_on_to = _sealed(item.passed_on_to, purpose=PASSED_ON_PURPOSE)
        item.save(update_fields=["sealed_passed_on_to"])


def _sealed(text: str, *, purpose: str) -> bytes:
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(text.encode(), public, purpose=purpose)


class Migration(migrations.Migration):
    """Adds the sealed columns, fills them, and drops the plain ones."""

    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.AddField("hold", "sealed_reason", models.BinaryField(default=b"")),
        migrations.AddField("contentitem", "sealed_passed_on_to", models.BinaryField(default=b"")),
        migrations.RunPython(seal_texts),
        migrations.RemoveField("hold", "reason"),
        migrations.RemoveField("contentitem", "passed_on_to"),
        migrations.AlterField("hold", "sealed_reason", models.BinaryField()),
    ]
