# SPDX-License-Identifier: Apache-2.0
"""Freezing figures, and all that happens to a national report until it is signed, received and corrected."""

from havn.domain.reporting.services.capabilities import state_capability
from havn.domain.reporting.services.confirming import confirm_part, name_owner, question_part
from havn.domain.reporting.services.drafting import begin_correction, make_draft, withdraw_report
from havn.domain.reporting.services.freezing import freeze_quarter
from havn.domain.reporting.services.half_year import tell_half_year, withdraw_half_year
from havn.domain.reporting.services.hub import (
    answer_question,
    take_question,
    take_receipt,
    take_step,
)
from havn.domain.reporting.services.offices import (
    NewAnswer,
    NewAsk,
    answer_ask,
    ask_office,
    choose_answer,
    note_reminded,
    office_token,
    withdraw_ask,
)
from havn.domain.reporting.services.releasing import (
    give_back,
    keep_signed,
    release_report,
    send_again,
)
from havn.domain.reporting.services.texts import (
    ProposedText,
    choose_text,
    propose_texts,
    write_text,
)

__all__ = [
    "NewAnswer",
    "NewAsk",
    "ProposedText",
    "answer_ask",
    "answer_question",
    "ask_office",
    "begin_correction",
    "choose_answer",
    "choose_text",
    "confirm_part",
    "freeze_quarter",
    "give_back",
    "keep_signed",
    "make_draft",
    "name_owner",
    "note_reminded",
    "office_token",
    "propose_texts",
    "question_part",
    "release_report",
    "send_again",
    "state_capability",
    "take_question",
    "take_receipt",
    "take_step",
    "tell_half_year",
    "withdraw_ask",
    "withdraw_half_year",
    "withdraw_report",
    "write_text",
]
