# SPDX-License-Identifier: Apache-2.0
"""P10, referral outcome known: the share of sent referrals of which an outcome came back within 30 days."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from havn.domain.indicators.rules.definition import (
    OTHER,
    UNKNOWN,
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.referrals import OUT, OUTCOME, SENT
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    share_value,
)
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(days=30)
KIND = Breakdown(
    "outcome",
    gettext_noop("What became of it"),
    {
        "removed": gettext_noop("Removed"),
        "not_illegal": gettext_noop("Not illegal there"),
        "moved": gettext_noop("Moved to another country"),
        "not_found": gettext_noop("Not found there any more"),
        "cannot_act": gettext_noop("Nobody there can act"),
        OTHER: gettext_noop("Other"),
        UNKNOWN: gettext_noop("Not known"),
    },
    splits_numerator=True,
)
_KNOWN = "known_30d"

DEFINITION = Definition(
    id="P10",
    version=1,
    numeric_id="2.2.10",
    target=2,
    goal="G2.2",
    name=gettext_noop("Referral outcome known"),
    definition=gettext_noop(
        "The share of referrals sent to other countries of which an outcome came back within 30 "
        "days, and what the outcome was."
    ),
    rationale=gettext_noop("A referral whose outcome nobody hears of cannot be followed up."),
    pitfalls=gettext_noop(
        "That something is not illegal there is an outcome like any other; it can point to a gap "
        "between laws. The 30 days of a period's last referrals end only after its figures are "
        "frozen, so those are not part of the share."
    ),
    computation=gettext_noop(
        "Referrals with a referral_outcome at most 30 days after referral_sent, divided by the "
        "referrals whose 30 days have ended at the freeze; of several outcomes the last counts."
    ),
    cohort=gettext_noop(
        "Referrals sent in the period, only those whose 30 days have ended at the freeze."
    ),
    unit=gettext_noop("per cent"),
    classification="",
    direction=Direction.UP,
    frequency="Q",
    facts=(SENT, OUTCOME),
    measures=(
        Measure(
            _KNOWN,
            gettext_noop("Outcome known within 30 days"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    breakdowns=(KIND,),
    suppression_class="C",
    suppression_group="outcomes",
    min_denominator=LEAST_DENOMINATOR,
    related=("P09",),
    compare_with=(),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period's cohort, as known at the freeze."""
    outcomes = [
        story.outcome_until(start + WINDOW)
        for story in history.referrals.values()
        if story.direction == OUT
        and (start := story.began_at)
        and period.holds(start)
        and start + WINDOW <= history.as_of
    ]
    kinds = Counter(code_of(kind, KIND) for kind in outcomes if kind is not None)
    known = share_value(_KNOWN, kinds.total(), len(outcomes))
    return [known] + [
        share_value(_KNOWN, kinds[code], len(outcomes), KIND.name, code) for code in KIND.codes
    ]
