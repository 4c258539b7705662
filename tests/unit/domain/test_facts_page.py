# SPDX-License-Identifier: Apache-2.0
"""The page of facts is true: one row for each, who reads it, who writes it; and what nobody writes yet is listed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.indicators.rules.history import History
from havn.domain.ledger.rules import FactName

ROOT = Path(__file__).resolve().parents[3]
DOMAIN = ROOT / "src" / "havn" / "domain"
# Delete a name here when a service begins to write it, and say so in docs/facts.md.
NOBODY_WRITES_YET = {
    "form_started",
    "fp_attested",
    "fp_listed",
    "fp_disputed",
    "fp_withdrawn",
    "list_pulled",
    "hit_reported",
    "self_block_requested",
    "victim_recorded",
    "victim_identified",
    "victim_safeguarded",
    "support_offered",
    "support_given",
    "investigation_opened",
    "investigation_closed",
    "suspect_identified",
    "suspect_arrested",
    "person_convicted",
    "operation_joined",
    "operation_result",
    "operation_closed",
    "operation_released",
    "campaign_run",
    "survey_wave",
    "helpline_followed",
    "school_session",
    "staff_in_post",
    "staff_trained",
}


class Row(NamedTuple):
    """One row of the page."""

    name: str
    about: str
    codes: str
    read_by: str
    written_by: str


def page() -> list[Row]:
    text = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def writers() -> dict[str, set[str]]:
    """Which apps' services name a fact."""
    found: dict[str, set[str]] = {}
    for path in DOMAIN.rglob("*.py"):
        parts = path.relative_to(DOMAIN).parts
        if "services" in parts or path.name == "services.py":
            for name in re.findall(r"FactName\.([A-Z_]+)", path.read_text(encoding="utf-8")):
                found.setdefault(FactName[name].value, set()).add(parts[0])
    return found


def test_what_nobody_writes_yet_is_listed_exactly() -> None:
    assert {name.value for name in FactName} - writers().keys() == NOBODY_WRITES_YET


def test_every_fact_has_one_row_in_the_order_of_the_code() -> None:
    assert [row.name.strip("`") for row in page()] == [name.value for name in FactName]


def test_the_page_names_who_writes_each_fact() -> None:
    written = writers()
    for row in page():
        told = set() if row.written_by == "–" else set(row.written_by.split(", "))
        assert told == written.get(row.name.strip("`"), set()), row.name


def test_the_page_names_which_indicators_read_each_fact() -> None:
    for row in page():
        name = row.name.strip("`")
        reading = sorted(each.id for each in DEFINITIONS if name in each.facts)
        assert row.read_by.split(", ") == reading or (
            not reading and row.read_by.startswith("no indicator")
        ), (name, reading)


def test_the_page_names_whom_each_fact_is_about() -> None:
    kinds = History(datetime(2026, 1, 1, tzinfo=UTC)).subject_kinds()
    for row in page():
        name, about = row.name.strip("`"), row.about
        if name != "commitment_late":
            assert about in kinds[name], name


@pytest.mark.parametrize("row", page(), ids=lambda row: row.name)
def test_codes_are_lower_case_words(row: Row) -> None:
    for code in re.findall(r"`([^`]+)`", row.codes):
        assert re.fullmatch(r"[a-z0-9_]+|\d{4}-\d\d-\d\d", code), code
