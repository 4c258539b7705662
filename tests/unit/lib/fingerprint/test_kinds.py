# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.fingerprint._kinds import HEAD, Kind, kind_of


def boxed(*brands):
    content = brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(content) + 8).to_bytes(4) + b"ftyp" + content + b"\0\0\0\x08free"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"RIFF\0\0\0\0WEBP", "WebP"),
        (boxed(b"avif"), "AVIF"),
        (boxed(b"mif1", b"avif", b"mif1"), "AVIF"),
        (boxed(b"heic"), "HEIF"),
        (boxed(b"mif1", b"mif1", b"heic"), "HEIF"),
    ],
)
def test_a_picture_is_known_by_its_beginning(head, name):
    assert kind_of(head) == Kind(name, "image")


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (boxed(b"isom", b"mp41"), "mov"),
        (boxed(b"qt  "), "mov"),
        (boxed(b"M4V "), "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"FLV\x01", "flv"),
        (b"\0\0\x01\xba", "mpeg"),
        (b"OggS", "ogg"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
        ((b"G" + bytes(187)) * 3, "mpegts"),
    ],
)
def test_a_video_is_known_and_so_is_who_takes_it_apart(head, demuxer):
    found = kind_of(head)
    assert (found.media, found.demuxer) == ("video", demuxer)


@pytest.mark.parametrize(
    "head",
    [b"", b"G", b"BM", b"BM is a text", b"RIFF\0\0\0\0WAVE", b"#EXTM3U\n", b"<svg>", b"%PDF-"],
)
def test_what_is_neither_is_not_known(head):
    assert kind_of(head) is None


@given(st.binary(max_size=HEAD))
def test_any_bytes_are_told_apart_without_an_error(head):
    assert kind_of(head) is None or kind_of(head).media in {"image", "video"}


@given(st.binary(max_size=60))
def test_brands_cut_off_anywhere_are_told_apart_without_an_error(rest):
    assert kind_of(b"\0\0\0\x20ftyp" + rest) is not None
