# SPDX-License-Identifier: Apache-2.0
"""Pages of promises at the government's desk: the list, one promise with all its versions, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.accounts import selectors as people
from havn.domain.commitments import rules, selectors, services
from havn.domain.commitments.rules import Kind, State
from havn.domain.errors import RefusedError
from havn.domain.indicators.rules import definition_of
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import commitments_forms as forms
from havn.web.desk.government import screens
from havn.web.frame import promises
from havn.web.frame.language import day

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.domain.commitments.selectors import ChangeView, CommitmentView
    from havn.web.desk.access import DeskRequest


@dataclass(frozen=True, slots=True)
class StepPage:
    """The page of one step: what it is called, what it asks, which service it calls."""

    name: str  # of its URL
    title: Any
    button: Any
    done: Any
    form: type[forms.OfficeForm]
    service: Callable[..., None]
    explanation: Any = ""


STEPS: dict[Kind, StepPage] = {
    Kind.ADOPTED: StepPage(
        "adopt_commitment",
        gettext_lazy("Adopt the promise"),
        gettext_lazy("Sign and adopt"),
        gettext_lazy("Adopted. The promise is public now."),
        forms.AdoptForm,
        services.adopt,
    ),
    Kind.DROPPED: StepPage(
        "drop_commitment",
        gettext_lazy("Drop the proposal"),
        gettext_lazy("Drop it"),
        gettext_lazy("Dropped. Nobody outside saw it."),
        forms.PlainForm,
        services.drop,
        gettext_lazy("It was never public and will not be. It stays on your own list."),
    ),
    Kind.STARTED: StepPage(
        "start_commitment",
        gettext_lazy("Say that work has begun"),
        gettext_lazy("Work has begun"),
        gettext_lazy("The promise is in progress."),
        forms.StartForm,
        services.start,
    ),
    Kind.CLAIMED: StepPage(
        "claim_commitment",
        gettext_lazy("Say that the promise was kept"),
        gettext_lazy("It was kept"),
        gettext_lazy("It counts as kept when a second office has confirmed it."),
        forms.ClaimForm,
        services.claim,
        gettext_lazy(
            "What shows it? Give a value or a document, or leave that empty where it stands on the promise's page already."
        ),
    ),
    Kind.CONFIRMED: StepPage(
        "confirm_commitment",
        gettext_lazy("Confirm that the promise was kept"),
        gettext_lazy("Confirm"),
        gettext_lazy("Confirmed. The promise counts as kept."),
        forms.PlainForm,
        services.confirm,
        gettext_lazy(
            "Look at the evidence first. You confirm as an office other than the one that keeps the promise."
        ),
    ),
    Kind.DECLINED: StepPage(
        "decline_commitment",
        gettext_lazy("Say why the promise does not count as kept"),
        gettext_lazy("Do not confirm"),
        gettext_lazy("Not confirmed. The work goes on."),
        forms.ReasonForm,
        services.decline,
    ),
    Kind.REDATED: StepPage(
        "redate_commitment",
        gettext_lazy("Set a new due day"),
        gettext_lazy("Set the day"),
        gettext_lazy("The new due day is set. The former one stays visible."),
        forms.RedateForm,
        services.redate,
        gettext_lazy("Where the due day has passed, the promise stays marked as late, re-dated."),
    ),
    Kind.RESOURCES: StepPage(
        "state_resources",
        gettext_lazy("State money promised or spent"),
        gettext_lazy("Add it"),
        gettext_lazy("Added."),
        forms.ResourceForm,
        services.state_resources,
    ),
    Kind.EVIDENCE: StepPage(
        "add_evidence",
        gettext_lazy("Add evidence"),
        gettext_lazy("Add it"),
        gettext_lazy("Added."),
        forms.EvidenceForm,
        services.add_evidence,
    ),
    Kind.WITHDRAWN: StepPage(
        "withdraw_commitment",
        gettext_lazy("Withdraw the promise"),
        gettext_lazy("Withdraw it"),
        gettext_lazy("Withdrawn. It stays listed with its reason."),
        forms.ReasonForm,
        services.withdraw,
        gettext_lazy("A withdrawn promise stays listed for ever, with your reason."),
    ),
    Kind.REPLACED: StepPage(
        "replace_commitment",
        gettext_lazy("Replace the promise by another one"),
        gettext_lazy("Replace it"),
        gettext_lazy("Replaced. Both promises stay listed."),
        forms.ReplaceForm,
        services.replace,
    ),
    Kind.REOPENED: StepPage(
        "reopen_commitment",
        gettext_lazy("Open the promise again"),
        gettext_lazy("Open it again"),
        gettext_lazy("Open again."),
        forms.ReasonForm,
        services.reopen,
        gettext_lazy("Do this where the aim was lost, or where the evidence was wrong."),
    ),
}


named = promises.named_by(definition_of)


def commitments(request: DeskRequest) -> HttpResponse:
    """List the own promises, proposals included, by target."""
    found = selectors.own_commitments(actor=request.actor, at=now())
    ends = [each for each in found if each.state in rules.ENDS]
    going = [each for each in found if each.state not in rules.ENDS]
    return screens.show(
        request,
        "commitments/list",
        _("Promises"),
        rows=[promises.row(each, named=named) for each in going],
        ended=[promises.row(each, named=named) for each in ends],
        may_propose=bool(request.actor.roles & rules.MAY_PROPOSE),
    )


def commitment(request: DeskRequest, commitment_id: UUID) -> HttpResponse:
    """Show one promise, what can be done next, and versions that wait to be compared."""
    actor = request.actor
    view = selectors.own_commitment(commitment_id=commitment_id, actor=actor, at=now())
    aside = selectors.set_aside(commitment_id=commitment_id, actor=actor)
    return screens.show(
        request,
        "commitments/one",
        promises.said(view.terms.title).text,
        view=view,
        found=promises.details(view, named=named),
        links=_links(request, view),
        present=_version(view.number, view.record.terms) if aside else None,
        aside=[_version(each.number, each.record.terms) for each in aside],
        back_address=reverse("government:commitments"),
        back_text=_("Promises"),
    )


def _version(number: int, terms: rules.Terms) -> dict[str, Any]:
    return {
        "number": number,
        "titles": promises.every(terms.title),
        "texts": promises.every(terms.text),
        "aim": promises.aim_in_words(terms.measure, named=named),
        "start": terms.start,
        "due": terms.due,
    }


def _links(request: DeskRequest, view: CommitmentView) -> list[dict[str, Any]]:
    """Return the steps that this person may take now."""
    found = []
    for kind in rules.possible(view.state, request.actor.roles):
        if kind in {Kind.CONFIRMED, Kind.DECLINED} and not view.waits_for_confirmation:
            continue
        if kind is Kind.EDITED:
            page, title = "edit_commitment", _("Change the words")
        else:
            page, title = STEPS[kind].name, STEPS[kind].title
        found.append({"address": reverse(f"government:{page}", args=[view.id]), "text": title})
    return found


def history(request: DeskRequest, commitment_id: UUID) -> HttpResponse:
    """Show every version of a promise, who made it, and those that were set aside."""
    actor = request.actor
    view = selectors.own_commitment(commitment_id=commitment_id, actor=actor, at=now())
    found = selectors.changes(commitment_id=commitment_id, actor=actor)
    names = people.names_of(person_ids={c.person for c in found if c.person}, actor=actor)
    return screens.show(
        request,
        "commitments/history",
        _("All versions"),
        name=promises.said(view.terms.title).text,
        versions=[_told(each, names) for each in reversed(found)],
        back_address=reverse("government:commitment", args=[commitment_id]),
        back_text=_("The promise"),
    )


def _told(change: ChangeView, names: dict[UUID, str]) -> dict[str, Any]:
    who = names.get(change.person, "") if change.person else ""
    step = change.record.steps[-1]
    return _version(change.number, change.record.terms) | {
        "entry": promises.entry(step, who=who),
        "state": promises.state_tag(change.record.state.value),
        "is_aside": change.is_aside,
        "is_worded": change.kind in {Kind.PROPOSED, Kind.EDITED},
    }


def propose(request: DeskRequest) -> HttpResponse:
    """Take a proposal; a link from elsewhere (a gap in the law, for one) may fill in some answers."""
    known = {
        name: request.GET[name] for name in forms.TermsForm.base_fields if name in request.GET
    }
    form = forms.TermsForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            found = services.propose(
                terms=form.cleaned_data["terms"],
                office=form.cleaned_data["office"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.take_refusal(error)
        else:
            return _done(request, _("Proposed. A signatory can adopt it now."), found)
    return _ask_terms(
        request,
        form,
        title=_("Propose a promise"),
        button=_("Propose it"),
        back=(reverse("government:commitments"), _("Promises")),
    )


def edit(request: DeskRequest, commitment_id: UUID) -> HttpResponse:
    """Change the words of a proposal; what somebody else wrote meanwhile is kept and shown beside it."""
    actor, at = request.actor, now()
    view = selectors.own_commitment(commitment_id=commitment_id, actor=actor, at=at)
    changes = selectors.changes(commitment_id=commitment_id, actor=actor)
    worded = [c for c in changes if c.kind in {Kind.PROPOSED, Kind.EDITED} and not c.is_aside]
    office = view.record.steps[-1].office
    form = forms.TermsForm(
        request.POST or None,
        initial=forms.initial_of(view.terms, office=office, based_on=worded[-1].number),
    )
    if form.is_valid():
        try:
            edited = services.edit(
                commitment_id=commitment_id,
                terms=form.cleaned_data["terms"],
                office=form.cleaned_data["office"],
                based_on=form.cleaned_data["based_on"] or 0,
                actor=actor,
                at=at,
            )
        except RefusedError as error:
            form.take_refusal(error)
        else:
            return _done(request, _edited_sentence(is_aside=edited.is_aside), commitment_id)
    return _ask_terms(
        request,
        form,
        title=_("Change the words of the proposal"),
        button=_("Keep these words"),
        back=(reverse("government:commitment", args=[commitment_id]), _("The promise")),
    )


def _edited_sentence(*, is_aside: bool) -> str:
    if is_aside:
        return _(
            "Somebody changed the words while you wrote. Both versions are kept and stand below: compare them, then change the words once more."
        )
    return _("The new words are kept. The former ones stand under all versions.")


def _ask_terms(request: DeskRequest, form: forms.TermsForm, **more: Any) -> HttpResponse:
    explanation = _(
        "Only people of your government see a proposal. It becomes public when a signatory adopts it, and then its words stay as they are."
    )
    return pages.ask(request, form, explanation=explanation, **more)


def step(request: DeskRequest, commitment_id: UUID, *, kind: Kind) -> HttpResponse:
    """Take one step of a promise."""
    actor, at, page = request.actor, now(), STEPS[kind]
    view = selectors.own_commitment(commitment_id=commitment_id, actor=actor, at=at)
    more: dict[str, Any] = {"choices": _successors(request, view)} if kind is Kind.REPLACED else {}
    form: Any = page.form(request.POST or None, initial=_initial(request, view, kind), **more)
    if form.is_valid():
        try:
            page.service(
                commitment_id=commitment_id,
                office=form.cleaned_data["office"],
                actor=actor,
                at=at,
                **form.arguments(at),
            )
        except RefusedError as error:
            form.take_refusal(error)
        else:
            return _done(request, str(page.done), commitment_id)
    return pages.ask(
        request,
        form,
        title=str(page.title),
        button=str(page.button),
        explanation=str(page.explanation),
        back=(reverse("government:commitment", args=[commitment_id]), _("The promise")),
        template="desk/government/commitments/form.html",
        found=promises.details(view, named=named),
    )


def _initial(request: DeskRequest, view: CommitmentView, kind: Kind) -> dict[str, Any]:
    """Return answers that are likely: the office that keeps the promise, but not for the second one."""
    del request
    is_second = kind in {Kind.CONFIRMED, Kind.DECLINED}
    return {"office": "" if is_second else view.terms.office}


def _successors(request: DeskRequest, view: CommitmentView) -> list[tuple[UUID, str]]:
    standing = rules.OPEN | {State.ACHIEVED}
    return [
        (each.id, f"{promises.said(each.terms.title).text} ({day(each.due)})")
        for each in selectors.own_commitments(actor=request.actor, at=now())
        if each.id != view.id and each.state in standing
    ]


def _done(request: DeskRequest, sentence: str, commitment_id: UUID) -> HttpResponse:
    return pages.done(request, sentence, "government:commitment", commitment_id)
