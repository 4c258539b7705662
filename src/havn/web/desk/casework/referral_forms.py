# SPDX-License-Identifier: Apache-2.0
"""Forms about referrals: where an item goes, what goes along, and why something does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from havn.domain.referral.rules import Decline, NotSent
from havn.web.desk.casework import code_words, words
from havn.web.desk.casework.forms import WordsField
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from havn.domain.workflow.selectors.casework import Offers


class ReferForm(FrameForm):
    """To which node an item goes, and whether what a reporter wrote goes along."""

    node_id = forms.TypedChoiceField(
        label=_("Send it to"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a node."), "invalid_choice": _("Choose a node.")},
    )
    with_personal = forms.BooleanField(
        label=_("Send what the reporter wrote as well"), required=False
    )
    reason = WordsField(
        label=_("Why it has to travel without a legal basis"),
        help_text=_("It is kept sealed, and does not travel. Name no person."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, offers: Offers, is_supervisor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = self.fields["node_id"]
        if isinstance(nodes, forms.ChoiceField):
            nodes.choices = [
                (
                    str(each.node_id),
                    f"{each.name} ({each.country}) – {words.of('referral_why', each.why)}",
                )
                for each in offers.nodes
            ]
            if offers.nodes:
                nodes.initial = str(offers.nodes[0].node_id)
        is_allowed = all(each.may_carry_personal for each in offers.nodes)
        self.fields["with_personal"].help_text = (
            _("The law of the pair allows it.")
            if is_allowed
            else _("Where no legal basis allows it, only for a supervisor\u2019s reason.")
        )
        is_return = any(each.is_return for each in offers.nodes)
        if not offers.has_personal or is_return or not (is_allowed or is_supervisor):
            del self.fields["with_personal"]
        if "with_personal" not in self.fields or is_allowed:
            del self.fields["reason"]


class NotReferForm(FrameForm):
    """Why an item does not go where it could go."""

    reason = forms.ChoiceField(
        label=_("Why not"),
        choices=[(each.value, code_words.MOVES[each.value]) for each in NotSent],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


class DeclineForm(FrameForm):
    """Why a referral of another node is declined."""

    reason = forms.ChoiceField(
        label=_("Why"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    country = forms.RegexField(
        regex=r"^[A-Za-z]{2}$",
        label=_("Where it is hosted instead"),
        help_text=_("Two letters, such as DK. Leave it empty where that is not known."),
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2"}),
        error_messages={"invalid": _("Write the country as two letters, such as DK.")},
    )

    def __init__(self, *args: Any, legal_class: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (Decline.NOT_HOSTED_HERE.value, _("It is not hosted here")),
            (Decline.CANNOT_ACT.value, _("We cannot act on it")),
        ]
        if legal_class == "national":
            choices.append((Decline.NOT_ILLEGAL_HERE.value, _("It is not illegal here")))
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class WorkHereForm(FrameForm):
    """Why this node acts on an item that is hosted abroad."""

    reason = WordsField(
        label=_("Why"),
        help_text=_("It is kept sealed. Name no person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why this node acts on it.")},
    )
