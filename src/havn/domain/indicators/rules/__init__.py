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
from havn.domain.indicators.rules.faults import faults_in
from havn.domain.indicators.rules.figures import (
    DEFINITIONS,
    FACTS_READ,
    NOT_DRAWN_ABOVE,
    computed_figures,
    definition_of,
    is_about,
    is_internal_by_quarter,
    protected_figures,
    suppressed_figures,
    suppression_groups,
)
from havn.domain.indicators.rules.period import Period, Quarter, Year, parse_period
from havn.domain.indicators.rules.providers import FACTS as FACTS_OF_PROVIDERS
from havn.domain.indicators.rules.providers import provider_responses
from havn.domain.indicators.rules.shown import ShownFigure
from havn.domain.indicators.rules.suppression import is_embargoed, is_left_away

__all__ = [
    "DEFINITIONS",
    "FACTS_OF_PROVIDERS",
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
    "ShownFigure",
    "Value",
    "Year",
    "computed_figures",
    "definition_of",
    "faults_in",
    "is_about",
    "is_embargoed",
    "is_internal_by_quarter",
    "is_left_away",
    "parse_period",
    "protected_figures",
    "provider_responses",
    "suppressed_figures",
    "suppression_groups",
]
