# SPDX-License-Identifier: Apache-2.0
"""Offices of the Alliance as dated rows: who began it, who chaired it, who was its secretariat; only what has a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Office(StrEnum):
    """What a member or an organisation may be for the Alliance."""

    INITIATOR = "initiator"
    CHAIR = "chair"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """Who held an office from when until when, and where that is said."""

    office: Office
    holder: str
    code: str  # of the country, or empty for an organisation
    since: date | None
    until: date | None
    source: str
    confirmed: bool


# Empty until a source that may be cited was read: docs/promises.md says how a row is added.
OFFICE_ROWS: tuple[OfficeRow, ...] = ()
