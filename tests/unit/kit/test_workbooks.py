# SPDX-License-Identifier: Apache-2.0
"""Workbooks of a national report: what is filled in is read again, and each fault has its place and its sentence."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from havn.kit import national_report as kit
from havn.kit.national_report.layout import FIGURE_COLUMNS
from havn.lib.wire import fault_in_text
from tests.support import workbooks
from tests.support.workbooks import FILLED, LAYOUT, ROWS, as_csv, as_rows, changed, faults, read

KINDS = pytest.mark.parametrize("kind", kit.WORKBOOK_KINDS)


def is_plain(text):
    return bool(text) and not fault_in_text(text, may_break=True) and not text.startswith("=")


WORDS = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=60)
    .map(lambda text: ILLEGAL_CHARACTERS_RE.sub("", text).strip())
    .filter(is_plain)
)
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join).filter(is_plain)
COUNTS = st.integers(0, 10**9)


@st.composite
def figures(draw, row):
    source = draw(WORDS)
    status = draw(st.sampled_from("AAAPBLMQ"))
    note = draw(st.just("") | LINES)
    told = {"row": row, "status": status, "source": source, "note": note}
    if status in "LMQ":
        return kit.StatedFigure(**told)
    if row.kind == "count":
        return kit.StatedFigure(**told, value=str(draw(COUNTS)))
    if row.kind == "share":
        bottom = draw(st.integers(1, 10**6))
        top = draw(st.integers(0, bottom))
        whole = 100 if row.unit == "per cent" else 1000
        value = (Decimal(whole * top) / bottom).quantize(Decimal("0.1"))
        text = f"{value:f}".rstrip("0").rstrip(".")
        return kit.StatedFigure(**told, value=text or "0", numerator=top, denominator=bottom)
    number = draw(st.decimals(-(10**6), 10**6, places=3).map(lambda each: f"{each.normalize():f}"))
    number = "0" if number == "-0" else number
    name = draw(st.sampled_from(["value", "lower_bound"]))
    return kit.StatedFigure(**told, n=draw(st.none() | COUNTS), **{name: number})


@st.composite
def filled_in(draw):
    chosen = draw(st.lists(st.sampled_from(ROWS), unique=True))
    chosen.sort(key=ROWS.index)
    texts = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(list(LAYOUT.text_kinds)), st.sampled_from(LAYOUT.languages)),
            LINES,
        )
    )
    kinds = list(LAYOUT.text_kinds)
    places = sorted(
        texts, key=lambda each: (LAYOUT.languages.index(each[1]), kinds.index(each[0]))
    )
    return kit.Workbook(
        member="XA",
        year="2026",
        known_until=draw(st.dates(date(2026, 12, 31), workbooks.TODAY)),
        figures=tuple(draw(figures(row)) for row in chosen),
        texts=tuple(kit.StatedText(*place, texts[place]) for place in places),
    )


@KINDS
@given(filled=filled_in())
def test_what_is_filled_in_is_read_as_it_was(kind, filled):
    assert read(kit.write_workbook(LAYOUT, kind, filled), kind) == filled


@KINDS
def test_an_empty_template_says_nothing_but_asks_for_its_day(kind):
    content = kit.write_workbook(LAYOUT, kind)
    assert [fault.code for fault in faults(content, kind)] == ["date_missing"]
    assert kit.whose(kit.tables_in(content, kind)) == ("XA", "2026")


@KINDS
def test_an_empty_row_is_not_given_and_never_nought(kind):
    found = read(kit.write_workbook(LAYOUT, kind, FILLED), kind)
    assert [figure.row.key for figure in found.figures] == [
        ROWS[number].key for number in (0, 1, 3)
    ]


def column(name):
    return "ABCDEFGHIJKLMNOPQ"[FIGURE_COLUMNS.index(name)]


# what is typed where in the row of R01 (2) or R06 (5), and the code of the fault that is found there
TYPED = [
    (2, "value", "many", "text_in_number"),
    (2, "value", "<5", "text_in_number"),
    (2, "value", "12,5", "comma"),
    (2, "value", "1.204,5", "comma"),
    (2, "value", "1 204", "text_in_number"),
    (2, "value", "=SUM(1,2)", "formula"),
    (2, "value", True, "text_in_number"),
    (2, "value", datetime(2026, 1, 5), "date_in_number"),
    (2, "value", 12.5, "not_whole"),
    (2, "value", -3, "negative"),
    (2, "value", 10**14, "too_large_number"),
    (2, "value", "1e3", "text_in_number"),
    (2, "value", None, "number_missing"),
    (2, "source", None, "source_missing"),
    (2, "source", "x" * 301, "too_long"),
    (2, "source", "=A1", "formula"),
    (2, "source", "one\ntwo", "line_break"),
    (2, "note", "x" * 1001, "too_long"),
    (2, "note", "iVBORw0KGgo" + "Qm9yZGVyMTc" * 20, "holds_a_file"),
    (2, "note", "See <b>here</b>", "holds_markup"),
    (2, "note", "Item \u202e71", "control_character"),
    (2, "status", "E", "status_unknown"),
    (2, "status", "L", "number_out_of_place"),
    (2, "status", "=A1", "status_unknown"),
    (2, "name", "Another name", "description_changed"),
    (2, "unit", "persons", "description_changed"),
    (2, "definition", 1, "older_definition"),
    (2, "indicator", "R99", "unknown_figure"),
    (2, "code", "web", "unknown_figure"),
    (2, "period", "2025", "unknown_figure"),
    (3, "value", 2, "number_out_of_place"),
    (3, "numerator", 2, "number_out_of_place"),
    (5, "numerator", 9, "above_denominator"),
    (5, "numerator", 2.5, "not_whole"),
    (5, "denominator", -8, "negative"),
    (5, "value", 40, "share_differs"),
    (5, "value", 137.5, "share_out_of_bounds"),
    (5, "value", -1, "share_out_of_bounds"),
]


@pytest.mark.parametrize(("number", "name", "typed", "code"), TYPED)
def test_a_wrong_cell_is_named_with_sheet_row_and_column(number, name, typed, code):
    found = faults(changed("Figures", f"{column(name)}{number}", typed), "xlsx")
    assert code in [fault.code for fault in found]
    (fault,) = [fault for fault in found if fault.code == code]
    assert (fault.sheet, fault.row) == ("Figures", number)
    if fault.column:
        assert fault.sentence.startswith(
            f"sheet `Figures`, row {number}, column `{fault.column}`: "
        )
    else:
        assert fault.sentence.startswith(f"sheet `Figures`, row {number}: ")


def test_a_cell_that_shows_per_cent_says_what_to_write():
    content = changed("Figures", f"{column('value')}5", 0.375, number_format="0.0%")
    (fault,) = faults(content, "xlsx")
    assert fault.code == "percent"
    assert fault.sentence.endswith("Format it as a number and write 37.5.")


def test_a_comma_says_what_to_write():
    (fault,) = faults(changed("Figures", f"{column('value')}5", "37,5"), "xlsx")
    assert fault.sentence.endswith("write 37.5.")


def test_a_wrong_share_says_the_right_one():
    (fault,) = faults(changed("Figures", f"{column('value')}5", 40), "xlsx")
    assert "which is 37.5" in fault.sentence


@pytest.mark.parametrize("name", FIGURE_COLUMNS)
def test_a_changed_heading_is_named(name):
    (fault,) = faults(changed("Figures", f"{column(name)}1", "Number"), "xlsx")
    assert (fault.code, fault.row, fault.column, fault.value) == (
        "header_changed",
        1,
        column(name),
        name,
    )


def test_a_missing_and_a_strange_sheet_are_both_named():
    def change(book):
        book["Texts"].title = "Letters"

    found = faults(workbooks.changed_book(change), "xlsx")
    assert [(fault.code, fault.sheet) for fault in found] == [
        ("sheet_unknown", "Letters"),
        ("sheet_missing", "Texts"),
    ]


def test_a_figure_twice_is_named_with_the_other_row():
    def change(book):
        page = book["Figures"]
        page.append([cell.value for cell in page[2]])

    (fault,) = faults(workbooks.changed_book(change), "xlsx")
    assert (fault.code, fault.row, fault.value) == ("figure_twice", len(ROWS) + 2, "2")


def test_something_beside_the_table_is_named():
    (fault,) = faults(changed("Figures", "S4", "remark"), "xlsx")
    assert (fault.code, fault.row, fault.column) == ("out_of_place", 4, "S")


def test_a_million_rows_down_is_not_walked_to():
    (fault,) = faults(changed("Figures", "A1000000", "x"), "xlsx")
    assert fault.code == "too_many_rows"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-12-30", "date_outside"),
        ("2027-03-02", "date_outside"),
        ("2027-02-30", "not_a_date"),
        ("31.01.2027", "not_a_date"),
        ("=TODAY()", "formula"),
        (None, "date_missing"),
    ],
)
def test_the_day_up_to_which_figures_were_known_is_checked(typed, code):
    (fault,) = faults(changed("Read me", "B4", typed), "xlsx")
    assert (fault.code, fault.sheet, fault.row) == (code, "Read me", 4)


def test_a_day_may_be_a_date_of_the_program():
    content = changed("Read me", "B4", datetime(2027, 1, 31))
    assert read(content, "xlsx").known_until == workbooks.KNOWN


def test_the_workbook_of_another_member_is_refused():
    (fault,) = faults(changed("Read me", "B2", "XB"), "xlsx")
    assert (fault.code, fault.value) == ("other_report", "XB 2026")


@pytest.mark.parametrize(
    ("place", "typed", "code"),
    [
        ("B1", 2, "other_version"),
        ("A2", "Land", "header_changed"),
        ("B2", "Denmark", "other_report"),
        ("B3", "twenty", "other_report"),
    ],
)
def test_a_workbook_that_does_not_say_whose_it_is_is_refused(place, typed, code):
    with pytest.raises(kit.FileRefusedError) as caught:
        kit.whose(kit.tables_in(changed("Read me", place, typed), "xlsx"))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("place", "typed", "code"),
    [
        ("A2", "picture", "kind_unknown"),
        ("A2", None, "kind_missing"),
        ("C2", None, "kind_missing"),
        ("C2", "English", "language_unknown"),
        ("D2", "x" * 20_001, "too_long"),
        ("D2", "=A1", "formula"),
        ("D2", "data:image/png;base64,AAAA", "holds_a_file"),
        ("F2", "remark", "out_of_place"),
    ],
)
def test_a_wrong_text_is_named(place, typed, code):
    found = faults(changed("Texts", place, typed), "xlsx")
    assert [(fault.code, fault.row) for fault in found] == [(code, 2)]


def test_a_text_twice_is_named():
    def change(book):
        book["Texts"].append(["overview", "", "en", "Again."])

    (fault,) = faults(workbooks.changed_book(change), "xlsx")
    assert (fault.code, fault.value) == ("text_twice", "2")


def test_all_faults_are_said_at_once():
    def change(book):
        book["Read me"]["B4"] = "soon"
        book["Figures"][f"{column('value')}2"] = "many"
        book["Figures"][f"{column('numerator')}5"] = 9
        book["Texts"]["C2"] = "English"
        book.create_sheet("Extra")["A1"] = "x"

    found = faults(workbooks.changed_book(change), "xlsx")
    assert [fault.code for fault in found] == [
        "sheet_unknown",
        "not_a_date",
        "text_in_number",
        "above_denominator",
        "language_unknown",
    ]


def test_a_number_typed_as_text_is_a_number():
    content = changed("Figures", f"{column('value')}2", "1205")
    assert read(content, "xlsx").figures[0].value == "1205"


def test_the_file_is_never_changed(tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_bytes(kit.write_workbook(LAYOUT, "xlsx", FILLED))
    before = path.read_bytes()
    read(path.read_bytes(), "xlsx")
    assert path.read_bytes() == before


def test_cells_that_describe_a_figure_are_protected(tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_bytes(kit.write_workbook(LAYOUT, "xlsx"))
    page = load_workbook(path)["Figures"]
    assert page.protection.sheet
    assert page[f"{column('indicator')}2"].protection.locked
    assert not page[f"{column('value')}2"].protection.locked


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_may_come_back_with_other_separators(delimiter):
    rows = as_rows(kit.write_workbook(LAYOUT, "csv", FILLED))
    assert read(as_csv(rows, delimiter), "csv") == FILLED


def test_a_fault_in_csv_names_the_row_of_the_file():
    rows = as_rows(kit.write_workbook(LAYOUT, "csv", FILLED))
    number = next(n for n, row in enumerate(rows) if row[:2] == ["Figures", "R01"])
    rows[number][1 + FIGURE_COLUMNS.index("value")] = "1,5"
    (fault,) = faults(as_csv(rows), "csv")
    assert (fault.code, fault.row) == ("comma", number + 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfeR\0", "not_text"),
        ("Read me,å".encode("latin-1"), "not_text"),
        (b"Read me,\0", "not_text"),
        (b"PK\x03\x04....", "other_format"),
        (b'Read me,"', "broken"),
        (b"x\n" * 20_001, "too_many_rows"),
        (b"x" * (8 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_csv_is_refused(content, code):
    assert [fault.code for fault in faults(content, "csv")] == [code]


def test_every_sentence_is_used_and_says_what_to_do():
    for code, sentence in kit.FILE_SENTENCES.items():
        assert sentence.count(".") >= 1, code
        assert "{" not in sentence.replace("{value}", ""), code
