# SPDX-License-Identifier: Apache-2.0
"""Works at the desk of a node that stands, by its services: run in the node's environment.

HAVN_DATA=... python -m tests.support.desk_work PERSON_ID ADDRESS assess [confirm]
Assesses the item as the policy proposes; confirms the contact of its network.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from uuid import UUID

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from havn.domain.actor import Actor

SECONDS = 30.0


def main(person_id: str, address: str, *steps: str) -> int:
    """Wait until the item is filed, and do with it what was asked."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from havn.domain.accounts import selectors as accounts

    actor = accounts.actor_of(person_id=UUID(person_id))
    item_id = wait_until(
        lambda: find(address, actor), seconds=SECONDS, every=0.1, what=f"{address} on the desk"
    )
    for step in steps:
        {"assess": assess, "confirm": confirm}[step](item_id, actor)
    return 0


def find(address: str, actor: Actor) -> UUID | None:
    """Return the newest item of that address, or None while it is not filed."""
    from havn.domain.cases import selectors as cases

    found = cases.items_list(actor=actor, filters=cases.ItemFilters(search=address)).items
    return found[0].id if found else None


def assess(item_id: UUID, actor: Actor) -> None:
    """Take this very item and decide as the policy proposes."""
    from django.conf import settings

    from havn.domain.assessment import rules
    from havn.domain.assessment import services as assessment
    from havn.domain.members import selectors as members
    from havn.domain.workflow.services import casework
    from havn.lib import clock

    held = assessment.take_item(item_id=item_id, actor=actor, at=clock.now())
    own = members.own_node(actor=actor)
    casework.assess_item(
        item_id=item_id,
        lease_token=held.lease_token,
        decision=rules.default_decision(settings.HAVN_POLICY, jurisdiction=own.member_code),
        actor=actor,
        at=clock.now(),
    )


def confirm(item_id: UUID, actor: Actor) -> None:
    """Confirm the contact that the worker's trace found for this item."""
    from havn.domain.tracing import selectors as tracing
    from havn.domain.workflow.services import casework
    from havn.lib import clock

    found = wait_until(
        lambda: tracing.contact_of_item(item_id=item_id, actor=actor),
        seconds=SECONDS,
        every=0.1,
        what="a contact that the trace found",
    )
    casework.contact_confirmed(item_id=item_id, contact_id=found.id, actor=actor, at=clock.now())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
