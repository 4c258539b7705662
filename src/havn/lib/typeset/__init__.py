# SPDX-License-Identifier: Apache-2.0
"""Documents as people hand them round: tagged PDF of a page or more, and drafts whose texts may be changed.

    pdf_of(Document(title="National report of Exampleland, 2026", language="en", made_at=at, sections=(...)))

The content is plain: words as they are shown, in the language of the document. Needs typst for PDF only.
"""

from havn.lib.typeset._document import (
    Bar,
    Bars,
    Block,
    Document,
    FigureTable,
    Paragraph,
    ReportText,
    Section,
)
from havn.lib.typeset._draft_marks import (
    MARK_PREFIX,
    PROPERTY_PREFIX,
    ROW_LETTERS,
    DraftMark,
    draft_in,
    mark_in,
    normal_text,
    row_digests,
)
from havn.lib.typeset._drafts import draft_of
from havn.lib.typeset._pdf import TypesetError, one_page_pdf_of, pdf_of

__all__ = [
    "MARK_PREFIX",
    "PROPERTY_PREFIX",
    "ROW_LETTERS",
    "Bar",
    "Bars",
    "Block",
    "Document",
    "DraftMark",
    "FigureTable",
    "Paragraph",
    "ReportText",
    "Section",
    "TypesetError",
    "draft_in",
    "draft_of",
    "mark_in",
    "normal_text",
    "one_page_pdf_of",
    "pdf_of",
    "row_digests",
]
