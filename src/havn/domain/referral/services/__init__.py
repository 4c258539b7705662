# SPDX-License-Identifier: Apache-2.0
"""Sending and taking referrals, and telling each other what becomes of them."""

from havn.domain.referral.services._rows import refused
from havn.domain.referral.services.sending import (
    Heard,
    hear,
    send,
    send_without_words,
    tell_reassessed,
)
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
from havn.domain.referral.services.words import note_words_erased

__all__ = [
    "Heard",
    "Replaced",
    "answer",
    "end",
    "hear",
    "hear_reassessed",
    "keep_arrived",
    "note_words_erased",
    "pass_along",
    "refused",
    "send",
    "send_without_words",
    "take_up_again",
    "tell_progress",
    "tell_reassessed",
]
