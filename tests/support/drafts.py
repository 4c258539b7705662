# SPDX-License-Identifier: Apache-2.0
"""Drafts changed as people and office programs change them."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
from docx.document import Document as Page
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from havn.lib import typeset
from tests.support.set_documents import report
from tests.support.workbooks import with_entries

Change = Callable[[Page], object]


def draft(document: typeset.Document | None = None) -> bytes:
    """Return a draft."""
    return typeset.draft_of(document or report(), advice="Change the texts. Leave the figures.")


def edited(change: Change, content: bytes | None = None) -> bytes:
    """Return a draft with something done to it by python-docx."""
    page = docx.Document(BytesIO(content or draft()))
    change(page)
    saved = BytesIO()
    page.save(saved)
    return saved.getvalue()


def paragraph(page: Page, words: str) -> Paragraph:
    """Return the paragraph that holds these words."""
    (found,) = [each for each in page.paragraphs if words in each.text]
    return found


def retype(words: str, new: str) -> Change:
    """Return the change that types other words in a paragraph."""

    def change(page: Page) -> None:
        found = paragraph(page, words)
        for run in found.runs[1:]:
            run._r.getparent().remove(run._r)
        found.runs[0].text = new

    return change


def add_after(words: str, *lines: str) -> Change:
    """Return the change that writes further paragraphs after one."""

    def change(page: Page) -> None:
        after = paragraph(page, words)._p
        for line in reversed(lines):
            new = copy.deepcopy(after)
            for each in list(new):
                if each.tag != qn("w:pPr"):
                    new.remove(each)
            run = parse_xml(f"<w:r {nsdecls('w')}><w:t xml:space='preserve'/></w:r>")
            run[0].text = line
            new.append(run)
            after.addnext(new)

    return change


def take_out(words: str) -> Change:
    """Return the change that deletes a paragraph."""

    def change(page: Page) -> None:
        found = paragraph(page, words)._p
        found.getparent().remove(found)

    return change


def without_properties(content: bytes) -> bytes:
    """Return a draft as a program saves it that keeps no properties of its own."""
    found = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(found, "w") as new:
        for entry in old.infolist():
            if entry.filename != "docProps/custom.xml":
                new.writestr(entry, old.read(entry))
    return found.getvalue()


def without_bookmarks(page: Page) -> None:
    """Take every bookmark out."""
    for name in ("w:bookmarkStart", "w:bookmarkEnd"):
        for each in list(page.element.body.iter(qn(name))):
            each.getparent().remove(each)


def without_controls(page: Page) -> None:
    """Put what lies in content controls where they were, as some programs do."""
    for control in list(page.element.body.iter(qn("w:sdt"))):
        for each in list(control.find(qn("w:sdtContent"))):
            control.addprevious(each)
        control.getparent().remove(control)


def letter_by_letter(page: Page) -> None:
    """Split every run into one for each letter, as programs do that check the spelling."""
    for run in list(page.element.body.iter(qn("w:r"))):
        text = run.find(qn("w:t"))
        if text is None or len(text.text or "") < 2:
            continue
        for letter in text.text:
            piece = copy.deepcopy(run)
            piece.find(qn("w:t")).text = letter
            piece.find(qn("w:t")).set(qn("xml:space"), "preserve")
            run.addprevious(piece)
        run.getparent().remove(run)


def with_comments(content: bytes) -> bytes:
    """Return a draft that somebody commented on."""
    part = f"<w:comments {nsdecls('w')}><w:comment w:id='0'/></w:comments>".encode()
    return with_entries(content, {"word/comments.xml": part})
