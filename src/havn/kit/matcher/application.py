# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: body guard, token, route, one shape for every refusal, and the counters."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from havn.kit.matcher import counters
from havn.kit.matcher.beside import Beside
from havn.kit.matcher.faults import MatcherError, RequestError, json_bytes
from havn.kit.matcher.look_ups import NO_FILES, USE_WATCH
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.one_by_one import AnsweredMany
from havn.kit.matcher.requests import JSON, MOST_LOOKUPS, Answer, Request, query_of
from havn.kit.matcher.routes import Route, body_rule, methods_of, route_of
from havn.kit.matcher.tokens import Tokens
from havn.lib import clock
from havn.lib.http import BodyGuard, WaitingRoom, ask_for_new_workers
from havn.lib.matching import IndexFileError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# A worker that replaces another is ready after a second; the first time on a machine takes ten.
PATIENCE = 5.0
_REASONS = {
    200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized", 403: "403 Forbidden",
    404: "404 Not Found", 405: "405 Method Not Allowed", 413: "413 Content Too Large",
    415: "415 Unsupported Media Type", 500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}  # fmt: skip
_SAFE = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_REFUSED_BODIES = {
    "malformed": ("the length of the body cannot be read", "Send a Content-Length."),
    "unmeasured": (
        "a body whose length is not stated beforehand is not read; " + NO_FILES,
        "Send a Content-Length instead of chunks. " + USE_WATCH,
    ),
    "unexpected": (NO_FILES, USE_WATCH),
    "encoded": ("a compressed body is not read", "Send it as it is. " + USE_WATCH),
    "wrong_type": (NO_FILES, "Send fingerprints as application/json. " + USE_WATCH),
    "too_large": (
        "this is more than can be sent at once; " + NO_FILES,
        f"Send at most {MOST_LOOKUPS} fingerprints. " + USE_WATCH,
    ),
    "incomplete": ("the connection broke before all had arrived", "Send it again."),
}


class Application:
    """Answers every request with what its route says; nothing that a caller sends ends in an error of the server."""

    def __init__(
        self,
        matcher: Matcher,
        *,
        tokens: Tokens | None = None,
        beside: Beside | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Put the guard around the routes of a matcher; a look-up waits so many seconds for a search that still loads."""
        self._matcher = matcher
        self._patience = patience
        self._tokens = tokens
        self._beside = beside
        self._guard = BodyGuard(
            self._routed,
            body_rule,
            sentence_for=_sentence,
            waiting_room=WaitingRoom(on_crowd=ask_for_new_workers),
        )

    def prepare(self) -> None:
        """Load the compiled search on a thread of its own; until it is there look-ups wait, then are answered with 503."""
        threading.Thread(target=self._matcher.prepare, daemon=True, name="havn-prepare").start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; without a body there is nothing for the guard to judge."""
        if not environ.get("HTTP_TRANSFER_ENCODING") and environ.get("CONTENT_LENGTH", "0") in {
            "",
            "0",
        }:
            return self._routed(environ, start_response)

        refused = self._refused_unread(environ)
        if refused is not None:
            start_response(_REASONS[refused.status], _headers(refused, close=True))
            return [refused.body]

        def judged(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            # The guard speaks plain text; its sentences are ours, and JSON already.
            if ("Connection", "close") in headers:
                headers = [(k, JSON if k == "Content-Type" else v) for k, v in headers]
                self._matcher.board.add(counters.SINGLES["bodies_refused"])
                counters.observe(self._matcher.board, "other", status=int(status[:3]), seconds=0)
            return start_response(status, headers, *more)

        return self._guard(environ, judged)

    def _routed(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = clock.monotonic()
        method = environ.get("REQUEST_METHOD", "").upper()
        kind = "other"
        try:
            path = environ.get("PATH_INFO", "")
            if not path.isascii():
                path = path.encode("latin-1", "replace").decode("utf-8", "replace")
            route, parts = route_of(method, path)
            kind = route.kind
            answered = self._answer(route, environ, Request(method, path, {}, parts=parts))
        except RequestError as error:
            answered = _refused(error)
        except (IndexFileError, MatcherError) as error:
            self._matcher.board.add(counters.SINGLES["faults"])
            answered = _refused(
                RequestError(503, str(error), remedy="Nothing was changed. Tell the operator.")
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller reads one shape
            self._matcher.board.add(counters.SINGLES["faults"])
            _tell_fault(error)
            answered = _refused(
                RequestError(
                    500, "a mistake of ours", remedy="Tell the operator; the log says where."
                )
            )
        counters.observe(
            self._matcher.board, kind, status=answered.status, seconds=clock.monotonic() - began
        )
        start_response(_REASONS[answered.status], _headers(answered))
        return [] if method == "HEAD" else [answered.body]

    def _answer(self, route: Route, environ: WSGIEnvironment, request: Request) -> Answer:
        self._require_scope(route, environ)
        matcher = self._matcher
        if route.searches and not matcher.wait_until_ready(self._patience):
            raise RequestError(
                503, "index not yet ready", remedy="Ask again in a second; /status says when."
            )
        request.query = query_of(environ.get("QUERY_STRING", ""))
        if route.body is not None:
            request.content_type = environ.get("CONTENT_TYPE", "")
            length = int(environ.get("CONTENT_LENGTH") or 0)
            request.body = environ["wsgi.input"].read() if length else b""
        answered = route.answers(matcher, request)
        if self._beside is not None:
            self._offer(self._beside, route, environ, request=request, answered=answered)
        return answered

    def _offer(
        self,
        beside: Beside,
        route: Route,
        environ: WSGIEnvironment,
        *,
        request: Request,
        answered: Answer,
    ) -> None:
        """Let the server beside this one be asked the same."""
        query = environ.get("QUERY_STRING", "")
        if route.kind == "single":
            beside.offer(request.path, query, answered.body)
        elif route.kind == "bulk":
            names = self._matcher.index.list_names
            many = AnsweredMany(
                request.path, query, request.body, asked_as=request.content_type, answer=answered.body,
                answered_as=answered.content_type, names=names,
            )  # fmt: skip
            beside.offer_many(many)

    def _refused_unread(self, environ: WSGIEnvironment) -> Answer | None:
        """Return what a caller without the right token is told before any of its body is read."""
        if self._tokens is None:
            return None
        method, path = environ.get("REQUEST_METHOD", "").upper(), environ.get("PATH_INFO", "")
        try:
            route, _ = route_of(method, path)
        except RequestError:
            return None  # the guard says what is wrong with it
        try:
            self._require_scope(route, environ)
        except RequestError as error:
            self._matcher.board.add(counters.SINGLES["bodies_refused"])
            counters.observe(self._matcher.board, "other", status=error.status, seconds=0)
            return _refused(error)
        return None

    def _require_scope(self, route: Route, environ: WSGIEnvironment) -> None:
        if self._tokens is None or not route.scope:
            return
        scopes = self._tokens.scopes_of(environ.get("HTTP_AUTHORIZATION", ""))
        if scopes is None:
            raise RequestError(
                401,
                "this server answers callers with a token",
                field="Authorization",
                remedy="Send `Authorization: Bearer TOKEN`; `havn matcher token` makes one.",
            )
        if route.scope not in scopes:
            raise RequestError(
                403,
                f"this token may not do that; it takes the scope {route.scope}",
                field="Authorization",
                remedy="Use another token, or give this one the scope.",
            )


def _headers(answered: Answer, *, close: bool = False) -> list[tuple[str, str]]:
    return [
        ("Content-Type", answered.content_type),
        ("Content-Length", str(len(answered.body))),
        *_SAFE,
        *answered.headers,
        *([("Connection", "close")] if close else []),
    ]


def _refused(error: RequestError) -> Answer:
    headers: list[tuple[str, str]] = []
    if error.allow:
        headers.append(("Allow", ", ".join(error.allow)))
    if error.status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    if error.status == 503:
        headers.append(("Retry-After", "1"))
    return Answer(error.status, json_bytes(error.body), JSON, tuple(headers))


def _sentence(code: str, path: str) -> str:
    message, remedy = _REFUSED_BODIES[code]
    methods = methods_of(path)[0].values()
    if code == "unexpected" and not any(each.refuses_files for each in methods):
        where = "no body is taken at this path" if methods else "nothing is answered at this path"
        message = f"{where}; nothing was read or kept"
        remedy = (
            "All paths are told at /openapi.json; lists are changed by `havn index`. " + USE_WATCH
        )
    return json_bytes({"message": message, "field": "body", "remedy": remedy}).decode().rstrip()


def _tell_fault(error: Exception) -> None:
    """Say on standard error where a mistake of ours lies, without a word of what was sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    line = {
        "level": "error",
        "event": "a mistake of ours",
        "error": type(error).__name__,
        "at": where,
    }
    print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - the log of a service
