# SPDX-License-Identifier: Apache-2.0
"""The demonstration of the Alliance as a stranger runs it: every story ends as it should, and stays to be looked at."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.demonstration import demonstrated
from tests.support.waiting import wait_until

# Four nodes and 90 workbooks: with the long counts.
pytestmark = [
    pytest.mark.deep,
    pytest.mark.part_results,
    pytest.mark.sqlite_only,
    pytest.mark.timeout(900),
]
MOST_SECONDS = 240.0
STORIES = 8


def test_the_demonstration_of_the_alliance_ends_as_it_should_and_can_be_looked_at_afterwards(
    tmp_path: Path,
) -> None:
    told = demonstrated(tmp_path, "alliance", seconds=MOST_SECONDS)
    print(f"{told['took_seconds']} seconds")
    assert len(told["items"]) == STORIES
    kept = {name: text for name, text in os.environ.items() if not name.startswith("HAVN_")}
    said = tmp_path / "said.txt"
    with said.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-u", "-m", "havn", "demo", "alliance", "--browse"],
            env={**kept, "HAVN_DATA": str(tmp_path)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: "Ctrl-C" in said.read_text() or running.poll() is not None,
            seconds=120,
            every=0.2,
            what="the hub and its nodes",
        )
        addresses = re.findall(r"http://127\.0\.0\.1:[0-9]+\S*", said.read_text())
        assert len(set(addresses)) >= STORIES // 2, said.read_text()
        for address in addresses:
            assert urllib.request.urlopen(address, timeout=30).status == 200
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)
