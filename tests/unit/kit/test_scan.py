# SPDX-License-Identifier: Apache-2.0
"""A scan with a journal: what was said is told again from it, whatever could not be read is read again."""

from pathlib import Path

import pytest

from havn.kit.known import build_index, open_index_file
from havn.kit.lists import parse_list
from havn.kit.scanning import Journal, Looker, LookRules, Scan, Walk, read_by
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
