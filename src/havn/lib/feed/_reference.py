# SPDX-License-Identifier: Apache-2.0
"""The definition: RFC 6962 section 2.1 word by word, recursive and slow; and a leaf read as any JSON is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from havn.lib.encoding import canonical_json, from_b64u


def tree_hash(entries: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = _largest_power_below(len(entries))
    return sha256(b"\x01" + tree_hash(entries[:k]) + tree_hash(entries[k:])).digest()


def audit_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = _largest_power_below(len(entries))
    if m < k:
        return [*audit_path(m, entries[:k]), tree_hash(entries[k:])]
    return [*audit_path(m - k, entries[k:]), tree_hash(entries[:k])]


def consistency(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return _subproof(m, entries, is_known=True)


def history(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """SUBPROOF(m, D[n], false)."""
    return _subproof(m, entries, is_known=False)


def _subproof(m: int, entries: Sequence[bytes], *, is_known: bool) -> list[bytes]:
    if m == len(entries):
        return [] if is_known else [tree_hash(entries)]
    k = _largest_power_below(len(entries))
    if m <= k:
        return [*_subproof(m, entries[:k], is_known=is_known), tree_hash(entries[k:])]
    return [*_subproof(m - k, entries[k:], is_known=False), tree_hash(entries[:k])]


def tile(level: int, number: int, entries: Sequence[bytes]) -> list[bytes]:
    """The n-th tile at level l (tlog-tiles): up to 256 hashes of complete subtrees."""
    width = 256**level
    starts = range(number * 256 * width, (number + 1) * 256 * width, width)
    return [
        tree_hash(entries[each : each + width]) for each in starts if each + width <= len(entries)
    ]


def _largest_power_below(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def read_leaf(content: bytes) -> tuple[int, bytes, tuple[bytes, ...]] | None:
    """Return epoch, commitment and tags of a leaf of version 1; None for anything else."""
    try:
        value = json.loads(content)
        if canonical_json(value) != content or set(value) != {"commit", "epoch", "tags", "v"}:
            return None
        commit = from_b64u(value["commit"])
        tags = tuple(from_b64u(each) for each in value["tags"])
    except (ValueError, TypeError, RecursionError):
        return None
    counts = {1, 4, 16, *(2**power for power in range(6, 13))}
    is_right = (
        (type(value["v"]), value["v"]) == (int, 1)
        and type(value["epoch"]) is int
        and value["epoch"] >= 1
        and type(value["tags"]) is list
        and len(commit) == 32
        and {len(each) for each in tags} == {8}
        and len(tags) in counts
        and list(tags) == sorted(set(tags))
    )
    return (value["epoch"], commit, tags) if is_right else None
