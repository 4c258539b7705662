# SPDX-License-Identifier: Apache-2.0
"""The data owners' parts: who answers for which, confirmed or questioned."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.accounts import selectors as people
from havn.domain.actor import Role
from havn.domain.errors import RefusedError
from havn.domain.reporting import rules, selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.desk.government import report_words as words

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def parts(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show the four parts, what each data owner said, and to each the own part's buttons."""
    actor = request.actor
    report = selectors.report(report_id=national_id, actor=actor)
    figures = selectors.report_figures(report_id=national_id, actor=actor)
    by_part: dict[str, list[str]] = {}
    for each in figures.indicators:
        by_part.setdefault(each.part.value, []).append(each.definition.id)
    return screens.of_report(
        request,
        "parts",
        _("Parts and their data owners"),
        report_id=national_id,
        is_draft=report.is_draft,
        is_rapporteur=actor.has_role(Role.RAPPORTEUR),
        rows=[
            {
                "part": each,
                "title": words.of(words.PARTS, each.part),
                "indicators": ", ".join(by_part.get(each.part, ())),
                "is_mine": each.person_id == actor.identifier and actor.has_role(Role.DATA_OWNER),
            }
            for each in selectors.part_views(report_id=national_id, actor=actor)
        ],
    )


def owner(request: DeskRequest, national_id: UUID, part: str) -> HttpResponse:
    """Name who answers for a part."""
    selectors.report(report_id=national_id, actor=request.actor)
    _require(part)
    found = people.colleagues(actor=request.actor, roles=[Role.DATA_OWNER])
    form = forms.OwnerForm(request.POST or None, people=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.name_owner(
                part=part,
                person_id=UUID(form.cleaned_data["person_id"]),
                office=form.cleaned_data["office"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(request, _("Named."), "government:report_parts", national_id)
    explanation = (
        ""
        if found
        else _("Nobody has the role “data owner”. The operator gives it: havn person role.")
    )
    return pages.ask(
        request,
        form,
        title=_("Who answers for “%(part)s”?") % {"part": words.of(words.PARTS, part)},
        button=_("Name"),
        back=_back(national_id),
        explanation=explanation,
    )


def confirm(request: DeskRequest, national_id: UUID, part: str) -> HttpResponse:
    """Confirm the own part."""
    try:
        services.confirm_part(report_id=national_id, part=part, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:report_parts", national_id)
    return pages.done(request, _("Confirmed."), "government:report_parts", national_id)


def question(request: DeskRequest, national_id: UUID, part: str) -> HttpResponse:
    """Say what is unclear in the own part."""
    selectors.report(report_id=national_id, actor=request.actor)
    _require(part)
    form = forms.QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.question_part(
                report_id=national_id,
                part=part,
                question=form.cleaned_data["question"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(request, _("Kept."), "government:report_parts", national_id)
    return pages.ask(
        request,
        form,
        title=_("A question about “%(part)s”") % {"part": words.of(words.PARTS, part)},
        button=_("Ask"),
        back=_back(national_id),
        explanation=_("The report waits until you confirm the part."),
    )


def _back(national_id: UUID) -> tuple[str, str]:
    return reverse("government:report_parts", args=[national_id]), _("All parts")


def _require(part: str) -> None:
    if part not in set(rules.PARTS):
        raise Http404
