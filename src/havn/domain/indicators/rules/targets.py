# SPDX-License-Identifier: Apache-2.0
"""The four targets of the Alliance as a breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from havn.domain.indicators.rules.definition import UNKNOWN, Breakdown
from havn.lib.encoding import gettext_noop

TARGET = Breakdown(
    "target",
    gettext_noop("Target"),
    {
        "1": gettext_noop("Victims"),
        "2": gettext_noop("Offenders"),
        "3": gettext_noop("Awareness"),
        "4": gettext_noop("Less material online"),
        UNKNOWN: gettext_noop("All targets together"),
    },
)


def target_of(codes: Mapping[str, Any]) -> str:
    """Return the target that a fact names, as a word or as a number; empty where it names none."""
    found = codes.get("target")
    return str(found) if isinstance(found, int | str) else ""
