# SPDX-License-Identifier: Apache-2.0
"""The lab as a whole: what exists in the pretend world, and the map by which a node finds it."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from havn.lab.mail import MailServer
from havn.lab.names import LOOPBACK, NameServer, Zone
from havn.lab.providers import Page, ProviderServer
from havn.lab.registry import Network, RegistryServer, bootstrap

REGISTRY_HOST = "rdap.registry.example"
REGISTRY_ADDRESS = "203.0.117.10"
NETWORKS = {
    "a": Network("203.0.114.0/24", "PROVIDER-A", "XD", "abuse@provider-a.example"),
    "b": Network("203.0.115.0/24", "PROVIDER-B", "XD", "abuse@provider-b.example"),
    "c": Network("203.0.116.0/24", "PROVIDER-C", "XE", "abuse@provider-c.example"),
    "d": Network("203.0.119.0/24", "PROVIDER-D", "XF", "abuse@provider-d.example"),
    "e": Network("203.0.120.0/24", "PROVIDER-E", "XH", "abuse@provider-e.example"),
}
_NODES = "203.0.118."
_ADDRESSES = {
    "a": "203.0.114.10",
    "b": "203.0.115.10",
    "c": "203.0.116.10",
    "d": "203.0.119.10",
    "e": "203.0.120.10",
}


class Lab:
    """Starts every server on an ephemeral loopback port; use it as a context manager.

    The hosts `item-N.provider-a.example` (B and C likewise) resolve to public addresses of
    their provider. `map()` is what `HAVN_LAB` names: which loopback port plays which address.
    """

    def __init__(self) -> None:
        self.names = NameServer()
        self.registry = RegistryServer()
        self.mail = MailServer()
        self.providers = {key: ProviderServer(f"provider {key.upper()}") for key in _ADDRESSES}
        self._ports: dict[str, int] = {}
        self._nodes: dict[str, str] = {}
        self._viewers: dict[str, dict[str, int]] = {}
        self._nameserver = self._relay = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start every server; afterwards `map()` is complete."""
        self.registry.networks = list(NETWORKS.values())
        for key, address in _ADDRESSES.items():
            name = f"provider-{key}.example"
            servers = (f"ns1.{name}", f"ns2.{name}")
            self.names.add(Zone(name, servers, {"*": (address,), name: (address,)}))
            self._ports[f"{address}:80"] = self.providers[key].start()
        self.names.add(Zone(REGISTRY_HOST, (), {REGISTRY_HOST: (REGISTRY_ADDRESS,)}))
        self._ports[f"{REGISTRY_ADDRESS}:80"] = self.registry.start()
        self._nameserver = self.names.start()
        self._relay = self.mail.start()

    def stop(self) -> None:
        """Stop every server."""
        self.names.stop()
        self.registry.stop()
        self.mail.stop()
        for provider in self.providers.values():
            provider.stop()

    def map(self, *, viewer: str = "") -> dict[str, object]:
        """Return the map that a node in the lab reads; a viewer reaches providers at ports of its own."""
        base = f"http://{REGISTRY_HOST}/"
        return {
            "v": 1,
            "nameserver": [LOOPBACK, self._nameserver],
            "ports": self._ports | (self._views_of(viewer) if viewer else {}),
            "rdap": {
                "ipv4": [[network.prefix, base] for network in NETWORKS.values()],
                "ipv6": [],
            },
            "bootstrap": bootstrap(list(NETWORKS.values()), base),
            "countries": {network.prefix: network.country for network in NETWORKS.values()},
            "relay": [LOOPBACK, self._relay],
        }

    def _views_of(self, viewer: str) -> dict[str, int]:
        if viewer not in self._viewers:
            self._viewers[viewer] = {
                f"{address}:80": self.providers[key].start_view(viewer)
                for key, address in _ADDRESSES.items()
            }
        return self._viewers[viewer]

    def write_map(self, path: Path, *, viewer: str = "") -> None:
        """Write the map as JSON, whole or not at all."""
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(self.map(viewer=viewer), indent=1), encoding="utf-8")
        unfinished.replace(path)

    def name_node(self, name: str, port: int) -> str:
        """Let a node of an alliance be found under a name, at this port of this machine; returns its base address."""
        address = f"{_NODES}{len(self._nodes) + 11}"
        self._nodes[name] = address
        self.names.add(Zone(name, (), {name: (address,)}))
        self._ports[f"{address}:80"] = port
        return f"http://{name}"

    def provider_of(self, host: str) -> ProviderServer:
        """Return the provider that hosts the name; raises KeyError when none does."""
        return self.providers[host.removesuffix(".example")[-1]]

    def put(self, host: str, page: Page, *, to: str = "") -> None:
        """Let a host answer so from now on, to everybody or to one viewer alone."""
        self.provider_of(host).put(host, page, to=to)

    def move(self, host: str, key: str, page: Page) -> None:
        """Let a host lie at another provider from now on, by its name and its page."""
        self.names.zones[host.partition(".")[2]].addresses[host] = (_ADDRESSES[key],)
        self.providers[key].put(host, page)

    def unregister(self, host: str) -> None:
        """Let a name not exist any more."""
        self.names.zones[host.partition(".")[2]].missing.add(host)
