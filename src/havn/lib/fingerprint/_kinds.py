# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

from typing import NamedTuple

from havn.lib.fingerprint._values import Media

HEAD = 4096  # bytes that are enough to tell


class Kind(NamedTuple):
    """A format: its name as people say it, what it holds, and the name of its demuxer in ffmpeg (videos)."""

    name: str
    media: Media
    demuxer: str = ""


_STARTS = (
    (b"\xff\xd8\xff", Kind("JPEG", "image")),
    (b"\x89PNG\r\n\x1a\n", Kind("PNG", "image")),
    (b"GIF87a", Kind("GIF", "image")),
    (b"GIF89a", Kind("GIF", "image")),
    (b"BM", Kind("BMP", "image")),
    (b"II*\x00", Kind("TIFF", "image")),
    (b"MM\x00*", Kind("TIFF", "image")),
    (b"II+\x00", Kind("TIFF", "image")),
    (b"MM\x00+", Kind("TIFF", "image")),
    (b"\x1a\x45\xdf\xa3", Kind("Matroska", "video", "matroska")),
    (b"FLV\x01", Kind("FLV", "video", "flv")),
    (b"\x00\x00\x01\xba", Kind("MPEG", "video", "mpeg")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind("ASF", "video", "asf")),
    (b"OggS", Kind("Ogg", "video", "ogg")),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_PLAIN_BRANDS = {b"mif1", b"msf1", b"mif2", b"miaf"}  # say "an image", and others say which
_TRANSPORT_PACKET = 188


def kind_of(head: bytes) -> Kind | None:
    """Return the format of a file whose first bytes (up to `HEAD`) these are; None for one that Havn does not read."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind if kind.name != "BMP" or _is_bmp(head) else None
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("WebP", "image")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind("AVI", "video", "avi")
    if head[4:8] == b"ftyp":
        return _boxed(head)
    if head[4:8] in {b"moov", b"mdat", b"wide"}:
        return Kind("QuickTime", "video", "mov")
    if len(head) > 2 * _TRANSPORT_PACKET and head[0 : 2 * _TRANSPORT_PACKET + 1 : 188] == b"GGG":
        return Kind("MPEG-TS", "video", "mpegts")
    return None


def _is_bmp(head: bytes) -> bool:
    """Return whether the length of the second header is one that a BMP has: many a text begins with BM."""
    return int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124}


def _boxed(head: bytes) -> Kind:
    """Return what the brands of an ISO base media file say."""
    long = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, long - 3, 4))]
    if brands[0] in _AVIF_BRANDS or (brands[0] in _PLAIN_BRANDS and _AVIF_BRANDS & {*brands}):
        return Kind("AVIF", "image")
    if brands[0] in _HEIF_BRANDS | _PLAIN_BRANDS:
        return Kind("HEIF", "image")
    return Kind("MP4", "video", "mov")
