# SPDX-License-Identifier: Apache-2.0
"""The outside world as background work sees it, put together from what the settings choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.exchange.rules import LinkError, LogMemory, PeerLink
from havn.domain.members import selectors as members
from havn.domain.members.rules import HOTLINE, AskingError, NodeReply
from havn.domain.members.selectors import NodeView
from havn.domain.referral.clients import (
    HttpKnownNode,
    KnownError,
    KnownNode,
    NoKnown,
)
from havn.domain.takedown.clients import (
    AddressChecker,
    GuardedChecker,
    HttpVantageNode,
    NoVantages,
    VantageError,
    VantageNode,
)
from havn.domain.takedown.rules import VantagePoint
from havn.domain.tracing.clients import (
    IanaServers,
    ListedCountries,
    ListedServers,
    RdapRegistry,
    RegistryCountries,
    RegistryFiles,
    RegistryServers,
)
from havn.domain.tracing.tasks import Tracers
from havn.domain.workflow.tasks.links import NEVER, SignedLinks, to_nobody
from havn.lib import clock, http
from havn.lib.mail import MailGateway, NoRelay, Relay, SmtpGateway

__all__ = ["Outside", "outside_through"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything beyond this machine that background work talks to."""

    tracers: Tracers
    checker: AddressChecker
    mail: MailGateway
    log_memory: LogMemory = field(default_factory=lambda: LogMemory(since=NEVER))
    link_to: Callable[[NodeView], PeerLink] = to_nobody
    documents: http.GuardedClient | None = None  # fetches the roster's files
    vantages: VantageNode = field(default_factory=NoVantages)
    known: KnownNode = field(default_factory=NoKnown)


MOST_OF_AN_ANSWER = 64 * 1024


class Request(NamedTuple):
    """What is sent to another node."""

    method: str
    path: str
    body: bytes


class VantageRequests:
    """Signed requests about what another node sees, to the hotlines of the roster."""

    def __init__(self, links: SignedLinks) -> None:
        self._links = links

    def points(self) -> tuple[VantagePoint, ...]:
        """Return the one hotline of each other member, while the roster holds."""
        actor = Actor.system()
        if not members.is_usable(at=clock.now(), actor=actor):
            return ()
        return tuple(
            VantagePoint(peer.node_id, peer.participant_code)
            for peer in members.peers(actor=actor)
            if HOTLINE in peer.roles
        )

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        """Return the node's signed reply; raise VantageError where there is none that counts."""
        return _sent(self._links, node, Request(method, path, body), error=VantageError)


class KnownAddressRequests:
    """Signed requests whether addresses are known, to every active node of the roster."""

    def __init__(self, links: SignedLinks) -> None:
        self._links = links

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        """Return the node's signed reply; raise KnownError where there is none that counts."""
        return _sent(self._links, node, Request(method, path, body), error=KnownError)


def _sent(
    links: SignedLinks, node: UUID, request: Request, *, error: type[AskingError]
) -> NodeReply:
    """Return the signed reply of a node that takes part, while the roster holds."""  # V1, E39
    actor = Actor.system()
    if not members.is_usable(at=clock.now(), actor=actor):  # R17
        raise error("roster_unusable")
    peers = {peer.node_id: peer for peer in members.peers(actor=actor)}
    if node not in peers:
        raise error("not_in_the_roster", is_final=True)
    try:
        reply = links(peers[node]).send(
            request.method, request.path, request.body, most=MOST_OF_AN_ANSWER
        )
    except LinkError as failed:
        raise error(failed.code) from failed
    return NodeReply(reply.status, reply.body, _retry_after(reply))


def _retry_after(reply: http.Reply) -> float | None:
    after = reply.headers.get("retry-after", "")
    return float(after) if after.isdecimal() else None


def outside_through(
    connector: http.Connector,
    *,
    resolver: http.Resolver,
    agent: str,
    relay: Relay | None,
    registries: Sequence[tuple[str, str]] | None = None,
    countries: Mapping[str, str] | None = None,
) -> Outside:
    """Return the real clients over a connector; listed registries and countries replace the world's."""
    client = http.GuardedClient(connector, agent=agent)
    servers: RegistryServers = (
        IanaServers(client, monotonic=clock.monotonic)
        if registries is None
        else ListedServers(registries)
    )
    known: RegistryCountries = RegistryFiles() if countries is None else ListedCountries(countries)
    links = SignedLinks(http.DirectClient(connector, agent=agent))
    requests = VantageRequests(links)
    return Outside(
        tracers=Tracers(resolver, RdapRegistry(client, servers), known),
        checker=GuardedChecker(client),
        mail=NoRelay() if relay is None else SmtpGateway(relay),
        documents=client,
        log_memory=LogMemory(since=clock.now()),
        link_to=links,
        vantages=HttpVantageNode(requests, requests.points),
        known=HttpKnownNode(KnownAddressRequests(links)),
    )
