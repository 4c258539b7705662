# SPDX-License-Identifier: Apache-2.0
"""The watch itself: who goes first, what a full disk costs, and that what was taken is not given again."""

import errno
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from havn.kit.known import ListError
from havn.kit.scanning import Journal, LookRules, stamp_of
from havn.kit.watching import FollowedLists, Watch, _lists, _memory, _watch
from havn.kit.watching._uploads import folded
from havn.lib.fingerprint import Reading
from havn.lib.matching import IndexFileError
from tests.support.nobody import not_as_root

WAYS = [False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: the system does not tell what is closed"))]  # fmt: skip


class Clock:
    """Time that passes when something is done, and a little whenever somebody looks."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        self.at += 0.02
        return self.at


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    for module in (_watch, _memory, _lists):
        monkeypatch.setattr(module, "monotonic", made)
    return made


@dataclass
class Readers:
    """Reads one file after the other, a hundredth of a second each."""

    clock: Clock

    def read(self, paths):
        for path in paths:
            self.clock.at += 0.01
            yield path, Reading(unreadable="made up")


class Lists:
    """Lists that somebody looks at; each round takes half a second."""

    known = ()

    def __init__(self, clock):
        self.clock = clock
        self.looks = 0

    def refresh(self):
        self.looks += 1
        self.clock.at += 0.5


class FullJournal(Journal):
    """A journal whose disk can be full: half of what it writes then arrives."""

    is_full = False

    def _write(self, row):
        if self.is_full:
            self._stream.write(b'{"absolute": "/half')
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._write(row)


class Desk:
    """A watch over a folder, and what it tells and says."""

    def __init__(self, folder, clock, *deliver, use_notices=False, folders=None):
        self.folder = folder / "uploads"
        self.folder.mkdir(exist_ok=True)
        self.lists = Lists(clock)
        self.said = []
        self.ends_with = None
        self.journal = FullJournal(folder / "journal", {"watch": 1})
        self.watch = None
        self._make = lambda: Watch(
            folders or [str(self.folder)], readers=Readers(clock), lists=self.lists, rules=LookRules(), journal=self.journal,
            deliver=deliver, say=self.say, settle=0.0, every=0.05, use_notices=use_notices,
        )  # fmt: skip

    def put(self, *names):
        for each in names:
            (self.folder / each).write_text(each)

    def say(self, text):
        self.said.append(text)
        if self.ends_with and self.ends_with in text:
            self.watch.stop()

    def run(self):
        with self.journal:
            self.watch = self._make()
            self.watch.run()


def name_of(row):
    return row.path.rpartition("/")[2]


@pytest.mark.parametrize("use_notices", WAYS)
def test_what_comes_while_many_wait_is_told_before_them_and_lists_are_looked_at_meanwhile(
    tmp_path, clock, use_notices
):
    told = []

    def deliver(row):
        told.append(name_of(row))
        if len(told) == 5:
            desk.put("fresh")
        if len(told) == 401:
            desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver, use_notices=use_notices)
    desk.put(*map(str, range(400)))
    desk.run()
    assert told.index("fresh") < 100
    assert (len(told), len(set(told))) == (401, 401)
    assert desk.lists.looks > 10


def test_lists_are_looked_at_between_files_whose_telling_takes_long(tmp_path, clock):
    looks = []

    def deliver(_row):
        clock.at += 60
        looks.append(desk.lists.looks)
        if len(looks) == 4:
            desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver)
    desk.put(*"abcd")
    desk.run()
    assert looks == sorted(set(looks))


def test_lists_are_looked_at_while_a_large_folder_is_gone_through(tmp_path, clock):
    looks = []

    def deliver(_row):
        looks.append(desk.lists.looks)
        desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver)
    desk.put(*map(str, range(100)))
    desk.run()
    assert looks[0] > 50


def test_those_that_wait_are_told_though_fresh_ones_never_end(tmp_path, clock):
    told = []

    def deliver(row):
        told.append(name_of(row))
        desk.put(f"fresh {len(told)}")
        if {"0", "1", "2"} <= set(told):
            desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver)
    desk.put("0", "1", "2")
    desk.run()


def test_a_full_disk_under_the_journal_ends_nothing_and_nothing_is_told_twice(tmp_path, clock):
    told = []

    def deliver(row):
        told.append(name_of(row))
        desk.journal.is_full = len(told) >= 2
        if len(told) < 6:
            desk.put(str(len(told)))
        else:
            desk.journal.is_full = False

    desk = Desk(tmp_path, clock, deliver)
    desk.put("0")
    desk.ends_with = "remembered again"
    desk.run()
    assert "No space left on device" in desk.said[0]
    assert sorted(told) == ["0", "1", "2", "3", "4", "5"]
    with Journal(tmp_path / "journal", {"watch": 1}) as journal:
        assert not journal.began_anew
        paths = [str(desk.folder / each) for each in told]
        assert all(journal.holds(each, stamp_of(each)) for each in paths)


def test_what_could_not_be_remembered_until_the_end_is_said(tmp_path, clock):
    def deliver(_row):
        desk.journal.is_full = True
        desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver)
    desk.put("a")
    desk.run()
    assert "No space left on device" in desk.said[0]
    assert "No space left on device" in desk.said[1]
    assert "it is tried again" not in desk.said[1]
    assert "could not be remembered: 1." in desk.said[-1]


def test_a_journal_that_cannot_be_shortened_ends_nothing_and_is_still_known(
    tmp_path, clock, monkeypatch
):
    monkeypatch.setattr(_memory, "FORGET_FROM", 1)

    def deliver(_row):
        desk.watch.stop()

    desk = Desk(tmp_path, clock, deliver)
    desk.put("a")
    desk.run()
    with Journal(tmp_path / "journal.new", {}):
        desk.put("b")
        desk.run()
    assert [each for each in desk.said if "cannot be shortened (Another process" in each]
    with Journal(tmp_path / "journal", {"watch": 1}) as journal:
        assert len(journal) == 2


def test_what_one_place_took_it_is_not_given_again_while_the_next_refuses(tmp_path, clock):
    written, run = [], []

    def write(row):
        written.append(name_of(row))

    def refuse_twice(row):
        run.append(name_of(row))
        if len(run) < 3:
            return "the command ended with 1"
        desk.watch.stop()
        return None

    desk = Desk(tmp_path, clock, write, refuse_twice)
    desk.put("a")
    desk.run()
    assert (written, run) == (["a"], ["a"] * 3)


def test_a_new_upload_under_the_name_of_one_that_was_refused_does_not_wait_for_it(tmp_path, clock):
    written, run = [], []

    def write(row):
        written.append(name_of(row))

    def refuse(_row):
        run.append(clock.at)
        if len(run) == 4:  # the next try would be 16 seconds later
            desk.put("a")
        if len(run) < 5:
            return "the command ended with 1"
        desk.watch.stop()
        return None

    desk = Desk(tmp_path, clock, write, refuse)
    desk.put("a")
    desk.run()
    assert run[4] - run[3] < 5
    assert written == ["a", "a"]


def test_folders_that_lie_in_others_are_folded(tmp_path):
    outer, inner, apart = (tmp_path / each for each in ("outer", "outer/inner", "outer2"))
    inner.mkdir(parents=True)
    apart.mkdir()
    (tmp_path / "link").symlink_to(inner)
    names = [str(each) for each in (inner, outer, apart, f"{outer}/.", tmp_path / "link")]
    assert folded(names) == [str(outer), str(apart)]


def test_a_folder_that_can_only_be_reached_by_its_name_is_kept():
    with TemporaryDirectory() as name:  # pytest's own may only be entered by its owner
        outer = Path(name)
        outer.chmod(0o755)
        between = outer / "between"
        inner, deeper = between / "inner", between / "inner" / "deeper"
        deeper.mkdir(parents=True)
        between.chmod(0o111)
        with not_as_root():
            kept = folded([str(each) for each in (outer, inner, deeper)])
        between.chmod(0o755)
    assert kept == [str(outer), str(inner)]


def test_a_file_below_two_folders_is_told_once(tmp_path, clock):
    told = []

    def deliver(row):
        told.append(row.path)
        if name_of(row) == "last":
            desk.watch.stop()
        else:
            desk.put("last")

    inside = tmp_path / "uploads" / "inside"
    desk = Desk(
        tmp_path, clock, deliver, folders=[f"{inside}/../inside", str(tmp_path / "uploads")]
    )
    inside.mkdir()
    (inside / "a").write_text("a")
    desk.run()
    assert [each.rpartition("/")[2] for each in told] == ["a", "last"]


@pytest.mark.parametrize(
    "refusal",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        ListError("list.txt cannot be read (No space left on device)."),
        IndexFileError("its index cannot be written: No space left on device"),
    ],
)
def test_a_list_that_the_system_refuses_is_tried_again_though_it_stays_as_it_is(
    tmp_path, clock, refusal
):
    file, said, opened = tmp_path / "list.txt", [], []
    file.write_text("one")

    class Opened:
        source_digest, size = "0" * 64, 1

        def __init__(self, version):
            self.version = version

    def open_list(_path, say):
        say("indexing")
        opened.append(file.read_text())
        if len(opened) in {2, 3}:
            raise refusal
        return Opened(opened[-1])

    lists = FollowedLists([str(file)], open_list=open_list, say=said.append)
    file.write_text("second")
    for _ in range(3):
        lists.refresh()
    assert (lists.known[0].version, len(opened), len(said)) == ("one", 2, 3)
    assert "No space left on device" in said[-1]
    clock.at += 2
    lists.refresh()
    clock.at += 3
    lists.refresh()
    assert len(opened) == 3
    clock.at += 1
    lists.refresh()
    assert (lists.known[0].version, len(said)) == ("second", 4)
