# SPDX-License-Identifier: Apache-2.0
"""What a participant may have: who this node is, its log, its mirrors of others, and payloads meant for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from havn.domain.errors import NotFoundError
from havn.domain.exchange import selectors as exchange
from havn.domain.members import selectors as members
from havn.domain.members.rules import SPOKEN
from havn.lib import feed
from havn.lib.clock import now
from havn.lib.encoding import EncodingError, b64u, from_b64u
from havn.web.node_api.asked import json_reply
from havn.web.node_api.problems import RefusalError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from havn.domain.actor import Actor

MOST_COMMITS = 64
COMMIT_BYTES = 32
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"


def about(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """Say who this node is, what it speaks, which roster it holds and what its clock says. (X1)"""
    own = members.own_node(actor=actor)
    roster = members.roster_state(actor=actor)
    return json_reply(
        {
            "v": 1,
            "node": str(own.node_id),
            "name": own.organisation_name,
            "participant": own.member_code,
            "protocol": SPOKEN.as_value(),
            "roster": roster.version,
            "epoch": roster.epoch,
            "clock": now().isoformat(timespec="seconds"),
        }
    )


def own_checkpoint(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """Give the newest checkpoint of the own log, with the cosignatures that it has. (X2)"""
    note = exchange.checkpoint(origin=_own_origin(actor), actor=actor)
    return HttpResponse(note, content_type=TEXT)


def own_tile(request: HttpRequest, actor: Actor, *, place: str) -> HttpResponse:  # noqa: ARG001
    """Give a page of the own log: hashes, or leaves."""
    return _page(_own_origin(actor), place, actor=actor)


def mirrored_checkpoint(request: HttpRequest, actor: Actor, *, digest: str) -> HttpResponse:  # noqa: ARG001
    """Give the newest checkpoint of another log as this node accepted and cosigned it. (X3)"""
    origin = exchange.origin_of_digest(digest=digest, actor=actor)
    return HttpResponse(exchange.checkpoint(origin=origin, actor=actor), content_type=TEXT)


def mirrored_tile(
    request: HttpRequest,  # noqa: ARG001
    actor: Actor,
    *,
    digest: str,
    place: str,
) -> HttpResponse:
    """Give a page of another log out of the mirror."""
    origin = exchange.origin_of_digest(digest=digest, actor=actor)
    return _page(origin, place, actor=actor)


def mirrors(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """Give the newest checkpoint of every log that is mirrored here. (X4)"""
    lines = exchange.mirrors(actor=actor)
    return json_reply(
        {
            "v": 1,
            "mirrors": [{"origin": line.origin, "note": line.note} for line in lines],
        }
    )


def payloads(request: HttpRequest, actor: Actor, value: dict[str, Any]) -> HttpResponse:  # noqa: ARG001
    """Give what is meant for the node that asks: sealed to it, erased, or nothing that it may know of. (X5)"""
    commits = _commits(value)
    lines = exchange.payloads(commits=commits, actor=actor)
    given = [
        {"commit": b64u(bytes.fromhex(line.commit)), "state": line.state}
        | ({"sealed": b64u(line.sealed)} if line.sealed else {})
        for line in lines
    ]
    return json_reply({"v": 1, "payloads": given})


def _own_origin(actor: Actor) -> str:
    origin = exchange.own_origin(actor=actor)
    if origin is None:
        raise NotFoundError
    return origin


def _page(origin: str, place: str, *, actor: Actor) -> HttpResponse:
    try:
        page = feed.parse_tile_path(f"tile/{place}")
    except feed.FeedError as error:
        raise NotFoundError from error
    if page.level is None:
        content = exchange.entries(
            origin=origin, number=page.number, width=page.width, actor=actor
        )
    else:
        content = exchange.tile(
            origin=origin, level=page.level, number=page.number, width=page.width, actor=actor
        )
    return HttpResponse(content, content_type=BYTES)


def _commits(value: dict[str, Any]) -> list[str]:
    """Return the commitments that are asked for, in hexadecimal."""
    asked = value.get("commits")
    if set(value) != {"v", "commits"} or not isinstance(asked, list) or len(asked) > MOST_COMMITS:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "wrong_content")
    try:
        found = [from_b64u(each) for each in asked]
    except (EncodingError, TypeError) as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "wrong_content") from error
    if any(len(each) != COMMIT_BYTES for each in found):
        raise RefusalError(HTTPStatus.BAD_REQUEST, "wrong_content")
    return [each.hex() for each in dict.fromkeys(found)]
