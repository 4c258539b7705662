# SPDX-License-Identifier: Apache-2.0
"""Reading what laws say, who reviewed and disputed it, and where two laws leave a gap."""

from havn.domain.legislation.selectors._views import (
    AnswerView,
    DisputeView,
    ReviewView,
    Saying,
)
from havn.domain.legislation.selectors.answers import (
    alliance_members,
    answer,
    criterion_over_members,
    criterion_values,
    dispute,
    disputes,
    history,
    laws,
    to_review,
)
from havn.domain.legislation.selectors.gaps import (
    CountView,
    DecidingView,
    GapFilter,
    GapPage,
    GapView,
    ReferralWarning,
    TripleView,
    counts_of_member,
    gap_counts,
    pair_gap,
    pair_gaps,
    triple,
    warnings_for_referral,
)

__all__ = [
    "AnswerView",
    "CountView",
    "DecidingView",
    "DisputeView",
    "GapFilter",
    "GapPage",
    "GapView",
    "ReferralWarning",
    "ReviewView",
    "Saying",
    "TripleView",
    "alliance_members",
    "answer",
    "counts_of_member",
    "criterion_over_members",
    "criterion_values",
    "dispute",
    "disputes",
    "gap_counts",
    "history",
    "laws",
    "pair_gap",
    "pair_gaps",
    "to_review",
    "triple",
    "warnings_for_referral",
]
