# SPDX-License-Identifier: Apache-2.0
"""Reading referrals: one, lists, those of an item, what was said of them; and what is known elsewhere."""

from havn.domain.referral.selectors._views import KnownView, ReferralView, StepLine
from havn.domain.referral.selectors.known import (
    is_heard,
    items_of_round,
    items_told,
    known_elsewhere,
    known_of_item,
    waits_to_be_asked,
)
from havn.domain.referral.selectors.referrals import (
    MOST_COUNTED,
    Carried,
    ReferralPage,
    asked_last,
    carried,
    count_to_answer,
    items_to_answer,
    items_under_way,
    open_in_of_item,
    personal_reason,
    proof_of_receipt,
    referral,
    referral_by_reference,
    referral_list,
    referrals_of_item,
    steps,
)

__all__ = [
    "MOST_COUNTED",
    "Carried",
    "KnownView",
    "ReferralPage",
    "ReferralView",
    "StepLine",
    "asked_last",
    "carried",
    "count_to_answer",
    "is_heard",
    "items_of_round",
    "items_to_answer",
    "items_told",
    "items_under_way",
    "known_elsewhere",
    "known_of_item",
    "open_in_of_item",
    "personal_reason",
    "proof_of_receipt",
    "referral",
    "referral_by_reference",
    "referral_list",
    "referrals_of_item",
    "steps",
    "waits_to_be_asked",
]
