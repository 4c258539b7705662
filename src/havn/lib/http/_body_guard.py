# SPDX-License-Identifier: Apache-2.0
"""The wall around the application that judges a body by its headers, and takes in only what the route allows.

Django cannot do this: it may spool or parse a body before any view is asked. Under a server that reads the body only
when the application does (granian's WSGI), refusing here means that the bytes never enter the process.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from havn.lib.encoding import gettext_noop
from havn.lib.http._waiting_room import WaitingRoom

if TYPE_CHECKING:
    from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment


REFUSAL_SENTENCES = {
    "malformed": gettext_noop("The length of what was sent cannot be read. Send the form again."),
    "unmeasured": gettext_noop(
        "This site takes nothing whose length is not stated beforehand. Nothing was read or kept."
    ),
    "unexpected": gettext_noop("Nothing can be sent to this address. Nothing was read or kept."),
    "encoded": gettext_noop(
        "This site takes nothing that is compressed or otherwise encoded. Nothing was read or kept."
    ),
    "wrong_type": gettext_noop(
        "This site takes no files, pictures or videos of any kind. Nothing was read or kept."
    ),
    "too_large": gettext_noop(
        "This is more than can be sent at once. Send less. Nothing was read or kept."
    ),
    "incomplete": gettext_noop(
        "The connection broke before all had arrived. Nothing was kept. Go back and send it again."
    ),
}
_STATUS = {
    "malformed": "400 Bad Request",
    "unmeasured": "413 Content Too Large",
    "unexpected": "413 Content Too Large",
    "encoded": "415 Unsupported Media Type",
    "wrong_type": "415 Unsupported Media Type",
    "too_large": "413 Content Too Large",
    "incomplete": "400 Bad Request",
}
_LENGTH = re.compile(r"[0-9]{1,18}\Z", re.ASCII)
# A charset of another name would let bytes that look harmless mean something else.
_PARAMETERS = re.compile(r'\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?\Z', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What one route takes."""

    content_types: frozenset[str]
    most_bytes: int


FORM = BodyRule(frozenset({"application/x-www-form-urlencoded"}), 64 * 1024)
FORM_LARGE = BodyRule(frozenset({"application/x-www-form-urlencoded"}), 512 * 1024)


class BodyGuard:
    """A WSGI application that passes on only what the route's rule allows.

    `rule_for(method, path)` returns the rule of a route, None where no body is taken at all.
    `sentence_for(code, path)` may say a refusal in the reader's language.
    A body that is allowed is taken in by the waiting room; the application finds it whole in memory.
    """

    def __init__(
        self,
        application: WSGIApplication,
        rule_for: Callable[[str, str], BodyRule | None],
        *,
        sentence_for: Callable[[str, str], str] | None = None,
        waiting_room: WaitingRoom | None = None,
    ) -> None:
        self._application = application
        self._rule_for = rule_for
        self._waiting_room = waiting_room or WaitingRoom()
        self._sentence_for = sentence_for or (lambda code, _path: REFUSAL_SENTENCES[code])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Refuse with a sentence and a closed connection, or pass on with the body in memory."""
        method = environ.get("REQUEST_METHOD", "").upper()
        path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        refusal = _refusal(environ, lambda: self._rule_for(method, path))
        if refusal:
            return self._refuse(refusal, path=path, method=method, start_response=start_response)
        # Where no length is announced nothing is read: HTTP/2 can send a body without one.
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = self._waiting_room.take_in(cast("InputStream", environ["wsgi.input"]), length)
        if body is None:
            return self._refuse(
                "incomplete", path=path, method=method, start_response=start_response
            )
        environ["wsgi.input"] = io.BytesIO(body)
        return self._application(environ, start_response)

    def _refuse(
        self, code: str, *, path: str, method: str, start_response: StartResponse
    ) -> list[bytes]:
        text = (self._sentence_for(code, path) + "\n").encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(text))),
            ("Connection", "close"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(_STATUS[code], headers)
        return [] if method == "HEAD" else [text]


def _refusal(environ: WSGIEnvironment, rule_of_route: Callable[[], BodyRule | None]) -> str | None:
    """Return why the body is refused, or None; looks at headers only."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return "unmeasured"
    announced = environ.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.match(announced):
        return "malformed"
    if int(announced) == 0:
        return None
    rule = rule_of_route()
    if rule is None:
        return "unexpected"
    if environ.get("HTTP_CONTENT_ENCODING"):
        return "encoded"
    if not _is_allowed_type(environ.get("CONTENT_TYPE", ""), rule):
        return "wrong_type"
    return "too_large" if int(announced) > rule.most_bytes else None


def _is_allowed_type(content_type: str, rule: BodyRule) -> bool:
    media_type, separator, parameters = content_type.partition(";")
    is_known = media_type.strip().lower() in rule.content_types
    return is_known and bool(_PARAMETERS.match(separator + parameters))
