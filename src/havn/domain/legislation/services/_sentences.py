# SPDX-License-Identifier: Apache-2.0
"""What people are told where something that they say of a law is not taken."""

from __future__ import annotations

from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from havn.domain.errors import FILE_IN_TEXT, RefusedError
from havn.domain.legislation.rules import Fault

SENTENCES = {
    Fault.UNKNOWN_CRITERION: _("There is no such criterion. Choose one from the list."),
    Fault.ARTICLE_MISSING: _("Name the article too: a law without one cannot be checked."),
    Fault.LAW_MISSING: _("Name the law that says so."),
    Fault.SOURCE_MISSING: _("Give the address where the law can be read."),
    Fault.REASON_MISSING: _("Say why it is only partly so."),
    Fault.NOTE_MISSING: _("Say in the note which part of the country this is, and what the others have."),
    Fault.NUMBER_MISSING: _("This answer needs its number. Write it, or answer that it is not known."),
    Fault.NUMBER_NOT_ASKED: _("No number is asked for here. Leave it empty."),
    Fault.NUMBER_OUT_OF_RANGE: _("The number is too small or too large for what is asked. Check the unit."),
    Fault.NUMBER_TOO_SMALL_FOR_YES: _("With this number the answer is not yes. Answer partly or no, or correct the number."),
    Fault.NOT_UNLIMITED: _("Nothing here can be without limit. Write the number."),
    Fault.TWO_NUMBERS: _("Either a number or without limit: choose one of the two."),
    Fault.ENDS_BEFORE_IT_BEGINS: _("The last day is before the first. Correct one of them."),
    Fault.DAY_OUT_OF_RANGE: _("The day is too far away. Check the year."),
    Fault.ASSESSED_LATER: _("The day of the assessment is still to come. Write the day on which you looked."),
    Fault.NO_ADDRESS: _("The source is no address of the web. It begins with https:// and holds no spaces."),
    Fault.NO_DIGEST: _("The digest of the quote is not 64 digits and letters from a to f. Leave it empty, or copy it again."),
    Fault.TEXT_MISSING: _("Write a sentence."),
    Fault.TEXT_TOO_LONG: _("The text is too long. Shorten it."),
    Fault.PICTURE_IN_TEXT: FILE_IN_TEXT,
}  # fmt: skip


def refuse(fault: Fault) -> NoReturn:
    """Raise the refusal of a fault."""
    raise RefusedError(fault.value, str(SENTENCES[fault]))
