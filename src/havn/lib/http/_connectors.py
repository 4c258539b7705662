# SPDX-License-Identifier: Apache-2.0
"""How a host's name becomes the socket address that a connection is pinned to."""

from __future__ import annotations

import ipaddress
import warnings
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from havn.lib.http._addresses import is_public_address
from havn.lib.http._resolvers import Resolver

LOOPBACK = "127.0.0.1"


class Route(NamedTuple):
    """Where the socket goes, and the public address that stands in the records for it."""

    address: str
    port: int
    public_address: str


class RouteError(Exception):
    """There is no way to this host that may be taken; `failure` is the code of an Observation."""

    def __init__(self, failure: str, addresses: tuple[str, ...] = ()) -> None:
        super().__init__(f"No connection may be made: {failure}.")
        self.failure = failure
        self.addresses = addresses


class InsecureWarning(UserWarning):
    """A stand-in for development is in use; it must never be so on a real node."""


class Connector(Protocol):
    """Turns hosts into routes; whatever it returns was resolved once and checked."""

    def resolve(
        self, host: str, port: int, *, timeout_seconds: float | None = None
    ) -> list[Route]:
        """Return at least one route, in the order to try them; raise RouteError."""
        ...

    def endpoint_for(self, public_address: str, port: int) -> tuple[str, int]:
        """Return the socket address that stands for a public one; raise RouteError."""
        ...


class PublicConnector:
    """The real one: public addresses only, as they are."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def resolve(
        self, host: str, port: int, *, timeout_seconds: float | None = None
    ) -> list[Route]:
        """Return a route for each public address of the host."""
        addresses = _public_addresses(self._resolver, host, timeout_seconds=timeout_seconds)
        return [Route(address, port, address) for address in addresses]

    def endpoint_for(self, public_address: str, port: int) -> tuple[str, int]:
        """Return the very same address, if it is public."""
        _require_public(public_address)
        return public_address, port


class InsecureLoopbackConnector:
    """The lab's: checks as the real one does, then goes to the loopback port that plays the public address.

    `ports` maps "ADDRESS:PORT" ("[ADDRESS]:PORT" for IPv6) to a port of this machine; others refuse the connection.
    """

    def __init__(self, resolver: Resolver, ports: Mapping[str, int]) -> None:
        warnings.warn(
            "InsecureLoopbackConnector sends requests to this machine instead of the internet.",
            InsecureWarning,
            stacklevel=2,
        )
        self._resolver = resolver
        self._ports = dict(ports)

    def resolve(
        self, host: str, port: int, *, timeout_seconds: float | None = None
    ) -> list[Route]:
        """Return a loopback route for each public address of the host that the lab plays."""
        addresses = _public_addresses(self._resolver, host, timeout_seconds=timeout_seconds)
        played = [address for address in addresses if _written(address, port) in self._ports]
        if not played:
            raise RouteError("refused", addresses)
        return [Route(*self.endpoint_for(address, port), address) for address in played]

    def endpoint_for(self, public_address: str, port: int) -> tuple[str, int]:
        """Return the loopback address that plays the public one."""
        _require_public(public_address)
        try:
            return LOOPBACK, self._ports[_written(public_address, port)]
        except KeyError as error:
            raise RouteError("refused", (public_address,)) from error


def _public_addresses(
    resolver: Resolver, host: str, *, timeout_seconds: float | None
) -> tuple[str, ...]:
    try:
        addresses: tuple[str, ...] = (str(ipaddress.ip_address(host)),)
    except ValueError:
        answer = resolver.find_addresses(host, timeout_seconds=timeout_seconds)
        if answer.failure is not None:
            raise RouteError(answer.failure, answer.addresses) from None
        addresses = answer.addresses
    public = tuple(address for address in addresses if is_public_address(address))
    if not public:
        raise RouteError("private_address", addresses)
    return public


def _require_public(address: str) -> None:
    if not is_public_address(address):
        raise RouteError("private_address", (address,))


def _written(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
