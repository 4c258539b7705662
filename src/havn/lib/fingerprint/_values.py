# SPDX-License-Identifier: Apache-2.0
"""What fingerprinting gives and takes: fingerprints, digests, frames, limits, a reading of a file, the one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

# How a picture can be turned and mirrored, in the order of pdqhash.compute_dihedral.
VARIANTS = (
    "as it is",
    "turned left by 90 degrees",
    "turned by 180 degrees",
    "turned right by 90 degrees",
    "mirrored top to bottom",
    "mirrored left to right",
    "mirrored on the main diagonal",
    "mirrored on the other diagonal",
)

NO_NAME = "No file can have this name; look at how it is written."
Media = Literal["image", "video", "other"]
MOST_COUNTED = (1 << 63) - 1  # what the system takes as a limit
MOST_SECONDS = 366 * 24 * 3600


class UnreadableFileError(Exception):
    """A file or picture cannot be read; the text is a sentence that says what is wrong and what to do."""


class Pdq(NamedTuple):
    """A PDQ fingerprint: 32 bytes, and how much there was to see (0 to 100; under 50 it says too little)."""

    value: bytes
    quality: int

    @property
    def hex(self) -> str:
        """Return the 64 lower-case digits that lists carry."""
        return self.value.hex()


class Digests(NamedTuple):
    """The digests of a file's bytes, in lower-case digits, and how many bytes there were."""

    md5: str
    sha1: str
    sha256: str
    length: int


class Frame(NamedTuple):
    """A frame of a video: its number from 0, quality, PDQ fingerprint (32 bytes), seconds from the beginning."""

    number: int
    quality: int
    value: bytes
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Whatever would cost more is said to be unreadable, with the limit."""

    memory: int = 2 << 30  # bytes of address space of a process, its libraries included
    pixels: int = 250_000_000  # as the header says, before anything is decoded
    seconds: float = 30.0  # for a picture
    video_seconds: float = 900.0  # for a video, and for digests of a file over 256 MiB
    length: int = 16 << 30  # bytes of a file

    def __post_init__(self) -> None:
        """Raise ValueError for a limit that is none: 0 seconds would be no alarm at all."""
        for name, most in (
            *(("memory", MOST_COUNTED), ("pixels", MOST_COUNTED), ("length", MOST_COUNTED)),
            *(("seconds", MOST_SECONDS), ("video_seconds", MOST_SECONDS)),
        ):
            found = getattr(self, name)
            if not 0 < found <= most:
                raise ValueError(
                    f"The limit `{name}` is {found}; give a number above 0, {most:,} at most."
                )

    @property
    def held(self) -> int:
        """Return how many bytes a picture file may have: beside it, its pixels need room."""
        return self.memory // 4

    def too_long(self) -> str:
        """Return the sentence about a file that needs more memory than it may have."""
        return (
            f"Reading it needs more than the {self.memory >> 20} MiB of memory that a file may have; raise the limit if"
            " you trust the file."
        )


@dataclass(frozen=True)
class Reading:
    """What was found in one file; `unreadable` is a sentence where something could not be had."""

    digests: Digests | None = None
    pdq: Pdq | None = None
    variants: tuple[Pdq, ...] = ()
    frames: tuple[Frame, ...] = ()
    media: Media = "other"
    unreadable: str | None = None
    remarks: tuple[str, ...] = ()
