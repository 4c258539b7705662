# SPDX-License-Identifier: Apache-2.0
"""R12, time to listing: how long from the first attestation until a fingerprint is on the list."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.durations import HOURS, quantile_values, span_until
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R12",
    version=1,
    numeric_id="4.1.12",
    target=4,
    goal="G4.1",
    name=gettext_noop("Time to listing"),
    definition=gettext_noop(
        "How many hours pass from the first attestation of a picture or film until it is on the "
        "list. What is not listed yet is part of the figure."
    ),
    rationale=gettext_noop("Until then nobody can find it by its fingerprint."),
    pitfalls=gettext_noop("Mostly decided by how many nodes must attest, which is a rule."),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first fp_attested to the first fp_listed, censored "
        "at the freeze."
    ),
    cohort=gettext_noop("Pictures and films first attested in the period."),
    unit=gettext_noop("hours"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("fp_attested", "fp_listed"),
    measures=HOURS.measures(
        gettext_noop("Half listed within"), gettext_noop("Nine in ten listed within")
    ),
    suppression_class="N",
    suppression_group="lists",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(SameCount("median_hours", CountPart.STARTED, "R11", "attested", CountPart.VALUE),),
    related=("R11",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the values of the period's cohort, followed until the freeze."""
    spans = [
        span_until(start, story.listed_at, history.as_of)
        for story in history.sources.values()
        if (start := story.attested_at) and period.holds(start)
    ]
    return quantile_values(spans)
