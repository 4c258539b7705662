# SPDX-License-Identifier: Apache-2.0
"""What is said of each refusal: what is wrong, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from havn.domain.commitments.rules import CommitmentError, Fault
from havn.domain.errors import RefusedError

SENTENCES = {
    Fault.NOT_NOW: _(
        "This cannot be done with the promise as it stands now. Open its page again and see what can be done next."
    ),
    Fault.NOT_YOUR_ROLE: _("Your role does not allow this. Ask a colleague whose role does."),
    Fault.BEFORE_LAST_STEP: _(
        "This lies before the last step of the promise. Check the clock of this machine."
    ),
    Fault.UNKNOWN_TARGET: _("There is no such target. Choose one of the four."),
    Fault.UNKNOWN_GOAL: _(
        "This goal does not belong to the target. Choose one of its goals, or none."
    ),
    Fault.TEXT_MISSING: _("A title or text is missing. Write it in both languages."),
    Fault.ONE_LANGUAGE: _("The text is there in one language only. Write it in a second one too."),
    Fault.TEXT_TOO_LONG: _("A text is too long. Shorten it."),
    Fault.BAD_LANGUAGE: _(
        "A language is not written as its code, like en or da, or there are more than four. Correct it."
    ),
    Fault.OFFICE_MISSING: _(
        "The office is missing, or its name is too long. Write which office does this."
    ),
    Fault.BAD_DAYS: _("The due day lies before the start. Change one of them."),
    Fault.UNKNOWN_INDICATOR: _("There is no such indicator. Choose one of the list."),
    Fault.UNKNOWN_MEASURE: _("The indicator has no such measure. Choose one of the list."),
    Fault.NO_DIRECTION: _(
        "More of this indicator is neither better nor worse, so nothing can be promised by it. Choose another indicator, or say what shall be there."
    ),
    Fault.NO_BASELINE: _(
        "The baseline is missing: what there is today. Without it nobody can see later what changed. Give it, with its day."
    ),
    Fault.NO_AIM: _("The aim is missing: the value that the indicator shall have. Give it."),
    Fault.AIM_NOT_BETTER: _(
        "The aim is not better than the baseline. Give one that is, or check the baseline."
    ),
    Fault.BAD_NUMBER: _("A number is not written like 12 or 12.5. Correct it."),
    Fault.NO_DELIVERABLE: _(
        "It is not said what shall be there. Describe it, or choose an indicator with an aim."
    ),
    Fault.REASON_MISSING: _(
        "The reason is missing. Everybody will read it: write it in a few words."
    ),
    Fault.DAY_MISSING: _("The day is missing. Give it."),
    Fault.DAY_TO_COME: _("This day is still to come. Give a day until today."),
    Fault.SAME_DUE: _("This is the due day already. Give another one."),
    Fault.DUE_IN_PAST: _("The due day has passed. Give one from today on."),
    Fault.EVIDENCE_MISSING: _(
        "Nothing shows that the promise was kept. Add the value of its indicator with its day, or a document, then say so again."
    ),
    Fault.AIM_NOT_REACHED: _(
        "The newest value does not reach the aim. Wait for one that does, or let the signatory change the due day."
    ),
    Fault.NOTHING_TO_CONFIRM: _(
        "Nobody says that this promise was kept, so there is nothing to confirm."
    ),
    Fault.SAME_OFFICE: _(
        "A second office has to look at this. Let somebody of another office do it."
    ),
    Fault.SAME_PERSON: _(
        "You said yourself that the promise was kept. Let somebody else confirm it."
    ),
    Fault.SUCCESSOR_MISSING: _("The promise that takes its place is missing. Choose it."),
    Fault.NOT_A_COUNTRY: _(
        "Countries make promises, and this node is that of an international organisation."
    ),
    Fault.BAD_SUCCESSOR: _(
        "The promise that takes its place must be another one of yours that is adopted and not given up. Adopt it first."
    ),
    Fault.BAD_RESOURCE: _(
        "An amount needs a number, a currency of three letters like EUR, and a year from 1990 on. Correct it."
    ),
    Fault.TOO_MANY: _(
        "There are more entries than a promise holds. Make a new promise that takes its place."
    ),
    Fault.BAD_SOURCE: _(
        "The source is missing, or its address does not begin with https://. Correct it."
    ),
    Fault.BAD_ACT: _("The entry that is corrected is not one of yours. Choose it on the list."),
    Fault.BAD_BODY: _("The event says something that cannot be taken."),
    Fault.NOT_THEIRS: _("The event speaks for a country whose node did not send it."),
    Fault.SAYS_OTHERWISE: _("The event says something else under a number that was told before."),
    Fault.HISTORY_REWRITTEN: _("The event leaves out or changes what was told before."),
}


def refused(error: CommitmentError | Fault) -> RefusedError:
    """Return the refusal of a service, with its sentence."""
    code = error if isinstance(error, Fault) else error.code
    return RefusedError(code.value, str(SENTENCES[code]))
