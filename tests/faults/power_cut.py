# SPDX-License-Identifier: Apache-2.0
"""Folders as a power cut leaves them, rebuilt from a recorded disk.

What is assumed of a disk, and nothing more:

- bytes are safe once an fsync or fdatasync of their file, begun after they were written, has ended;
- of later writes any may be there: whole, or only some of their sectors (512 bytes) or pages (4,096);
- names (made, renamed, removed) are safe once their folder was flushed likewise; of the later ones in a
  folder the first few may be there, for file systems keep the names of a folder in order.
"""

from __future__ import annotations

import posixpath
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from tests.faults.disk import Change, Disk, File, Naming
from tests.faults.writes import NEVER

SECTOR, PAGE = 512, 4096
Fate = Callable[[Change], Iterator[Change]]


class PowerCut:
    """One power cut at an instant; chance decides what of the unsafe got to the disk."""

    def __init__(self, disk: Disk, *, at: int, chance: Random, is_flushing_believed: bool = True):
        """Cut the power; without belief in flushing everything since the start is unsafe."""
        self._disk = disk
        self._at = at
        self._chance = chance
        self._is_flushing_believed = is_flushing_believed

    def rebuild(self, targets: dict[str, Path]) -> None:
        """Write each folder of the disk, as the cut leaves it, to a new folder."""
        files, folders = self._names()
        for root, target in targets.items():
            for folder in sorted(name for name in folders if _is_inside(name, root)):
                place = target / posixpath.relpath(folder, root)
                if folder == root or place.parent.is_dir():
                    place.mkdir(mode=0o700)
            for path, file in files.items():
                place = target / posixpath.relpath(path, root)
                if _is_inside(path, root) and place.parent.is_dir():
                    self._write(file, place)

    def _write(self, file: File, place: Path) -> None:
        if file.image is not None:
            shutil.copy(file.image, place)
        else:
            place.touch(mode=0o600)
        if file.changes:
            place.write_bytes(self._content(file))

    def _content(self, file: File) -> bytes:
        content = bytearray(file.image.read_bytes() if file.image else b"")
        safe_until = self._safe_until(file.barriers)
        fate = self._fate()
        for change in file.changes:
            if change.began > self._at:
                break
            parts = iter([change]) if change.ended <= safe_until else fate(change)
            for part in parts:
                _apply(part, content)
        return bytes(content)

    def _names(self) -> tuple[dict[str, File], set[str]]:
        files, folders = dict(self._disk.first_files), set(self._disk.first_folders)
        left = self._kept_namings()
        for naming in self._disk.namings:
            if left[naming.folder] <= 0:
                continue
            left[naming.folder] -= 1
            files.pop(naming.removed, None)
            folders.discard(naming.removed)
            if naming.named:
                files[naming.named[0]] = naming.named[1]
            if naming.made:
                folders.add(naming.made)
        return files, folders

    def _kept_namings(self) -> Counter[str]:
        """Return how many of the namings in each folder got to the disk."""
        begun: dict[str, list[Naming]] = {}
        for naming in self._disk.namings:
            if naming.began <= self._at:
                begun.setdefault(naming.folder, []).append(naming)
        kept: Counter[str] = Counter()
        for folder, namings in begun.items():
            safe_until = self._safe_until(self._disk.folder_barriers.get(folder, []))
            safe = sum(naming.ended <= safe_until for naming in namings)
            kept[folder] = self._chance.randint(safe, len(namings))
        return kept

    def _safe_until(self, barriers: list[tuple[int, int]]) -> int:
        """Return the instant before which all that had ended is safe."""
        if not self._is_flushing_believed:
            return 0
        return max((began for began, ended in barriers if ended <= self._at), default=0)

    def _fate(self) -> Fate:
        """Return what happens to the unsafe changes of one file: all are there, none is, or it is mixed."""
        return self._chance.choice((_all, _none, self._mixed, self._mixed))

    def _mixed(self, change: Change) -> Iterator[Change]:
        what = self._chance.choice(("lost", "whole", "sectors", "pages"))
        if what == "lost":
            return
        if what == "whole" or change.size is not None:
            yield change
            return
        for part in torn(change, SECTOR if what == "sectors" else PAGE):
            if self._chance.random() < 0.5:
                yield part


class NoCut(PowerCut):
    """The end of the record with everything there: what the folder itself must look like."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk, at=NEVER, chance=Random(0))

    def _kept_namings(self) -> Counter[str]:
        return Counter(naming.folder for naming in self._disk.namings)

    def _fate(self) -> Fate:
        return _all


def torn(change: Change, unit: int) -> Iterator[Change]:
    """Yield the pieces of a write that a disk writes at once, split where its sectors or pages meet."""
    start, end = change.offset, change.offset + len(change.content)
    while start < end:
        stop = min(end, (start // unit + 1) * unit)
        content = change.content[start - change.offset : stop - change.offset]
        yield replace(change, offset=start, content=content)
        start = stop


def _all(change: Change) -> Iterator[Change]:
    yield change


def _none(_change: Change) -> Iterator[Change]:
    yield from ()


def _apply(change: Change, content: bytearray) -> None:
    if change.size is not None:
        if not change.grows:
            del content[change.size :]
        content.extend(bytes(max(0, change.size - len(content))))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.content)] = change.content


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")
