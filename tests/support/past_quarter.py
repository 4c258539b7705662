# SPDX-License-Identifier: Apache-2.0
"""Gives a node that stands two closed quarters: facts of the past, frozen; run in the node's environment.

HAVN_DATA=... python -m tests.support.past_quarter
Prints the quarters, newest first. The first one is small, so that most of it is hidden.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from havn.domain.indicators.rules import Quarter

REPORTS = (5, 42)
CHANNELS = ("web", "web", "web", "referrer", "desk")


def main() -> int:
    """Record what happened in the last two closed quarters, and freeze their figures."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from havn.domain.actor import Actor
    from havn.domain.indicators.rules import Quarter
    from havn.domain.members import selectors as members
    from havn.domain.reporting import services as figures
    from havn.lib import clock

    own = members.own_node(actor=Actor.operator()).organisation_id
    last = Quarter.of(clock.now()).previous
    for quarter, reports in zip((last.previous, last), REPORTS, strict=True):
        record_facts(quarter, reports=reports, organisation=own)
        figures.freeze_quarter(
            period=str(quarter), actor=Actor.system(organisation=own), at=clock.now()
        )
    json.dump([str(last), str(last.previous)], sys.stdout)
    return 0


def record_facts(quarter: Quarter, *, reports: int, organisation: UUID) -> None:
    """Record what the services would have recorded, had these reports come in during the quarter."""
    from django.db import transaction

    step = (quarter.ends_at - quarter.starts_at - timedelta(days=20)) / reports
    with transaction.atomic():
        for number in range(reports):
            at = quarter.starts_at + number * step
            record_story(number, at=at, organisation=organisation)
            for side in ("in", "out"):
                record_referral(number, side=side, at=at, organisation=organisation)


def record_story(number: int, *, at: datetime, organisation: UUID) -> None:
    """Record one report and what became of its item; every fifth item stays where it is."""
    from havn.domain.ledger import services as ledger
    from havn.domain.ledger.rules import FactName
    from havn.lib.encoding import uuid4

    item, report = uuid4(), uuid4()
    language = "en" if number % 3 == 0 else "da"
    told: list[tuple[FactName, str, float, dict[str, object]]] = [
        (
            FactName.REPORT_RECEIVED,
            "report",
            0,
            {"channel": CHANNELS[number % 5], "language": language, "duplicate": False},
        ),
        (
            FactName.ITEM_ASSESSED,
            "item",
            2,
            {"legal_class": "baseline", "first": True, "received_at": at.isoformat()},
        ),
        (
            FactName.ITEM_TRACED,
            "item",
            2,
            {"here": number % 4 != 0, "country": "xd" if number % 4 else "xe"},
        ),
        (FactName.NOTICE_SENT, "item", 3, {"rung": 1}),
    ]
    if number % 5:
        told.append((FactName.ITEM_REMOVED, "item", 8 + 7 * (number % 16), {}))
    for name, kind, hours, codes in told:
        ledger.record_fact(
            name=name,
            subject_kind=kind,
            subject_id=report if kind == "report" else item,
            organisation=organisation,
            at=at + timedelta(hours=hours),
            codes=codes,
        )


def record_referral(number: int, *, side: str, at: datetime, organisation: UUID) -> None:
    """Record one referral on one side; every seventh is never answered."""
    from havn.domain.ledger import services as ledger
    from havn.domain.ledger.rules import FactName
    from havn.lib.encoding import uuid4

    begun = FactName.REFERRAL_SENT if side == "out" else FactName.REFERRAL_RECEIVED
    told: list[tuple[FactName, float, dict[str, object]]] = [(begun, 0, {})]
    if number % 7:
        answer: dict[str, object] = {"how": "accepted", "side": side}
        told.append((FactName.REFERRAL_ACKNOWLEDGED, 5 + 3 * (number % 9), answer))
        told.append((FactName.REFERRAL_OUTCOME, 90, {"kind": ("removed", "moved")[number % 2]}))
    referral = uuid4()
    for name, hours, codes in told:
        ledger.record_fact(
            name=name,
            subject_kind="referral",
            subject_id=referral,
            organisation=organisation,
            at=at + timedelta(hours=hours),
            codes=codes,
        )


if __name__ == "__main__":
    sys.exit(main())
