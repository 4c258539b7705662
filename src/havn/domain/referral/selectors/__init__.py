# SPDX-License-Identifier: Apache-2.0
"""Reading referrals: one, lists, those of an item, and what was said of them."""

from havn.domain.referral.selectors._views import ReferralView, StepLine
from havn.domain.referral.selectors.referrals import (
    MOST_COUNTED,
    ReferralPage,
    asked_last,
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
    "ReferralPage",
    "ReferralView",
    "StepLine",
    "asked_last",
    "count_to_answer",
    "items_to_answer",
    "items_under_way",
    "open_in_of_item",
    "personal_reason",
    "proof_of_receipt",
    "referral",
    "referral_by_reference",
    "referral_list",
    "referrals_of_item",
    "steps",
]
