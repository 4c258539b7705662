# SPDX-License-Identifier: Apache-2.0
"""The inside of a backup: named parts one after the other, each in chunks, so that no length is needed before.

A part is one line of JSON {"part": name}, then chunks (4 bytes of length, big-endian, and so many
bytes), then a chunk of length 0. The last line is {"end": number of parts}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK_BYTES = 1 << 20
LONGEST_LINE = 4096
# The client's folder of the roster, and the hub's repository: names that lead nowhere else.
ROSTER_FILE = re.compile(
    r"roster/(?:(?:first-root|hub)\.json|metadata/(?:root_history/[0-9]+\.root|timestamp|snapshot|targets)\.json"
    r"|targets/[A-Za-z0-9%]+\.json)"
    r"|alliance/(?:metadata/(?:[0-9]+\.)?[a-z]+\.json|targets/(?:participants/)?[0-9a-f]{64}\.[A-Za-z0-9]+\.json)"
)


class PartsError(Exception):
    """The backup does not hold what it should; the message says what to do."""


def write_part(target: BinaryIO, name: str, source: BinaryIO) -> int:
    """Write everything that `source` holds as one part and return how many bytes it had."""
    target.write(json.dumps({"part": name}).encode() + b"\n")
    total = 0
    while chunk := source.read(CHUNK_BYTES):
        target.write(len(chunk).to_bytes(4, "big") + chunk)
        total += len(chunk)
    target.write(bytes(4))
    return total


def write_end(target: BinaryIO, parts: int) -> None:
    """Write the line by which a reader knows that nothing is missing."""
    target.write(json.dumps({"end": parts}).encode() + b"\n")


def read_parts(source: BinaryIO) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and chunks of each part; each part's chunks are to be read before the next part."""
    count = 0
    while True:
        line = source.readline(LONGEST_LINE)
        try:
            head = json.loads(line)
        except ValueError:
            raise PartsError(
                "The backup is damaged: a part does not begin as it should."
            ) from None
        if "end" in head:
            if head["end"] != count:
                raise PartsError("The backup is damaged: a part is missing.")
            return
        count += 1
        chunks = _chunks(source)
        yield str(head["part"]), chunks
        for _ in chunks:
            pass  # what the caller left unread


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while True:
        length = int.from_bytes(_exactly(source, 4), "big")
        if length == 0:
            return
        yield _exactly(source, length)


def _exactly(source: BinaryIO, count: int) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise PartsError("The backup ends in the middle of a part.")
    return data
