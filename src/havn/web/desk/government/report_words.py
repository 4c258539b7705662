# SPDX-License-Identifier: Apache-2.0
"""What the codes of a national report are called on the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Role
from havn.domain.reporting.rules import Correction, Part, ReportState

STATES: dict[str, Any] = {
    ReportState.DRAFT.value: _("draft"),
    ReportState.CONFIRMING.value: _("waits for the signatory"),
    ReportState.RELEASED.value: _("released"),
    ReportState.CORRECTED.value: _("corrected by a later version"),
    ReportState.WITHDRAWN.value: _("withdrawn"),
}
COLOURS = {
    ReportState.DRAFT.value: "yellow",
    ReportState.CONFIRMING.value: "purple",
    ReportState.RELEASED.value: "green",
    ReportState.CORRECTED.value: "grey",
    ReportState.WITHDRAWN.value: "red",
}
PARTS: dict[str, Any] = {
    Part.HOTLINE.value: _("Hotline"),
    Part.POLICE.value: _("Police"),
    Part.VICTIM_SERVICES.value: _("Victim services"),
    Part.EDUCATION.value: _("Education"),
}
ROLES: dict[str, Any] = {
    Role.RAPPORTEUR.value: _("rapporteur"),
    Role.SIGNATORY.value: _("signatory"),
    Role.DATA_OWNER.value: _("data owner"),
}
CORRECTIONS: dict[str, Any] = {
    Correction.LATE_FACTS.value: _("Facts became known later"),
    Correction.ERROR_IN_FACTS.value: _("There was an error in the facts"),
    Correction.ERROR_IN_METHOD.value: _("There was an error in the method"),
    Correction.DISCLOSURE.value: _("Something hidden could be derived"),
    Correction.TEXT.value: _("Wording only"),
}
STEPS: dict[str, Any] = {
    "asked": _("asked"),
    "draft": _("draft begun"),
    "confirmed": _("confirmed by the data owners"),
    "signed": _("signed"),
    "received": _("received"),
    "published": _("published"),
    "accepted": _("accepted"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "reminded": _("reminded: nothing has arrived yet"),
}
KINDS: dict[str, Any] = {
    "receipt": _("Receipt"),
    "question": _("Question"),
    "step": _("Step"),
}
PHASES: dict[int, Any] = {
    0: _("not stated"),
    1: _("1: nothing or little is in place"),
    2: _("2: begun"),
    3: _("3: in place"),
    4: _("4: in place and regularly reviewed"),
}
TEXT_HINTS: dict[str, Any] = {
    "overview": _("In plain words, at most one page: what went well, what did not, what is next."),
    "resources": _("Staff, training and budget line; these are declared, so name the source."),
    "views": _("What victims and children said, and how you asked them."),
    "missing": _("Which figures are not there, and why."),
    "cooperation": _("Operations that were made public, help given and received."),
    "reply": _("What the minister says about this report; it is published with it."),
    "independence": _(
        "For the yearly report of a trusted flagger (Regulation (EU) 2022/2065, Article 22): your procedures. It goes "
        "into the tables, not into the national report, and holds until you write another."
    ),
}


def of(words: dict[str, Any], code: object) -> str:
    """Return what a code is called, or the code itself where no word was written for it."""
    return str(words.get(str(code), code))
