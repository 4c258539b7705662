# SPDX-License-Identifier: Apache-2.0
"""What goes between a reader and its worker processes: lengths, JSON and bytes, never an object of Python's own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import IO

from havn.lib.fingerprint._values import Digests, Frame, Limits, Pdq, Reading

PATH, CONTENT = b"p", b"c"  # what is asked begins so
SO_FAR, ALL = b"s", b"a"  # what is answered begins so: before the dangerous part, and at last
READY = b"ready"
_LENGTH = 8


@dataclass(frozen=True)
class Wishes:
    """What a worker is asked to find out about each file, and what it may cost."""

    limits: Limits
    exact: bool = False
    variants: bool = False
    frames: bool = True
    digests: bool = True

    def text(self) -> str:
        """Return the same as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Wishes:
        """Return what `text` made JSON of."""
        found = json.loads(text)
        return cls(**{**found, "limits": Limits(**found["limits"])})


def send(stream: IO[bytes], *parts: bytes) -> None:
    """Let the other side have one message that consists of these parts, at once."""
    stream.write(sum(map(len, parts)).to_bytes(_LENGTH))
    for each in parts:
        stream.write(each)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message; None when the other side is gone, also in the middle of one."""
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    length = int.from_bytes(head)
    message = stream.read(length)
    return message if len(message) == length else None


def packed(reading: Reading) -> bytes:
    """Return a reading as JSON."""
    found = {
        "digests": reading.digests,
        "pdq": _plain(reading.pdq) if reading.pdq else None,
        "variants": [_plain(each) for each in reading.variants],
        "frames": [
            (each.number, *_plain(Pdq(each.value, each.quality)), each.seconds)
            for each in reading.frames
        ],
        "media": reading.media,
        "unreadable": reading.unreadable,
        "remarks": reading.remarks,
    }
    return json.dumps(found).encode()


def unpacked(message: bytes) -> Reading:
    """Return the reading that `packed` made JSON of."""
    found = json.loads(message)
    return Reading(
        digests=Digests(*found["digests"]) if found["digests"] else None,
        pdq=_pdq(found["pdq"]) if found["pdq"] else None,
        variants=tuple(_pdq(each) for each in found["variants"]),
        frames=tuple(_frame(each) for each in found["frames"]),
        media=found["media"],
        unreadable=found["unreadable"],
        remarks=tuple(found["remarks"]),
    )


def _plain(pdq: Pdq) -> tuple[str, int]:
    return pdq.hex, pdq.quality


def _pdq(plain: tuple[str, int]) -> Pdq:
    return Pdq(bytes.fromhex(plain[0]), plain[1])


def _frame(plain: tuple[int, str, int, float]) -> Frame:
    number, digits, quality, seconds = plain
    return Frame(number, quality, bytes.fromhex(digits), seconds)
