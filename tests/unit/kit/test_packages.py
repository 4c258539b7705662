# SPDX-License-Identifier: Apache-2.0
"""Packages of office programs: what holds more than words and numbers is refused before anything is parsed."""

import random
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit import national_report as kit
from havn.kit.national_report import ods, packages, xlsx
from tests.support.workbooks import FILLED, LAYOUT, faults, read, with_entries

XLSX = kit.write_workbook(LAYOUT, "xlsx", FILLED)
ODS = kit.write_workbook(LAYOUT, "ods", FILLED)
PNG = b"\x89PNG\r\n\x1a\n"
SHEET = "xl/worksheets/sheet1.xml"


def into(text):
    """Return a change that puts something before the end of a part."""

    def change(part):
        end = part.rindex(b"</")
        return part[:end] + text + part[end:]

    return change


ENTRIES = [
    ("xlsx", "xl/media/image1.png", PNG, "media"),
    ("xlsx", "xl/media/image1.xml", b"<a/>", "media"),
    ("xlsx", "xl/embeddings/oleObject1.bin", b"x", "media"),
    ("xlsx", "xl/activeX/activeX1.xml", b"<a/>", "media"),
    ("xlsx", "xl/charts/chart1.xml", b"<a/>", "media"),
    ("xlsx", "docProps/thumbnail.jpeg", b"\xff\xd8\xff", "media"),
    ("xlsx", "xl/sound.wav", b"RIFF", "media"),
    ("xlsx", "xl/picture.xml", PNG, "media"),
    ("xlsx", "xl/printerSettings/printerSettings1.bin", PNG, "media"),
    ("xlsx", "xl/film.xml", b"\0\0\0\x18ftypmp42", "media"),
    ("xlsx", "xl/vbaProject.bin", b"x", "macro"),
    ("xlsx", "xl/externalLinks/externalLink1.xml", b"<a/>", "external"),
    ("xlsx", "xl/connections.xml", b"<a/>", "external"),
    ("xlsx", "../outside.xml", b"<a/>", "unsafe_package"),
    ("xlsx", "/etc/outside.xml", b"<a/>", "unsafe_package"),
    ("xlsx", "XL/WORKBOOK.XML", b"<a/>", "unsafe_package"),
    ("xlsx", "xl/bomb.xml", b" " * 20_000_000, "unsafe_package"),
    ("xlsx", "xl/entities.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "unsafe_package"),
    ("xlsx", "xl/wide.xml", "<a/>".encode("utf-16"), "unsafe_package"),
    ("xlsx", "xl/seven.xml", b'<?xml version="1.0" encoding="utf-7"?><a/>', "unsafe_package"),
    ("ods", "Pictures/1.png", PNG, "media"),
    ("ods", "Object 1/content.xml", b"<a/>", "media"),
    ("ods", "ObjectReplacements/Object 1", b"x", "media"),
    ("ods", "Basic/Standard/Module1.xml", b"<a/>", "macro"),
    ("ods", "Scripts/python/a.py", b"x", "macro"),
]
REPLACED = [
    ("xlsx", SHEET, b'<drawing r:id="rId1"/>', "media"),
    ("xlsx", SHEET, b'<oleObjects><oleObject progId="x"/></oleObjects>', "media"),
    ("xlsx", SHEET, b'<x:blip r:embed="rId1"/>', "media"),
    (
        "xlsx",
        "[Content_Types].xml",
        b'<Override PartName="/a.xml" ContentType="image/png"/>',
        "media",
    ),
    (
        "xlsx",
        "[Content_Types].xml",
        b'<Override PartName="/a.xml" ContentType="application/vnd.ms-office.vbaProject"/>',
        "macro",
    ),
    (
        "xlsx",
        "_rels/.rels",
        b'<Relationship Id="x" Type="t/attachedTemplate" Target="http://h/" TargetMode="External"/>',
        "external",
    ),
    (
        "xlsx",
        "_rels/.rels",
        b'<Relationship Id="x" Type="http://schemas/relationships/image" Target="a.xml"/>',
        "media",
    ),
    ("ods", "content.xml", b"<draw:image/>", "media"),
    ("ods", "content.xml", b"<office:binary-data>AAAA</office:binary-data>", "media"),
    ("ods", "content.xml", b"<draw:object-ole/>", "media"),
    ("ods", "content.xml", b"<script:event-listener/>", "macro"),
    ("ods", "content.xml", b"<table:dde-link/>", "external"),
]
WHOLE = {"xlsx": XLSX, "ods": ODS}


@pytest.mark.parametrize(("kind", "name", "part", "code"), ENTRIES)
def test_a_package_with_more_than_words_is_refused(kind, name, part, code):
    found = faults(with_entries(WHOLE[kind], {name: part}), kind)
    assert code in [fault.code for fault in found]


@pytest.mark.parametrize(("kind", "name", "text", "code"), REPLACED)
def test_a_part_that_shows_or_fetches_something_is_refused(kind, name, text, code):
    found = faults(with_entries(WHOLE[kind], {}, {name: into(text)}), kind)
    assert [fault.code for fault in found] == [code]


def test_nothing_is_parsed_before_it_was_judged(monkeypatch):
    content = with_entries(XLSX, {"xl/media/image1.png": PNG})
    monkeypatch.setattr(xlsx, "_tables", lambda _: pytest.fail("parsed"))
    assert faults(content, "xlsx")
    monkeypatch.setattr(ods, "_tables", lambda _: pytest.fail("parsed"))
    assert faults(with_entries(ODS, {"Pictures/1.png": PNG}), "ods")


def test_a_refused_package_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    assert faults(with_entries_unread({"xl/media/image1.png": PNG}), "xlsx")


def with_entries_unread(entries):
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, part in entries.items():
            package.writestr(name, part)
    return content.getvalue()


def test_the_preview_of_a_workbook_is_neither_unpacked_nor_kept():
    content = with_entries(ODS, {"Thumbnails/thumbnail.png": PNG})
    assert read(content, "ods") == FILLED
    parts = packages.unpacked(content, "ods")
    assert "Thumbnails/thumbnail.png" not in parts
    assert PNG not in packages.repacked(parts)


def test_hyperlinks_and_settings_of_printers_are_taken():
    link = b'<Relationship Id="x" Type="http://s/hyperlink" Target="http://h/" TargetMode="External"/>'
    content = with_entries(
        XLSX, {"xl/printerSettings/printerSettings1.bin": b"x"}, {"_rels/.rels": into(link)}
    )
    assert faults(content, "xlsx") == []


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "xlsx", "other_format"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "xlsx", "old_format"),
        (b"%PDF-1.7", "ods", "other_format"),
        (b"PK\x03\x04" + b"x" * 60, "xlsx", "broken"),
        (ODS, "xlsx", "other_format"),
        (XLSX, "ods", "other_format"),
        (XLSX[: len(XLSX) // 2], "xlsx", "broken"),
        (b"PK\x03\x04" + b"x" * (8 * 1024 * 1024), "xlsx", "too_large"),
    ],
)
def test_what_is_no_workbook_is_refused(content, kind, code):
    assert [fault.code for fault in faults(content, kind)] == [code]


def test_two_hundred_entries_are_enough():
    content = with_entries(XLSX, {f"xl/a{number}.xml": b"<a/>" for number in range(200)})
    assert faults(content, "xlsx")[0].code == "unsafe_package"


def test_two_entries_of_one_name_are_refused():
    content = BytesIO(XLSX)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(content, "a") as package:
        package.writestr("xl/workbook.xml", b"<a/>")
    assert faults(content.getvalue(), "xlsx")[0].code == "unsafe_package"


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@given(st.integers(0, 2**32))
def test_a_damaged_package_is_read_or_refused(kind, seed):
    chance = random.Random(seed)
    content = bytearray(WHOLE[kind])
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    assert all(fault.sentence for fault in faults(bytes(content), kind))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@given(st.integers(0, 2**32))
def test_damaged_parts_in_a_sound_package_are_read_or_refused(kind, seed):
    chance = random.Random(seed)
    name = {"xlsx": SHEET.replace("1", "2"), "ods": "content.xml"}[kind]

    def damage(part):
        changed = bytearray(part)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(changed))
            changed[place : place + chance.randint(0, 9)] = bytes(
                chance.choices(b'<>"=09ar:/', k=3)
            )
        return bytes(changed)

    found = faults(with_entries(WHOLE[kind], {}, {name: damage}), kind)
    assert all(fault.sentence for fault in found)
