# SPDX-License-Identifier: Apache-2.0
"""The head of a video, as ffmpeg says it between what the file says of itself."""

import pytest

from havn.lib.fingerprint import UnreadableFileError
from havn.lib.fingerprint._head import Head, head_of

BEGIN = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:a.mp4':
  Metadata:
    encoder         : Lavf63.1.102
"""
LENGTH = "  Duration: 00:00:03.00, start: 0.000000, bitrate: 46 kb/s\n"
END = "At least one output file must be specified\n"
SOUND = "  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)\n"
TRUE = Head(320, 240, 25.0)


def track(begin="  Stream #0:0[0x1](und)", size="320x240", rate="25 fps"):
    return (
        f"{begin}: Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), {size} [SAR 1:1 DAR 4:3], 41 kb/s,"
        f" {rate}, 25 tbr, 12800 tbn (default)\n"
    )


def read(*lines):
    return head_of("".join([BEGIN, *lines, END]).encode())


@pytest.mark.parametrize(
    "begin",
    [
        *("  Stream #0:0", "    Stream #0:0", "    Stream #0:0(und)", "  Stream #0:0[0x1e0]"),
        *("  Stream #0:0[0x1](eng)", "  Stream #0:0(en-US)", "  Stream #0:0(a): b (c)"),
    ],
)
def test_the_track_of_pictures_is_found_in_any_version_of_ffmpeg(begin):
    assert read(LENGTH, track(begin), "      handler_name    : VideoHandler\n") == TRUE


@pytest.mark.parametrize(
    ("rate", "found"), [("29.97 fps", 29.97), ("1k fps", 1000), ("0.5 fps", 0.5), ("0 fps", 1)]
)
def test_rates_are_read_as_ffmpeg_rounds_them(rate, found):
    assert read(track(rate=rate)).rate == found


def test_a_track_without_a_rate_of_its_own_has_that_of_its_clock():
    line = "  Stream #0:0: Video: gif, bgra, 83x61, 10 tbr, 100 tbn\n"
    assert read(line) == Head(83, 61, 10.0)


def test_the_first_track_of_pictures_counts_wherever_it_is_told():
    other = track("  Stream #0:2[0x3]", size="64x48", rate="5 fps")
    assert read(SOUND.replace("#0:1", "#0:0"), other, track("  Stream #0:1")) == TRUE._replace(
        track=1
    )


@pytest.mark.parametrize(
    "cover",
    [
        "(attached pic)",
        "(default) (attached pic) (still image)",
        "(attached pic) (timed thumbnails)",
    ],
)
def test_a_cover_is_not_taken_for_the_film(cover):
    told = f"  Stream #0:0[0x0]: Video: png, rgb24(pc), 100x90 [SAR 1:1 DAR 1:1], 90k tbr, 90k tbn {cover}\n"
    film = track("  Stream #0:1").replace("(default)", "(default) (non-diegetic)")
    assert read(told, film) == read(film, told) == TRUE._replace(track=1)
    assert read(SOUND, told) == Head(100, 90, 90_000.0)


def test_a_film_is_no_cover_because_its_language_says_so():
    film = track("  Stream #0:0(eng) (attached pic)")
    assert read(film, track("  Stream #0:1", size="64x48")) == TRUE


def test_a_track_that_two_programs_share_is_one():
    assert read("  Program 1\n", track(), "  Program 2\n", track()) == TRUE


def test_sound_or_nothing_has_no_head():
    assert read(SOUND) is None
    assert read() is None
    assert read("  Stream #0:0: Video: h264, none, 25 fps, 25 tbr\n") is None
    assert read("  Stream #0:0: Attachment: none\n") is None


@pytest.mark.parametrize(
    "note",
    [
        "    comment         : Stream #0:0: Video: h264, 1x1, 1 fps\n",
        "    comment         : two lines\n                    : Stream #0:0: Video: h264, 1x1, 1 fps\n",
        "    title           : Video: 1x1, 1 fps\n",
    ],
)
def test_notes_that_look_like_a_track_are_not_taken_for_one(note):
    assert read(note, LENGTH, track(), note) == TRUE


def test_a_language_that_looks_like_the_rest_of_a_track_is_passed_over():
    assert read(track("  Stream #0:0(eng): Video: h264, 1x1, 1 fps)")) == TRUE
    sound = SOUND.replace("(und)", "(und): Video: h264, 1x1, 1 fps)")
    assert read(sound) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["\n  Stream #0:0: Video: h264, 1x1, 1 fps\n", track()],
        [track(), "\n  Stream #0:0: Video: h264, 1x1, 1 fps\n"],
        ["  Stream #0:0(eng\n", track("  Stream #0:0: Video: h264, 1x1, 1 fps)")],
        ["  Stream #0:0(eng\n", "  Stream #0:1: Video: h264, 1x1, 1 fps\n"],
        ["    Stream #0:0     : Video: h264, 1x1, 1 fps\n", track()],
        ["    Stream #0:1     : Video: h264, 1x1, 1 fps\n", track()],
        [
            "    Stream #0:0(eng\n  Stream #0:0: Video: h264, 1x1, 1 fps): Video: h264, 8x8, 25 fps\n"
        ],
    ],
)
def test_a_note_that_cannot_be_told_from_a_track_is_not_believed(lines):
    with pytest.raises(UnreadableFileError, match="nobody can tell which is which"):
        read(*lines)


@pytest.mark.parametrize("begin", ["  Stream #0:0", "    Stream #0:0(und)"])
@pytest.mark.parametrize("indent", ["  ", "    "])
def test_a_name_that_looks_like_a_track_is_not_believed_in_any_version_of_ffmpeg(begin, indent):
    name = f"a\n{indent}Stream #0:0: Video: h264, 320x240, 99999 fps\n.mp4"
    said = BEGIN.replace("a.mp4", name) + LENGTH + track(begin) + END
    with pytest.raises(UnreadableFileError, match="or its name, look like its head"):
        head_of(said.encode())
