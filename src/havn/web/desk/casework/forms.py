# SPDX-License-Identifier: Apache-2.0
"""Forms of the desk: what was typed becomes the domain's values, and what is wrong gets a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from havn.domain.assessment import rules as assessment
from havn.domain.cases.rules import LONGEST_PATH, LegalClass, Policy
from havn.domain.errors import FILE_IN_TEXT
from havn.lib.encoding import holds_encoded_file
from havn.web.desk.casework import words
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from havn.domain.accounts.selectors import PersonView

MOST_PASTED_CHARACTERS = 480_000


class WordsField(forms.CharField):
    """A text that people write: no field of the desk takes a file, written as letters or otherwise."""

    def clean(self, value: Any) -> Any:
        """Refuse a text that holds an encoded file."""
        text = super().clean(value)
        if holds_encoded_file(str(text)):
            raise ValidationError(FILE_IN_TEXT)
        return text


class KeyedRadios(forms.RadioSelect):
    """Radio buttons of which each has a key of its own."""

    def __init__(self, *args: Any, keys: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys

    def create_option(
        self,
        name: str,
        value: Any,
        label: Any,
        selected: Any,
        index: int,
        *args: Any,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Tie the key to its button; the template shows it beside the label."""
        option = super().create_option(name, value, label, selected, index, *args, **kwargs)
        option["key"] = self.keys[index] if index < len(self.keys) else ""
        if option["key"]:
            option["attrs"]["data-desk-key"] = option["key"]
            option["attrs"]["aria-keyshortcuts"] = option["key"]
        return option


def _choices(kind: str, codes: Iterable[str]) -> list[tuple[str, Any]]:
    return [(str(code), words.WORDS[kind].get(str(code), str(code))) for code in codes]


class DecisionForm(FrameForm):
    """The assessment of one item: four rows of the keyboard answer four questions."""

    legal_class = forms.ChoiceField(
        label=_("Legal class"),
        choices=_choices("legal_class", LegalClass),
        widget=KeyedRadios(keys="12345"),
    )
    age_band = forms.ChoiceField(
        label=_("Youngest age"),
        choices=_choices("age_band", assessment.AGE_BANDS),
        widget=KeyedRadios(keys="qwertyui"),
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=_choices("sex", assessment.SEXES),
        widget=KeyedRadios(keys="asdfg"),
    )
    origin = forms.ChoiceField(
        label=_("Made how"),
        choices=_choices("origin", assessment.ORIGINS),
        widget=KeyedRadios(keys="zxcvb"),
    )


class BatchForm(DecisionForm):
    """One decision for many items, and the rows it is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posted = self.data
        self.chosen = posted.getlist("items") if isinstance(posted, QueryDict) else []

    def clean(self) -> dict[str, Any]:
        """Ask for at least one row."""
        cleaned = super().clean() or {}
        if not self.chosen:
            raise ValidationError(_("Tick at least one row, then apply the decision again."))
        return cleaned


class PasteForm(FrameForm):
    """Addresses found in the isolated viewer, one a line."""

    addresses = WordsField(
        label=_("Addresses, one a line"),
        help_text=_(
            "Up to 1,000. Each becomes an item, or joins the open item with the same address. "
            "Never paste pictures or files."
        ),
        max_length=MOST_PASTED_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "havn-address"}),
        error_messages={"required": _("Paste at least one address.")},
    )

    def clean_addresses(self) -> str:
        """Ask for no more lines than the policy allows."""
        typed = str(self.cleaned_data["addresses"])
        most = settings.HAVN_POLICY.most_pasted_addresses
        if len(_lines_of(typed)) > most:
            raise ValidationError(
                _("That is more than %(most)s lines. Paste them in parts."), params={"most": most}
            )
        return typed

    def lines(self) -> list[str]:
        """Return the lines that are not empty."""
        return _lines_of(str(self.cleaned_data["addresses"]))


def _lines_of(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


class HandOverForm(FrameForm):
    """To which colleague, and what to know."""

    to_person = forms.ChoiceField(
        label=_("Colleague"), error_messages={"required": _("Choose a colleague.")}
    )
    note = WordsField(
        label=_("Note for the colleague"),
        help_text=_("It is encrypted and goes with the item."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, colleagues: Sequence[PersonView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.id), person.name) for person in colleagues]
        field = self.fields["to_person"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Choose")), *people]


class SkipForm(FrameForm):
    """Why the item is passed by."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(code, words.SKIP_REASONS.get(code, code)) for code in assessment.SKIP_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


class HoursField(forms.IntegerField):
    """Whole hours, from one to as many as the policy allows."""

    def __init__(self, policy: Policy) -> None:
        most = policy.hold_at_most // timedelta(hours=1)
        bounds = {
            "most": most,
            "in_all": policy.held_in_all // timedelta(hours=1),
            "days": policy.held_in_all_within // timedelta(days=1),
        }
        super().__init__(
            label=_("For how many hours"),
            help_text=_(
                "At most %(most)s at a time, and %(in_all)s in all within %(days)s days. It ends "
                "by itself."
            )
            % bounds,
            min_value=1,
            max_value=most,
            initial=min(24, most),
            widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
            error_messages={
                "required": _("Say for how many hours, from 1 to %(most)s.") % bounds,
                "invalid": _("Write the hours as a number from 1 to %(most)s.") % bounds,
                "min_value": _("Hold for at least one hour."),
                "max_value": _("Hold for at most %(most)s hours at a time.") % bounds,
            },
        )


class HoldForm(FrameForm):
    """A police hold on one item or on a host."""

    field_order = ("scope", "hours", "reason")
    scope = forms.ChoiceField(
        label=_("Hold what"),
        choices=[("item", _("This item")), ("host", _("Everything on this host"))],
        widget=forms.RadioSelect,
        initial="item",
    )
    reason = WordsField(
        label=_("Reason"),
        help_text=_("The supervisor sees it. Name no person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give a reason: while the hold lasts nobody is notified.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"] = HoursField(settings.HAVN_POLICY)
        self.order_fields(self.field_order)


NOT_ACTIONABLE = [
    ("too_little", _("Too little to go on")),
    ("not_here", _("Not our jurisdiction")),
    ("too_old", _("Too old")),
    ("duplicate", _("Same as another lead")),
    ("other", _("Something else")),
]


class PoliceAnswerForm(FrameForm):
    """What police say about a lead."""

    kind = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            ("taken", _("Taken")),
            ("known", _("Known")),
            ("not_actionable", _("Not actionable, because …")),
        ],
        widget=KeyedRadios(keys="123"),
        error_messages={"required": _("Choose an answer.")},
    )
    reason = forms.ChoiceField(
        label=_("Because"),
        help_text=_("Only for “not actionable”."),
        choices=[("", _("Choose")), *NOT_ACTIONABLE],
        required=False,
    )
    reference = WordsField(
        label=_("Your case number"),
        help_text=_("Optional. Name no person."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the lead is not actionable."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "not_actionable" and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the lead is not actionable."))
        return cleaned


class PassOnForm(FrameForm):
    """To whom an item without a reachable node was passed on."""

    to = WordsField(
        label=_("Passed on to"),
        help_text=_("The organisation and the way, for example: hotline of X, by telephone."),
        max_length=200,
        error_messages={"required": _("Say to whom the item was passed on.")},
    )


class SettleForm(FrameForm):
    """What was found out about an alarm."""

    reason = WordsField(
        label=_("What was found out"),
        help_text=_("What it was, whom you talked to, and what was done. It is kept sealed."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what was found out.")},
    )


def _language_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Language of notices"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose the language of notices.")},
    )


class ConfirmContactForm(FrameForm):
    """In which language a contact that was found is written to."""

    language = _language_field()


class ReachForm(FrameForm):
    """How an item shows where its address alone does not."""

    came_from = forms.CharField(
        label=_("Address of the page that leads to it"),
        help_text=_(
            "Some sites show it only to who comes from another page. Every check then says that it "
            "comes from there, and the notice names it. Empty: from nowhere."
        ),
        max_length=8192,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "class": "havn-address"}),
    )
    path = WordsField(
        label=_("How to get there from that page"),
        help_text=_("In words, for example: third link, then “next” twice. Describe no picture."),
        max_length=LONGEST_PATH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NameContactForm(FrameForm):
    """A contact that a person found."""

    name = WordsField(
        label=_("Name of the provider"),
        max_length=200,
        error_messages={"required": _("Write the provider's name.")},
    )
    email = forms.EmailField(
        label=_("E-mail address for notices"),
        max_length=254,
        error_messages={
            "required": _("Write the e-mail address for notices."),
            "invalid": _("Write an e-mail address like abuse@provider.example."),
        },
    )
    country = forms.CharField(
        label=_("Country"),
        help_text=_("Two letters, such as DK."),
        max_length=2,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2"}),
    )
    language = _language_field()


class CountryForm(FrameForm):
    """In which country the item is hosted, as a person settled it."""

    country = forms.RegexField(
        regex=r"^[A-Za-z]{2}$",
        label=_("Hosting country"),
        help_text=_("Two letters, such as DK."),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2"}),
        error_messages={
            "required": _("Write the country's two letters."),
            "invalid": _("Write the country as two letters, such as DK."),
        },
    )


class SearchForm(FrameForm):
    """Which items to list."""

    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=[("", _("All")), *words.WORDS["stage"].items()],
        required=False,
    )
    search = forms.CharField(
        label=_("Address or host"),
        help_text=_("A whole address, or a host's name."),
        required=False,
        max_length=8192,
    )


def initial_of(decision: assessment.Decision) -> dict[str, str]:
    """Return the form's first answers from the decision that the policy proposes."""
    return {name: str(getattr(decision, name)) for name in DecisionForm.base_fields}


def decision_of(form: DecisionForm, default: assessment.Decision) -> assessment.Decision:
    """Return what was decided: the answers of the form, the rest from the policy's default."""
    answers = form.cleaned_data
    return replace(
        default,
        legal_class=LegalClass(answers["legal_class"]),
        age_band=assessment.AgeBand(answers["age_band"]),
        sex=assessment.Sex(answers["sex"]),
        origin=assessment.Origin(answers["origin"]),
    )


def draft_of(posted: Mapping[str, str]) -> dict[str, str]:
    """Return what a draft keeps: the answers as they stand, right or wrong."""
    return {name: str(posted.get(name, ""))[:40] for name in DecisionForm.base_fields}
