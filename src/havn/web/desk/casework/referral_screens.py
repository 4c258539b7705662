# SPDX-License-Identifier: Apache-2.0
"""What pages show of referrals: whose turn it is, until when, and what was said; decides nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Assignment
from havn.domain.legislation import selectors as legislation
from havn.domain.legislation.rules import Result
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.referral.rules import Direction, Hosting
from havn.domain.workflow.selectors import casework as reads
from havn.lib.clock import now
from havn.web.desk.access import SUPERVISION
from havn.web.desk.casework import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from havn.web.desk.access import DeskRequest

_MAY_GO = frozenset({Assignment.OFFERED, Assignment.ORPHAN})
_MAY_COME = frozenset({Assignment.OFFERED, Assignment.ORPHAN, Assignment.PASSED_ON})


def liable(offers: reads.Offers, request: DeskRequest) -> list[str]:
    """Return the countries of these nodes whose law is known not to protect a child who reports. (H15)"""
    at, own = now(), members.own_node(actor=request.actor).member_code
    found = []
    for country in dict.fromkeys(offer.country for offer in offers.nodes):
        warned = legislation.warnings_for_referral(
            from_member=own, to_member=country, actor=request.actor, at=at
        )
        if any(each.result is not Result.UNKNOWN for each in warned):
            found.append(country)
    return found


def of_item(request: DeskRequest, found: cases.ItemView) -> dict[str, Any]:
    """Return the referrals of an item, and what may be done about where it goes."""
    actor = request.actor
    own = members.own_node(actor=actor).member_code
    views = referrals.referrals_of_item(item_id=found.id, actor=actor)
    is_abroad = found.hosting_country not in {"", own}
    may_go = found.is_open and is_abroad and found.assignment in _MAY_GO
    is_supervisor = actor.has_role(*SUPERVISION)
    known = referrals.known_of_item(item_id=found.id, actor=actor)
    names = names_of(
        [*(each.node_id for each in known), *(view.node_id for view in views)], request
    )
    ways = (
        reads.ways_of(item_id=found.id, country=found.hosting_country, actor=actor)
        if may_go
        else ()
    )
    return {
        "referrals": [line(view, names) for view in views],
        "known": [
            {"name": names[view.node_id], "at": view.assessed_at, "is_kept": view.is_kept}
            for view in known
        ],
        "may_refer": bool(ways),
        "may_not_refer": may_go and found.assignment == Assignment.OFFERED,
        "may_work_here": found.is_open
        and is_abroad
        and found.assignment in _MAY_COME
        and is_supervisor,
    }


def names_of(node_ids: Iterable[UUID], request: DeskRequest) -> dict[UUID, str]:
    """Return what nodes are called; one that left the roster stands for itself."""
    wanted = set(node_ids)
    views = members.nodes_of_ids(node_ids=wanted, actor=request.actor) if wanted else {}
    named = {
        node_id: f"{view.organisation_name} ({view.participant_code})"
        for node_id, view in views.items()
    }
    return {node_id: named.get(node_id, str(node_id)) for node_id in wanted}


def lines(page: referrals.ReferralPage, request: DeskRequest) -> list[dict[str, Any]]:
    """Return the lines of a list of referrals, each with its item's address."""
    names = names_of((view.node_id for view in page.referrals), request)
    items = cases.item_lines(
        item_ids={view.item_id for view in page.referrals}, actor=request.actor
    )
    return [line(view, names) | {"address": items[view.item_id].href} for view in page.referrals]


def line(view: referrals.ReferralView, names: dict[UUID, str]) -> dict[str, Any]:
    """Return one referral as a list shows it: who waits for whom, and until when."""
    kind = "referral_out" if view.direction is Direction.OUT else "referral_in"
    return {
        "id": view.id,
        "item_id": view.item_id,
        "title": heading(view, names),
        "kind": kind,
        "state": view.state,
        "code": view.code,
        "why": words.of(
            "referral_why" if view.direction is Direction.OUT else "referral_why_us", view.why
        ),
        "legal_class": view.legal_class,
        "opened_at": view.opened_at,
        "waits_for": view.waits_for.value if view.is_open else "",
        "due_at": view.due_at,
        "is_late": view.is_late(now()),
        "may_answer": view.direction is Direction.IN and view.state == "arrived",
    }


def heading(view: referrals.ReferralView, names: dict[UUID, str]) -> str:
    """Return what a referral is called."""
    name = names.get(view.node_id, str(view.node_id))
    sentence = _("To %(node)s") if view.direction is Direction.OUT else _("From %(node)s")
    return sentence % {"node": name}


def _title(view: referrals.ReferralView, names: dict[UUID, str]) -> str:
    is_out = view.direction is Direction.OUT
    sentence = _("Referral to %(node)s") if is_out else _("Referral from %(node)s")
    return sentence % {"node": names[view.node_id]}


def one(view: referrals.ReferralView, request: DeskRequest) -> dict[str, Any]:
    """Return all that the page of one referral shows."""
    actor = request.actor
    steps = referrals.steps(referral_id=view.id, actor=actor)
    ids = {view.node_id, *view.chain, *(step.node_id for step in steps if step.node_id)}
    if view.moved_to:
        ids.add(view.moved_to)
    names = names_of(ids, request)
    items = cases.item_lines(item_ids=[view.item_id], actor=actor)
    carried = referrals.carried(referral_id=view.id, actor=actor)
    return {
        "title": _title(view, names),
        "referral": view,
        "address": items[view.item_id].href,
        "line": line(view, names),
        "may_erase": view.direction is Direction.OUT
        and view.has_words
        and actor.has_role(*SUPERVISION),
        "erased_because": words.of("erased_because", view.words_erased_because)
        if view.words_erased_because
        else "",
        "hosting": _as_evidence(carried.hosting),
        "clocks": carried.clocks,
        "chain": [names[node_id] for node_id in view.chain],
        "moved_to": names.get(view.moved_to, "") if view.moved_to else view.moved_country,
        "entries": [_entry(step, view, names) for step in steps],
        "proof": referrals.proof_of_receipt(referral_id=view.id, actor=actor),
        "back_address": reverse(
            f"desk:{'referrals_out' if view.direction is Direction.OUT else 'referrals_in'}"
        ),
        "back_text": words.PAGES[
            "referrals_out" if view.direction is Direction.OUT else "referrals_in"
        ],
    }


def _as_evidence(hosting: Hosting) -> dict[str, Any]:
    """Return what another node found, with the names that our own evidence has."""
    shown = asdict(hosting)
    shown["dataset"] = shown.pop("registry_files")
    shown["dataset_date"] = shown.pop("registry_files_date")
    return shown


def what_is_erased(view: referrals.ReferralView, request: DeskRequest) -> str:
    """Return what erasing a reporter's words from a referral does, and what it cannot do."""
    name = names_of([view.node_id], request)[view.node_id]
    return _(
        "What the reporter wrote, and how to reach them, is erased at %(node)s and wherever it was passed on to. "
        "The item, its address and its assessment stay there, and the report stays here. What police there "
        "have downloaded stays with them. This cannot be undone."
    ) % {"node": name}


def _entry(
    step: referrals.StepLine, view: referrals.ReferralView, names: dict[UUID, str]
) -> dict[str, Any]:
    """Return what was said as the timeline shows it, with whose word it is."""
    is_receivers = step.is_ours is (view.direction is Direction.IN)
    who = _("this node") if step.is_ours else names.get(view.node_id, "")
    where = step.country
    if step.node_id and step.word == "reassigned":
        where = names.get(step.node_id, where)
    elif step.node_id and is_receivers:
        who = names.get(step.node_id, who)
    title, code = words.of("referral_word", step.word), words.of("referral_code", step.code)
    if step.word == "progress":
        title, code = capfirst(code), ""
    return {
        "title": title,
        "at": step.happened_at,
        "who": who,
        "text": " · ".join(part for part in (code, where) if part),
    }
