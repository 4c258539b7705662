# SPDX-License-Identifier: Apache-2.0
"""Leaves: a commitment to a payload, and tags by which its audience finds it while others see noise."""

from __future__ import annotations

import hmac
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from operator import lt
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from havn.lib.encoding import b64u
from havn.lib.feed._errors import FeedError
from havn.lib.feed._strict_json import StrictJsonError, read_object
from havn.lib.feed._tiles import LONGEST_ENTRY

LEAF_VERSION = 1
T = TypeVar("T")
COMMIT_LENGTH = 32
SALT_LENGTH = 32
TAG_LENGTH = 8
TAG_CLASSES = (1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096)
_CLASSES = frozenset(TAG_CLASSES)
BATCH_CLASSES = (1, 4, 16, 64, 256, 1024, 4096)
MOST_EPOCH = 2**53 - 1
_PAIR_LABEL = b"havn feed tag v1"

# The last character of 32 or of 8 bytes in base64url carries two bits that are zero.
_LAST = b"[AEIMQUYcgkosw048]"
_TAG = b'"[A-Za-z0-9_-]{10}' + _LAST + b'"'
_STANDARD = bytes.maketrans(b"-_", b"+/")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# Letters of base64url in the order of what they stand for: texts of one length are in the order of their bytes.
_ORDERED = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", bytes(range(128, 192))
)
_TAG_WRITTEN = 13  # with its quotes, without the comma
_EPOCH = re.compile(rb'","epoch":([1-9][0-9]{0,15}),')
_BEGINNING = b'{"commit":"'
_WRITTEN = (
    rb'\{"commit":"([A-Za-z0-9_-]{42}' + _LAST + rb')","epoch":([1-9][0-9]{0,15}),"tags":\[('
    + _TAG + rb"(?:," + _TAG + rb')*)\],"v":1\}'
)  # fmt: skip
_LEAF = re.compile(_WRITTEN)
_LEAF_LINE = re.compile(rb"^" + _WRITTEN + rb"$", re.MULTILINE)
# What each byte of a key becomes in the two blocks of HMAC.
_INNER_BLOCK, _OUTER_BLOCK = (bytes(each ^ pad for each in range(256)) for pad in (0x36, 0x5C))
_BLOCK_LENGTH = 64
MOST_AT_ONE_LOOK = 1 << 20  # bytes of leaves; all their tags are in memory at once


@dataclass(frozen=True, slots=True)
class Leaf:
    """What everybody may see of an event."""

    epoch: int
    commit: bytes
    tags: tuple[bytes, ...]


def leaf_bytes(leaf: Leaf) -> bytes:
    """Return the leaf as it stands in the log."""  # F1
    _check(leaf)
    tags = ",".join(f'"{b64u(each)}"' for each in leaf.tags)
    text = f'{{"commit":"{b64u(leaf.commit)}","epoch":{leaf.epoch},"tags":[{tags}],"v":1}}'
    return text.encode("ascii")


def parse_leaf(content: bytes) -> Leaf:
    """Return the leaf that `leaf_bytes` wrote; anything it would not write is refused."""
    found = _agreed(content)
    tags = tuple(
        a2b_base64(each[1:-1] + b"=") for each in found[3].translate(_STANDARD).split(b",")
    )
    return Leaf(int(found[2]), a2b_base64(found[1].translate(_STANDARD) + b"="), tags)


def wrong_leaves(contents: Sequence[bytes]) -> Iterator[tuple[int, FeedError]]:
    """Give what `parse_leaf` would refuse, by place, and why; a mirror asks this of every leaf there is."""
    if _are_all_agreed(contents):
        return
    for place, content in enumerate(contents):
        try:
            _agreed(content)
        except FeedError as error:
            yield place, error


def _are_all_agreed(contents: Sequence[bytes]) -> bool:
    """Tell whether all of them are leaves, by one look at them as lines; False says nothing of any one."""
    if sum(map(len, contents)) > MOST_AT_ONE_LOOK:
        return False
    lines = b"\n".join(contents)
    if lines.count(b"\n") != len(contents) - 1 or max(map(len, contents)) > LONGEST_ENTRY:
        return False
    found = _LEAF_LINE.findall(lines)
    if len(found) != len(contents) or any(
        int(epoch) > MOST_EPOCH for epoch in {f[1] for f in found}
    ):
        return False
    tags = [written for _commit, _epoch, written in found]
    return all(
        _are_of_order([each for each in tags if len(each) == length], length)
        for length in set(map(len, tags))
    )


def _are_of_order(tags: Sequence[bytes], length: int) -> bool:
    """Tell whether the tags of each of these leaves, written in so many bytes, are of a class and ascend."""
    count = (length + 1) // (_TAG_WRITTEN + 1)
    each_one = b",".join(tags).translate(_ORDERED).split(b",")
    columns = [each_one[place::count] for place in range(count)]
    return count in _CLASSES and all(all(map(lt, *pair)) for pair in pairwise(columns))


def _agreed(content: bytes) -> re.Match[bytes]:
    # One expression instead of JSON read and written again.
    found = _LEAF.fullmatch(content) if len(content) <= LONGEST_ENTRY else None
    if found is None:
        raise _unreadable(content)
    _commit, epoch, written = found.groups()
    tags = written.translate(_ORDERED).split(b",")
    if len(tags) not in _CLASSES or tags != sorted(set(tags)) or int(epoch) > MOST_EPOCH:
        raise _disorder()
    return found


def _check(leaf: Leaf) -> None:
    if not (
        1 <= leaf.epoch <= MOST_EPOCH
        and len(leaf.commit) == COMMIT_LENGTH
        and all(len(each) == TAG_LENGTH for each in leaf.tags)
        and _are_in_order(leaf.tags)
    ):
        raise _disorder()


def _are_in_order(tags: Sequence[bytes]) -> bool:
    """Tell whether tags are of a number that has a class, in ascending order, none twice."""  # F8
    return len(tags) in TAG_CLASSES and all(map(bytes.__lt__, tags, tags[1:]))


def _disorder() -> FeedError:
    return FeedError("leaf_malformed", {"reason": "an epoch, a number or an order of tags"})


def _unreadable(content: bytes) -> FeedError:
    """Return why this is no leaf of ours: of another version, or none at all."""  # F3
    try:
        value = read_object(content, most_bytes=LONGEST_ENTRY, most_depth=4)
    except StrictJsonError as error:
        return FeedError("leaf_malformed", {"reason": str(error)})
    version = value.get("v")
    if type(version) is int and version > LEAF_VERSION:
        return FeedError("unknown_leaf_version", {"version": version})
    return FeedError("leaf_malformed", {"reason": "other fields than a leaf has"})


# --- commitments ----------------------------------------------------------------------------------


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Return what the leaf says of a payload: nothing to those who lack the salt, or once it is erased."""  # F4 F16
    if len(salt) != SALT_LENGTH:
        raise ValueError("A salt has 32 bytes.")
    return sha256(salt + payload).digest()


def opens(commit: bytes, salt: bytes, payload: bytes) -> bool:
    """Tell whether a payload and its salt are what a leaf commits to."""
    return len(salt) == SALT_LENGTH and hmac.compare_digest(commitment(salt, payload), commit)


# --- tags -----------------------------------------------------------------------------------------


def pair_key(own_private: bytes, their_public: bytes, *, origin: str, epoch: int) -> bytes:
    """Return the key for tags between a log's node and one of its audience, the same on both sides.

    Which exchange keys hold in an epoch, the roster says.
    """  # F6 F18
    try:
        public = X25519PublicKey.from_public_bytes(their_public)
        shared = X25519PrivateKey.from_private_bytes(own_private).exchange(public)
    except ValueError:  # not 32 bytes, or a point that makes every secret the same
        raise FeedError("key_unusable") from None
    purpose = b"\n".join((_PAIR_LABEL, origin.encode(), str(epoch).encode()))
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(shared)


def tag(key: bytes, commit: bytes) -> bytes:
    """Return the tag by which one node of the audience finds a leaf."""  # F7
    return hmac.digest(key, commit, "sha256")[:TAG_LENGTH]


def is_tagged(leaf: Leaf, key: bytes) -> bool:
    """Tell whether a leaf is meant for whoever shares this key with its log."""
    return tag(key, leaf.commit) in leaf.tags


def find_tagged(
    entries: Sequence[bytes], key_of_epoch: Callable[[int], bytes | None]
) -> list[tuple[int, Leaf]]:
    """Return which entries are leaves with our tag, and where they stand among these.

    Nearly all are not ours, and told apart by their places alone; what is left is read whole.
    """
    found: list[tuple[int, Leaf]] = []

    def with_tagger(epoch: int) -> tuple[bytes, Callable[[bytes], bytes]] | None:
        key = key_of_epoch(epoch)
        return None if key is None else (key, _tagger(key))

    for place, known in enumerate(_by_epoch(entries, with_tagger)):
        if known is None:
            continue
        key, tag_of = known
        entry = entries[place]
        try:
            commit = a2b_base64(entry[11:54].translate(_STANDARD) + b"=")
        except ValueError:
            continue
        # The first characters of base64 stand for the first bytes.
        written = b2a_base64(tag_of(commit)[:TAG_LENGTH])[:11].translate(_URL_SAFE)
        if written in entry and (leaf := _ours(entry, key)):
            found.append((place, leaf))
    return found


def first_of_epoch(entries: Sequence[bytes], is_wanted: Callable[[int], bool]) -> int:
    """Return where the first leaf of such an epoch stands among these entries; how many there are, if nowhere."""
    for place, is_it in enumerate(_by_epoch(entries, is_wanted)):
        if is_it and entries[place].startswith(_BEGINNING):
            return place
    return len(entries)


def _by_epoch(entries: Sequence[bytes], of_epoch: Callable[[int], T]) -> list[T | None]:
    """Return what is said of each entry's epoch, None for what has none; each epoch is asked about once."""
    said: dict[bytes, T | None] = {}
    told: list[T | None] = []
    last, now = b"?", None  # leaves of one epoch follow each other
    for entry in entries:
        if not entry.startswith(last, 54):  # between the commitment and the tags
            last = entry[54 : entry.find(b",", 64) + 1] or b"?"
            if last not in said:
                found = _EPOCH.fullmatch(last)
                said[last] = of_epoch(int(found[1])) if found else None
            now = said[last]
        told.append(now)
    return told


def _tagger(key: bytes) -> Callable[[bytes], bytes]:
    """Return HMAC-SHA-256 under one key, of which both blocks are hashed only once (RFC 2104, section 4).

    A mirror asks for a tag of every leaf of every log: a million times what `tag` is asked for.
    """
    short = key if len(key) <= _BLOCK_LENGTH else sha256(key).digest()
    block = short.ljust(_BLOCK_LENGTH, b"\0")
    inner, outer = sha256(block.translate(_INNER_BLOCK)), sha256(block.translate(_OUTER_BLOCK))

    def digest(message: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return around.digest()

    return digest


def _ours(entry: bytes, key: bytes) -> Leaf | None:
    try:
        leaf = parse_leaf(entry)
    except FeedError:  # of a later version: mirrored, and read by a later release
        return None
    return leaf if is_tagged(leaf, key) else None


def tag_class(count: int) -> int:
    """Return how many tags a leaf for so many nodes carries."""  # F8
    return _class_of(count, TAG_CLASSES)


def batch_class(count: int) -> int:
    """Return how many leaves a beat with so many events appends, unless policy says more."""  # F13
    return _class_of(count, BATCH_CLASSES)


def _class_of(count: int, classes: tuple[int, ...]) -> int:
    if not 0 <= count <= classes[-1]:
        raise ValueError(f"There is no class for {count}.")
    return next(each for each in classes if each >= count)


def new_leaf(
    commit: bytes,
    keys: Sequence[bytes],
    *,
    epoch: int,
    noise: Callable[[int], bytes],
    least_tags: int = 1,
) -> Leaf:
    """Return the leaf for a payload: a tag for each key, noise up to the class (or a higher one), sorted."""
    tags = {tag(key, commit) for key in keys}
    if len(tags) != len(keys) or not keys:
        raise ValueError("A leaf is for one node or more, each named once.")
    return _padded(
        commit, tags, count=tag_class(max(len(keys), least_tags)), epoch=epoch, noise=noise
    )


def dummy_leaf(*, epoch: int, tag_count: int, noise: Callable[[int], bytes]) -> Leaf:
    """Return a leaf that commits to nothing and is for nobody; nobody can tell."""  # F14
    return _padded(
        noise(COMMIT_LENGTH), set(), count=tag_class(tag_count), epoch=epoch, noise=noise
    )


def _padded(
    commit: bytes, tags: set[bytes], *, count: int, epoch: int, noise: Callable[[int], bytes]
) -> Leaf:
    while len(tags) < count:
        tags.add(noise(TAG_LENGTH))
    return Leaf(epoch, commit, tuple(sorted(tags)))
