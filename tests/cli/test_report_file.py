# SPDX-License-Identifier: Apache-2.0
"""Files of reports: a wrong header or line refuses all, with its number."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.cli.report_file import read_rows

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD = "2026-11-01T10:00:00+00:00,en,https://a.example/1,,confirmed item 17,normal"


def file(*lines, header="received_at,language,addresses,described,words,urgency"):
    return ("\n".join([header, *lines]) + "\n").encode()


def test_a_good_file_gives_one_row_a_line():
    rows, troubles = read_rows(file(GOOD, GOOD), at=AT)
    assert [row.line for row in rows] == [2, 3]
    assert troubles == []
    assert rows[0].addresses == ("https://a.example/1",)


def test_the_same_file_gives_the_same_reports_and_another_file_others():
    first, _ = read_rows(file(GOOD, GOOD), at=AT)
    again, _ = read_rows(file(GOOD, GOOD), at=AT)
    other, _ = read_rows(file(GOOD), at=AT)
    assert [row.report_id for row in first] == [row.report_id for row in again]
    assert len({row.report_id for row in [*first, *other]}) == 3
    assert {row.report_id.version for row in first} == {4}


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("0202-11-24T10:00:00+00:00", "before 1990"),
        ("1989-12-31T23:59:59+00:00", "before 1990"),
        ("1990-01-01T00:30:00+01:00", "before 1990"),
        ("2062-11-01T10:00:00+00:00", "in the future"),
    ],
)
def test_a_year_written_wrong_is_told_with_its_line(when, why):
    line = GOOD.replace("2026-11-01T10:00:00+00:00", when)
    rows, troubles = read_rows(file(GOOD, line), at=AT)
    assert rows == []
    assert [trouble.line for trouble in troubles] == [3]
    assert why in troubles[0].sentence


def test_the_time_of_a_row_is_in_utc_so_that_its_day_is():
    line = GOOD.replace("2026-11-01T10:00:00+00:00", "2026-11-01T00:30:00+02:00")
    (row,), _ = read_rows(file(line), at=AT)
    assert row.received_at.isoformat() == "2026-10-31T22:30:00+00:00"


def test_a_wrong_header_refuses_the_file_and_names_line_one():
    rows, troubles = read_rows(file(GOOD, header="received_at,language"), at=AT)
    assert rows == []
    assert [trouble.line for trouble in troubles] == [1]


def test_one_wrong_line_refuses_all_and_every_wrong_line_is_named():
    bad = GOOD.replace("normal", "soon")
    rows, troubles = read_rows(file(GOOD, bad, GOOD, "a,b"), at=AT)
    assert rows == []
    assert [trouble.line for trouble in troubles] == [3, 5]


@pytest.mark.parametrize("field", ["https://a.example/1", "confirmed item 17"])
@pytest.mark.parametrize("before", ["", "https://a.example/1 ", "https://a.example/?u="])
def test_a_picture_in_an_address_or_a_text_is_refused(field, before):
    picture = "data:image/png;base64,iVBORw0KGgo" + "A1bC" * 450
    rows, troubles = read_rows(file(GOOD, GOOD.replace(field, f'"{before}{picture}"')), at=AT)
    assert rows == []
    assert [(trouble.line, "pictures are never" in trouble.sentence) for trouble in troubles] == [
        (3, True)
    ]


def test_a_long_signed_address_is_taken():
    signed = "https://cdn.example/img/b/" + "AVvXsEh4_kQ9-" * 40
    rows, troubles = read_rows(file(GOOD.replace("https://a.example/1", signed)), at=AT)
    assert troubles == []
    assert rows[0].addresses == (signed,)


def test_bytes_that_are_no_text_are_told_with_their_line():
    _, troubles = read_rows(file(GOOD) + b"\xff\xfe", at=AT)
    assert [trouble.line for trouble in troubles] == [3]
    _, troubles = read_rows(file(GOOD) + b"a\0b", at=AT)
    assert [trouble.line for trouble in troubles] == [3]


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_sentences_and_never_an_error(content):
    rows, troubles = read_rows(file() + content, at=AT)
    assert not (rows and troubles)


@pytest.mark.parametrize(
    "when",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-01T10:00:00", "soon"],
)
def test_a_time_that_is_none_in_utc_is_told_with_its_line(when):
    line = GOOD.replace("2026-11-01T10:00:00+00:00", when)
    rows, troubles = read_rows(file(GOOD, line), at=AT)
    assert rows == []
    assert [trouble.line for trouble in troubles] == [3]
