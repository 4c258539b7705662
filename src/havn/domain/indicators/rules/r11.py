# SPDX-License-Identifier: Apache-2.0
"""R11, fingerprints contributed: how many pictures and films this node attested."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import LEGAL_CLASS, OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    UNKNOWN,
    Breakdown,
    Definition,
    Direction,
    Measure,
    Value,
    code_of,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.lists import SourceStory
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, split_counts
from havn.lib.encoding import gettext_noop

KIND = Breakdown(
    "kind",
    gettext_noop("Kind of fingerprint"),
    {
        "sha256": gettext_noop("Exact (SHA-256)"),
        "md5": gettext_noop("Exact (MD5)"),
        "pdq": gettext_noop("Likeness of pictures (PDQ)"),
        "tmk": gettext_noop("Likeness of films (TMK)"),
        **OPEN_ENDED,
    },
    is_partition=False,
)

DEFINITION = Definition(
    id="R11",
    version=1,
    numeric_id="4.1.11",
    target=4,
    goal="G4.1",
    name=gettext_noop("Fingerprints contributed"),
    definition=gettext_noop(
        "The number of different pictures and films whose fingerprints this node attested for the "
        "first time in the period, and how many of them are on the list."
    ),
    rationale=gettext_noop("What one country has seen, no other has to look at again."),
    pitfalls=gettext_noop(
        "One picture has several kinds of fingerprint: pictures are counted, not fingerprints, so "
        "the kinds do not sum up."
    ),
    computation=gettext_noop(
        "Count of different sources whose first fp_attested lies in the period; listed: those of "
        "them with any fp_listed known at the freeze."
    ),
    cohort=gettext_noop("Pictures and films first attested in the period."),
    unit=gettext_noop("pictures and films"),
    direction=Direction.NONE,
    frequency="Q",
    facts=("fp_attested", "fp_listed"),
    measures=(
        Measure("attested", gettext_noop("Attested"), gettext_noop("pictures and films")),
        Measure("listed", gettext_noop("Of these, listed"), gettext_noop("pictures and films")),
    ),
    breakdowns=(KIND, LEGAL_CLASS),
    suppression_class="N",
    suppression_group="lists",
    related=("R12", "R13"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the counts of the period."""
    cohort = [
        story
        for story in history.sources.values()
        if (at := story.attested_at) and period.holds(at)
    ]
    values = []
    for measure, found in (
        ("attested", cohort),
        ("listed", [story for story in cohort if story.listed_at]),
    ):
        values.append(count_value(measure, len(found)))
        kinds = (kind for story in found for kind in _kinds(story))
        values += split_counts(measure, kinds, KIND)
        words = (word(story.attested[2], "legal_class") for story in found if story.attested)
        values += split_counts(measure, words, LEGAL_CLASS)
    return values


def _kinds(story: SourceStory) -> set[str]:
    """Return the codes of a source, each once."""
    return {code_of(kind, KIND) for kind in story.kinds} or {UNKNOWN}
