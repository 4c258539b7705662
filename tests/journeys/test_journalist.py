# SPDX-License-Identifier: Apache-2.0
"""A journalist at the hub: from the front page to a table as a file, by keyboard, without script, on a narrow screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from havn.lab import free_port
from tests.journeys.keyboard import Keyboard
from tests.support.node import RunningNode, node_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PAGES = (
    "/en/", "/en/results", "/en/results/targets/4", "/en/results/indicators/R05", "/da/results/indicators/R01",
    "/en/results/periods/2025", "/en/results/countries/SE", "/da/results/countries/SE/R05", "/en/results/cooperation",
    "/en/results/open-data", "/en/results/verify", "/en/members/SE", "/da/members/SE",
    "/en/targets/4",
)  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A hub with the results of twelve countries and two years."""
    folder = tmp_path_factory.mktemp("hub")
    environment = node_environment(folder, HAVN_ROLE="hub")
    running = RunningNode(folder=folder, port=free_port(), environment=environment)
    running.run("init")
    running.run_module("tests.support.hub_results")
    try:
        running.start_serving(audience="alliance")
        yield running
    finally:
        running.stop()


@pytest.fixture
def reader(hub: RunningNode, browser: Browser):
    contexts = []

    def come(path: str, *, width: int = 1280, script: bool = True) -> Keyboard:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        contexts.append(context)
        person = Keyboard(context.new_page(), script=script)
        person.page.goto(hub.address + path)
        return person

    yield come
    for context in contexts:
        assert context.cookies() == []
        context.close()


def test_from_the_front_page_to_the_table_as_a_file_without_script_on_a_narrow_screen(hub, reader):
    ana = reader("/en/", width=320, script=False)
    page = ana.page
    ana.look()
    assert "48" in ana.text()
    ana.activate("All results")
    assert page.url.endswith("/en/results")
    ana.look()
    ana.activate("R05 Time from report to removal")
    assert page.url.endswith("/indicators/R05")
    ana.look()
    text = ana.text()
    assert "Be careful" in text
    assert "Cite as" in text
    ana.tab_to("all periods as CSV")
    rows = list(csv.DictReader(io.StringIO(ana.saved().read_text(encoding="utf-8"))))
    assert {row["time_period"] for row in rows} == {"2024", "2025"}
    assert "US" not in {row["ref_area"] for row in rows}
    shown = page.inner_text("main")
    sweden = next(
        row for row in rows
        if (row["ref_area"], row["time_period"], row["other_code"]) == ("SE", "2025", "median_hours")
    )  # fmt: skip
    assert f"{float(sweden['obs_value']):g} hours" in shown


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_results_is_well_at_both_widths(reader, path):
    person = reader(path)
    person.look()
    assert person.troubles == []
