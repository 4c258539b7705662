# SPDX-License-Identifier: Apache-2.0
"""The outside world as a hub's background work sees it: other nodes, and the mail of reminders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from havn.domain.exchange.rules import LogMemory, PeerLink
from havn.domain.members.selectors import NodeView
from havn.domain.workflow.tasks.links import NEVER, SignedLinks, to_nobody
from havn.lib import clock, http
from havn.lib.mail import MailGateway, NoRelay, Relay, SmtpGateway


@dataclass(frozen=True, slots=True)
class HubOutside:
    """Everything beyond this machine that a hub talks to."""

    mail: MailGateway = field(default_factory=NoRelay)
    log_memory: LogMemory = field(default_factory=lambda: LogMemory(since=NEVER))
    link_to: Callable[[NodeView], PeerLink] = to_nobody


def outside_through(connector: http.Connector, *, agent: str, relay: Relay | None) -> HubOutside:
    """Return the real clients over a connector."""
    return HubOutside(
        mail=NoRelay() if relay is None else SmtpGateway(relay),
        log_memory=LogMemory(since=clock.now()),
        link_to=SignedLinks(http.DirectClient(connector, agent=agent)),
    )
