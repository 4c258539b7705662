# SPDX-License-Identifier: Apache-2.0
"""Where a row goes: a line into a file, or a command of the owner's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from havn.kit.scanning import Row, line_of


def append_line(file: Path, row: Row) -> str | None:
    """Append a row to a file, on disk when this returns; return why not, None if it was."""
    line = (line_of(row.flat()) + "\n").encode()
    try:
        number = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            written = os.write(number, line)
            if written < len(line):  # half a line would be glued to the next
                os.ftruncate(number, os.fstat(number).st_size - written)
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        return f"{file}: {error.strerror}"
    return None if written == len(line) else f"{file}: the disk is full"


def run_command(command: Sequence[str], row: Row, *, seconds: float) -> str | None:
    """Run a command with the verdict and the path as its last arguments and the row on its standard input.

    No shell is between. Return why it did not take the row, None if it ended with 0.
    """
    try:
        done = subprocess.run(
            [*command, row.verdict, row.path],
            input=(line_of(row.flat()) + "\n").encode(),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the command took longer than {seconds:g} seconds"
    except OSError as error:
        return f"the command cannot be run: {error.strerror}"
    return None if done.returncode == 0 else f"the command ended with {done.returncode}"
