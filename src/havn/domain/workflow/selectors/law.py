# SPDX-License-Identifier: Apache-2.0
"""What a node knows from its own work about the gaps between laws: how long it takes, and with whom it works."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.legislation.rules import OwnFigures
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.reporting import selectors as reporting

A_YEAR = timedelta(days=365)
HOURS_A_DAY = 24
# Nine in ten: from report to police, and until somebody abroad answers a referral that was sent from here.
_POLICE, _ABROAD = ("P01", "", ""), ("P09", "direction", "out")
_NINE_IN_TEN = "p90_hours"


def own_figures(*, actor: Actor, at: datetime) -> OwnFigures:
    """Return the node's own figures of its newest frozen quarter, and its referrals of twelve months."""
    own = members.own_node(actor=actor).member_code
    return OwnFigures(
        member=own,
        days_until_asked=_days_until_asked(actor),
        referrals={
            country: count
            for country, count in referrals.referrals_by_country(
                since=at - A_YEAR, actor=actor
            ).items()
            if country != own
        },
    )


def _days_until_asked(actor: Actor) -> Decimal | None:
    """Return both delays together in days; None where one of them is hidden or was never measured."""
    quarters = reporting.closed_quarters(actor=actor)
    if not quarters:
        return None
    try:
        found = reporting.quarter_figures(period=quarters[0].period, actor=actor)
    except NotFoundError:
        return None
    hours = {
        (each.definition.id, figure.breakdown, figure.code): figure.value
        for each in found.indicators
        for figure in each.figures
        if figure.measure == _NINE_IN_TEN
    }
    both = [hours.get(_POLICE), hours.get(_ABROAD)]
    if None in both:
        return None
    total = sum((each for each in both if each is not None), Decimal(0))
    return (total / HOURS_A_DAY).quantize(Decimal("0.1"))
