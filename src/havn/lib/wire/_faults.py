# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a national report: a stable code, a place and a sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_FAULTS: Final = 100

# The values in braces are `place` and, where there is one, `value`.
FAULT_SENTENCES: Final[dict[str, str]] = {
    "another_year": "{place}: an update of a year is told while that year runs. Tell it in that year.",
    "bad_signature": "{place}: the signature does not hold. Sign the report again and send that file.",
    "bad_value": "{place}: this value is not one that may stand here. Look it up in the description.",
    "bounds_of_nothing": "{place}: the report hides no such figure. Take the bounds out.",
    "breakdown_without_code": "{place}: breakdown and code belong together. Fill in both, or neither.",
    "confirmation_of_nothing": "{place}: the report has no part of this name. Take the line out.",
    "control_character": "{place}: the text has an invisible character in it. Type it again.",
    "correction_missing": "{place}: a later version names what it replaces and why. Fill in both.",
    "correction_unexpected": "{place}: a first version replaces nothing. Leave this empty.",
    "correction_with_number": "{place}: of a disclosed figure no number is named. Leave old and new empty.",
    "digest_differs": "{place}: the part is not the one that was signed. Send the report again as it was signed.",
    "figure_twice": "{place}: this figure is given twice. Keep one of the two.",
    "from_the_future": "{place}: this time has not come yet. Look at the clock of the machine that signed.",
    "hidden_with_number": "{place}: a hidden figure has a number. Take the number out.",
    "holds_a_file": "{place}: the text holds a file written as letters. Take it out; Havn takes words only.",
    "holds_markup": "{place}: the text holds markup. Write plain words, without tags.",
    "language_not_named": "{place}: the report does not name this language. Add it to its languages.",
    "left_away_and_shown": "{place}: this breakdown is said to be left away. Take its other figures out, or that one.",
    "left_away_with_number": "{place}: of a breakdown that is left away no number is named. Leave them empty.",
    "limits_out_of_place": "{place}: limits belong to hidden figures, both of them, the lower one first.",
    "line_break": "{place}: this stands on one line. Take the line break out.",
    "missing_field": "{place}: the field `{value}` is missing. Add it.",
    "node_and_basis": "{place}: a computed report names its node, a stated one names no node and no log position.",
    "not_a_date": "{place}: there is no such day or time. Correct it.",
    "not_an_object": "{place}: this is not a JSON object. Send the file as Havn wrote it.",
    "not_json": "{place}: this is not JSON that can be read in one way. Send the file as Havn wrote it.",
    "nothing_answered": "{place}: an answer is a figure or a text. Fill in one of them.",
    "not_the_first_half": "{place}: an update holds the first two quarters of its year. Leave every other period out.",
    "number_missing": "{place}: the figure has no number. Fill it in, or mark it as not collected (L).",
    "number_out_of_place": "{place}: a figure that is not there has a value. Take it out, or change its status.",
    "out_of_bounds": "{place}: this number is too small or too large. Correct it.",
    "part_extra": "{place}: the report does not name this part. Leave it out, or sign the report anew with it.",
    "part_missing": "{place}: the report names a part that is not here. Send all of its parts.",
    "part_named_otherwise": "{place}: the part is named for another indicator than it holds. Correct the name.",
    "part_twice": "{place}: a part is named twice. Name it once.",
    "period_after_year": "{place}: this period lies after the year of the report. Correct it.",
    "quarter_open": "{place}: this quarter was not over then. Tell it when it is.",
    "same_office_twice": "{place}: two different office holders release a report. Name the second one.",
    "source_missing": "{place}: a stated figure names its source. Say where it comes from.",
    "source_unexpected": "{place}: a computed figure has no stated source. Take it out.",
    "text_twice": "{place}: there are two texts of this kind in this language. Join them.",
    "too_large": "{place}: this is larger than may be sent. Shorten the texts.",
    "too_long": "{place}: this is longer than may be. Shorten it.",
    "too_short": "{place}: this is empty or shorter than may be. Fill it in.",
    "unknown_field": "{place}: the field `{value}` does not belong here. Take it out.",
    "unknown_key": "{place}: this key is not registered for this member. Ask the secretariat to register it.",
    "unknown_version": "{place}: version {value} of this document is not known here. Ask for version 1, or update Havn.",
    "wrong_type": "{place}: this is of another type than it must be. Numbers stand without, words with quotation marks.",
}


@dataclass(frozen=True, slots=True)
class ReportFault:
    """One fault: what (`code`), where (`place`, like `figures/R01: series[3].value`), with which value."""

    code: str
    place: str
    value: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in English."""
        return FAULT_SENTENCES[self.code].format(place=self.place, value=self.value)


class NationalReportError(ValueError):
    """The document is no national report that may be taken; `faults` says why, line by line."""

    def __init__(self, faults: Iterable[ReportFault]) -> None:
        every = tuple(faults)
        self.faults = every[:MOST_FAULTS]
        self.left_out = len(every) - len(self.faults)
        super().__init__("\n".join(each.sentence for each in self.faults))

    @property
    def code(self) -> str:
        """The first fault's code."""
        return self.faults[0].code


def refuse(code: str, place: str, value: str = "") -> NationalReportError:
    """Return the error of one fault, to be raised."""
    return NationalReportError([ReportFault(code, place, value)])
