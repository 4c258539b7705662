# SPDX-License-Identifier: Apache-2.0
"""The demonstration as a stranger runs it: twelve reports end where they should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# The demonstration brings its own SQLite: a second run beside PostgreSQL would show nothing more.
pytestmark = [pytest.mark.faults, pytest.mark.sqlite_only, pytest.mark.timeout(180)]
MOST_SECONDS = 90.0


def test_the_demonstration_of_the_loop_ends_as_it_should_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("HAVN_")},
        "HAVN_DATA": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "havn", "demo", "loop", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    wrong = [item for item in told["items"] if not item["is_right"]]
    assert (wrong, told["trouble"]) == ([], ""), told["happenings"][-3:]
    assert done.returncode == 0
    assert {item["item"] for item in told["items"]} >= {str(number) for number in range(1, 13)}
    assert told["took_seconds"] < MOST_SECONDS
    assert not (tmp_path / "demo-loop-lab.json").exists()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert f"{tmp_path}" not in running.stdout
