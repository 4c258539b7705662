# SPDX-License-Identifier: Apache-2.0
"""The outside world as background work sees it, put together from what the settings choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from havn.domain.exchange.clients import OwnSignature, SignedLink
from havn.domain.exchange.rules import LinkError, PeerLink
from havn.domain.members.rules import KeyUse
from havn.domain.members.selectors import NodeView
from havn.domain.takedown.clients import (
    AddressChecker,
    GuardedChecker,
    MailGateway,
    NoRelay,
    Relay,
    SmtpGateway,
)
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
from havn.lib import clock, http
from havn.lib.signing import key_id

__all__ = ["Outside", "Relay", "outside_through"]


NEVER = datetime.max.replace(tzinfo=UTC)


def _to_nobody(_peer: NodeView) -> PeerLink:
    """Refuse a link where none was chosen."""
    raise LinkError("no_link_chosen")


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything beyond this machine that background work talks to."""

    tracers: Tracers
    checker: AddressChecker
    mail: MailGateway
    # What peers confirmed before this process began is no word to it.
    started_at: datetime = NEVER
    link_to: Callable[[NodeView], PeerLink] = _to_nobody
    documents: http.GuardedClient | None = None  # fetches the roster's files


class SignedLinks:
    """Makes the link to a peer with its address and keys from the roster, signed with this node's key."""

    def __init__(self, client: http.DirectClient) -> None:
        self._client = client

    def __call__(self, peer: NodeView) -> PeerLink:
        """Return the link to a peer."""
        keyring = settings.HAVN_KEYRING
        own = OwnSignature(
            private=keyring.read("node-signing-key"),
            key_id=key_id(keyring.read("node-signing-key.pub")),
            now=clock.now,
        )
        keys = {key.key_id: key.public for key in peer.keys_for(KeyUse.SIGNING)}
        return SignedLink(self._client, base=peer.base_address, keys=keys, own=own)


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
    return Outside(
        tracers=Tracers(resolver, RdapRegistry(client, servers), known),
        checker=GuardedChecker(client),
        mail=NoRelay() if relay is None else SmtpGateway(relay),
        documents=client,
        started_at=clock.now(),
        link_to=SignedLinks(http.DirectClient(connector, agent=agent)),
    )
