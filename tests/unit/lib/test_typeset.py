# SPDX-License-Identifier: Apache-2.0
"""Reports as tagged PDF: structure, language and titles are there, and content is shown as it is."""

import itertools
import re
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havn.lib import typeset
from tests.support import set_documents
from tests.support.set_documents import TABLES, brief, report


def opened(content):
    return pikepdf.open(BytesIO(content))


def elements(node, kind=None):
    """Yield the elements of a structure tree."""
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from elements(each, kind)
    elif isinstance(node, pikepdf.Dictionary) and ("/S" in node or "/K" in node):
        if "/S" in node and kind in {None, str(node["/S"])}:
            yield node
        if "/K" in node:
            yield from elements(node["/K"], kind)


@pytest.fixture(scope="module")
def whole():
    return opened(typeset.pdf_of(report()))


def test_the_document_is_tagged_and_says_so(whole):
    assert whole.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in whole.Root
    with whole.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_the_document_has_a_title_that_is_shown_and_an_author(whole):
    assert str(whole.docinfo["/Title"]) == "National report of Exampleland, 2026"
    assert str(whole.docinfo["/Author"]) == "National rapporteur"
    assert whole.Root.ViewerPreferences.DisplayDocTitle


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("da", "da"), ("pt-BR", "pt-BR")])
def test_the_language_is_the_documents(language, lang):
    assert str(opened(typeset.pdf_of(report(language))).Root.Lang) == lang


def test_a_text_in_another_language_says_so(whole):
    languages = {
        str(each["/Lang"]) for each in elements(whole.Root.StructTreeRoot) if "/Lang" in each
    }
    assert "da" in languages


def test_headings_do_not_skip_a_level(whole):
    found = [
        int(match[1])
        for each in elements(whole.Root.StructTreeRoot)
        if (match := re.fullmatch(r"/H(\d)", str(each["/S"])))
    ]
    assert found[:3] == [1, 2, 2]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(found))


def test_every_table_has_a_row_of_headings(whole):
    tables = list(elements(whole.Root.StructTreeRoot, "/Table"))
    assert len(tables) == len(TABLES)
    for table, told in zip(tables, TABLES, strict=True):
        assert len(list(elements(table, "/TH"))) == len(told.columns)
        assert len(list(elements(table, "/TD"))) == len(told.columns) * len(told.rows)


def test_a_chart_is_said_in_words(whole):
    (figure,) = elements(whole.Root.StructTreeRoot, "/Figure")
    assert str(figure["/Alt"]) == set_documents.BARS.alt


def test_the_same_content_is_the_same_file():
    assert typeset.pdf_of(report()) == typeset.pdf_of(report())


def test_no_file_lies_in_the_document(whole):
    assert "/Names" not in whole.Root or "/EmbeddedFiles" not in whole.Root.Names
    assert "/AcroForm" not in whole.Root
    assert "/OpenAction" not in whole.Root


@settings(max_examples=20, deadline=None)
@given(
    st.text(
        st.sampled_from("#$*_`<>@=-+/\\[](){}\"'~&%^|:;,.!? \n0aZæ"),
        max_size=60,
    )
)
def test_whatever_a_text_holds_is_shown_and_never_obeyed(text):
    block = typeset.ReportText("overview", "en", "Overview", text)
    sections = (typeset.Section("Section", (block, typeset.Paragraph(text))),)
    assert opened(typeset.pdf_of(report(sections=sections))).Root.MarkInfo.Marked


def test_the_ministers_page_is_one_page():
    assert len(opened(typeset.one_page_pdf_of(brief())).pages) == 1


def test_letters_shrink_before_a_page_is_refused():
    assert len(opened(typeset.one_page_pdf_of(brief(32))).pages) == 1
    with pytest.raises(typeset.TypesetError) as caught:
        typeset.one_page_pdf_of(brief(200))
    assert caught.value.code == "too_long"


def test_a_long_report_has_its_pages():
    rows = tuple((f"Row {number}", "1") for number in range(200))
    table = typeset.FigureTable("R01.1", "Long", ("Row", "2026"), rows)
    document = opened(typeset.pdf_of(report(sections=(typeset.Section("Long", (table,)),))))
    assert len(document.pages) > 3


def test_a_document_that_cannot_be_tagged_is_refused_and_never_set_worse():
    sections = (typeset.Section("Too deep", level=3),)
    with pytest.raises(typeset.TypesetError) as caught:
        typeset.pdf_of(report(sections=sections))
    assert caught.value.code == "not_set"
