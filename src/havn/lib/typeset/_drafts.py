# SPDX-License-Identifier: Apache-2.0
"""A document as a draft that goes round for clearance (DOCX): texts may be changed, figures are locked tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from havn.lib.typeset._document import Bars, Document, FigureTable, Paragraph, ReportText
from havn.lib.typeset._draft_marks import (
    PROPERTY_PREFIX,
    ROWS_IN_A_PROPERTY,
    DraftMark,
    draft_code,
    normal_text,
    row_digests,
)

if TYPE_CHECKING:
    from docx.document import Document as Page

_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of all properties that people may name
_QUIET: Final = (0x48, 0x49, 0x49)


def draft_of(document: Document, *, advice: str) -> bytes:
    """Return the draft; `advice` says at its beginning, in its language, how it may be changed."""
    import docx

    page = docx.Document()
    _clean(page, document)
    page.add_heading(document.title, level=0)
    if document.subtitle:
        page.add_paragraph(document.subtitle)
    _remark(page, advice)
    for what, which in document.facts:
        page.add_paragraph(f"{what}: {which}")
    writer = _Writer(page)
    for section in document.sections:
        page.add_heading(section.title, level=section.level)
        for block in section.blocks:
            writer.write(block, section.level + 1)
    _remark(page, draft_code(document.member, document.year, document.report))
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _clean(page: Page, document: Document) -> None:
    """Take the picture of an empty page out of python-docx's template, and say whose document this is."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.ns import qn

    package = page.part.package
    for name in [n for n, rel in package.rels.items() if rel.reltype.endswith("/thumbnail")]:
        del package.rels[name]
    told = page.core_properties
    told.title, told.author, told.language = document.title, document.author, document.language
    told.comments, told.created, told.modified = "", document.made_at, document.made_at
    for language in page.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), document.language)
    part = Part(PackURI("/docProps/custom.xml"), _CONTENT_TYPE, _properties(document), package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _properties(document: Document) -> bytes:
    lines = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number}" name={quoteattr(PROPERTY_PREFIX + name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(_named(document), start=2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<Properties xmlns="{_PROPERTIES}" xmlns:vt="{_TYPES}">{lines}</Properties>'.encode()


def _named(document: Document) -> Iterator[tuple[str, str]]:
    """Yield what the draft remembers: of each text the digests of what it was, of each table those of its rows."""
    yield "draft", draft_code(document.member, document.year, document.report)
    for text in document.texts():
        digests = (hashlib.sha256(each.encode()) for each in (text.text, normal_text(text.text)))
        words = " ".join(each.hexdigest() for each in digests)
        yield f"text.{text.kind}/{text.language}", words
    for table in document.tables():
        rows = row_digests([table.columns, *table.rows])
        for start in range(0, len(rows), ROWS_IN_A_PROPERTY):
            yield f"rows.{table.name}.{start}", "".join(rows[start : start + ROWS_IN_A_PROPERTY])


def _remark(page: Page, text: str) -> Any:
    """Write a small paragraph, and return it."""
    from docx.shared import Pt, RGBColor

    paragraph = page.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(8.5), RGBColor(*_QUIET)
    return paragraph


class _Writer:
    """Writes blocks one after the other; bookmarks have numbers."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._bookmarks = 0

    def write(self, block: Any, level: int) -> None:
        match block:
            case ReportText():
                self._text(block, level)
            case FigureTable():
                self._table(block)
            case Bars():
                self._bars(block)
            case Paragraph(is_remark=True):
                _remark(self._page, block.text)
            case Paragraph():
                self._page.add_paragraph(block.text)

    def _text(self, text: ReportText, level: int) -> None:
        mark = DraftMark(text.kind, text.language)
        heading = self._page.add_heading(f"{text.title} {mark.in_words()}", level=level)
        self._name(heading, mark)
        for line in normal_text(text.text).split("\n"):
            self._in_language(self._page.add_paragraph(line), text.language)
        end = DraftMark(text.kind, text.language, is_end=True)
        self._name(_remark(self._page, end.in_words()), end)

    def _table(self, table: FigureTable) -> None:
        mark = DraftMark(name=table.name)
        caption = self._page.add_paragraph()
        caption.add_run(f"{table.caption} {mark.in_words()}").bold = True
        self._name(caption, mark)
        self._page.element.body.add_p().addprevious(
            _locked_table(table)
        )  # ends with a paragraph, as Word asks
        if table.note:
            _remark(self._page, table.note)

    def _bars(self, bars: Bars) -> None:
        """Write a chart as the words for who does not see it: a draft has no pictures."""
        self._page.add_paragraph(f"{bars.caption}: {bars.alt}")

    def _in_language(self, paragraph: Any, language: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        for run in paragraph.runs:
            element = OxmlElement("w:lang")
            element.set(qn("w:val"), language)
            run._r.get_or_add_rPr().append(element)  # noqa: SLF001 (python-docx has no other way)

    def _name(self, paragraph: Any, mark: DraftMark) -> None:
        """Put a bookmark around a paragraph."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self._bookmarks += 1
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(self._bookmarks))
        begin.set(qn("w:name"), mark.bookmark())
        runs = paragraph.runs
        runs[0]._r.addprevious(begin)  # noqa: SLF001 (python-docx has no other way)
        runs[-1]._r.addnext(end)  # noqa: SLF001 (python-docx has no other way)


def _locked_table(table: FigureTable) -> Any:
    """Return a table in a content control that may be neither changed nor deleted.

    Written as XML at once: python-docx looks through a whole table for each of its cells.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    columns = "<w:gridCol/>" * len(table.columns)
    rows = "".join(
        _row(row, is_head=not number) for number, row in enumerate([table.columns, *table.rows])
    )
    style = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr><w:tag w:val={quoteattr(f'havn-figures:{table.name}')}/>"
        '<w:lock w:val="sdtContentLocked"/></w:sdtPr><w:sdtContent>'
        f"<w:tbl>{style}<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl></w:sdtContent></w:sdt>"
    )


def _row(cells: Sequence[str], *, is_head: bool) -> str:
    head = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    look = f'<w:rPr>{"<w:b/>" if is_head else ""}<w:sz w:val="18"/></w:rPr>'
    written = "".join(
        f'<w:tc><w:p><w:r>{look}<w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p></w:tc>'
        for words in cells
    )
    return f"<w:tr>{head}{written}</w:tr>"
