# SPDX-License-Identifier: Apache-2.0
"""An authoritative name server for made-up names that answers public addresses."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from dnslib import AAAA, CNAME, NS, QTYPE, RCODE, RR, SOA, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

LOOPBACK = "127.0.0.1"
_MOST_ALIASES = 8
_TRIES = 20


@dataclass(slots=True)
class Zone:
    """A made-up domain: its name servers, and the addresses of names in it (`*` for any)."""

    name: str
    name_servers: tuple[str, ...] = ()
    addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)  # names below `*` that do not exist


class NameServer(BaseResolver):  # type: ignore[misc]
    """Answers A, AAAA, CNAME and NS by UDP and TCP on one loopback port; others do not exist.

    `is_dead` makes it answer SERVFAIL, as a resolver in trouble does.
    """

    def __init__(self) -> None:
        self.zones: dict[str, Zone] = {}
        self.is_dead = False
        self.questions = 0
        self._servers: list[DNSServer] = []

    def add(self, zone: Zone) -> None:
        """Serve a zone."""
        self.zones[zone.name] = zone

    def start(self) -> int:
        """Listen and return the port."""
        self._servers = self._on_one_port()
        for server in self._servers:
            # The waiting time of serve_forever decides how long a stop takes.
            threading.Thread(
                target=server.server.serve_forever, args=(0.05,), daemon=True, name="lab-dns"
            ).start()
        return int(self._servers[0].server.server_address[1])

    def _on_one_port(self) -> list[DNSServer]:
        """Return a server by TCP and one by UDP on a port that is free for both."""
        quiet = DNSLogger(log="-request,-reply,-truncated,-error", prefix=False)
        for _ in range(_TRIES):
            first = DNSServer(self, address=LOOPBACK, port=0, tcp=True, logger=quiet)
            port = int(first.server.server_address[1])
            try:
                return [first, DNSServer(self, address=LOOPBACK, port=port, logger=quiet)]
            except OSError:  # somebody else's, by UDP
                first.server.server_close()
        raise OSError("no port was free by TCP and by UDP")

    def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.server.shutdown()
            server.server.server_close()
        self._servers = []

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:
        """Return the answer to one question."""
        del handler
        self.questions += 1
        reply = request.reply()
        reply.header.aa = 1
        if self.is_dead:
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        name = str(request.q.qname).rstrip(".").lower()
        self._answer(reply, name, QTYPE[request.q.qtype], depth=0)
        return reply

    def _answer(self, reply: DNSRecord, name: str, kind: str, *, depth: int) -> None:
        zone = self._zone_of(name)
        if zone is None or name in zone.missing:
            reply.header.rcode = RCODE.NXDOMAIN
            return
        if name in zone.aliases and depth < _MOST_ALIASES:
            target = zone.aliases[name]
            reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(target), ttl=1))
            if kind != "CNAME":
                self._answer(reply, target, kind, depth=depth + 1)
            return
        addresses = zone.addresses.get(name, zone.addresses.get("*", ()))
        if name != zone.name and not addresses:
            reply.header.rcode = RCODE.NXDOMAIN
            return
        for address in addresses:
            if kind == "AAAA" and ":" in address:
                reply.add_answer(RR(name, QTYPE.AAAA, rdata=AAAA(address), ttl=1))
            elif kind == "A" and ":" not in address:
                reply.add_answer(RR(name, QTYPE.A, rdata=A(address), ttl=1))
        if kind == "NS" and name == zone.name:
            for server in zone.name_servers:
                reply.add_answer(RR(name, QTYPE.NS, rdata=NS(server), ttl=1))
        if not reply.rr:
            reply.add_auth(RR(zone.name, QTYPE.SOA, rdata=SOA(zone.name, zone.name), ttl=1))

    def _zone_of(self, name: str) -> Zone | None:
        labels = name.split(".")
        for start in range(len(labels)):
            zone = self.zones.get(".".join(labels[start:]))
            if zone is not None:
                return zone
        return None
