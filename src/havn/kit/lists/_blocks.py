# SPDX-License-Identifier: Apache-2.0
"""Blocks of lines at once: the common forms by arrays, whatever is left line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from havn.kit.lists._line import EMPTY_DIGESTS, LineError, hash_of_line, is_header
from havn.kit.lists._values import PDQ, TOLD_LINES, WIDTHS, BrokenLine, ListError

BLOCK = 8 << 20  # bytes of text read at once
MOST_LINE = 1 << 20  # bytes; a longer line is no line of a list
_NO_DIGIT = 255
_NIBBLES = np.full(256, _NO_DIGIT, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_NIBBLES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[65:91] += 32
_SEPARATORS = np.frombuffer(b",;\t", np.uint8)
_EDGE = np.frombuffer(b"\r\n", np.uint8)
# What stands before the digits, how many digits there are, and what they are; None: as the caller says.
_FORMS: tuple[tuple[bytes, int, str | None], ...] = (
    (b"", 64, None),
    (b"pdq ", 64, PDQ),
    (b"", 32, "md5"),
    (b"", 40, "sha1"),
    (b"md5 ", 32, "md5"),
    (b"sha1 ", 40, "sha1"),
    (b"sha256 ", 64, "sha256"),
    *((f"{kind}{mark}".encode(), 2 * width, kind) for kind, width in WIDTHS.items() for mark in ",\t"),
)  # fmt: skip


@dataclass
class Gathered:
    """What was read of a list so far: values and numbers of lines by kind, lines that hold no hash."""

    values: dict[str, list[NDArray[np.uint8]]] = field(
        default_factory=lambda: {kind: [] for kind in WIDTHS}
    )
    lines: dict[str, list[NDArray[np.uint64]]] = field(
        default_factory=lambda: {kind: [] for kind in WIDTHS}
    )
    others: dict[str, int] = field(default_factory=dict)
    broken: list[BrokenLine] = field(default_factory=list)
    broken_count: int = 0

    def take(self, kind: str, values: NDArray[np.uint8], *, lines: NDArray[np.uint64]) -> None:
        """Add entries of a kind."""
        self.values[kind].append(values)
        self.lines[kind].append(lines)

    def refuse(self, number: int, reason: str) -> None:
        """Remember a line that holds no hash."""
        self.broken_count += 1
        self.broken.append(BrokenLine(number, reason))
        if len(self.broken) > 10 * TOLD_LINES:
            self.broken = sorted(self.broken)[:TOLD_LINES]


def blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield a list, byte by byte as it is, in blocks of whole lines; the last may lack the end of its last line.

    Raises:
        ListError: a line does not end within a block.

    """
    rest, lines = b"", 0
    while more := stream.read(BLOCK):
        whole, end, rest = (rest + more).rpartition(b"\n")
        if end:
            yield whole + end
            lines += whole.count(b"\n") + 1
        elif len(rest) > MOST_LINE:
            raise ListError(
                f"{name}: line {lines + 1:,} is longer than {MOST_LINE:,} bytes, so it is no list of hashes. Name a file"
                " with one hash a line."
            )
    if rest:
        yield rest


def take_block(into: Gathered, text: bytes, *, first: int, digits_are: str) -> int:
    """Take the lines of a block, of which the first has the number `first`; return the number of the line after it."""
    text = text if text.endswith(b"\n") else text + b"\n"
    characters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(characters == _EDGE[1])
    starts = np.concatenate((np.zeros(1, ends.dtype), ends[:-1] + 1))
    stops = ends - (characters[np.maximum(ends - 1, 0)] == _EDGE[0])
    lengths = np.maximum(stops - starts, 0)
    left = lengths > 0
    for before, digits, kind in _FORMS:
        rows = _rows_like(characters, starts, lengths, left=left, before=before, digits=digits)
        if not len(rows):
            continue
        values, is_good = _bytes_of(characters, starts[rows] + len(before), digits)
        if kind not in {PDQ, None} or digits_are != PDQ:
            is_good &= ~_is_of_empty_file(values)
        good = rows[is_good]
        into.take(kind or digits_are, values[is_good], lines=(good + first).astype(np.uint64))
        left[good] = False
    for row in np.flatnonzero(left).tolist():
        line = text[int(starts[row]) : int(stops[row])]
        _take_line(into, line, number=row + first, digits_are=digits_are)
    return first + len(ends)


def _rows_like(
    characters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    *,
    left: NDArray[np.bool_],
    before: bytes,
    digits: int,
) -> NDArray[np.int64]:
    """Return which lines have this form: so much before, so many characters, then the end or a separator."""
    length = len(before) + digits
    rows = np.flatnonzero(left & (lengths >= length))
    if len(rows):
        follows = characters[starts[rows] + length]  # at least the end of the line is there
        rows = rows[(lengths[rows] == length) | np.isin(follows, _SEPARATORS)]
    for place, each in enumerate(before):
        rows = rows[_LOWER[characters[starts[rows] + place]] == each]
    return rows


def _bytes_of(
    characters: NDArray[np.uint8], starts: NDArray[np.int64], digits: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the bytes that digits from these places on stand for, and which rows consist of digits."""
    rows = np.lib.stride_tricks.sliding_window_view(characters, digits)[starts]
    nibbles = _NIBBLES[rows]
    is_good: NDArray[np.bool_] = nibbles.max(axis=1, initial=0) < 16
    values = np.left_shift(nibbles[:, 0::2], 4, dtype=np.uint8)
    values |= nibbles[:, 1::2] & 15
    return values, is_good


def _is_of_empty_file(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    found = np.zeros(len(values), np.bool_)
    for each in EMPTY_DIGESTS:
        if len(each) == values.shape[1]:
            found |= (values == np.frombuffer(each, np.uint8)).all(axis=1)
    return found


def _take_line(into: Gathered, line: bytes, *, number: int, digits_are: str) -> None:
    try:
        text = line.decode()
        if number == 1 and is_header(text):
            return
        found = hash_of_line(text, digits_are=digits_are)
    except UnicodeDecodeError:
        into.refuse(number, "its bytes are no text (UTF-8)")
        return
    except LineError as error:
        into.refuse(number, str(error))
        return
    if found is None:
        return
    if found.value is None:
        into.others[found.kind] = into.others.get(found.kind, 0) + 1
        return
    value = np.frombuffer(found.value, np.uint8)[None]
    into.take(found.kind, value, lines=np.array([number], np.uint64))
