# SPDX-License-Identifier: Apache-2.0
"""strace, which records what a program asks of the system: found, tried, and how a program is started under it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HOW_TO_GET = (
    "Install it (Debian: apt install strace) where a process may trace another one "
    "(in a container: --cap-add=SYS_PTRACE)."
)
# What changes files or their names, makes either durable, or tells somebody something.
# A question mark: not every processor knows this call.
CALLS = (
    "?open", "openat", "?creat", "lseek", "write", "writev", "pwrite64", "pwritev", "?pwritev2",
    "ftruncate", "?truncate", "fallocate", "copy_file_range", "sendfile", "fsync", "fdatasync",
    "?rename", "?renameat", "renameat2", "?link", "linkat", "?symlink", "symlinkat", "?unlink",
    "unlinkat", "?mkdir", "mkdirat", "?rmdir", "sendto", "sendmsg",
)  # fmt: skip
LONGEST_WRITE = 8 * 1024 * 1024


def find_strace() -> str | None:
    """Return the path of strace, or None."""
    return shutil.which("strace")


def lacks_strace() -> str:
    """Return why nothing can be recorded here, or nothing."""
    found = find_strace()
    if found is None:
        return f"no strace was found. {HOW_TO_GET}"
    tried = subprocess.run(
        [*recorded(Path("/dev/null")), "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0 or tried.stderr.strip():
        said = tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"]
        return f"strace cannot trace here ({said[-1]}). {HOW_TO_GET}"
    return ""


def recorded(output: Path) -> list[str]:
    """Return the words to put before a command, so that it and its children are recorded.

    The command stays the child of whoever starts it: signals reach it as if strace were not there.
    Strings and paths are written as bytes in hexadecimal, so that no line needs to be guessed at.
    """
    return [
        str(find_strace()), "-DDD", "--follow-forks", "--seccomp-bpf", "--decode-fds=path",
        "--strings-in-hex=all", f"--string-limit={LONGEST_WRITE}", "--signal=none",
        "--quiet=attach,personality", "--absolute-timestamps=format:unix,precision:ns",
        "--syscall-times=ns",
        f"--trace={','.join(CALLS)}",
        f"--output={output}",
    ]  # fmt: skip


def is_recording(output: Path) -> bool:
    """Whether some process still has the record open; strace writes its last lines after the program's end."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == output:
                return True
        except OSError:
            continue  # a process that ended meanwhile, or one that is not ours
    return False
