# SPDX-License-Identifier: Apache-2.0
"""Case numbers of police are sealed to the desk's key like other texts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from havn.lib.sealing import seal

PURPOSE = "police-reference"  # as it was when this was written


def seal_references(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Seal what is there; the key is needed only where something is."""
    del schema_editor
    for answer in apps.get_model("investigation", "PoliceAnswer").objects.exclude(reference=""):
        public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
        answer.sealed_reference = seal(answer.reference.encode(), public, purpose=PURPOSE)
        answer.save(update_fields=["sealed_reference"])


class Migration(migrations.Migration):
    """Adds the sealed column, fills it, and drops the plain one."""

    dependencies = [("investigation", "0001_initial")]
    operations = [
        migrations.AddField("policeanswer", "sealed_reference", models.BinaryField(default=b"")),
        migrations.RunPython(seal_references),
        migrations.RemoveField("policeanswer", "reference"),
    ]
