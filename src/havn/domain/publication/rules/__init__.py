# SPDX-License-Identifier: Apache-2.0
"""Decisions about reports at the hub: states and steps, the calendar of a year, what may follow what."""

from __future__ import annotations

from havn.domain.publication.rules.states import Basis, CorrectionKind, ReportState, Step

__all__ = ["Basis", "CorrectionKind", "ReportState", "Step"]
