# SPDX-License-Identifier: Apache-2.0
"""Screens that show several things at once: puts together what selectors return, decides nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.accounts import selectors as people
from havn.domain.actor import Role
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import selectors as assessment
from havn.domain.audit import selectors as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Place
from havn.domain.exchange import selectors as exchange
from havn.domain.investigation import selectors as investigation
from havn.domain.jobs import selectors as jobs
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.takedown import selectors as takedown
from havn.domain.tracing import selectors as tracing
from havn.lib.clock import now
from havn.lib.encoding import uuid7
from havn.web.desk import pages
from havn.web.desk.access import CASEWORK, SUPERVISION
from havn.web.desk.casework import forms, referral_screens, words
from havn.web.desk.government import home as government
from havn.web.desk.government import report_cards
from havn.web.frame import health

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponse

    from havn.domain.cases import services as record
    from havn.web.desk.access import DeskRequest
    from havn.web.frame.forms import FrameForm

_MANY = 50
_SILENT_AFTER = timedelta(minutes=1)


def show(
    request: DeskRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page of the desk."""
    context["title"] = title
    return render(request, f"desk/casework/{template}.html", context, status=status)


def home(request: DeskRequest) -> HttpResponse:
    """Show what waits for the person, by role."""
    context: dict[str, Any] = {"cards": [*_cards(request), *report_cards.cards(request)]}
    if request.actor.has_role(*CASEWORK):
        context |= _queue(request)
    return show(request, "home", _("Home"), **context)


def _queue(request: DeskRequest) -> dict[str, Any]:
    actor, at = request.actor, now()
    counts = assessment.queue_counts(actor=actor, at=at)
    exposure = assessment.exposure_today(actor=actor, at=at)
    mine = assessment.mine(actor=actor, at=at)
    lines = cases.item_lines(item_ids=[held.item_id for held in mine], actor=actor)
    return {
        "queue": {"waiting": counts.waiting, "lines": _queue_lines(counts)},
        "exposure": {
            "items": exposure.items,
            "minutes": exposure.seconds // 60,
            "is_running": exposure.is_running,
        },
        "mine": [
            {
                "item_id": held.item_id,
                "host": lines[held.item_id].host if held.item_id in lines else "",
                "lease_until": held.lease_until,
            }
            for held in mine
        ],
    }


def _queue_lines(counts: assessment.QueueCounts) -> list[dict[str, Any]]:
    return [
        {"title": _("Waiting"), "count": counts.waiting, "oldest_at": counts.oldest_received_at},
        {"title": _("Past their deadline"), "count": counts.overdue, "oldest_at": None},
        {"title": _("Held by somebody"), "count": counts.held, "oldest_at": None},
        {"title": _("Waiting for a supervisor"), "count": counts.supervisor, "oldest_at": None},
    ]


def _cards(request: DeskRequest) -> Iterable[dict[str, Any]]:
    actor, at = request.actor, now()
    if actor.has_role(*CASEWORK):
        answers = takedown.answers_to_see(actor=actor, most=_MANY + 1)
        orphans = cases.count_at(place=Place.ORPHANS, actor=actor, at=at)
        to_send = cases.count_at(
            place=Place.REFERRALS,
            actor=actor,
            at=at,
            without=referrals.items_to_answer(actor=actor),
        )
        to_answer = referrals.count_to_answer(actor=actor)
        waiting = tracing.count_to_confirm(actor=actor)
        yield _card("contacts", waiting, _("hosts wait for a person"))
        yield _card("answers", len(answers), _("answers of providers to see"), most=_MANY)
        yield _card("referrals", to_send, _("items to send to other members"))
        yield _card("referrals", to_answer, _("referrals of others to answer"))
        yield _card("orphans", orphans, _("items to pass on by hand"))
    if actor.has_role(Role.SUPERVISOR):
        yield _card("supervise", _supervisors(request), _("items wait for a supervisor"))
    if actor.has_role(Role.INVESTIGATOR):
        leads = investigation.leads(actor=actor, most=_MANY + 1).leads
        fresh = sum(1 for lead in leads if not lead.answer_kind)
        yield _card("leads", fresh, _("leads without an answer"), most=_MANY)
        holds = cases.holds_in_force(actor=actor, at=at)
        yield _card("holds", len(holds), _("holds in force"))
    yield from government.cards(request)
    if actor.has_role(Role.SUPERVISOR, Role.OPERATOR):
        given_up = jobs.given_up_jobs(actor=actor)
        yield _card("trouble", len(given_up), _("jobs were given up"))
        open_alarms = exchange.counts(actor=actor)["alarms"]
        if open_alarms:
            yield _card("alarms", open_alarms, _("alarms about other nodes"))
        missing = list(health.what_is_missing())
        if missing:
            yield _card("trouble", len(missing), _("keys of this node cannot be read"))


def _supervisors(request: DeskRequest) -> int:
    """Return how many items wait for a supervisor: for an assessment, and for another look."""
    actor, at = request.actor, now()
    ids = [entry.item.id for entry in assessment.supervisor_entries(actor=actor, at=at)]
    turns = cases.count_at(place=Place.SUPERVISION, actor=actor, at=at, without=ids)
    return min(len(ids) + turns, cases.MOST_COUNTED)


def _card(
    name: str, count: int, text: str, *, most: int = cases.MOST_COUNTED - 1
) -> dict[str, Any]:
    """Return a card of the first page; what was not counted to its end is "more than `most`"."""
    shown = f"{most}+" if count > most else str(count)
    return {
        "address": reverse(f"desk:{name}"),
        "title": words.PAGES[name],
        "count": shown,
        "text": text,
    }


def item(
    request: DeskRequest,
    item_id: UUID,
    *,
    form: forms.DecisionForm | None = None,
    sentences: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Show one item in one load: facts, holds, and the decision where the person holds it."""
    actor, at = request.actor, now()
    found = cases.item(item_id=item_id, actor=actor)
    held = assessment.held_item(item_id=item_id, actor=actor, at=at)
    is_supervisor = actor.has_role(*SUPERVISION)
    elsewhere = takedown.seen_from_elsewhere(item_id=item_id, actor=actor)
    holds = cases.holds_on_item(item_id=item_id, actor=actor, at=at)
    default = default_decision(request)
    if form is None and held is not None:
        form = forms.DecisionForm(initial=forms.initial_of(default) | held.draft)
    return show(
        request,
        "item",
        title_of(found),
        status=status,
        item=found,
        held=held,
        form=form if held else None,
        sentences=sentences,
        now=at,
        draft_version=held.draft_at.isoformat() if held and held.draft_at else "",
        scheme=default.scheme,
        scheme_version=default.scheme_version,
        holds=holds,
        elsewhere=elsewhere,
        may_ask_elsewhere=_may_ask_elsewhere(request, found, elsewhere) and not holds,
        may_copy=found.is_open,
        may_declare_removed=is_supervisor and found.may_be_declared_removed,
        may_assess_again=is_supervisor and bool(found.legal_class) and held is None,
        **referral_screens.of_item(request, found),
    )


def _may_ask_elsewhere(
    request: DeskRequest, found: cases.ItemView, elsewhere: takedown.SeenFromElsewhere
) -> bool:
    """Whether the page offers to ask other countries: somebody is there, and not asked already."""
    if not found.may_be_asked_about or elsewhere.is_asking:
        return False
    return bool(members.peers(actor=request.actor))


def opened(
    request: DeskRequest, title: str, texts: Mapping[str, str], *, back: str, back_text: str
) -> HttpResponse:
    """Show sealed texts that were opened just now, by what each is called."""
    written = {name: text for name, text in texts.items() if text}
    return show(request, "opened", title, texts=written, back_address=back, back_text=back_text)


def following(name: str, page: cases.ItemPage | None) -> str:
    """Return the address of the next page of items, or nothing on the last one."""
    return reverse(f"desk:{name}", args=[page.next_after]) if page and page.next_after else ""


def title_of(found: cases.ItemView | cases.ItemLine) -> str:
    """Return what a page calls an item."""
    return found.host or _("Described item")


def default_decision(request: DeskRequest) -> assessment_rules.Decision:
    """Return the decision that the node's policy proposes."""
    own = members.own_node(actor=request.actor)
    return assessment_rules.default_decision(settings.HAVN_POLICY, jurisdiction=own.member_code)


def history(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show all that happened to an item."""
    actor = request.actor
    found = cases.item(item_id=item_id, actor=actor)
    notices = takedown.notices(item_id=item_id, actor=actor)
    also = [("notice", notice.id) for notice in notices]
    also += [("referral", r.id) for r in referrals.referrals_of_item(item_id=item_id, actor=actor)]
    also += [("answer", answer.id) for notice in notices for answer in notice.answers]
    lines = cases.history(item_id=item_id, actor=actor, also=also)
    views = assessment.assessments(item_id=item_id, actor=actor)
    ids = {line.who for line in lines if line.who} | {
        view.assessor_id for view in views if view.assessor_id
    }
    names = people.names_of(person_ids=ids, actor=actor)
    return show(
        request,
        "history",
        _("History of %(item)s") % {"item": title_of(found)},
        item=found,
        entries=[words.entry(line, names) for line in lines if not words.is_bookkeeping(line)],
        assessments=[(view, _assessor(view, names)) for view in views],
        evidence=tracing.evidence(item_id=item_id, actor=actor),
        notices=notices,
        checks=takedown.checks(item_id=item_id, actor=actor),
        back_address=reverse("desk:item", args=[item_id]),
        back_text=_("The item"),
    )


def _assessor(view: assessment.AssessmentView, names: Mapping[UUID, str]) -> str:
    """Return who assessed: a person here, or a node without its people."""
    return names.get(view.assessor_id, "") if view.assessor_id else _("another node")


def report(
    request: DeskRequest,
    report_id: UUID,
    *,
    form: forms.BatchForm | None = None,
    batch: assessment.BatchView | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Show all items of one report as rows, a decision for the ticked ones, and an undo."""
    lines = cases.items_of_report(report_id=report_id, actor=request.actor)
    chosen = set(form.chosen) if form else set()
    rows = [
        {
            "id": line.id,
            "text": line.href or _("Described item"),
            "host": line.host,
            "host_unicode": line.host_unicode,
            "stage": line.stage,
            "legal_class": line.legal_class,
            "may_assess": line.stage == "received",
            "is_chosen": str(line.id) in chosen,
        }
        for line in lines
    ]
    initial = forms.initial_of(default_decision(request))
    return show(
        request,
        "batch",
        _("Items of one report"),
        status=status,
        report_id=report_id,
        items=rows,
        has_open_rows=any(row["may_assess"] for row in rows),
        form=form or forms.BatchForm(initial=initial),
        batch=batch,
        may_undo=batch is not None and batch.may_undo_until > now(),
        batch_id=uuid7(now()),
        **context,
    )


def outcomes_of(lines: Sequence[record.PastedLine]) -> dict[str, Any]:
    """Return how many lines became what, and the lines that became no item."""
    counted = Counter(line.outcome for line in lines)
    return {
        "outcomes": {key: counted[key] for key in words.WORDS["outcome"] if counted[key]},
        "odd_lines": [line for line in lines if line.sentence or line.outcome == "refused"],
    }


def lead(
    request: DeskRequest,
    item_id: UUID,
    *,
    form: forms.PoliceAnswerForm | None = None,
    sentences: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Show one lead: facts, holds, answers so far and a form for the next."""
    actor = request.actor
    found = cases.item(item_id=item_id, actor=actor)
    answers = investigation.answers(item_id=item_id, actor=actor)
    names = people.names_of(person_ids={a.answered_by for a in answers}, actor=actor)
    return show(
        request,
        "lead",
        _("Lead: %(item)s") % {"item": title_of(found)},
        status=status,
        item=found,
        holds=cases.holds_on_item(item_id=item_id, actor=actor, at=now()),
        answers=[words.police_answer(answer, names) for answer in answers],
        has_reference=any(answer.has_reference for answer in answers),
        evidence=tracing.evidence(item_id=item_id, actor=actor),
        form=form or forms.PoliceAnswerForm(),
        sentences=sentences,
        back_address=reverse("desk:leads"),
        back_text=_("All leads"),
    )


def supervision(request: DeskRequest) -> HttpResponse:
    """Show what waits for a supervisor, and for what every open item waits."""
    actor, at = request.actor, now()
    entries = assessment.supervisor_entries(actor=actor, at=at)
    return show(
        request,
        "supervise",
        _("Supervision"),
        entries=[words.supervisor_entry(entry) for entry in entries],
        stuck=[words.wait(end, is_stuck=True) for end in cases.stuck_items(actor=actor, at=at)],
        to_see=[words.wait(end) for end in cases.waits_to_see(actor=actor, at=at)],
        waits=[words.waits(each) for each in cases.count_waits(actor=actor, at=at)],
    )


def _silent_since(request: DeskRequest) -> datetime | None:
    """Return since when no worker has worked: it links every entry of the audit chain at once."""
    oldest = audit.oldest_unlinked_at(actor=request.actor)
    return oldest if oldest is not None and now() - oldest > _SILENT_AFTER else None


def trouble(request: DeskRequest, after: str = "") -> HttpResponse:
    """Show work that was given up, with its reason, and the work that waits.

    Who sees cases sees the items behind it as well; an operator does not.
    """
    actor, sees_cases = request.actor, request.actor.has_role(*SUPERVISION)
    given_up = jobs.given_up_jobs(actor=actor)
    items, about = None, {}
    if sees_cases:
        items = cases.items_at(place=Place.TROUBLE, actor=actor, at=now(), after=after)
        subjects = {job.subject_id for job in given_up if job.subject_id}
        about = cases.item_lines(item_ids=subjects, actor=actor)
    return show(
        request,
        "trouble",
        _("Trouble"),
        jobs=[(job, job.subject_id in about) for job in given_up],
        waiting=jobs.waiting_work(actor=actor),
        rest=items,
        rest_address=following("trouble_rest", items),
        silent_since=_silent_since(request),
        missing=[words.missing_key(name) for name in health.what_is_missing()],
    )


def ask(
    request: DeskRequest,
    form: FrameForm,
    *,
    title: str,
    button: str,
    back: str,
    item_id: UUID | None = None,
    explanation: str = "",
) -> HttpResponse:
    """Show a page that asks for a few fields and then does one thing."""
    address = reverse(f"desk:{back}", args=[item_id] if item_id else [])
    return pages.ask(
        request,
        form,
        title=title,
        button=button,
        back=(address, str(words.PAGES.get(back) or _("Back"))),
        explanation=explanation,
    )
