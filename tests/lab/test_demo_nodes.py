# SPDX-License-Identifier: Apache-2.0
"""The demonstration of several nodes as a stranger runs it: every story ends as it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.postgres import running_postgres

# Ten processes and two minutes: with the long counts, beside the demonstration of the loop in every run.
pytestmark = [pytest.mark.deep, pytest.mark.part_exchange, pytest.mark.timeout(400)]
MOST_SECONDS = 150.0
STORIES = 8
ON_POSTGRES = ("XE", "XF")


@pytest.mark.sqlite_only
def test_the_demonstration_of_nodes_ends_as_it_should_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    demonstrated(tmp_path, [])


@pytest.mark.sqlite_only  # it brings a server of its own
def test_it_ends_the_same_with_two_nodes_on_postgresql(tmp_path: Path) -> None:
    with running_postgres() as server:
        words = [
            word
            for code in ON_POSTGRES
            for word in ("--database", f"{code}={server.create_database(f'demo_{code.lower()}')}")
        ]
        demonstrated(tmp_path, words)


def demonstrated(folder: Path, words: list[str]) -> None:
    """Run it as a stranger does, and look at what it said and left."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("HAVN_")},
        "HAVN_DATA": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "havn", "demo", "nodes", "--json", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    wrong = [item for item in told["items"] if not item["is_right"]]
    assert (wrong, told["trouble"]) == ([], ""), told["happenings"][-3:]
    assert done.returncode == 0
    assert len(told["items"]) == STORIES
    assert told["took_seconds"] < MOST_SECONDS
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert f"{folder}" not in running.stdout
