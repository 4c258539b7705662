# SPDX-License-Identifier: Apache-2.0
"""Refusals as other nodes get them: a status, a code that stays, and a sentence for people."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase

from havn.lib.encoding import canonical_json, gettext_noop
from havn.lib.signing import MessageRefusedError

JSON = "application/json"


PROBLEM_SENTENCES = {
    "nonce_repeated": gettext_noop(
        "A request with this number used once was answered before. Sign anew and send it again."
    ),
    "suspended": gettext_noop(
        "The roster suspends this node or its participant. Nothing is exchanged with it now."
    ),
    "roster_unusable": gettext_noop(
        "Here is no roster that still holds, so nothing is exchanged. Try again after it was renewed."
    ),
    "no_address": gettext_noop(
        "This node does not know its own base address (HAVN_NODE_ADDRESS), so it can check no signature."
    ),
    "not_json": gettext_noop("The content is not JSON that can be read in one way only."),
    "too_deep": gettext_noop("The content is nested too deeply. Nothing of it was read."),
    "wrong_content": gettext_noop(
        "The content is JSON, but not what this address takes. Compare it with the protocol."
    ),
    "not_found": gettext_noop("Here is nothing that you may have."),
    "wrong_method": gettext_noop("This address does not answer requests of that kind."),
    "refused": gettext_noop("That is not possible now."),
    "unreadable": gettext_noop("The request could not be read."),
    "failed": gettext_noop("Something went wrong here. Try again; our log says what it was."),
    "unavailable": gettext_noop("Nothing can be kept here right now. Try again in a few minutes."),
}
# What Django or the frame answered, as a code.
_CODES = {
    HTTPStatus.BAD_REQUEST: "unreadable",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "wrong_method",
    HTTPStatus.CONFLICT: "refused",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


class RefusalError(Exception):
    """The request is refused with this status and code."""

    def __init__(self, status: int, code: str, sentence: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.sentence = sentence or PROBLEM_SENTENCES[code]

    @classmethod
    def of_message(cls, error: MessageRefusedError) -> RefusalError:
        """Return the refusal of a message whose signature was not believed."""
        return cls(HTTPStatus.UNAUTHORIZED, error.code, error.sentence)


def problem(refusal: RefusalError) -> HttpResponse:
    """Return the reply that says why nothing is given."""  # S17
    content = canonical_json({"v": 1, "code": refusal.code, "sentence": refusal.sentence})
    return HttpResponse(content, content_type=JSON, status=refusal.status)


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return a page of the frame that says no as what another node reads; anything else as it is."""
    is_ours = response.headers.get("Content-Type") == JSON
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES or is_ours:
        return response
    code = _CODES.get(HTTPStatus(response.status_code), "failed")
    status = HTTPStatus.INTERNAL_SERVER_ERROR if code == "failed" else response.status_code
    found = problem(RefusalError(status, code))
    if "Allow" in response.headers:
        found.headers["Allow"] = response.headers["Allow"]
    return found
