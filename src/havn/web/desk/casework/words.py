# SPDX-License-Identifier: Apache-2.0
"""What stored codes are called on the desk's pages, and the colours of their tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PAGES = {
    "home": _("Home"),
    "items": _("Items"),
    "supervise": _("Supervision"),
    "contacts": _("Contacts"),
    "answers": _("Answers"),
    "orphans": _("Pass on"),
    "leads": _("Leads"),
    "holds": _("Holds"),
    "trouble": _("Trouble"),
    "staff": _("Staff"),
    "node": _("Node"),
}

WORDS = {
    "stage": {
        "received": _("received"),
        "assessed": _("assessed"),
        "working": _("working"),
        "closed": _("closed"),
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
        "infant": _("0 to 2"),
        "prepubescent": _("3 to 13"),
        "pubescent": _("14 to 17"),
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
    },
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
    },
    "job": {
        "file_submission": _("Filing a report"),
        "trace": _("Tracing an item"),
        "package": _("Making a package for police"),
        "notice": _("Sending a notice"),
        "reminder": _("Sending a reminder"),
        "check": _("Checking an item"),
        "hold_end": _("Ending a hold"),
        "freeze_quarter": _("Freezing a quarter's figures"),
        "project_status": _("Writing what a reporter may see"),
    },
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
