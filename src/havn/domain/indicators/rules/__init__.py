# SPDX-License-Identifier: Apache-2.0
"""Indicators as pure functions of facts: definitions, survival times, suppression."""

from havn.domain.indicators.rules.definition import (
    OTHER,
    UNKNOWN,
    Breakdown,
    CountPart,
    Definition,
    Direction,
    FactRead,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.figures import (
    DEFINITIONS,
    FACTS_READ,
    NOT_DRAWN_ABOVE,
    cells_of,
    definition_of,
    protected_figures,
)
from havn.domain.indicators.rules.period import Quarter

__all__ = [
    "DEFINITIONS",
    "FACTS_READ",
    "NOT_DRAWN_ABOVE",
    "OTHER",
    "UNKNOWN",
    "Breakdown",
    "CountPart",
    "Definition",
    "Direction",
    "FactRead",
    "Measure",
    "MeasureKind",
    "Quarter",
    "SameCount",
    "Value",
    "cells_of",
    "definition_of",
    "protected_figures",
]
