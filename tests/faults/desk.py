# SPDX-License-Identifier: Apache-2.0
"""Staff of the fault tests: assesses what is filed and confirms contacts, through the services, until told to stop."""

import signal
import sys
from threading import Event
from uuid import UUID


def main(person_id, audience="all"):
    from havn.cli import start

    start.prepare(audience)
    from django.conf import settings
    from django.db import DatabaseError, connection

    from havn.domain.accounts import selectors as people
    from havn.domain.assessment import rules
    from havn.domain.errors import RefusedError
    from havn.lib.clock import now

    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    actor = people.actor_of(person_id=UUID(person_id))
    decision = rules.default_decision(settings.HAVN_POLICY, jurisdiction="XD")
    while not stop.is_set():
        try:
            did = assess_one(actor, decision, now()) + confirm_all(actor, now())
        except (DatabaseError, RefusedError) as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
            connection.close()
            did = 0
        if not did:
            stop.wait(0.1)


def assess_one(actor, decision, at):
    from havn.domain.assessment import services as assessment
    from havn.domain.workflow.services import casework

    held = assessment.take_next(actor=actor, at=at)
    if held is None:
        return 0
    casework.assess_item(
        item_id=held.item_id, lease_token=held.lease_token, decision=decision, actor=actor, at=at
    )
    return 1


def confirm_all(actor, at):
    from havn.domain.tracing import selectors as tracing
    from havn.domain.workflow.services import casework

    waiting = [
        each for each in tracing.contacts_to_confirm(actor=actor) if each.waits_for == "contact"
    ]
    for each in waiting:
        casework.contact_confirmed(
            item_id=each.item_id, contact_id=each.contact_id, actor=actor, at=at
        )
        return 1  # one answers for all items of the network
    return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
