# SPDX-License-Identifier: Apache-2.0
"""What goes between a reader and its worker processes: lengths, JSON and bytes, never an object of Python's own."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from typing import IO, Any, NamedTuple, NoReturn, get_args

from havn.lib.fingerprint._values import Digests, Frame, Limits, Media, Pdq, Reading

PATH, CONTENT = b"p", b"c"  # what is asked begins so
SO_FAR, ALL = b"s", b"a"  # what is answered begins so: before the dangerous part, and at last
READY = b"r"
NO_MEMORY = 75  # the exit code of a worker that could not hold what it was given
MOST_TOLD = (
    64 << 20
)  # bytes of one answer: of a video of `_video.MOST_FRAMES` it is two thirds of that
_LENGTH = 8
_QUALITIES = tuple(range(101))
_DIGITS = re.compile(r"[0-9a-f]*")


class BrokenMessageError(Exception):
    """What came is nothing that the other side says: it may have been taken over by what it decoded."""


class Message(NamedTuple):
    """How a message is meant, and what it holds."""

    how: bytes
    content: bytes


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


def send(stream: IO[bytes], how: bytes, content: bytes = b"") -> None:
    """Let the other side have one message, at once."""
    stream.write(len(content).to_bytes(_LENGTH) + how)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes], *, most: int | None = None) -> Message | None:
    """Return the next message; None when the other side is gone, also in the middle of one.

    Raises BrokenMessageError where more bytes than `most` are announced.
    """
    head = stream.read(_LENGTH + 1)
    if len(head) <= _LENGTH:
        return None
    length, how = int.from_bytes(head[:_LENGTH]), head[_LENGTH:]
    if most is not None and length > most:
        raise BrokenMessageError(f"A message of {length:,} bytes was announced.")
    content = stream.read(length)
    return Message(how, content) if len(content) == length else None


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


def unpacked(content: bytes) -> Reading:
    """Return the reading that `packed` made JSON of. Raises BrokenMessageError for what it cannot have made."""
    try:
        found = json.loads(content, parse_constant=_refuse)
        return Reading(
            digests=_digests(*found["digests"]) if found["digests"] else None,
            pdq=_pdq(*found["pdq"]) if found["pdq"] else None,
            variants=tuple(_pdq(*each) for each in found["variants"]),
            frames=tuple(_frame(*each) for each in found["frames"]),
            media=_one_of(get_args(Media), found["media"]),
            unreadable=None if found["unreadable"] is None else _text(found["unreadable"]),
            remarks=tuple(_text(each) for each in found["remarks"]),
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise BrokenMessageError(f"An answer is none ({type(error).__name__}).") from error


def _plain(pdq: Pdq) -> tuple[str, int]:
    return pdq.hex, pdq.quality


def _refuse(found: object) -> NoReturn:
    raise ValueError(f"{str(found)[:80]!r} does not belong here.")


def _one_of(known: tuple[Any, ...], found: object) -> Any:
    return found if found in known else _refuse(found)


def _text(found: object) -> str:
    return found if isinstance(found, str) else _refuse(found)


def _count(found: object) -> int:
    return found if isinstance(found, int) and found >= 0 else _refuse(found)


def _digits(found: object, count: int) -> str:
    text = _text(found)
    return text if len(text) == count and _DIGITS.fullmatch(text) else _refuse(text)


def _digests(md5: object, sha1: object, sha256: object, length: object) -> Digests:
    return Digests(_digits(md5, 32), _digits(sha1, 40), _digits(sha256, 64), _count(length))


def _pdq(digits: object, quality: object) -> Pdq:
    return Pdq(bytes.fromhex(_digits(digits, 64)), _one_of(_QUALITIES, quality))


def _frame(number: object, digits: object, quality: object, seconds: object) -> Frame:
    pdq = _pdq(digits, quality)
    if not isinstance(seconds, float) or not 0 <= seconds < math.inf:
        _refuse(seconds)
    return Frame(_count(number), pdq.quality, pdq.value, seconds)
