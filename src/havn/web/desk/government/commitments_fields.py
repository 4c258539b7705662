# SPDX-License-Identifier: Apache-2.0
"""Fields of the government's forms: texts in two languages, days and numbers as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from havn.domain.commitments.rules import (
    MOST_LINE,
    MOST_TEXT,
    CommitmentError,
    is_language,
    read_number,
)
from havn.domain.errors import FILE_IN_TEXT
from havn.lib.encoding import holds_encoded_file

DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
_LINES = re.compile(r"\r\n?")


class Words(forms.CharField):
    """A text that people write: no file, written as letters or otherwise."""

    def __init__(self, *, most: int = MOST_LINE, rows: int = 0, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("error_messages", {"required": _("This is missing. Write it.")})
        super().__init__(max_length=most, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the text with plain line breaks; refuse one that holds an encoded file."""
        text = str(super().clean(_LINES.sub("\n", value) if isinstance(value, str) else value))
        if holds_encoded_file(text):
            raise ValidationError(FILE_IN_TEXT)
        text = text.replace("\t", " ")
        if any(not (sign.isprintable() or sign == "\n") for sign in text):
            raise ValidationError(
                _("There is an invisible character in it. Type it again by hand.")
            )
        return text


def long_words(label: Any, **kwargs: Any) -> Words:
    """Return a field for a text of several lines."""
    return Words(label=label, most=MOST_TEXT, rows=4, **kwargs)


class Day(forms.DateField):
    """A day, written like 2026-12-31 or 31.12.2026."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = _("This is no day like 2026-12-31. Correct it.")
        kwargs.setdefault("help_text", _("Like 2026-12-31."))
        kwargs.setdefault(
            "error_messages", {"required": _("The day is missing. Give it."), "invalid": wrong}
        )
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "govuk-input--width-10"})
        super().__init__(input_formats=DAY_FORMATS, widget=widget, **kwargs)


class Number(forms.CharField):
    """A number, written with a point or a comma; nothing is None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "decimal"})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the number; refuse what is none."""
        text = str(super().clean(value)).replace(" ", "").replace(",", ".")
        if not text:
            return None
        whole, point, rest = text.partition(".")
        rest = rest.rstrip("0")
        try:
            return read_number(f"{whole}.{rest}" if point and rest else whole)
        except CommitmentError:
            raise ValidationError(
                _("This is not a number like 12 or 12.5, with at most six decimals. Correct it.")
            ) from None

    def prepare_value(self, value: Any) -> Any:
        """Return the number as it is typed."""
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value


class Language(forms.CharField):
    """The code of a language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "govuk-input--width-4"})
        super().__init__(max_length=6, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the code; refuse what is none, and English, which is the other language."""
        text = str(super().clean(value))
        if not is_language(text) or text == "en":
            raise ValidationError(
                _("Write the code of a second language beside English, like da or fr.")
            )
        return text
