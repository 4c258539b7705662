# SPDX-License-Identifier: Apache-2.0
"""Looking from outside: which names, networks and countries a host has; no transaction, no write."""

from __future__ import annotations

from dataclasses import dataclass

from havn.domain.cases.rules import is_hidden_service
from havn.domain.tracing import rules
from havn.domain.tracing.clients import Registry, RegistryCountries
from havn.lib import http


@dataclass(frozen=True, slots=True)
class Tracers:
    """Whom a trace asks."""

    resolver: http.Resolver
    registry: Registry
    countries: RegistryCountries


def find(host: str, *, tracers: Tracers) -> rules.Findings:
    """Return what names, registries and country files say about a host; never raises."""
    if not host or is_hidden_service(host):
        return rules.Findings(host)
    names = names_of(host, resolver=tracers.resolver)
    if not names.addresses:
        return rules.Findings(host, names)
    address = names.addresses[0]
    return rules.Findings(
        host,
        names,
        tracers.registry.network_of(address),
        registry_country=tracers.countries.country_of(address),
        registry_files=tracers.countries.dataset,
    )


def names_of(host: str, *, resolver: http.Resolver) -> rules.NameFound:
    """Return the addresses, aliases and name servers of a host, or why there are none."""
    if rules.is_address(host):
        return rules.NameFound((host,))
    answer = resolver.look_up(host)
    return rules.NameFound(
        addresses=answer.addresses,
        canonical_names=answer.canonical_names,
        name_servers=answer.name_servers,
        failure=rules.NameFailure(answer.failure) if answer.failure else None,
    )
