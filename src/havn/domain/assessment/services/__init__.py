# SPDX-License-Identifier: Apache-2.0
"""Handing items out, keeping drafts, and keeping assessments."""

from havn.domain.assessment.rules import Decision
from havn.domain.assessment.services.decisions import (
    BatchResult,
    assess,
    assess_many,
    withdraw_batch,
)
from havn.domain.assessment.services.exposure import end_exposure, start_exposure
from havn.domain.assessment.services.queue import (
    Held,
    assess_again,
    enter_queue,
    hand_over,
    keep_draft,
    release,
    renew_lease,
    skip,
    take_item,
    take_next,
)
from havn.domain.assessment.services.referred import (
    OfAnother,
    find_not_illegal,
    keep_assessment_of_another,
    spare_item,
    take_back_assessment_of_another,
)

__all__ = [
    "BatchResult",
    "Decision",
    "Held",
    "OfAnother",
    "assess",
    "assess_again",
    "assess_many",
    "end_exposure",
    "enter_queue",
    "find_not_illegal",
    "hand_over",
    "keep_assessment_of_another",
    "keep_draft",
    "release",
    "renew_lease",
    "skip",
    "spare_item",
    "start_exposure",
    "take_back_assessment_of_another",
    "take_item",
    "take_next",
    "withdraw_batch",
]
