# SPDX-License-Identifier: Apache-2.0
"""The Alliance's public site over the tables of a node that stands, for journeys that begin at a desk and end there.

HAVN_ROLE=hub HAVN_DATA=... python -m tests.support.hub_beside
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from havn.lab import free_port
from tests.support.node import RunningNode


@contextmanager
def hub_beside(node: RunningNode) -> Iterator[RunningNode]:
    """Make the hub's own tables beside the node's, and serve its public site until the end."""
    environment = {**node.environment, "HAVN_ROLE": "hub"}
    running = RunningNode(
        folder=node.folder, port=free_port(), environment=environment, workers=node.workers
    )
    running.run_module("tests.support.hub_beside")
    try:
        running.start_serving(audience="alliance")
        yield running
    finally:
        running.stop()


def main() -> None:
    """Make the tables that a hub has and a node has not."""
    os.environ["HAVN_AUDIENCE"] = "command"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
