# SPDX-License-Identifier: Apache-2.0
"""Worker processes that decode, and the threads that hand them files: a file may cost its worker, never its reader.

Why not `multiprocessing` or Pebble: their processes either begin as a copy of this one with its threads and locks,
or import the main program again and speak pickle. These begin as an empty interpreter, import what decoding needs and
nothing else, and speak JSON.
"""

from __future__ import annotations

import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from types import TracebackType
from typing import Self

from havn.lib.fingerprint._digests import digests_of
from havn.lib.fingerprint._kinds import HEAD, kind_of
from havn.lib.fingerprint._messages import (
    ALL,
    CONTENT,
    MOST_TOLD,
    NO_MEMORY,
    PATH,
    READY,
    BrokenMessageError,
    Message,
    Wishes,
    receive,
    send,
    unpacked,
)
from havn.lib.fingerprint._values import NO_NAME, Limits, Reading

AHEAD = 4  # files a worker that are taken from the names given and not handed out yet

_BEGIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    " from havn.lib.fingerprint._worker import main; main(sys.argv[2])"
)
# Each worker has one core; the libraries would start a thread for every core there is.
_ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


# What an interpreter and ffmpeg need of the parent's environment; the rest may hold secrets, or settings of ffmpeg.
_NEEDED = {
    "PATH",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TMPDIR",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
}


def _needed_environment() -> dict[str, str]:
    return {
        name: text
        for name, text in os.environ.items()
        if name in _NEEDED or name.startswith("LC_")
    }


class WorkerError(Exception):
    """No worker process can be started; the text is a sentence that says why and what to do."""


class _End(Enum):
    """How what a process tells about one file ended."""

    ANSWERED = auto()
    DIED = auto()
    NONSENSE = auto()


_NONSENSE = (
    "The process that read it answered what no worker says, and was ended; the file may be made to harm. Look at it"
    " apart, on a machine that may fail."
)


class Worker:
    """One worker process, started again after it died. One thread at a time asks it, any may end it."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._closed = threading.Event()
        self._asking = threading.Lock()

    def start(self) -> None:
        """Let the process begin, without waiting until it is ready. Raises WorkerError."""
        if self._closed.is_set():
            raise WorkerError("The readers were closed; read in the `with` block.")
        path = json.dumps([each for each in sys.path if each])
        written = ["-B"] if sys.dont_write_bytecode else []
        # -I: neither the current folder nor the environment decides what is imported.
        command = [sys.executable, "-I", *written, "-c", _BEGIN, path, self._wishes.text()]
        self._is_ready = False
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**_needed_environment(), **_ONE_THREAD},
                process_group=None if sys.platform == "win32" else 0,
            )
        except OSError as error:
            raise WorkerError(
                f"No worker process can be started ({error.strerror}); ask for fewer, or free memory."
            ) from error
        if self._closed.is_set():  # while it began
            self._kill()

    def ask(self, message: Message) -> Reading:
        """Return what is in one file. A worker that dies over it is replaced. Raises WorkerError."""
        with self._asking:
            if self._process is None:
                self.start()
            process = self._process
            assert process is not None
            try:
                reading, end = self._answer(process, message)
            except BaseException:
                self._reap()  # else its answer would be taken for that of the next file
                raise
            if end is _End.ANSWERED:
                return reading
            code = self._reap()
        if self._closed.is_set():
            raise WorkerError("The readers were closed while a file was read.")
        why = _NONSENSE if end is _End.NONSENSE else self._obituary(code)
        return replace(reading, unreadable=why)

    def _answer(self, process: subprocess.Popen[bytes], message: Message) -> tuple[Reading, _End]:
        """Return what the process told about a file, and how that ended."""
        reading = Reading()
        try:
            self._await_begin(process)
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError):
                send(process.stdin, *message)
            while (answer := receive(process.stdout, most=MOST_TOLD)) is not None:
                reading = unpacked(answer.content)
                if answer.how == ALL:
                    return reading, _End.ANSWERED
        except BrokenMessageError:
            return reading, _End.NONSENSE
        return reading, _End.DIED

    def _await_begin(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the process is ready for its first file. Raises WorkerError where it never is."""
        assert process.stdout is not None
        if not self._is_ready and receive(process.stdout, most=0) != (READY, b""):
            self._reap()
            if self._closed.is_set():
                raise WorkerError("The readers were closed while a file was read.")
            raise WorkerError(
                "A worker process ended before its work began. Either the memory limit"
                f" ({self._wishes.limits.memory >> 20} MiB) is too small to load NumPy and Pillow, or they are not"
                " installed for this Python: raise the one, or install Havn anew."
            )
        self._is_ready = True

    def close(self) -> None:
        """Let the process and what it started be gone, also in the middle of a file."""
        self._closed.set()
        self._kill()
        with self._asking:  # who asked has seen the end by now
            self._reap()

    def _kill(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            # Its ffmpeg too. The number is not given away again before `wait`.
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)

    def _reap(self) -> int:
        """Let nothing be left of the process; return its exit code."""
        self._kill()
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        return process.wait()

    def _obituary(self, code: int) -> str:
        limits = self._wishes.limits
        if sys.platform != "win32" and code == -signal.SIGALRM:
            return (
                f"Reading it took longer than the limit of {limits.seconds:g} seconds ({limits.video_seconds:g} for"
                " videos and long files) and was given up; raise the limit if you trust the file."
            )
        if code == NO_MEMORY:
            return limits.too_long()
        return (
            f"The process that read it died ({_cause(code)}); the file may be made to harm. Look at it apart, on a"
            " machine that may fail."
        )


def _cause(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


class Readers:
    """Reads files in worker processes, in a `with` block; safe to use from several threads.

    `processes` is how many work at the same time; they start when they are needed, the first one at once. With `exact`
    fingerprints equal the reference to the bit; with `variants` those of the picture turned and mirrored come
    along (`VARIANTS`). Without `frames` a video is digested only, without `digests` nothing is.
    """

    def __init__(
        self,
        processes: int,
        *,
        limits: Limits | None = None,
        exact: bool = False,
        variants: bool = False,
        frames: bool = True,
        digests: bool = True,
    ) -> None:
        if processes < 1:
            raise ValueError(f"At least one process has to read, not {processes}.")
        self._wishes = Wishes(limits or Limits(), exact, variants, frames, digests)
        self._every = [Worker(self._wishes) for _ in range(processes)]
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for each in reversed(self._every):
            self._free.put(each)

    def __enter__(self) -> Self:
        self._every[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let all worker processes be gone, also those in the middle of a file."""
        for each in self._every:
            each.close()

    def read_bytes(self, picture: bytes) -> Reading:
        """Return what is in the bytes of a picture file; waits for a free worker. Raises WorkerError."""
        if len(picture) > self._wishes.limits.held:  # no worker could hold it
            kind = kind_of(picture[:HEAD])
            return Reading(
                digests=digests_of(io.BytesIO(picture)) if self._wishes.digests else None,
                media=kind.media if kind else "other",
                unreadable=self._wishes.limits.too_long(),
            )
        return self._ask(Message(CONTENT, picture))

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, Reading]]:
        """Yield each path with what is in its file, in the order in which they are done.

        Paths are as `os.fsdecode` gives them, so any name can be told. They are taken as they are needed, `AHEAD` for
        each worker ahead of what was yielded. What the iterable raises is raised here. Raises WorkerError.
        """
        run = _Run(self, iter(paths))
        try:
            yield from run.readings()
        finally:
            run.stop()

    def read_path(self, path: str) -> Reading:
        """Return what is in one file; waits for a free worker. Raises WorkerError."""
        try:
            name = os.fsencode(path)
        except UnicodeEncodeError:  # not from `os.fsdecode`, but from a list that somebody wrote
            return Reading(unreadable=NO_NAME)
        return self._ask(Message(PATH, name))

    def _ask(self, message: Message) -> Reading:
        worker = self._free.get()
        try:
            return worker.ask(message)
        finally:
            self._free.put(worker)

    def __len__(self) -> int:
        return len(self._every)


class _Run:
    """One pass over many paths: a thread for each worker takes a path, waits for its reading, and takes the next."""

    def __init__(self, readers: Readers, paths: Iterator[str]) -> None:
        self._readers = readers
        self._paths = paths
        self._taking = threading.Lock()
        self._room = threading.Semaphore(AHEAD * len(readers))
        self._done: queue.SimpleQueue[tuple[str, Reading] | BaseException | None] = (
            queue.SimpleQueue()
        )
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(len(readers))
        ]

    def readings(self) -> Iterator[tuple[str, Reading]]:
        """Yield what the threads bring until all have ended."""
        for each in self._threads:
            each.start()
        at_work = len(self._threads)
        while at_work:
            found = self._done.get()
            if found is None:
                at_work -= 1
            elif isinstance(found, BaseException):
                raise found
            else:
                yield found
                self._room.release()

    def stop(self) -> None:
        """Let no thread take another path; what is being read is finished, and nobody waits for it."""
        self._is_over = True
        self._room.release(len(self._threads))

    def _work(self) -> None:
        try:
            while (path := self._next()) is not None:
                self._done.put((path, self._readers.read_path(path)))
        except BaseException as error:  # noqa: BLE001 - it is raised where the readings are taken
            self._done.put(error)
        self._done.put(None)

    def _next(self) -> str | None:
        self._room.acquire()
        with self._taking:
            if self._is_over:
                return None
            path = next(self._paths, None)
            self._is_over = path is None
            if path is None:
                self._room.release(len(self._threads))  # those that wait for room end as well
            return path
