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
from havn.lib.typeset._pdf import TypesetError, one_page_pdf_of, pdf_of

__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Document",
    "FigureTable",
    "Paragraph",
    "ReportText",
    "Section",
    "TypesetError",
    "one_page_pdf_of",
    "pdf_of",
]
