# SPDX-License-Identifier: Apache-2.0
"""Names and digests written anew with what came later folded in, so that the file that only grows can go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from havn.kit.known._added import Added
from havn.kit.known._entries import (
    DIGEST_KINDS,
    LATER,
    Array,
    Entries,
    Found,
    Source,
    digest_arrays,
    text_arrays,
    write_arrays,
)
from havn.kit.lists import PDQ


def write_folded(
    path: Path,
    entries: Entries,
    added: Added,
    *,
    following: int,
    is_held: Callable[[int], bool],
    changed: Collection[str],
) -> None:
    """Write what lies beside an index, whole and durable or not at all.

    `following` is the first identifier that was never given; entries that `is_held` denies need no name any more;
    `changed` lists hold what no file of theirs does, which must be remembered.
    """
    sources = _sources(entries, added, changed)
    numbers = {each.name: number for number, each in enumerate(sources)}
    arrays = entries.arrays_of(PDQ) | _later_names(entries, added, is_held)
    for kind in DIGEST_KINDS:
        arrays |= _digests(entries, added, kind, numbers)
    write_arrays(
        path,
        arrays,
        first=entries.first,
        count=entries.count,
        following=following,
        sources=sources,
    )


def _sources(entries: Entries, added: Added, changed: Collection[str]) -> list[Source]:
    """Return the lists; those that came later have no digest."""
    known = {each.name for each in entries.sources}
    later = [name for _, name in added.names.values()]
    later += [each.list for found in added.digests.values() for each in found]
    fresh = [name for name in dict.fromkeys(later) if name not in known]
    every = [*entries.sources, *(Source(name, "", 0, (), "") for name in fresh)]
    return [replace(each, is_changed=each.is_changed or each.name in changed) for each in every]


def _later_names(
    entries: Entries, added: Added, is_held: Callable[[int], bool]
) -> dict[str, Array]:
    named = entries.later_names() | {each: name for each, (name, _) in added.names.items()}
    kept = sorted(each for each in named if is_held(each))
    texts = [named[each].encode() for each in kept]
    return {f"{LATER}.identifiers": np.array(kept, np.uint64)} | text_arrays(LATER, texts)


def _digests(
    entries: Entries, added: Added, kind: str, numbers: dict[str, int]
) -> dict[str, Array]:
    fresh = [each for found in added.digests.values() for each in found if each.kind == kind]
    gone = [each for each in added.removed if each.kind == kind]
    before = entries.arrays_of(kind)
    if not fresh and not gone:
        return before
    is_kept = np.ones(len(before[f"{kind}.heads"]), np.bool_)
    for each in gone:
        is_kept[entries.positions_of(each)] = False
    texts = entries.names_as_text(kind)
    kept = np.flatnonzero(is_kept)
    return digest_arrays(
        kind,
        values=np.concatenate([before[f"{kind}.values"][kept], _values(fresh, before, kind)]),
        numbers=np.concatenate(
            [
                before[f"{kind}.lists"][kept],
                np.array([numbers[each.list] for each in fresh], np.uint16),
            ]
        ),
        texts=[texts[at] for at in kept.tolist()] + [each.entry.encode() for each in fresh],
    )


def _values(found: list[Found], before: dict[str, Array], kind: str) -> Array:
    width = before[f"{kind}.values"].shape[1]
    return np.frombuffer(b"".join(each.value for each in found), np.uint8).reshape(-1, width)
