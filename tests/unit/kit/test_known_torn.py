# SPDX-License-Identifier: Apache-2.0
"""Indexes beside which something is missing, half done or of another time: refused or mended, never quietly less."""

from pathlib import Path

import numpy as np
import pytest

from havn.kit.known import (
    ListError,
    add_to_index,
    build_index,
    merge_index,
    open_index_file,
    open_known,
    remove_from_index,
    verify_index,
)
from havn.lib.matching import Index
from tests.support.hash_lists import MD5, VALUES, export, listed

OF_A_CALLER = (1 << 30) + 7  # as a matcher numbers what its callers add


def beside(path, suffix):
    return path.with_name(path.name + suffix)


def found(known, value):
    return [
        (each.list, known.name_of(each.identifier)) for each in known.index.query(value, radius=0)
    ]


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "known.index"
    build_index(target, [listed("ours", VALUES[0].hex(), VALUES[1].hex(), MD5[0])])
    return target


@pytest.mark.timeout(20)
def test_what_died_between_an_index_and_its_names_is_mended_by_building_anew(path, monkeypatch):
    class PowerCutError(Exception):
        pass

    def cut(self, target):
        raise PowerCutError(f"{self} {target}")

    theirs = listed("theirs", VALUES[2].hex())
    with monkeypatch.context() as patch, pytest.raises(PowerCutError):
        patch.setattr(Path, "replace", replacing(but=".entries", otherwise=cut))
        build_index(path, [theirs])
    with pytest.raises(ListError, match="holds the names of another index"):
        open_index_file(path)
    with pytest.raises(ListError, match="holds the names of another index"):
        add_to_index(path, theirs)
    build_index(path, [theirs])
    assert found(open_index_file(path), VALUES[2]) == [("theirs", "1")]


def replacing(*, but, otherwise):
    real = Path.replace

    def replace(self, target):
        return (otherwise if str(target).endswith(but) else real)(self, target)

    return replace


def test_what_callers_of_a_matcher_added_stays_after_a_merge(path):
    index = Index.open(path)
    index.add(
        np.frombuffer(VALUES[3], np.uint8)[None],
        identifiers=np.array([OF_A_CALLER], np.uint64),
        lists=np.array([index.add_list("uploads")], np.uint16),
    )
    merge_index(path)
    known = open_index_file(path)
    assert known.index.description().identifiers[0] == OF_A_CALLER
    assert found(known, VALUES[3]) == [("uploads", str(OF_A_CALLER))]
    assert found(known, VALUES[1]) == [("ours", "2")]
    verify_index(path)
    with pytest.raises(ListError, match="on the list uploads, which is not among those given"):
        build_index(path, [listed("ours", VALUES[0].hex())])


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_lines_that_are_missing_at_the_end_are_missed(path, lines):
    for number in (1, 2, 3):
        add_to_index(path, export("new", (f"n{number}", "md5", MD5[number])))
    added = beside(path, ".entries.added")
    whole = added.read_bytes()
    added.write_bytes(b"".join(whole.splitlines(keepends=True)[:lines]))
    with pytest.raises(ListError, match=f"it holds {lines} of 3 lines. Copy the index"):
        verify_index(path)
    added.unlink()
    with pytest.raises(ListError, match="it holds 0 of 3 lines"):
        open_known(path)
    added.write_bytes(whole)
    assert open_known(path).find_digest("md5", bytes.fromhex(MD5[3]))


@pytest.mark.parametrize(
    "told", [b"", b"[]", b'{"of": 1}', b'{"of": "", "lines": "x", "check": ""}']
)
def test_a_note_of_how_many_lines_there_are_that_cannot_be_read_is_refused(path, told):
    add_to_index(path, export("new", ("n1", "md5", MD5[1])))
    beside(path, ".entries.told").write_bytes(told)
    with pytest.raises(ListError, match=r"known.index.entries.told is not as it was written"):
        open_known(path)


def test_names_of_what_was_added_are_missed_when_they_are_gone(path):
    remove_from_index(path, names=["1", "2"])
    add_to_index(path, export("new", ("n1", "pdq", VALUES[4].hex())))
    merge_index(path)
    assert found(open_index_file(path), VALUES[4]) == [("new", "n1")]
    beside(path, ".entries").unlink()
    with pytest.raises(ListError, match="does not name them all"):
        open_index_file(path)


def test_what_was_added_to_a_list_is_not_let_go_unsaid_after_a_merge_either(path):
    add_to_index(path, export("ours", ("n1", "pdq", VALUES[4].hex())))
    other = listed("theirs", VALUES[2].hex())
    for _ in range(2):
        with pytest.raises(ListError, match="holds entries on the list ours"):
            build_index(path, [other])
        merge_index(path)
    build_index(path, [other], forget_added=True)
    assert found(open_index_file(path), VALUES[4]) == []


def test_an_entry_is_found_by_nobody_before_its_name_is_there(path, monkeypatch):
    known = open_index_file(path)
    add_to_index(path, export("new", ("n1", "pdq", VALUES[4].hex())))
    refresh, named = Index.refresh, []

    def noting(index):
        named.extend(known.added.names.values())
        return refresh(index)

    monkeypatch.setattr(Index, "refresh", noting)
    assert known.refresh()
    assert named == [("n1", "new")]
    assert found(known, VALUES[4]) == [("new", "n1")]


def test_a_copy_that_a_dying_writer_left_is_taken_by_the_next_one(path):
    left = beside(path, ".entries.unfinished.new")
    left.write_bytes(b"half")
    build_index(path, [listed("ours", VALUES[0].hex())])
    assert not left.exists()
    assert not beside(path, ".entries.unfinished").exists()
