# SPDX-License-Identifier: Apache-2.0
"""Every indicator is documented and computable, and each fault of a definition has its sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from havn.domain.indicators.rules import (
    DEFINITIONS,
    Breakdown,
    Definition,
    Direction,
    Measure,
    Quarter,
    SameCount,
    Value,
    Year,
    computed_figures,
    definition_of,
    faults_in,
    is_about,
)
from havn.domain.indicators.rules.definition import CountPart
from havn.domain.indicators.rules.faults import TEXTS
from havn.domain.ledger.rules import FactName
from tests.support.made_up_facts import END, made_up_facts

ROOT = Path(__file__).resolve().parents[3]
FACTS = frozenset(name.value for name in FactName)
HANDBOOK = (
    [f"V{number:02}" for number in range(1, 10)]
    + [f"P{number:02}" for number in range(1, 13)]
    + [f"A{number:02}" for number in range(1, 9)]
    + [f"R{number:02}" for number in range(1, 21)]
    + [f"X{number}" for number in range(1, 5)]
)
QUARTERLY = {
    *("V08", "V09", "P01", "P02", "P09", "P10", "A05", "A07"),
    *(f"R{number:02}" for number in range(1, 18)),
    "R20",
}
EMPTY = datetime(2027, 1, 31, tzinfo=UTC)
NAMED = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.id)


def test_the_indicators_are_those_of_the_handbook() -> None:
    assert [definition.id for definition in DEFINITIONS] == HANDBOOK
    numbers = [definition.numeric_id for definition in DEFINITIONS]
    assert len(numbers) == len(set(numbers))
    assert {each.id for each in DEFINITIONS if is_about(each, Quarter(2026, 1))} == QUARTERLY


@NAMED
def test_every_definition_is_without_fault(definition: Definition) -> None:
    assert faults_in(definition, facts=FACTS) == []


@NAMED
def test_every_definition_is_documented_in_its_own_file(definition: Definition) -> None:
    for name in TEXTS:
        text = getattr(definition, name)
        assert text == text.strip()
        assert text, name
    source = ROOT / definition.source
    assert source.name == f"{definition.id.lower()}.py"
    module, _, function = definition.function.rpartition(".")
    assert callable(getattr(import_module(module), function))
    assert f'"""{definition.id}, ' in source.read_text(encoding="utf-8")


@NAMED
def test_what_a_definition_says_of_others_is_so(definition: Definition) -> None:
    known = {each.id: each for each in DEFINITIONS}
    assert set(definition.related) <= known.keys() - {definition.id}
    for same in definition.same_as:
        other = known[same.indicator]
        assert other.suppression_group == definition.suppression_group
        assert same.other_measure in {measure.name for measure in other.measures}
        names = {breakdown.name: breakdown for breakdown in other.breakdowns}
        assert (same.other_breakdown or same.breakdown or None) in {None, *names}
        assert not same.other_code or same.other_code in names[same.other_breakdown].codes


@NAMED
def test_a_text_names_the_facts_that_are_counted(definition: Definition) -> None:
    words = set(re.findall(r"[a-z_]+", definition.computation))
    assert words & set(definition.facts) or definition.id in {"V03", "X3", "X4"}
    assert words & FACTS <= set(definition.facts)


def test_nothing_is_never_zero() -> None:
    found = computed_figures([], periods=[Quarter(2026, 1), Year(2026)], as_of=EMPTY)
    for figures in found.values():
        for indicator, values in figures.items():
            if indicator not in {"X3", "X4"}:
                assert values, indicator
                assert {value.obs_status for value in values} == {"L"}
                assert all(value.value is None for value in values)
    assert found[Year(2026)]["X3"][0].value == 0
    assert {value.obs_status for value in found[Year(2026)]["X4"]} == {"M"}


def test_a_zero_denominator_has_no_value_and_a_count_of_nothing_is_zero() -> None:
    facts = [fact for fact in made_up_facts(3) if fact.happened_at.year < 2026]
    figures = computed_figures(facts, periods=[Year(2029)], as_of=datetime(2031, 1, 1, tzinfo=UTC))
    values = figures[Year(2029)]
    assert (values["R01"][0].value, values["R01"][0].obs_status) == (0, "A")
    (share, *_rest) = values["R02"]
    assert (share.value, share.denominator, share.obs_status) == (None, 0, "M")
    (median, *_rest) = values["R05"]
    assert (median.value, median.n_started, median.obs_status) == (None, 0, "M")


def test_every_indicator_has_some_value_on_random_histories() -> None:
    found: dict[str, list[Value]] = {}
    for seed in range(6):
        facts = made_up_facts(seed)
        for year in (2024, 2025):
            figures = computed_figures(facts, periods=[Year(year)], as_of=END)[Year(year)]
            for indicator, values in figures.items():
                found.setdefault(indicator, []).extend(values)
    without = [
        indicator
        for indicator, values in found.items()
        if not any(value.value is not None for value in values)
    ]
    assert without == ["X4"]  # there was no earlier release


@NAMED
def test_the_codes_of_the_values_are_those_of_the_definition(definition: Definition) -> None:
    figures = computed_figures(made_up_facts(1), periods=[Year(2025)], as_of=END)[Year(2025)]
    breakdowns = {breakdown.name: breakdown for breakdown in definition.breakdowns}
    measures = {measure.name for measure in definition.measures}
    for value in figures[definition.id]:
        assert value.measure in measures
        assert (
            value.code in breakdowns[value.breakdown].codes if value.breakdown else not value.code
        )


GOOD = definition_of("R05")
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("an unknown fact", {"facts": ("item_eaten",)}, "“item_eaten”, which does not exist"),
    ("no pitfalls", {"pitfalls": " "}, "The text “pitfalls” is empty"),
    ("no definition", {"definition": ""}, "The text “definition” is empty"),
    ("no contact", {"contact": ""}, "The text “contact” is empty"),
    ("pitfalls that repeat", {"pitfalls": GOOD.definition}, "repeat the definition"),
    ("a strange id", {"id": "Q99"}, "like R05"),
    ("another goal", {"goal": "G4.9"}, "does not begin with its goal"),
    ("another target", {"target": 3}, "does not fit its target"),
    ("no such frequency", {"frequency": "M"}, "frequency must be Q"),
    ("no version", {"version": 0}, "version must be 1 or more"),
    ("begins elsewhere", {"begins_with": ("form_started",)}, "which it does not read"),
    ("no measure", {"measures": ()}, "has no measure"),
    ("measures alike", {"measures": GOOD.measures * 2}, "Two of its measures"),
    ("no unit", {"measures": (Measure("median_hours", "Half", ""),)}, "lacks a title or a unit"),
    ("nested strangers", {"nested": (("within_a_year",),)}, "“within_a_year”"),
    (
        "compared strangers",
        {"same_as": (SameCount("gone", CountPart.DONE, "R04", "median_hours", CountPart.DONE),)},
        "It compares “gone”",
    ),
    ("no codes", {"breakdowns": (Breakdown("hosting", "Where", {}),)}, "has no codes"),
    ("no title", {"breakdowns": (Breakdown("hosting", "", {"_U": "?"}),)}, "lacks a title"),
    (
        "nothing for the unknown",
        {"breakdowns": (Breakdown("hosting", "Where", {"here": "Here"}),)},
        "do not sum up",
    ),
    ("no class", {"suppression_class": "Z"}, "must be N, C, P or O"),
    ("no group", {"suppression_group": ""}, "names no suppression group"),
    ("no least denominator", {"min_denominator": 0}, "no least denominator"),
]


@pytest.mark.parametrize(
    ("changed", "sentence"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_fault_of_a_definition_has_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    found = faults_in(replace(GOOD, **changed), facts=FACTS)
    assert any(sentence in each for each in found), found
    assert all(each.startswith(replace(GOOD, **changed).id) for each in found)


def test_a_measures_own_direction_goes_before_the_indicators() -> None:
    assert definition_of("R01").direction_of("received") is Direction.NONE
    assert definition_of("V06").direction_of("offered") is Direction.UP
    assert definition_of("V06").direction_of("accepted") is Direction.NONE
    assert definition_of("V09").direction_of("requests") is Direction.NONE
    assert definition_of("V09").direction_of("within_24h") is Direction.UP
    with pytest.raises(KeyError):
        definition_of("V06").direction_of("refused")
    for definition in DEFINITIONS:
        for measure in definition.measures:
            expected = measure.direction or definition.direction
            assert definition.direction_of(measure.name) is expected
