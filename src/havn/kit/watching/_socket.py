# SPDX-License-Identifier: Apache-2.0
"""A socket on this machine that takes paths, one a line, and answers each with a JSON object on a line."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from havn.kit.scanning import Looker, line_of, named
from havn.lib.fingerprint import Readers, WorkerError

_MOST_LINE = 64 << 10
_MOST_CALLERS = 64
_LONGEST_SILENCE = 300.0  # seconds
_BREATH = 0.1  # seconds after which a caller is taken in again where none could be


class SocketError(Exception):
    """The socket cannot be opened; the message says why and what to do."""


class PathSocket:
    """Answers in threads of its own, in a `with` block; only files below the folders are looked at.

    A line is a path, or a JSON string for one with a newline in it. The answer is a row, or {"path", "error"}.
    """

    def __init__(
        self,
        path: Path,
        *,
        folders: Sequence[str],
        readers: Readers,
        looker: Callable[[], Looker],
        mode: int = 0o600,
    ) -> None:
        self._path = path
        self._folders = [os.path.realpath(each) for each in folders]
        self._readers = readers
        self._looker = looker
        self._mode = mode
        self._callers = threading.BoundedSemaphore(_MOST_CALLERS)
        self._is_closed = threading.Event()

    def __enter__(self) -> Self:
        self._listening = self._opened()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed.set()
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _opened(self) -> socket.socket:
        self._clear_the_way()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o777 & ~self._mode)  # so that nobody gets in before the mode is set
        try:
            listening.bind(os.fsencode(self._path))
            listening.listen(_MOST_CALLERS)
        except OSError as error:
            listening.close()
            raise SocketError(
                f"The socket {self._path} cannot be opened ({error.strerror or error}). Name a path of less than 100"
                " characters in a folder that is yours to write."
            ) from error
        finally:
            os.umask(before)
        return listening

    def _clear_the_way(self) -> None:
        """Take away the socket of a process that is gone."""
        try:
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise SocketError(f"{self._path} is there and no socket. Name another path.")
        except FileNotFoundError:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            try:
                trial.connect(os.fsencode(self._path))
            except ConnectionRefusedError:
                self._path.unlink(missing_ok=True)
                return
            except OSError:
                return
        raise SocketError(
            f"Another process answers on {self._path}. Stop it, or name another path."
        )

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                if self._listening.fileno() < 0 or self._is_closed.wait(_BREATH):
                    return
                continue  # too many files are open, perhaps; soon some may not be
            if not self._callers.acquire(blocking=False):
                caller.close()
                continue
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        try:
            caller.settimeout(_LONGEST_SILENCE)
            with caller, caller.makefile("rb") as lines:
                self._converse(caller, lines)
        except OSError:
            pass  # the caller went away, or said nothing for long
        finally:
            self._callers.release()

    def _converse(self, caller: socket.socket, lines: BinaryIO) -> None:
        while line := lines.readline(_MOST_LINE):
            if not line.endswith(b"\n") and len(line) >= _MOST_LINE:
                caller.sendall(_failed("", "The line is longer than any path."))
                return
            caller.sendall(self.answer(line.rstrip(b"\r\n")))

    def answer(self, line: bytes) -> bytes:
        """Return the answer to one line."""
        path = _path_of(line)
        if path is None:
            return _failed(
                os.fsdecode(line), "This is no path: send one a line, or a JSON string."
            )
        try:
            real = os.path.realpath(path)
        except ValueError:
            return _failed(ascii(path), "No file can have this name.")
        if not any(os.path.commonpath([real, each]) == each for each in self._folders):
            return _failed(path, "Only files below the watched folders are looked at.")
        try:
            reading = self._readers.read_path(real)
        except WorkerError as error:
            return _failed(path, str(error))
        return (line_of(self._looker().row(path, reading).flat()) + "\n").encode()


def _path_of(line: bytes) -> str | None:
    """Return the path that a line names, None where it names none that can be."""
    if line.startswith(b'"'):
        try:
            said = json.loads(line)
        except ValueError:
            return None
        path = said if isinstance(said, str) else ""
    else:
        path = os.fsdecode(line)
    return path if path and "\0" not in path and os.path.isabs(path) else None  # noqa: PTH117 - any bytes


def _failed(path: str, sentence: str) -> bytes:
    return (line_of(named(path) | {"error": sentence}) + "\n").encode()
