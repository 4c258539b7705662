# SPDX-License-Identifier: Apache-2.0
"""Which files a scan comes to: folders without end, in one order, links and other disks by rule."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Item(NamedTuple):
    """What the scan came to: a path, `problem` a sentence where it cannot be gone into, `content` where it is no file."""

    path: str
    problem: str | None = None
    content: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class WalkRules:
    """Whether links are followed (never twice to one place), and whether other disks are gone into."""

    follow_links: bool = False
    one_file_system: bool = False


@dataclass
class Passed:
    """What a walk came by and left alone."""

    links: int = 0
    special: int = 0  # pipes, sockets, devices
    loops: int = 0
    disks: int = 0

    def sentence(self) -> str | None:
        """Return what was left alone, None where nothing was."""
        named = {
            "links (see --follow-links)": self.links,
            "pipes, sockets and devices": self.special,
            "folders that were come to before": self.loops,
            "other disks": self.disks,
        }
        said = [f"{count:,} {what}" for what, count in named.items() if count]
        return f"Left alone: {', '.join(said)}." if said else None


@dataclass
class Walk:
    """Goes through what is named: a file as it is, a folder with all that lies below it, hidden files too.

    Names of one folder come in the order of their bytes, so two walks over the same files are the same. What is named
    itself may be a link; below, links are left alone unless `follow_links`, and then no folder is gone into twice.
    """

    named: Iterable[str]
    rules: WalkRules = WalkRules()
    passed: Passed = field(default_factory=Passed)

    def __iter__(self) -> Iterator[Item]:
        for path in self.named:
            try:
                status = os.stat(path)  # noqa: PTH116 - a name may be any bytes
            except (OSError, ValueError):
                yield Item(path)  # the one who reads it says what is wrong
                continue
            if stat.S_ISDIR(status.st_mode):
                seen = {(status.st_dev, status.st_ino)}
                yield from self._below(path, device=status.st_dev, seen=seen)
            else:
                yield Item(path)

    def _below(self, folder: str, *, device: int, seen: set[tuple[int, int]]) -> Iterator[Item]:
        """Go through a folder and those in it, however deep they lie."""
        waiting = [iter(self._listed(folder))]
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
            elif isinstance(entry, Item):
                yield entry
            elif not self._is_folder(entry):
                if self._is_file(entry):
                    yield Item(entry.path)
            elif self._may_enter(entry, device, seen):
                waiting.append(iter(self._listed(entry.path)))

    def _listed(self, folder: str) -> list[os.DirEntry[str] | Item]:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
            return list[os.DirEntry[str] | Item](found)
        except OSError as error:
            return [
                Item(
                    folder,
                    f"The folder cannot be opened ({os.strerror(error.errno or 0)}), so nothing in it was looked at."
                    " Run this as somebody who may open it.",
                )
            ]

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=self.rules.follow_links)
        except OSError:
            return False

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        if entry.is_symlink():
            if not self.rules.follow_links:
                self.passed.links += 1
                return False
            if not os.path.exists(entry.path):  # noqa: PTH110 - a name may be any bytes
                return True  # it leads nowhere, and is told as a file that is not there
        if entry.is_file(follow_symlinks=self.rules.follow_links):
            return True
        self.passed.special += 1
        return False

    def _may_enter(self, entry: os.DirEntry[str], device: int, seen: set[tuple[int, int]]) -> bool:
        try:
            status = entry.stat(follow_symlinks=self.rules.follow_links)
        except OSError:
            return True  # listing it will say what is wrong
        if self.rules.one_file_system and status.st_dev != device:
            self.passed.disks += 1
            return False
        if not self.rules.follow_links:
            return True  # without links no folder can be come to twice
        place = status.st_dev, status.st_ino
        if place in seen:
            self.passed.loops += 1
            return False
        seen.add(place)
        return True
