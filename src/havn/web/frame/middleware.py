# SPDX-License-Identifier: Apache-2.0
"""Middleware of the frame: headers, request id, language from the path, the last slash, the domain's errors as pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils import translation

from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.keyring import KeyringError
from havn.web.frame import errors, headers, language
from havn.web.frame.bodies import SHOWS
from havn.web.frame.logging import begin_request, end_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    Answer = Callable[[HttpRequest], HttpResponse]


class HeadersMiddleware:
    """Outermost: gives the request a random id for the logs and writes the headers of every answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request between two marks in the logs."""
        mark = begin_request()
        try:
            response = self.get_response(request)
        finally:
            end_request(mark)
        headers.write_headers(request, response)
        return response


class PathLanguageMiddleware:
    """The language in force is the one that the path names, else the first of the settings."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the language of its path."""
        with translation.override(language.language_of(request.path_info) or "en"):
            request.LANGUAGE_CODE = translation.get_language() or "en"
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response


class EndingSlashMiddleware(CommonMiddleware):
    """An address that lacks the slash at its end leads to the page that has it, where there is one (APPEND_SLASH).

    Looked up only when nothing was found, so that no other request pays for it.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Let every request pass; the parent would look up each address twice."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Redirect what was not found; the parent would write headers of its own as well."""
        if response.status_code == HTTPStatus.NOT_FOUND and self.should_redirect_with_slash(
            request
        ):
            return HttpResponsePermanentRedirect(self.get_full_path_with_slash(request))
        return response

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Whether somebody looks at such an address: what is sent is never sent on."""
        return request.method in SHOWS and super().should_redirect_with_slash(request)


class DomainErrorsMiddleware:
    """What the domain refuses becomes a page with a sentence; not yours and not there are the same bytes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; the work is done when a view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for an error that somebody meant to raise; others stay errors."""
        match exception:
            case NotFoundError():
                return errors.handler404(request, exception)
            case RefusedError():
                return errors.refused(request, exception)
            case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
                return errors.handler413(request, exception)
            case OperationalError() | InterfaceError() | KeyringError():
                return errors.not_saved(request, exception)
            case _:
                return None
