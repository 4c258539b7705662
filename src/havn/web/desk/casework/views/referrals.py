# SPDX-License-Identifier: Apache-2.0
"""Referrals: what to send and to answer, what others have, and what happened to each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Place
from havn.domain.errors import RefusedError
from havn.domain.referral import selectors
from havn.domain.referral.rules import Direction
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import casework, erasing, referring
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import referral_forms, referral_screens, screens, words
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def waiting(request: DeskRequest) -> HttpResponse:
    """Show what waits for somebody here: items to send, and referrals of others to answer."""
    to_answer = selectors.referral_list(
        direction=Direction.IN, states=["arrived"], actor=request.actor
    )
    return _waiting(request, to_answer=to_answer)


def offered(request: DeskRequest, after: str) -> HttpResponse:
    """Show more items to send."""
    return _waiting(request, after=after)


def _waiting(
    request: DeskRequest,
    *,
    to_answer: selectors.ReferralPage | None = None,
    after: str = "",
) -> HttpResponse:
    page = cases.items_at(
        place=Place.REFERRALS,
        actor=request.actor,
        at=now(),
        without=selectors.items_to_answer(actor=request.actor),
        after=after,
    )
    return screens.show(
        request,
        "referrals",
        _("Referrals"),
        page=page,
        next_address=screens.following("referrals_after", page),
        lines=referral_screens.lines(to_answer, request) if to_answer else [],
        has_more=bool(to_answer and to_answer.next_after),
    )


def sent(request: DeskRequest, after: str = "") -> HttpResponse:
    """List what was referred to others, and whom each waits for."""
    rest = None
    if not after:
        rest = cases.items_at(place=Place.REFERRED, actor=request.actor, at=now())
    return _list(request, Direction.OUT, "referrals_out", after, rest=rest)


def taken(request: DeskRequest, after: str = "") -> HttpResponse:
    """List what others referred to us."""
    return _list(request, Direction.IN, "referrals_in", after)


def _list(
    request: DeskRequest,
    direction: Direction,
    name: str,
    after: str,
    *,
    rest: cases.ItemPage | None = None,
) -> HttpResponse:
    page = selectors.referral_list(direction=direction, actor=request.actor, after=after)
    following = reverse(f"desk:{name}_after", args=[page.next_after]) if page.next_after else ""
    return screens.show(
        request,
        "referral_list",
        str(words.PAGES[name]),
        lines=referral_screens.lines(page, request),
        next_address=following,
        rest=rest,
        is_out=direction is Direction.OUT,
    )


def referral(request: DeskRequest, referral_id: UUID) -> HttpResponse:
    """Show one referral with all that was said of it."""
    view = selectors.referral(referral_id=referral_id, actor=request.actor)
    shown = referral_screens.one(view, request)
    return screens.show(request, "referral", shown.pop("title"), **shown)


def reason(request: DeskRequest, referral_id: UUID) -> HttpResponse:
    """Show why personal data were sent without a legal basis; this leaves an audit entry."""
    text = selectors.personal_reason(referral_id=referral_id, actor=request.actor, at=now())
    back, back_text = _back(referral_id)
    title = _("Why personal data were sent")
    return screens.opened(request, title, {"words": text}, back=back, back_text=back_text)


def erase_words(request: DeskRequest, referral_id: UUID) -> HttpResponse:
    """Ask whether what the reporter wrote is to be taken back from a referral, and take it back."""
    view = selectors.referral(referral_id=referral_id, actor=request.actor)
    form = FrameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        erasing.words_taken_back(referral_id=referral_id, actor=request.actor, at=now())
        done = _("Erased here. The other node erases it when it hears of it, within one beat.")
        return pages.done(request, done, "desk:referral", referral_id)
    return pages.ask(
        request,
        form,
        title=_("Erase what the reporter wrote from this referral"),
        button=_("Erase it"),
        back=_back(referral_id),
        explanation=referral_screens.what_is_erased(view, request),
    )


def _back(referral_id: UUID) -> tuple[str, str]:
    return reverse("desk:referral", args=[referral_id]), _("The referral")


def accept(request: DeskRequest, referral_id: UUID) -> HttpResponse:
    """Accept what another node referred."""
    referring.referral_accepted(referral_id=referral_id, actor=request.actor, at=now())
    return pages.done(request, _("Accepted. The other node is told."), "desk:referrals")


def decline(request: DeskRequest, referral_id: UUID) -> HttpResponse:
    """Decline what another node referred, with a reason."""
    view = selectors.referral(referral_id=referral_id, actor=request.actor)
    form = referral_forms.DeclineForm(request.POST or None, legal_class=view.legal_class)
    if form.is_valid() and _declined(form, request, referral_id):
        return pages.done(request, _("Declined. The other node is told."), "desk:referrals")
    return pages.ask(
        request,
        form,
        title=_("Decline the referral"),
        button=_("Decline"),
        back=_back(referral_id),
        explanation=_(
            "The other node is told the reason. No work on the item goes on here, unless it was ours before."
        ),
    )


def _declined(form: FrameForm, request: DeskRequest, referral_id: UUID) -> bool:
    try:
        referring.referral_declined(
            referral_id=referral_id, **form.cleaned_data, actor=request.actor, at=now()
        )
    except RefusedError as error:
        form.add_error("reason", str(error))
        return False
    return True


def refer(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show where an item may go and what travels with it, and send it."""
    found = cases.item(item_id=item_id, actor=request.actor)
    offers = reads.offers(item_id=item_id, actor=request.actor, at=now())
    is_supervisor = request.actor.has_role(Role.SUPERVISOR)
    form = referral_forms.ReferForm(
        request.POST or None, offers=offers, is_supervisor=is_supervisor
    )
    if form.is_valid() and _sent(form, request, item_id):
        return pages.done(
            request, _("Sent. What happens there is shown on its page."), "desk:item", item_id
        )
    return screens.show(
        request,
        "refer",
        _("Send %(item)s to another node") % {"item": screens.title_of(found)},
        status=422 if form.is_bound else 200,
        item=found,
        form=form,
        offers=offers,
        is_return=any(offer.is_return for offer in offers.nodes),
        liable=referral_screens.liable(offers, request),
        holds=cases.holds_on_item(item_id=item_id, actor=request.actor, at=now()),
        back_address=reverse("desk:item", args=[item_id]),
        back_text=_("The item"),
    )


def _sent(form: FrameForm, request: DeskRequest, item_id: UUID) -> bool:
    try:
        referring.item_referred(
            item_id=item_id, **form.cleaned_data, actor=request.actor, at=now()
        )
    except RefusedError as error:
        field, said = "node_id", str(error)
        if error.code == "no_legal_basis" and "reason" in form.fields:
            field = "reason"
            said = _(
                "No legal basis lets a reporter\u2019s words go there: write why they have to."
            )
        form.add_error(field if field in form.fields else None, said)
        return False
    return True


def not_refer(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Keep an item from where it could go, with a reason."""
    found = cases.item(item_id=item_id, actor=request.actor)
    form = referral_forms.NotReferForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["reason"]
        referring.item_not_referred(item_id=item_id, reason=why, actor=request.actor, at=now())
        return pages.done(request, _("Noted. It waits to be passed on by hand."), "desk:orphans")
    title = _("Do not send %(item)s") % {"item": screens.title_of(found)}
    return screens.ask(
        request,
        form,
        title=title,
        button=_("Do not send it"),
        back="item",
        item_id=item_id,
        explanation=_("It then waits to be passed on by hand."),
    )


def work_here(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Let this node act on an item that is hosted abroad, as a supervisor decides."""
    found = cases.item(item_id=item_id, actor=request.actor)
    form = referral_forms.WorkHereForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["reason"]
        casework.item_worked_here(item_id=item_id, reason=why, actor=request.actor, at=now())
        return redirect("desk:item", item_id)
    return pages.ask(
        request,
        form,
        title=_("Work on %(item)s here") % {"item": screens.title_of(found)},
        button=_("Work on it here"),
        back=(reverse("desk:item", args=[item_id]), _("The item")),
        explanation=_(
            "It is hosted in %(country)s. From then on this node tells the provider and checks until it "
            "is gone; no other node is asked."
        )
        % {"country": found.hosting_country},
    )


def worked_here_because(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show why an item that is hosted abroad is worked here; this leaves an audit entry."""
    text = cases.worked_here_because(item_id=item_id, actor=request.actor, at=now())
    back, texts = reverse("desk:item", args=[item_id]), {"words": text}
    title = _("Why it is worked on here")
    return screens.opened(request, title, texts, back=back, back_text=_("The item"))
