# SPDX-License-Identifier: Apache-2.0
"""Lists of hashes: every form is read, each broken line is named, and the quick reading says what the slow one says."""

import base64
import json
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit.lists import (
    WIDTHS,
    LineError,
    ListError,
    hash_of_line,
    parse_list,
    read_list,
)

PDQ_VALUE = bytes(range(32))
DIGITS = PDQ_VALUE.hex()
SHA1_VALUE = bytes(range(1, 21))


def lines(*each):
    return "\n".join(each).encode()


def read(*each, **options):
    return parse_list(lines(*each), name="list.txt", **options)


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        (DIGITS, "pdq", PDQ_VALUE),
        (DIGITS.upper(), "pdq", PDQ_VALUE),
        (f"pdq {DIGITS}", "pdq", PDQ_VALUE),
        (f"PDQ\t{DIGITS}", "pdq", PDQ_VALUE),
        (f"HASH_PDQ {DIGITS}", "pdq", PDQ_VALUE),
        (f"{DIGITS},3", "pdq", PDQ_VALUE),
        (f'"{DIGITS}",3,"a, b"', "pdq", PDQ_VALUE),
        (f"  {DIGITS}  ", "pdq", PDQ_VALUE),
        (base64.b64encode(PDQ_VALUE).decode(), "pdq", PDQ_VALUE),
        (f"sha256 {DIGITS}", "sha256", PDQ_VALUE),
        (SHA1_VALUE.hex(), "sha1", SHA1_VALUE),
        (base64.b32encode(SHA1_VALUE).decode(), "sha1", SHA1_VALUE),
        (bytes(range(16)).hex(), "md5", bytes(range(16))),
        (f"md5;{bytes(range(16)).hex()}", "md5", bytes(range(16))),
    ],
)
def test_each_form_of_a_line_is_read(line, kind, value):
    found = read(line)
    assert {name: len(each) for name, each in found.entries.items() if len(each)} == {kind: 1}
    assert found.entries[kind].values[0].tobytes() == value
    assert found.entries[kind].names.of(0) == "1"


def test_64_digits_alone_are_what_the_caller_says():
    assert len(read(DIGITS).pdq) == 1
    assert len(read(DIGITS, digits_are="sha256").entries["sha256"]) == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (DIGITS[:-1], "63 digits"),
        (DIGITS + "0", "65 digits"),
        (DIGITS[:10] + "z" + DIGITS[11:], "character 11 is 'z'"),
        (f"pdq {DIGITS[:-2]}", "no PDQ, which has 64 digits"),
        (f"{DIGITS}  holiday.jpg", "keep the first column"),
        ("sorry, nothing here", "is no hash"),
        ("frob 1234", "no kind of hash"),
        ("d41d8cd98f00b204e9800998ecf8427e", "empty file"),
        ("sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709", "empty file"),
    ],
)
def test_a_line_that_is_no_hash_is_named_with_the_reason(line, why):
    with pytest.raises(ListError, match=r"line 2: ") as refused:
        read(DIGITS, line)
    assert why in str(refused.value)
    assert len(read(DIGITS, line, skip_broken=True)) == 1


def test_one_broken_line_among_a_million_is_found_and_named():
    raw = np.random.default_rng(6).integers(0, 256, (1_000_000, 32), np.uint8).tobytes().hex()
    each = [raw[at : at + 64].upper() for at in range(0, len(raw), 64)]
    each[654_320] = each[654_320][:-1] + "?"
    with pytest.raises(ListError, match=r"1 line is no hash\.\n  line 654,321: "):
        read(*each)
    found = read(*each, skip_broken=True)
    assert len(found) == 999_999
    assert found.pdq.names.of(654_320) == "654322"
    assert found.broken[0].number == 654_321


def test_the_first_20_broken_lines_are_told_and_the_others_counted():
    with pytest.raises(ListError, match="and 480 more") as refused:
        read(DIGITS, *["nothing"] * 500)
    assert str(refused.value).count("\n  line ") == 20
    assert "line 2:" in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"# nothing yet\n", b"photodna aaaa\n", b"\xff\xfea\0", b"abc\0def"]
)
def test_a_list_without_a_hash_is_an_error(content):
    with pytest.raises(ListError):
        parse_list(content, name="list.txt", skip_broken=True)


def test_a_list_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ListError, match="no list"):
        read_list(tmp_path / "none.txt")
    with pytest.raises(ListError, match="folder"):
        read_list(tmp_path)


def test_comments_blank_lines_headers_and_marks_of_editors_are_no_faults(tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(b"\xef\xbb\xbfhash,category\r\n\r\n# ours\r\n" + DIGITS.encode() + b",2\r\n")
    found = read_list(file)
    assert (len(found), found.pdq.names.of(0)) == (1, "4")


def test_kinds_that_are_not_matched_are_counted_and_told():
    found = read(DIGITS, "photodna AAAA", "vpdq x", "photodna BBBB")
    assert found.others == {"photodna": 2, "vpdq": 1}
    assert "2 entries of the kind photodna are not matched here" in " ".join(found.remarks())


def test_the_digest_of_a_list_is_that_of_its_bytes():
    for content in (
        DIGITS.encode(),
        b"\xef\xbb\xbf" + DIGITS.encode() + b"\r\n",
        b"# x\n" + DIGITS.encode(),
    ):
        assert parse_list(content, name="x").digest == sha256(content).hexdigest()


def test_a_line_without_end_is_no_list():
    with pytest.raises(ListError, match=r"^x: line 2 is longer than .* Name a file with one hash"):
        parse_list(DIGITS.encode() + b"\n" + b"0" * 20_000_000, name="x")
    many = (DIGITS.encode() + b"\n") * 200_000  # several blocks
    with pytest.raises(ListError, match=r"^x: line 200,001 is longer than"):
        parse_list(many + b"0" * 20_000_000, name="x")


def row(seq, entry, op="add", value=DIGITS, kind="pdq"):
    return json.dumps({"seq": seq, "entry_id": entry, "op": op, "kind": kind, "value": value})


def test_an_export_says_what_stands_after_its_last_line_whatever_their_order():
    other = bytes(32).hex()
    found = read(row(4, "b", "retract"), row(1, "a"), row(2, "b"), row(3, "a", "update", other))
    assert [found.pdq.names.of(each) for each in range(len(found))] == ["a"]
    assert found.pdq.values[0].tobytes() == bytes(32)


def test_an_export_keeps_digests_and_counts_other_kinds():
    md5 = bytes(range(16)).hex().upper()
    found = read(row(1, "a", kind="photodna"), row(2, "b", kind="md5", value=md5))
    assert found.others == {"photodna": 1}
    assert found.entries["md5"].names.of(0) == "b"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no JSON object"),
        ("[1]", "no JSON object"),
        (row(2, ""), "no entry_id"),
        (row(2, "\ud800"), "half a character"),
        (row(2, "b") + row(3, "c"), "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        (row(2, "b", op="vanish"), "op is 'vanish'"),
        (row("x", "b"), "seq is 'x'"),
        (row(2, "b", kind="frob"), "kind is 'frob'"),
        (row(2, "b", value="12"), "no PDQ"),
    ],
)
def test_a_broken_line_of_an_export_is_named(line, why):
    with pytest.raises(ListError, match="line 2: ") as refused:
        read(row(1, "a"), line)
    assert why in str(refused.value)


WORDS = st.one_of(
    st.sampled_from(sorted(WIDTHS.values())).flatmap(
        lambda width: st.binary(min_size=width, max_size=width).map(bytes.hex)
    ),
    st.text(alphabet='0123456789abcdefgZ,; \t"#=', max_size=70),
)
LINES = st.builds(
    lambda before, word, after, upper: before + (word.upper() if upper else word) + after,
    st.sampled_from(["", "pdq ", "PDQ\t", "md5 ", "sha1,", "sha256 ", " ", "frob "]),
    WORDS,
    st.sampled_from(["", ",1", "\t2", ";x", "  name", "\r", "0"]),
    st.booleans(),
)


@given(st.lists(LINES, max_size=8), st.sampled_from(["pdq", "sha256"]))
def test_blocks_are_read_as_their_lines_are(each, digits_are):
    expected = {kind: [] for kind in WIDTHS}
    broken = []
    for number, line in enumerate(["# a list", DIGITS, *each], start=1):
        try:
            found = hash_of_line(line, digits_are=digits_are)
        except LineError:
            broken.append(number)
            continue
        if found and found.value is not None:
            expected[found.kind].append((str(number), found.value))
    read_all = read("# a list", DIGITS, *each, digits_are=digits_are, skip_broken=True)
    assert read_all.broken_count == len(broken)
    assert [line.number for line in read_all.broken] == broken
    for kind, listed in read_all.entries.items():
        found = [(listed.names.of(at), listed.values[at].tobytes()) for at in range(len(listed))]
        assert found == expected[kind]
