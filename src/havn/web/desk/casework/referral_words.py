# SPDX-License-Identifier: Apache-2.0
"""What codes of referrals are called: where one stands, what was said, why, and who waits for whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    "referral_out": {
        "sent": _("sent"),
        "received": _("received there"),
        "acknowledged": _("accepted there"),
        "declined": _("declined"),
        "reassigned": _("passed on to a third node"),
        "returned": _("came back"),
        "outcome": _("outcome known"),
    },
    "referral_in": {
        "arrived": _("to be answered"),
        "accepted": _("accepted"),
        "declined": _("declined"),
        "reassigned": _("passed on to a third node"),
        "returned": _("given back"),
        "done": _("done"),
    },
    "referral_word": {
        "received": _("Received by their node"),
        "accepted": _("Accepted by a person"),
        "declined": _("Declined"),
        "reassigned": _("Passed on to a third node"),
        "returned": _("Given back"),
        "ended": _("Outcome"),
        "reopened": _("Under way again"),
        "progress": _("What happened"),
        "reassessed": _("Assessed anew by the sender"),
    },
    "referral_code": {
        "not_hosted_here": _("not hosted there"),
        "not_illegal_here": _("not illegal there"),
        "cannot_act": _("nobody there can act"),
        "removed": _("removed"),
        "not_illegal": _("not illegal there"),
        "withdrawn": _("the assessment was taken back"),
        "police_told": _("police told"),
        "notice_sent": _("provider told"),
        "unavailable": _("not reachable at a first check"),
        "reappeared": _("it came back"),
        "moved": _("it moved to another country"),
        "orphaned": _("nobody is where it is hosted now"),
        "baseline": _("Baseline"),
        "national": _("National"),
    },
    "referral_why": {
        "hosted": _("hosted there"),
        "moved": _("moved there"),
        "orphan": _("mandate for orphans"),
    },
    "referral_why_us": {
        "hosted": _("hosted here"),
        "moved": _("moved here"),
        "orphan": _("mandate for orphans"),
    },
    "erased_because": {
        "taken_back": _("the reporter takes it back"),
        "kept_long_enough": _("it was kept long enough"),
        "wrong_audience": _("it should not have gone there"),
        "ordered": _("a court or an authority ordered it"),
    },
    "referral_waits": {
        "analyst": _("us"),
        "their_node": _("their node"),
        "their_people": _("their analysts"),
        "third_node": _("a third node"),
        "nobody": _("nobody"),
    },
}
