# SPDX-License-Identifier: Apache-2.0
"""The gate before everything that nodes ask: whose signature it is, once, and in good standing; and signing replies."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.exchange import rules as exchange_rules
from havn.domain.exchange import services as exchange
from havn.domain.members import selectors as members
from havn.lib import signing
from havn.lib.clock import now
from havn.lib.keyring import KeyringError
from havn.lib.signing import MessageRefusedError
from havn.web.frame.errors import CANNOT_SAVE
from havn.web.node_api.problems import RefusalError, as_problem, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)
PREFIX = "/api/v1/"
ALARMS = frozenset(exchange_rules.AlarmCode)


class SignatureGate:
    """Middleware: under /api/v1/ nothing is looked at before the signature held, and every reply is signed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._held_last: members.OwnPair | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what nodes ask; hand on everything else."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            request.asking_node = admitted(request, at=now())  # type: ignore[attr-defined]
            response = as_problem(self.get_response(request))
        except RefusalError as refusal:
            logger.warning("a node's request was refused", extra={"code": refusal.code})
            response = problem(refusal)
        except CANNOT_SAVE as error:
            logger.exception("a node's request could not be judged", exc_info=error)
            response = problem(RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"))
        return self._signed(request, response, at=now())

    def _signed(
        self, request: HttpRequest, response: HttpResponseBase, *, at: datetime
    ) -> HttpResponseBase:
        """Return the response with this node's signature, or unsigned that there is no key to make one."""
        try:
            return signed(request, response, self._own_pair(at), at=at)
        except KeyringError as error:
            logger.exception("a reply could not be signed", exc_info=error)
            return problem(RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"))

    def _own_pair(self, at: datetime) -> members.OwnPair:
        """Return the pair that holds; while the tables cannot say which, the one that held last, or the first."""
        try:
            self._held_last = members.own_signing_pair(actor=Actor.system(), at=at)
        except (OperationalError, InterfaceError):
            if self._held_last is None:
                return members.first_signing_pair(actor=Actor.system())
        return self._held_last


def asking(request: HttpRequest) -> Actor:
    """Return the node that asks, as the gate admitted it."""
    found: Actor = request.asking_node  # type: ignore[attr-defined]
    return found


def admitted(request: HttpRequest, *, at: datetime) -> Actor:
    """Return the node that asks; raise RefusalError for anybody else."""  # S18
    if not settings.HAVN_NODE_ADDRESS:
        raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "no_address")
    system = Actor.system(organisation=members.own_organisation(actor=Actor.system()))
    holders: dict[str, members.KeyHolder] = {}
    try:
        asked = _verified(request, holders, at=at)
    except MessageRefusedError as error:
        holder = holders.get(error.known_key_id or _revoked(error, holders))
        _tell(error.code, holder, actor=system, at=at)
        raise RefusalError.of_message(error) from error
    holder = holders[asked.key_id]
    if not exchange.take_nonce(
        key_id=asked.key_id, nonce=asked.nonce, until=asked.expires, actor=system, at=at
    ):  # S8
        _tell("nonce_repeated", holder, actor=system, at=at)
        raise RefusalError(HTTPStatus.UNAUTHORIZED, "nonce_repeated")
    _require_standing(holder, actor=system, at=at)
    return Actor.node(organisation=system.organisation, node=holder.node_id)


def _verified(
    request: HttpRequest, holders: dict[str, members.KeyHolder], *, at: datetime
) -> signing.VerifiedRequest:
    def key_of(key_id: str) -> bytes:
        try:
            holder = members.node_of_key(key_id=key_id, actor=Actor.system())
        except NotFoundError:
            raise MessageRefusedError("unknown_key") from None
        holders[key_id] = holder
        if holder.key.is_revoked:
            raise MessageRefusedError("revoked_key")
        return holder.key.public

    # The configured address, whatever host and path a proxy made of it (S4).
    target = settings.HAVN_NODE_ADDRESS + request.path_info
    if query := request.META.get("QUERY_STRING", ""):
        target += f"?{query}"
    return signing.verify_request(
        request.method or "", target, dict(request.headers), request.body, key_of=key_of, at=at
    )


def _revoked(error: MessageRefusedError, holders: Mapping[str, members.KeyHolder]) -> str:
    """Return the key of a request that was refused for being revoked."""
    return next(iter(holders), "") if error.code == "revoked_key" else ""


def _require_standing(holder: members.KeyHolder, *, actor: Actor, at: datetime) -> None:
    if not members.is_usable(at=at, actor=actor):
        raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "roster_unusable")
    if not holder.is_active:  # S19
        raise RefusalError(HTTPStatus.FORBIDDEN, "suspended")


def _tell(code: str, holder: members.KeyHolder | None, *, actor: Actor, at: datetime) -> None:
    """Put before a person what came under a key of the roster and was refused; of strangers only the log says it."""
    if holder is not None and code in ALARMS:
        exchange.raise_alarm(
            code=exchange_rules.AlarmCode(code), about=str(holder.node_id), actor=actor, at=at
        )


def signed(
    request: HttpRequest, response: HttpResponseBase, pair: members.OwnPair, *, at: datetime
) -> HttpResponseBase:
    """Return the response with this node's signature, bound to the request's."""  # S12, S13
    if not isinstance(response, HttpResponse):
        raise TypeError("A signed reply is whole before it is sent.")
    if request.method == "HEAD":
        response.content = b""
    content_type = response.headers["Content-Type"] if response.content else None
    if content_type is None:
        del response.headers["Content-Type"]
    headers = signing.sign_reply(
        response.status_code,
        response.content,
        content_type,
        request_headers=dict(request.headers),
        private=pair.private,
        key_id=signing.key_id(pair.public),
        at=at,
    )
    for name, value in headers.items():
        response.headers[name] = value
    return response
