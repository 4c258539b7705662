# SPDX-License-Identifier: Apache-2.0
"""Who knows about networks: registries over RDAP, and the registries' country files.

Whatever the outside answers becomes a frozen value or a code; nothing here raises on a hostile peer.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from importlib.metadata import Distribution, distribution
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from havn.domain.tracing.rules import Dataset, NetworkFound, RegistryFailure
from havn.lib import http

if TYPE_CHECKING:
    from whoisit.bootstrap import _BootstrapWrapper

_MOST_BYTES = 512 * 1024
_MOST_BOOTSTRAP_BYTES = 2 * 1024 * 1024
_LISTS_HOLD_SECONDS = 24 * 3600.0
_ASK_AGAIN_SECONDS = 3600.0
_BOOTSTRAP = "https://data.iana.org/rdap/ipv{version}.json"

Services = Sequence[tuple[str, str]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Registry(Protocol):
    """Tells whose network an address belongs to, and where abuse of it is reported."""

    def network_of(self, address: str) -> NetworkFound:
        """Return what is registered, or the code of what went wrong; never raises."""
        ...


class RegistryCountries(Protocol):
    """Tells in which country an address is registered: not where the machine stands."""

    @property
    def dataset(self) -> Dataset:
        """Which set of data, of which day."""
        ...

    def country_of(self, address: str) -> str:
        """Return the two letters of the country, or nothing."""
        ...


class RegistryServers(Protocol):
    """Tells which registry's server answers for an address (RFC 9224)."""

    def server_for(self, address: str) -> str:
        """Return the base address of the server, or nothing where none is listed."""
        ...


class ListedServers:
    """Servers from a list of prefix and base address; the longest prefix wins."""

    def __init__(self, services: Services) -> None:
        self._services = [(ipaddress.ip_network(prefix), base) for prefix, base in services]

    def server_for(self, address: str) -> str:
        """Return the server of the longest prefix that holds the address."""
        wanted = ipaddress.ip_address(address)
        found = [
            (network.prefixlen, base)
            for network, base in self._services
            if network.version == wanted.version and wanted in network
        ]
        return max(found)[1] if found else ""


class IanaServers:
    """Servers from IANA's bootstrap files, fetched when first needed and anew once a day.

    While IANA cannot be reached the last lists are used on, and it is asked again after an hour.
    """

    def __init__(
        self,
        client: http.GuardedClient,
        *,
        monotonic: Callable[[], float],
        bootstrap: str = _BOOTSTRAP,
    ) -> None:
        self._client = client
        self._monotonic = monotonic
        self._bootstrap = bootstrap
        self._listed: dict[int, ListedServers] = {}
        self._ask_at: dict[int, float] = {}

    def server_for(self, address: str) -> str:
        """Return the server for the address; nothing where no list was ever fetched."""
        version = ipaddress.ip_address(address).version
        if version not in self._listed or self._monotonic() >= self._ask_at[version]:
            self._fetch(version)
        listed = self._listed.get(version)
        return listed.server_for(address) if listed else ""

    def _fetch(self, version: int) -> None:
        listed = self._fetched(version)
        if listed is not None:
            self._listed[version] = listed
        holds = _ASK_AGAIN_SECONDS if listed is None else _LISTS_HOLD_SECONDS
        self._ask_at[version] = self._monotonic() + holds

    def _fetched(self, version: int) -> ListedServers | None:
        url = self._bootstrap.format(version=version)
        try:
            status, _headers, body = self._client.fetch_json(url, most_bytes=_MOST_BOOTSTRAP_BYTES)
            services = services_of(json.loads(body)) if status == 200 else ()
            return ListedServers(services) if services else None
        except (http.FetchError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None


def services_of(document: Mapping[str, Any]) -> Services:
    """Return prefix and server of a bootstrap file (RFC 9224 section 3), https where both are named."""
    found = []
    for prefixes, bases in document["services"]:
        preferred = sorted(bases, key=lambda base: not str(base).startswith("https:"))
        found += [(str(prefix), str(preferred[0])) for prefix in prefixes if preferred]
    return found


class RdapRegistry:
    """Asks registries over RDAP (RFC 9082, 9083) through the guarded client; whoisit reads the answer."""

    def __init__(self, client: http.GuardedClient, servers: RegistryServers) -> None:
        self._client = client
        self._servers = servers

    def network_of(self, address: str) -> NetworkFound:
        """Return what the registry says about the address."""
        base = self._servers.server_for(address)
        if not base:
            return NetworkFound(failure=RegistryFailure.NO_SERVER)
        url = f"{base.rstrip('/')}/ip/{address}"
        try:
            status, headers, body = self._client.fetch_json(url, most_bytes=_MOST_BYTES)
        except http.FetchError as error:
            is_garbage = error.failure in {"too_large", "wrong_type", "protocol"}
            unreadable, unreachable = RegistryFailure.UNREADABLE, RegistryFailure.UNREACHABLE
            return NetworkFound(failure=unreadable if is_garbage else unreachable)
        if status == 200:
            return network_in(body, address=address)
        return _refusal(status, headers)


def _refusal(status: int, headers: Mapping[str, str]) -> NetworkFound:
    asked = headers.get("retry-after", "")
    seconds = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
    if status == 429:
        return NetworkFound(failure=RegistryFailure.RATE_LIMITED, retry_after_seconds=seconds)
    if status == 404:
        return NetworkFound(failure=RegistryFailure.NOT_FOUND)
    return NetworkFound(failure=RegistryFailure.UNREACHABLE, retry_after_seconds=seconds)


# It makes two HTTP clients with all authorities' certificates, and asks nobody here.
@lru_cache(maxsize=1)
def _bootstrap() -> _BootstrapWrapper:
    from whoisit.bootstrap import _BootstrapWrapper

    return _BootstrapWrapper()


def network_in(body: bytes, *, address: str) -> NetworkFound:
    """Return the network that an RDAP document describes (RFC 9083 section 5.4)."""
    # Imported here: it brings a second HTTP library along and takes half a second.
    import whoisit

    try:
        read = whoisit.parse(_bootstrap(), "ip", address, json.loads(body))
        networks = [n for n in [read.get("network"), *read.get("cidrs", [])] if n is not None]
        network = next((n for n in networks if ipaddress.ip_address(address) in n), None)
        abuse = _abuse_contact(read.get("entities", {}))
        country = str(read.get("country", "")).upper()
        return NetworkFound(
            network=str(network or ""),
            name=_printable(read.get("name", "")),
            country=country
            if len(country) == 2 and country.isascii() and country.isalpha()
            else "",
            abuse_name=abuse[0],
            abuse_email=abuse[1],
        )
    except Exception:  # noqa: BLE001 - a stranger's document, read by a stranger's parser
        return NetworkFound(failure=RegistryFailure.UNREADABLE)


def _abuse_contact(entities: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[str, str]:
    for entity in entities.get("abuse", []):
        email = str(entity.get("email", "")).strip()
        try:
            validate_email(email)
        except ValidationError:
            continue
        if len(email) <= 254:
            return _printable(entity.get("name", "")), email
    return "", ""


def _printable(value: Any) -> str:
    """Return at most 200 printable characters: a database refuses NUL and lone surrogates."""
    return "".join(letter for letter in str(value) if letter.isprintable())[:200]


class RegistryFiles:
    """The five registries' assignment files, as the package iptocc carries them."""

    @cached_property
    def dataset(self) -> Dataset:
        """The package's version, and the day on which it was built from the registries' nightly files."""
        package = distribution("iptocc")
        return Dataset(f"iptocc {package.version}", _built_on(package))

    def country_of(self, address: str) -> str:
        """Return the country that the address is registered in, or nothing."""
        import iptocc

        try:
            return str(iptocc.country_code(address) or "")
        except ValueError:
            return ""


def _built_on(package: Distribution) -> date | None:
    """Return the day that a package's bill of materials bears (CycloneDX, `metadata.timestamp`)."""
    bills = [file for file in package.files or [] if file.name.endswith(".cyclonedx.json")]
    try:
        text = bills[0].read_text(encoding="utf-8")
        return date.fromisoformat(str(json.loads(text)["metadata"]["timestamp"])[:10])
    except (IndexError, OSError, ValueError, KeyError, TypeError):
        return None


class ListedCountries:
    """Countries from a list of prefix and two letters; the longest prefix wins."""

    dataset = Dataset("listed by hand")

    def __init__(self, countries: Mapping[str, str]) -> None:
        self._servers = ListedServers(list(countries.items()))

    def country_of(self, address: str) -> str:
        """Return the country of the longest prefix that holds the address, or nothing."""
        try:
            return self._servers.server_for(address)
        except ValueError:
            return ""
