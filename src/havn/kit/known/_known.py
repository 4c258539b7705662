# SPDX-License-Identifier: Apache-2.0
"""What is known, opened: an index with the names of its entries and the digests that lists hold beside fingerprints."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from havn.kit.known._added import Added, added_path, told_path
from havn.kit.known._entries import ADDED_FROM, DIGEST_KINDS, Entries, Found, entries_path
from havn.kit.known._locking import lock_path, locked
from havn.kit.lists import ListError
from havn.lib.matching import Index

if TYPE_CHECKING:
    from havn.lib.fingerprint import Digests

_NAMES_DIGITS = 16  # of the digest of names, for which lines that were added count
POSITION_BITS = 32  # an identifier of a list is a number of the lists, and the position below it


class Beside(NamedTuple):
    """What lies beside an index: names and digests, what was added to them, and a mark that another file would not have."""

    entries: Entries | None
    added: Added
    mark: tuple[int, ...]


class Known:
    """An index and what lies beside it. Searching is safe from many threads, also while `refresh` runs."""

    def __init__(self, index: Index, *, name: str, path: Path, beside: Beside) -> None:
        """Use `open_known`."""
        self.index = index
        self.name = name
        self.path = path
        self._beside = beside
        self._file = _file_of(index)
        self.source_digest: str | None = None  # of the list, where there is one
        self._digests = self._count_digests()

    def _count_digests(self) -> int:
        entries, added, _ = self._beside
        first = entries.digest_count() if entries else 0
        return first - len(added.removed) + added.digest_count()

    @property
    def entries(self) -> Entries | None:
        """Return the names and digests of the lists, None for an index that was not built from lists."""
        return self._beside.entries

    @property
    def added(self) -> Added:
        """Return the names and digests that came later."""
        return self._beside.added

    @property
    def size(self) -> int:
        """Return how many entries are searched, digests included."""
        return len(self.index) + self._digests

    @property
    def version(self) -> str:
        """Return what stands for the contents: twelve digits of the list's digest, or the version of the index."""
        if self.source_digest:
            return self.source_digest[:12]
        entries, added, _ = self._beside
        if entries is None:
            return self.index.version
        file, _, changes = self.index.version.partition("+")
        both = sha256(f"{file} {entries.digest}".encode()).hexdigest()
        return f"{both[:12]}+{int(changes) + added.digest_changes}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a sentence for all that was in the lists and is not looked for."""
        sources = self.entries.sources if self.entries else ()
        return tuple(said for each in sources for said in each.remarks)

    @property
    def has_digests(self) -> bool:
        """Whether any MD5, SHA-1 or SHA-256 is looked for."""
        return self._digests > 0

    @property
    def has_fingerprints(self) -> bool:
        """Whether any PDQ fingerprint is looked for."""
        return len(self.index) > 0

    def name_of(self, identifier: int) -> str:
        """Return what the list calls an entry; its identifier in digits where nothing beside the index names it."""
        entries, added, _ = self._beside
        if identifier in added.names:
            return added.names[identifier][0]
        if entries and entries.holds(identifier):
            return entries.name_of(identifier)
        return str(identifier)

    def find_digest(self, kind: str, value: bytes) -> list[Found]:
        """Return every entry of the lists with a digest ("md5", "sha1" or "sha256"), in their order."""
        entries, added, _ = self._beside
        first = entries.find(kind, value) if entries else []
        return [each for each in first if each not in added.removed] + added.find(kind, value)

    def find_digests(self, digests: Digests) -> list[Found]:
        """Return every entry that has one of a file's digests, the longest first."""
        if not self.has_digests:
            return []
        asked = ((kind, bytes.fromhex(getattr(digests, kind))) for kind in reversed(DIGEST_KINDS))
        return [each for kind, value in asked if value for each in self.find_digest(kind, value)]

    def identifiers_named(self, names: set[str]) -> set[int]:
        """Return the identifiers of the PDQ entries with one of these names."""
        found = {each for each, (name, _) in self.added.names.items() if name in names}
        if self.entries:
            found |= self.entries.identifiers_named(names)
        else:
            found |= {int(each) for each in names if each.isascii() and each.isdigit()}
        return found

    def digests_named(self, names: set[str]) -> set[Found]:
        """Return the digests that have one of these names."""
        later = chain.from_iterable(self.added.digests.values())
        found = {each for each in later if each.entry in names}
        for kind in DIGEST_KINDS if self.entries else ():
            assert self.entries is not None
            named = self.entries.named(names, kind)
            found |= {self.entries.found_at(kind, at) for at in named} - self.added.removed
        return found

    def next_identifier(self) -> int:
        """Return an identifier from which on none was ever given to an entry that came later."""
        following = self.entries.following if self.entries else ADDED_FROM
        return max([following, *(each + 1 for each in self.added.names)])

    def holds_any(self, name: str) -> bool:
        """Whether anything stands on a list, fingerprints or digests."""
        later = chain.from_iterable(self.added.digests.values())
        return (
            self.index.holds_any(name)
            or any(each.list == name for each in later)
            or (
                self.entries is not None
                and self.entries.holds_digest_of(name, but=self.added.removed)
            )
        )

    def refresh(self) -> bool:
        """Take in what others added to the index or took out; say whether there was anything.

        Raises:
            ListError, IndexFileError: what is there now cannot be read; what was read before still answers.

        """
        # Names first, as they are written: nobody finds an entry before its name is there.
        changed = self._read_added()
        changed = self.index.refresh() or changed
        if _file_of(self.index) != self._file or _mark(self.path) != self._beside.mark:
            self._beside = _beside(self.path, self.index, verify=None)
            self._file = _file_of(self.index)
            changed = True
        if changed:
            self._digests = self._count_digests()
        return changed

    def _read_added(self) -> bool:
        try:
            return self.added.read()
        except ListError:
            _wait_for_writer(self.path)
            if _mark(self.path) == self._beside.mark:
                raise
            return False  # it is another file by now: the index was written anew meanwhile


def open_index_file(path: Path, *, verify: bool | None = None, name: str | None = None) -> Known:
    """Return an index file, opened, with what lies beside it.

    Raises:
        ListError, IndexFileError: it cannot be searched.

    """
    index = Index.open(path, verify=verify)
    beside = _beside(path, index, verify=verify)
    called = os.fsencode(name or path.name).decode(errors="replace")
    return Known(index, name=called, path=path, beside=beside)


def _beside(path: Path, index: Index, *, verify: bool | None) -> Beside:
    """Return names and digests that lie beside an index, and what was added to them.

    Raises:
        ListError: they are damaged, of another index, or not there though the index was built from lists.

    """
    while True:
        mark = _mark(path)
        entries = _entries_of(path, index, verify=verify)
        # Names go before what was added to them is folded away, so with the same names nothing was.
        added = _added_of(path, entries.digest[:_NAMES_DIGITS] if entries else "")
        if _mark(path) == mark:
            _require_names(path, index, entries, added=added)
            return Beside(entries, added, mark)


def _added_of(path: Path, of: str) -> Added:
    try:
        return Added(path, of)
    except ListError:  # perhaps it is being taken away just now
        _wait_for_writer(path)
        return Added(path, of)


def _wait_for_writer(path: Path) -> None:
    with suppress(OSError), locked(lock_path(path)):
        pass


def _require_names(path: Path, index: Index, entries: Entries | None, *, added: Added) -> None:
    """Refuse where entries came later and nothing beside the index names the last of them."""
    last = index.description().identifiers[1]
    is_ours = (
        entries is not None or _first_of_lists(index) is None
    )  # and not numbered by somebody else
    is_named = last in added.names or (entries is not None and entries.holds(last))
    if is_ours and ADDED_FROM <= last < 2 * ADDED_FROM and not is_named:
        raise ListError(
            f"Entries were added to {path}, and what lies beside it does not name them all. Copy the index and all"
            " beside it back from where they are whole, or build it anew from its lists and add again what came later."
        )


def _mark(path: Path) -> tuple[int, ...]:
    """Return what another file of names in the same place would not have, nothing where there is none."""
    try:
        found = entries_path(path).stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _entries_of(path: Path, index: Index, *, verify: bool | None) -> Entries | None:
    beside = entries_path(path)
    entries = Entries(beside, verify=verify) if beside.exists() else None
    if not _belongs(entries, index):
        # Perhaps they are being replaced just now.
        with suppress(OSError), locked(lock_path(path)):
            entries = Entries(beside, verify=verify) if beside.exists() else None
    if entries is None and _is_of_lists(index):
        raise ListError(
            f"{path} was built from lists, and {beside} with the names of its entries and their digests is not there."
            " Copy it beside the index, or build the index anew."
        )
    if not _belongs(entries, index):
        raise ListError(
            f"{beside} holds the names of another index than {path}. Copy both together, or build the index anew."
        )
    return entries


def _file_of(index: Index) -> str:
    return index.version.partition("+")[0]


def _belongs(entries: Entries | None, index: Index) -> bool:
    """Say whether names can be those of an index: of the same number of lists, or of none that is left."""
    first = _first_of_lists(index)
    if first is None:
        return True
    if entries is None:
        return not _is_of_lists(index)
    return first >> POSITION_BITS == entries.first >> POSITION_BITS


def _is_of_lists(index: Index) -> bool:
    """Say whether an index has the identifiers that `build_index` gives: of one number of lists, or added later."""
    first, last = _first_of_lists(index), index.description().identifiers[1]
    if first is None:
        return False
    numbered = first >> POSITION_BITS
    return numbered % 2 == 1 and (
        last >> POSITION_BITS == numbered or ADDED_FROM <= last < 2 * ADDED_FROM
    )


def _first_of_lists(index: Index) -> int | None:
    """Return the first identifier that lists gave; below are those that callers of a matcher added, above what came later."""
    first = index.next_identifier(1 << POSITION_BITS)
    return first if first is not None and first < ADDED_FROM else None


def files_of(known: Known) -> list[Path]:
    """Return the files of an index and of what lies beside it, those that there are; the index last."""
    beside = (
        entries_path(known.path),
        added_path(known.path),
        told_path(known.path),
        *known.index.delta_paths(),
    )
    return [*(each for each in beside if each.exists()), known.path]
