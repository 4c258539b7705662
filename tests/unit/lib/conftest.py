# SPDX-License-Identifier: Apache-2.0
"""The pretend world as a fixture."""

import pytest

from havn.lib.http import GuardedClient, InsecureLoopbackConnector, InsecureWarning
from tests.unit.lib.pretend_world import OTHER, PUBLIC, PretendResolver, PretendServer


@pytest.fixture
def world():
    """Return a function that starts servers and returns a client that reaches them by name."""
    servers = []

    def build(*behaviours, timeout_seconds=3.0, resolver=None, **options):
        # The first server plays example.org, the second other.example.
        servers.extend(
            behave if isinstance(behave, PretendServer) else PretendServer(behave)
            for behave in behaviours
        )
        ports = {}
        for address, server in zip((PUBLIC, OTHER), servers, strict=False):
            ports |= {f"{address}:80": server.port, f"{address}:443": server.port}
        resolver = resolver or PretendResolver(
            example_org=[PUBLIC],
            other_example=[OTHER],
            inner_example=["10.0.0.1"],
            dead_example=[()],
        )
        with pytest.warns(InsecureWarning):
            connector = InsecureLoopbackConnector(resolver, ports)
        client = GuardedClient(
            connector, agent="Havn test", timeout_seconds=timeout_seconds, **options
        )
        client.servers = servers
        return client

    yield build
    for server in servers:
        server.close()
