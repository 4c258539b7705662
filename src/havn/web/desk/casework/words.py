# SPDX-License-Identifier: Apache-2.0
"""What stored codes are called on the desk's pages, and the colours of their tags."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from havn.web.desk.casework import code_words, referral_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from havn.domain.assessment.selectors import SupervisorEntry
    from havn.domain.cases.selectors import HistoryLine, OpenEnd, Waits
    from havn.domain.investigation.selectors import AnswerView, Lead
    from havn.domain.members.selectors import OwnNode

PAGES = {
    "home": _("Home"),
    "items": _("Items"),
    "supervise": _("Supervision"),
    "contacts": _("Contacts"),
    "answers": _("Answers"),
    "orphans": _("Pass on"),
    "referrals": _("Referrals"),
    "referrals_out": _("Referred to others"),
    "referrals_in": _("Referred to us"),
    "leads": _("Leads"),
    "holds": _("Holds"),
    "government:reports": _("National report"),
    "government:commitments": _("Promises"),
    "government:political_acts": _("Political acts"),
    "government:law": _("Law"),
    "nodes": _("Other nodes"),
    "alarms": _("Alarms"),
    "trouble": _("Trouble"),
    "staff": _("Staff"),
    "node": _("This node"),
}

WORDS = {
    "stage": {
        "received": _("received"),
        "assessed": _("assessed"),
        "working": _("working"),
        "closed": _("closed"),
    },
    "node_state": {
        "active": _("takes part"),
        "suspended": _("suspended"),
        "unlisted": _("not in the roster"),
    },
    "arrival": {
        "found": _("not handed over yet"),
        "waiting": _("could not be handled yet"),
        "refused": _("refused"),
        "unknown": _("not read by this release"),
    },
    "closed_reason": {
        "removed": _("removed"),
        "not_illegal": _("not illegal"),
        "undetermined": _("undetermined"),
    },
    "legal_class": {
        "baseline": _("Baseline"),
        "national": _("National"),
        "not_illegal": _("Not illegal"),
        "undetermined": _("Undetermined"),
        "self_reported": _("Self-reported"),
    },
    "assignment": {
        "here": _("here"),
        "offered": _("offered"),
        "member": _("with another member"),
        "orphan": _("nobody reachable"),
        "passed_on": _("passed on by hand"),
    },
    "police": {
        "none": pgettext_lazy("police", "not told"),
        "due": _("to be told"),
        "told": _("told"),
        "taken": _("taken"),
        "known": _("known"),
        "not_actionable": _("not actionable"),
    },
    "notice": {
        "none": pgettext_lazy("notice", "none"),
        "queued": _("queued"),
        "sent": _("sent"),
        "answered": _("answered"),
        "refused": _("refused"),
        "no_provider": _("no provider"),
    },
    "availability": {
        "unknown": _("not checked"),
        "up": _("reachable"),
        "changed": _("changed"),
        "unclear": _("unclear"),
        "unavailable": _("unavailable"),
        "removed": _("removed"),
        "reappeared": _("reappeared"),
    },
    "ask_state": {
        "waiting": _("waits to be asked"),
        "asked": _("asked"),
        "seen": _("has looked"),
        "refused": _("does not look"),
        "unanswered": _("no answer in time"),
    },
    "kind": {"address": _("Web address"), "described": _("Described")},
    "text": {
        "words": _("What was seen"),
        "where": _("Where"),
        "when": _("When"),
        "app": _("App, chat or game"),
        "seen": _("Kind of material"),
        "described": _("Described"),
        "reach": _("How to reach the reporter"),
        "source": _("Where it was found"),
        "hold_reason": _("Reason of the hold"),
        "passed_on_to": _("Passed on to"),
        "reference": _("Case number of police"),
    },
    "owner": {
        "analyst": _("an analyst"),
        "supervisor": _("a supervisor"),
        "investigator": _("police"),
        "worker": _("the machine"),
        "provider": _("a provider"),
        "member": _("another member"),
    },
    "not_actionable": {
        "too_little": _("too little to go on"),
        "not_here": _("not our jurisdiction"),
        "too_old": _("too old"),
        "duplicate": _("same as another lead"),
        "other": _("something else"),
    },
    "rank": {
        "urgent": _("urgent"),
        "baseline": _("baseline material"),
        "told_often": _("told more than once"),
        "still_up": _("still reachable"),
    },
    "action": code_words.ACTIONS,
    "track": {
        "assignment": _("Assignment"),
        "police": _("Police"),
        "notice": _("Notice"),
        "availability": _("Availability"),
    },
    "origin": {
        "unknown": _("Unknown"),
        "photographic": _("Photographic"),
        "drawn": _("Drawn"),
        "ai_generated": _("AI-generated"),
        "ai_altered": _("AI-altered"),
    },
    "age_band": {
        "unknown": _("Unknown"),
        "0_2": _("0 to 2"),
        "3_13": _("3 to 13"),
        "14_17": _("14 to 17"),
    },
    "sex": {
        "undetermined": _("Undetermined"),
        "female": _("Girl"),
        "male": _("Boy"),
        "both": _("Both"),
    },
    "item_origin": {
        "reported": _("reported"),
        "pasted": _("found in the viewer"),
        "imported": _("imported"),
        "referred": _("referred by another node"),
    },
    **referral_words.WORDS,
    "urgency": {"normal": _("normal"), "urgent": _("urgent")},
    "outcome": {
        "new": _("new"),
        "known": _("known"),
        "twice": _("twice in the list"),
        "refused": _("not an address"),
    },
    "answer": {
        "removed": _("Removed"),
        "not_ours": _("Not ours"),
        "need_more": _("Needs more"),
        "disagree": _("Disagrees"),
    },
    "police_answer": {
        "taken": _("Taken"),
        "known": _("Known"),
        "not_actionable": _("Not actionable"),
    },
    "role": {
        "analyst": _("analyst"),
        "supervisor": _("supervisor"),
        "investigator": _("investigator"),
        "operator": _("operator"),
        "rapporteur": _("rapporteur"),
        "signatory": _("signatory"),
        "data_owner": _("data owner"),
        "secretariat": _("secretariat"),
    },
    "job": code_words.JOBS,
}

# Moves of the police track bear the reason of police, those of mail the failure.
WORDS["reason"] = WORDS["not_actionable"] | code_words.MAIL_FAILURES | code_words.MOVES

STUCK = _("Nothing works on it. Order its work again; if it comes back, tell the operator.")
# What helps an item that waits, by the page on which its owner sees it, or by why it is a supervisor's.
WHAT_TO_DO = {
    "home": _("Ask for somebody to take it, or take it yourself."),
    "contacts": _("Ask for its contact to be confirmed or named."),
    "orphans": _("Ask for it to be passed on by hand."),
    "answers": _("Ask for the provider's answer to be read."),
    "holds": _("Ask the police whether the hold is still needed."),
    "items": _("The provider is silent: write to it by another way, or name another contact."),
    "trouble": _("Its work is ordered and late: look at the page “Trouble”."),
    "referrals": _("Ask for it to be sent to the node that it is offered to."),
    "referrals_out": _("Ask the other member how far it is."),
    "passed_on": _("Ask where it was passed on to whether it is gone."),
    "self_reported": _("Decide what becomes of it: somebody reported a picture of themselves."),
    "supervisor": _("Look in the isolated viewer, then say on its page whether it is gone."),
}

SKIP_REASONS = {
    "too_hard_today": _("Too hard for me today"),
    "known_person": _("I know somebody in it"),
    "language": _("I do not read the language"),
    "technical": _("It does not open in the viewer"),
    "needs_second_view": _("It needs a second view"),
}

SUPERVISOR_REASONS = {
    "again": _("It is to be assessed again."),
    "lapsed": _("The time with it ran out too often."),
    "skipped": _("It was skipped too often."),
}

COLOURS = {
    ("stage", "received"): "blue",
    ("stage", "assessed"): "teal",
    ("stage", "working"): "yellow",
    ("stage", "closed"): "grey",
    ("legal_class", "baseline"): "red",
    ("legal_class", "national"): "orange",
    ("availability", "up"): "red",
    ("availability", "reappeared"): "red",
    ("availability", "removed"): "green",
    ("availability", "unavailable"): "teal",
    ("assignment", "orphan"): "orange",
    ("assignment", "offered"): "yellow",
    ("assignment", "member"): "blue",
    ("referral_out", "acknowledged"): "blue",
    ("referral_out", "declined"): "orange",
    ("referral_out", "outcome"): "green",
    ("referral_in", "arrived"): "yellow",
    ("referral_in", "accepted"): "blue",
    ("referral_in", "done"): "green",
    ("notice", "refused"): "orange",
    ("notice", "sent"): "blue",
    ("police", "taken"): "green",
    ("police", "due"): "yellow",
    ("police", "told"): "blue",
    ("urgency", "urgent"): "red",
    ("outcome", "new"): "green",
    ("outcome", "known"): "blue",
    ("outcome", "refused"): "red",
}


def of(kind: str, code: str) -> str:
    """Return the words of a code; an unknown code stands for itself, so that nothing is hidden."""
    return str(WORDS.get(kind, {}).get(code, code.replace("_", " ")))


def is_bookkeeping(line: HistoryLine) -> bool:
    """Whether a line only accompanies another line of the same history."""
    return line.kind == "action" and code_words.is_bookkeeping(line.code)


def entry(line: HistoryLine, names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return one line of an item's history as the timeline shows it."""
    who = names.get(line.who, "") if line.who else ""
    if line.kind == "move":
        title = "{}: {} → {}".format(
            of("track", line.code),
            of(line.code, line.source),
            of(line.code, line.target),
        )
    else:
        title = of("action", line.code)
    return {"title": title, "at": line.at, "who": who, "text": moved_because(line.reason)}


def moved_because(reason: str) -> str:
    """Return why a track moved; each rung of notices has a number of its own."""
    rung = reason.removeprefix("rung ")
    if rung != reason and rung.isdigit():
        return gettext("Rung %(rung)s") % {"rung": rung}
    return of("reason", reason)


def missing_key(name: str) -> str:
    """Return what it means that this process cannot read a key that it needs."""
    if name == "receipt-pepper":
        return gettext(
            "The key of receipts (receipt-pepper) cannot be read, so nobody can report. The operator "
            "has to put it back from the copy of the keys."
        )
    if name == "desk-opening-key":
        return gettext(
            "The desk's key (desk-opening-key) cannot be read, so no report can be opened. The "
            "operator has to put it back from the copy of the keys."
        )
    return gettext(
        "The key %(name)s cannot be read, and what needs it is refused. The operator has to put it "
        "back from the copy of the keys."
    ) % {"name": name}


def police_answer(answer: AnswerView, names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return one answer of police as the timeline shows it."""
    return {
        "title": of("police_answer", answer.kind),
        "at": answer.answered_at,
        "who": names.get(answer.answered_by, ""),
        "text": of("not_actionable", answer.reason),
    }


def supervisor_entry(entry: SupervisorEntry) -> dict[str, Any]:
    """Return one item of the supervisor's list, with why it is there."""
    return {
        "item_id": entry.item.id,
        "text": entry.item.href or gettext("Described item"),
        "why": SUPERVISOR_REASONS[entry.reason],
        "since": entry.since,
        "may_take": entry.may_take,
    }


def waits(found: Waits) -> dict[str, Any]:
    """Return for what open items wait: how many, and the one that waits longest."""
    return {
        "words": f"{of('owner', found.waits_for)} – {PAGES.get(found.place, found.place)}",
        "count": found.count,
        "oldest_at": found.oldest_at,
        "item_id": found.oldest_id,
    }


def wait(end: OpenEnd, *, is_stuck: bool = False) -> dict[str, Any]:
    """Return one open item of the supervisor's page: for whom it waits, since when, what to do."""
    return {
        "item_id": end.item.id,
        "text": end.item.href or gettext("Described item"),
        "owner": of("owner", end.waits_for),
        "since": end.since,
        "what_to_do": str(STUCK if is_stuck else what_to_do(end)),
    }


def what_to_do(end: OpenEnd) -> Any:
    """Return what helps an item that waits."""
    if end.waits_for == "supervisor":
        state = end.item.assignment if end.item.assignment in WHAT_TO_DO else end.item.legal_class
        return WHAT_TO_DO.get(state, WHAT_TO_DO["supervisor"])
    return WHAT_TO_DO.get(end.place, WHAT_TO_DO["trouble"])


def lead(found: Lead) -> dict[str, Any]:
    """Return one line of the list of leads."""
    return {
        "item_id": found.item_id,
        "host": found.host,
        "host_unicode": found.host_unicode,
        "why": ", ".join(of("rank", reason) for reason in found.rank_reasons) or "–",
        "made_at": found.made_at,
        "state": found.answer_kind or "told",
    }


def node(own: OwnNode) -> list[tuple[str, str]]:
    """Return what the page of the node says about it."""
    return [
        (gettext("Member"), f"{own.member_name} ({own.member_code})"),
        (gettext("Organisation"), own.organisation_name),
        (gettext("Contact"), own.contact_email),
        (gettext("Public address"), own.public_url),
    ]


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def setting(value: object) -> str:
    """Return a value of the policy as its file writes it."""
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {setting(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        return "; ".join(setting(each) for each in value)
    return str(value)


def keys() -> list[dict[str, Any]]:
    """Return every key of the desk, by where it works."""
    return [
        {
            "title": gettext("Everywhere"),
            "keys": [
                ("?", gettext("this page")),
                ("n", gettext("take the next item (home)")),
                ("Enter", gettext("save the decision or answer")),
            ],
        },
        {
            "title": gettext("Deciding: one row of the keyboard for each question"),
            "keys": [
                ("1 2 3 4 5", gettext("legal class, from the left")),
                ("q w e r", gettext("youngest age")),
                ("a s d f", gettext("sex")),
                ("z x c v b", gettext("made how")),
            ],
        },
        {
            "title": gettext("On an item or lead"),
            "keys": [
                ("k", gettext("copy the address for the isolated viewer")),
                ("o", gettext("open what the reporter wrote, or the package")),
                ("p", gettext("paste addresses found there")),
                ("m", gettext("tick all rows")),
                ("l", gettext("hand over to a colleague")),
                ("j", gettext("skip with a reason")),
                ("h", gettext("place a hold")),
                ("1 2 3", gettext("answer of police: taken, known, not actionable")),
            ],
        },
    ]
