# SPDX-License-Identifier: Apache-2.0
"""The laws and figures that a table of pairs was computed from, as they are stored beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.legislation.rules.criterion import Value
from havn.domain.legislation.rules.laws import Answer, Law
from havn.domain.legislation.rules.loopholes import OwnFigures
from havn.domain.legislation.rules.pairs import Basis
from havn.lib.encoding import number_of

SNAPSHOT_VERSION = 1


def laws_json(laws: Mapping[str, Law]) -> dict[str, Any]:
    """Return laws as JSON."""
    return {
        "v": SNAPSHOT_VERSION,
        "laws": {
            code: {
                key: [
                    each.value.value,
                    each.number,
                    each.is_unlimited,
                    each.since.isoformat() if each.since else None,
                ]
                for key, each in law.answers.items()
            }
            for code, law in laws.items()
        },
    }


def laws_from(stored: Mapping[str, Any]) -> dict[str, Law]:
    """Return the laws that were stored."""
    return {
        code: Law(
            code,
            {
                key: Answer(
                    Value(value),
                    number,
                    is_unlimited,
                    date.fromisoformat(since) if since else None,
                )
                for key, (value, number, is_unlimited, since) in answers.items()
            },
        )
        for code, answers in stored.get("laws", {}).items()
    }


def figures_json(own: OwnFigures) -> dict[str, Any]:
    """Return a node's own figures as JSON."""
    return {
        "v": SNAPSHOT_VERSION,
        "member": own.member,
        "days_until_asked": _text(own.days_until_asked),
        "generated_share": _text(own.generated_share),
        "items_traced": dict(own.items_traced),
        "referrals": dict(own.referrals),
        "removal_hours": {code: _text(hours) for code, hours in own.removal_hours.items()},
    }


def figures_from(stored: Mapping[str, Any]) -> OwnFigures:
    """Return the figures that were stored."""
    return OwnFigures(
        member=stored.get("member", ""),
        days_until_asked=number_of(stored.get("days_until_asked")),
        generated_share=number_of(stored.get("generated_share")),
        items_traced=dict(stored.get("items_traced", {})),
        referrals=dict(stored.get("referrals", {})),
        removal_hours={
            code: Decimal(hours) for code, hours in stored.get("removal_hours", {}).items()
        },
    )


def basis_from(laws: Mapping[str, Any], figures: Mapping[str, Any]) -> Basis:
    """Return laws and figures that were stored."""
    return Basis(laws_from(laws), figures_from(figures))


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A computation of the table that was begun: to which laws and figures, and how far it is, rule by rule."""

    run: UUID
    at: datetime  # the laws of this day, as they were known at this time
    basis: Basis
    left: tuple[str, ...]  # rules whose rows are still those of before
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # of the others


def under_way_json(begun: UnderWay) -> dict[str, Any]:
    """Return what is under way as JSON."""
    return {
        "v": SNAPSHOT_VERSION,
        "run": str(begun.run),
        "at": begun.at.isoformat(),
        "laws": laws_json(begun.basis.laws),
        "figures": figures_json(begun.basis.own),
        **how_far_json(begun),
    }


def how_far_json(begun: UnderWay) -> dict[str, Any]:
    """Return the part of it that every piece changes."""
    return {
        "left": list(begun.left),
        "counts": {rule: dict(counted) for rule, counted in begun.counts.items()},
    }


def under_way_from(stored: Mapping[str, Any]) -> UnderWay | None:
    """Return what was under way; None where nothing was."""
    if not stored:
        return None
    return UnderWay(
        run=UUID(stored["run"]),
        at=datetime.fromisoformat(stored["at"]),
        basis=basis_from(stored["laws"], stored["figures"]),
        left=tuple(stored["left"]),
        counts=stored["counts"],
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
