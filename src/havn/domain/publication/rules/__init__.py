# SPDX-License-Identifier: Apache-2.0
"""Decisions about reports at the hub: states and steps, the calendar of a year, what may follow what."""

from __future__ import annotations

from havn.domain.publication.rules.accepting import (
    SENTENCES,
    Earlier,
    Fault,
    Sender,
    figure_faults,
    order_faults,
    order_of,
    sender_faults,
)
from havn.domain.publication.rules.calendar import (
    Calendar,
    PlannedReminder,
    Progress,
    Reminded,
    is_year,
    progress,
    reminders,
)
from havn.domain.publication.rules.half_year import KeptPiece, piece_faults
from havn.domain.publication.rules.states import (
    CAPABILITIES,
    PHASES,
    TOLD_BY_NODES,
    Basis,
    CorrectionKind,
    ReportState,
    Step,
)

__all__ = [
    "CAPABILITIES",
    "PHASES",
    "SENTENCES",
    "TOLD_BY_NODES",
    "Basis",
    "Calendar",
    "CorrectionKind",
    "Earlier",
    "Fault",
    "KeptPiece",
    "PlannedReminder",
    "Progress",
    "Reminded",
    "ReportState",
    "Sender",
    "Step",
    "figure_faults",
    "is_year",
    "order_faults",
    "order_of",
    "piece_faults",
    "progress",
    "reminders",
    "sender_faults",
]
