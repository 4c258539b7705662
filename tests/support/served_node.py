# SPDX-License-Identifier: Apache-2.0
"""The node of the test's database, served over a real socket, as another node of its alliance asks it."""

from __future__ import annotations

import warnings
from typing import Any
from urllib.parse import urlsplit

from havn.domain.exchange.clients import OwnSignature, SignedLink
from havn.lib import clock, http, signing
from tests.support.asking_nodes import AskingNode, own_public

BASE = "http://node.example"
PUBLIC = "203.0.118.17"


class OneName:
    """Knows one name."""

    def find_addresses(self, name: str, *, timeout_seconds: float | None = None) -> http.DnsAnswer:
        del timeout_seconds
        known = name == "node.example"
        return http.DnsAnswer((PUBLIC,)) if known else http.DnsAnswer(failure="no_such_name")

    look_up = find_addresses


def link_over(live_server: Any, settings: Any, *, code: str = "SE") -> SignedLink:
    """Return the served node as another participant's node asks it."""
    settings.HAVN_NODE_ADDRESS = BASE
    settings.ALLOWED_HOSTS = ["node.example"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", http.InsecureWarning)
        connector = http.InsecureLoopbackConnector(
            OneName(),
            {f"{PUBLIC}:80": urlsplit(live_server.url).port},
        )
    asking = AskingNode(code)
    public = settings.HAVN_KEYRING.read("node-signing-key.pub")
    own_key = signing.key_id(public)
    return SignedLink(
        http.DirectClient(connector, agent="Havn test", timeout_seconds=20),
        base=BASE,
        keys={own_key: own_public(own_key)},
        own=OwnSignature(private=asking.private, key_id=asking.key_id, now=clock.now),
    )
