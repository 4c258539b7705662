# SPDX-License-Identifier: Apache-2.0
"""The demonstration of several nodes as a stranger runs it: every story ends as it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.demonstration import demonstrated
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
    assert len(demonstrated(tmp_path, "nodes", seconds=MOST_SECONDS)["items"]) == STORIES


@pytest.mark.sqlite_only  # it brings a server of its own
def test_it_ends_the_same_with_two_nodes_on_postgresql(tmp_path: Path) -> None:
    with running_postgres() as server:
        words = [
            word
            for code in ON_POSTGRES
            for word in ("--database", f"{code}={server.create_database(f'demo_{code.lower()}')}")
        ]
        told = demonstrated(tmp_path, "nodes", *words, seconds=MOST_SECONDS)
        assert len(told["items"]) == STORIES
