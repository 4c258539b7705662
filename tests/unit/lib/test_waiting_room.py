# SPDX-License-Identifier: Apache-2.0
"""What must hold of bodies on their way: each has a deadline, and work goes on meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from havn.lib.http import ApplicationThreads, BodyGuard, WaitingRoom
from tests.support.waiting import wait_until
from tests.unit.lib.test_body_guard import FORM_TYPE, CountingInput, rules

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
def drip():
    """Return a function that makes senders who never finish; all are gone at the end."""
    made = []

    def make():
        made.append(Dripping())
        return made[-1]

    yield make
    for each in made:
        each.is_closed.set()
    wait_until(lambda: not reading_threads(), what="the end of all reading threads")


def reading_threads():
    return [each for each in threading.enumerate() if each.name == "havn-body"]


def test_a_body_that_does_not_come_by_its_deadline_is_no_body(drip):
    arrival = WaitingRoom(seconds=0.05).take_in(drip(), 5)
    assert (arrival.is_over, arrival.body) == (False, None)


def test_the_guard_says_so_and_the_request_ends_when_the_sender_has_gone(drip):
    slow = drip()
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/form", "CONTENT_LENGTH": "5",
        "CONTENT_TYPE": FORM_TYPE, "wsgi.input": slow,
    }  # fmt: skip
    seen = {}
    guard = BodyGuard(
        lambda environ, start: pytest.fail("the application was asked"),
        rules,
        waiting_room=WaitingRoom(seconds=0.05),
    )
    answer = guard(environ, lambda status, headers: seen.update(headers, status=status))
    text = next(answer)
    assert seen["status"] == "408 Request Timeout"
    assert (seen["Connection"], seen["Content-Length"]) == ("close", str(len(text)))
    assert b"took too long" in text
    with ThreadPoolExecutor(1) as server:
        rest = server.submit(list, answer)
        assert not rest.done(), "the request would end while its body is read"
        slow.is_closed.set()
        assert rest.result(LONG) == []


def test_a_crowd_of_senders_who_were_given_up_is_told_of_once(drip):
    calls = []
    room = WaitingRoom(seconds=0.01, most_given_up=2, on_crowd=lambda: calls.append(1))
    staying = []
    for count in range(1, 6):
        staying.append(room.farewell(room.take_in(drip(), 5), b"goodbye"))
        assert next(staying[-1]) == b"goodbye"
        assert len(calls) == (1 if count > 2 else 0)


def test_senders_who_went_are_no_crowd(drip):
    room = WaitingRoom(seconds=0.01, most_given_up=1, on_crowd=lambda: pytest.fail("a crowd"))
    for _ in range(3):
        slow = drip()
        staying = room.farewell(room.take_in(slow, 5), b"goodbye")
        assert next(staying) == b"goodbye"
        slow.is_closed.set()
        assert list(staying) == []
    assert room.take_in(CountingInput(b"a=1"), 3).body == b"a=1"


def test_a_body_of_no_bytes_is_not_asked_for(drip):
    silent = drip()
    assert WaitingRoom().take_in(silent, 0).body == b""
    assert not silent.is_asked.is_set()


def test_so_many_threads_work_and_no_more_and_each_answer_is_taken_whole():
    names, at_once, closed = set(), [], []
    lock, gate = threading.Lock(), threading.Barrier(2)

    class Answer(list):
        def close(self):
            closed.append(threading.current_thread().name)

    def application(environ, start_response):
        with lock:
            names.add(threading.current_thread().name)
            at_once.append(1)
        gate.wait(LONG)  # two at once is what lets anybody go on
        with lock:
            assert sum(at_once) <= 2
            at_once.pop()
        start_response("200 OK", [])
        return Answer([b"a", b"b"])

    limited = ApplicationThreads(application, threads=2)
    with ThreadPoolExecutor(8) as servers:
        answers = list(servers.map(lambda _: limited({}, lambda *_: None), range(8)))
    assert answers == [[b"ab"]] * 8
    assert len(names) == 2
    assert set(closed) == names, "an answer is closed where the work was done"
    assert len(closed) == 8


def test_an_error_of_the_application_reaches_the_server():
    def application(environ, start_response):
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        ApplicationThreads(application, threads=1)({}, lambda *_: None)


def test_a_thread_that_has_read_one_body_reads_the_next():
    room = WaitingRoom(seconds=LONG)
    before = len(threading.enumerate())
    for _ in range(20):
        assert room.take_in(CountingInput(b"a=1"), 3).body == b"a=1"
        wait_until(lambda: not reading_threads(), what="the end of reading")
    assert len(threading.enumerate()) <= before + 1
