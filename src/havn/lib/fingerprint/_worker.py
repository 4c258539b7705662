# SPDX-License-Identifier: Apache-2.0
"""A worker process: takes files one by one on standard input, reads them within its limits, and tells what it found.

It ends with its parent, however that ends: standard input is read by a thread of its own, and its end is the
end of the process, whatever the other thread is decoding. A file that takes too long ends it too, by an alarm of the
system that needs nobody's help.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from typing import IO

from havn.lib.fingerprint._messages import (
    ALL,
    NO_MEMORY,
    PATH,
    READY,
    SO_FAR,
    Message,
    Wishes,
    packed,
    receive,
    send,
)
from havn.lib.fingerprint._values import Reading


def main(wishes_text: str) -> None:
    """Serve until standard input ends."""
    answers = _own_output()
    _set_signals()
    wishes = Wishes.of(wishes_text)
    _limit_memory(wishes.limits.memory)
    requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(sys.stdin.buffer, requests), daemon=True).start()
    # Loaded here, while the parent does other things, and under the limits.
    from PIL import Image

    from havn.lib.fingerprint._reading import read_file, read_picture

    # Pillow's own limit is lower, and it calls what lies above it an attack.
    Image.MAX_IMAGE_PIXELS = wishes.limits.pixels
    known = Reading()

    def say(reading: Reading, how: bytes = SO_FAR) -> None:
        nonlocal known
        known = reading
        # Where the parent is gone, the other thread is about to see it.
        with suppress(BrokenPipeError):
            send(answers, how, packed(reading))

    def take_time() -> None:
        _set_alarm(wishes.limits.video_seconds)

    send(answers, READY)
    while True:
        how, content = requests.get()
        known = Reading()
        _set_alarm(wishes.limits.seconds)
        try:
            if how == PATH:
                reading = read_file(content, wishes, take_time=take_time, say=say)
            else:
                reading = read_picture(content, wishes, say=say)
        except MemoryError:
            reading = replace(known, unreadable=wishes.limits.too_long())
        del content
        _set_alarm(0)
        say(reading, ALL)


def _own_output() -> IO[bytes]:
    """Return what leads to the parent; what a library prints goes nowhere from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _set_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform != "win32":  # the parent may ignore or block it, and that is inherited
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def _take(stream: IO[bytes], requests: queue.SimpleQueue[Message]) -> None:
    try:
        while (message := receive(stream)) is not None:
            requests.put(message)
            del message  # else a picture would stay while it is decoded, and after
    except MemoryError:
        os._exit(NO_MEMORY)  # nothing is at work now, so there is no ffmpeg either
    except Exception:  # noqa: BLE001, S110 - the parent must not wait for an answer
        pass
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with the ffmpeg that may be at work
    os._exit(0)


def _set_alarm(seconds: float) -> None:
    """Let the system end this process after so many seconds, 0 for never; where it has no such alarm, nothing."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):  # macOS knows the limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
