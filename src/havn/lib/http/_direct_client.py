# SPDX-License-Identifier: Apache-2.0
"""Requests to another node: sent once, to a public address that was checked, and its whole answer up to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from havn.lib.encoding import Address, AddressError, parse_address
from havn.lib.http._client import FetchError
from havn.lib.http._connectors import Connector, RouteError

if TYPE_CHECKING:
    from havn.lib.http._connection import Deadline

_MOST_ROUTES = 4
_METHODS = frozenset({"GET", "POST"})


class Reply(NamedTuple):
    """What the other node answered, whatever the status."""

    status: int
    headers: Mapping[str, str]  # names in lower case; several of one name joined by a comma
    body: bytes


class DirectClient:
    """Makes requests over connections that a connector allows; follows no redirect, and sends nothing twice.

    Several addresses of one host are tried in turn while none of them connects: after that, what was sent may have
    arrived, and only the caller knows whether it may be sent again.
    """  # S16

    def __init__(self, connector: Connector, *, agent: str, timeout_seconds: float = 10.0) -> None:
        self._connector = connector
        self._agent = agent
        self._timeout_seconds = timeout_seconds

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        most_bytes: int,
    ) -> Reply:
        """Return the answer to GET or POST, whatever its status; raise FetchError where there is none.

        Its code is one of FetchError, or of AddressError where `url` is no address.
        """
        from havn.lib.http._connection import Deadline, PeerError

        if method not in _METHODS or (body and method == "GET"):
            raise ValueError("Another node is sent GET without a body, or POST.")
        try:
            address = parse_address(url)
            return self._exchange(
                method,
                address,
                {"User-Agent": self._agent, "Accept": "*/*"} | dict(headers),
                body,
                Deadline(self._timeout_seconds),
                most_bytes=most_bytes,
            )
        except AddressError as error:
            raise FetchError(error.code) from error
        except (RouteError, PeerError) as error:
            raise FetchError(error.failure) from error

    def _exchange(
        self,
        method: str,
        address: Address,
        headers: Mapping[str, str],
        body: bytes,
        deadline: Deadline,
        *,
        most_bytes: int,
    ) -> Reply:
        from havn.lib.http._connection import PeerError, Request, exchange_whole

        routes = self._connector.resolve(
            address.host, address.port, timeout_seconds=deadline.left_seconds()
        )[:_MOST_ROUTES]
        for left, route in zip(range(len(routes), 0, -1), routes, strict=True):
            request = Request(
                method,
                address,
                route,
                list(headers.items()),
                deadline,
                body,
                connect_seconds=deadline.left_seconds() / left,
            )
            try:
                return Reply(*exchange_whole(request, most_bytes=most_bytes))
            except PeerError as error:
                if error.is_connected or left == 1:
                    raise
        raise PeerError("refused")  # a connector that returned no route broke its promise
