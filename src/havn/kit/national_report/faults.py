# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a file that comes back, each with its place: sheet, row and column, or section."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FILE_SENTENCES: Final[dict[str, str]] = {
    # the file as a whole
    "broken": "The file is damaged and cannot be read. Save it again, or ask for a new one.",
    "too_large": "The file is larger than a report ever is. Take out what does not belong in it.",
    "old_format": "The file is of an old format, or a password protects it. Save it as {value}, without a password.",
    "other_format": "The file is not what its name says. Save it as {value}.",
    "unsafe_package": "The file is packed in a way that no office program packs it ({value}). Save it again from one.",
    "media": "The file holds a picture, a sound, a film or an object ({value}). Take it out; Havn takes words and numbers only.",
    "macro": "The file holds a program ({value}). Save it without macros.",
    "external": "The file points to another file ({value}). Take the link out.",
    "not_text": "The file is not text in UTF-8. Save it as CSV in UTF-8.",
    # sheets
    "sheet_missing": "The sheet is missing. Put it back, or begin with a new template.",
    "sheet_unknown": "This sheet does not belong here. Delete it; write remarks into the column `note`.",
    "header_changed": "The heading here was `{value}`. Write it as it was.",
    "too_many_rows": "The sheet has more rows than may be. Delete what does not belong in it.",
    "out_of_place": "Nothing belongs here. Empty the cell; write remarks into the column `note`.",
    "description_changed": "This cell described the figure, and was changed. Put back: {value}",
    "other_version": "The workbook is of version {value}, which is not known here. Ask for a new template.",
    "other_report": "The workbook is for {value}. Use the template of this member and year.",
    # rows
    "unknown_figure": "No figure of the template has these codes ({value}). Put the codes back as they were.",
    "older_definition": "The definition of this figure has changed since the template was made. Ask for a new template.",
    "figure_twice": "This figure stands in row {value} as well. Keep one of the two rows.",
    "formula": "This is a formula. Copy the cell and paste it as a value.",
    "text_in_number": "This is not a number: `{value}`. Write a number, or empty the cell and say in `status` why there is none.",
    "comma": "Numbers have a dot and no other sign: write {value}.",
    "percent": "This cell is formatted as per cent. Format it as a number and write {value}.",
    "date_in_number": "This is a date, and a number belongs here. Format the cell as a number and type it again.",
    "not_whole": "This is a count: a whole number without a dot.",
    "negative": "A count is never below nought.",
    "too_large_number": "This number is too large, or has more digits than figures have. Correct it.",
    "above_denominator": "The numerator is larger than the denominator ({value}). Correct one of them.",
    "share_differs": "The value is not the share of numerator and denominator, which is {value}. Correct one of the three.",
    "share_out_of_bounds": "A share lies between 0 and 100.",
    "number_missing": "The row has no value. Fill it in, or say in `status` why there is none.",
    "number_out_of_place": "The status says that there is no figure, and here is a number. Empty one of the two.",
    "source_missing": "A stated figure names its source: the register, survey or office it comes from.",
    "status_unknown": "The status is empty or one of {value}.",
    # texts
    "kind_unknown": "There is no text of this kind. Use one of: {value}.",
    "kind_missing": "Say which text this is, and in which language.",
    "language_unknown": "This is not a language as it is written here. Use two letters, like en or da.",
    "text_twice": "There is a text of this kind in this language in row {value} as well. Join them.",
    "too_long": "This text has more than {value} characters. Shorten it.",
    "holds_a_file": "This text holds a file written as letters. Take it out; Havn takes words only.",
    "holds_markup": "This text holds markup. Write plain words, without tags.",
    "control_character": "This text has an invisible character in it. Type it again.",
    "line_break": "This stands on one line. Take the line break out.",
    "too_short": "This text has nothing but blanks. Empty the cell.",
    # dates
    "date_missing": "Fill in the day up to which the figures were known, like 2027-01-31.",
    "not_a_date": "There is no such day. Write it like 2027-01-31.",
    "date_outside": "This day lies before the end of the year of the report, or has not come yet. Correct it.",
    # drafts (DOCX)
    "not_a_draft": "The document is no draft of a national report from Havn. Use the document that you were sent.",
    "section_missing": "The heading of this text is gone, so nothing was taken from where it stood. Put it back: {value}",
    "section_open": "The line that ends this text is gone, so nothing was taken from it. Put it back: {value}",
    "section_twice": "The heading of this text stands twice. Keep one of the two.",
    "section_renamed": "The heading of this text was changed. It was read all the same.",
    "figures_changed": "The figures were changed in the document. They are not taken: figures come from the node alone ({value}).",
    "figures_missing": "A table of figures is gone. It stays in the report: figures come from the node alone.",
    "table_in_text": "A table stands in this text. It was not taken; write it in words.",
    "comments_left": "The document has comments. They were not read.",
    "text_emptied": "This text was emptied. It was not taken; ask the rapporteur to leave it out.",
    "old_texts_unknown": "What the texts were before is gone from the document, so every text was taken as a proposal.",
}
# What a draft is taken in spite of: said, and nothing lost.
REMARKS: Final = frozenset(
    {
        "section_renamed",
        "figures_changed",
        "figures_missing",
        "table_in_text",
        "comments_left",
        "text_emptied",
        "old_texts_unknown",
        "section_missing",
        "section_open",
    }
)


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault: what (`code`), where, with which value."""

    code: str
    sheet: str = ""  # of a workbook; of a draft the name of the section
    row: int = 0
    column: str = ""
    value: str = ""

    @property
    def place(self) -> str:
        """Where it is, as people find it."""
        words = [f"sheet `{self.sheet}`" if self.row or self.column else self.sheet]
        words += [f"row {self.row}"] if self.row else []
        words += [f"column `{self.column}`"] if self.column else []
        return ", ".join(word for word in words if word)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in English."""
        said = FILE_SENTENCES[self.code].format(value=self.value)
        return f"{self.place}: {said}" if self.place else said


class FileRefusedError(ValueError):
    """The file cannot be taken; `faults` says why, all of it at once."""

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(each.sentence for each in self.faults))

    @property
    def code(self) -> str:
        """The first fault's code."""
        return self.faults[0].code


def shown(text: str, most: int = 40) -> str:
    """Return what somebody typed so that it may stand in a sentence."""
    plain = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return f"{plain[:most]}…" if len(plain) > most else plain
