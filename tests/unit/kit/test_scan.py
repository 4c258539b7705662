# SPDX-License-Identifier: Apache-2.0
"""A scan with a journal: what was said is told again from it, whatever could not be read is read again."""

from pathlib import Path

import pytest

from havn.kit.known import build_index, open_index_file
from havn.kit.lists import parse_list
from havn.kit.scanning import Item, Journal, Looker, LookRules, Scan, Walk, read_by, stamp_of
from havn.kit.scanning._scan import AT_HAND
from havn.lib.fingerprint import Pdq, Reading

SEEN = Reading(pdq=Pdq(bytes(32), 100), media="image")
RULES = {"radius": 31}


class Readers:
    """Reads nothing: says of each path what was given, and remembers which were asked for."""

    def __init__(self, **readings):
        self.readings = readings
        self.asked = []

    def read(self, paths):
        for path in paths:
            name = Path(path).name
            self.asked.append(name)
            yield path, self.readings.get(name, SEEN)


@pytest.fixture
def looker(tmp_path):
    build_index(tmp_path / "i", [parse_list(b"f" * 64, name="list")])
    return Looker([open_index_file(tmp_path / "i")], LookRules())


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}").write_bytes(b"")
    return folder


def scanned(files, readers, looker, journal):
    with Journal(journal, RULES) as opened:
        scan = Scan(Walk([str(files)]), readers=readers, looker=looker, journal=opened)
        return [(Path(row.path).name, row.verdict) for row in scan.rows()], scan.remembered


def test_a_file_that_could_not_be_read_is_read_again(files, looker, tmp_path):
    first = Readers(**{"3": Reading(unreadable="Permission denied.")})
    rows, _ = scanned(files, first, looker, tmp_path / "j")
    assert rows[3] == ("3", "unreadable")
    again = Readers()
    rows, remembered = scanned(files, again, looker, tmp_path / "j")
    assert (again.asked, rows[3], remembered) == (["3"], ("3", "clear"), 9)
    last = Readers()
    assert scanned(files, last, looker, tmp_path / "j") == (rows, 10)
    assert last.asked == []


def test_a_file_that_this_scan_read_itself_is_not_counted_as_remembered(files, looker, tmp_path):
    other = files / ".." / files.name
    for read, expected in ([f"{n}" for n in range(10)], 0), ([], 20):
        with Journal(tmp_path / "j", RULES) as journal:
            readers = Readers()
            walk = Walk([str(files), str(other)])
            scan = Scan(walk, readers=readers, looker=looker, journal=journal)
            assert len(list(scan.rows())) == 20
        assert (readers.asked, scan.remembered) == (read, expected)


def test_a_journal_tells_by_what_files_were_read(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    without = read_by()
    program.write_text("")
    program.chmod(0o755)
    assert (without["ffmpeg"], read_by()) == (False, without | {"ffmpeg": True})
    assert without["numpy"]
    assert without["pillow"]


class Counted:
    """A walk over files that are there, in which one says how many it came to."""

    def __init__(self, paths):
        self.paths = paths
        self.count = 0

    def __iter__(self):
        for path in self.paths:
            self.count += 1
            yield Item(path)


def test_what_is_remembered_is_told_as_the_walk_comes_to_it(files, looker, tmp_path):
    rows, _ = scanned(files, Readers(), looker, tmp_path / "j")
    with Journal(tmp_path / "j", RULES) as journal:
        walk = Counted([str(files / name) for name, _ in rows])
        scan = Scan(walk, readers=Readers(), looker=looker, journal=journal)
        told = [(Path(row.path).name, row.verdict, walk.count) for row in scan.rows()]
    assert told == [(*row, count) for count, row in enumerate(rows, start=1)]


def test_the_walk_is_never_far_ahead_of_what_is_told(files, looker, tmp_path):
    scanned(files, Readers(), looker, tmp_path / "j")
    (files / "new").write_bytes(b"")
    # One that is new among very many that are remembered: the same ones, named again and again.
    old = [str(files / f"{at % 10}") for at in range(4000)]
    paths = [*old[:1500], str(files / "new"), *old]
    with Journal(tmp_path / "j", RULES) as journal:
        walk, readers = Counted(paths), Readers()
        scan = Scan(walk, readers=readers, looker=looker, journal=journal)
        told = [(row.path, walk.count) for row in scan.rows()]
    assert [path for path, _ in told] == paths
    assert readers.asked == ["new"]
    assert max(count - at for at, (_, count) in enumerate(told)) <= AT_HAND + 1


def test_files_are_told_in_the_order_of_the_walk_whichever_is_read_first(files, looker, tmp_path):
    class Backwards(Readers):
        def read(self, paths):
            yield from reversed(list(super().read(paths)))

    with Journal(tmp_path / "j", RULES) as journal:
        for at in (1, 2, 5):
            path = str(files / f"{at}")
            journal.add(path, stamp_of(path), {"verdict": "match"})
    rows, remembered = scanned(files, Backwards(), looker, tmp_path / "j")
    matches = {"1", "2", "5"}
    assert rows == [(f"{n}", "match" if f"{n}" in matches else "clear") for n in range(10)]
    assert remembered == 3
