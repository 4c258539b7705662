# SPDX-License-Identifier: Apache-2.0
"""Which request body, and so which methods, a route takes: declared on its view, read by the guard around Django (design rule 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from havn.lib.http import BodyRule

View = TypeVar("View", bound="Callable[..., HttpResponseBase]")


def allow(view: View, rule: BodyRule) -> View:
    """The view takes bodies that follow the rule; a view without one takes no body at all."""
    view.allowed_body = rule  # type: ignore[attr-defined]
    return view


def allowed(rule: BodyRule) -> Callable[[View], View]:
    """Decorate a view with the rule of its bodies."""
    return lambda view: allow(view, rule)


def rule_of(view: Callable[..., Any]) -> BodyRule | None:
    """Return the rule declared on a view."""
    return getattr(view, "allowed_body", None)


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the methods that a view answers: to be read, and to be posted to where it takes a body.

    A view that names its own (`allowed_methods`, as the desk's do) answers those.
    """
    own: tuple[str, ...] | None = getattr(view, "allowed_methods", None)
    if own is not None:
        return own
    return ("GET", "HEAD", "POST") if rule_of(view) else ("GET", "HEAD")


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
