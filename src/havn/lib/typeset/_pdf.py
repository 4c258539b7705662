# SPDX-License-Identifier: Apache-2.0
"""A document as tagged PDF (PDF/UA-1) by typst; what cannot be set that way is refused, never set worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from havn.lib.typeset._document import Document

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STANDARD: Final = "ua-1"
_SIZES: Final = ("10.5", "10", "9.5", "9", "8.5")  # smaller is not read any more


class TypesetError(ValueError):
    """The document cannot be set; `code` is `too_long` (for one page) or `not_set`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def pdf_of(document: Document) -> bytes:
    """Return the document as PDF."""
    return _set(json.dumps(document.as_value()), document, size=_SIZES[0])


def one_page_pdf_of(document: Document) -> bytes:
    """Return the document as a PDF of one page, in the largest letters that fit; raise TypesetError("too_long")."""
    value = json.dumps(document.as_value(is_one_page=True))
    for size in _SIZES:
        try:
            return _set(value, document, size=size)
        except TypesetError as error:
            if error.code != "too_long":
                raise
    raise TypesetError("too_long", "This does not fit on one page. Shorten its texts.")


def _set(value: str, document: Document, *, size: str) -> bytes:
    """Set with typst's own fonts, and with those of the machine only where letters are missing."""
    try:
        return _compiled(value, document, size=size, has_system_fonts=False)
    except TypesetError as error:
        if error.code == "too_long":
            raise
    return _compiled(value, document, size=size, has_system_fonts=True)


def _compiled(value: str, document: Document, *, size: str, has_system_fonts: bool) -> bytes:
    import typst

    compiler = typst.Compiler(
        root=_TEMPLATES,
        ignore_system_fonts=not has_system_fonts,
        sys_inputs={"document": value, "size": size},
    )
    try:
        found = compiler.compile(
            (_TEMPLATES / "document.typ").read_bytes(),
            format="pdf",
            pdf_standards=[_STANDARD],
            timestamp=document.made_at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        if "more than one page" in str(error.message):
            raise TypesetError("too_long", "This does not fit on one page.") from error
        said = str(error.message).splitlines()[0][:200]
        raise TypesetError(
            "not_set", f"The document cannot be set as tagged PDF: {said}"
        ) from error
    assert isinstance(found, bytes)
    return found
