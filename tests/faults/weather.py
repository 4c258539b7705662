# SPDX-License-Identifier: Apache-2.0
"""The way from one node to another, and its weather: what a network may do to whole requests and answers."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from random import Random

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 12.0  # a little more than a node has
ACCEPT_SECONDS = 0.05
LATER_SECONDS = (0.3, 2.5)
PIECE = 65536


class Weather(StrEnum):
    """What happens to each request."""

    CALM = "calm"
    REFUSED = "refused"  # nobody listens
    SILENT = "silent"  # taken, and never answered
    CUT_REQUEST = "cut_request"  # the node hears the beginning
    LOST_ANSWER = "lost_answer"  # the node did it, and nobody learns that
    CUT_ANSWER = "cut_answer"
    SHORTENED = "shortened"  # fewer bytes, and headers that say that these are all
    TWICE = "twice"  # the node is asked twice at once; one of the answers comes back
    AGAIN = "again"  # what was answered is asked once more, later
    OTHERS = "others"  # the answer to the request before this one
    SLOW = "slow"  # requests overtake each other


# A partition is what a network does most often.
BAD = (Weather.REFUSED, Weather.REFUSED, *(each for each in Weather if each is not Weather.CALM))


class Way:
    """A proxy on loopback that one node asks another through; its weather may change at any time."""

    def __init__(self, to_port: int, *, chance: Random) -> None:
        self._to = (LOOPBACK, to_port)
        self._chance = chance
        self._weather = Weather.CALM
        self._has_changed = threading.Event()
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._before = b""
        self.struck: Counter[str] = Counter()
        self._door: socket.socket | None = self._listening(0)
        self.port = int(self._door.getsockname()[1])
        self._start(self._serve)

    def _listening(self, port: int) -> socket.socket:
        door = socket.create_server((LOOPBACK, port), backlog=64)
        door.settimeout(ACCEPT_SECONDS)
        return door

    def _start(self, what: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Let nobody through any more."""
        self._is_over.set()
        self.change(Weather.CALM)
        for thread in self._threads:
            thread.join(timeout=PATIENCE_SECONDS)

    def change(self, weather: Weather) -> None:
        """Let the weather be so from now on; who waits for an answer in vain is cut off."""
        self._weather = weather
        changed, self._has_changed = self._has_changed, threading.Event()
        changed.set()

    def _serve(self) -> None:
        while not self._is_over.is_set():
            if self._weather is Weather.REFUSED:
                self._close_door()
                self.struck[Weather.REFUSED] += 1
                self._has_changed.wait(ACCEPT_SECONDS)
                continue
            if self._door is None:
                self._door = self._listening(self.port)
            with suppress(TimeoutError):
                guest, _address = self._door.accept()
                self._start(self._take, guest)
        self._close_door()

    def _close_door(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None

    def _take(self, guest: socket.socket) -> None:
        with guest, suppress(OSError):
            guest.settimeout(PATIENCE_SECONDS)
            weather, has_changed = self._weather, self._has_changed
            request = _whole_request(guest)
            if weather is not Weather.CALM:
                self.struck[weather] += 1
            if weather is Weather.SILENT:
                has_changed.wait(PATIENCE_SECONDS)
            else:
                guest.sendall(self._answer(request, weather))

    def _answer(self, request: bytes, weather: Weather) -> bytes:
        if weather is Weather.CUT_REQUEST:
            return self._ask(request[: self._chance.randrange(len(request))], is_cut=True)
        if weather is Weather.SLOW:
            self._is_over.wait(self._chance.uniform(*LATER_SECONDS))
        answer = self._ask(request)
        if weather is Weather.LOST_ANSWER:
            return b""
        if weather is Weather.CUT_ANSWER:
            return answer[: self._chance.randrange(len(answer) or 1)]
        if weather is Weather.SHORTENED:
            return shortened(answer, self._chance)
        if weather is Weather.TWICE:
            return self._chance.choice([answer, self._ask(request)])
        if weather is Weather.AGAIN:
            self._start(self._ask_later, request)
        if weather is Weather.OTHERS:
            self._before, answer = answer, self._before
        return answer

    def _ask(self, request: bytes, *, is_cut: bool = False) -> bytes:
        """Return all that the node answers; it closes the connection after that."""
        with socket.create_connection(self._to, timeout=PATIENCE_SECONDS) as node:
            node.sendall(request)
            if is_cut:
                return b""
            pieces = []
            while piece := node.recv(PIECE):
                pieces.append(piece)
            return b"".join(pieces)

    def _ask_later(self, request: bytes) -> None:
        self._is_over.wait(self._chance.uniform(*LATER_SECONDS))
        with suppress(OSError):
            self._ask(request)


def _whole_request(guest: socket.socket) -> bytes:
    """Return a request with its body; raise OSError where the guest leaves before its end."""
    came = b""
    while b"\r\n\r\n" not in came:
        came += _more(guest)
    head = came.partition(b"\r\n\r\n")[0]
    wanted = len(head) + 4 + _length(head)
    while len(came) < wanted:
        came += _more(guest)
    return came


def _more(guest: socket.socket) -> bytes:
    piece = guest.recv(PIECE)
    if not piece:
        raise ConnectionError("left before the end")
    return piece


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def shortened(answer: bytes, chance: Random) -> bytes:
    """Return the beginning of an answer, whose headers say that it is all."""
    head, _, body = answer.partition(b"\r\n\r\n")
    kept = body[: chance.randrange(len(body))] if body else b""
    lines = [
        line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")
    ]
    return b"\r\n".join([*lines, b"content-length: %d" % len(kept)]) + b"\r\n\r\n" + kept
