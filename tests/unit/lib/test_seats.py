# SPDX-License-Identifier: Apache-2.0
"""What must hold of seats at work: never more at once, nobody overtaken, and each left as it was found."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from havn.lib.http import Seats
from tests.support.waiting import wait_until

LONG = 60.0  # far longer than any test may take


class Seat:
    """Counts how often it was entered and left, and by how many at once."""

    def __init__(self):
        self.entered, self.inside, self.most = 0, 0, 0

    def __enter__(self):
        self.entered += 1
        self.inside += 1
        self.most = max(self.most, self.inside)

    def __exit__(self, *_error):
        self.inside -= 1


def start(*_told):
    pass


def stand_in_line(limited, count):
    return len(limited._waiting) == count


def test_at_each_seat_one_request_is_worked_on_and_each_answer_is_taken_whole():
    seats, closed = [Seat(), Seat()], []
    gate = threading.Barrier(2)

    class Answer(list):
        def close(self):
            closed.append(sum(each.inside for each in seats))

    def application(environ, start_response):
        gate.wait(LONG)  # two at once is what lets anybody go on
        start_response("200 OK", [])
        return Answer([b"a", b"b"])

    limited = Seats(application, seats)
    with ThreadPoolExecutor(8) as servers:
        answers = list(servers.map(lambda _: limited({}, start), range(8)))
    assert answers == [[b"ab"]] * 8
    assert sum(each.entered for each in seats) == 8
    assert [(each.inside, each.most) for each in seats] == [(0, 1)] * 2
    assert len(closed) == 8
    assert min(closed) > 0, "an answer is closed where the work was done"


def test_who_comes_first_is_served_first():
    order, gate = [], threading.Event()

    def application(environ, start_response):
        gate.wait(LONG)
        order.append(environ["number"])
        return []

    limited = Seats(application, [Seat()])
    with ThreadPoolExecutor(10) as servers:
        for number in range(10):
            servers.submit(limited, {"number": number}, start)
            wait_until(partial(stand_in_line, limited, number), what="its place in the line")
        gate.set()
    assert order == list(range(10))


def test_an_error_of_the_application_reaches_the_server_and_leaves_the_seat_free():
    seat = Seat()

    def application(environ, start_response):
        if environ:
            raise LookupError("ours")
        return [b"fine"]

    limited = Seats(application, [seat])
    with pytest.raises(LookupError, match="ours"):
        limited({"wrong": True}, start)
    assert seat.inside == 0
    assert limited({}, start) == [b"fine"]
