# SPDX-License-Identifier: Apache-2.0
"""Many items at once: paste addresses, decide for the ticked rows, undo; and the list of items."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.assessment import selectors as assessment
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Place
from havn.domain.errors import RefusedError
from havn.domain.workflow.services import casework
from havn.lib.clock import now
from havn.lib.encoding import uuid7
from havn.web.desk import pages
from havn.web.desk.casework import forms, screens
from havn.web.frame.errors import CANNOT_SAVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havn.web.desk.access import DeskRequest

logger = logging.getLogger(__name__)
_PART = 200


def paste(request: DeskRequest, report_id: UUID) -> HttpResponse:
    """Take addresses found in the viewer; each line becomes an item or says why not."""
    cases.items_of_report(report_id=report_id, actor=request.actor)
    form = forms.PasteForm(request.POST or None)
    if not form.is_valid():
        return _paste_page(request, report_id, form, status=422 if form.is_bound else 200)
    lines: list[record.PastedLine] = []
    try:
        for part in _pasted_in_parts(request, report_id, form.lines()):
            lines += part
    except RefusedError as error:
        form.add_error("addresses", str(error))
        return _paste_page(request, report_id, form, status=409)
    except CANNOT_SAVE:
        logger.exception("a pasted list broke off")
        form.add_error("addresses", _broke_off(len(lines), of=len(form.lines())))
        return _paste_page(request, report_id, form, status=503)
    return screens.report(request, report_id, **screens.outcomes_of(lines))


def _pasted_in_parts(
    request: DeskRequest, report_id: UUID, typed: list[str]
) -> Iterator[list[record.PastedLine]]:
    """Paste two hundred lines at a time, so that nobody else waits long for the database.

    What is pasted again is known by then, so a list that broke off half-way is simply sent again.
    """
    made: set[UUID | None] = set()
    for start in range(0, len(typed), _PART):
        part = casework.addresses_pasted(
            report_id=report_id,
            addresses=typed[start : start + _PART],
            actor=request.actor,
            at=now(),
        )
        yield [
            replace(
                line,
                line_no=line.line_no + start,
                outcome="twice"
                if line.outcome == "known" and line.item_id in made
                else line.outcome,
            )
            for line in part
        ]
        made |= {line.item_id for line in part if line.outcome == "new"}


def _broke_off(taken: int, *, of: int) -> str:
    return _(
        "This could not be saved to its end, which is our fault, not yours: %(taken)s of %(all)s lines "
        "were taken. Send the whole list again in a few minutes: what was taken is known by then and "
        "does not become a second item."
    ) % {"taken": taken, "all": of}


def _paste_page(
    request: DeskRequest, report_id: UUID, form: forms.PasteForm, *, status: int
) -> HttpResponse:
    return screens.show(
        request,
        "form",
        _("Paste addresses"),
        status=status,
        form=form,
        button=_("Make items"),
        back_address=reverse("desk:batch", args=[report_id]),
        back_text=_("All items of this report"),
    )


def batch(request: DeskRequest, report_id: UUID) -> HttpResponse:
    """Show the rows of one report, and apply a decision to the ticked ones."""
    if request.method != "POST":
        return screens.report(request, report_id)
    form = forms.BatchForm(request.POST)
    if not form.is_valid():
        return screens.report(request, report_id, form=form, status=422)
    batch_id = _uuid(request.POST.get("batch_id", "")) or uuid7(now())
    try:
        casework.assess_batch(
            item_ids=[each for each in map(_uuid, form.chosen) if each],
            decision=forms.decision_of(form, screens.default_decision(request)),
            batch_id=batch_id,
            actor=request.actor,
            at=now(),
        )
    except RefusedError as error:
        return screens.report(request, report_id, form=form, status=409, sentences=[str(error)])
    return redirect("desk:batch_done", report_id, batch_id)


def batch_done(request: DeskRequest, report_id: UUID, batch_id: UUID) -> HttpResponse:
    """Show the rows again, with an undo while nothing was sent."""
    found = assessment.batch(batch_id=batch_id, actor=request.actor, at=now())
    return screens.report(request, report_id, batch=found)


def undo(request: DeskRequest, report_id: UUID, batch_id: UUID) -> HttpResponse:
    """Take a decision for many items back."""
    casework.withdraw_batch(batch_id=batch_id, actor=request.actor, at=now())
    return pages.done(request, _("Undone: the items wait again."), "desk:batch", report_id)


def items(request: DeskRequest) -> HttpResponse:
    """List items by stage or address; what is searched for travels in the body, not in the URL."""
    form = forms.SearchForm(request.POST or None)
    found = form.cleaned_data if form.is_valid() else {}
    filters = cases.ItemFilters(stage=found.get("stage", ""), search=found.get("search", ""))
    after = request.POST.get("after", "")
    page = cases.items_list(actor=request.actor, filters=filters, after=after)
    counts = cases.counts(actor=request.actor)
    return screens.show(request, "items", _("Items"), form=form, page=page, counts=counts)


def orphans(request: DeskRequest, after: str = "") -> HttpResponse:
    """List items hosted where no node is reachable."""
    page = cases.items_at(place=Place.ORPHANS, actor=request.actor, at=now(), after=after)
    following = screens.following("orphans_after", page)
    return screens.show(request, "orphans", _("Pass on"), page=page, next_address=following)


def pass_on(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Say to whom an item was passed on by hand."""
    found = cases.item(item_id=item_id, actor=request.actor)
    form = forms.PassOnForm(request.POST or None)
    if form.is_valid():
        to = form.cleaned_data["to"]
        casework.item_passed_on(item_id=item_id, to=to, actor=request.actor, at=now())
        return pages.done(request, _("Noted: passed on."), "desk:orphans")
    title = _("Pass on %(item)s") % {"item": screens.title_of(found)}
    return screens.ask(request, form, title=title, button=_("Passed on"), back="orphans")


def passed_on_to(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show to whom an item was passed on; this leaves an audit entry."""
    text = cases.passed_on_to(item_id=item_id, actor=request.actor, at=now())
    back, texts = reverse("desk:item", args=[item_id]), {"passed_on_to": text}
    return screens.opened(request, _("Passed on to"), texts, back=back, back_text=_("The item"))


def reach(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Ask for, or change, how an item shows; seeing what is known leaves a reading entry."""
    cases.item(item_id=item_id, actor=request.actor)
    if request.method == "POST":
        form = forms.ReachForm(request.POST)
        if form.is_valid() and _noted(form, request, item_id):
            return pages.done(request, _("Kept, sealed."), "desk:item", item_id)
    else:
        known = cases.item_reach(item_id=item_id, actor=request.actor, at=now())
        form = forms.ReachForm(initial={"came_from": known.came_from, "path": known.path})
    title = _("How to reach it")
    return screens.ask(request, form, title=title, button=_("Keep"), back="item", item_id=item_id)


def _noted(form: forms.ReachForm, request: DeskRequest, item_id: UUID) -> bool:
    try:
        record.note_reach(item_id=item_id, **form.cleaned_data, actor=request.actor, at=now())
    except RefusedError as error:
        form.add_error("came_from", str(error))
        return False
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
