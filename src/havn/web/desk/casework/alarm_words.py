# SPDX-License-Identifier: Apache-2.0
"""What each alarm of the exchange means to a person, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """What happened, and what to do next."""

    title: object
    advice: object


_CALL = _(
    "Call the other node’s operator, at a telephone number that you had before: a mail may come from somebody "
    "else. Nothing that it sent was taken."
)
_ASK_AGAIN = _("It is asked for again by itself. If this stays, call the other node’s operator.")
_EVIDENCE = _(
    "The log signed two things that exclude each other. Save the evidence, send it to the secretariat, and trust "
    "nothing new from this node until it is cleared up."
)
_CLOCK = _("Compare both clocks with a time server. Nothing was lost: it is asked again.")
_UPGRADE = _(
    "It is kept. Upgrade this node: the message is read then. docs/protocol/versions.md says who reads what."
)

ALARMS: dict[str, Words] = {
    "revoked_key": Words(_("A request was signed with a revoked key"), _CALL),
    "signature_expired": Words(_("A request came after its signature had expired"), _CLOCK),
    "signature_wrong": Words(_("A request’s signature does not hold"), _CALL),
    "nonce_repeated": Words(
        _("A request came twice"),
        _(
            "Somebody sent a copy. It was refused. If it happens often, call the other node’s operator."
        ),
    ),
    "clock_off": Words(_("The clock of another node, or ours, is off"), _CLOCK),
    "digest_differs": Words(_("A request’s content is not what was signed"), _CALL),
    "reply_wrong": Words(_("An answer was not signed by the node that was asked"), _CALL),
    "roster_expired": Words(
        _("The roster has expired: nothing is exchanged"),
        _("Ask the secretariat for a fresh roster. Everything that waits goes on by itself then."),
    ),
    "roster_refused": Words(
        _("A newer roster could not be believed"),
        _("The roster in force stays until it expires. Call the secretariat."),
    ),
    "own_key_missing": Words(
        _("A key of this node that the roster names is not here"),
        _(
            "What was sent to us waits, and nothing is lost. Run `havn keys place worker FOLDER` again on this machine, or "
            "put the key back from a copy of the keys; `havn node status` says which one."
        ),
    ),
    "note_malformed": Words(_("A checkpoint cannot be read"), _ASK_AGAIN),
    "wrong_origin": Words(_("A node showed another log than its own"), _CALL),
    "unknown_log_key": Words(
        _("A checkpoint is signed with a key that the roster does not name"), _CALL
    ),
    "revoked_log_key": Words(_("A checkpoint is signed with a revoked key"), _CALL),
    "log_signature_wrong": Words(_("A checkpoint’s signature does not hold"), _CALL),
    "cosignature_wrong": Words(_("A cosignature does not hold"), _ASK_AGAIN),
    "time_runs_back": Words(_("A newer checkpoint says it is older"), _CLOCK),
    "time_runs_ahead": Words(_("A checkpoint comes from the future"), _CLOCK),
    "smaller_tree": Words(_("A log has fewer entries than it signed before"), _EVIDENCE),
    "forked": Words(_("A log showed different histories to different nodes"), _EVIDENCE),
    "gap": Words(_("Entries of a log are missing"), _ASK_AGAIN),
    "page_truncated": Words(_("A page of a log broke off"), _ASK_AGAIN),
    "page_too_large": Words(_("A page of a log is longer than it may be"), _ASK_AGAIN),
    "leaf_malformed": Words(_("An entry of a log is in no agreed form"), _CALL),
    "leaf_swapped": Words(_("An entry of a log is not the one that was signed"), _EVIDENCE),
    "unknown_leaf_version": Words(_("A log has entries of a later version"), _UPGRADE),
    "root_differs": Words(_("A log’s entries do not lead to what it signed"), _CALL),
    "own_log_ahead": Words(
        _("Other nodes hold more of our log than we do"),
        _(
            "This node’s disk went back in time, for example by a restore. The missing entries are taken back from "
            "another node before anything is signed. Check what this node sent after the backup was made."
        ),
    ),
    "own_log_differs": Words(
        _("Another node holds a history of our log that is not ours"),
        _(
            "This stops nothing by itself: this node goes on signing. Somebody may have our key, or two copies of this "
            "node may run. Stop the worker, save the evidence if there is any, and call the secretariat."
        ),
    ),
    "anchor_differs": Words(
        _("The audit chain is not what other nodes witnessed"),
        _(
            "Somebody rewrote this node’s history. Run `havn audit verify`, keep the machine as it is, and call for help."
        ),
    ),
    "commitment_differs": Words(_("A message is not what its log entry commits to"), _CALL),
    "key_unusable": Words(
        _("A node’s exchange key cannot be used"),
        _("The secretariat has to put a new key into the roster."),
    ),
    "payload_malformed": Words(_("A message cannot be read"), _CALL),
    "payload_withheld": Words(_("A node does not hand over a message that is for us"), _ASK_AGAIN),
    "unknown_payload_version": Words(_("A message is of a later version"), _UPGRADE),
    "unknown_event": Words(_("A message is of a kind or version that we do not read"), _UPGRADE),
    "counter_gap": Words(
        _("A message to us is missing"),
        _("What came after it was taken. Ask the other node’s operator what it sent between."),
    ),
    "counter_repeated": Words(_("Two messages to us have the same number"), _CALL),
    "event_refused": Words(
        _("A message was refused"),
        _(
            "The reason stands below. If it should have been taken, call the other node’s operator."
        ),
    ),
}


def of(code: str) -> Words:
    """Return the words of an alarm; one without is named for the operator."""
    return ALARMS.get(code) or Words(code, _CALL)
