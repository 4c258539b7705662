# SPDX-License-Identifier: Apache-2.0
"""Denmark's node in the database; Sweden's and the secretariat's, which takes reports, in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from havn.domain.ledger.rules import EventKind
from havn.domain.reporting import services
from havn.domain.workflow.tasks.hub import READINGS
from havn.lab.alliance import SimulatedNode
from tests.support import roster as made_up
from tests.support.national_report import YEAR, ReportingNode
from tests.support.small_alliance import SmallAlliance, noise_of

HUB = "HAVNSEC"
TOLD_AT = datetime(YEAR, 9, 30, 6, tzinfo=UTC)
FROZEN_AT = {
    f"{YEAR}-Q1": datetime(YEAR, 4, 11, tzinfo=UTC),
    f"{YEAR}-Q2": datetime(YEAR, 7, 11, tzinfo=UTC),
    f"{YEAR}-Q3": datetime(YEAR, 10, 11, tzinfo=UTC),
}


class WithHub(SmallAlliance):
    """An alliance of three; what the own node says to the hub can be handed to the hub's services."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.peers = {
            code: SimulatedNode(made_up.identifier("node", code), noise_of(code))
            for code in ("SE", HUB)
        }
        self.adopt(version=2)

    def peer_file(self, code: str) -> dict[str, Any]:
        """Return what the roster says of a peer; the hub's organisation has the mandate."""
        value = made_up.participant(code)
        if code == HUB:
            value["organisations"][0]["mandates"] = ["secretariat"]
        return value

    def meets(self, times: int = 3) -> None:
        """Let everybody hear everybody, as often as told."""
        for _ in range(times):
            self.later()
            self.beat()
            for code in self.peers:
                self.peer_visits(code)

    def heard_by_hub(self, kind: EventKind) -> list[dict[str, Any]]:
        """Return what the hub heard of one kind."""
        return [event.body for _, event in self.peers[HUB].arrived if event.kind == kind]

    def taken_by_hub(self, kind: EventKind) -> None:
        """Let the hub's services, in this same database, take what it heard of one kind."""
        for _, event in self.peers[HUB].arrived:
            if event.kind == kind:
                READINGS[event.kind].handler(event, self.system, self.at)


def with_a_half_year(*, first: int = 40, second: int = 40) -> tuple[WithHub, ReportingNode]:
    """Return an alliance in which Denmark's node froze two quarters of 2026, on the day before it tells of them."""
    alliance = WithHub().joined()
    node = ReportingNode(alliance.organisation, at=FROZEN_AT[f"{YEAR}-Q1"])
    node.reports_received(first, month=2)
    freeze(node, f"{YEAR}-Q1")
    node.at = FROZEN_AT[f"{YEAR}-Q2"]
    node.reports_received(second, month=5)
    node.reports_received(2, month=5, channel="file")
    freeze(node, f"{YEAR}-Q2")
    node.at = TOLD_AT - timedelta(days=1)
    alliance.at = node.at
    return alliance, node


def freeze(node: ReportingNode, period: str) -> None:
    """Freeze a quarter as the worker does."""
    services.freeze_quarter(period=period, actor=node.system, at=FROZEN_AT[period])
