# SPDX-License-Identifier: Apache-2.0
"""Hosts lose their last dot, so that holds are found; addresses without one are compared by the new rule at once."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Q

DOTTED = Q(host__endswith=".")


def strip_hosts(apps: Any, editor: Any) -> None:
    """Count the key version up where both rules give the same key, then strip the hosts of items and holds.

    An item whose address had the dot keeps its key and the old version: its key may be another item's by now.
    """
    del editor
    items = apps.get_model("cases", "ContentItem").objects
    items.filter(~DOTTED, key_version=1).update(key_version=2)
    for rows in (items, apps.get_model("cases", "Hold").objects):
        for pk, host in rows.filter(DOTTED).values_list("pk", "host"):
            rows.filter(pk=pk).update(host=host.rstrip("."))


class Migration(migrations.Migration):
    """Rows only; backwards nothing needs to change."""

    dependencies = [("cases", "0002_seal_what_staff_write")]
    operations = [migrations.RunPython(strip_hosts, migrations.RunPython.noop)]
