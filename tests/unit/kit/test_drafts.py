# SPDX-License-Identifier: Apache-2.0
"""Drafts that come back: changed texts are proposals, figures never are, and what was left is said."""

import random
import zipfile
from io import BytesIO
from uuid import UUID

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from havn.kit import national_report as kit
from havn.lib import typeset, wire
from tests.support import drafts
from tests.support.drafts import add_after, draft, edited, retype, take_out
from tests.support.set_documents import TABLES, TEXTS, report
from tests.support.workbooks import with_entries

FIRST = TEXTS[0]
OVERVIEW = wire.text_digest(FIRST.text)


def codes(found):
    return [each.code for each in found.remarks]


def proposed(found):
    return {(each.kind, each.language): each.text for each in found.proposals}


def refused(content):
    with pytest.raises(kit.FileRefusedError) as caught:
        kit.read_draft(content)
    return [(fault.code, fault.sheet) for fault in caught.value.faults]


def test_an_unchanged_draft_proposes_nothing():
    found = kit.read_draft(draft())
    assert (found.member, found.year) == ("XA", "2026")
    assert found.report == UUID(report().report)
    assert (found.proposals, found.remarks) == ((), ())


def test_a_changed_text_is_a_proposal_that_names_what_it_was():
    found = kit.read_draft(edited(retype("Item 17", "Item 18 was confirmed.")))
    text = "Item 18 was confirmed.\n" + FIRST.text.split("\n")[1]
    assert found.proposals == (wire.TextProposal("overview", "en", OVERVIEW, text),)
    assert found.remarks == ()


def test_further_paragraphs_and_line_breaks_are_lines():
    found = kit.read_draft(edited(add_after("Item 17", "A further line.", "", "Another.")))
    first, second = FIRST.text.split("\n")
    text = f"{first}\nA further line.\n\nAnother.\n{second}"
    assert proposed(found) == {("overview", "en"): text}


def change_figure(page):
    page.element.body.iter(qn("w:tbl"))
    table = next(page.element.body.iter(qn("w:tbl")))
    cells = list(table.iter(qn("w:t")))
    next(cell for cell in cells if cell.text == "1,204").text = "9,999"


def test_a_changed_figure_is_said_and_never_taken():
    found = kit.read_draft(edited(change_figure))
    assert found.proposals == ()
    (remark,) = found.remarks
    assert (remark.code, remark.sheet, remark.value) == (
        "figures_changed",
        "figures R01.1",
        "row 2",
    )
    assert "figures come from the node alone" in remark.sentence


def test_a_text_and_a_figure_changed_together_are_kept_apart():
    content = edited(change_figure, edited(retype("register changed", "It moved.")))
    found = kit.read_draft(content)
    assert proposed(found) == {("note:R01", "en"): "It moved."}
    assert codes(found) == ["figures_changed"]


def test_a_table_that_is_gone_or_grew_is_said():
    def remove(page):
        control = next(page.element.body.iter(qn("w:sdt")))
        control.getparent().remove(control)

    def grow(page):
        table = next(page.element.body.iter(qn("w:tbl")))
        rows = list(table.iter(qn("w:tr")))
        table.append(parse_xml(rows[-1].xml))

    assert codes(kit.read_draft(edited(remove))) == ["figures_missing"]
    (remark,) = kit.read_draft(edited(grow)).remarks
    assert (remark.code, remark.value) == ("figures_changed", "row 5")


TRACKED = (
    "<w:p {0}><w:r><w:t>Item 17 was </w:t></w:r>"
    "<w:del w:id='90' w:author='A' w:date='2027-01-01T00:00:00Z'><w:r><w:delText>confirmed</w:delText></w:r></w:del>"
    "<w:ins w:id='91' w:author='A' w:date='2027-01-01T00:00:00Z'><w:r><w:t>looked at</w:t></w:r></w:ins>"
    "<w:r><w:t>.</w:t></w:r></w:p>"
)


def track(page):
    old = drafts.paragraph(page, "Item 17")._p
    old.addprevious(parse_xml(TRACKED.format(nsdecls("w"))))
    old.getparent().remove(old)


def test_tracked_changes_are_taken_as_accepted():
    found = kit.read_draft(edited(track))
    assert proposed(found)["overview", "en"].startswith("Item 17 was looked at.\n")


def test_a_paragraph_whose_end_was_taken_out_joins_the_next():
    def join(page):
        properties = drafts.paragraph(page, "Item 17")._p.get_or_add_pPr()
        properties.append(
            parse_xml(f"<w:rPr {nsdecls('w')}><w:del w:id='92' w:author='A'/></w:rPr>")
        )

    found = kit.read_draft(edited(join))
    assert proposed(found) == {("overview", "en"): FIRST.text.replace("\n", "")}


@pytest.mark.parametrize(
    "change", [drafts.without_bookmarks, drafts.without_controls, drafts.letter_by_letter]
)
def test_what_office_programs_do_to_a_file_changes_no_text(change):
    content = edited(change)
    assert kit.read_draft(content) == kit.read_draft(draft())
    found = kit.read_draft(edited(change, edited(add_after("Item 17", "More."))))
    assert list(proposed(found)) == [("overview", "en")]


def test_without_its_properties_every_text_is_a_proposal_and_that_is_said():
    found = kit.read_draft(drafts.without_properties(draft()))
    assert (found.member, found.year, found.report) == ("XA", "2026", UUID(report().report))
    assert [(each.was, each.text) for each in found.proposals] == [(None, t.text) for t in TEXTS]
    assert codes(found) == ["old_texts_unknown"]


def test_a_renamed_heading_is_found_by_its_bookmark_and_said():
    content = edited(retype("[overview/en]", "Our year"), edited(retype("Item 17", "New.")))
    found = kit.read_draft(content)
    assert proposed(found)["overview", "en"].startswith("New.")
    assert [(each.code, each.sheet) for each in found.remarks] == [
        ("section_renamed", "overview/en")
    ]


def test_a_heading_that_is_gone_loses_its_own_text_only():
    content = edited(take_out(" [overview/da]"), edited(retype("Item 17", "New.")))
    found = kit.read_draft(content)
    assert list(proposed(found)) == [("overview", "en")]
    assert "Punkt" not in proposed(found)["overview", "en"]
    assert [(each.code, each.value) for each in found.remarks] == [
        ("section_missing", "[overview/da]")
    ]


def test_without_heading_and_end_nothing_is_guessed():
    content = edited(take_out(" [overview/da]"), edited(take_out("[/overview/en]")))
    found = kit.read_draft(content)
    assert found.proposals == ()
    assert [(each.code, each.sheet) for each in found.remarks] == [
        ("section_missing", "overview/da"),
        ("section_open", "overview/en"),
    ]


def test_a_heading_twice_is_refused():
    def twice(page):
        heading = drafts.paragraph(page, " [overview/da]")._p
        heading.addnext(parse_xml(heading.xml))

    assert refused(edited(twice)) == [("section_twice", "overview/da")]


def test_an_emptied_text_is_said_and_not_taken():
    found = kit.read_draft(edited(take_out("register changed")))
    assert found.proposals == ()
    assert [(each.code, each.sheet) for each in found.remarks] == [("text_emptied", "note:R01/en")]


def test_a_table_in_a_text_is_said_and_not_taken():
    def insert(page):
        table = page.add_table(rows=1, cols=1)
        table.cell(0, 0).text = "17"
        drafts.paragraph(page, "Item 17")._p.addnext(table._tbl)

    found = kit.read_draft(edited(insert))
    assert found.proposals == ()
    assert codes(found) == ["table_in_text"]


def test_comments_are_said():
    assert codes(kit.read_draft(drafts.with_comments(draft()))) == ["comments_left"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("See <b>here</b>", "holds_markup"),
        ("iVBORw0KGgo" + "Qm9yZGVyMTc" * 20, "holds_a_file"),
        ("Item \u202e71", "control_character"),
        ("word " * 5_000, "too_long"),
    ],
)
def test_a_text_that_nobody_would_take_is_refused_with_its_name(words, code):
    assert refused(edited(retype("Item 17", words))) == [(code, "overview/en")]


PICTURE = "<w:p {0}><w:r><w:{1}/></w:r></w:p>"


@pytest.mark.parametrize("tag", ["drawing", "pict", "object"])
def test_a_draft_with_a_picture_or_an_object_is_refused(tag):
    def insert(page):
        page.element.body.insert(0, parse_xml(PICTURE.format(nsdecls("w"), tag)))

    assert refused(edited(insert)) == [("media", "")]


@pytest.mark.parametrize(
    ("name", "part", "code"),
    [
        ("word/media/image1.jpeg", b"\xff\xd8\xff", "media"),
        ("word/embeddings/oleObject1.bin", b"x", "media"),
        ("word/vbaProject.bin", b"x", "macro"),
        ("docProps/thumbnail.jpeg", b"\xff\xd8\xff", "media"),
        ("word/fonts/font1.odttf", b"x", "media"),
    ],
)
def test_a_draft_with_another_part_is_refused(name, part, code):
    assert refused(with_entries(draft(), {name: part}))[0][0] == code


def test_a_field_that_fetches_is_refused():
    def insert(page):
        field = (
            f"<w:p {nsdecls('w')}><w:r><w:instrText> INCLUDEPICTURE x</w:instrText></w:r></w:p>"
        )
        page.element.body.insert(0, parse_xml(field))

    assert refused(edited(insert))[0][0] == "external"


def test_another_document_is_no_draft():
    def empty(page):
        for each in list(page.element.body)[:-1]:
            page.element.body.remove(each)

    assert refused(drafts.without_properties(edited(empty))) == [("not_a_draft", "")]


LINE = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=30)
WORDS = (
    st.lists(LINE, min_size=1, max_size=4)
    .map("\n".join)
    .filter(
        lambda text: (
            typeset.normal_text(text).strip()
            and not wire.fault_in_text(text, may_break=True)
            and not any(typeset.mark_in(line) for line in text.split("\n"))
        )
    )
)
KINDS = ["overview", "resources", "views", "note:R01", "note:V09"]


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(KINDS), st.sampled_from(["en", "da", "pt-BR"])),
        st.tuples(WORDS, st.none() | WORDS),
        min_size=1,
        max_size=6,
    )
)
def test_a_round_trip_changes_only_the_texts_that_were_changed(texts):
    """Texts are changed by writing the draft anew with the digests of the first: as an editor leaves the file."""
    blocks = tuple(typeset.ReportText(*key, "Title", old) for key, (old, _) in texts.items())
    after = tuple(
        typeset.ReportText(*key, "Title", old if new is None else new)
        for key, (old, new) in texts.items()
    )
    table = typeset.Section("Figures", (TABLES[0],))
    first = draft(report(sections=(typeset.Section("One", blocks), table)))
    second = draft(report(sections=(typeset.Section("One", after), table)))
    found = kit.read_draft(with_part_of(first, second, "word/document.xml"))
    expected = {
        key: typeset.normal_text(new).strip()
        for key, (old, new) in texts.items()
        if new is not None and typeset.normal_text(new) != typeset.normal_text(old)
    }
    assert proposed(found) == expected
    assert all(
        each.was == wire.text_digest(texts[each.kind, each.language][0])
        for each in found.proposals
    )
    assert found.remarks == ()


def with_part_of(first, second, name):
    part = zipfile.ZipFile(BytesIO(second)).read(name)
    return with_entries(first, {}, {name: lambda _: part})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_draft_is_read_or_refused(seed):
    chance = random.Random(seed)

    def damage(part):
        changed = bytearray(part)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(changed))
            changed[place : place + chance.randint(0, 9)] = bytes(
                chance.choices(b'<>"=09ar:/', k=3)
            )
        return bytes(changed)

    name = chance.choice(["word/document.xml", "docProps/custom.xml"])
    try:
        kit.read_draft(with_entries(draft(), {}, {name: damage}))
    except kit.FileRefusedError as error:
        assert all(fault.sentence for fault in error.faults)
