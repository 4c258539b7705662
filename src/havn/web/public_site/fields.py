# SPDX-License-Identifier: Apache-2.0
"""Form fields for what the public types: they say in a sentence what is wrong, and keep what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from havn.lib.encoding import (
    LONGEST_ADDRESS,
    AddressError,
    ReceiptError,
    holds_encoded_file,
    normalise_receipt,
    parse_address,
)

MOST_ADDRESSES = 200
# The library's sentences again, for translation; a test keeps the codes complete.
ADDRESS_TROUBLES = {
    "empty": gettext_lazy(
        "No address was given. Paste the address of the page, for example https://example.org/page."
    ),
    "too_long": gettext_lazy(
        "This address has more than 8,192 characters. Paste only the address, without other text."
    ),
    "control_characters": gettext_lazy(
        "This address has a line break or an invisible character in it. Copy it again."
    ),
    "unsupported_scheme": gettext_lazy(
        "This is not the address of a web page: it must begin with http:// or https://. If it has none, go back and"
        " choose “Something in an app, a chat or a game”."
    ),
    "not_an_address": gettext_lazy(
        "This cannot be read as a web address. Copy it again from the top of your browser. If that does not help, go"
        " back and choose “Something in an app, a chat or a game”."
    ),
    "no_host": gettext_lazy(
        "The name of the site is missing in this address. Copy it again from your browser."
    ),
    "credentials": gettext_lazy(
        "This address has a name or password before the @ sign. Take that part out here, and write it on one of the"
        " next pages."
    ),
}
RECEIPT_TROUBLES = {
    "wrong_length": gettext_lazy(
        "A receipt has 20 letters and digits. Look whether some are missing or too many."
    ),
    "wrong_character": gettext_lazy(
        "A receipt has only letters and digits, and never the letter U."
    ),
    "wrong_check": gettext_lazy(
        "One character is wrong or two are swapped. Compare it with what you wrote down."
    ),
}


class PlainTextField(forms.CharField):
    """Text without pictures, files in disguise or invisible control characters, up to a stated length."""

    def __init__(self, *, most: int, missing: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("strip", True)
        super().__init__(**kwargs)
        self.most = most
        # Django's own check for NUL bytes says nothing that helps.
        self.validators = [_check_characters]
        if missing is not None:
            self.error_messages["required"] = missing

    def to_python(self, value: Any) -> str:
        """Count line breaks as one character each, as people do."""
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: Any) -> None:
        """Refuse what is too long or is a picture written as letters."""
        super().validate(value)
        if holds_encoded_file(value):
            raise ValidationError(
                _(
                    "This looks like a picture or a file turned into letters. Never send pictures: take it out and"
                    " say in words what you saw."
                )
            )
        if len(value) > self.most:
            raise ValidationError(
                _(
                    "This has %(count)s characters, and %(most)s fit. Make it shorter; the most important first."
                )
                % {"count": len(value), "most": self.most}
            )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give the text back as typed, without the NUL bytes that no page can show."""
        return _without_nul(super().bound_data(data, initial))


class AddressField(forms.CharField):
    """One web address, read as a browser would."""

    most = LONGEST_ADDRESS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=True, **kwargs)
        self.validators = [check_address]
        self.error_messages["required"] = gettext_lazy(
            "Paste the address of the page. It stands at the top of your browser and often begins with https://."
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give the address back as typed, without NUL bytes."""
        return _without_nul(super().bound_data(data, initial))


class AddressesField(PlainTextField):
    """Web addresses, one a line; each that cannot be read is named with its line."""

    def validate(self, value: Any) -> None:
        """Look at every line and name the first few that cannot be read."""
        super().validate(value)
        lines = [
            (number, line.strip())
            for number, line in enumerate(value.split("\n"), start=1)
            if line.strip()
        ]
        if len(lines) > MOST_ADDRESSES:
            raise ValidationError(
                _(
                    "These are %(count)s addresses, and %(most)s fit. Send the rest as a second report."
                )
                % {"count": len(lines), "most": MOST_ADDRESSES}
            )
        wrong = [
            (number, sentence) for number, line in lines if (sentence := _address_trouble(line))
        ]
        if wrong:
            raise ValidationError(
                [_line_sentence(number, sentence) for number, sentence in wrong[:5]] + _more(wrong)
            )


class ReceiptField(forms.CharField):
    """A receipt, however it was typed."""

    def clean(self, value: Any) -> str:
        """Return it as it was given out."""
        text = str(super().clean(value))
        try:
            return normalise_receipt(text)
        except ReceiptError as error:
            raise ValidationError(str(RECEIPT_TROUBLES[error.code])) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Give the receipt back as typed, without NUL bytes."""
        return _without_nul(super().bound_data(data, initial))


def check_address(text: str) -> None:
    """Raise the sentence that says what is wrong with an address."""
    sentence = _address_trouble(text)
    if sentence:
        raise ValidationError(sentence)


def _without_nul(typed: Any) -> Any:
    return typed.replace("\0", "") if isinstance(typed, str) else typed


def _address_trouble(text: str) -> str:
    if holds_encoded_file(text):
        return _(
            "This is not the address of a page: it holds a picture or a file. Never send pictures."
        )
    try:
        parse_address(text)
    except AddressError as error:
        return str(ADDRESS_TROUBLES[error.code])
    return ""


def _line_sentence(number: int, sentence: str) -> ValidationError:
    return ValidationError(
        _("Line %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}
    )


def _more(wrong: list[tuple[int, str]]) -> list[ValidationError]:
    rest = len(wrong) - 5
    if rest <= 0:
        return []
    return [
        ValidationError(
            ngettext(
                "%(count)s more line has the same trouble.",
                "%(count)s more lines have such trouble.",
                rest,
            )
            % {"count": rest}
        )
    ]


def _check_characters(text: str) -> None:
    if "\0" in text:
        raise ValidationError(
            _(
                "There was an invisible character in this text that we cannot keep. We took it out: look at the text."
            )
        )
