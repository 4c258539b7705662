# SPDX-License-Identifier: Apache-2.0
"""What every service of a report asks first: whose it is, in which state, and who acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.reporting import rules
from havn.domain.reporting.models import NationalReport
from havn.lib import wire

_SENTENCES = {
    "not_released_yet": _("The rapporteur has not released this report yet."),
    "waits_for_signatory": _(
        "The rapporteur released this report. Give it back first to change something."
    ),
    "released_already": _(
        "This version is released and stays as it is. Begin a correction to change something."
    ),
    "already_there": _("This was done before."),
}
_FAULTS = {
    "control_character": _("There is an invisible character in this text. Type that place again."),
    "line_break": _("This text has a line break. Write it in one line."),
    "holds_a_file": _("This text holds an encoded file. Remove it: we take words only."),
    "holds_markup": _("This text holds signs of a web page, such as <b>. Write plain words."),
    "too_short": _("This text is empty. Write it, or leave the field as it was."),
}


def require_role(actor: Actor, *roles: Role) -> UUID:
    """Return who acts; raises RefusedError for other roles."""
    if not actor.has_role(*roles) or actor.identifier is None:
        raise RefusedError("not_your_role", str(_("Your role does not allow this.")))
    return actor.identifier


def require_rapporteur(actor: Actor) -> UUID | None:
    """Return who acts: the rapporteur, or nobody where the node itself does."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    return require_role(actor, Role.RAPPORTEUR)


def report_of(report_id: UUID, actor: Actor) -> NationalReport:
    """Return the report of the actor's organisation, locked; raises NotFoundError."""
    rows = NationalReport.objects.select_for_update(of=("self",)).select_related("release")
    row = rows.filter(pk=report_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return row


def open_report(report_id: UUID, actor: Actor) -> NationalReport:
    """Return a report whose texts and answers may still change; raises RefusedError for others."""
    row = report_of(report_id, actor)
    if row.state != rules.ReportState.DRAFT:
        state = rules.ReportState(row.state)
        raise refusal(rules.refusal_to_move(state, rules.ReportState.DRAFT) or _closed(state))
    return row


def _closed(state: rules.ReportState) -> str:
    is_confirming = state is rules.ReportState.CONFIRMING
    return "waits_for_signatory" if is_confirming else "released_already"


def refusal(code: str) -> RefusedError:
    """Return the refusal of a move, with its sentence."""
    return RefusedError(code, str(_SENTENCES[code]))


def move(row: NationalReport, target: rules.ReportState, **columns: object) -> None:
    """Let a report go to another state; raises RefusedError where that is no move."""
    code = rules.refusal_to_move(rules.ReportState(row.state), target)
    if code:
        raise refusal(code)
    won = NationalReport.objects.filter(pk=row.pk, state=row.state).update(
        state=target.value, **columns
    )
    if won != 1:
        raise RefusedError(
            "changed_meanwhile", str(_("Somebody changed this just now. Look at it again."))
        )
    row.state = target.value


def require_plain(*texts: str) -> None:
    """Raise RefusedError for a text that no report may carry: a file, markup, or what cannot be seen."""
    require_words(*texts)
    for text in texts:
        code = wire.fault_in_text(text, may_break=True)
        if code:
            raise RefusedError(code, str(_FAULTS[code]))


def require_length(text: str, most: int) -> None:
    """Raise RefusedError when a text is too long."""
    if len(text) > most:
        sentence = _("This text has %(count)s characters, and %(most)s fit. Shorten it.")
        raise RefusedError("text_too_long", str(sentence) % {"count": len(text), "most": most})


def record(
    action: str,
    subject: tuple[str, UUID],
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write the entry of an action about a report, an ask, or what belongs to them."""
    kind, subject_id = subject
    audit.record(
        action=action,
        actor=actor,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        detail=detail,
    )
