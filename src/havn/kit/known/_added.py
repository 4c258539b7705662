# SPDX-License-Identifier: Apache-2.0
"""What came to an index after it was made and the index does not hold itself: names of added entries, and digests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from havn.kit.known._entries import Found
from havn.kit.lists import PDQ, ListError


def added_path(index: Path) -> Path:
    """Return where it lies: a JSON object a line, in a file that only grows."""
    return index.with_name(index.name + ".entries.added")


class Added:
    """The file, read into memory. A line belongs to the index whose entries begin with the identifier `of`."""

    def __init__(self, path: Path, of: int) -> None:
        self.path = path
        self._of = of
        self._read_to = 0
        self.names: dict[int, tuple[str, str]] = {}  # identifier: name, list
        self.digests: dict[tuple[str, bytes], list[Found]] = {}
        self.digest_changes = 0  # lines of digests, added or taken out
        self.removed: set[Found] = set()  # from the lists of which the index was made
        self.read()

    def read(self) -> bool:
        """Take in what was appended; say whether there was anything. A line that is half there waits."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._read_to)
                content, end, _ = stream.read().rpartition(b"\n")
        except FileNotFoundError:
            return False
        for number, line in enumerate(content.split(b"\n") if end else (), start=1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise ListError(
                    f"{self.path} is damaged (line {number} after byte {self._read_to:,}). Build the index anew."
                ) from error
        self._read_to += len(content) + len(end)
        return bool(end)

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
        text = "".join(json.dumps({"of": self._of} | each) + "\n" for each in rows).encode()
        if not text:
            return
        _cut_half_line(self.path)
        with self.path.open("ab") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        self.read()

    def find(self, kind: str, value: bytes) -> list[Found]:
        """Return who listed a digest later."""
        return self.digests.get((kind, value), [])

    def digest_count(self) -> int:
        """Return how many digests were added and stand."""
        return sum(map(len, self.digests.values()))


def _cut_half_line(path: Path) -> None:
    """Take away what a writer left who died in the middle of a line: it was never said to be written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if not content.endswith(b"\n") and content:
        os.truncate(path, content.rfind(b"\n") + 1)
