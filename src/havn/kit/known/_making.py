# SPDX-License-Identifier: Apache-2.0
"""Making an index from lists, and changing one: entries added, taken out, folded into the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from havn.kit.known._added import added_path, forget_added_lines
from havn.kit.known._entries import DIGEST_KINDS, Entries, Found, entries_path, write_entries
from havn.kit.known._folding import write_folded
from havn.kit.known._known import Known, open_index_file
from havn.kit.known._locking import lock_path, locked
from havn.kit.lists import PDQ, HashList, ListError
from havn.lib.matching import Index, IndexFileError, verify_file


def build_index(
    path: Path, lists: Sequence[HashList], *, compact: bool = False, forget_added: bool = False
) -> None:
    """Write an index of lists, with their names and digests beside it; an older one of the name is replaced.

    Lists of the older one to which entries were added, and which are not among the new ones, are only let go with
    `forget_added`: nobody else may hold them.

    Raises:
        ListError: two lists have one name, or entries that were added later would be lost.
        IndexFileError: it cannot be written.

    """
    twice = [name for name, count in Counter(each.name for each in lists).items() if count > 1]
    if twice:
        raise ListError(
            f"Two lists are called {twice[0]}. Give one another name: NAME=FILE instead of FILE."
        )
    if not path.parent.is_dir():
        raise ListError(f"There is no folder {path.parent}. Make it first, or name another file.")
    index = index_of(lists, compact=compact)
    aside = path.with_name(f"{path.name}.entries.unfinished")
    with locked(lock_path(path)):
        if not forget_added:
            _require_nothing_lost(path, {each.name for each in lists})
        # What cannot be written leaves the old index with all that belongs to it; one that finds names of another
        # index beside it is refused.
        try:
            write_entries(aside, lists, first=first_of(lists), broken=[""] * len(lists))
            index.save(path)
            # In this order: what is there now may be the same names, for which the added lines would count.
            forget_added_lines(path)
            aside.replace(entries_path(path))
        finally:
            aside.unlink(missing_ok=True)


def _require_nothing_lost(path: Path, names: Collection[str]) -> None:
    try:
        old = open_index_file(path) if path.exists() else None
    except (ListError, IndexFileError):
        return  # what cannot be read is what is being mended
    lost = [] if old is None else [each for each in _changed(old) if each not in names]
    if lost:
        raise ListError(
            f"{path} holds entries on the list {lost[0]}, which is not among those given, and entries were added to the"
            f" index since it was built. Name a file for {lost[0]} too, build another index, or say --forget-added."
        )


def _changed(old: Known) -> list[str]:
    """Return the lists with entries: all if anything changed since the index was written, else those that came later."""
    lists = old.index.list_names
    if not old.index.description().changes and not old.added.digest_changes:
        built = old.entries.sources if old.entries else ()
        from_files = {each.name for each in built if each.digest and not each.is_changed}
        lists = tuple(each for each in lists if built and each not in from_files)
    return [each for each in lists if old.holds_any(each)]


def first_of(lists: Sequence[HashList]) -> int:
    """Return the identifier of the first entry: it depends on what the lists hold, so that names rarely cross.

    Identifiers stay below 2^53, up to which programs that read JSON numbers as floating point read them rightly.
    """
    digests = "".join(each.digest for each in lists).encode()
    return (int.from_bytes(sha256(digests).digest()[:3], "big") >> 4 | 1) << 32


def index_of(lists: Sequence[HashList], *, compact: bool = False) -> Index:
    """Return an index of the PDQ fingerprints of lists, in memory."""
    sizes = [len(each.pdq) for each in lists]
    return Index.build(
        np.concatenate([each.pdq.values for each in lists]),
        identifiers=np.arange(sum(sizes), dtype=np.uint64) + np.uint64(first_of(lists)),
        lists=np.repeat(np.arange(len(lists), dtype=np.uint16), sizes),
        list_names=[each.name for each in lists],
        compact=compact,
    )


def add_to_index(path: Path, listed: HashList) -> int:
    """Take the entries of a list into an index, on disk when this returns; return how many came.

    An entry is known by its list, name and value; one that is there already is not added again.

    Raises:
        ListError, IndexFileError: the index cannot be read or written.

    """
    with _writing(path):
        known = open_index_file(path)
        number = known.index.add_list(listed.name)
        fresh = [at for at in range(len(listed.pdq)) if not _is_there(known, listed, at)]
        first = known.next_identifier()
        rows: list[dict[str, Any]] = [
            {
                "op": "add", "kind": PDQ, "identifier": first + place, "list": listed.name,
                "entry": listed.pdq.names.of(at),
            }
            for place, at in enumerate(fresh)
        ]  # fmt: skip
        digests = _new_digests(known, listed)
        # Names first: a name without an entry does no harm, an entry without its name could not be traced.
        known.added.append(rows + digests)
        if fresh:
            known.index.add(
                listed.pdq.values[fresh],
                identifiers=np.arange(first, first + len(fresh), dtype=np.uint64),
                lists=np.full(len(fresh), number, np.uint16),
            )
        return len(fresh) + len(digests)


def _is_there(known: Known, listed: HashList, at: int) -> bool:
    matches = known.index.query(listed.pdq.values[at].tobytes(), radius=0, lists=[listed.name])
    name = listed.pdq.names.of(at)
    return any(known.name_of(each.identifier) == name for each in matches)


def _new_digests(known: Known, listed: HashList) -> list[dict[str, Any]]:
    rows = []
    for kind in DIGEST_KINDS:
        entries = listed.entries[kind]
        for at in range(len(entries)):
            value = entries.values[at].tobytes()
            found = Found(kind, value, listed.name, entries.names.of(at))
            if found not in known.find_digest(kind, value):
                rows.append(_digest_row("add", found))
    return rows


def _digest_row(op: str, found: Found) -> dict[str, Any]:
    return {"op": op} | found._asdict() | {"value": found.value.hex()}


def remove_from_index(
    path: Path,
    *,
    names: Collection[str] = (),
    of: str | None = None,
    listed: HashList | None = None,
) -> int:
    """Take entries out, by their names or by the hashes of a list; return how many went. No later search finds them.

    `of` names the list that is meant: others keep what they hold. Without it the hashes of a list go from all lists, and
    a name that stands on several is refused.

    Raises:
        ListError, IndexFileError: the index cannot be read or written.

    """
    with _writing(path):
        known = open_index_file(path)
        identifiers, digests = _named_of(known, set(names), of)
        if listed is not None:
            for value in listed.pdq.values:
                found = known.index.query(value.tobytes(), radius=0)
                identifiers |= {each.identifier for each in found if of in {None, each.list}}
            digests |= {
                each
                for kind in DIGEST_KINDS
                for value in listed.entries[kind].values
                for each in known.find_digest(kind, value.tobytes())
                if of in {None, each.list}
            }
        known.added.append(_digest_row("remove", each) for each in sorted(digests))
        return known.index.remove(sorted(identifiers)) + len(digests)


def _named_of(known: Known, names: set[str], of: str | None) -> tuple[set[int], set[Found]]:
    """Return the identifiers and digests of the entries with one of these names, all of one list."""
    lists: dict[int | Found, str] = {each: each.list for each in known.digests_named(names)}
    for identifier in known.identifiers_named(names):
        entry = known.index.entry(identifier)
        if entry is not None:
            lists[identifier] = entry.list
    if of is None and len(set(lists.values())) > 1:
        raise ListError(
            f"Entries of that name stand on several lists ({', '.join(sorted(set(lists.values())))}). Say which with --of."
        )
    kept = [key for key, name in lists.items() if of is None or name == of]
    return {each for each in kept if isinstance(each, int)}, {
        each for each in kept if not isinstance(each, int)
    }


def merge_index(path: Path) -> None:
    """Write an index anew with all that was added to it and taken out.

    Raises:
        ListError, IndexFileError: the index cannot be read or written; it holds as it was.

    """
    aside = path.with_name(f"{path.name}.entries.unfinished")
    with _writing(path):
        known = open_index_file(path)
        changed = set(_changed(known))
        entries = known.entries if changed or added_path(path).exists() else None
        try:
            if entries is not None:
                write_folded(
                    aside, entries, known.added, following=known.next_identifier(),
                    is_held=lambda each: known.index.entry(each) is not None, changed=changed,
                )  # fmt: skip
            known.index.merge()
            if entries is not None:
                aside.replace(entries_path(path))
                forget_added_lines(path)
        finally:
            aside.unlink(missing_ok=True)


def verify_index(path: Path) -> Known:
    """Look at every byte of an index and of what lies beside it, and return it.

    Raises:
        ListError, IndexFileError: one byte is not as it was written.

    """
    verify_file(path)
    beside = entries_path(path)
    if beside.exists():
        Entries(beside, verify=True)
    return open_index_file(path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Let nobody else change an index that is there."""
    if not path.is_file():
        raise ListError(f"There is no index {path}. Make one: havn index build LIST -o {path}.")
    with locked(lock_path(path)):
        yield
