# SPDX-License-Identifier: Apache-2.0
"""What an index itself does not hold, in a file beside it: the names of entries, and the digests of a list, sorted."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.kit.lists import PDQ, WIDTHS, HashList, ListError, Names

MAGIC = b"HAVNENTR"
VERSION = 2  # version 1, which is read as well, knows nothing that came later
_HEAD = struct.Struct("<8sII32s")  # magic, version, length of the header, its SHA-256
_ALIGNED = 64
CHECKED_AT_MOST = 64 << 20  # bytes whose digests are looked at whenever the file is opened
DIGEST_KINDS = tuple(kind for kind in WIDTHS if kind != PDQ)
LATER = "later"  # names of PDQ entries that came after the lists
# Identifiers of entries that came later: above those of all lists, and below 2^53.
ADDED_FROM = 1 << 52

Array = NDArray[Any]


class Found(NamedTuple):
    """An entry that is a digest: one value may stand on several lists, and on one list under several names."""

    kind: str
    value: bytes
    list: str
    entry: str


@dataclass(frozen=True)
class Source:
    """A list from which an index was made."""

    name: str
    digest: str
    entries: int
    remarks: tuple[str, ...]
    broken: str
    is_changed: bool = False  # by entries that no file of the list holds


def entries_path(index: Path) -> Path:
    """Return where the names and digests of an index lie."""
    return index.with_name(index.name + ".entries")


def write_entries(
    path: Path, lists: Sequence[HashList], *, first: int, broken: Sequence[str]
) -> None:
    """Write the names and digests of lists, whole and durable or not at all.

    Entry number i of all PDQ fingerprints, in the order of the lists, has the identifier `first` + i in the index.
    """
    arrays: dict[str, Array] = _names_of([each.pdq.names for each in lists], PDQ)
    for kind in DIGEST_KINDS:
        arrays |= _digests_of(lists, kind)
    sources = [
        Source(each.name, each.digest, len(each), tuple(each.remarks()), said)
        for each, said in zip(lists, broken, strict=True)
    ]
    count = sum(len(each.pdq) for each in lists)
    write_arrays(path, arrays, first=first, count=count, following=ADDED_FROM, sources=sources)


def write_arrays(
    path: Path,
    arrays: dict[str, Array],
    *,
    first: int,
    count: int,
    following: int,
    sources: Sequence[Source],
) -> None:
    """Write the file; `following` is the first identifier that was never given to an entry that came later."""
    header = {
        "first": first, "count": count, "following": following, "lists": [asdict(each) for each in sources],
    }  # fmt: skip
    write_whole(path, _packed(header, arrays))


def _names_of(names: Sequence[Names], kind: str, order: Array | None = None) -> dict[str, Array]:
    """Return names as arrays: their numbers of lines, or where any list names its entries itself, text."""
    if all(each.given is None for each in names):
        lines = np.concatenate([np.empty(0, np.uint64), *(each.lines for each in names)])
        return {f"{kind}.lines": lines if order is None else lines[order]}
    texts = [each.of(at).encode() for each in names for at in range(len(each))]
    return text_arrays(kind, texts if order is None else [texts[at] for at in order.tolist()])


def text_arrays(kind: str, texts: Sequence[bytes]) -> dict[str, Array]:
    """Return names as arrays of text."""
    offsets = np.zeros(len(texts) + 1, np.uint64)
    np.cumsum([len(each) for each in texts], out=offsets[1:])
    return {f"{kind}.offsets": offsets, f"{kind}.text": np.frombuffer(b"".join(texts), np.uint8)}


def _digests_of(lists: Sequence[HashList], kind: str) -> dict[str, Array]:
    listed = [each.entries[kind] for each in lists]
    values = np.concatenate([each.values for each in listed])
    numbers = np.repeat(np.arange(len(lists), dtype=np.uint16), [len(each) for each in listed])
    arrays, order = _sorted(kind, values, numbers)
    return arrays | _names_of([each.names for each in listed], kind, order)


def digest_arrays(
    kind: str, *, values: Array, numbers: Array, texts: Sequence[bytes]
) -> dict[str, Array]:
    """Return digests as arrays, sorted, with the numbers of their lists and the names of their entries."""
    arrays, order = _sorted(kind, values, numbers)
    return arrays | text_arrays(kind, [texts[at] for at in order.tolist()])


def _sorted(kind: str, values: Array, numbers: Array) -> tuple[dict[str, Array], Array]:
    heads = np.ascontiguousarray(values[:, :8]).view(">u8").ravel().astype(np.uint64)
    order = np.argsort(heads, kind="stable")
    return {
        f"{kind}.heads": heads[order],
        f"{kind}.values": values[order],
        f"{kind}.lists": numbers[order],
    }, order


def _packed(header: dict[str, Any], arrays: dict[str, Array]) -> Iterable[bytes]:
    directory, at = {}, 0
    for name, each in arrays.items():
        raw = np.ascontiguousarray(each)
        kind = raw.dtype.newbyteorder("<").str
        directory[name] = [kind, list(raw.shape), at, sha256(raw.tobytes()).hexdigest()]
        at += -(-raw.nbytes // _ALIGNED) * _ALIGNED
    text = json.dumps(header | {"arrays": directory}).encode()
    text += b" " * (-(_HEAD.size + len(text)) % _ALIGNED)
    yield _HEAD.pack(MAGIC, VERSION, len(text), sha256(text).digest()) + text
    for each in arrays.values():
        content = each.astype(each.dtype.newbyteorder("<")).tobytes()
        yield content + bytes(-len(content) % _ALIGNED)


def write_whole(path: Path, parts: Iterable[bytes], *, by: str = "") -> None:
    """Write a file that takes the place of another in one step, once all of it is on disk.

    Where several may write it at once, each has a name of its own, `by`; else the next one takes what was left behind.
    """
    beside = path.with_name(f"{path.name}{by}.new")
    try:
        with beside.open("wb") as stream:
            for each in parts:
                stream.write(each)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class Entries:
    """The file, mapped: which entry an identifier is, and who lists a digest."""

    def __init__(self, path: Path, *, verify: bool | None = None) -> None:
        """Map the file.

        Raises:
            ListError: it is damaged, cut short, or of a later version.

        """
        self._path = path
        self.digest = ""  # of all that the file holds
        self._header, self._mapped = self._opened()
        self.first = int(self._header["first"])
        self.count = int(self._header["count"])
        self.following = int(self._header.get("following", ADDED_FROM))
        self.sources = tuple(
            Source(
                each["name"],
                each["digest"],
                each["entries"],
                tuple(each["remarks"]),
                each["broken"],
                each.get("is_changed", False),
            )
            for each in self._header["lists"]
        )
        if verify or (verify is None and len(self._mapped) <= CHECKED_AT_MOST):
            self.verify()

    def _opened(self) -> tuple[dict[str, Any], NDArray[np.uint8]]:
        mapped = np.memmap(self._path, np.uint8, mode="r") if self._path.stat().st_size else None
        if mapped is None or len(mapped) < _HEAD.size:
            raise self._damaged()
        magic, version, length, digest = _HEAD.unpack(mapped[: _HEAD.size].tobytes())
        if magic == MAGIC and version > VERSION:
            raise ListError(
                f"{self._path} was written by a later version of Havn ({version}); take that one, or build the index anew."
            )
        text = mapped[_HEAD.size : _HEAD.size + length].tobytes()
        if magic != MAGIC or sha256(text).digest() != digest:
            raise self._damaged()
        self.digest = digest.hex()
        header = json.loads(text)
        rest = np.asarray(mapped)[_HEAD.size + length :]
        if any(
            at + _bytes(kind, shape) > len(rest)
            for kind, shape, at, _ in header["arrays"].values()
        ):
            raise self._damaged()
        return header, rest

    def _damaged(self) -> ListError:
        return ListError(
            f"{self._path} is damaged or cut short. Delete it and the index beside it, and build them anew from the list."
        )

    def verify(self) -> None:
        """Look at every byte.

        Raises:
            ListError: one is not as it was written.

        """
        for name, (_, _, _, digest) in self._header["arrays"].items():
            if sha256(self._array(name).tobytes()).hexdigest() != digest:
                raise self._damaged()

    def _array(self, name: str) -> Array:
        kind, shape, at, _ = self._header["arrays"][name]
        found: Array = self._mapped[at : at + _bytes(kind, shape)].view(kind).reshape(shape)
        return found

    def holds(self, identifier: int) -> bool:
        """Whether this file names the entry with an identifier."""
        is_of_lists = self.first <= identifier < self.first + self.count
        return is_of_lists or self._later_at(identifier) is not None

    def name_of(self, identifier: int) -> str:
        """Return the name of an entry that it holds."""
        at = self._later_at(identifier)
        return self._name(PDQ, identifier - self.first) if at is None else self._name(LATER, at)

    def _later(self) -> Array:
        name = f"{LATER}.identifiers"
        return self._array(name) if name in self._header["arrays"] else np.empty(0, np.uint64)

    def _later_at(self, identifier: int) -> int | None:
        if identifier < ADDED_FROM:
            return None
        later = self._later()
        at = int(np.searchsorted(later, np.uint64(identifier)))
        return at if at < len(later) and int(later[at]) == identifier else None

    def later_names(self) -> dict[int, str]:
        """Return the names of the entries that came after the lists, by identifier."""
        return {each: self._name(LATER, at) for at, each in enumerate(self._later().tolist())}

    def identifiers_named(self, names: set[str]) -> set[int]:
        """Return the identifiers of the PDQ entries that have one of these names."""
        found = {self.first + at for at in self.named(names, PDQ)}
        return found | {each for each, name in self.later_names().items() if name in names}

    def _name(self, kind: str, at: int) -> str:
        if f"{kind}.lines" in self._header["arrays"]:
            return str(int(self._array(f"{kind}.lines")[at]))
        begin, end = self._array(f"{kind}.offsets")[at : at + 2].tolist()
        return self._array(f"{kind}.text")[begin:end].tobytes().decode()

    def names_as_text(self, kind: str) -> list[bytes]:
        """Return the names of all entries of a kind."""
        if f"{kind}.lines" in self._header["arrays"]:
            return [b"%d" % each for each in self._array(f"{kind}.lines").tolist()]
        text = self._array(f"{kind}.text").tobytes()
        return [
            text[begin:end] for begin, end in pairwise(self._array(f"{kind}.offsets").tolist())
        ]

    def arrays_of(self, kind: str) -> dict[str, Array]:
        """Return the arrays of a kind by their names in the file."""
        mine = [each for each in self._header["arrays"] if each.startswith(f"{kind}.")]
        return {each: self._array(each) for each in mine}

    def named(self, names: set[str], kind: str) -> list[int]:
        """Return the positions of the entries of a kind that have one of these names."""
        if f"{kind}.lines" in self._header["arrays"]:
            numbers = [int(each) for each in names if each.isascii() and each.isdigit()]
            is_named = np.isin(self._array(f"{kind}.lines"), np.array(numbers, np.uint64))
            return [int(each) for each in np.flatnonzero(is_named)]
        total = len(self._array(f"{kind}.offsets")) - 1
        return [at for at in range(total) if self._name(kind, at) in names]

    def found_at(self, kind: str, at: int) -> Found:
        """Return the digest at a position."""
        number = int(self._array(f"{kind}.lists")[at])
        return Found(kind, self._value(kind, at), self.sources[number].name, self._name(kind, at))

    def _value(self, kind: str, at: int) -> bytes:
        value: bytes = self._array(f"{kind}.values")[at].tobytes()
        return value

    def digest_count(self) -> int:
        """Return how many digests of all kinds it holds."""
        return sum(len(self._array(f"{kind}.heads")) for kind in DIGEST_KINDS)

    def holds_digest_of(self, name: str, *, but: Collection[Found]) -> bool:
        """Whether any digest stands on a list, apart from some."""
        number = next((at for at, each in enumerate(self.sources) if each.name == name), None)
        return number is not None and any(
            self.found_at(kind, at) not in but
            for kind in DIGEST_KINDS
            for at in np.flatnonzero(self._array(f"{kind}.lists") == number).tolist()
        )

    def find(self, kind: str, value: bytes) -> list[Found]:
        """Return who lists a digest."""
        return [self.found_at(kind, at) for at in self._positions(kind, value)]

    def positions_of(self, found: Found) -> list[int]:
        """Return where an entry stands among the digests of its kind."""
        places = self._positions(found.kind, found.value)
        return [at for at in places if self.found_at(found.kind, at) == found]

    def _positions(self, kind: str, value: bytes) -> list[int]:
        heads = self._array(f"{kind}.heads")
        wanted = np.uint64(int.from_bytes(value[:8], "big"))
        begin = int(np.searchsorted(heads, wanted, side="left"))
        end = int(np.searchsorted(heads, wanted, side="right"))
        return [at for at in range(begin, end) if self._value(kind, at) == value]


def _bytes(kind: str, shape: list[int]) -> int:
    count = np.dtype(kind).itemsize
    for each in shape:
        count *= each
    return count
