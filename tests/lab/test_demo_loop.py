# SPDX-License-Identifier: Apache-2.0
"""The demonstration as a stranger runs it: twelve reports end where they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.demonstration import demonstrated

# The demonstration brings its own SQLite: a second run beside PostgreSQL would show nothing more.
pytestmark = [pytest.mark.faults, pytest.mark.sqlite_only, pytest.mark.timeout(200)]
MOST_SECONDS = 90.0


def test_the_demonstration_of_the_loop_ends_as_it_should_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    told = demonstrated(tmp_path, "loop", seconds=MOST_SECONDS)
    assert {item["item"] for item in told["items"]} >= {str(number) for number in range(1, 13)}
    assert not (tmp_path / "demo-loop-lab.json").exists()
