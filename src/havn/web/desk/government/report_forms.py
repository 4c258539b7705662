# SPDX-License-Identifier: Apache-2.0
"""Forms of the national report: what was typed becomes the domain's values, and what is wrong gets a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from havn.domain.reporting import rules
from havn.web.desk.casework.forms import WordsField
from havn.web.desk.government import report_words as words
from havn.web.desk.sign_in.forms import CodeAgainForm
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havn.domain.accounts.selectors import PersonView

_LINE = {"autocomplete": "off"}
_DAY = {"autocomplete": "off", "class": "govuk-input--width-10"}
_DAY_HINT = _("Year-month-day, for example 2027-02-28.")
_DAY_WRONG = _("We cannot read this day. Write it like 2027-02-28.")


def _day(**kwargs: Any) -> forms.DateField:
    kwargs.setdefault("help_text", _DAY_HINT)
    return forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY),
        error_messages={"invalid": _DAY_WRONG, "required": _DAY_WRONG},
        **kwargs,
    )


class BeginForm(FrameForm):
    """Which year's report is begun."""

    year = forms.IntegerField(
        label=_("Year"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={
            "required": _("Write the year, for example 2026."),
            "invalid": _("Write the year with four digits, for example 2026."),
        },
    )


class TextForm(FrameForm):
    """One text; `based_on` names the versions that the writer had before them."""

    text = WordsField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        label=_("Text"),
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)


class TextsBackForm(FrameForm):
    """What an office signed of a draft, and the public half of its key."""

    signed = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        label=_("Signed texts"),
        help_text=_("The whole content of the file that `havn national-report sign` wrote."),
        error_messages={"required": _("Paste what the office sent you.")},
    )
    public = forms.CharField(
        widget=forms.TextInput(attrs=_LINE),
        label=_("The office's public key"),
        help_text=_(
            "The line in its file that ends in .pub. Ask the office for it once, in person."
        ),
        error_messages={"required": _("Paste the line, so that you know who changed the texts.")},
    )


class OwnerForm(FrameForm):
    """Who answers for a part."""

    person_id = forms.TypedChoiceField(
        label=_("Data owner"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a person.")},
    )
    office = WordsField(
        label=_("Their office"),
        help_text=_("It is named in the report as the one that confirmed the part."),
        widget=forms.TextInput(attrs=_LINE),
        error_messages={"required": _("Write the name of the office.")},
    )

    def __init__(self, *args: Any, people: Sequence[PersonView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person_id"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(each.id), each.name) for each in people]


class QuestionForm(FrameForm):
    """What a data owner finds unclear."""

    question = WordsField(
        label=_("What is wrong or unclear?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a sentence what is unclear.")},
    )


class AskForm(FrameForm):
    """What an office is asked."""

    office = WordsField(
        label=_("Office"),
        widget=forms.TextInput(attrs=_LINE),
        error_messages={"required": _("Write the name of the office.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The link is mailed there. It needs no account."),
        widget=forms.TextInput(attrs=_LINE),
        error_messages={
            "required": _("Write the address to which the link goes."),
            "invalid": _("This is not an e-mail address. Look at it again."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    question = WordsField(
        label=_("Question"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you ask.")},
    )
    wants = forms.ChoiceField(
        label=_("What you ask for"),
        choices=[("figure", _("A figure")), ("paragraph", _("A paragraph"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a figure or a paragraph.")},
    )
    due_on = _day(label=_("Needed by"))


class ReleaseForm(CodeAgainForm):
    """The office in whose name somebody releases, and a code of the second factor."""

    office = WordsField(
        label=_("Your office"),
        help_text=_("It stands in the report beside the day of your release."),
        widget=forms.TextInput(attrs=_LINE),
        error_messages={"required": _("Write the name of your office.")},
    )
    field_order = ["office", "code"]

    def clean_code(self) -> str:
        """Look at the code when the rest is right: a code counts once."""
        if self.errors:
            raise ValidationError(_("Type the next code of your authenticator."))
        return str(super().clean_code())


class CorrectForm(FrameForm):
    """Why a further version is begun; the note is public."""

    kind = forms.ChoiceField(
        label=_("What kind of correction is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind.")},
    )
    discovered_on = _day(
        label=_("When was the error discovered? (only for an error in the facts)"), required=False
    )

    def __init__(self, *args: Any, is_withdrawn: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            kinds = [
                kind
                for kind in rules.Correction
                if (kind is rules.Correction.DISCLOSURE) == is_withdrawn
            ]
            field.choices = [(kind.value, words.CORRECTIONS[kind.value]) for kind in kinds]
        for language, name in settings.LANGUAGES:
            self.fields[f"note_{language}"] = WordsField(
                label=_("Why, in public (%(language)s)") % {"language": name},
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def note(self) -> dict[str, str]:
        """The note by language."""
        return {
            language: self.cleaned_data[f"note_{language}"]
            for language, _name in settings.LANGUAGES
            if self.cleaned_data.get(f"note_{language}")
        }


class SureForm(FrameForm):
    """That somebody means it."""

    is_sure = forms.BooleanField(
        label=_("Yes, take the files back now"),
        error_messages={"required": _("Tick the box if you mean it.")},
    )


class HubAnswerForm(FrameForm):
    """An answer to the secretariat."""

    text = WordsField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write your answer.")},
    )


class CapabilityForm(FrameForm):
    """How far the country sees itself with one capability."""

    phase = forms.TypedChoiceField(
        label=_("Phase"),
        coerce=int,
        choices=[(phase, words.PHASES[phase]) for phase in rules.PHASES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a phase.")},
    )
    evidence = WordsField(
        label=_("Evidence"),
        help_text=_("An address, or what the document is called."),
        required=False,
        widget=forms.TextInput(attrs=_LINE),
    )
    assessed_on = _day(label=_("Assessed on"))
