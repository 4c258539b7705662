# SPDX-License-Identifier: Apache-2.0
"""The journal of a scan: what was written is found again, what was cut or changed is not believed."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit.scanning import Journal, JournalError, remove_old_journals, stamp_of

RULES = {"radius": 31}
STAMP = (1, 2, 3, 4)


def written(path, names, rules=RULES):
    with Journal(path, rules) as journal:
        for name in names:
            journal.add(name, STAMP, {"verdict": name})


def remembered(path, names, rules=RULES):
    with Journal(path, rules) as journal:
        return [name for name in names if journal.find(name, STAMP) == {"verdict": name}]


def test_what_was_written_is_found_again_by_whatever_name_leads_there(tmp_path):
    written(tmp_path / "j", ["a", "b\nc", os.fsdecode(b"\xff\xfe")])
    assert len(remembered(tmp_path / "j", ["a", "b\nc", os.fsdecode(b"\xff\xfe"), "d"])) == 3
    with Journal(tmp_path / "j", RULES) as journal:
        assert journal.find("./x/../a", STAMP) is not None


def test_a_file_with_another_stamp_is_not_remembered(tmp_path):
    written(tmp_path / "j", ["a"])
    with Journal(tmp_path / "j", RULES) as journal:
        assert journal.find("a", (9, 2, 3, 4)) is None
        assert not journal.holds("a", (9, 2, 3, 4))
        journal.add("a", (9, 2, 3, 4), {"verdict": "new"})
    with Journal(tmp_path / "j", RULES) as journal:
        assert journal.find("a", (9, 2, 3, 4)) == {"verdict": "new"}


def test_a_journal_of_other_rules_begins_anew_and_says_so(tmp_path):
    written(tmp_path / "j", ["a"])
    with Journal(tmp_path / "j", {"radius": 30}) as journal:
        assert journal.began_anew
        assert journal.find("a", STAMP) is None
    with Journal(tmp_path / "j", {"radius": 30}) as journal:
        assert not journal.began_anew


def test_a_journal_belongs_to_one_process_at_a_time(tmp_path):
    with Journal(tmp_path / "j", RULES), pytest.raises(JournalError, match="Another process"):
        Journal(tmp_path / "j", RULES).__enter__()


def test_a_journal_that_cannot_be_written_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be written"):
        Journal(tmp_path / "file" / "j", RULES).__enter__()


def test_a_journal_is_readable_for_its_owner_alone(tmp_path):
    written(tmp_path / "j", ["a"])
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600


NAMES = ["a", "b", "c", "d", "e"]
BEGINS = b'{"journal": '


@pytest.mark.parametrize("content", [b"f8f8f0ce\n", b"\xff\xd8\xff\xe0", b'{"seq": 1}\n', b"\n"])
def test_a_file_that_is_no_journal_is_left_as_it_is(tmp_path, content):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(JournalError, match="is a file, and no journal; it was left as it is"):
        Journal(tmp_path / "list.txt", RULES).__enter__()
    assert (tmp_path / "list.txt").read_bytes() == content


@given(cut=st.integers(0, 700), flipped=st.none() | st.integers(0, 700))
def test_a_cut_or_changed_journal_holds_a_beginning_of_what_was_written(
    cut, flipped, tmp_path_factory
):
    path = tmp_path_factory.mktemp("cut") / "j"
    written(path, NAMES)
    content = bytearray(path.read_bytes())
    if flipped is not None:
        content[flipped % len(content)] ^= 1
    content = content[:cut]
    path.write_bytes(content)
    if not content.startswith(BEGINS) and not BEGINS.startswith(content):
        with pytest.raises(JournalError, match="no journal; it was left as it is"):
            remembered(path, NAMES)
        assert path.read_bytes() == content
        return
    found = remembered(path, NAMES)
    assert found == NAMES[: len(found)]
    written(path, NAMES)
    assert remembered(path, NAMES) == NAMES


def test_the_stamp_of_what_is_not_there_is_none(tmp_path):
    assert stamp_of(str(tmp_path / "none")) is None
    assert stamp_of("a\0b") is None


def test_what_is_over_is_forgotten_and_the_rest_is_kept(tmp_path):
    path = tmp_path / "j"
    with Journal(path, RULES) as journal:
        for name in NAMES:
            journal.add(name, STAMP, {"verdict": name})
        before = path.stat().st_size
        journal.forget(lambda absolute, stamp: absolute.endswith(("a", "c")) and stamp == STAMP)
        assert path.stat().st_size < before
        journal.add("f", STAMP, {"verdict": "f"})
        assert journal.find("b", STAMP) == {"verdict": "b"}
        with pytest.raises(JournalError):
            Journal(path, RULES).__enter__()
    assert remembered(path, [*NAMES, "f"]) == ["b", "d", "e", "f"]
    assert [each.name for each in tmp_path.iterdir()] == ["j"]


def test_what_cannot_be_forgotten_for_a_full_disk_leaves_the_journal_as_it_was_and_nothing_beside(
    tmp_path, monkeypatch
):
    path = tmp_path / "j"
    written(path, NAMES)
    before = path.read_bytes()

    def no_room(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(path, RULES) as journal:
        with monkeypatch.context() as full, pytest.raises(OSError, match="No space left"):
            full.setattr(os, "fsync", no_room)
            journal.forget(lambda _absolute, _stamp: False)
        assert [each.name for each in tmp_path.iterdir()] == ["j"]
        assert path.read_bytes() == before
        assert journal.find("e", STAMP) == {"verdict": "e"}
        journal.add("f", STAMP, {"verdict": "f"})
        assert journal.find("f", STAMP) == {"verdict": "f"}
    assert remembered(path, [*NAMES, "f"]) == [*NAMES, "f"]


def test_old_journals_are_taken_away_unless_somebody_works_with_them(tmp_path):
    def made(name, at):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (at, at))

    made("old.journal", 100)
    made("new.journal", 300)
    made("old.txt", 100)
    with Journal(tmp_path / "used.journal", RULES):
        os.utime(tmp_path / "used.journal", (100, 100))
        remove_old_journals(tmp_path, before=200)
    left = sorted(each.name for each in tmp_path.iterdir())
    assert left == ["new.journal", "old.txt", "used.journal"]
    remove_old_journals(tmp_path / "absent", before=200)
