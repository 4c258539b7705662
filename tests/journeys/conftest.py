# SPDX-License-Identifier: Apache-2.0
"""One node of real processes, its pretend outside and one browser for all journeys of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from havn.lab import Lab
from tests.journeys.visitor import Visitor, walk_in
from tests.support.browser import open_browser
from tests.support.node import RunningNode, running_node

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
    lab.write_map(place / "lab.json")
    (place / "policy.toml").write_text(POLICY, encoding="utf-8")
    with running_node(
        place / "node",
        member=("XD", "Demoland"),
        HAVN_POLICY=str(place / "policy.toml"),
        HAVN_OUTSIDE="insecure-lab",
        HAVN_LAB=str(place / "lab.json"),
    ) as running:
        yield running


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
    """Open the public site as somebody new; at the end nothing was set, asked elsewhere or broken."""
    visitors: list[Visitor] = []

    def come(path: str = "/", **manner: object) -> Visitor:
        visitor = walk_in(browser, node.address, **manner)
        visitors.append(visitor)
        visitor.page.goto(node.address + path)
        return visitor

    yield come
    try:
        for visitor in visitors:
            visitor.leave_no_trace()
    finally:
        for visitor in visitors:
            visitor.page.context.close()
