# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962: hashes, the frontier that grows with the log, proofs made and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from havn.lib.feed._errors import FeedError

HASH_LENGTH = 32
EMPTY_ROOT = sha256(b"").digest()
MOST_ENTRIES = 2**53 - 1  # F17: what every language counts exactly
MOST_PROOF_LINES = 63

# The hash of the complete subtree with `2**height` leaves that begins at leaf `number * 2**height`.
Lookup = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as a leaf."""  # F2
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Return the hash of each of these entries as a leaf."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the next level above an even number of neighbours."""
    return [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(hashes[::2], hashes[1::2], strict=True)
    ]


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root above 1, 2, 4, 8 ... neighbours."""
    while len(hashes) > 1:
        hashes = paired(hashes)
    return hashes[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that the root and the next entries need: the roots of the complete subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        fits = 0 <= self.size <= MOST_ENTRIES and len(self.hashes) == self.size.bit_count()
        if not fits or any(len(each) != HASH_LENGTH for each in self.hashes):
            raise ValueError(f"A frontier of {self.size} entries has other hashes.")

    def extended(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """Return the frontier after so many further leaves: one hash each, level by level."""
        nodes = list(leaf_hashes)
        size = self.size + len(nodes)
        waiting = list(self.hashes)  # the smallest is last
        kept: list[bytes] = []  # smallest first
        for level in range(size.bit_length()):
            if self.size >> level & 1:
                nodes.insert(0, waiting.pop())
            if len(nodes) & 1:
                kept.append(nodes.pop())
            nodes = paired(nodes)
        return Frontier(size, tuple(reversed(kept)))

    def root(self) -> bytes:
        """Return the root over all entries so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def _split(count: int) -> int:
    """Return the largest power of two below a count of at least 2."""
    return 1 << (count - 1).bit_length() - 1


def range_hash(low: int, high: int, lookup: Lookup) -> bytes:
    """Return the root over the leaves from `low` to before `high`, a range that RFC 6962 itself forms."""
    count = high - low
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return lookup(height, low >> height)
    middle = low + _split(count)
    return node_hash(range_hash(low, middle, lookup), range_hash(middle, high, lookup))


def frontier_at(size: int, lookup: Lookup) -> Frontier:
    """Return the frontier that the first entries had."""
    hashes, low = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            hashes.append(lookup(height, low >> height))
            low += 1 << height
    return Frontier(size, tuple(hashes))


def inclusion_path(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """Return the hashes beside the way from a leaf to the root, from below."""
    if not 0 <= index < size:
        raise ValueError(f"A log of {size} entries has none at {index}.")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(range_hash(middle, high, lookup))
            high = middle
        else:
            path.append(range_hash(low, middle, lookup))
            low = middle
    return path[::-1]


def history_path(old: int, new: int, lookup: Lookup) -> list[bytes]:
    """Return the hashes that give both the earlier and the later root, from below.

    It is RFC 6962's consistency proof with the first hash never left out.
    """
    if not 0 < old < new:
        raise ValueError(f"There is no way from {old} to {new} entries.")
    low, high, path = 0, new, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(range_hash(middle, high, lookup))
            high = middle
        else:
            path.append(range_hash(low, middle, lookup))
            low = middle
    path.append(range_hash(low, high, lookup))
    return path[::-1]


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(path) > MOST_PROOF_LINES:
        raise FeedError("proof_wrong", {"index": index, "size": size})
    place, last, root = index, size - 1, leaf
    for each in path:
        if last == 0:
            raise FeedError("proof_wrong", {"reason": "the path is too long"})
        if place & 1 or place == last:
            root = node_hash(each, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, each)
        place, last = place >> 1, last >> 1
    if last:
        raise FeedError("proof_wrong", {"reason": "the path is too short"})
    return root


def roots_of_history(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the earlier and the later root to which a history path leads (RFC 9162, 2.1.4.2)."""
    if not 0 < old < new or not 0 < len(path) <= MOST_PROOF_LINES:
        raise FeedError("proof_wrong", {"old": old, "new": new})
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = path[0]
    for each in path[1:]:
        if last == 0:
            raise FeedError("proof_wrong", {"reason": "the path is too long"})
        if place & 1 or place == last:
            earlier, later = node_hash(each, earlier), node_hash(each, later)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            later = node_hash(later, each)
        place, last = place >> 1, last >> 1
    if last:
        raise FeedError("proof_wrong", {"reason": "the path is too short"})
    return earlier, later


def verify_inclusion(
    index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Refuse a path that does not lead from the leaf's hash to the root."""  # F33
    if root_of_inclusion(index, size, leaf, path) != root:
        raise FeedError("proof_wrong", {"index": index, "size": size})


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Refuse a path that does not show the smaller tree as the beginning of the larger one."""
    if old in {0, new}:
        same = old_root == (new_root if old else EMPTY_ROOT)
        if path or not same:
            raise FeedError("proof_wrong", {"old": old, "new": new})
        return
    whole = [old_root, *path] if old & (old - 1) == 0 else path
    if roots_of_history(old, new, whole) != (old_root, new_root):
        raise FeedError("proof_wrong", {"old": old, "new": new})
