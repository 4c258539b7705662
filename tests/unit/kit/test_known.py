# SPDX-License-Identifier: Apache-2.0
"""Indexes with the names of their entries: made, added to, taken from, folded, damaged; always the same answers."""

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
from havn.lib.matching import IndexFileError
from tests.support.hash_lists import MD5, VALUES, export, listed


def names(known, value, radius=0):
    return sorted(
        (each.list, known.name_of(each.identifier))
        for each in known.index.query(value, radius=radius)
    )


def on(known, digest):
    """Return on which lists, and as which entries, an MD5 stands."""
    return [(each.list, each.entry) for each in known.find_digest("md5", bytes.fromhex(digest))]


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "known.index"
    build_index(
        target,
        [
            listed("ours", "# two and a digest", VALUES[0].hex(), VALUES[1].hex(), MD5[0]),
            export("theirs", ("e1", "pdq", VALUES[1].hex()), ("e2", "md5", MD5[1])),
        ],
    )
    return target


def test_entries_are_named_as_their_lists_name_them(path):
    known = open_index_file(path)
    assert known.size == 5
    assert names(known, VALUES[0]) == [("ours", "2")]
    assert names(known, VALUES[1]) == [("ours", "3"), ("theirs", "e1")]
    assert on(known, MD5[1]) == [("theirs", "e2")]
    assert on(known, MD5[2]) == []


def test_what_is_added_is_found_with_its_name_and_only_once(path):
    more = export("new", ("n1", "pdq", VALUES[2].hex()), ("n2", "md5", MD5[3]))
    before = open_index_file(path)
    assert add_to_index(path, more) == 2
    assert add_to_index(path, more) == 0
    assert before.refresh()
    for known in (before, open_index_file(path)):
        assert known.size == 7
        assert names(known, VALUES[2]) == [("new", "n1")]
        assert on(known, MD5[3]) == [("new", "n2")]


def test_what_is_taken_out_is_never_found_and_can_come_back(path):
    assert remove_from_index(path, names=["e1", "e2"]) == 2
    known = open_index_file(path)
    assert names(known, VALUES[1]) == [("ours", "3")]
    assert on(known, MD5[1]) == []
    assert remove_from_index(path, listed=listed("x", VALUES[1].hex(), MD5[0])) == 2
    known = open_index_file(path)
    assert (known.size, names(known, VALUES[1])) == (1, [])
    add_to_index(path, listed("ours", MD5[0]))
    assert on(open_index_file(path), MD5[0]) == [("ours", "1")]
    assert open_index_file(path).size == 2


def test_folding_changes_no_answer(path):
    add_to_index(path, export("new", ("n1", "pdq", VALUES[2].hex()), ("n2", "md5", MD5[3])))
    remove_from_index(path, names=["2"])
    before = open_index_file(path)
    told = [names(before, each, radius=63) for each in VALUES], before.size
    merge_index(path)
    after = open_index_file(path)
    assert ([names(after, each, radius=63) for each in VALUES], after.size) == told
    assert after.index.description().changes == 0
    assert on(after, MD5[3]) == [("new", "n2")]


def test_what_was_added_is_folded_into_the_names_and_digests(path):
    file, lines = added_lines(path)
    assert remove_from_index(path, names=["n3"]) + remove_from_index(path, names=["e2"]) == 2
    merge_index(path)
    assert not file.exists()
    assert verify_index(path).size == 6
    file.write_bytes(b"".join(lines))  # as if the machine had died before it was taken away
    known = open_index_file(path)
    assert names(known, VALUES[2]) == [("new", "n1")]
    assert [on(known, MD5[at]) for at in (0, 1, 3, 4)] == [
        [("ours", "4")],
        [],
        [("new", "n2")],
        [],
    ]
    assert known.identifiers_named({"n1"}) == {known.next_identifier() - 1}
    assert add_to_index(path, export("new", ("n1", "pdq", VALUES[2].hex()))) == 0


def test_an_identifier_is_not_given_again_after_folding(path):
    added_lines(path)
    before = open_index_file(path).next_identifier()
    remove_from_index(path, names=["n1"])
    merge_index(path)
    assert open_index_file(path).next_identifier() == before
    add_to_index(path, export("new", ("n5", "pdq", VALUES[5].hex())))
    merge_index(path)
    merge_index(path)
    known = open_index_file(path)
    assert (names(known, VALUES[5]), known.next_identifier()) == ([("new", "n5")], before + 1)
    assert remove_from_index(path, names=["n5", "n2"]) == 2


def test_names_of_the_version_before_are_read_and_folded_into_the_new_one(path, monkeypatch):
    monkeypatch.setattr("havn.kit.known._entries.VERSION", 1)
    build_index(path, [listed("ours", VALUES[0].hex(), MD5[0])])
    monkeypatch.undo()
    beside = path.with_name(path.name + ".entries")
    assert beside.read_bytes()[8] == 1
    add_to_index(path, listed("ours", VALUES[2].hex()))
    merge_index(path)
    known = open_index_file(path)
    assert beside.read_bytes()[8] == 2
    assert (names(known, VALUES[2]), on(known, MD5[0])) == ([("ours", "1")], [("ours", "2")])


def test_an_index_that_is_folded_while_it_is_open_is_followed(path):
    known = open_index_file(path)
    assert add_to_index(path, export("new", ("n2", "md5", MD5[3]))) == 1
    assert known.refresh()
    merge_index(path)  # of fingerprints nothing changes, so the index has the version that it had
    add_to_index(path, export("new", ("n4", "md5", MD5[5])))
    assert known.refresh()
    assert [on(known, MD5[at]) for at in (0, 3, 5)] == [
        [("ours", "4")], [("new", "n2")], [("new", "n4")],
    ]  # fmt: skip
    assert (known.size, known.version) == (7, open_index_file(path).version)


@pytest.mark.parametrize("is_folded", [False, True])
def test_a_list_of_digests_that_was_added_is_not_lost_by_building_anew(path, is_folded):
    add_to_index(path, export("uploads", ("n2", "md5", MD5[3])))
    if is_folded:
        merge_index(path)
    again = [listed("ours", VALUES[0].hex()), listed("theirs", VALUES[1].hex())]
    with pytest.raises(ListError, match=r"holds entries on the list uploads.*--forget-added"):
        build_index(path, again)
    assert on(open_index_file(path), MD5[3]) == [("uploads", "n2")]
    build_index(path, again, forget_added=True)
    assert on(open_index_file(path), MD5[3]) == []


def test_a_folding_that_fails_leaves_all_as_it_was(path):
    added_lines(path)
    lock = path.with_name(path.name + ".lock")
    lock.unlink()
    lock.mkdir()  # no index is written where its lock cannot be had
    with pytest.raises(IndexFileError):
        merge_index(path)
    lock.rmdir()
    known = open_index_file(path)
    assert (names(known, VALUES[2]), on(known, MD5[4])) == ([("new", "n1")], [("new", "n3")])
    assert not list(path.parent.glob("*unfinished*"))


def test_an_index_that_is_built_over_another_forgets_what_was_added_to_it(path):
    add_to_index(path, export("new", ("n2", "md5", MD5[3])))
    build_index(path, [listed("ours", VALUES[4].hex())], forget_added=True)
    known = open_index_file(path)
    assert (known.size, names(known, VALUES[4])) == (1, [("ours", "1")])
    assert on(known, MD5[3]) == []


def test_two_lists_of_one_name_are_refused(tmp_path):
    with pytest.raises(ListError, match="NAME=FILE"):
        build_index(tmp_path / "i", [listed("a", VALUES[0].hex()), listed("a", VALUES[1].hex())])


def test_an_index_without_names_beside_it_names_entries_by_number(tmp_path):
    from havn.lib.matching import Index

    Index.build(
        np.frombuffer(VALUES[0], np.uint8)[None], identifiers=np.array([7], np.uint64)
    ).save(tmp_path / "plain.index")
    known = open_known(tmp_path / "plain.index")
    assert names(known, VALUES[0]) == [("", "7")]


def test_the_names_of_an_index_that_was_built_from_lists_are_missed(path):
    entries_path = path.with_name(path.name + ".entries")
    entries_path.rename(entries_path.with_name("elsewhere"))
    with pytest.raises(
        ListError, match="with the names of its entries and their digests is not there"
    ):
        open_known(path)


def test_a_name_that_stands_on_several_lists_is_taken_out_of_the_one_that_is_named(tmp_path):
    target = tmp_path / "two.index"
    build_index(
        target, [listed("a", VALUES[0].hex(), MD5[0]), listed("b", VALUES[1].hex(), MD5[1])]
    )
    with pytest.raises(ListError, match=r"several lists \(a, b\). Say which with --of"):
        remove_from_index(target, names=["1"])
    assert remove_from_index(target, names=["1", "2"], of="b") == 2
    known = open_known(target)
    assert names(known, VALUES[0]) == [("a", "1")]
    assert names(known, VALUES[1]) == []
    assert on(known, MD5[0])
    assert on(known, MD5[1]) == []


def test_an_index_without_an_entry_is_refused(path):
    remove_from_index(path, names=["2", "3", "4"], of="ours")
    remove_from_index(path, names=["e1", "e2"])
    with pytest.raises(ListError, match="without any entry"):
        open_known(path)


@pytest.mark.parametrize("suffix", ["", ".entries"])
def test_every_flipped_byte_is_found_by_verifying(path, suffix):
    file = path.with_name(path.name + suffix)
    content = file.read_bytes()
    verify_index(path)
    rng = np.random.default_rng(3)
    for place in rng.integers(0, len(content), 60).tolist():
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(0, 8))
        file.write_bytes(changed)
        try:
            verify_index(path)
        except (ListError, IndexFileError):
            continue
        # Between the parts of a file lie bytes that mean nothing.
        assert content[place] == 0
        assert names(open_index_file(path), VALUES[1]) == [("ours", "3"), ("theirs", "e1")]
    file.write_bytes(content)
    verify_index(path)


def added_lines(path):
    file = path.with_name(path.name + ".entries.added")
    add_to_index(path, export("new", ("n1", "pdq", VALUES[2].hex()), ("n2", "md5", MD5[3])))
    add_to_index(path, export("new", ("n3", "md5", MD5[4])))
    return file, file.read_bytes().splitlines(keepends=True)


def test_a_changed_byte_of_what_was_added_is_found_whenever_it_is_read(path):
    file, lines = added_lines(path)
    content = b"".join(lines)
    for place in range(0, len(content) - 1, 7):
        changed = bytearray(content)
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(ListError, match=r"damaged: line \d is not as it was written. Copy"):
            open_index_file(path)
    file.write_bytes(content)
    verify_index(path)


@pytest.mark.parametrize("order", [[1, 2], [0, 2], [1, 0, 2], [0, 0, 1, 2]])
def test_a_line_that_is_left_out_moved_or_doubled_is_found(path, order):
    file, lines = added_lines(path)
    file.write_bytes(b"".join(lines[at] for at in order))
    with pytest.raises(ListError, match="is damaged: line"):
        verify_index(path)


@pytest.mark.parametrize("suffix", ["", ".entries"])
def test_a_file_that_is_cut_short_is_refused(path, suffix):
    file = path.with_name(path.name + suffix)
    content = file.read_bytes()
    for length in (0, 7, 50, 200, len(content) // 2, len(content) - 70):
        file.write_bytes(content[:length])
        with pytest.raises((ListError, IndexFileError)):
            verify_index(path)


def test_a_line_that_a_dying_process_left_half_is_forgotten(path):
    added = path.with_name(path.name + ".entries.added")
    add_to_index(path, export("new", ("n1", "md5", MD5[3])))
    with added.open("ab") as stream:
        stream.write(b'{"of": 12, "op": "a')
    add_to_index(path, export("new", ("n2", "md5", MD5[4])))
    known = open_index_file(path)
    assert [on(known, each) for each in MD5[3:5]] == [[("new", "n1")], [("new", "n2")]]


def test_a_list_that_is_rewritten_within_its_time_stamp_is_seen(tmp_path):
    file = tmp_path / "list.txt"
    for value in VALUES:
        file.write_text(value.hex() + "\n")
        known = open_known(file)
        assert names(known, value) == [("list.txt", "1")]
    # One index is kept, that of the list as it is.
    assert len(list((tmp_path / "list.txt.havn-index").glob("*.index"))) == 1


def test_a_list_whose_folder_others_may_write_is_indexed_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "list.txt"
    file.write_text(VALUES[0].hex())
    beside = tmp_path / "list.txt.havn-index"
    beside.mkdir()
    beside.chmod(0o777)
    assert names(open_known(file), VALUES[0]) == [("list.txt", "1")]
    assert list(beside.iterdir()) == []
    assert list((tmp_path / "cache" / "lists").iterdir())


def test_an_index_that_is_built_anew_while_it_is_open_is_followed_with_its_names_and_digests(path):
    known = open_known(path)
    before = known.version
    assert on(known, MD5[5]) == []
    build_index(path, [listed("new", "# one", VALUES[0].hex(), VALUES[5].hex(), MD5[5])])
    assert known.refresh()
    assert names(known, VALUES[5]) == [("new", "3")]
    assert on(known, MD5[5])
    assert on(known, MD5[0]) == []
    assert known.version != before
    add_to_index(path, listed("later", VALUES[6].hex()))
    assert known.refresh()
    assert names(known, VALUES[6]) == [("later", "1")]


def test_the_names_of_another_index_are_not_taken_for_those_of_this_one(path, tmp_path):
    other = tmp_path / "other.index"
    build_index(other, [listed("other", VALUES[3].hex())])
    other.with_name("other.index.entries").replace(path.with_name(path.name + ".entries"))
    with pytest.raises(ListError, match="holds the names of another index"):
        open_known(path)


def test_an_index_that_cannot_be_written_leaves_the_old_one_with_all_that_belongs_to_it(path):
    before = open_known(path).version
    lock = path.with_name(path.name + ".lock")
    lock.unlink()
    lock.mkdir()  # no index is written where its lock cannot be had
    with pytest.raises(IndexFileError):
        build_index(path, [listed("new", VALUES[7].hex())])
    lock.rmdir()
    known = open_known(path)
    assert known.version == before
    assert names(known, VALUES[0]) == [("ours", "2")]
    assert on(known, MD5[0])
    assert not list(path.parent.glob("*unfinished*"))


def test_the_version_of_an_index_tells_its_digests_too(path):
    known = open_known(path)
    seen = {known.version}
    for change in (
        lambda: add_to_index(path, listed("ours", MD5[6])),
        lambda: remove_from_index(path, listed=listed("x", MD5[6])),
        lambda: add_to_index(path, listed("ours", MD5[7])),
    ):
        change()
        assert known.refresh()
        assert known.version == open_known(path).version
        assert known.version not in seen
        seen.add(known.version)


def test_nothing_is_clear_by_an_index_that_was_emptied_while_it_is_open(path):
    from havn.kit.scanning import Looker, LookRules
    from havn.lib.fingerprint import Pdq, Reading

    known = open_known(path)
    looker = Looker([known], LookRules())
    reading = Reading(pdq=Pdq(VALUES[7], 100))
    assert looker.row("a", reading).verdict == "clear"
    remove_from_index(path, names=["2", "3", "4"], of="ours")
    remove_from_index(path, names=["e1", "e2"])
    known.refresh()
    row = looker.row("a", reading)
    assert (row.verdict, row.list_size) == ("unreadable", 0)
    assert "Nothing is listed any more" in row.why


def test_a_list_to_which_entries_were_added_is_not_lost_by_building_anew(path):
    add_to_index(path, listed("uploads", VALUES[6].hex()))
    again = [listed("ours", VALUES[0].hex()), listed("theirs", VALUES[1].hex())]
    with pytest.raises(ListError, match=r"holds entries on the list uploads.*--forget-added"):
        build_index(path, again)
    assert names(open_known(path), VALUES[6]) == [("uploads", "1")]
    build_index(path, [*again, listed("uploads", VALUES[6].hex())])
    add_to_index(path, listed("uploads", VALUES[5].hex()))
    build_index(path, again, forget_added=True)
    assert names(open_known(path), VALUES[6]) == []
    build_index(path, [listed("another", VALUES[0].hex())])  # nothing was added to this one


def test_a_digest_on_two_lists_stays_on_one_when_it_is_taken_from_the_other(tmp_path):
    target = tmp_path / "both.index"
    build_index(target, [export("a", ("a1", "md5", MD5[0])), export("b", ("b1", "md5", MD5[0]))])
    assert on(open_index_file(target), MD5[0]) == [("a", "a1"), ("b", "b1")]
    assert add_to_index(target, export("c", ("c1", "md5", MD5[0]), ("c2", "md5", MD5[0]))) == 2
    assert open_index_file(target).size == 4
    assert remove_from_index(target, names=["a1"]) == 1
    assert remove_from_index(target, names=["c2"]) == 1
    known = open_index_file(target)
    assert (on(known, MD5[0]), known.size) == ([("b", "b1"), ("c", "c1")], 2)
    assert add_to_index(target, export("a", ("a1", "md5", MD5[0]))) == 1
    assert remove_from_index(target, listed=listed("x", MD5[0]), of="b") == 1
    known = open_index_file(target)
    assert (on(known, MD5[0]), known.size) == ([("c", "c1"), ("a", "a1")], 2)
    assert remove_from_index(target, listed=listed("x", MD5[0])) == 2
    known = open_index_file(target)
    assert (on(known, MD5[0]), known.size, known.has_digests) == ([], 0, False)


def test_the_hashes_of_a_list_are_taken_from_the_one_that_is_named(path):
    assert remove_from_index(path, listed=listed("x", VALUES[1].hex()), of="theirs") == 1
    assert names(open_index_file(path), VALUES[1]) == [("ours", "3")]
