# SPDX-License-Identifier: Apache-2.0
"""What a trace means: its outcome, where an item is hosted, behind whom, and what it waits for."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from havn.domain.cases.rules import is_hidden_service


class Outcome(StrEnum):
    """How a trace ended."""

    TRACED = "traced"
    PARTIAL = "partial"
    NO_SUCH_NAME = "no_such_name"
    UNRESOLVED = "unresolved"
    NO_PROVIDER = "no_provider"


class WaitsFor(StrEnum):
    """Why a traced item does not go on by itself; each is a list on the desk."""

    NOTHING = ""
    CONTACT = "contact"  # a person confirms the contact that was found
    NO_CONTACT = "no_contact"  # a person names one
    COUNTRY = "country"  # a person settles where it is hosted
    RETRY = "retry"  # a resolver or registry did not answer; tried again by itself


class Method(StrEnum):
    """Where a finding comes from; stored with the evidence."""

    DNS = "dns"
    RDAP = "rdap"
    REGISTRY_FILE = "registry_file"


class NameFailure(StrEnum):
    """Why a name gave no address; the codes of `lib/http`."""

    NO_SUCH_NAME = "no_such_name"
    NO_ADDRESS = "no_address"
    RESOLVER_DEAD = "resolver_dead"


class RegistryFailure(StrEnum):
    """Why a registry told nothing about a network."""

    RATE_LIMITED = "rdap_rate_limited"
    NOT_FOUND = "rdap_not_found"
    UNREACHABLE = "rdap_unreachable"
    UNREADABLE = "rdap_unreadable"
    NO_SERVER = "rdap_no_server"


@dataclass(frozen=True, slots=True)
class NameFound:
    """What the name system says about a host."""

    addresses: tuple[str, ...] = ()
    canonical_names: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    failure: NameFailure | None = None


@dataclass(frozen=True, slots=True)
class NetworkFound:
    """What a registry says about the network of an address (RFC 9083 section 5.4)."""

    network: str = ""
    name: str = ""
    country: str = ""
    abuse_name: str = ""
    abuse_email: str = ""
    failure: RegistryFailure | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A set of data that was asked: its name with its version, and of which day it is, where known."""

    name: str
    made_on: date | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one trace found about one host; plain values, ready to be stored."""

    host: str
    names: NameFound = field(default_factory=NameFound)
    network: NetworkFound = field(default_factory=NetworkFound)
    registry_country: str = ""
    registry_files: Dataset | None = None  # where registry_country was looked up

    @property
    def failures(self) -> tuple[str, ...]:
        """Codes of what did not answer."""
        found = (self.names.failure, self.network.failure)
        return tuple(failure.value for failure in found if failure is not None)

    @property
    def methods(self) -> tuple[str, ...]:
        """Where the findings come from."""
        used = (
            (Method.DNS, bool(self.names.addresses or self.names.canonical_names)),
            (Method.RDAP, bool(self.network.network)),
            (Method.REGISTRY_FILE, bool(self.registry_country)),
        )
        return tuple(method.value for method, is_used in used if is_used)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is hosted, as far as two methods agree or a person knows."""

    country: str = ""
    behind_proxy: str = ""
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class KnownProxy:
    """A proxy or delivery network that hides the origin, and the marks by which it is known."""

    name: str
    canonical_suffixes: tuple[str, ...] = ()
    name_server_suffixes: tuple[str, ...] = ()
    network_words: tuple[str, ...] = ()


# Names as the operators write them in public zones and registries; from their own guides and public
# lists of delivery networks (cdnmon and others). `havn doctor` asks to look again when the day is more
# than a year ago.
PROXIES_CHECKED_ON = date(2026, 11, 25)
KNOWN_PROXIES = (
    KnownProxy("Cloudflare", (".cdn.cloudflare.net",), (".ns.cloudflare.com",), ("cloudflare",)),
    KnownProxy(
        "Akamai",
        (".akamaiedge.net", ".akamaized.net", ".edgekey.net", ".edgesuite.net"),
        (),
        ("akamai",),
    ),
    KnownProxy("Fastly", (".fastly.net", ".fastlylb.net"), (), ("fastly",)),
    KnownProxy("Amazon CloudFront", (".cloudfront.net",), (), ("cloudfront",)),
    KnownProxy("DDoS-Guard", (), (".ddos-guard.net",), ("ddos-guard",)),
    KnownProxy("Sucuri", (".sucuri.net",), (), ("sucuri",)),
    KnownProxy("Bunny", (".b-cdn.net",), (), ("bunnycdn", "bunny-cdn")),
)

_TRY_AGAIN = (
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)
_TRY_AGAIN_AT_MOST = timedelta(days=1)


# In which of the node's languages a provider of a country is written to; else in English.
LANGUAGE_OF = {"DK": "da", "FO": "da", "GL": "da"}


def language_of(country: str) -> str:
    """Return the language of notices that is proposed for a provider of this country."""
    return LANGUAGE_OF.get(country.upper(), "en")


def is_address(host: str) -> bool:
    """Whether the host is an IP address, so that no name has to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def outcome_of(findings: Findings) -> Outcome:
    """Return how the trace ended, from what answered and what did not."""
    if not findings.host or is_hidden_service(findings.host):
        return Outcome.NO_PROVIDER
    if findings.names.failure in {NameFailure.NO_SUCH_NAME, NameFailure.NO_ADDRESS}:
        return Outcome.NO_SUCH_NAME
    if not findings.names.addresses:
        return Outcome.UNRESOLVED
    # A network that no registry knows will not be known tomorrow: a person names a contact.
    is_answered = findings.network.failure in {None, RegistryFailure.NOT_FOUND}
    return Outcome.TRACED if is_answered else Outcome.PARTIAL


def proxy_in_front(names: NameFound, network: NetworkFound) -> str:
    """Return the proxy behind which the origin is unknown, or nothing."""
    for proxy in KNOWN_PROXIES:
        by_name = any(_ends(name, proxy.canonical_suffixes) for name in names.canonical_names)
        by_network = any(word in network.name.lower() for word in proxy.network_words)
        # Name servers alone prove nothing: many keep their zone there and host elsewhere.
        if by_name or by_network:
            return proxy.name
    return ""


def _ends(name: str, suffixes: tuple[str, ...]) -> bool:
    return bool(suffixes) and ("." + name.rstrip(".").lower()).endswith(suffixes)


def place_of(findings: Findings, *, own_country: str) -> Place:
    """Return where the item is hosted: two methods agree, or the only claim is our own.

    One method alone keeps an item at home, where a person confirms its contact anyway; it never
    sends an item across a border (standards, section 8.3).
    """
    proxy = proxy_in_front(findings.names, findings.network)
    if proxy:
        return Place("", proxy)
    claims = {c for c in (findings.registry_country, findings.network.country) if c}
    if claims == {own_country}:
        return Place(own_country)
    is_agreed = findings.registry_country == findings.network.country != ""
    if is_agreed:
        return Place(findings.registry_country)
    return Place("", "", needs_person=True)


def waits_for(outcome: Outcome, place: Place, *, own_country: str, has_contact: bool) -> WaitsFor:
    """Return what an unconfirmed item waits for after a trace."""
    if outcome in {Outcome.NO_SUCH_NAME, Outcome.UNRESOLVED, Outcome.PARTIAL}:
        return WaitsFor.RETRY
    if outcome is Outcome.NO_PROVIDER:
        return WaitsFor.NOTHING
    if place.needs_person:
        return WaitsFor.COUNTRY
    if place.country not in {"", own_country}:
        return WaitsFor.NOTHING  # Not ours to notify: the item becomes an orphan.
    return WaitsFor.CONTACT if has_contact else WaitsFor.NO_CONTACT


def try_again_in(traces_before: int, *, asked_for_seconds: float | None = None) -> timedelta:
    """Return when a trace that was not answered is made again: ever later, once a day at last.

    A registry that said when to come back (RFC 6585 section 4) is obeyed, up to one day.
    """
    own = _TRY_AGAIN[traces_before] if traces_before < len(_TRY_AGAIN) else _TRY_AGAIN_AT_MOST
    if asked_for_seconds is None or asked_for_seconds <= own.total_seconds():
        return own
    return min(timedelta(seconds=asked_for_seconds), _TRY_AGAIN_AT_MOST)


def has_moved(addresses: Sequence[str], *, network: str, known: Sequence[str]) -> bool:
    """Whether a host left the network in which it was traced; no address is no move."""
    if not addresses or set(addresses) & set(known):
        return False
    try:
        place = ipaddress.ip_network(network)
    except ValueError:
        return True
    return not any(_is_in(address, place) for address in addresses)


def _is_in(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False
