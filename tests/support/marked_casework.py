# SPDX-License-Identifier: Apache-2.0
"""Gives a node of an alliance casework whose every text is marked, and lets it send a national report to the hub.

HAVN_DATA=... python -m tests.support.marked_casework MARK CONTROL OTHER_NODE OTHER_COUNTRY
MARK stands in addresses, words, contacts, reasons and names; CONTROL stands in the public text of the report.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


def main(mark: str, control: str, other: str, country: str) -> int:
    """Write it all, and print what was written."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from havn.domain.actor import Actor, ActorKind, Role
    from havn.domain.members import selectors as members
    from havn.lib import clock
    from havn.lib.encoding import uuid4

    own = members.own_node(actor=Actor.operator())
    people = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.INVESTIGATOR})
    staff = Actor(ActorKind.PERSON, own.organisation_id, uuid4(), people)
    at = clock.now()
    item = _case(mark, UUID(other), country, staff=staff, at=at)
    report = _report(control, own, at=at)
    json.dump({"item": str(item), "report": str(report)}, sys.stdout)
    return 0


def _case(mark: str, other: UUID, country: str, *, staff: Any, at: datetime) -> UUID:
    """File a report with a contact and words, assess it, refer it to another node, and hold another item."""
    from django.db import transaction

    from havn.domain.actor import Actor
    from havn.domain.assessment import services as assessment
    from havn.domain.cases import services as record
    from havn.domain.workflow.services import casework, referring, telling
    from havn.lib.encoding import uuid4
    from tests.support.desk_work import assess
    from tests.support.other_nodes import hosted_in

    host = f"{mark}-host.example"
    new = record.NewReport(
        report_id=uuid4(), organisation=staff.organisation, channel="web", language="en",
        received_at=at, addresses=(f"https://{host}/{mark}-path",),
        texts={"words": f"{mark} words, confirmed item 17"},
        contact={"reach": f"{mark}@reporter.example"},
    )  # fmt: skip
    system = Actor.system(organisation=staff.organisation)
    with (
        transaction.atomic()
    ):  # one piece, so that the node's own worker meets all of it or nothing
        [filed] = record.file_reports(reports=[new], actor=system, at=at)
        item = filed.items[0].item_id
        assessment.enter_queue(items={new.report_id: [item]}, actor=system, at=at)
        assess(item, staff)
        telling.trace_finished(item_id=item, findings=hosted_in(country), actor=system, at=at)
        referring.item_referred(item_id=item, node_id=other, actor=staff, at=at)
        casework.hold_placed(
            item_id=None, host=host, reason=f"{mark} reason", hours=24, actor=staff, at=at
        )
    return item


def _report(control: str, own: Any, *, at: datetime) -> UUID:
    """Make a report out of the facts, sign it with the node's key, and tell the secretariat."""
    from decimal import Decimal

    from django.db import transaction

    from havn.domain.actor import Actor
    from havn.domain.ledger import services as ledger
    from havn.domain.ledger.models import Fact
    from havn.domain.ledger.rules import EventKind
    from havn.domain.members import selectors as members
    from havn.lib import wire
    from havn.lib.encoding import uuid4
    from havn.lib.signing import key_id

    year, actor = str(at.year - 1), Actor.system(organisation=own.organisation_id)
    received = Fact.objects.filter(name="report_received").count()
    figure = wire.Figure(period=year, measure="received", value=Decimal(received))
    parts = [
        wire.write_part("figures/R01", wire.figures_part("R01", 1, [figure])),
        wire.write_part("texts", wire.texts_part([wire.Text("overview", "en", control)])),
    ]
    head = wire.Head(
        report=uuid4(), member=own.member_code, node=own.node_id, year=year, basis="computed",
        as_of=datetime(at.year, 1, 31, tzinfo=UTC),
        parts=tuple(wire.PartLine.of(part) for part in parts),
        released_by=(wire.Release("Rapporteur", date(at.year, 2, 1)), wire.Release("Minister", date(at.year, 2, 2))),
        languages=("en",),
    )  # fmt: skip
    pair = members.own_signing_pair(actor=actor, at=at)
    token = wire.sign_head(head, pair.private, key_id=key_id(pair.public))
    hub = [str(each.node_id) for each in members.secretariat_nodes(actor=actor)]
    with transaction.atomic():
        for kind, body in (
            *((EventKind.REPORT_PART, wire.part_event(head.report, part)) for part in parts),
            (EventKind.REPORT_RELEASED, wire.released_event(token)),
        ):
            ledger.append_event(
                kind=kind, subject_id=head.report, organisation=own.organisation_id,
                payload=body, audience=hub, at=at,
            )  # fmt: skip
    return head.report


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
