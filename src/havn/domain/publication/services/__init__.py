# SPDX-License-Identifier: Apache-2.0
"""What a hub does with reports: takes or refuses them, publishes and withdraws them, asks and reminds.

No function here changes what a member wrote: a part is stored as it was signed, or not at all.
"""

from havn.domain.publication.services.board import (
    answer_question,
    ask_member,
    ask_year,
    keep_self_assessment,
    keep_step,
    note_question_sent,
    send_reminder,
)
from havn.domain.publication.services.half_year import keep_piece, withdraw_half_year
from havn.domain.publication.services.intake import (
    Judged,
    keep_part,
    take_report,
    take_upload,
)
from havn.domain.publication.services.keys import NewOfficeKey, add_office_key, end_office_key
from havn.domain.publication.services.proving import Evidence, keep_proof
from havn.domain.publication.services.publishing import (
    follow_corrections,
    publish_report,
    publish_year,
    withdraw_report,
)

__all__ = [
    "Evidence",
    "Judged",
    "NewOfficeKey",
    "add_office_key",
    "answer_question",
    "ask_member",
    "ask_year",
    "end_office_key",
    "follow_corrections",
    "keep_part",
    "keep_piece",
    "keep_proof",
    "keep_self_assessment",
    "keep_step",
    "note_question_sent",
    "publish_report",
    "publish_year",
    "send_reminder",
    "take_report",
    "take_upload",
    "withdraw_half_year",
    "withdraw_report",
]
