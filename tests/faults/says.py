# SPDX-License-Identifier: Apache-2.0
"""Writes events for other nodes into a node's ledger, as its stages do, and each that was committed into a file.

HAVN_DATA=... python -m tests.faults.says FILE CODE...
"""

import json
import os
import random
import secrets
import signal
import sys
from threading import Event

BETWEEN_SECONDS = (0.3, 1.5)


def main(path, *codes):
    from havn.cli import start

    start.prepare("worker")
    from django.db import DatabaseError, connection

    from havn.domain.members import selectors as members

    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    own = members.own_node(actor=start.operator())
    peers = {
        each.participant_code: str(each.node_id) for each in members.peers(actor=start.operator())
    }
    audiences = [[peers[code]] for code in codes] + [[peers[code] for code in codes], ["alliance"]]
    chance = random.Random(secrets.randbits(32))
    with open(path, "ab", buffering=0) as file:  # noqa: PTH123 - unbuffered
        while not stop.is_set():
            try:
                event_id, audience = say(chance.choice(audiences), own, chance)
            except DatabaseError as error:
                print(type(error).__name__, error, file=sys.stderr, flush=True)
                connection.close()
            else:
                line = json.dumps({"id": str(event_id), "audience": audience})
                os.write(file.fileno(), f"{line}\n".encode())
            stop.wait(chance.uniform(*BETWEEN_SECONDS))


def say(audience, own, chance):
    """Write one event in a transaction; return its id and audience once it is committed."""
    from django.db import transaction

    from havn.domain.ledger import services as ledger
    from havn.domain.ledger.models import OutgoingEvent
    from havn.domain.ledger.rules import EventKind
    from havn.lib.clock import now
    from havn.lib.encoding import uuid4

    is_referral = len(audience) == 1 and audience != ["alliance"] and chance.random() < 0.4
    kind = EventKind.REFERRAL_SENT if is_referral else EventKind.PAYLOAD_ERASED
    at, subject = now(), uuid4()
    body = referral(own, subject, at) if is_referral else {"commits": [], "events": []}
    with transaction.atomic():
        ledger.append_event(
            kind=kind,
            subject_id=subject,
            organisation=own.organisation_id,
            payload=body,
            audience=audience,
            at=at,
        )
        event_id = OutgoingEvent.objects.values_list("pk", flat=True).get(subject_id=subject)
    return event_id, audience


def referral(own, subject, at):
    """Return a referral of a national item, which waits at its receiver for a person."""
    instant = at.isoformat()
    hosting = {
        "country": "XX", "observed_at": None, "addresses": [], "network": "", "network_name": "",
        "registry_country": "", "network_country": "", "registry_files": "",
        "registry_files_date": "", "behind_proxy": "",
    }  # fmt: skip
    assessment = {
        "by": str(own.node_id), "legal_class": "national", "jurisdiction": own.member_code,
        "scheme": "interpol-baseline", "scheme_version": "1", "labels": [], "age_band": "3_13",
        "sex": "undetermined", "origin": "photographic", "assessed_at": instant,
    }  # fmt: skip
    clocks = {
        "received_at": instant, "police_told_at": None, "provider_told_at": None,
        "removed_at": None,
    }  # fmt: skip
    item = {
        "kind": "address", "address": f"http://item-17.{subject}.example/", "came_from": "",
        "path": "", "received_at": instant, "told_times": 1,
    }  # fmt: skip
    return {
        "v": 1, "step": 1, "why": "hosted", "item": item, "assessment": assessment,
        "hosting": hosting, "clocks": clocks, "hold": None, "chain": [str(own.node_id)],
        "personal": None,
    }  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
