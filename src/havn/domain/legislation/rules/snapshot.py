# SPDX-License-Identifier: Apache-2.0
"""The laws and figures that a table of pairs was computed from, as they are stored beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from havn.domain.legislation.rules.criterion import Value
from havn.domain.legislation.rules.laws import Answer, Law
from havn.domain.legislation.rules.loopholes import OwnFigures
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


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
