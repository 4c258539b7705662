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
    Release,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.faults import fault_in_aim, faults_in
from havn.domain.indicators.rules.figures import (
    DEFINITIONS,
    FACTS_READ,
    NOT_DRAWN_ABOVE,
    cells_of,
    computed_figures,
    definition_of,
    is_about,
    protected_figures,
)
from havn.domain.indicators.rules.period import Period, Quarter, Year, parse_period

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
    "Period",
    "Quarter",
    "Release",
    "SameCount",
    "Value",
    "Year",
    "cells_of",
    "computed_figures",
    "definition_of",
    "fault_in_aim",
    "faults_in",
    "is_about",
    "parse_period",
    "protected_figures",
]
