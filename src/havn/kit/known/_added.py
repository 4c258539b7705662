# SPDX-License-Identifier: Apache-2.0
"""What came to an index after it was made and the index does not hold itself: names of added entries, and digests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from havn.kit.known._entries import Found, write_whole
from havn.kit.lists import PDQ, ListError

_CHECK_DIGITS = 16  # of the check at the end of each line


def added_path(index: Path) -> Path:
    """Return where it lies: a JSON object a line, in a file that only grows."""
    return index.with_name(index.name + ".entries.added")


def told_path(index: Path) -> Path:
    """Return where it is written down how far that file went."""
    return index.with_name(index.name + ".entries.told")


def forget_added_lines(index: Path) -> None:
    """Take the file away, and before it what says how far it went."""
    told_path(index).unlink(missing_ok=True)
    added_path(index).unlink(missing_ok=True)


class Added:
    """The file beside an index, read into memory. A line counts for the index whose names have the digest `of`.

    Each line ends with a check of itself and all before it, so that none can be changed, left out or moved unseen; and
    how many there were is written down apart, so that none can be missing at the end.
    """

    def __init__(self, index: Path, of: str) -> None:
        self.path = added_path(index)
        self._told = told_path(index)
        self._of = of
        self._read_to = 0
        self._lines = 0
        self._check = b""  # of the last line
        self.names: dict[int, tuple[str, str]] = {}  # identifier: name, list
        self.digests: dict[tuple[str, bytes], list[Found]] = {}
        self.digest_changes = 0  # lines of digests, added or taken out
        self.removed: set[Found] = set()  # from the lists of which the index was made
        self.read()

    def read(self) -> bool:
        """Take in what was appended; say whether there was anything. A line that is half there waits.

        Raises:
            ListError: a line is not as it was written, or not there.

        """
        least, check = self._least()  # before the lines: they are written first
        content, end = self._unread()
        for line in content.split(b"\n") if end else ():
            self._take(self._checked(line))
            self._read_to += len(line) + 1
            self._lines += 1
        if self._lines < least or (self._lines == least > 0 and self._check != check):
            raise self._damaged(f"it holds {self._lines:,} of {least:,} lines")
        return bool(end)

    def _unread(self) -> tuple[bytes, bytes]:
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._read_to)
                content, end, _ = stream.read().rpartition(b"\n")
        except FileNotFoundError:
            return b"", b""
        return content, end

    def _least(self) -> tuple[int, bytes]:
        """Return how many lines there are at least, and the check of the last of them."""
        try:
            told = json.loads(self._told.read_bytes())
            of, lines, check = told["of"], int(told["lines"]), told["check"].encode()
        except FileNotFoundError:
            return 0, b""
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._damaged(f"{self._told.name} is not as it was written") from None
        return (lines, check) if of == self._of else (0, b"")

    def _checked(self, line: bytes) -> dict[str, Any]:
        text, _, check = line.rpartition(b"\t")
        if _check_of(self._check, text) != check:
            raise self._damaged(f"line {self._lines + 1:,} is not as it was written")
        self._check = check
        row: dict[str, Any] = json.loads(text)
        return row

    def _damaged(self, said: str) -> ListError:
        return ListError(
            f"{self.path} is damaged: {said}. Copy the index and all beside it back from where they are whole, or build"
            " it anew from its lists and add again what came later."
        )

    def _take(self, row: dict[str, Any]) -> None:
        if row["of"] != self._of:
            return
        if row["kind"] == PDQ:
            self.names[row["identifier"]] = row["entry"], row["list"]
            return
        found = Found(row["kind"], bytes.fromhex(row["value"]), row["list"], row["entry"])
        later = self.digests.setdefault((found.kind, found.value), [])
        self.digest_changes += 1
        if row["op"] == "add":
            later.append(found)
        elif found in later:
            later.remove(found)
        else:
            self.removed.add(found)

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write lines, on disk when this returns, and take them in. The caller holds the index's lock."""
        _cut_half_line(self.path)
        self.read()
        lines, check = [], self._check
        for each in rows:
            text = json.dumps({"of": self._of} | each).encode()
            check = _check_of(check, text)
            lines.append(text + b"\t" + check + b"\n")
        if not lines:
            return
        with self.path.open("ab") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        self.read()
        told = {"of": self._of, "lines": self._lines, "check": self._check.decode()}
        write_whole(self._told, [json.dumps(told).encode()])

    def find(self, kind: str, value: bytes) -> list[Found]:
        """Return who listed a digest later."""
        return self.digests.get((kind, value), [])

    def digest_count(self) -> int:
        """Return how many digests were added and stand."""
        return sum(map(len, self.digests.values()))


def _check_of(before: bytes, text: bytes) -> bytes:
    return sha256(before + text).hexdigest()[:_CHECK_DIGITS].encode()


def _cut_half_line(path: Path) -> None:
    """Take away what a writer left who died in the middle of a line: it was never said to be written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if not content.endswith(b"\n") and content:
        os.truncate(path, content.rfind(b"\n") + 1)
