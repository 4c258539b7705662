# SPDX-License-Identifier: Apache-2.0
"""What is known, opened: an index with the names of its entries and the digests that lists hold beside fingerprints."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from havn.kit.known._added import Added, added_path
from havn.kit.known._entries import DIGEST_KINDS, Entries, Found, entries_path
from havn.kit.known._locking import lock_path, locked
from havn.kit.lists import ListError
from havn.lib.matching import Index

if TYPE_CHECKING:
    from havn.lib.fingerprint import Digests

POSITION_BITS = 32  # an identifier of a list is a number of the lists, and the position below it
# Identifiers of entries that came later: above those of all lists, and below 2^53.
ADDED_FROM = 1 << 52


class Known:
    """An index and what lies beside it. Searching is safe from many threads, also while `refresh` runs."""

    def __init__(
        self, index: Index, *, name: str, path: Path, entries: Entries | None, added: Added
    ) -> None:
        """Use `open_known`."""
        self.index = index
        self.name = name
        self.path = path
        self._entries = entries
        self.added = added
        self._file = _file_of(index)
        self.source_digest: str | None = None  # of the list, where there is one
        self._digests = self._count_digests()

    def _count_digests(self) -> int:
        if self._entries is None:
            return self.added.digest_count()
        return self._entries.digest_count() - len(self.added.removed) + self.added.digest_count()

    @property
    def size(self) -> int:
        """Return how many entries are searched, digests included."""
        return len(self.index) + self._digests

    @property
    def version(self) -> str:
        """Return what stands for the contents: twelve digits of the list's digest, or the version of the index."""
        if self.source_digest:
            return self.source_digest[:12]
        if self._entries is None:
            return self.index.version
        file, _, changes = self.index.version.partition("+")
        both = sha256(f"{file} {self._entries.digest}".encode()).hexdigest()
        return f"{both[:12]}+{int(changes) + self.added.digest_changes}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a sentence for all that was in the lists and is not looked for."""
        sources = self._entries.sources if self._entries else ()
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
        if identifier in self.added.names:
            return self.added.names[identifier][0]
        if self._entries and self._entries.holds(identifier):
            return self._entries.name_of(identifier)
        return str(identifier)

    def find_digest(self, kind: str, value: bytes) -> list[Found]:
        """Return every entry of the lists with a digest ("md5", "sha1" or "sha256"), in their order."""
        first = self._entries.find(kind, value) if self._entries else []
        return [each for each in first if each not in self.added.removed] + self.added.find(
            kind, value
        )

    def find_digests(self, digests: Digests) -> list[Found]:
        """Return every entry that has one of a file's digests, the longest first."""
        if not self.has_digests:
            return []
        asked = ((kind, bytes.fromhex(getattr(digests, kind))) for kind in reversed(DIGEST_KINDS))
        return [each for kind, value in asked if value for each in self.find_digest(kind, value)]

    def identifiers_named(self, names: set[str]) -> set[int]:
        """Return the identifiers of the PDQ entries with one of these names."""
        found = {each for each, (name, _) in self.added.names.items() if name in names}
        if self._entries:
            found |= {self._entries.first + at for at in self._entries.named(names)}
        else:
            found |= {int(each) for each in names if each.isascii() and each.isdigit()}
        return found

    def digests_named(self, names: set[str]) -> set[Found]:
        """Return the digests that have one of these names."""
        later = chain.from_iterable(self.added.digests.values())
        found = {each for each in later if each.entry in names}
        for kind in DIGEST_KINDS if self._entries else ():
            assert self._entries is not None
            named = self._entries.named(names, kind)
            found |= {self._entries.found_at(kind, at) for at in named} - self.added.removed
        return found

    def next_identifier(self) -> int:
        """Return an identifier from which on none was ever given to an entry that came later."""
        return max(self.added.names, default=ADDED_FROM - 1) + 1

    def refresh(self) -> bool:
        """Take in what others added to the index or took out; say whether there was anything.

        Raises:
            ListError, IndexFileError: what is there now cannot be read; what was read before still answers.

        """
        changed = self.index.refresh()
        if _file_of(self.index) != self._file:
            self._entries, self.added = _beside(self.path, self.index, verify=None)
            self._file = _file_of(self.index)
            changed = True
        else:
            changed = self.added.read() or changed
        if changed:
            self._digests = self._count_digests()
        return changed


def open_index_file(path: Path, *, verify: bool | None = None, name: str | None = None) -> Known:
    """Return an index file, opened, with what lies beside it.

    Raises:
        ListError, IndexFileError: it cannot be searched.

    """
    index = Index.open(path, verify=verify)
    entries, added = _beside(path, index, verify=verify)
    called = os.fsencode(name or path.name).decode(errors="replace")
    return Known(index, name=called, path=path, entries=entries, added=added)


def _beside(path: Path, index: Index, *, verify: bool | None) -> tuple[Entries | None, Added]:
    """Return names and digests that lie beside an index, and what was added to them.

    Raises:
        ListError: they are damaged, of another index, or not there though the index was built from lists.

    """
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
    return entries, Added(added_path(path), entries.first if entries else 0)


def _file_of(index: Index) -> str:
    return index.version.partition("+")[0]


def _belongs(entries: Entries | None, index: Index) -> bool:
    """Say whether names can be those of an index: of the same number of lists, or of none that is left."""
    first = index.description().identifiers[0]
    if not index.description().stored or first >= ADDED_FROM:
        return True
    if entries is None:
        return not _is_of_lists(index)
    return first >> POSITION_BITS == entries.first >> POSITION_BITS


def _is_of_lists(index: Index) -> bool:
    """Say whether an index has the identifiers that `build_index` gives: of one number of lists, or added later."""
    first, last = index.description().identifiers
    numbered = first >> POSITION_BITS
    of_lists = numbered % 2 == 1 and first < ADDED_FROM
    return of_lists and (last >> POSITION_BITS == numbered or ADDED_FROM <= last < 2 * ADDED_FROM)


def files_of(known: Known) -> list[Path]:
    """Return the files of an index and of what lies beside it, those that there are; the index last."""
    beside = (entries_path(known.path), added_path(known.path), *known.index.delta_paths())
    return [*(each for each in beside if each.exists()), known.path]
