# SPDX-License-Identifier: Apache-2.0
"""A list's index on its way to other machines: its files, taken up here and laid down once on each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havn.kit.known import Known, ListError, locked, open_index_file
from havn.lib.matching import cache_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHOLE = "whole"  # the file that says that all the others are there


@dataclass(frozen=True)
class Carried:
    """One list on its way: what it is called and where its files are, each by a reference that `place` can look up."""

    name: str
    source_digest: str | None
    index: str
    digest: str
    files: tuple[tuple[str, Any], ...]


def carry(known: Known, *, put: Callable[[NDArray[Any]], Any]) -> Carried:
    """Take up the files of a list as they are now; `put` makes a reference of a file's bytes."""
    import numpy as np

    files, seen = [], sha256()
    for path in _files_of(known.path):
        content = np.fromfile(path, np.uint8)
        seen.update(f"{path.name} {len(content)} ".encode())
        seen.update(sha256(content.data).digest())
        files.append((path.name, put(content)))
    return Carried(
        known.name, known.source_digest, known.path.name, seen.hexdigest(), tuple(files)
    )


def _files_of(index: Path) -> list[Path]:
    """Return an index and what belongs to it, the index last: who lays them down in order never has one without the rest."""
    beside = (each for each in index.parent.iterdir() if each.name.startswith(f"{index.name}."))
    return [*sorted(each for each in beside if not each.name.endswith(".lock")), index]


def place(carried: Carried, *, get: Callable[[Any], NDArray[Any]]) -> Known:
    """Lay a list down in this machine's cache, unless another process did, and open it there.

    Raises:
        ListError: the cache cannot be written.
        IndexFileError: what was laid down is damaged.

    """
    folder = cache_folder() / "carried" / carried.digest
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder / "lock"):
            if not (folder / _WHOLE).exists():
                _lay_down(folder, carried.files, get)
    except OSError as error:
        raise ListError(
            f"The list {carried.name} cannot be laid down in {folder} ({error.strerror}). Make room there, or name"
            " another folder with HAVN_CACHE."
        ) from error
    known = open_index_file(folder / carried.index, name=carried.name)
    known.source_digest = carried.source_digest
    return known


def _lay_down(
    folder: Path, files: Iterable[tuple[str, Any]], get: Callable[[Any], NDArray[Any]]
) -> None:
    for name, reference in files:
        unfinished = folder / f".{name}.{os.getpid()}"
        with unfinished.open("wb") as stream:
            stream.write(get(reference).data)
        unfinished.replace(folder / name)
    (folder / _WHOLE).touch()
