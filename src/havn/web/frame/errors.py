# SPDX-License-Identifier: Apache-2.0
"""Error pages: each says what happened and what to do next; none carries a path, a name or a value."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.lib.keyring import KeyringError
from havn.web.frame import headers
from havn.web.frame.context import frame
from havn.web.frame.language import language_of
from havn.web.frame.logging import request_id

if TYPE_CHECKING:
    from django.http import HttpRequest

    from havn.domain.errors import RefusedError

logger = logging.getLogger(__name__)
# A full disk, a locked or dead database, a missing key: nothing can be saved now. A view whose form holds what
# somebody wrote catches these and gives it back: no page is stored anywhere, so the browser has lost it by the
# time `not_saved` is shown.
CANNOT_SAVE = (OperationalError, InterfaceError, KeyringError, OSError)


def error_page(
    request: HttpRequest,
    status: int,
    *,
    title: str,
    sentences: list[str],
    shows_help: bool = False,
) -> HttpResponse:
    """Return a page of the given status; the same words give the same bytes wherever they are shown."""
    context = {
        **frame(request),
        "title": title,
        "sentences": sentences,
        "shows_help": shows_help,
        "shows_leave": _has_leave(request),
        "home": _home(request),
    }
    return HttpResponse(render_to_string("frame/errors/error.html", context), status=status)


def _has_leave(request: HttpRequest) -> bool:
    """Whether this page is the public's and its URL map has a way out at once."""
    if request.path_info.startswith(headers.DESK):
        return False
    language = get_language() or settings.LANGUAGE_CODE
    return bool(is_valid_path(f"/{language}/leave"))


def _home(request: HttpRequest) -> str:
    """Return where this audience's pages begin, in the language of the page where it names one."""
    if request.path_info.startswith(headers.DESK):
        return headers.DESK
    named = language_of(request.path_info)
    return f"/{named}/" if named else "/"


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Return the page for a request that could not be read."""
    return error_page(
        request,
        HTTPStatus.BAD_REQUEST,
        title=_("We could not read that request"),
        sentences=[
            _(
                "Something was missing or garbled on the way. Go back, reload the page and try again."
            )
        ],
    )


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Return the page for a request that may not be made from where it came."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        title=_("This was not sent from our own page"),
        sentences=[
            _("Your browser says that another site sent this, or the page was open for too long."),
            _("Nothing was saved. Open the page again and repeat what you did."),
        ],
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Return the 403 page for Django's check of forms; the reason is not shown."""
    return handler403(request)


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Return the page for what is not there, or is not this person's: the bytes do not differ."""
    return error_page(
        request,
        HTTPStatus.NOT_FOUND,
        title=_("Page not found"),
        sentences=[
            _("There is nothing here that you can open."),
            _("If you typed the address, check it. If you followed a link, it may be old."),
        ],
    )


def handler405(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Return the page for a request of a kind that nothing here answers."""
    return error_page(
        request,
        HTTPStatus.METHOD_NOT_ALLOWED,
        title=_("This page cannot be used that way"),
        sentences=[
            _("Nothing was saved. Open the page in a browser, and use its own links and buttons.")
        ],
    )


def handler409(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for an action that is not possible now."""
    return error_page(
        request,
        HTTPStatus.CONFLICT,
        title=_("That is not possible now"),
        sentences=[
            str(exception or "")
            or _("Somebody or something was faster, or the page you sent this from is old."),
            _("Nothing was changed. Go back, reload the page and look at how things stand."),
        ],
    )


def refused(request: HttpRequest, exception: RefusedError) -> HttpResponse:
    """Return the 409 page with the sentence of the service that refused, in the language of the page."""
    sentence = str(exception)
    return handler409(request, Exception("" if sentence == exception.code else _(sentence)))


def handler413(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Return the page for too much at once."""
    return error_page(
        request,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        title=_("That was too much at once"),
        sentences=[
            _("Nothing was saved. Go back, send less at a time, and never send pictures or files.")
        ],
    )


def handler500(request: HttpRequest) -> HttpResponse:
    """Return the page for our own mistake, with the number under which it is in the logs."""
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        title=_("Something went wrong on our side"),
        sentences=[
            _("We do not know whether what you sent was saved. Go back and look, then try again."),
            _("If it happens again, tell us this number: %(number)s") % {"number": request_id()},
        ],
        shows_help=True,
    )


def not_saved(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a full disk, a locked or dead database, or a missing key: nothing was saved."""
    if exception is not None:
        logger.error("nothing could be saved", exc_info=exception)
    return error_page(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        title=_("We cannot take anything right now"),
        sentences=[
            _("Nothing was saved. This is our fault, not yours."),
            _("Try again in a few minutes."),
        ],
        shows_help=True,
    )
