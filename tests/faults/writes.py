# SPDX-License-Identifier: Apache-2.0
"""Reads what strace wrote down: which process asked what of the system, and from when to when.

Instants are nanoseconds. A call on one line lasts as long as strace measured, and no longer than until
the next line of the same record; one that others interrupt lasts until the line that resumes it. Its
process waits for strace at both ends: whatever follows from it begins later, in any record.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NEVER = 2**63
_DESCRIPTOR = re.compile(r"(\d+)<([^>]*)>(\(deleted\))?")
_BASE = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")
_STRING = re.compile(r'"([^"]*)"(\.\.\.)?')
_LASTED = re.compile(r" <(\d+)\.(\d{9})>$")
_NUMBER = re.compile(r"(?<=[(,])\s*(-?\d+)(?=[,)]|$)")


class NotModelledError(Exception):
    """The record holds something whose effect on a disk is not known here: nothing may be concluded."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the system, as strace wrote it down."""

    process: int
    name: str
    arguments: str  # in brackets; strings in it are hexadecimal still
    answer: str
    began: int
    ended: int
    folder: str  # where paths begin that name none

    @property
    def result(self) -> int:
        """Return the number that the call returned; -1 where there was none."""
        found = re.match(r"-?\d+", self.answer)
        return int(found[0]) if found else -1

    @property
    def has_failed(self) -> bool:
        """Whether it certainly did nothing; one that never returned may have done all."""
        return self.answer.startswith("-1")

    @property
    def path(self) -> str:
        """Return the path behind the first descriptor among the arguments, or nothing."""
        return _path_in(self.arguments)

    @property
    def opened_path(self) -> str:
        """Return the path behind the descriptor that the call returned, or nothing."""
        return _path_in(self.answer)

    @property
    def descriptor(self) -> int:
        """Return the first descriptor among the arguments."""
        found = _DESCRIPTOR.search(self.arguments)
        if found is None:
            raise NotModelledError(f"{self.name} names no descriptor")
        return int(found[1])

    def paths(self) -> list[str]:
        """Return the paths among the arguments in full."""
        texts = [text.decode() for text in self.strings()]
        bases = [_plain(found).decode() for found in _BASE.findall(self.arguments)]
        bases += [self.folder] * (len(texts) - len(bases))
        return [
            posixpath.normpath(posixpath.join(*each)) for each in zip(bases, texts, strict=True)
        ]

    def strings(self) -> list[bytes]:
        """Return the strings among the arguments; refuses one that was cut short."""
        found = _STRING.findall(self.arguments)
        if any(is_cut for _text, is_cut in found):
            raise NotModelledError(f"a string of {self.name} is longer than what strace keeps")
        return [_plain(text) for text, _is_cut in found]

    def numbers(self) -> list[int]:
        """Return the plain numbers among the arguments."""
        return [int(number) for number in _NUMBER.findall(self.arguments)]

    def written(self) -> bytes:
        """Return the bytes that a call of the write family handed over: as many as it says it took."""
        content = b"".join(self.strings())
        return content[: self.result] if self.result >= 0 else content


def calls(lines: Iterable[str], *, folder: str = "/") -> Iterator[Call]:
    """Yield the calls of one record as they end, at last those that never did; `folder` is where it ran."""
    now = 0
    waits: tuple[int, str, int] | None = None  # it ended before the next line begins
    unfinished: dict[int, tuple[str, int]] = {}
    for line in lines:
        number, stamp, rest = line.rstrip("\n").split(None, 2)
        process, now = int(number), max(now + 1, int(stamp.replace(".", "")))
        if waits is not None:
            yield _call(*waits, before=now, folder=folder)
            waits = None
        if rest.startswith(("+++", "---")):
            continue
        if rest.startswith("<... "):
            begun, began = unfinished.pop(process)
            whole = _LASTED.sub("", begun + rest.partition(" resumed>")[2])
            yield _call(process, whole, began, before=now, folder=folder)
        elif rest.endswith("<unfinished ...>"):
            unfinished[process] = rest.removesuffix("<unfinished ...>").rstrip(), now
        else:
            waits = process, rest, now
    if waits is not None:
        yield _call(*waits, before=NEVER, folder=folder)
    for process, (begun, began) in unfinished.items():
        yield _call(process, begun + ") = ?", began, before=NEVER, folder=folder)


def _call(process: int, text: str, began: int, *, before: int, folder: str) -> Call:
    ended = before
    if lasted := _LASTED.search(text):
        text = text[: lasted.start()]
        ended = min(before, began + int(lasted[1] + lasted[2]))
    name, _bracket, rest = text.partition("(")
    at = rest.rfind(" = ")  # strace puts blanks before the sign where a line is short
    arguments, answer = "(" + rest[:at].rstrip(), rest[at + 3 :]
    if answer.startswith("?"):
        ended = NEVER
    return Call(process, name, arguments, answer, began, ended, folder)


def _path_in(text: str) -> str:
    found = _DESCRIPTOR.search(text)
    # A file that has no name any more is for nobody after a power cut.
    return _plain(found[2]).decode() if found and not found[3] else ""


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()
