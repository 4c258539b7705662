# SPDX-License-Identifier: Apache-2.0
"""Pages of law at the government's desk: criteria with the own answers, both times of one, reviews and disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.rules import Verdict
from havn.domain.members import selectors as members
from havn.domain.members.rules.founders import name_of
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import law_forms as forms
from havn.web.frame import law as words
from havn.web.frame.language import day

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.domain.legislation.selectors import AnswerView
    from havn.web.desk.access import DeskRequest
    from havn.web.frame.forms import FrameForm


def show(
    request: DeskRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page of law."""
    context |= {"title": title, "may_write": request.actor.has_role(Role.RAPPORTEUR)}
    return render(request, f"desk/government/law/{template}.html", context, status=status)


def names_of(request: DeskRequest) -> dict[str, str]:
    """Return what the countries that take part are called in the page's language, in the order of names."""
    language, today = get_language() or "en", now().date()
    found = selectors.alliance_members(actor=request.actor)
    named = {code: name_of(code, language=language, on=today) for code in found}
    named = {code: found[code] if name == code else name for code, name in named.items()}
    return dict(sorted(named.items(), key=lambda each: each[1].casefold()))


def criteria(request: DeskRequest) -> HttpResponse:
    """List every criterion with what the own country's law says today."""
    at, own = now(), members.own_node(actor=request.actor)
    held = selectors.criterion_values(
        member=own.member_code, on=at.date(), known_at=at, actor=request.actor
    )
    names = names_of(request)
    rows = [
        (each, words.answer_row(each, held.get(each.key), names=names, member=own.member_code))
        for each in rules.CRITERIA.values()
    ]
    return show(
        request,
        "criteria",
        _("Law of %(country)s") % {"country": names.get(own.member_code, own.member_name)},
        groups=words.by_group(rows),
        answered=len(held),
        total=len(rows),
    )


def criterion(request: DeskRequest, key: str) -> HttpResponse:
    """Show one criterion: where it comes from, and all that was ever said of the own law, with both times."""
    found = _criterion(key)
    own = members.own_node(actor=request.actor)
    views = selectors.history(member=own.member_code, key=key, actor=request.actor)
    names = names_of(request)
    return show(
        request,
        "criterion",
        f"{found.key}: {_(found.question)}",
        criterion=found,
        citations=words.citations(found, rules.INSTRUMENTS, _binding(own.member_code)),
        rows=[words.answer_row(found, view, names=names) for view in views],
        back_address=reverse("government:law"),
        back_text=_("Law"),
    )


def assess(request: DeskRequest, key: str) -> HttpResponse:
    """Ask what the own country's law says to a criterion, and keep it."""
    found, at = _criterion(key), now()
    own = members.own_node(actor=request.actor)
    views = selectors.history(member=own.member_code, key=key, actor=request.actor)
    form = forms.AssessForm(
        request.POST or None,
        criterion=found,
        earlier=[(view.id, _earlier(view)) for view in views if view.superseded_by is None],
        today=at.date(),
    )
    if form.is_valid() and form.given is not None:
        try:
            services.assess(given=form.given, actor=request.actor, at=at)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            sentence = _("Kept. The Alliance is told with the next beat.")
            return pages.done(request, sentence, "government:law_criterion", key)
    return pages.ask(
        request,
        form,
        title=_("Assess %(criterion)s") % {"criterion": found.key},
        explanation=_(found.question),
        button=_("Keep the answer"),
        back=(reverse("government:law_criterion", args=[key]), found.key),
    )


def _earlier(view: AnswerView) -> str:
    return _("The answer %(value)s, in force from %(day)s") % {
        "value": words.VALUES[view.value.value],
        "day": day(view.in_force_from),
    }


def reviews(request: DeskRequest) -> HttpResponse:
    """List answers of other countries that wait for a second country's eye."""
    names = names_of(request)
    views = selectors.to_review(actor=request.actor)
    rows = [words.answer_row(view.criterion, view, names=names) for view in views]
    return show(
        request,
        "reviews",
        _("Answers to review"),
        rows=rows,
        back_address=reverse("government:law"),
        back_text=_("Law"),
    )


def answer(request: DeskRequest, answer_id: UUID) -> HttpResponse:
    """Show one answer of any country with what others said of it."""
    view = selectors.answer(answer_id=answer_id, actor=request.actor)
    own = members.own_node(actor=request.actor).member_code
    names = names_of(request)
    row = words.answer_row(view.criterion, view, names=names)
    return show(
        request,
        "answer",
        f"{row.country}: {row.key}",
        row=row,
        citations=words.citations(view.criterion, rules.INSTRUMENTS, _binding(view.member)),
        is_own=view.member == own,
        back_address=reverse("government:law_reviews"),
        back_text=_("Answers to review"),
    )


def review(request: DeskRequest, answer_id: UUID) -> HttpResponse:
    """Ask whether another country's law says what that country says, and keep it."""
    view = selectors.answer(answer_id=answer_id, actor=request.actor)
    form = forms.ReviewForm(request.POST or None)
    if form.is_valid():
        try:
            services.review(
                answer_id=answer_id,
                verdict=Verdict(form.cleaned_data["verdict"]),
                note=form.cleaned_data["note"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            _say(form, error)
        else:
            return pages.done(
                request, _("Kept. The other country is told."), "government:law_reviews"
            )
    return _ask_about(request, form, view, title=_("Review an answer"), button=_("Keep it"))


def dispute(request: DeskRequest, answer_id: UUID) -> HttpResponse:
    """Ask what is held against another country's answer, and file it."""
    view = selectors.answer(answer_id=answer_id, actor=request.actor)
    form = forms.DisputeForm(request.POST or None)
    if form.is_valid():
        try:
            services.dispute(
                answer_id=answer_id,
                text=form.cleaned_data["text"],
                source=form.cleaned_data["source_url"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            _say(form, error)
        else:
            sentence = _("Filed. Both your text and the reply stay public.")
            return pages.done(request, sentence, "government:law_disputes")
    return _ask_about(request, form, view, title=_("Dispute an answer"), button=_("File it"))


def disputes(request: DeskRequest) -> HttpResponse:
    """List disputes about the own law and by the own country."""
    names = names_of(request)
    own = members.own_node(actor=request.actor).member_code
    rows = [
        {
            "dispute": words.dispute_row(each, names),
            "answer": words.answer_row(view.criterion, view, names=names),
            "waits_for_us": each.about == own and not each.is_answered,
            "is_ours": each.about == own,
        }
        for each, view in selectors.disputes(actor=request.actor)
    ]
    return show(
        request,
        "disputes",
        _("Disputes about law"),
        rows=rows,
        back_address=reverse("government:law"),
        back_text=_("Law"),
    )


def reply(request: DeskRequest, dispute_id: UUID) -> HttpResponse:
    """Ask what the own country replies to a dispute, and keep it beside it."""
    found, view = selectors.dispute(dispute_id=dispute_id, actor=request.actor)
    if found.about != members.own_node(actor=request.actor).member_code:
        raise NotFoundError
    form = forms.ReplyForm(request.POST or None)
    if form.is_valid():
        try:
            services.answer_dispute(
                dispute_id=dispute_id,
                text=form.cleaned_data["text"],
                source=form.cleaned_data["source_url"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            _say(form, error)
        else:
            return pages.done(
                request, _("Kept. Both texts stay public."), "government:law_disputes"
            )
    return _ask_about(request, form, view, title=_("Reply to a dispute"), button=_("Reply"))


def _criterion(key: str) -> rules.Criterion:
    try:
        return rules.CRITERIA[key]
    except KeyError:
        raise NotFoundError from None


def _binding(member: str) -> dict[rules.Instrument, int | None]:
    return {each: rules.not_bound(member, each) for each in rules.Instrument}


def _say(form: FrameForm, error: RefusedError) -> None:
    """Put a refusal beside the field that it is about."""
    fields: dict[str, str] = getattr(form, "fields_of_codes", {})
    form.add_error(fields.get(error.code), str(error))


def _ask_about(
    request: DeskRequest, form: FrameForm, view: AnswerView, *, title: str, button: str
) -> HttpResponse:
    names = names_of(request)
    return pages.ask(
        request,
        form,
        title=title,
        button=button,
        back=(reverse("government:law_answer", args=[view.id]), _("The answer")),
        template="desk/government/law/form.html",
        row=words.answer_row(view.criterion, view, names=names),
    )
