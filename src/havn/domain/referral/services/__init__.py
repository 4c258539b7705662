# SPDX-License-Identifier: Apache-2.0
"""Sending and taking referrals, telling each other what becomes of them, and what is known elsewhere."""

from havn.domain.referral.services._rows import refused
from havn.domain.referral.services.known import (
    begin_rounds,
    hear_withdrawn,
    keep_elsewhere,
    note_kept,
    note_to_ask,
    tell_known,
    withdraw_told,
)
from havn.domain.referral.services.sending import (
    Heard,
    hear,
    pass_over_numbers,
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
    "begin_rounds",
    "end",
    "hear",
    "hear_reassessed",
    "hear_withdrawn",
    "keep_arrived",
    "keep_elsewhere",
    "note_kept",
    "note_to_ask",
    "note_words_erased",
    "pass_along",
    "pass_over_numbers",
    "refused",
    "send",
    "send_without_words",
    "take_up_again",
    "tell_known",
    "tell_progress",
    "tell_reassessed",
    "withdraw_told",
]
