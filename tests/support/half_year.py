# SPDX-License-Identifier: Apache-2.0
"""Half-year updates as a member's node tells them, for a hub in tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.publication.models import ProvisionalPiece
from havn.lib import wire
from havn.lib.encoding import canonical_json, uuid4
from tests.support import roster as made_up

YEAR = "2026"
TOLD_AT = datetime(2026, 9, 30, 6, tzinfo=UTC)
_FROZEN = {"Q1": datetime(2026, 4, 11, tzinfo=UTC), "Q2": datetime(2026, 7, 11, tzinfo=UTC)}


def received(number: int | None, quarter: str = "Q2", **changes: Any) -> wire.Figure:
    """Return how many reports were received in a quarter; hidden where no number is given."""
    values: dict[str, Any] = {
        "period": f"{YEAR}-{quarter}",
        "measure": "received",
        "value": None if number is None else Decimal(number),
        "status": "Q" if number is None else "P",
    }
    return wire.Figure(**{**values, **changes})


def piece(*figures: wire.Figure, quarter: str = "Q2", **changes: Any) -> wire.ProvisionalPiece:
    """Return the one piece of an update of Denmark's."""
    values: dict[str, Any] = {
        "update": uuid4(),
        "member": "DK",
        "year": YEAR,
        "as_of": TOLD_AT,
        "pieces": 1,
        "indicator": "R01",
        "definition": 1,
        "period": f"{YEAR}-{quarter}",
        "frozen_at": _FROZEN[quarter],
        "log_position": None,
        "figures": figures or (received(42, quarter),),
    }
    return wire.ProvisionalPiece(**{**values, **changes})


def halves(**changes: Any) -> tuple[wire.ProvisionalPiece, wire.ProvisionalPiece]:
    """Return an update of two quarters, in two pieces."""
    first = piece(received(30, "Q1"), quarter="Q1", pieces=2, **changes)
    return first, replace(piece(pieces=2, **changes), update=first.update)


def node_of(code: str = "DK") -> UUID:
    """Return a member's node by the made-up roster."""
    return made_up.identifier("node", code)


def shown(made: wire.ProvisionalPiece, **changes: Any) -> ProvisionalPiece:
    """Keep a piece as the one of an update that is all here; for pages, without a roster."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "update": made.update,
        "member": made.member,
        "node": node_of(made.member),
        "year": made.year,
        "as_of": made.as_of,
        "pieces": made.pieces,
        "indicator": made.indicator,
        "period": made.period,
        "content": canonical_json(made.as_value()).decode(),
        "received_at": made.as_of,
        "complete_at": made.as_of,
        "is_current": True,
    }
    return ProvisionalPiece.objects.create(**{**values, **changes})
