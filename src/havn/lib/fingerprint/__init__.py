# SPDX-License-Identifier: Apache-2.0
"""Fingerprints: what pictures and videos look like (PDQ, vPDQ) and what files consist of (MD5, SHA-1, SHA-256).

For one picture in hand, `fingerprint_image(content)`. For files of the outside world, `Readers`, whose worker
processes decode within limits:

    with Readers(4) as readers:
        for path, reading in readers.read(paths):
            print(path, reading.pdq.hex if reading.pdq else reading.unreadable)

Importing this loads neither NumPy nor Pillow; nothing here writes a file. What the two modes promise, the limits and
the formats: docs/fingerprints.md.
"""

from havn.lib.fingerprint._digests import digests_of
from havn.lib.fingerprint._direct import dihedral_variants, fingerprint_image, fingerprint_pixels
from havn.lib.fingerprint._frames import frame_lines, match_frames, parse_frame_lines
from havn.lib.fingerprint._readers import Readers, WorkerError
from havn.lib.fingerprint._values import (
    VARIANTS,
    Digests,
    Frame,
    Limits,
    Pdq,
    Reading,
    UnreadableFileError,
)

__all__ = [
    "VARIANTS",
    "Digests",
    "Frame",
    "Limits",
    "Pdq",
    "Readers",
    "Reading",
    "UnreadableFileError",
    "WorkerError",
    "digests_of",
    "dihedral_variants",
    "fingerprint_image",
    "fingerprint_pixels",
    "frame_lines",
    "match_frames",
    "parse_frame_lines",
]
