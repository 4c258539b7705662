# SPDX-License-Identifier: Apache-2.0
"""The least of an HEIF encoder: a gray picture of 64 by 64 in HEVC (ITU-T H.265) whose blocks are stored as they are.

No encoder of HEIF that we may use exists, and no picture may lie in this tree. Stored blocks ("PCM") need neither
prediction nor transforms; what is left are headers, and three arithmetically coded bins a block.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

SIDE, BLOCK = 64, 16
# Table 9-46 for a range of 448 and more, states 0 to 15: there are 16 blocks, and each is coded as expected.
LEAST_PROBABLE = (240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135, 128, 122, 116, 110)
PROFILE = bytes.fromhex("01 60000000 900000000000 5a")  # Main, level 3


class Bits:
    """Bits as they are written one after the other."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, value: int, count: int) -> Bits:
        self.text += f"{value:0{count}b}" if count else ""
        return self

    def ue(self, *values: int) -> Bits:
        for value in values:
            digits = f"{value + 1:b}"
            self.text += "0" * (len(digits) - 1) + digits
        return self

    def of(self, content: bytes) -> Bits:
        self.text += "".join(f"{each:08b}" for each in content)
        return self

    def aligned(self) -> bytes:
        self.text += "0" * (-len(self.text) % 8)
        return int("1" + self.text, 2).to_bytes(len(self.text) // 8 + 1)[1:]

    def ended(self) -> bytes:
        return self.u(1, 1).aligned()


class Coder(Bits):
    """The arithmetic coder of 9.3.4, for a bin that comes as expected and for those that may end something."""

    def begin(self) -> None:
        self.low, self.range, self.is_first, self.outstanding = 0, 510, True, 0

    def expected(self, state: int) -> None:
        self.range -= LEAST_PROBABLE[state]
        self.renormalise()

    def ending(self, is_end: bool) -> None:
        self.range -= 2
        if not is_end:
            self.renormalise()
            return
        self.low += self.range
        self.range = 2
        self.renormalise()
        self.put(self.low >> 9 & 1)
        self.u(self.low >> 7 & 3 | 1, 2)

    def renormalise(self) -> None:
        while self.range < 256:
            if self.low < 256:
                self.put(0)
            elif self.low >= 512:
                self.low -= 512
                self.put(1)
            else:
                self.low -= 256
                self.outstanding += 1
            self.range, self.low = self.range << 1, self.low << 1

    def put(self, bit: int) -> None:
        if self.is_first:
            self.is_first = False
        else:
            self.u(bit, 1)
        self.text += str(1 - bit) * self.outstanding
        self.outstanding = 0


def unit(kind: int, payload: bytes) -> bytes:
    """Return a NAL unit: no three bytes in it look like a start code."""
    escaped = bytearray()
    for byte in payload:
        if byte <= 3 and escaped.endswith(b"\0\0"):
            escaped.append(3)
        escaped.append(byte)
    return bytes([kind << 1, 1]) + bytes(escaped)


def parameter_sets() -> tuple[bytes, bytes, bytes]:
    """Return the video, sequence and picture parameter sets."""
    video = Bits().u(0b0000_1_1_000000_000_1, 16).u(0xFFFF, 16).of(PROFILE)
    video.u(1, 1).ue(0, 0, 0).u(0, 6).ue(0).u(0, 2)
    sequence = Bits().u(0b0000_000_1, 8).of(PROFILE).ue(0, 1, SIDE, SIDE).u(0, 1).ue(0, 0, 4)
    sequence.u(1, 1).ue(0, 0, 0)
    sequence.ue(1, 0, 0, 2, 0, 0)  # blocks of 16 by 16, transforms of 4 by 4 to 16 by 16
    sequence.u(0b000_1, 4).u(7, 4).u(7, 4).ue(1, 0).u(1, 1)  # stored blocks of 16 by 16, 8 bits
    sequence.ue(0).u(0, 5)
    picture = Bits().ue(0, 0).u(0, 7).ue(0, 0, 0).u(0, 3).ue(0, 0).u(0, 7)
    picture.u(0b1_0_1, 3).u(0, 2).ue(0).u(0, 2)  # no smoothing of the edges between blocks
    return unit(32, video.ended()), unit(33, sequence.ended()), unit(34, picture.ended())


def coded(gray: NDArray[np.uint8]) -> bytes:
    """Return the one slice of a picture."""
    coder = Coder()
    coder.u(0b1_0, 2).ue(0, 2, 0).ended()
    places = [(row, column) for row in range(0, SIDE, BLOCK) for column in range(0, SIDE, BLOCK)]
    coder.begin()
    for number, (row, column) in enumerate(places):
        coder.expected(number)  # in one part
        coder.ending(True)  # stored: the coder ends, and begins again behind the samples
        coder.aligned()
        coder.of(gray[row : row + BLOCK, column : column + BLOCK].tobytes())
        coder.of(bytes([128]) * (BLOCK * BLOCK // 2))
        coder.begin()
        coder.ending(number == len(places) - 1)
    return unit(20, coder.aligned())


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of ISO base media files."""
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def heif_of(gray: NDArray[np.uint8]) -> bytes:
    """Return an HEIF file of 64 by 64 gray pixels."""
    sets = parameter_sets()
    arrays = b"".join(
        struct.pack(">BHH", 0x80 | (each[0] >> 1), 1, len(each)) + each for each in sets
    )
    record = b"\x01" + PROFILE + bytes.fromhex("f000 fc fd f8 f8 0000 0f 03") + arrays
    slice_ = coded(gray)
    content = struct.pack(">I", len(slice_)) + slice_
    kind = box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def described(place: int) -> bytes:
        location = struct.pack(">IBBHHHHII", 0, 0x44, 0, 1, 1, 0, 1, place, len(content))
        information = struct.pack(">IHH", 2 << 24, 1, 0) + b"hvc1\0"
        extent = struct.pack(">III", 0, SIDE, SIDE)
        properties = box(b"ipco", box(b"hvcC", record), box(b"ispe", extent))
        belonging = box(b"ipma", struct.pack(">IIHBBB", 0, 1, 1, 2, 0x81, 2))
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", struct.pack(">IH", 0, 1)),
            box(b"iloc", location),
            box(b"iinf", struct.pack(">IH", 0, 1), box(b"infe", information)),
            box(b"iprp", properties, belonging),
        )

    place = len(kind) + len(described(0)) + 8
    return kind + described(place) + box(b"mdat", content)
