# SPDX-License-Identifier: Apache-2.0
"""Hiding small counts of a group of indicators so that they cannot be worked out from the rest."""

from havn.domain.indicators.rules.suppression.pattern import Before, Pattern, audit, protect
from havn.domain.indicators.rules.suppression.table import (
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
    "PRIMARY",
    "SECONDARY",
    "Before",
    "Cell",
    "Line",
    "Past",
    "Pattern",
    "Row",
    "Rule",
    "Table",
    "audit",
    "protect",
]
