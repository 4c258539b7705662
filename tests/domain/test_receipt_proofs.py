# SPDX-License-Identifier: Apache-2.0
"""The hub's receipt and its proof: a proof is kept where it holds, the receipt whatever its proof is."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from havn.domain.exchange import selectors as exchange
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.reporting import selectors, services
from havn.domain.workflow.tasks.exchanging import handle_arrivals
from havn.domain.workflow.tasks.reporting import READINGS
from havn.lib import feed, wire
from tests.support.national_report import MADE_AT, ReportingNode
from tests.support.proofs import made_up_proof
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db

HUB = "SE"


class AllianceWithHub(SmallAlliance):
    """Denmark's node in the database; of the two in memory one is the secretariat's."""

    def peer_file(self, code: str) -> dict[str, object]:
        value = super().peer_file(code)
        if code == HUB:
            value["organisations"][0]["mandates"] = ["secretariat"]
        return value


@dataclass
class Sent:
    """A report that was released, stands in the own log, and was seen there by both peers."""

    alliance: AllianceWithHub
    node: ReportingNode
    report: UUID

    def is_seen(self) -> None:
        """Let what waits leave, and hear from both peers that they have it."""
        self.alliance.later()
        self.alliance.beat()
        for code in self.alliance.peers:
            self.alliance.peer_visits(code)
        self.alliance.hear_from_all()

    def proofs(self, kind: str) -> list[str]:
        """Return the proofs of what the node said of its report, as they stand in the log."""
        events = OutgoingEvent.objects.filter(kind=f"national_report.{kind}")
        found = [
            exchange.proof_of_event(event_id=each.pk, actor=self.node.system) for each in events
        ]
        return sorted(
            (each for each in found if each), key=lambda each: feed.read_proof(each).index
        )

    def hears(self, proof: object, *, code: str = "", subject: UUID | None = None) -> None:
        """Let the hub answer with a receipt that holds this proof."""
        receipt = wire.receipt(self.report, at=self.alliance.later(), code=code)
        self.alliance.peers[HUB].say(
            "national_report.receipt",
            subject or self.report,
            to=[self.alliance.own.node_id],
            body=receipt | {"proof": proof},
            event_id=uuid4(),
            at=self.alliance.at,
        )
        self.alliance.peer_beats(HUB)
        self.alliance.visit(HUB)
        handle_arrivals(READINGS, at=self.alliance.at)

    def kept(self) -> list[tuple[str, str]]:
        """Return state and proof of every receipt that was kept, the oldest first."""
        found = selectors.hub_messages(actor=self.node.rapporteur)
        return [(each.state, each.proof) for each in reversed(found)]


@pytest.fixture(scope="module")
def made(standing):
    alliance = AllianceWithHub(at=datetime(2026, 1, 1, tzinfo=UTC))
    alliance.at = MADE_AT
    node = ReportingNode(alliance.organisation)
    node.reports_received(12)
    found = Sent(alliance, node, node.released(node.ready()))
    alliance.joined()
    found.is_seen()
    return found


@pytest.fixture
def sent(made, db):
    return deepcopy(made)


def test_a_proof_that_the_hub_cosigned_the_log_with_the_head_is_kept(sent):  # N23
    [proof] = sent.proofs("released")
    sent.hears(proof)
    assert sent.kept() == [("accepted", proof)]
    assert sent.alliance.alarms() == []


def test_a_head_that_was_sent_again_stands_there_twice_and_each_is_proved(sent):  # N23
    sent.hears(sent.proofs("released")[0], code="unknown_definition")
    services.send_again(report_id=sent.report, actor=sent.node.rapporteur, at=sent.alliance.at)
    sent.is_seen()
    first, second = sent.proofs("released")
    assert feed.read_proof(first).index < feed.read_proof(second).index
    for proof in (first, second):
        sent.hears(proof)
    assert [proof for _, proof in sent.kept()][1:] == [first, second]


def of_another_leaf(sent: Sent) -> str:
    return sent.proofs("part")[0]


def of_another_place(sent: Sent) -> str:
    read = feed.read_proof(sent.proofs("released")[0])
    return feed.write_proof(read.index - 1, read.path, read.note)


def beyond_the_log(sent: Sent) -> str:
    read = feed.read_proof(sent.proofs("released")[0])
    return feed.write_proof(10**15, read.path, read.note)


def of_another_log(sent: Sent) -> str:
    other = feed.read_proof(made_up_proof())
    return feed.write_proof(
        feed.read_proof(sent.proofs("released")[0]).index, other.path, other.note
    )


def not_cosigned_by_the_hub(sent: Sent) -> str:
    read = feed.read_proof(sent.proofs("released")[0])
    note = feed.read_note(read.note)
    hub = feed.witness_name(str(sent.alliance.peers[HUB].node_id))
    lines = tuple(line for line in note.lines if line.name != hub)
    assert len(lines) == len(note.lines) - 1 > 2  # the other peer's is among them
    return feed.write_proof(read.index, read.path, str(feed.Note(note.body, lines)))


def with_more(sent: Sent) -> str:
    read = feed.read_proof(sent.proofs("released")[0])
    return feed.write_proof(read.index, read.path, read.note, extra=b"more")


@pytest.mark.parametrize(
    "wrong",
    [of_another_leaf, of_another_place, beyond_the_log, of_another_log, not_cosigned_by_the_hub, with_more],
    ids=lambda each: each.__name__,
)  # fmt: skip
def test_a_proof_that_does_not_hold_is_left_out_and_the_receipt_kept(
    sent: Sent, wrong: Callable[[Sent], str]
) -> None:  # N23
    sent.hears(wrong(sent))
    assert sent.kept() == [("accepted", "")]
    assert sent.alliance.alarms() == []


@pytest.mark.parametrize("wrong", ["no proof", "", 7, None, ["no proof"]])
def test_what_is_no_proof_at_all_is_left_out_and_the_receipt_kept(sent, wrong):  # N23
    sent.hears(wrong)
    assert sent.kept() == [("accepted", "")]
    assert sent.alliance.alarms() == []


def test_a_receipt_that_is_about_two_reports_proves_neither(sent):  # N23
    [proof] = sent.proofs("released")
    sent.hears(proof, subject=uuid4())
    assert sent.kept() == [("accepted", "")]
