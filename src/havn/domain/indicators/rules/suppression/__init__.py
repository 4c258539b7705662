# SPDX-License-Identifier: Apache-2.0
"""Hiding small counts of a group of indicators so that they cannot be worked out from the rest."""

from havn.domain.indicators.rules.suppression.bounds import Bounds, alliance_total, bounds_of
from havn.domain.indicators.rules.suppression.group import NOT_COLLECTED, grouped
from havn.domain.indicators.rules.suppression.pattern import Before, Pattern, audit, protect
from havn.domain.indicators.rules.suppression.protection import (
    Released,
    is_embargoed,
    is_left_away,
    protect_group,
)
from havn.domain.indicators.rules.suppression.table import (
    EMBARGOED,
    PRIMARY,
    SECONDARY,
    Cell,
    Line,
    Past,
    Row,
    Rule,
    Table,
)

__all__ = [
    "EMBARGOED",
    "NOT_COLLECTED",
    "PRIMARY",
    "SECONDARY",
    "Before",
    "Bounds",
    "Cell",
    "Line",
    "Past",
    "Pattern",
    "Released",
    "Row",
    "Rule",
    "Table",
    "alliance_total",
    "audit",
    "bounds_of",
    "grouped",
    "is_embargoed",
    "is_left_away",
    "protect",
    "protect_group",
]
