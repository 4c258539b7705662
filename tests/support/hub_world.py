# SPDX-License-Identifier: Apache-2.0
"""Gives a hub that stands members, people and a report that arrived; run in the hub's environment.

HAVN_DATA=... HAVN_ROLE=hub python -m tests.support.hub_world
Prints the people, as `tests.support.staffing` does.
"""

from __future__ import annotations

import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

YEAR = "2025"


def main() -> int:
    """Adopt a roster, add people, take Denmark's report and half-year update, refuse Sweden's, and raise an alarm."""
    from havn.cli import start

    start.prepare("worker")
    from havn.domain.actor import Actor
    from havn.domain.exchange import services as exchange
    from havn.domain.exchange.rules import AlarmCode
    from havn.domain.members import selectors as members
    from havn.lib import clock
    from tests.support import roster as made_up
    from tests.support.half_year import piece, shown
    from tests.support.hub import made_report
    from tests.support.staffing import add, hash_passwords_quickly

    own = members.own_node(actor=Actor.operator())
    _adopt(own)
    hash_passwords_quickly()
    mark = secrets.token_hex(3)
    people = {
        role: add(role, role, own.organisation_id, mark) for role in ("secretariat", "operator")
    }
    system = Actor.system(organisation=own.organisation_id)
    _send(made_report("DK", year=YEAR), system)
    _send(made_report("SE", year=YEAR, indicator="Z99"), system)
    shown(piece())
    exchange.raise_alarm(
        code=AlarmCode.EVENT_REFUSED,
        about=str(made_up.identifier("node", "SE")),
        detail={"why": "unknown_indicator"},
        actor=system,
        at=clock.now(),
    )
    json.dump(people, sys.stdout)
    return 0


def _adopt(own: Any) -> None:
    from havn.domain.actor import Actor
    from havn.domain.members import services
    from havn.domain.members.rules import parse_roster
    from havn.lib import clock
    from tests.support import roster as made_up

    files = made_up.files_of(
        made_up.participant("DK"), made_up.participant("SE"), made_up.participant("FI", nodes=[])
    )
    roster = parse_roster(files, mark=made_up.mark(expires_at=datetime(2099, 1, 1, tzinfo=UTC)))
    services.adopt_roster(roster=roster, actor=Actor.operator(), at=clock.now())


def _send(made: Any, system: Any) -> None:
    from havn.domain.publication import services
    from havn.lib import clock, wire
    from tests.support import roster as made_up

    node = made_up.identifier("node", made.head.member)
    at = clock.now() - timedelta(minutes=1)
    for part in made.parts:
        services.keep_part(
            body=wire.part_event(made.id, part), subject=made.id, sender=node, actor=system, at=at
        )
    services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=node, actor=system, at=at
    )


if __name__ == "__main__":
    sys.exit(main())
