# SPDX-License-Identifier: Apache-2.0
"""Looking for canaries in files: as they are, in the codings that software likes, and inside what is packed."""

import base64
import re
import zlib
from functools import lru_cache
from urllib.parse import quote

GZIP, ZLIB = b"\x1f\x8b\x08", (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
# Runs that may be base64 of something, also of something packed (Django's sessions are both).
RUNS = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
EMPTY = re.compile(rb"\x00{64,}")
MOST_UNPACKED = 1 << 22
DEEPEST = 3


@lru_cache(maxsize=1000)
def forms_of(text):
    """Return {coding: bytes} for a text in small letters, and {coding: bytes} where letters keep their size."""
    plain = text.lower().encode()
    any_case = {
        "as it is": plain,
        "UTF-16": text.lower().encode("utf-16-le"),
        "UTF-16, the other way round": text.lower().encode("utf-16-be"),
        "octal": "".join(f"\\{byte:03o}" for byte in text.encode()).encode(),
    }
    for size, spelt in (
        ("", text),
        (" of capitals", text.upper()),
        (" of small letters", text.lower()),
    ):
        coded = spelt.encode()
        any_case[f"hex{size}"] = coded.hex().encode()
        any_case[f"hex of an address{size}"] = "".join(f"%{byte:02x}" for byte in coded).encode()
    if quote(text, safe="") != text:
        any_case["of an address"] = quote(text.lower(), safe="").lower().encode()
    exact = {}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text.encode())
        # The letters at both ends also hold bits of what stands before and behind.
        inner = coded[(shift * 8 + 5) // 6 : len(coded) - 4 if len(coded) > 8 else None]
        if len(inner) >= 8:
            exact[f"base64 from byte {shift}"] = inner
            for_addresses = inner.translate(bytes.maketrans(b"+/", b"-_"))
            if for_addresses != inner:
                exact[f"base64 for addresses from byte {shift}"] = for_addresses
    return any_case, exact


def found_in(blob, canaries, *, where, depth=0):
    """Yield where which canary stands, how it is coded and what stands around it."""
    small = blob.lower()
    for canary in canaries:
        for text, forms in zip((small, blob), forms_of(canary), strict=True):
            for coding, form in forms.items():
                place = text.find(form)
                if place >= 0:
                    yield canary, where, coding, blob[max(0, place - 40) : place + len(form) + 40]
    if depth < DEEPEST:
        for coding, piece in unpacked(blob, reads_runs=depth > 0 or len(blob) < MOST_UNPACKED):
            yield from found_in(piece, canaries, where=f"{where}, {coding}", depth=depth + 1)


def unpacked(blob, *, reads_runs):
    """Yield what is packed in a blob: gzip and zlib streams anywhere, and what long runs of base64 mean."""
    view = memoryview(blob)
    for mark in (GZIP, *ZLIB):
        place = blob.find(mark)
        while place >= 0:
            piece = inflated(view[place : place + MOST_UNPACKED], is_gzip=mark == GZIP)
            if piece:
                yield "unpacked", piece
            place = blob.find(mark, place + 1)
    if reads_runs:
        for run in RUNS.findall(blob):
            for piece in decoded(run):
                yield "from base64", piece


def inflated(packed, *, is_gzip):
    """Return as much as can be unpacked, or nothing where these bytes only look like it."""
    reader = zlib.decompressobj(31 if is_gzip else 15)
    try:
        return reader.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        return b""


def decoded(run):
    """Yield what a run means as base64 where that is packed, or holds letters; other runs are names and digests."""
    body = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        piece = base64.b64decode(body[: len(body) // 4 * 4])
    except ValueError:
        return
    if piece.startswith((GZIP, *ZLIB)) or piece.isascii():
        yield piece


def search(files, canaries):
    """Return every find in these files, sorted."""
    found = set()
    for path in files:
        try:
            # Databases keep room ahead: what is empty need not be looked through many times.
            blob = EMPTY.sub(b"\0" * 64, path.read_bytes())
        except FileNotFoundError:  # a database that runs takes files away
            continue
        for canary, where, coding, around in found_in(blob, canaries, where=path.name):
            found.add((canary, where, coding, bytes(around)))
    return sorted(found)
