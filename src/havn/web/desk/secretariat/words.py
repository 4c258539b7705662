# SPDX-License-Identifier: Apache-2.0
"""What steps, states and ways are called on the secretariat's pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PAGES = {
    "desk:home": _("Reports"),
    "secretariat:office_keys": _("Office keys"),
    "secretariat:refused": _("Not taken"),
    "secretariat:alarms": _("Alarms and work"),
}
STEPS = {
    "asked": pgettext_lazy("step of a report", "asked"),
    "draft": pgettext_lazy("step of a report", "draft made"),
    "confirmed": pgettext_lazy("step of a report", "parts confirmed"),
    "signed": pgettext_lazy("step of a report", "signed"),
    "received": pgettext_lazy("step of a report", "received"),
    "published": pgettext_lazy("step of a report", "published"),
}
STATES = {
    "waiting": _("waits for its parts"),
    "accepted": _("not public yet"),
    "published": pgettext_lazy("report", "public"),
    "withdrawn": pgettext_lazy("report", "withdrawn"),
}
COLOURS = {"waiting": "grey", "accepted": "blue", "published": "green", "withdrawn": "red"}
BASES = {"computed": _("computed by its node"), "stated": _("stated by its office")}
KINDS = {
    "": _("first version"),
    "late_facts": _("late facts"),
    "error_in_facts": _("error in facts"),
    "error_in_method": _("error in method"),
    "disclosure": _("a hidden number could be derived"),
    "text": _("wording"),
}
WAYS = {
    "node": _("to its node"),
    "mail": _("by mail to its office"),
    "nobody": _("to nobody: neither a node nor an office with an address is known"),
    "": _("not sent yet"),
}
REMINDED = {"rapporteur": _("rapporteur"), "signatory": _("signatory")}
