# SPDX-License-Identifier: Apache-2.0
"""One node of real processes, its pretend outside and one browser for all journeys of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from havn.lab import Lab
from tests.journeys.visitor import Visitor, visitors_of
from tests.support.browser import open_browser
from tests.support.node import RunningNode, new_node, running_node

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# As shipped, but nobody waits five minutes for a notice, or for a package whose trace finds nobody.
POLICY = """
name = "journeys"
version = "1"
notice_after = "1 s"
package_waits_at_most = "1 s"
"""


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Names, registry, providers and a mail server, on loopback."""
    with Lab() as running:
        yield running


@pytest.fixture(scope="session")
def node(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """The node of all visitors; the desk has one of its own, whose queue holds its own reports only."""
    with node_of_the_lab(lab, tmp_path_factory.mktemp("journeys")) as running:
        yield running


@contextmanager
def node_of_the_lab(lab: Lab, place: Path) -> Iterator[RunningNode]:
    """Run a node in the country of the lab's providers, so that notices are its own to send."""
    with running_node(
        place / "node", member=("XD", "Demoland"), **in_the_lab(lab, place)
    ) as running:
        yield running


def in_the_lab(lab: Lab, place: Path) -> dict[str, str]:
    """Return the settings of a node whose outside is the lab."""
    lab.write_map(place / "lab.json")
    (place / "policy.toml").write_text(POLICY, encoding="utf-8")
    return {
        "HAVN_POLICY": str(place / "policy.toml"),
        "HAVN_OUTSIDE": "insecure-lab",
        "HAVN_LAB": str(place / "lab.json"),
    }


@dataclass(frozen=True, slots=True)
class Governed:
    """The node of a government, and what its three years left there."""

    node: RunningNode
    years: list[int]
    briefed: str  # the report of the second year, for which offices are asked
    expired: str
    withdrawn: str


@pytest.fixture(scope="session")
def governed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governed]:
    """A government's node with three years behind it."""
    place = tmp_path_factory.mktemp("government")
    node = new_node(place / "node", **in_the_lab(lab, place))
    people = node.add_people()
    try:
        roles = ("rapporteur", "signatory", "data_owner")
        said = node.run_module(
            "tests.support.government_years", *(people[role].person_id for role in roles)
        )
        made: dict[str, Any] = json.loads(said.splitlines()[-1])
        node.start_serving()
        node.start_worker()
        yield Governed(node, **made)
    finally:
        node.stop()


@pytest.fixture(scope="session")
def government(governed: Governed) -> RunningNode:
    return governed.node


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def quarters(node: RunningNode) -> list[str]:
    """Two closed quarters, the newest first; most of the other one is hidden."""
    said = node.run_module("tests.support.past_quarter")
    return list(json.loads(said.splitlines()[-1]))


@pytest.fixture
def visit(node: RunningNode, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open the public site as somebody new."""
    with visitors_of(browser, node.address) as come:
        yield come
