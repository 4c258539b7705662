# SPDX-License-Identifier: Apache-2.0
"""Reading a list from a file: its form is found, each line counts, and nothing is left out in silence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from havn.kit.lists._blocks import Gathered, blocks, take_block
from havn.kit.lists._export import Export
from havn.kit.lists._values import (
    PDQ,
    TOLD_LINES,
    WIDTHS,
    BrokenLine,
    HashList,
    Listed,
    ListError,
    Names,
    broken_sentence,
    no_names,
)

_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors put before the first line
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16


def read_list(
    path: str | PathLike[str],
    *,
    name: str | None = None,
    digits_are: str = PDQ,
    skip_broken: bool = False,
) -> HashList:
    """Return the list in a file: plain text, a table, or an export (a JSON object a line), told apart by content.

    `digits_are` says what 64 digits alone are, "pdq" or "sha256"; `name` is the file's where it is left out. The
    entries of plain lists and tables are named by their lines, from 1; those of an export by their `entry_id`.

    Raises:
        ListError: there is no such file, a line holds no hash and `skip_broken` is False, or no line holds one.

    """
    file = Path(path)
    called = name or os.fsencode(file.name).decode(errors="replace")
    with opened_list(path) as stream:
        return read_stream(stream, name=called, digits_are=digits_are, skip_broken=skip_broken)


@contextmanager
def opened_list(path: str | PathLike[str]) -> Iterator[BinaryIO]:
    """Yield a list's file, opened.

    Raises:
        ListError: it is not there, no file, or cannot be read, then or while it is open.

    """
    try:
        with Path(path).open("rb") as stream:
            yield stream
    except IsADirectoryError as error:
        raise ListError(f"{path} is a folder; name the file with the list.") from error
    except FileNotFoundError as error:
        raise ListError(f"There is no list {path}. Look at how it is spelt.") from error
    except OSError as error:
        raise ListError(
            f"The list {path} cannot be read ({error.strerror}). Look at its owner and mode."
        ) from error


def parse_list(
    content: bytes, *, name: str, digits_are: str = PDQ, skip_broken: bool = False
) -> HashList:
    """Return the list that these bytes are, as `read_list` does for a file."""
    return read_stream(BytesIO(content), name=name, digits_are=digits_are, skip_broken=skip_broken)


def read_stream(
    stream: BinaryIO, *, name: str, digits_are: str = PDQ, skip_broken: bool = False
) -> HashList:
    """Return the list that a stream holds, as `read_list` does for a file."""
    if digits_are not in {PDQ, "sha256"}:
        raise ListError(f"64 digits alone are pdq or sha256, not {digits_are}.")
    digest = sha256()
    read = _digested(blocks(stream, name), digest.update)
    first = next(read, b"")
    _refuse_what_is_no_text(first, name)
    if first.removeprefix(_MARK).lstrip()[:1] == b"{":
        found = _from_export(chain((first.removeprefix(_MARK),), read))
    else:
        gathered, number = Gathered(), 1
        for block in chain((first.removeprefix(_MARK),), read):
            number = take_block(gathered, block, first=number, digits_are=digits_are)
        found = _from_lines(gathered)
    entries, others, broken, count = found
    if count and not skip_broken:
        raise ListError(broken_sentence(name, broken, count=count))
    if not any(map(len, entries.values())):
        raise ListError(_nothing(name, others, count))
    return HashList(name, digest.hexdigest(), entries, others, broken, count)


_Found = tuple[dict[str, Listed], dict[str, int], tuple[BrokenLine, ...], int]


def _digested(read: Iterator[bytes], update: object) -> Iterator[bytes]:
    assert callable(update)
    for block in read:
        update(block)
        yield block


def _refuse_what_is_no_text(first: bytes, name: str) -> None:
    if first.startswith(_WIDE):
        raise ListError(f"{name} is text in UTF-16. Save it as UTF-8, or as plain text.")
    if b"\0" in first[:4096]:
        raise ListError(
            f"{name} is no text, so it is no list of hashes. Name a file with one hash a line."
        )


def _nothing(name: str, others: dict[str, int], broken: int) -> str:
    if others:
        kinds = ", ".join(f"{count:,} of {kind}" for kind, count in sorted(others.items()))
        return f"{name} holds no hash that can be matched here, only {kinds}. Name a list with PDQ, MD5, SHA-1 or SHA-256."
    if broken:
        return (
            f"{name}: none of its {broken:,} lines is a hash. Look whether it is the right file."
        )
    return f"{name} holds no hash. An empty list would match nothing: look whether it is the right file."


def _from_lines(gathered: Gathered) -> _Found:
    entries = {}
    for kind, width in WIDTHS.items():
        values = np.concatenate([np.empty((0, width), np.uint8), *gathered.values[kind]])
        lines = np.concatenate([np.empty(0, np.uint64), *gathered.lines[kind]])
        if len(gathered.lines[kind]) > 1 and (lines[1:] < lines[:-1]).any():
            order = np.argsort(lines, kind="stable")
            values, lines = values[order], lines[order]
        entries[kind] = Listed(values, Names(lines))
    told = tuple(sorted(gathered.broken)[:TOLD_LINES])
    return entries, gathered.others, told, gathered.broken_count


def _from_export(read: Iterator[bytes]) -> _Found:
    export, number = Export(), 0
    for block in read:
        for number, line in enumerate(block.splitlines(), start=number + 1):  # noqa: B020 - goes on counting
            export.take(line, number)
    kept: dict[str, list[tuple[str, int, bytes]]] = {kind: [] for kind in WIDTHS}
    others: dict[str, int] = {}
    for each in export.standing():
        if each.value is None:
            others[each.kind] = others.get(each.kind, 0) + 1
        else:
            kept[each.kind].append((each.entry, each.line, each.value))
    entries = {kind: _listed(rows, WIDTHS[kind]) for kind, rows in kept.items()}
    return entries, others, tuple(export.broken), export.broken_count


def _listed(rows: list[tuple[str, int, bytes]], width: int) -> Listed:
    if not rows:
        return Listed(np.empty((0, width), np.uint8), no_names())
    values = np.frombuffer(b"".join(value for _, _, value in rows), np.uint8)
    lines = np.array([line for _, line, _ in rows], np.uint64)
    return Listed(values.reshape(-1, width), Names(lines, tuple(entry for entry, _, _ in rows)))
