# SPDX-License-Identifier: Apache-2.0
"""Forms of the secretariat's desk: a year, a question of its own, an office's key. None holds a country's words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from havn.domain.errors import FILE_IN_TEXT
from havn.lib.encoding import EncodingError, from_b64u, holds_encoded_file
from havn.web.frame.forms import FrameForm


class ConfirmForm(FrameForm):
    """Nothing but the button."""


class YearForm(FrameForm):
    """Which year is asked for."""

    year = forms.RegexField(
        r"[12][0-9]{3}\Z",
        label=_("Year"),
        help_text=_("For example 2026. It must be over."),
        error_messages={"invalid": _("Write the year with four digits, like 2026.")},
        widget=forms.TextInput(
            attrs={"class": "govuk-input govuk-input--width-4", "inputmode": "numeric"}
        ),
    )


class QuestionForm(FrameForm):
    """What the secretariat asks."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        help_text=_("The member reads it as you write it, and answers in its own words."),
        widget=forms.Textarea(attrs={"class": "govuk-textarea", "rows": 6}),
    )

    def clean_text(self) -> str:
        """Refuse a text that holds an encoded file."""
        text = str(self.cleaned_data["text"])
        if holds_encoded_file(text):
            raise ValidationError(FILE_IN_TEXT)
        return text


class OfficeKeyForm(FrameForm):
    """An office's public key."""

    member = forms.ChoiceField(
        label=_("Member"), widget=forms.Select(attrs={"class": "govuk-select"})
    )
    office = forms.CharField(
        label=_("Office"),
        max_length=120,
        help_text=_("For example Ministry of Justice."),
        widget=forms.TextInput(attrs={"class": "govuk-input"}),
    )
    email = forms.EmailField(
        label=_("E-mail address of the office"),
        required=False,
        help_text=_("Reminders and questions go there. An office's address, not a person's."),
        widget=forms.EmailInput(attrs={"class": "govuk-input"}),
    )
    public = forms.CharField(
        label=_("Public key"),
        help_text=_(
            "The line that the office sent you. Compare it with the office by telephone before you save it."
        ),
        widget=forms.TextInput(attrs={"class": "govuk-input", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = members  # type: ignore[attr-defined]

    def clean_public(self) -> bytes:
        """Return the key's bytes."""
        try:
            return from_b64u(self.cleaned_data["public"].split()[-1])  # of the line in its file
        except (EncodingError, IndexError) as error:
            raise ValidationError(
                _("This is no public key. Copy the whole line that the office sent you.")
            ) from error


class SettleForm(FrameForm):
    """What was found out about an alarm."""

    reason = forms.CharField(
        label=_("What was found out, and what was done"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "govuk-textarea", "rows": 4}),
    )
