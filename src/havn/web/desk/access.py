# SPDX-License-Identifier: Apache-2.0
"""Who may open which page: every URL names its roles, and one that names none stays closed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from havn.domain import actor as actors
from havn.domain.actor import Actor, Role
from havn.web.frame.bodies import CHANGES, SHOWS, allow, answers

if TYPE_CHECKING:
    from havn.lib.http import BodyRule

CASEWORK = frozenset({Role.ANALYST, Role.SUPERVISOR})
SUPERVISION = frozenset({Role.SUPERVISOR})
POLICE = frozenset({Role.INVESTIGATOR})
OPERATION = frozenset({Role.SUPERVISOR, Role.OPERATOR})
GOVERNMENT = frozenset(actors.GOVERNMENT)
SECRETARIAT = frozenset({Role.SECRETARIAT})
EVERYBODY = frozenset(Role)


class DeskRequest(HttpRequest):
    """A request of somebody who signed in with both factors."""

    actor: Actor


View = Callable[..., HttpResponse]


def page(
    route: str, view: View, *, name: str, roles: Collection[Role], body: BodyRule | None = None
) -> URLPattern:
    """Return the URL of a page that these roles may open, and post to when it takes a body."""
    return _route(route, view, name=name, roles=roles, methods=SHOWS, body=body)


def act(
    route: str, view: View, *, name: str, roles: Collection[Role], body: BodyRule
) -> URLPattern:
    """Return the URL of an action that these roles may post."""
    return _route(route, view, name=name, roles=roles, methods=(), body=body)


def _route(
    route: str,
    view: View,
    *,
    name: str,
    roles: Collection[Role],
    methods: tuple[str, ...],
    body: BodyRule | None,
) -> URLPattern:
    shown: Any = answers(view, methods=methods + (CHANGES if body else ()))
    shown.may_open = frozenset(roles)
    url: URLPattern = path(route, allow(shown, body) if body else shown, name=name)
    return url


def may_open(view: Callable[..., Any], actor: Actor) -> bool:
    """Whether the actor holds a role that the view names; a view that names none is closed."""
    roles: frozenset[Role] = getattr(view, "may_open", frozenset())
    return actor.has_role(*roles)
