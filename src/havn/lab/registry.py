# SPDX-License-Identifier: Apache-2.0
"""A registry that answers RDAP queries about networks (RFC 9082, RFC 9083)."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from havn.lab.serving import LoopbackServer, QuietAnswerer

_TYPE = "application/rdap+json"


@dataclass(frozen=True, slots=True)
class Network:
    """A range of addresses, who holds it, and where abuse is told."""

    prefix: str
    name: str
    country: str
    abuse_email: str
    handle: str = ""

    def holds(self, address: str) -> bool:
        """Whether the address lies in the range."""
        return ipaddress.ip_address(address) in ipaddress.ip_network(self.prefix)

    def answer(self) -> dict[str, Any]:
        """Return the object class `ip network` of RFC 9083, section 5.4."""
        block = ipaddress.ip_network(self.prefix)
        return {
            "rdapConformance": ["rdap_level_0"],
            "objectClassName": "ip network",
            "handle": self.handle or f"LAB-{self.prefix}",
            "startAddress": str(block[0]),
            "endAddress": str(block[-1]),
            "ipVersion": f"v{block.version}",
            "name": self.name,
            "type": "ASSIGNED PA",
            "country": self.country,
            "status": ["active"],
            "cidr0_cidrs": [{f"v{block.version}prefix": str(block[0]), "length": block.prefixlen}],
            "events": [
                {"eventAction": "registration", "eventDate": "2015-05-05T00:00:00Z"},
                {"eventAction": "last changed", "eventDate": "2020-02-02T00:00:00Z"},
            ],
            "entities": [
                _entity(f"{self.name}-ORG", "registrant", self.name, ""),
                _entity(
                    f"{self.name}-ABUSE", "abuse", f"{self.name} abuse desk", self.abuse_email
                ),
            ],
        }


def _entity(handle: str, role: str, name: str, email: str) -> dict[str, Any]:
    card: list[Any] = [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]
    if email:
        card.append(["email", {}, "text", email])
    return {
        "objectClassName": "entity",
        "handle": handle,
        "roles": [role],
        "vcardArray": ["vcard", card],
    }


class RegistryServer(LoopbackServer):
    """Knows the networks it is told of; `is_busy` makes it answer 429 with Retry-After."""

    def __init__(self) -> None:
        super().__init__()
        self.networks: list[Network] = []
        self.is_busy = False
        self.questions = 0

    def answerer(self) -> type[QuietAnswerer]:
        """Return the class that answers requests."""
        registry = self

        class Answerer(QuietAnswerer):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                """Answer one query."""
                registry.questions += 1
                status, found = registry.answer(unquote(self.path))
                headers = {"Content-Type": _TYPE}
                if status == 429:
                    headers["Retry-After"] = "1"
                self.answer(status, headers, json.dumps(found).encode())

            do_HEAD = do_GET  # noqa: N815

        return Answerer

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and document of one query path such as `/ip/203.0.114.7`."""
        if self.is_busy:
            return 429, _problem(429, "Too many queries")
        kind, _, asked = path.strip("/").partition("/")
        if kind != "ip":
            return 501, _problem(501, "Only networks are known here")
        try:
            address = str(ipaddress.ip_network(asked, strict=False)[0])
        except ValueError:
            return 400, _problem(400, "Not an address")
        for network in self.networks:
            try:
                if network.holds(address):
                    return 200, network.answer()
            except TypeError:
                continue
        return 404, _problem(404, "Not known here")


def _problem(code: int, title: str) -> dict[str, Any]:
    return {"rdapConformance": ["rdap_level_0"], "errorCode": code, "title": title}


def bootstrap(networks: list[Network], base: str) -> dict[str, Any]:
    """Return the service file of RFC 9224 for the networks, all served at one base address."""
    prefixes = sorted({network.prefix for network in networks})
    return {
        "version": "1.0",
        "publication": "2026-01-01T00:00:00Z",
        "services": [[prefixes, [base]]] if prefixes else [],
    }
