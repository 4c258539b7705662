# SPDX-License-Identifier: Apache-2.0
"""A list's index on its way to other machines: its files, taken up here and laid down once on each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, NamedTuple

from havn.kit.known import Known, ListError, files_of, locked, open_index_file
from havn.lib.matching import cache_folder, own_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOCKS = (".entries.lock", ".lock")


class CarriedFile(NamedTuple):
    """A file's name, its SHA-256, and a reference of its bytes."""

    name: str
    digest: str
    reference: Any


@dataclass(frozen=True)
class Carried:
    """One list on its way: what it is called and where its files are, each by a reference that `place` can look up."""

    name: str
    source_digest: str | None
    index: str
    digest: str
    files: tuple[CarriedFile, ...]


def carry(known: Known, *, put: Callable[[NDArray[Any]], Any]) -> Carried:
    """Take up the files of a list as they are now; `put` makes a reference of a file's bytes."""
    import numpy as np

    files, seen = [], sha256()
    with ExitStack() as stack:
        # Nobody writes them anew meanwhile; where nothing can be written, nobody does.
        for name in LOCKS:
            with suppress(OSError):
                stack.enter_context(locked(known.path.with_name(known.path.name + name)))
        known.refresh()
        for path in files_of(known):
            content = np.fromfile(path, np.uint8)
            digest = sha256(content.data).hexdigest()
            seen.update(f"{path.name} {digest} ".encode())
            files.append(CarriedFile(path.name, digest, put(content)))
    return Carried(
        known.name, known.source_digest, known.path.name, seen.hexdigest(), tuple(files)
    )


def place(carried: Carried, *, get: Callable[[Any], NDArray[Any]]) -> Known:
    """Lay a list down in this machine's cache, unless another process did, and open it there.

    Raises:
        ListError: the cache cannot be written.
        IndexFileError: what was laid down is damaged.

    """
    own = own_folder("carried")
    if own is None:
        raise ListError(
            f"The list {carried.name} cannot be laid down in {cache_folder()}, which must be this user's alone to write."
            " Name another folder with HAVN_CACHE."
        )
    name = sha256(carried.name.encode(errors="surrogateescape")).hexdigest()[:16]
    folder = own / f"{name}-{carried.digest[:32]}"
    try:
        with locked(own / f"{name}.lock"):
            folder.mkdir(mode=0o700, exist_ok=True)
            if not _is_whole(folder, carried.files):
                _lay_down(folder, carried.files, get)
            for older in own.glob(f"{name}-*"):  # who has one open keeps it open
                if older != folder:
                    rmtree(older, ignore_errors=True)
    except OSError as error:
        raise ListError(
            f"The list {carried.name} cannot be laid down in {folder} ({error.strerror}). Make room there, or name"
            " another folder with HAVN_CACHE."
        ) from error
    known = open_index_file(folder / carried.index, name=carried.name)
    known.source_digest = carried.source_digest
    return known


def _is_whole(folder: Path, files: Iterable[CarriedFile]) -> bool:
    """Say whether every file lies there as it was taken up."""
    for each in files:
        try:
            with (folder / each.name).open("rb") as stream:
                if file_digest(stream, "sha256").hexdigest() != each.digest:
                    return False
        except OSError:
            return False
    return True


def _lay_down(
    folder: Path, files: Iterable[CarriedFile], get: Callable[[Any], NDArray[Any]]
) -> None:
    for each in files:
        unfinished = folder / f".{each.name}.{os.getpid()}"
        with unfinished.open("wb") as stream:
            stream.write(get(each.reference).data)
        unfinished.replace(folder / each.name)
