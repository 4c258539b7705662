# SPDX-License-Identifier: Apache-2.0
"""The secretariat at the desk of a hub, by keyboard alone: asks for a year, publishes, asks a question, registers a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from havn.lab import free_port
from havn.lib.encoding import b64u
from tests.journeys.desk import SitDown, desk_of
from tests.support.hub import office_key, public_half
from tests.support.hub_world import YEAR
from tests.support.node import Login, RunningNode, node_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A hub with members, people, one report that arrived and one that was refused."""
    folder = tmp_path_factory.mktemp("hub")
    environment = node_environment(folder, HAVN_ROLE="hub")
    running = RunningNode(folder=folder, port=free_port(), environment=environment)
    running.run(
        "init", "--member", "HAVNSEC", "--member-name", "Secretariat", "--organisation", "Secretariat (made up)",
        "--contact", "office@hub.example", "--url", "https://hub.example",
    )  # fmt: skip
    made = json.loads(running.run_module("tests.support.hub_world").splitlines()[-1])
    running.people = {name: Login(name=name, **each) for name, each in made.items()}
    try:
        running.start_serving(audience="desk")
        yield running
    finally:
        running.stop()


@pytest.fixture
def at_desk(hub: RunningNode, browser: Browser) -> Iterator[SitDown]:
    with desk_of(browser, hub) as sit_down:
        yield sit_down


def test_the_secretariat_asks_publishes_and_asks_a_question(at_desk):
    ada = at_desk("secretariat", width=320, script=False)
    ada.look()
    ada.page.goto(ada.page.url.split("secretariat/")[0] + "secretariat/ask/")
    ada.look()
    ada.write("year", "2099")
    ada.activate("Ask every member")
    assert "not over yet" in ada.page.inner_text(".govuk-error-summary")
    ada.look()
    ada.write("year", YEAR)
    ada.activate("Ask every member")
    ada.look()
    board = ada.text()
    for name in ("Denmark", "Sweden", "FI"):
        assert name in board
    assert "days late" in board

    ada.activate("Publish what arrived")
    ada.look()
    assert (
        ada.text().index("Denmark") < ada.text().index("not received") < ada.text().index("Sweden")
    )
    ada.activate("Publish now")
    assert "1 report is public now." in ada.page.inner_text("body")

    ada.activate("Denmark")
    ada.look()
    assert "public since" in ada.text()
    ada.activate("Ask a question")
    ada.look()
    ada.write("text", "Which office answered for schools?")
    ada.activate("Send the question")
    ada.look()
    assert "Which office answered for schools?" in ada.text()
    assert "No answer yet" in ada.text()
    ada.activate("Withdraw")
    ada.look()
    assert "hidden number" in ada.text()


def test_an_office_key_is_registered_without_a_script(at_desk):
    ada = at_desk("secretariat", "secretariat/office-keys/", width=320, script=False)
    ada.look()
    ada.activate("Register an office key")
    ada.look()
    ada.reach("[name=member]")
    ada.page.keyboard.type("FI")
    ada.write("office", "Ministry of Justice")
    ada.write("public", b64u(public_half(office_key())))
    ada.activate("Register the key")
    ada.look()
    assert "Ministry of Justice, FI" in ada.text()
    ada.activate("End this key")
    ada.look()
    ada.activate("End the key")
    assert "until" in ada.text()


def test_what_was_refused_and_alarms_are_there_for_the_operator(at_desk):
    olga = at_desk("operator")
    olga.look()
    assert "Settle the alarm" in olga.text()
    olga.activate("Not taken")
    olga.look()
    assert "unknown_indicator" in olga.text()
    olga.activate("Alarms and work")
    olga.activate("Settle the alarm")
    olga.look()
    olga.write("reason", "Their node was too new; it was told.")
    olga.activate("Settle the alarm")
    assert "No alarm is open" in olga.text()


def test_with_scripts_the_board_works_the_same(at_desk):
    ada = at_desk("secretariat", f"secretariat/year/{YEAR}/")
    ada.look()
    assert "2026, Denmark: as its own site showed it on 30 September 2026" in ada.text()
    ada.activate("Sweden")
    assert "Nothing has arrived." in ada.text()
    assert "None has arrived." in ada.text()
    ada.look()
