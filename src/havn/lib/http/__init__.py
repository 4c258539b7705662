# SPDX-License-Identifier: Apache-2.0
"""The body guard around the application, and guarded requests to the outside.

The guard judges a request's body before one byte of it is read, and takes an allowed one in before anybody works on
it. A guarded request goes only to public addresses, over a connection pinned to the address that was checked, ends at
a deadline, and never reads what a page shows.
"""

from havn.lib.http._addresses import is_public_address
from havn.lib.http._body_guard import (
    FORM,
    FORM_LARGE,
    REFUSAL_SENTENCES,
    BodyGuard,
    BodyRule,
)
from havn.lib.http._client import KEPT_HEADERS, FetchError, GuardedClient, Observation
from havn.lib.http._connectors import (
    Connector,
    InsecureLoopbackConnector,
    InsecureWarning,
    PublicConnector,
    Route,
    RouteError,
)
from havn.lib.http._direct_client import DirectClient, Reply
from havn.lib.http._resolvers import DnsAnswer, DnsResolver, Resolver, SystemResolver
from havn.lib.http._seats import Seats
from havn.lib.http._server import guarded_server
from havn.lib.http._waiting_room import WaitingRoom, ask_for_new_workers

__all__ = [
    "FORM",
    "FORM_LARGE",
    "KEPT_HEADERS",
    "REFUSAL_SENTENCES",
    "BodyGuard",
    "BodyRule",
    "Connector",
    "DirectClient",
    "DnsAnswer",
    "DnsResolver",
    "FetchError",
    "GuardedClient",
    "InsecureLoopbackConnector",
    "InsecureWarning",
    "Observation",
    "PublicConnector",
    "Reply",
    "Resolver",
    "Route",
    "RouteError",
    "Seats",
    "SystemResolver",
    "WaitingRoom",
    "ask_for_new_workers",
    "guarded_server",
    "is_public_address",
]
