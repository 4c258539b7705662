# SPDX-License-Identifier: Apache-2.0
"""V01, victims identified: how many children (or adults who were children then) got a name."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import AGE, OPEN_ENDED, SEX
from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, split_counts
from havn.lib.encoding import gettext_noop

SETTING = Breakdown(
    "setting",
    gettext_noop("Setting of the abuse"),
    {
        "family": gettext_noop("Family"),
        "trust": gettext_noop("Circle of trust outside the family"),
        "institution": gettext_noop("Institution"),
        "online": gettext_noop("Online only"),
        **OPEN_ENDED,
    },
)
BY = Breakdown(
    "by",
    gettext_noop("Who identified"),
    {
        "national": gettext_noop("Police of this country"),
        "foreign": gettext_noop("Police of another country"),
        "joint": gettext_noop("A joint task force"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="V01",
    version=1,
    numeric_id="1.1.1",
    target=1,
    goal="G1.1",
    name=gettext_noop("Victims identified"),
    definition=gettext_noop(
        "The number of different victims who were identified for the first time in the year."
    ),
    rationale=gettext_noop(
        "A victim who is identified can be brought to safety; it is the first target of the Alliance."
    ),
    pitfalls=gettext_noop(
        "One new series of images can lift one year. One victim may be identified by two countries: "
        "each counts where the victim lives, and the Alliance's total counts a shared reference once."
    ),
    computation=gettext_noop(
        "Count of different victims whose first victim_identified lies in the year."
    ),
    cohort=gettext_noop("Victims first identified in the year."),
    unit=gettext_noop("persons"),
    classification=gettext_noop("Sex and age as in SDMX"),
    direction=Direction.UP,
    frequency="Y",
    facts=("victim_identified",),
    measures=(Measure("identified", gettext_noop("Victims identified"), gettext_noop("persons")),),
    breakdowns=(SEX, AGE, SETTING, BY),
    suppression_class="P",
    suppression_group="victims",
    related=("V02", "V03", "V04", "V05", "V06", "V07"),
    compare_with=(
        gettext_noop(
            "INTERPOL: more than 10,000 in all by January 2017, in a database of 49 countries; Europol's "
            "task force of September 2025: 51 (other bases)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts of the period."""
    cohort = [
        story
        for story in history.victims.values()
        if (at := story.identified_at) and period.holds(at)
    ]
    values = [count_value("identified", len(cohort))]
    for breakdown in DEFINITION.breakdowns:
        words = (story.identified_word(breakdown.name) for story in cohort)
        values += split_counts("identified", words, breakdown)
    return values
