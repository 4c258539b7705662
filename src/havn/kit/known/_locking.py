# SPDX-License-Identifier: Apache-2.0
"""One writer at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from havn.kit.lists import ListError

_held: set[tuple[int, int, int]] = set()  # thread, device and inode of a lock


@contextmanager
def locked(path: Path, *, busy: str | None = None) -> Iterator[None]:
    """Hold the lock that a file stands for; wait for it, or with `busy` refuse with that sentence.

    A thread that holds it already goes on at once: opening an index looks again under the lock of its writer, who
    opens it as well.

    Raises:
        ListError: another process holds it, and `busy` says so.

    """
    number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    found = os.fstat(number)
    mine = threading.get_ident(), found.st_dev, found.st_ino
    is_held = mine in _held
    try:
        if os.name != "nt" and not is_held:
            import fcntl

            try:
                fcntl.flock(number, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            except BlockingIOError as error:
                raise ListError(busy or "") from error
            _held.add(mine)
        yield
    finally:
        if not is_held:
            _held.discard(mine)
        os.close(number)


def lock_path(index: Path) -> Path:
    """Return the lock of whoever writes what lies beside an index."""
    return index.with_name(index.name + ".entries.lock")
