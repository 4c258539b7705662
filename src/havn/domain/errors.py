# SPDX-License-Identifier: Apache-2.0
"""The errors that services raise on purpose, and the refusal that many share."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from havn.lib.encoding import holds_encoded_file

FILE_IN_TEXT = _("This text holds an encoded file. Remove it: we take words only.")


class NotFoundError(Exception):
    """The record does not exist, or is not this actor's: the answer is the same."""


class RefusedError(Exception):
    """The action is not possible now; `code` is stable, the message is for people."""

    code: str

    def __init__(self, code: str, sentence: str = "") -> None:
        self.code = code
        super().__init__(sentence or code)


class TooManyAsksError(RefusedError):
    """The asker has asked as often as this node lets it; `free_at` says when one more question is taken."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("too_many_asks", str(_("Too many questions. Ask again later.")))
        self.free_at = free_at


def require_words(*texts: str) -> None:
    """Raise RefusedError("picture_in_text") when a text holds a file written as letters."""
    if any(holds_encoded_file(text) for text in texts):
        raise RefusedError("picture_in_text", str(FILE_IN_TEXT))
