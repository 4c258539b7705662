# SPDX-License-Identifier: Apache-2.0
"""A list that is served: its new index is taken in, the old one answers until then, and a new worker waits for one."""

import errno
import os
import threading

import pytest

from havn.kit.known import open_known
from havn.kit.matcher import (
    Matcher,
    MatcherError,
    Plan,
    Settings,
    following,
    serving,
    source_of,
    sources,
)
from havn.kit.matcher.board import Board
from havn.kit.matcher.counters import SINGLES
from tests.support.matcher import digits, random_rows
from tests.support.waiting import wait_until

ROWS = random_rows(3, 5)
LONG = (
    90.0  # seconds: the search is compiled before an index is taken in, where nobody did so before
)


@pytest.fixture
def listed(tmp_path, monkeypatch):
    monkeypatch.setattr(following, "LONGEST_WAIT", 0.0)
    file = tmp_path / "partners.txt"
    file.write_text(digits(ROWS[0]) + "\n")
    return file


def finds(matcher, number):
    return bool(matcher.look_up(digits(ROWS[number])))


def test_the_new_index_of_a_list_is_taken_in(listed):
    matcher = Matcher(source_of(listed), Settings())
    assert finds(matcher, 0)
    listed.write_text(f"{digits(ROWS[1])}\n{digits(ROWS[2])}\n")
    open_known(listed)
    wait_until(lambda: finds(matcher, 2) and not finds(matcher, 0), seconds=LONG)
    assert not matcher.is_stale
    assert (matcher.path, len(matcher.index)) == (source_of(listed).index, 2)
    assert matcher.built_to() > 0


def test_the_old_index_answers_as_long_as_the_list_is_broken(listed):
    matcher = Matcher(source_of(listed), Settings())
    old = matcher.path
    listed.write_text("nonsense\n")
    old.unlink()
    for _ in range(3):
        assert finds(matcher, 0)
        assert matcher.is_stale
    listed.write_text(digits(ROWS[1]) + "\n")
    wait_until(lambda: finds(matcher, 1), seconds=LONG)
    assert not matcher.is_stale


def test_a_list_that_changed_is_followed_though_its_old_index_still_lies_there(
    listed, monkeypatch
):
    monkeypatch.setattr(following, "STAMP_EVERY", 0.0)
    matcher = Matcher(source_of(listed), Settings())
    before = matcher.path
    old = before.read_bytes()
    assert finds(matcher, 0)
    listed.write_text(digits(ROWS[1]) + "\n")
    made = source_of(listed).index
    before.write_bytes(old)
    wait_until(lambda: finds(matcher, 1), seconds=LONG)
    assert matcher.path == made
    listed.write_text("nonsense\n")
    wait_until(lambda: finds(matcher, 1) and matcher.is_stale)
    listed.write_text(digits(ROWS[2]) + "\n")
    wait_until(lambda: finds(matcher, 2) and not matcher.is_stale, seconds=LONG)


def test_a_list_is_looked_for_once_at_a_time_and_a_mistake_of_ours_is_counted_and_put_off(
    listed, monkeypatch
):
    monkeypatch.setattr(following, "LONGEST_WAIT", 1000.0)
    go_on, board, taken = threading.Event(), Board(), []

    def take(path):
        taken.append(path)
        go_on.wait(20)
        raise ZeroDivisionError

    follower = following.ListFollower(listed, take, board)
    for _ in range(5):
        follower.look(is_stale=True)
    wait_until(lambda: taken)
    go_on.set()
    wait_until(lambda: follower.is_failing)
    for _ in range(5):
        follower.look(is_stale=True)
    assert (len(taken), board.total(SINGLES["faults"])) == (1, 1)


def test_a_new_worker_waits_until_the_list_can_be_used(listed, monkeypatch, capsys):
    monkeypatch.setattr(serving, "_BREATH", 0.01)
    plan = Plan(source_of(listed))
    plan.source.index.unlink()
    listed.write_text("nonsense\n")
    opened = []
    opening = threading.Thread(target=lambda: opened.append(serving._opened(plan, Board())))
    opening.start()
    said = []
    wait_until(lambda: said.append(capsys.readouterr().err) or "a worker waits" in "".join(said))
    assert not opened
    listed.write_text(digits(ROWS[1]) + "\n")
    opening.join(20)
    assert finds(opened[0], 1)


class FullDisk:
    """Nothing can be written, neither a list's index nor a log, until there is room."""

    is_full = True
    refusals = 0

    def open_known(self, *words, **named):
        if self.is_full:
            self.refusals += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return open_known(*words, **named)

    def write(self, _text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_new_worker_waits_while_the_disk_is_full_under_the_index_of_a_list(listed, monkeypatch):
    plan = Plan(source_of(listed))
    plan.source.index.unlink()
    disk = FullDisk()
    monkeypatch.setattr(serving, "_BREATH", 0.01)
    monkeypatch.setattr(sources, "open_known", disk.open_known)
    monkeypatch.setattr(serving.sys, "stderr", disk)
    with pytest.raises(MatcherError, match="No space left on device"):
        source_of(listed)
    opened = []
    opening = threading.Thread(target=lambda: opened.append(serving._opened(plan, Board())))
    opening.start()
    wait_until(lambda: disk.refusals > 3)
    assert opening.is_alive()
    disk.is_full = False
    opening.join(20)
    assert finds(opened[0], 0)
