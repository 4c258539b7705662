# SPDX-License-Identifier: Apache-2.0
"""The server side by side with another: each look-up is sent on after it was answered, and what differs is counted."""

from __future__ import annotations

import json
import os
import queue
import threading
from pathlib import Path

from havn.kit.matcher.board import Board
from havn.kit.matcher.comparing import (
    Found,
    UnansweredError,
    client_of,
    difference,
    found_in,
    reply_of,
)
from havn.kit.matcher.counters import SINGLES
from havn.kit.matcher.one_by_one import AnsweredMany, single_look_ups
from havn.kit.matcher.requests import query_of

MOST_WAITING = 1000
MOST_BULK_WAITING = 4  # requests, each with an answer of up to 25 MiB


class Beside:
    """Asks another server the same on a thread of its own; what it cannot keep up with is dropped and counted."""

    def __init__(
        self,
        address: str,
        board: Board,
        *,
        token: str | None = None,
        differences: Path | None = None,
    ) -> None:
        """Take the other server's base address, and where differences are written, if anywhere.

        Raises:
            MatcherError: this is no base address of a server.

        """
        self._client = client_of(address, token=token)
        self._board = board
        self._differences = differences
        self._waiting: queue.Queue[tuple[str, str, bytes]] = queue.Queue(MOST_WAITING)
        self._waiting_bulk: queue.Queue[AnsweredMany] = queue.Queue(MOST_BULK_WAITING)
        # Apart, so that no bulk request holds up the others.
        for work in (self._work, self._work_bulk):
            threading.Thread(target=work, daemon=True, name="havn-beside").start()

    def offer(self, path: str, query: str, answered: bytes) -> None:
        """Take a look-up that was answered; never waits."""
        try:
            self._waiting.put_nowait((path, query, answered))
        except queue.Full:
            self._board.add(SINGLES["beside_dropped"])

    def offer_many(self, many: AnsweredMany) -> None:
        """Take a bulk request that was answered; never waits."""
        try:
            self._waiting_bulk.put_nowait(many)
        except queue.Full:
            self._board.add(SINGLES["beside_dropped"], many.count)

    def _work(self) -> None:
        while True:
            self._compare_single(*self._waiting.get())

    def _compare_single(self, path: str, query: str, answered: bytes) -> None:
        try:
            # An entry over its hit rate may be left out here; the other server has no such brake.
            here = found_in(path, json.loads(answered))
            fingerprint = query_of(query).get("signal", "").lower()
        except Exception:  # noqa: BLE001 - nothing that was asked ends this thread
            self._board.add(SINGLES["faults"])
            return
        self._compare(path, query, fingerprint, here=here)

    def _work_bulk(self) -> None:
        while True:
            many = self._waiting_bulk.get()
            try:
                for each in single_look_ups(many):
                    self._compare(each.path, each.query, each.fingerprint, here=each.here)
            except Exception:  # noqa: BLE001 - nothing that was asked ends this thread
                self._board.add(SINGLES["faults"])

    def _compare(self, path: str, query: str, fingerprint: str, *, here: Found) -> None:
        try:
            there = found_in(path, reply_of(self._client, path, query))
        except UnansweredError:
            self._board.add(SINGLES["beside_unanswered"])
            return
        except Exception:  # noqa: BLE001 - nothing that the other side does ends this thread
            self._board.add(SINGLES["faults"])
            return
        found = difference(fingerprint, here, there)
        if found.is_same:
            self._board.add(SINGLES["beside_same"])
            return
        self._board.add(SINGLES["beside_different"])
        if self._differences is not None:
            line = {
                "fingerprint": found.fingerprint, "path": path, "only_here": found.only_here,
                "only_there": found.only_there, "other_distance": found.other_distance,
            }  # fmt: skip
            self._write(self._differences, json.dumps(line) + "\n")

    def _write(self, path: Path, line: str) -> None:
        try:
            # Fingerprints of what people upload: for the operator alone.
            place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(place, "w", encoding="utf-8") as file:
                file.write(line)  # one write, so that workers do not mix lines
        except OSError:
            self._board.add(SINGLES["faults"])
