# SPDX-License-Identifier: Apache-2.0
"""The texts of a report: written, and chosen where two versions stand side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.errors import RefusedError
from havn.domain.reporting import rules, selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.desk.government import report_words as words
from havn.web.frame.national_report import text_title

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def texts(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """List all texts by kind and language, with what waits for a choice."""
    actor = request.actor
    found = selectors.texts(report_id=national_id, actor=actor)
    report = selectors.report(report_id=national_id, actor=actor)
    figures = selectors.report_figures(report_id=national_id, actor=actor)
    noted = {each.definition.id for each in figures.indicators if each.needs_note}
    kinds = [*rules.TEXT_KINDS, rules.INDEPENDENCE]
    with_note = noted | {rules.indicator_of_note(kind) for kind, _language in found}
    kinds += [
        f"{rules.INDICATOR_NOTE}{each.definition.id}"
        for each in figures.indicators
        if each.definition.id in with_note
    ]
    return screens.of_report(
        request,
        "texts",
        _("Texts"),
        report_id=national_id,
        may_write=report.is_draft and actor.has_role(Role.RAPPORTEUR),
        rows=[
            {
                "kind": kind,
                "title": text_title(kind),
                "hint": words.TEXT_HINTS.get(kind, ""),
                "is_needed": rules.indicator_of_note(kind) in noted,
                "languages": [
                    {"code": code, "name": name, "text": found.get((kind, code))}
                    for code, name in settings.LANGUAGES
                ],
            }
            for kind in kinds
        ],
    )


def text(request: DeskRequest, national_id: UUID, kind: str, language: str) -> HttpResponse:
    """Show one text with its versions, and take a new one."""
    actor = request.actor
    selectors.report(report_id=national_id, actor=actor)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    form = forms.TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            is_alone = services.write_text(
                report_id=national_id,
                kind=kind,
                language=language,
                text=form.cleaned_data["text"],
                based_on=_named(form.cleaned_data["based_on"]),
                actor=actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            if is_alone:
                return pages.done(request, _("Saved."), "government:report_texts", national_id)
            sentence = _("Saved. Somebody else wrote this text meanwhile: choose one of the two.")
            return pages.done(
                request, sentence, "government:report_text", national_id, kind, language
            )
    return _show_text(request, national_id, kind, language, form)


def _show_text(
    request: DeskRequest, national_id: UUID, kind: str, language: str, form: forms.TextForm
) -> HttpResponse:
    found = selectors.texts(report_id=national_id, actor=request.actor).get((kind, language))
    report = selectors.report(report_id=national_id, actor=request.actor)
    if not form.is_bound:
        form = forms.TextForm(
            initial={
                "text": found.text if found else "",
                "based_on": found.based_on if found else "",
            }
        )
    name = dict(settings.LANGUAGES)[language]
    return screens.show(
        request,
        "text",
        f"{text_title(kind)} ({name})",
        status=422 if form.errors else 200,
        report_id=national_id,
        form=form,
        found=found,
        hint=words.TEXT_HINTS.get(kind, ""),
        language=language,
        may_write=report.is_draft,
        back_address=reverse("government:report_texts", args=[national_id]),
        back_text=_("All texts"),
    )


def choose(request: DeskRequest, national_id: UUID, version_id: UUID) -> HttpResponse:
    """Let one version be the text."""
    try:
        services.choose_text(
            report_id=national_id, version_id=version_id, actor=request.actor, at=now()
        )
    except RefusedError as error:
        return pages.refused(request, error, "government:report_texts", national_id)
    return pages.done(
        request, _("Chosen. The other stays readable."), "government:report_texts", national_id
    )


def _named(written: str) -> list[UUID]:
    """Return the versions that a form names; what is no UUID names none."""
    found = []
    for each in written.split():
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found
