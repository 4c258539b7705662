# SPDX-License-Identifier: Apache-2.0
"""Sending and taking referrals, and telling each other what becomes of them."""

from havn.domain.referral.services._rows import refused
from havn.domain.referral.services.sending import Heard, hear, send, tell_reassessed
from havn.domain.referral.services.taking import (
    Replaced,
    answer,
    end,
    hear_reassessed,
    keep_arrived,
    pass_along,
    take_up_again,
    tell_progress,
)

__all__ = [
    "Heard",
    "Replaced",
    "answer",
    "end",
    "hear",
    "hear_reassessed",
    "keep_arrived",
    "pass_along",
    "refused",
    "send",
    "take_up_again",
    "tell_progress",
    "tell_reassessed",
]
