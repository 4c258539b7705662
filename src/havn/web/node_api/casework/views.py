# SPDX-License-Identifier: Apache-2.0
"""What another node asks us to look at, or whether we know it, and what it is told."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from havn.domain.errors import TooManyAsksError
from havn.domain.referral import rules as referral_rules
from havn.domain.takedown import rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as looks
from havn.domain.workflow.services import known as addresses
from havn.lib.clock import now
from havn.lib.http import is_public_address
from havn.web.node_api.asked import json_reply
from havn.web.node_api.problems import RefusalError, problem

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from havn.domain.actor import Actor


def ask(request: HttpRequest, actor: Actor, value: dict[str, Any]) -> HttpResponse:  # noqa: ARG001
    """Take the question what an address answers from here; the worker looks."""  # V3
    at = now()
    try:
        message = rules.read_ask(value, is_public=is_public_address)
        looks.take_ask(message=message, actor=actor, at=at)
    except rules.VantageMessageError as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, error.code, error.sentence) from error
    except TooManyAsksError as error:
        return _too_many(error, at=at)
    answer = json_reply(takedown.look_for_asker(ask_id=message.id, actor=actor))
    answer.status_code = HTTPStatus.ACCEPTED
    return answer


def _too_many(error: TooManyAsksError, *, at: datetime) -> HttpResponse:
    """Say when one more question is taken."""  # V8, E40
    found = problem(RefusalError(HTTPStatus.TOO_MANY_REQUESTS, error.code, str(error)))
    found.headers["Retry-After"] = str(math.ceil((error.free_at - at).total_seconds()))
    return found


def answer(request: HttpRequest, actor: Actor, *, ask_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Tell the asker, and nobody else, what was seen."""  # V9
    return json_reply(takedown.look_for_asker(ask_id=ask_id, actor=actor))


def known(request: HttpRequest, actor: Actor, value: dict[str, Any]) -> HttpResponse:  # noqa: ARG001
    """Tell which of these addresses our own people assessed as baseline; of all others nothing. (E35)"""
    at = now()
    try:
        ask = referral_rules.read_known_ask(value)
        told = addresses.known_told(ask=ask, actor=actor, at=at)
    except referral_rules.KnownMessageError as error:  # E41
        raise RefusalError(HTTPStatus.BAD_REQUEST, error.code, error.sentence) from error
    except TooManyAsksError as error:
        return _too_many(error, at=at)
    return json_reply(referral_rules.known_answer_document(told))
