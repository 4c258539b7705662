# SPDX-License-Identifier: Apache-2.0
"""script/server: pages first, the made-up past afterwards; a broken-off past is taken up again."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from pathlib import Path

import pytest

from havn.lab.people import Reporter
from tests.support.node import RunningNode, running_demonstration, wait_for_past
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.deep, pytest.mark.part_loop, pytest.mark.timeout(900)]
MARK = "demonstration-history.pending"


def page(node: RunningNode, path: str) -> str:
    with urllib.request.urlopen(node.address + path, timeout=20) as answer:
        return str(answer.read().decode())


def history_of(node: RunningNode) -> int:
    """Return the process that plays the past, a child of the demonstration's."""
    parent = node.processes["server"].pid
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            of = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if of == parent and b"history" in words:
            return int(entry.name)
    return 0


def test_pages_are_served_while_the_past_is_written_and_a_killed_one_is_taken_up(tmp_path):
    with running_demonstration(tmp_path / "demo", is_whole=False) as node:
        assert "still being written" in page(node, "/en/results")
        player = wait_until(lambda: history_of(node), seconds=60, what="the past being played")
        assert Reporter(node.address).report_address("http://item-17.provider-a.example/17")
        os.kill(player, signal.SIGKILL)
        node.processes["server"].wait(timeout=60)
        assert (node.folder / MARK).exists()
    with running_demonstration(tmp_path / "demo", is_whole=False) as node:
        wait_for_past(node)
        assert "still being written" not in page(node, "/en/results")
        verified = json.loads(node.run("audit", "verify", "--json"))
        assert verified["is_sound"], verified["findings"][:3]

        def filed() -> bool:
            return json.loads(node.run("doctor", "--json"))["is_sound"]

        wait_until(filed, seconds=120, every=2.0, what="the report of meanwhile filed")
