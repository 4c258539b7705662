# SPDX-License-Identifier: Apache-2.0
"""An index and its delta over their lives: contents that come back, failures half way, readers beside writers."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from havn.lib.matching import FingerprintError, Index, IndexFileError
from havn.lib.matching._delta import SIZE
from tests.unit.lib.listed import NAMES, listed

FRESH = np.full((1, 32), 0x5A, np.uint8)
NEW = 2**41


@pytest.fixture
def path(tmp_path):
    """Return an index of forty entries on three lists."""
    place = tmp_path / "known.havn-index"
    listed(41, 40).index().save(place)
    return place


def add(index: Index, identifier: int = NEW) -> None:
    index.add(FRESH, identifiers=np.array([identifier], np.uint64))


def finds(index: Index) -> bool:
    return any(each.identifier == NEW for each in index.query(FRESH.tobytes(), radius=0))


def delta_of(path: Path) -> Path:
    (found,) = path.parent.glob("*.delta")
    return found


def test_a_reader_follows_when_contents_come_back_to_what_they_were(path):
    reader, writer = Index.open(path), Index.open(path)
    add(writer)
    assert reader.refresh()
    assert finds(reader)
    writer.merge()
    writer.remove([NEW])
    writer.merge()
    assert len(writer) == 40
    assert reader.refresh()
    assert not finds(reader)
    add(reader, NEW + 1)
    assert len(Index.open(path)) == 41


def test_what_was_merged_does_not_come_back_by_a_delta_that_a_killed_writer_left(path, tmp_path):
    writer = Index.open(path)
    add(writer)
    left = delta_of(path)
    shutil.copy(left, tmp_path / "copy")
    writer.merge()
    writer.remove([NEW])
    writer.merge()
    shutil.copy(tmp_path / "copy", left)
    assert not finds(Index.open(path))


def test_a_merge_that_changes_nothing_begins_a_new_delta_all_the_same(path):
    index = Index.open(path)
    add(index)
    index.remove([NEW])
    assert index.version.endswith("+2")
    index.merge()
    assert index.version.endswith("+0")
    assert not list(path.parent.glob("*.delta"))


def test_an_index_that_is_built_anew_begins_without_what_was_added_to_the_old_one(path):
    add(Index.open(path))
    listed(41, 40).index().save(path)
    again = Index.open(path)
    assert not finds(again)
    add(again)
    assert finds(Index.open(path))


def test_a_delta_without_its_index_does_not_wait_for_one_of_the_same_contents(path):
    add(Index.open(path))
    path.unlink()
    listed(41, 40).index().save(path)
    assert not finds(Index.open(path))


def test_an_index_that_could_not_be_read_again_is_tried_again(path, tmp_path):
    reader = Index.open(path)
    whole = path.read_bytes()
    (tmp_path / "bad").write_bytes(whole[:-1])
    (tmp_path / "bad").replace(path)
    for _ in range(3):
        with pytest.raises(IndexFileError, match="cut short"):
            reader.refresh()
        with pytest.raises(IndexFileError, match="cut short"):
            add(reader)
    (tmp_path / "good").write_bytes(whole)
    (tmp_path / "good").replace(path)
    assert reader.refresh()
    add(reader)
    assert finds(Index.open(path))


def test_a_damaged_file_that_took_the_name_is_read_through_only_once(path, tmp_path):
    reader = Index.open(path)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[-5000] ^= 1
    (tmp_path / "other").write_bytes(damaged)
    (tmp_path / "other").replace(path)
    status = path.stat()
    with pytest.raises(IndexFileError, match="damaged in the MiB"):
        reader.refresh()
    path.write_bytes(whole)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(IndexFileError, match="damaged in the MiB"):
        reader.refresh()  # the same device, inode, size and time: not read again
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert reader.refresh()


def test_a_damaged_delta_of_a_file_that_took_the_name_is_read_again(path, tmp_path):
    reader = Index.open(path)
    listed(42, 30).index().save(path)
    add(Index.open(path))
    delta = delta_of(path)
    whole = delta.read_bytes()
    delta.write_bytes(whole[:-1] + b"\x55")
    with pytest.raises(IndexFileError, match="does not fit its digest"):
        reader.refresh()
    delta.write_bytes(whole)
    assert reader.refresh()
    assert finds(reader)


def test_an_index_that_is_gone_is_an_error_and_what_was_read_still_answers(path):
    reader = Index.open(path)
    path.unlink()
    with pytest.raises(IndexFileError, match="cannot be read"):
        reader.refresh()
    assert len(reader) == 40
    assert len(reader.query_many(listed(41, 40).fingerprints, radius=0).distances) >= 40


def test_records_before_a_damaged_one_are_taken_in_when_it_is_mended(path):
    reader, writer = Index.open(path), Index.open(path)
    for identifier in range(NEW, NEW + 3):
        add(writer, identifier)
    delta = delta_of(path)
    whole = delta.read_bytes()
    delta.write_bytes(whole[:-20] + b"\x99" + whole[-19:])
    for _ in range(2):
        with pytest.raises(IndexFileError, match="record 3 does not fit its digest"):
            reader.refresh()
        assert reader.version.endswith("+0")
        assert not finds(reader)
    delta.write_bytes(whole)
    assert reader.refresh()
    assert (len(reader), reader.version) == (43, writer.version)


@pytest.mark.parametrize("how", ["gone", "shorter"])
def test_a_delta_that_became_shorter_is_refused_and_never_filled_up(path, how):
    writer = Index.open(path)
    add(writer)
    delta = delta_of(path)
    if how == "gone":
        delta.unlink()
    else:
        delta.write_bytes(delta.read_bytes()[:-SIZE])
    for act in (lambda: add(writer, NEW + 1), writer.refresh):
        with pytest.raises(IndexFileError, match="shorter than they were"):
            act()
    assert not delta.exists() or delta.stat().st_size == 64


FULL = """
import resource, signal, sys
import numpy as np
from havn.lib.matching import Index, IndexFileError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
index = Index.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (64 + 64 * 5 + 10, -1))
try:
    index.add(np.zeros((9, 32), np.uint8), identifiers=np.arange(2**41, 2**41 + 9, dtype=np.uint64))
except IndexFileError as error:
    print(error)
"""


def test_on_a_full_disk_nothing_is_added_as_it_says(path):
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "nothing was added" in told.stdout
    assert len(Index.open(path)) == 40
    add(Index.open(path))
    assert len(Index.open(path)) == 41


def test_a_list_number_is_checked_against_the_lists_that_there_are_now(path):
    stale = Index.open(path)
    made = listed(41, 40)
    Index.build(made.fingerprints, identifiers=made.identifiers, list_names=["z"]).save(path)
    with pytest.raises(FingerprintError, match="list number 2, and only 1 have a name"):
        stale.add(FRESH, identifiers=np.array([NEW], np.uint64), lists=np.array([2], np.uint16))
    assert stale.list_names == ("z",)
    assert not list(path.parent.glob("*.delta"))


def test_searches_go_on_while_lists_are_named_and_entries_come_and_go(path):
    reader, writer = Index.open(path), Index.open(path)
    reader.prepare()
    failures, stop, asked = [], threading.Event(), [0]

    def ask():
        while not stop.is_set():
            try:
                reader.refresh()
                found = [each.identifier for each in reader.query(FRESH.tobytes(), radius=63)]
                many = reader.query_many(
                    np.repeat(FRESH, 3, axis=0), lists=reader.list_names[:2]
                ).of(1)
                assert len(found) == len(set(found))
                assert all(each.list in NAMES[:2] for each in many)
                asked[0] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, the test says it
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(150):
            at = writer.add_list(f"list {number}")
            writer.add(
                FRESH ^ np.uint8(1 << number % 8),
                identifiers=np.array([NEW + number % 40], np.uint64),
                lists=np.array([at], np.uint16),
            )
            if number % 3 == 2:
                writer.remove([NEW + each % 40 for each in range(number - 2, number + 1)])
            if number % 50 == 49:
                writer.merge()
            if number % 40 > 36:
                writer.remove(range(NEW, NEW + 40))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert asked[0] > 3


def test_a_compact_index_stays_compact_when_it_is_merged(path, tmp_path):
    place = tmp_path / "compact"
    dice = np.random.default_rng(42)
    Index.build(dice.integers(0, 256, (3000, 32), dtype=np.uint8), compact=True).save(place)
    index = Index.open(place)
    add(index)
    index.merge()
    assert Index.open(place)._standing.contents.compact
    assert not Index.open(path)._standing.contents.compact


def test_a_hundred_thousand_records_are_read_in_a_moment_of_work(path):
    index = Index.open(path)
    count = 100_000
    fingerprints = np.random.default_rng(43).integers(0, 256, (count, 32), dtype=np.uint8)
    index.add(fingerprints, identifiers=np.arange(NEW, NEW + count, dtype=np.uint64))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    again = Index.open(path)
    # A copy of the rest for each record would take half a minute; this is a law of growth, not a time.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 15
    assert len(again) == count + 40


def test_two_that_write_one_file_both_succeed_and_leave_nothing_else(tmp_path):
    place = tmp_path / "known"
    failures = []

    def save(seed):
        try:
            for _ in range(5):
                listed(seed, 50).index().save(place)
        except IndexFileError as error:
            failures.append(error)

    threads = [threading.Thread(target=save, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(Index.open(place, verify=True)) == 50
    assert sorted(each.name for each in tmp_path.iterdir()) == ["known", "known.lock"]


def test_what_a_killed_writer_left_is_taken_away_by_the_next(path):
    (path.parent / f".{path.name}.0badcafe.unfinished").write_bytes(b"half")
    listed(41, 40).index().save(path)
    assert not list(path.parent.glob(".*unfinished"))


def test_an_index_that_is_named_by_a_link_has_one_lock_and_one_delta(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)
    add(Index.open(link))
    assert finds(Index.open(path))
    Index.open(link).merge()
    assert link.is_symlink()
    assert finds(Index.open(path))


@pytest.mark.parametrize("odd", [-1, 2**64, 1.7, "7"])
def test_what_is_no_identifier_is_refused(path, odd):
    index = Index.open(path)
    with pytest.raises(FingerprintError, match="whole number from 0 to 2"):
        index.remove([odd])
    with pytest.raises(FingerprintError, match="whole number from 0 to 2"):
        index.entry(odd)


@pytest.mark.parametrize("odd", [32, None, 3.5])
def test_what_is_neither_bytes_nor_digits_is_no_fingerprint(path, odd):
    with pytest.raises(FingerprintError, match="given as 32 bytes or 64 digits, not as"):
        Index.open(path).query(odd)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"radius": 31.5}, "a radius is a whole number"),
        ({"radius": None}, "a radius is a whole number"),
        ({"minimum_quality": "5"}, "a least quality is a whole number"),
        ({"lists": []}, "no list is named to search in"),
    ],
)
def test_what_a_search_cannot_follow_is_refused(path, arguments, why):
    with pytest.raises(FingerprintError, match=why):
        Index.open(path).query(bytes(32), **arguments)


@pytest.mark.parametrize("names", ["ab", [5], ["\udc80"]])
def test_names_of_lists_are_texts(names):
    with pytest.raises(FingerprintError, match=r"names of lists|no text"):
        Index.build(np.zeros((1, 32), np.uint8), list_names=names)
