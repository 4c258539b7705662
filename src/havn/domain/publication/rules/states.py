# SPDX-License-Identifier: Apache-2.0
"""Where a report stands at the hub, and how far a member is with the report of a year."""

from __future__ import annotations

from enum import StrEnum


class ReportState(StrEnum):
    """Of one version of one report: its head is here; all of it is; everybody may read it; taken back."""

    WAITING = "waiting"  # the head came before its parts
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Basis(StrEnum):
    """Whether a member's node computed the figures from its facts, or its office stated them."""

    COMPUTED = "computed"
    STATED = "stated"


class Step(StrEnum):
    """How far a member is with the report of a year, in this order."""

    ASKED = "asked"
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    RECEIVED = "received"
    PUBLISHED = "published"


# What a member's node says of itself; the others the hub sees.
TOLD_BY_NODES = frozenset({Step.DRAFT, Step.CONFIRMED, Step.SIGNED})


# Of the Model National Response; the texts of the capabilities are the node's.
CAPABILITIES = range(1, 22)
PHASES = range(1, 5)


class CorrectionKind(StrEnum):
    """Why a version follows an earlier one of the same year."""

    LATE_FACTS = "late_facts"
    ERROR_IN_FACTS = "error_in_facts"
    ERROR_IN_METHOD = "error_in_method"
    DISCLOSURE = "disclosure"
    TEXT = "text"
