# SPDX-License-Identifier: Apache-2.0
"""Which methods and which request body a route takes: declared on its view; the guard around Django reads the latter.

A view that declares nothing takes no body (design rule 1), and a test finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from havn.lib.http import REFUSAL_SENTENCES
from havn.web.frame import errors
from havn.web.frame.language import language_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from havn.lib.http import BodyRule

View = TypeVar("View", bound="Callable[..., HttpResponseBase]")
SHOWS = ("GET", "HEAD")
CHANGES = ("POST",)


def shows(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view is looked at and takes no body; every other method is refused."""
    return answers(view, methods=SHOWS)


def takes(rule: BodyRule) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view is looked at, and takes forms that follow the rule; every other method is refused."""
    return lambda view: allow(answers(view, methods=SHOWS + CHANGES), rule)


def answers(view: Callable[..., Any], *, methods: tuple[str, ...]) -> Callable[..., Any]:
    """Return a view of its own that answers these methods with the given one, and others with 405."""

    @wraps(view)
    def own(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in methods:
            return view(request, *args, **kwargs)
        refused = errors.handler405(request)
        refused.headers["Allow"] = ", ".join(methods)
        return refused

    # What another route allows the same view is not inherited.
    vars(own).update(allowed_methods=methods, allowed_body=None)
    return own


def allow(view: View, rule: BodyRule) -> View:
    """The view takes bodies that follow the rule; a view without one takes no body at all."""
    view.allowed_body = rule  # type: ignore[attr-defined]
    return view


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the methods declared on a view."""
    return getattr(view, "allowed_methods", ())


def rule_of(view: Callable[..., Any]) -> BodyRule | None:
    """Return the rule declared on a view."""
    return getattr(view, "allowed_body", None)


def rule_for(method: str, path: str) -> BodyRule | None:
    """Return the rule of the route that the path leads to; None where no body may come.

    Needs no language to be active: the pattern of `language.py` matches every language.
    """
    if method != "POST":
        return None
    try:
        return rule_of(resolve(path).func)
    except Resolver404:
        return None


def sentence_for(code: str, path: str) -> str:
    """Return why a body was refused, in the language that the path names."""
    with translation.override(language_of(path) or "en"):
        return _(REFUSAL_SENTENCES[code])
