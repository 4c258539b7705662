# SPDX-License-Identifier: Apache-2.0
"""Files whose end is empty, as where copying stopped after room for all of it was made: no half fingerprint unsaid."""

import pytest

from havn.lib import fingerprint
from havn.lib.fingerprint import Limits, UnreadableFileError
from havn.lib.fingerprint._pictures import MAYBE_CUT_OFF, Picture
from tests.unit.lib.fingerprint import pictures
from tests.unit.lib.fingerprint.test_unreadable_files import FILES

WITH_AN_END = ["JPEG", "progressive JPEG", "large JPEG", "PNG"]
WITHOUT = ["WebP", "lossless WebP", "AVIF", "HEIF"]
SMALL = pictures.picture(1, 61, 83)
EXIF = b"Exif\0\0" + pictures.encoded(
    SMALL, "JPEG"
)  # as a preview is kept: with an end of its own


def remarks_on(content):
    return Picture(content, most_pixels=Limits().pixels).remarks


def emptied(content, kept):
    return content[:kept] + bytes(len(content) - kept)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("name", WITH_AN_END)
def test_a_picture_whose_end_is_empty_is_cut_short(name, share, exact):
    content = emptied(FILES[name], int(len(FILES[name]) * share))
    with pytest.raises(UnreadableFileError, match="is cut short or damaged"):
        fingerprint.fingerprint_image(content, exact=exact)


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_why_it_is_cut_short_is_said(name):
    with pytest.raises(UnreadableFileError, match="its end is empty, as where copying it stopped"):
        fingerprint.fingerprint_image(emptied(FILES[name], len(FILES[name]) - 16))


def test_the_end_of_a_preview_is_not_that_of_the_picture():
    whole = pictures.encoded(pictures.picture(1, 300, 400), "JPEG", exif=EXIF)
    assert fingerprint.fingerprint_image(whole).quality > 50
    with pytest.raises(UnreadableFileError, match="its end is empty"):
        fingerprint.fingerprint_image(emptied(whole, len(whole) - 5000))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", WITHOUT)
def test_a_picture_without_a_mark_at_its_end_gets_a_remark(name, share):
    kept = min(int(len(FILES[name]) * share), len(FILES[name]) - 512)
    assert remarks_on(emptied(FILES[name], kept)) == (MAYBE_CUT_OFF,)


@pytest.mark.parametrize("name", FILES)
def test_zeros_behind_a_whole_picture_are_no_matter(name):
    content = FILES[name] + bytes(5000)
    assert remarks_on(content) == ()
    assert fingerprint.fingerprint_image(content) == fingerprint.fingerprint_image(FILES[name])


@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_room_that_is_kept_free_at_the_end_is_no_matter(name):
    assert remarks_on(FILES[name] + (2000).to_bytes(4) + b"free" + bytes(1992)) == ()


@pytest.mark.parametrize("name", ["WebP", "AVIF", "PNG", "JPEG"])
def test_a_picture_of_one_colour_is_no_empty_end(name):
    black = pictures.encoded(pictures.picture(1, 900, 900).point(lambda _: 0), name)
    assert remarks_on(black) == ()


@pytest.mark.parametrize(
    "start", [b"\xff\xd8", b"\xff\xd8\xff\xe0", b"\xff\xd8" + b"\xff\x01" * 100_000]
)
def test_a_beginning_of_markers_alone_is_damaged_at_once(start):
    with pytest.raises(UnreadableFileError, match=r"is cut short or damaged|no picture"):
        fingerprint.fingerprint_image(start + bytes(100))
