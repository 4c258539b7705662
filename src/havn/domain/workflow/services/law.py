# SPDX-License-Identifier: Apache-2.0
"""What follows from a gap between laws: the draft of a promise to close it, in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import services as commitments
from havn.domain.commitments.rules import Deliverable, Terms
from havn.domain.errors import RefusedError
from havn.domain.legislation import selectors
from havn.domain.legislation.rules import Criterion, Result, Value
from havn.domain.members import selectors as members

TARGET, GOAL = 2, "G2.1"


@audit.action("law.promise_proposed")
def promise_from_gap(*, rule: str, first: str, second: str, actor: Actor, at: datetime) -> UUID:
    """Propose to change the own law where it leaves a gap; the other country is not named, since promises become public.

    Due at the end of the next year: people change that, and the words, before a signatory adopts it.
    """
    gap = selectors.pair_gap(rule=rule, first=first, second=second, actor=actor)
    own = members.own_node(actor=actor)
    if gap.result not in {Result.OPEN, Result.NARROW}:
        raise RefusedError("no_gap", _("There is no gap any more between these two laws."))
    criteria = [
        each.criterion
        for each in gap.deciding
        if each.member == own.member_code and each.answer.value in {Value.NO, Value.PARTLY}
    ]
    if not criteria:
        raise RefusedError(
            "not_ours_to_close",
            _("Your country's law does not decide this gap: the other one does."),
        )
    promise_id = commitments.propose(
        terms=_terms(criteria, office=own.organisation_name, at=at),
        office=own.organisation_name,
        actor=actor,
        at=at,
    )
    audit.record(
        action="law.promise_proposed",
        actor=actor,
        subject_kind="commitment",
        subject_id=promise_id,
        at=at,
        detail={"criteria": [each.key for each in criteria]},
    )
    return promise_id


def _terms(criteria: Sequence[Criterion], *, office: str, at: datetime) -> Terms:
    keys = ", ".join(each.key for each in criteria)

    def asked() -> str:
        return " ".join(_(each.question) for each in criteria)

    return Terms(
        target=TARGET,
        goal=GOAL,
        title=_in_each(lambda: _("Change the law: %(criteria)s") % {"criteria": keys}),
        text=_in_each(
            lambda: _("So that the answer is yes: %(questions)s") % {"questions": asked()}
        ),
        office=office,
        measure=Deliverable(
            what=_in_each(
                lambda: _("A law in force that answers yes to %(criteria)s.") % {"criteria": keys}
            ),
            today=_in_each(lambda: _("The law does not, or not wholly.")),
        ),
        start=at.date(),
        due=date(at.year + 1, 12, 31),
    )


def _in_each(say: Callable[[], str]) -> dict[str, str]:
    """Return a text in every language of the node."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = say()
    return found
