# SPDX-License-Identifier: Apache-2.0
"""Contacts to confirm, hosting to settle, and what providers answered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.cases import selectors as cases
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.tracing import rules as tracing_rules
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import forms, screens

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest

_MANY = 50


def contacts(request: DeskRequest, after: UUID | None = None) -> HttpResponse:
    """List what was found about hosting and waits for a person."""
    found = tracing.contacts_to_confirm(actor=request.actor, after=after, most=_MANY)
    following = found[-1].evidence_id if len(found) == _MANY else None
    address = reverse("desk:contacts_after", args=[following]) if following else ""
    rest = None if after else tracing.items_without_contact(actor=request.actor, at=now())
    return _contacts_page(request, found, rest, next_address=address)


def contacts_rest(request: DeskRequest, after: str) -> HttpResponse:
    """List more items for which no contact was found and no trace waits."""
    rest = tracing.items_without_contact(actor=request.actor, at=now(), after=after)
    return _contacts_page(request, [], rest, next_address="")


def _contacts_page(
    request: DeskRequest,
    found: list[tracing.ContactToConfirm],
    rest: cases.ItemPage | None,
    *,
    next_address: str,
) -> HttpResponse:
    return screens.show(
        request,
        "contacts",
        _("Contacts to confirm"),
        found_contacts=found,
        languages=settings.LANGUAGES,
        next_address=next_address,
        rest=rest,
        rest_address=screens.following("contacts_rest", rest),
    )


def confirm(request: DeskRequest, item_id: UUID, contact_id: UUID) -> HttpResponse:
    """Confirm a contact: notices may go there, in the language that was chosen."""
    form = forms.ConfirmContactForm(request.POST)
    casework.contact_confirmed(
        item_id=item_id,
        contact_id=contact_id,
        languages=[form.cleaned_data["language"]] if form.is_valid() else [],
        actor=request.actor,
        at=now(),
    )
    return pages.done(request, _("Confirmed. Notices go there from now on."), "desk:contacts")


def decline(request: DeskRequest, item_id: UUID, contact_id: UUID) -> HttpResponse:
    """Decline a contact: nothing is sent there."""
    casework.contact_declined(
        item_id=item_id, contact_id=contact_id, actor=request.actor, at=now()
    )
    return pages.done(request, _("Declined. Name another contact."), "desk:contacts")


def name(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Name a contact that a person found."""
    found = cases.item(item_id=item_id, actor=request.actor)
    proposed = {"language": tracing_rules.language_of(found.hosting_country)}
    form = forms.NameContactForm(request.POST or None, initial=proposed)
    if form.is_valid():
        written = dict(form.cleaned_data)
        languages = [written.pop("language")]
        casework.contact_named(
            item_id=item_id, languages=languages, actor=request.actor, at=now(), **written
        )
        return pages.done(request, _("Named. Notices go there from now on."), "desk:contacts")
    title = _("Contact for %(item)s") % {"item": screens.title_of(found)}
    return screens.ask(request, form, title=title, button=_("Use this contact"), back="contacts")


def country(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Settle in which country an item is hosted."""
    found = cases.item(item_id=item_id, actor=request.actor)
    form = forms.CountryForm(request.POST or None)
    if form.is_valid():
        code = form.cleaned_data["country"].upper()
        casework.country_decided(item_id=item_id, country=code, actor=request.actor, at=now())
        return pages.done(request, _("Settled."), "desk:contacts")
    title = _("Where is %(item)s hosted?") % {"item": screens.title_of(found)}
    return screens.ask(request, form, title=title, button=_("Settle"), back="contacts")


def provider_answers(request: DeskRequest, after: UUID | None = None) -> HttpResponse:
    """List what providers answered and nobody has seen."""
    found = takedown.answers_to_see(actor=request.actor, after=after, most=_MANY)
    following = found[-1].answer_id if len(found) == _MANY else None
    address = reverse("desk:answers_after", args=[following]) if following else ""
    rest = None if after else takedown.answered_items(actor=request.actor, at=now())
    return _answers_page(request, found, rest, next_address=address)


def answers_rest(request: DeskRequest, after: str) -> HttpResponse:
    """List more items that are still there although their provider answered."""
    rest = takedown.answered_items(actor=request.actor, at=now(), after=after)
    return _answers_page(request, [], rest, next_address="")


def _answers_page(
    request: DeskRequest,
    found: list[takedown.AnswerToSee],
    rest: cases.ItemPage | None,
    *,
    next_address: str,
) -> HttpResponse:
    return screens.show(
        request,
        "answers",
        _("Answers of providers"),
        answers=found,
        next_address=next_address,
        rest=rest,
        rest_address=screens.following("answers_rest", rest),
    )


def answer_text(request: DeskRequest, answer_id: UUID) -> HttpResponse:
    """Show what a provider wrote; this leaves an audit entry."""
    text = takedown.answer_text(answer_id=answer_id, actor=request.actor, at=now())
    return screens.show(
        request,
        "opened",
        _("What the provider wrote"),
        texts={"words": text},
        back_address=reverse("desk:answers"),
        back_text=_("All answers"),
    )


def see(request: DeskRequest, answer_id: UUID) -> HttpResponse:
    """Note that an answer was seen."""
    notices.mark_answer_seen(answer_id=answer_id, actor=request.actor, at=now())
    return pages.done(request, _("Noted as seen."), "desk:answers")
