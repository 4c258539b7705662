# SPDX-License-Identifier: Apache-2.0
"""The list of members with its history, and one page for each country."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.commitments import selectors as commitments
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors
from havn.domain.members.rules.declaration import TARGET_LIST
from havn.domain.members.rules.founders import LAUNCH, USER_ASSIGNED, eu_member, labels
from havn.domain.members.selectors import HolderView, MemberView
from havn.lib.clock import now
from havn.web.alliance_site import naming, sections
from havn.web.frame import promises

_CODE = re.compile(r"[A-Z]{2}")


def members(request: HttpRequest) -> HttpResponse:
    """List all countries by name: the founders, those that came later, and who takes part here."""
    anybody, today = Actor.reporter(), now().date()
    found = [_row(each, today) for each in selectors.alliance_members(actor=anybody)]
    found.sort(key=lambda row: row["sorted_by"])
    holders = selectors.office_holders(actor=anybody)
    shown = {
        "founders": [row for row in found if row["is_founder"]],
        "later": [row for row in found if not row["is_founder"]],
        "in_eu": sum(row["is_founder"] and row["was_in_eu"] for row in found),
        "launch": LAUNCH,
        "holders": [_holder(each) for each in holders],
    }
    return render(request, "alliance_site/members/list.html", shown)


def _row(each: MemberView, today: date) -> dict[str, Any]:
    name = each.name(get_language() or "en", on=today)
    return {
        "code": each.code,
        "name": name,
        "sorted_by": name.casefold(),
        "is_founder": each.is_founder,
        "was_in_eu": each.was_in_eu,
        "is_confirmed": each.is_confirmed,
        "since": each.row.since if each.row and each.row.since else each.roster_since,
        "until": each.row.until if each.row else None,
        "has_node": each.has_node,
        "is_suspended": each.roster_state == "suspended",
    }


def _holder(each: HolderView) -> dict[str, Any]:
    names = {
        "initiator": _("Initiator"),
        "chair": _("Chair"),
        "secretariat": _("Secretariat"),
    }
    return {
        "office": names[each.office.value],
        "holder": each.holder,
        "code": each.code,
        "since": each.since,
        "until": each.until,
        "source": _("The signed list of participants") if each.is_of_roster else each.source,
        "confirmed": each.confirmed,
    }


def member(request: HttpRequest, code: str) -> HttpResponse:
    """Show one country: since when, by which act, its offices, promises by target, and politics."""
    anybody, at = Actor.reporter(), now()
    if not _CODE.fullmatch(code):
        raise Http404
    try:
        found = selectors.alliance_member(code=code, actor=anybody)
    except NotFoundError:
        raise Http404 from None
    made = commitments.public_commitments(actor=anybody, at=at, member=code)
    by_target = [
        {
            "target": naming.target(target),
            "rows": [
                promises.row(each, named=naming.measure)
                for each in made
                if each.terms.target == target.number
            ],
        }
        for target in TARGET_LIST
    ]
    holders = selectors.office_holders(actor=anybody)
    shown = {
        "row": _row(found, at.date()),
        "membership": found.row,
        "act": found.act,
        "former_names": _former_names(code, at.date()),
        "name_then": found.name(get_language() or "en", on=LAUNCH),
        "is_in_eu": eu_member(code, at.date()),
        "is_user_assigned": code in USER_ASSIGNED,
        "launch": LAUNCH,
        "roster_since": found.roster_since,
        "holders": [_holder(each) for each in holders if each.code == code],
        "by_target": by_target,
        "count": len(made),
        "acts": promises.acts(commitments.political_acts(member=code, actor=anybody)),
        "sections": sections.of_member(code, at),
    }
    return render(request, "alliance_site/members/one.html", shown)


def _former_names(code: str, today: date) -> list[str]:
    language = get_language() or "en"
    return [
        label.name
        for label in labels(code)
        if label.language == language and not label.holds(today)
    ]
