# SPDX-License-Identifier: Apache-2.0
"""Promises of all countries: counts by target and state, the promises of a target, and one promise. No ranking."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from havn.domain.actor import Actor
from havn.domain.commitments import selectors
from havn.domain.commitments.rules import PUBLIC, State, Timing
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors as members
from havn.domain.members.rules.declaration import TARGET_LIST, target_of
from havn.lib.clock import now
from havn.web.alliance_site import naming, sections
from havn.web.frame import promises as words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from havn.domain.commitments.selectors import Overview

MOST_ON_A_PAGE = 100
_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_SHOWN_TIMINGS = (Timing.KEPT, Timing.KEPT_LATE, Timing.LATE, Timing.LATE_REDATED)


def promises(request: HttpRequest) -> HttpResponse:
    """Count the promises by target and state; who made how many is not compared."""
    found = selectors.overview(actor=Actor.reporter(), at=now())
    states = [state for state in State if state in PUBLIC]
    shown = {
        "total": found.total,
        "members": found.members,
        "heads": [words.state_tag(state.value).word for state in states],
        "rows": [_counts(found, target.number, states) for target in TARGET_LIST],
        "timing_heads": [words.timing_tag(timing.value).word for timing in _SHOWN_TIMINGS],
        "timing_rows": [_timings(found, target.number) for target in TARGET_LIST],
    }
    return render(request, "alliance_site/promises/overview.html", shown)


def _counts(found: Overview, number: int, states: Sequence[State]) -> dict[str, Any]:
    counts = [found.states.get((number, state), 0) for state in states]
    return _named(number) | {"counts": counts, "sum": sum(counts)}


def _timings(found: Overview, number: int) -> dict[str, Any]:
    return _named(number) | {
        "counts": [found.timings.get((number, timing), 0) for timing in _SHOWN_TIMINGS]
    }


def _named(number: int) -> dict[str, Any]:
    return {"number": number, "name": words.TARGETS[number]}


def target(request: HttpRequest, number: str, page: str = "1") -> HttpResponse:
    """Show a target, its goals, and what countries promised under it, by the countries' names, page by page."""
    found = target_of(int(number)) if number in {"1", "2", "3", "4"} else None
    if found is None or not _PAGE.fullmatch(page):
        raise Http404
    at, place = now(), int(page)
    rows, has_more = _page(found.number, place, at)
    if place > 1 and not rows:
        raise Http404
    following = reverse("alliance:target_page", args=[number, place + 1]) if has_more else ""
    shown = {
        "target": naming.target(found),
        "rows": rows,
        "next_address": following,
        "page": place,
        "sections": sections.of_target(found.number, at) if place == 1 else [],
    }
    return render(request, "alliance_site/promises/target.html", shown)


def _page(number: int, place: int, at: datetime) -> tuple[list[words.Row], bool]:
    """Return one page of a target's promises by the names of their countries, and whether there are more."""
    anybody, names = Actor.reporter(), _roster_names()
    places = selectors.public_places(actor=anybody, target=number)
    called = {
        code: naming.country(code, on=at.date(), names=names)
        for code in {each.member for each in places}
    }
    places.sort(key=lambda each: (called[each.member].casefold(), each.due, each.id))
    first = (place - 1) * MOST_ON_A_PAGE
    ids = [each.id for each in places[first : first + MOST_ON_A_PAGE]]
    made = selectors.public_commitments(actor=anybody, at=at, ids=ids)
    by_id = {
        each.id: replace(words.row(each, named=naming.measure), country=called[each.member])
        for each in made
    }
    return [by_id[each] for each in ids if each in by_id], len(places) > first + MOST_ON_A_PAGE


def _roster_names() -> Mapping[str, str]:
    found = members.alliance_members(actor=Actor.reporter())
    return {each.code: each.roster_name for each in found if each.roster_name}


def promise(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Show one promise with all its steps."""
    at = now()
    try:
        view = selectors.public_commitment(
            commitment_id=commitment_id, actor=Actor.reporter(), at=at
        )
    except NotFoundError:
        raise Http404 from None
    shown = {
        "found": words.details(view, named=naming.measure),
        "code": view.member,
        "country": naming.country(view.member, on=at.date(), names=_roster_names()),
        "as_of": view.changed_at,
    }
    return render(request, "alliance_site/promises/one.html", shown)
