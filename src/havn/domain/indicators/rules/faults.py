# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a definition, one sentence for each fault."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from havn.domain.indicators.rules.definition import (
    UNKNOWN,
    Definition,
    MeasureKind,
)

TEXTS = (
    "name",
    "definition",
    "rationale",
    "pitfalls",
    "computation",
    "cohort",
    "unit",
    "collection",
    "calendar",
    "contact",
    "holder",
    "compiler",
    "mandate",
    "validation",
    "quality",
    "method",
)
CLASSES = frozenset("NCPO")
_ID = re.compile(r"[VPARX]\d{1,2}")


def faults_in(definition: Definition, *, facts: Collection[str]) -> list[str]:
    """Return what must be mended before the indicator may be computed; `facts` are the names that exist."""
    return [
        f"{definition.id}: {sentence}"
        for check in (_texts, _names, _facts, _measures, _breakdowns, _suppression)
        for sentence in check(definition, frozenset(facts))
    ]


def _texts(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    del facts
    for name in TEXTS:
        if not getattr(definition, name).strip():
            yield f"The text “{name}” is empty. Write it in plain words: readers judge the figure by it."
    if definition.definition and definition.definition == definition.pitfalls:
        yield "Its pitfalls repeat the definition. Write what can make the figure mislead."


def _names(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    del facts
    if not _ID.fullmatch(definition.id):
        yield "Its id must be a letter V, P, A, R or X and a number, like R05."
    parts = definition.numeric_id.split(".")
    if len(parts) != 3 or f"G{parts[0]}.{parts[1]}" != definition.goal:
        yield f"Its number {definition.numeric_id} does not begin with its goal {definition.goal}. Write T.G.n."
    elif parts[0] != str(definition.target) or not definition.id.endswith(parts[2]):
        yield f"Its number {definition.numeric_id} does not fit its target or its id. Write T.G.n."
    if definition.frequency not in {"Q", "Y"}:
        yield "Its frequency must be Q (quarters and years) or Y (years only)."
    if definition.version < 1:
        yield "Its version must be 1 or more; a changed definition gets the next one."


def _facts(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    for name in definition.facts:
        if name not in facts:
            yield f"It reads the fact “{name}”, which does not exist. Add it to the list of facts, or name another."
    for name in definition.begins_with:
        if name not in definition.facts:
            yield f"It begins with the fact “{name}”, which it does not read. Name it among its facts."


def _measures(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    del facts
    names = [measure.name for measure in definition.measures]
    if not names:
        yield "It has no measure. Name at least one, with its unit."
    for name in {name for name in names if names.count(name) > 1}:
        yield f"Two of its measures are called “{name}”. Call each by a name of its own."
    for measure in definition.measures:
        if not measure.title or not measure.unit:
            yield f"Its measure “{measure.name}” lacks a title or a unit. Write both."
    for chain in definition.nested:
        for name in set(chain) - set(names):
            yield f"It nests “{name}”, which is none of its measures. Name one of them."
    for same in definition.same_as:
        if same.measure not in names:
            yield f"It compares “{same.measure}”, which is none of its measures. Name one of them."


def _breakdowns(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    del facts
    names = [breakdown.name for breakdown in definition.breakdowns]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"Two of its breakdowns are called “{name}”. Call each by a name of its own."
    known = {same.breakdown for same in definition.same_as} - {"", *names}
    for name in sorted(known):
        yield f"It compares by “{name}”, which is none of its breakdowns. Name one of them."
    for breakdown in definition.breakdowns:
        if not breakdown.codes:
            yield f"Its breakdown “{breakdown.name}” has no codes. List them with their titles."
        if not all(breakdown.codes.values()) or not breakdown.title:
            yield f"Its breakdown “{breakdown.name}” lacks a title. Write one for it and for each code."
        is_whole = breakdown.splits_numerator or UNKNOWN in breakdown.codes
        if breakdown.is_partition and not is_whole and not breakdown.is_complete:
            yield (
                f"Its breakdown “{breakdown.name}” has no code {UNKNOWN} for what is not known, so its codes do "
                "not sum up. Add the code, or say that every case has one of the codes."
            )


def _suppression(definition: Definition, facts: frozenset[str]) -> Iterator[str]:
    del facts
    if definition.suppression_class not in CLASSES:
        yield "Its suppression class must be N, C, P or O (section 3.2 of the handbook)."
    if not definition.suppression_group:
        yield "It names no suppression group. Indicators that share facts share a group."
    shares = [each for each in definition.measures if each.kind is not MeasureKind.COUNT]
    if shares and definition.suppression_class != "N" and definition.min_denominator < 10:
        yield "It has a share or a quantile and no least denominator. Set 20 for shares, 10 for a median."
