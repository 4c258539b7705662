# SPDX-License-Identifier: Apache-2.0
"""What a node sends to the hub holds nothing of any case, and so does what the hub keeps of it."""

import secrets
from copy import deepcopy
from datetime import timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection

from havn.domain.ledger.rules import EventKind
from havn.domain.publication.models import PublishedReport
from havn.domain.workflow.services import casework, referring, telling
from havn.domain.workflow.tasks.hub import READINGS
from havn.lib.encoding import canonical_json
from tests.faults.canaries import found_in
from tests.support.casework import SmallNode, assessed, submitted
from tests.support.national_report import MADE_AT, ReportingNode
from tests.support.node_with_hub import HUB, WithHub
from tests.support.other_nodes import hosted_in

pytestmark = pytest.mark.django_db
# All that a node may ever tell the secretariat, or everybody: numbers, codes, dates, and texts meant for the public.
MAY_BE_TOLD = {
    "commitment.stated", "political_act.stated", "law.assessed", "law.reviewed", "law.disputed",
    "national_report.part", "national_report.released", "national_report.step", "national_report.answer",
    "capability.stated", "provisional_figures.told", "provisional_figures.withdrawn", "payload.erased",
    "log.recovered",
}  # fmt: skip
AT_THE_HUB = ("publication", "commitments", "legislation", "members")


@pytest.fixture(scope="module")
def made(standing):
    """Return the alliance, the mark that stands in every text of a case, and one that the report says openly."""
    mark, said = f"Kanarie{secrets.token_hex(6)}", f"Kontrol{secrets.token_hex(6)}"
    alliance = WithHub(at=MADE_AT - timedelta(days=1)).joined()
    node = SmallNode(alliance.organisation, at=alliance.at)
    submitted(
        node, f"https://{mark}-host.example/{mark}-path", words=f"{mark} words, confirmed item 17",
        contact=f"{mark}@reporter.example", where=f"{mark} place", seen=f"{mark} seen", has_police_consent=True,
    )  # fmt: skip
    node.work("file_submission")
    item_id = assessed(node)
    telling.trace_finished(
        item_id=item_id, findings=hosted_in("SE"), actor=node.system, at=node.at
    )
    referring.item_referred(
        item_id=item_id, node_id=alliance.peers["SE"].node_id, actor=node.analyst, at=node.at
    )
    casework.hold_placed(
        item_id=None, host=f"{mark}-host.example", reason=f"{mark} reason", hours=24,
        actor=node.investigator, at=node.at,
    )  # fmt: skip
    government = ReportingNode(alliance.organisation)
    government.reports_received(40)
    report_id = government.drafted()
    government.wrote(report_id, text=f"{said}: a year in plain words.")
    government.confirmed(report_id)
    government.released(report_id)
    alliance.at = government.at
    alliance.meets()
    return alliance, mark, said


@pytest.fixture
def world(made, db):
    return deepcopy(made)


def told(alliance, code):
    """Return everything that a peer has from the own node: its log's leaves, and what it may open of them."""
    peer = alliance.peers[code]
    mirror = peer.mirrors[alliance.own.node_id]
    opened = b"\n".join(
        canonical_json({"kind": event.kind, "subject": str(event.subject_id), **event.body})
        for _, event in peer.arrived
    )
    return opened, repr(vars_of(mirror)).encode()


def vars_of(thing):
    names = getattr(type(thing), "__slots__", None) or vars(thing)
    return {name: getattr(thing, name, None) for name in names}


def test_what_a_node_sends_to_the_hub_holds_nothing_of_any_case(world):
    alliance, mark, said = world
    opened, mirrored = told(alliance, HUB)
    assert list(found_in(opened, [said], where="control")), "the report is here"
    assert list(found_in(opened + mirrored, [mark], where="hub")) == []
    kinds = {event.kind for _, event in alliance.peers[HUB].arrived}
    assert {"national_report.part", "national_report.released"} <= kinds <= MAY_BE_TOLD
    # The search finds: the other node was told the address by the referral.
    elsewhere, _mirrored = told(alliance, "SE")
    assert list(found_in(elsewhere, [mark], where="control"))


def test_what_the_hub_keeps_of_it_holds_nothing_of_any_case(world):
    alliance, mark, said = world
    for _, event in alliance.peers[HUB].arrived:
        READINGS[event.kind].handler(event, alliance.system, alliance.at)
    kept = dump(AT_THE_HUB)
    assert list(found_in(kept, [said], where="control")), "the report is kept"
    assert [row.state for row in PublishedReport.objects.all()] == ["accepted"]
    assert list(found_in(kept, [mark], where="tables of the hub")) == []
    assert list(found_in(dump(("cases",)), [mark], where="control")), "the case is here"


def test_every_kind_of_event_is_for_the_hub_or_of_cases():
    of_cases = {each.value for each in EventKind if each.value.startswith(("referral.", "known."))}
    from_hub = {"national_report.receipt", "national_report.question"}
    assert {each.value for each in EventKind} == of_cases | from_hub | MAY_BE_TOLD
    assert set(READINGS) == MAY_BE_TOLD - {"payload.erased", "log.recovered"}


def dump(labels):
    """Return every value of the tables of these apps."""
    out = BytesIO()
    for model in apps.get_models():
        if model._meta.app_label in labels:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                for row in cursor.fetchall():
                    for value in row:
                        is_bytes = isinstance(value, bytes | memoryview)
                        out.write(bytes(value) if is_bytes else str(value).encode())
                        out.write(b" | ")
    return out.getvalue()
