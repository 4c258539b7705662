# SPDX-License-Identifier: Apache-2.0
"""What must hold of bodies on their way: who takes long is counted, and a crowd of them is told of."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from havn.lib.http import WaitingRoom
from tests.support.waiting import wait_until
from tests.unit.lib.test_body_guard import CountingInput

LONG = 60.0  # far longer than any test may take


class Dripping(CountingInput):
    """Says nothing until it is told that the connection is closed."""

    def __init__(self):
        super().__init__(b"a")
        self.is_asked = threading.Event()
        self.is_closed = threading.Event()

    def read(self, size=-1):
        self.is_asked.set()
        self.is_closed.wait(LONG)
        return b""


@pytest.fixture
def servers():
    """Return threads like those that a server has for its requests."""
    with ThreadPoolExecutor(16) as threads:
        yield threads


@pytest.fixture
def drip(servers):
    """Return a function that makes senders who never finish; all are gone at the end."""
    made = []

    def make():
        made.append(Dripping())
        return made[-1]

    yield make
    for each in made:
        each.is_closed.set()


def test_a_body_that_takes_long_is_overdue_until_its_sender_goes(drip, servers):
    room, slow = WaitingRoom(seconds=0.05), drip()
    arrival = servers.submit(room.take_in, slow, 5)
    wait_until(lambda: room.overdue() == 1, what="the end of its time")
    slow.is_closed.set()
    assert arrival.result(LONG) is None
    assert room.overdue() == 0


def test_a_crowd_of_senders_who_stay_is_told_of_once(drip, servers):
    calls, others = [], watching()
    room = WaitingRoom(seconds=0.01, most_overdue=2, on_crowd=lambda: calls.append(1))
    for _ in range(6):
        servers.submit(room.take_in, drip(), 5)
    wait_until(lambda: calls, what="the word about the crowd")
    wait_until(lambda: not watching(others), what="the end of looking out")
    assert calls == [1]


def test_so_many_as_may_stay_are_no_crowd(drip, servers):
    calls, others = [], watching()
    room = WaitingRoom(seconds=0.01, most_overdue=2, on_crowd=lambda: calls.append(1))
    for _ in range(2):
        servers.submit(room.take_in, drip(), 5)
    wait_until(lambda: room.overdue() == 2, what="two overdue")
    assert (calls, len(watching(others))) == ([], 1)
    servers.submit(room.take_in, drip(), 5)
    wait_until(lambda: calls, what="the word about the third")


def watching(others=()):
    """Return the threads that look out, but those of other rooms."""
    found = [each for each in threading.enumerate() if each.name == "havn-crowd"]
    return [each for each in found if each not in others]


def test_a_body_of_no_bytes_is_not_asked_for(drip):
    silent = drip()
    assert WaitingRoom().take_in(silent, 0) == b""
    assert not silent.is_asked.is_set()


def test_a_body_that_comes_is_handed_over_whole_and_one_that_breaks_off_is_none():
    assert WaitingRoom().take_in(CountingInput(b"a=1"), 3) == b"a=1"
    assert WaitingRoom().take_in(CountingInput(b"a="), 3) is None
