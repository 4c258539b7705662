# SPDX-License-Identifier: Apache-2.0
"""A list that is indexed on first use: beside it, or in the cache where nothing may be written there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from havn.kit.known._entries import Entries, entries_path, write_entries, write_whole
from havn.kit.known._known import Known, open_index_file
from havn.kit.known._locking import locked
from havn.kit.known._making import first_of, index_of
from havn.kit.lists import PDQ, HashList, ListError, opened_list, read_list
from havn.lib.matching import IndexFileError, cache_folder

INDEX_MAGIC = b"HAVNINDX"  # with which index files begin, and no line of a list
_FRESH_NS = (
    2_000_000_000  # a list that was written so shortly before could be written again unseen
)
_SOURCE = "source.json"

Say = Callable[[str], None]


def open_known(
    path: str | os.PathLike[str],
    *,
    digits_are: str = PDQ,
    skip_broken: bool = False,
    verify: bool | None = None,
    say: Say | None = None,
) -> Known:
    """Return what is known, from a list (indexed on its first use, told to `say`) or from an index file.

    Raises:
        ListError: there is no such file, or it is no list that can be used, or an empty one.
        IndexFileError: it is an index that cannot be searched.

    """
    file = Path(path)
    if _begins(file) == INDEX_MAGIC:
        known = open_index_file(file, verify=verify)
        if not known.size:
            raise ListError(
                f"{path} is an index without any entry, so it would match nothing. Add entries, or name another."
            )
        return known
    return _Placed(file, digits_are=digits_are, say=say).open(
        skip_broken=skip_broken, verify=verify
    )


def _begins(file: Path) -> bytes:
    with opened_list(file) as stream:
        return stream.read(len(INDEX_MAGIC))


class _Placed:
    """The place of one list's index."""

    def __init__(self, file: Path, *, digits_are: str, say: Say | None) -> None:
        self._file = file
        self._digits_are = digits_are
        self._say = say

    def open(self, *, skip_broken: bool, verify: bool | None) -> Known:
        beside = self._file.with_name(self._file.name + ".havn-index")
        in_cache = cache_folder() / "lists" / _name_of(self._file)
        for folder in (beside, in_cache):
            if _is_trusted(folder, self._file):
                known = self._opened(folder, skip_broken=skip_broken, verify=verify)
                if known is not None:
                    return known
        usable = [
            each for each in (beside, in_cache) if _made(each) and _is_trusted(each, self._file)
        ]
        if not usable:
            raise ListError(
                f"The index of {self._file} can be written neither to {beside} nor to {in_cache}. Let one of the"
                " folders be yours to write, or name another with HAVN_CACHE."
            )
        folder = usable[0]
        with locked(folder / "lock"):
            known = self._opened(folder, skip_broken=skip_broken, verify=verify)
            if known is None:
                self._make(folder, skip_broken=skip_broken)
                known = self._opened(folder, skip_broken=skip_broken, verify=verify)
        if known is None:
            raise ListError(f"{self._file} is being written to. Wait until it is whole.")
        return known

    def _opened(self, folder: Path, *, skip_broken: bool, verify: bool | None) -> Known | None:
        """Return the index in a folder if it is that of the list as it is now."""
        before = self._file.stat()
        digest = self._digest_now(folder)
        index = folder / _index_name(digest, self._digits_are)
        try:
            known = open_index_file(index, verify=verify, name=self._file.name)
        except (IndexFileError, ListError):
            return None  # damaged, or another process just took it away: the list is still there
        known.source_digest = digest
        self._write_down(folder, known, before)
        broken = _broken_of(index)
        if broken and not skip_broken:
            raise ListError(broken)
        return known

    def _digest_now(self, folder: Path) -> str:
        """Return the SHA-256 of the list; taken from what was written down where the file is plainly the same."""
        told = _read_json(folder / _SOURCE)
        if told.get("stamp") == _stamp(self._file.stat()) and isinstance(told.get("sha256"), str):
            return str(told["sha256"])
        with self._file.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()

    def _write_down(self, folder: Path, known: Known, before: os.stat_result) -> None:
        """Write down what the list is, so that the next use need not read it; `before` is from before it was read."""
        written = {
            "stamp": _stamp(before),
            "sha256": known.source_digest,
            "digests": known.has_digests,
        }
        newest = max(before.st_mtime_ns, before.st_ctime_ns)
        is_old = _now_ns(folder) - newest > _FRESH_NS
        if is_old and os.access(folder, os.W_OK) and _read_json(folder / _SOURCE) != written:
            write_whole(folder / _SOURCE, [json.dumps(written).encode()], by=f".{os.getpid()}")

    def _make(self, folder: Path, *, skip_broken: bool) -> None:
        if self._say:
            self._say(f"Indexing {self._file.name} for its first use.")
        # Read with broken lines left out and refused later, so that what is kept says the same to every caller.
        listed = read_list(self._file, digits_are=self._digits_are, skip_broken=skip_broken)
        target = folder / _index_name(listed.digest, self._digits_are)
        broken = _refusal(self._file, listed, self._digits_are)
        write_entries(entries_path(target), [listed], first=first_of([listed]), broken=[broken])
        index_of([listed]).save(target)
        for old in folder.glob("*.index*"):
            if not old.name.startswith(target.name.partition("-")[0]):
                old.unlink(missing_ok=True)


def _stamp(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _refusal(file: Path, listed: HashList, digits_are: str) -> str:
    if not listed.broken_count:
        return ""
    try:
        read_list(file, digits_are=digits_are)
    except ListError as error:
        return str(error)
    return ""


def _broken_of(index: Path) -> str:
    return "".join(each.broken for each in Entries(entries_path(index), verify=False).sources)


def _index_name(digest: str, digits_are: str) -> str:
    return f"{digest[:24]}-{digits_are}.index"


def _name_of(file: Path) -> str:
    return sha256(os.fsencode(file.absolute())).hexdigest()[:24]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _now_ns(folder: Path) -> int:
    """Return the time of the file system, which is the one that stamps the list."""
    mark = folder / "lock"
    try:
        mark.touch(mode=0o600)
        return mark.stat().st_mtime_ns
    except OSError:
        return 0


def _made(folder: Path) -> bool:
    """Whether the folder is there and can be written to; it is made if need be."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o755, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _is_trusted(folder: Path, file: Path) -> bool:
    """Whether nobody can have put a false index there who could not have changed the list itself."""
    try:
        found, owner = folder.lstat(), file.stat().st_uid
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if os.name == "nt":
        return True
    is_ours = found.st_uid in {os.geteuid(), owner, 0}
    return is_ours and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
