# SPDX-License-Identifier: Apache-2.0
"""What every view for other nodes does: answers participants alone, reads strict JSON, says errors by their code."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.encoding import JsonError, canonical_json, strict_json
from havn.lib.http import BodyRule
from havn.web.frame import bodies
from havn.web.node_api.gate import asking
from havn.web.node_api.problems import JSON, RefusalError, problem

if TYPE_CHECKING:
    from django.http import HttpRequest

    from havn.domain.actor import Actor

NodeView = Callable[..., HttpResponse]


class Asker(StrEnum):
    """Who may ask: shown in docs/routes.md."""

    PARTICIPANT = "participant"


def given(view: NodeView) -> Callable[..., Any]:
    """The view gives something to any participant: `view(request, actor, ...)`, by GET and without a body."""
    return _opened(bodies.answers(_judged(view), methods=("GET",)))


def takes_json(most_bytes: int) -> Callable[[NodeView], Callable[..., Any]]:
    """The view takes a JSON object: `view(request, actor, value)`, by POST."""
    rule = BodyRule(frozenset({JSON}), most_bytes)

    def declared(view: NodeView) -> Callable[..., Any]:
        @wraps(view)
        def read(request: HttpRequest, actor: Actor, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, actor, _object_of(request.body), *args, **kwargs)

        return _opened(bodies.allow(bodies.answers(_judged(read), methods=("POST",)), rule))

    return declared


def json_reply(value: dict[str, Any]) -> HttpResponse:
    """Return a value in canonical form."""
    return HttpResponse(canonical_json(value), content_type=JSON)


def _opened(view: Callable[..., Any]) -> Callable[..., Any]:
    vars(view)["may_open"] = frozenset({Asker.PARTICIPANT})
    return view


def _judged(view: NodeView) -> Callable[..., HttpResponse]:
    @wraps(view)
    def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, asking(request), *args, **kwargs)
        except NotFoundError:  # S21
            return problem(RefusalError(HTTPStatus.NOT_FOUND, "not_found"))
        except RefusedError as error:
            return problem(RefusalError(HTTPStatus.CONFLICT, error.code, str(error)))
        except RefusalError as refusal:
            return problem(refusal)

    return judged


def _object_of(content: bytes) -> dict[str, Any]:
    """Return the JSON object that was sent, of version 1."""  # S20
    try:
        value = strict_json(content)
    except JsonError as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, error.code) from error
    if not isinstance(value, dict) or value.get("v") != 1:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "wrong_content")
    return value
