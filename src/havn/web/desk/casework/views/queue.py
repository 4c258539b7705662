# SPDX-License-Identifier: Apache-2.0
"""The queue: take the next item, look at it, decide, keep a draft, hand over, skip, give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.accounts import selectors as people
from havn.domain.assessment import selectors as held_items
from havn.domain.assessment import services as assessment
from havn.domain.cases import selectors as cases
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.workflow.services import casework, vantages
from havn.lib.clock import now
from havn.lib.encoding import instant_of
from havn.web.desk import pages
from havn.web.desk.access import CASEWORK
from havn.web.desk.casework import answers, forms, screens, words

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest
    from havn.web.frame.forms import FrameForm


def take_next(request: DeskRequest) -> HttpResponse:
    """Go to the item that is next, or home when nothing waits."""
    held = assessment.take_next(actor=request.actor, at=now())
    if held is None:
        messages.info(request, _("Nothing waits for an assessment."))
        return redirect("desk:home")
    return redirect("desk:item", held.item_id)


def take(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Take this very item."""
    held = assessment.take_item(item_id=item_id, actor=request.actor, at=now())
    return redirect("desk:item", held.item_id)


def item(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show one item."""
    return screens.item(request, item_id)


def history(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show all that happened to it."""
    return screens.history(request, item_id)


def text(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show what the reporter wrote; this leaves an audit entry."""
    found = cases.item(item_id=item_id, actor=request.actor)
    texts = cases.report_texts(report_id=found.report_id, actor=request.actor, at=now())
    return _opened(request, item_id, _("What the reporter wrote"), texts)


def contact(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show how to reach the reporter; this leaves an audit entry."""
    found = cases.item(item_id=item_id, actor=request.actor)
    texts = cases.report_contact(report_id=found.report_id, actor=request.actor, at=now())
    return _opened(request, item_id, _("The reporter's contact"), texts)


def _opened(
    request: DeskRequest, item_id: UUID, title: str, texts: dict[str, str]
) -> HttpResponse:
    address = "desk:item" if request.actor.has_role(*CASEWORK) else "desk:lead"
    back = reverse(address, args=[item_id])
    return screens.show(
        request, "opened", title, texts=texts, back_address=back, back_text=_("The item")
    )


def address(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Hand the item's address over to the isolated viewer and start the exposure clock."""
    try:
        href = assessment.start_exposure(item_id=item_id, actor=request.actor, at=now())
    except RefusedError as error:
        if answers.wants_json(request):
            return answers.refusal(error)
        raise
    if answers.wants_json(request):
        return JsonResponse({"address": href})
    return screens.show(
        request,
        "address",
        _("Address for the viewer"),
        address=href,
        back_address=reverse("desk:item", args=[item_id]),
        back_text=_("The item"),
    )


def stop_clock(request: DeskRequest) -> HttpResponse:
    """End the person's own exposure clock."""
    assessment.end_exposure(actor=request.actor, at=now())
    return pages.done(request, _("The clock of your exposure has ended."), "desk:home")


def assess(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Store the decision, and go on with the next item by itself."""
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return screens.item(request, item_id, form=form, status=422)
    decision = forms.decision_of(form, screens.default_decision(request))
    try:
        token = answers.lease_token(request)
        casework.assess_item(
            item_id=item_id, lease_token=token, decision=decision, actor=request.actor, at=now()
        )
    except RefusedError as error:
        return screens.item(request, item_id, form=form, sentences=[str(error)], status=409)
    return redirect("desk:home") if request.POST.get("then") == "stop" else take_next(request)


def renew(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Renew the lease; the page's script learns how many seconds are left."""
    at = now()
    try:
        token = answers.lease_token(request)
        until = assessment.renew_lease(
            item_id=item_id, lease_token=token, actor=request.actor, at=at
        )
    except RefusedError as error:
        if answers.wants_json(request):
            return answers.refusal(error)
        raise
    if answers.wants_json(request):
        return JsonResponse({"seconds": (until - at).total_seconds()})
    return redirect("desk:item", item_id)


def draft(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Keep the answers as they stand; a newer draft is never overwritten."""
    try:
        kept_at = assessment.keep_draft(
            item_id=item_id,
            lease_token=answers.lease_token(request),
            draft=forms.draft_of(request.POST),
            drawn_from=instant_of(request.POST.get("drawn_from", "")),
            actor=request.actor,
            at=now(),
        )
    except RefusedError as error:
        return _draft_refused(request, item_id, error)
    if answers.wants_json(request):
        return JsonResponse({"version": kept_at.isoformat()})
    return pages.done(request, _("Draft kept."), "desk:item", item_id)


def _draft_refused(request: DeskRequest, item_id: UUID, error: RefusedError) -> HttpResponse:
    if answers.wants_json(request):
        return answers.refusal(error)
    if error.code != "draft_changed":
        raise error
    held = held_items.held_item(item_id=item_id, actor=request.actor, at=now())
    if held is None:
        raise NotFoundError
    yours = forms.draft_of(request.POST)
    rows = [
        {
            "label": field.label,
            "yours": words.of(name, yours[name]),
            "kept": words.of(name, held.draft.get(name, "")),
        }
        for name, field in forms.DecisionForm.base_fields.items()
    ]
    return screens.show(
        request,
        "conflict",
        _("There are two drafts"),
        status=409,
        item_id=item_id,
        rows=rows,
        yours=yours,
        lease_token=held.lease_token,
        kept_version=held.draft_at.isoformat() if held.draft_at else "",
    )


def hand_over(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Hand the item over to a colleague with a note."""
    colleagues = people.colleagues(actor=request.actor, roles=CASEWORK)
    form = forms.HandOverForm(request.POST or None, colleagues=colleagues)
    page = _Question(_("Hand over to a colleague"), _("Hand over"), _held(request, item_id))
    if not form.is_valid():
        return _ask(request, item_id, form, page=page)
    try:
        assessment.hand_over(
            item_id=item_id,
            lease_token=answers.lease_token(request),
            to_person=UUID(form.cleaned_data["to_person"]),
            note=form.cleaned_data["note"],
            actor=request.actor,
            at=now(),
        )
    except RefusedError as error:
        return _ask(request, item_id, form, page=page, refusal=error)
    return pages.done(request, _("Handed over."), "desk:home")


def skip(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Pass the item by with a reason, and go on with the next."""
    form = forms.SkipForm(request.POST or None)
    page = _Question(_("Skip this item"), _("Skip it"), _held(request, item_id))
    if not form.is_valid():
        return _ask(request, item_id, form, page=page)
    try:
        assessment.skip(
            item_id=item_id,
            lease_token=answers.lease_token(request),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=now(),
        )
    except RefusedError as error:
        return _ask(request, item_id, form, page=page, refusal=error)
    return take_next(request)


def release(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Give the item back to the queue."""
    token = answers.lease_token(request)
    assessment.release(item_id=item_id, lease_token=token, actor=request.actor, at=now())
    return pages.done(request, _("Given back to the queue."), "desk:home")


def assess_again(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Put an assessed item before the supervisor for another assessment."""
    assessment.assess_again(item_id=item_id, actor=request.actor, at=now())
    return redirect("desk:item", item_id)


def declare_removed(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Note that a person saw in the isolated viewer that it is gone."""
    casework.removal_declared(item_id=item_id, actor=request.actor, at=now())
    return pages.done(request, _("Declared removed."), "desk:item", item_id)


def ask_elsewhere(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Order that other countries are asked what they see at the item's address."""
    vantages.vantages_wanted(item_id=item_id, actor=request.actor, at=now())
    return pages.done(request, _("Other countries are asked."), "desk:item", item_id)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked about an item that somebody holds, or held when the form was shown."""

    title: str
    button: str
    held: held_items.HeldItem | None


def _held(request: DeskRequest, item_id: UUID) -> held_items.HeldItem | None:
    """Return what the person holds; a form that was sent after that ended is refused in words."""
    held = held_items.held_item(item_id=item_id, actor=request.actor, at=now())
    if held is None and request.method != "POST":
        raise NotFoundError
    cases.item(item_id=item_id, actor=request.actor)  # of others nothing is said
    return held


def _ask(
    request: DeskRequest,
    item_id: UUID,
    form: FrameForm,
    *,
    page: _Question,
    refusal: RefusedError | None = None,
) -> HttpResponse:
    status = 409 if refusal else 422 if form.is_bound else 200
    return screens.show(
        request,
        "form",
        page.title,
        status=status,
        form=form,
        button=page.button,
        sentences=[str(refusal)] if refusal else [],
        held=page.held,
        item_id=item_id,
        now=now(),
        lease_token=page.held.lease_token if page.held else "",
        back_address=reverse("desk:item", args=[item_id]),
        back_text=_("The item"),
    )
