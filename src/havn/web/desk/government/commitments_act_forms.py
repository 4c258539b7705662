# SPDX-License-Identifier: Apache-2.0
"""The form about a political act: what was typed becomes the domain's value, and what is wrong gets a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havn.domain.commitments import rules
from havn.domain.commitments.rules import MOST_TITLE, ActKind, Fault
from havn.web.desk.government.commitments_fields import Day, Language, Number, Words, long_words
from havn.web.desk.government.commitments_forms import ENGLISH
from havn.web.frame import promises
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from uuid import UUID

    from havn.domain.errors import RefusedError


class ActForm(FrameForm):
    """A debate, a decision, a budget line, a minister named."""

    kind = forms.ChoiceField(
        label=_("What happened?"),
        choices=[(each.value, promises.ACTS[each.value]) for each in ActKind],
        widget=forms.RadioSelect,
    )
    day = Day(label=_("On which day?"))
    title_en = Words(label=_("Title in English"), most=MOST_TITLE)
    text_en = long_words(_("What it was, in English"))
    language = Language(
        label=_("Second language"), help_text=_("Its code, like da or fr."), initial="da"
    )
    title_own = Words(label=_("Title in the second language"), most=MOST_TITLE)
    text_own = long_words(_("What it was, in the second language"))
    source_title = Words(label=_("Source"), help_text=_("Where everybody can read it."))
    source = Words(
        label=_("Its address on the web, if it has one"),
        help_text=_("Begins with https://."),
        most=400,
        required=False,
    )
    amount = Number(label=_("Amount, for a budget line"), required=False)
    currency = Words(
        label=_("Currency"), help_text=_("Three letters, like EUR."), most=3, required=False
    )

    def take_refusal(self, error: RefusedError) -> None:
        """Put a refusal beside the field that it is about."""
        name = {
            Fault.BAD_SOURCE.value: "source"
            if self.cleaned_data.get("source")
            else "source_title",
            Fault.DAY_TO_COME.value: "day",
            Fault.BAD_RESOURCE.value: "amount",
        }.get(error.code)
        self.add_error(name, str(error))

    def act(self, at: datetime, *, corrects: UUID | None) -> rules.PoliticalAct:
        """Return the act that was typed."""
        given = self.cleaned_data
        own = given["language"]
        return rules.PoliticalAct(
            member="",
            kind=ActKind(given["kind"]),
            day=given["day"],
            title=rules.both({ENGLISH: given["title_en"], own: given["title_own"]}),
            text=rules.both({ENGLISH: given["text_en"], own: given["text_own"]}),
            source_title=given["source_title"],
            source=given["source"],
            amount=given["amount"],
            currency=given["currency"].upper(),
            corrects=corrects,
            at=at,
        )


def initial_of_act(act: rules.PoliticalAct) -> dict[str, Any]:
    """Return the answers that an act is, to be corrected."""
    own = next((code for code in act.title if code != ENGLISH), "da")
    return {
        "kind": act.kind.value,
        "day": act.day,
        "language": own,
        "title_en": act.title.get(ENGLISH, ""),
        "title_own": act.title.get(own, ""),
        "text_en": act.text.get(ENGLISH, ""),
        "text_own": act.text.get(own, ""),
        "source_title": act.source_title,
        "source": act.source,
        "amount": act.amount,
        "currency": act.currency,
    }
