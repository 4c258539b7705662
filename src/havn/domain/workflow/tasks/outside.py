# SPDX-License-Identifier: Apache-2.0
"""The outside world as background work sees it, put together from what the settings choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

__all__ = ["Outside", "Relay", "outside_through"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything beyond this machine that background work talks to."""

    tracers: Tracers
    checker: AddressChecker
    mail: MailGateway
    documents: http.GuardedClient | None = None  # fetches the roster's files


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
    )
