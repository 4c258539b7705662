# SPDX-License-Identifier: Apache-2.0
"""Middleware of the desk: each acts under /desk/ alone, so that no other page knows a cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from allauth.account.middleware import AccountMiddleware
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse

from havn.domain.accounts import selectors as people
from havn.web.desk import access
from havn.web.frame import errors, language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden

    Answer = Callable[[HttpRequest], HttpResponse]

PREFIX = "/desk/"


def is_desk(request: HttpRequest) -> bool:
    """Whether the request is for the desk."""
    return request.path_info.startswith(PREFIX)


def is_sign_in(request: HttpRequest) -> bool:
    """Whether the request is for a page of signing in, or for the choice before it."""
    code = language.language_of(request.path_info)
    return request.path_info == PREFIX or (
        code is not None and request.path_info.startswith(f"{PREFIX}{code}/sign-in/")
    )


class _OnlyDesk:
    """Steps aside for every other path."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Act under /desk/, else hand the request on."""
        chain = cast("Any", super())
        answer = chain.__call__ if is_desk(request) else cast("Any", self).get_response
        return cast("HttpResponseBase", answer(request))


class DeskSessionMiddleware(_OnlyDesk, SessionMiddleware):
    """Sessions of staff."""


class DeskCsrfMiddleware(_OnlyDesk, CsrfViewMiddleware):
    """The check that a form came from our own page."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., Any],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        """Check posts to the desk; the public site's single-use token does that work there."""
        if not is_desk(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class DeskAuthenticationMiddleware(_OnlyDesk, AuthenticationMiddleware):
    """Who is signed in."""


class DeskMessagesMiddleware(_OnlyDesk, MessageMiddleware):
    """Sentences that the next page shows."""


class DeskAccountMiddleware:
    """Allauth's middleware, with its errors."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.account = AccountMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Act under /desk/, else hand the request on."""
        answer = self.account if is_desk(request) else self.get_response
        return cast("HttpResponse", answer(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        """Answer what allauth raises to interrupt a page."""
        return self.account.process_exception(request, exception) if is_desk(request) else None


class SecondFactorMiddleware:
    """No page of the desk without both factors, and none that does not name the actor's role."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send to the sign-in who has not both factors; else say who acts."""
        if not is_desk(request) or is_sign_in(request):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(_next_address(request), reverse("account_login"))
        if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return redirect("mfa_activate_totp")
        cast("access.DeskRequest", request).actor = people.actor_of(person_id=request.user.pk)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer as if there were nothing, where none of the actor's roles may open the page."""
        del args, kwargs
        if not is_desk(request) or is_sign_in(request):
            return None
        if access.may_open(view, cast("access.DeskRequest", request).actor):
            return None
        return errors.handler404(request)


def _next_address(request: HttpRequest) -> str:
    """Return where to go after signing in: a page, never an action."""
    return request.path if request.method == "GET" else reverse("desk:home")
