# SPDX-License-Identifier: Apache-2.0
"""Frames of videos: by a stand-in for ffmpeg that answers as it does, and (deep) by the real one."""

import hashlib
import shutil
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest

from havn.lib import fingerprint
from havn.lib.fingerprint import Limits, Readers, UnreadableFileError, _video
from havn.lib.fingerprint._messages import MOST_TOLD, packed
from tests.support.waiting import wait_until
from tests.unit.lib.fingerprint import pictures
from tests.unit.lib.fingerprint.avi import avi_of

VIDEO = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(100)
HEAD = "  Stream #0:0(und): Video: h264 (High), yuv420p, 320x240, 100 kb/s, 25 fps, 25 tbr"
SECONDS = 3
# Called once for the head of the file, then for the frames; what it is to say and do is filled in.
STAND_IN = """#!{python}
import os, sys, time
if sys.argv[-1] == "-":
    open(sys.argv[0] + ".frames", "w").write("\\n".join(sys.argv[1:]))
    open(sys.argv[0] + ".process", "w").write(str(os.getpid()))
    sys.stdout.buffer.write(open(sys.argv[0] + ".ppm", "rb").read())
    sys.stdout.flush()
    {then}
else:
    print({head}, file=sys.stderr)
    sys.exit(1)
"""


def frame_colours(number):
    return pictures.colours(number * 8, 240, 320)


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Put a stand-in on the path, which is the whole path; return what writes it."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "ffmpeg"
    monkeypatch.setenv("PATH", str(folder))

    def write(*, head=HEAD, is_code=False, then="pass", frames=SECONDS):
        program.write_text(
            STAND_IN.format(python=sys.executable, head=head if is_code else repr(head), then=then)
        )
        program.chmod(0o755)
        ppm = b"".join(
            b"P6\n320 240\n255\n" + frame_colours(each).tobytes() for each in range(frames)
        )
        (folder / "ffmpeg.ppm").write_bytes(ppm)
        return folder

    return write


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "-a video,\n of sorts.mp4"
    path.write_bytes(VIDEO)
    return path


def read(path, **options):
    with Readers(1, **options) as readers:
        return readers.read_path(str(path))


def test_a_frame_a_second_is_fingerprinted_exactly_as_vpdq_numbers_it(stand_in, video):
    stand_in()
    reading = read(video)
    assert reading.unreadable is None
    assert (reading.media, reading.pdq, reading.remarks) == ("video", None, ())
    assert [each.number for each in reading.frames] == [0, 25, 50]
    assert [each.seconds for each in reading.frames] == [0.0, 1.0, 2.0]
    for number, each in enumerate(reading.frames):
        expected = fingerprint.fingerprint_pixels(frame_colours(number))
        assert (each.value, each.quality) == expected
    assert reading.digests.sha256 == hashlib.sha256(VIDEO).hexdigest()


def test_ffmpeg_may_read_this_file_only_as_this_format_and_no_network(stand_in, video):
    folder = stand_in()
    read(video)
    said = (folder / "ffmpeg.frames").read_text()
    for words in (
        "-nostdin",
        "-protocol_whitelist\nfile,pipe\n",
        "-f\nmov\n",
        f"-i\nfile:{video}\n",
    ):
        assert words in said


def test_ffmpeg_reads_filters_and_writes_with_one_thread_each(stand_in, video):
    folder = stand_in()
    read(video)
    said = (folder / "ffmpeg.frames").read_text().splitlines()
    threads = [place for place, word in enumerate(said) if word == "-threads"]
    assert len(threads) == 2
    assert threads[0] < said.index("-i") < threads[1]
    for place in (*threads, said.index("-filter_threads")):
        assert said[place + 1] == "1"


def test_the_rate_of_american_television_gives_seconds_of_its_own(stand_in, video):
    stand_in(head=HEAD.replace("25 fps", "29.97 fps"))
    assert [each.number for each in read(video).frames] == [0, 30, 60]
    assert [each.seconds for each in read(video).frames] == [0.0, 1.001, 2.002]


def test_the_frames_are_those_of_the_film_behind_its_cover(stand_in, video):
    cover = "  Stream #0:0: Video: mjpeg, yuvj420p, 600x600, 90k tbr, 90k tbn (attached pic)\n"
    folder = stand_in(head=cover + HEAD.replace("#0:0", "#0:1"))
    assert [each.number for each in read(video).frames] == [0, 25, 50]
    assert "-map\n0:1\n" in (folder / "ffmpeg.frames").read_text()


def test_without_ffmpeg_there_are_digests_only_and_that_is_said(video, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    reading = read(video)
    assert reading.remarks == (
        "no ffmpeg on this machine: digests only; install ffmpeg to read the frames",
    )
    assert (reading.frames, reading.unreadable) == ((), None)
    assert reading.digests.length == len(VIDEO)


def test_who_wishes_for_no_frames_gets_digests_without_a_remark(stand_in, video):
    stand_in()
    reading = read(video, frames=False)
    assert (reading.frames, reading.remarks) == ((), ())
    assert reading.digests is not None


def test_a_video_that_breaks_off_keeps_its_frames_and_says_so(stand_in, video):
    stand_in(then="print('[mov @ 0x1] moov atom partly missing', file=sys.stderr); sys.exit(1)")
    reading = read(video)
    assert len(reading.frames) == SECONDS
    assert reading.unreadable is None
    assert reading.remarks == (
        "the video is damaged or cut short: frames up to there (moov atom partly missing)",
    )


@pytest.mark.parametrize("chatter", ["print('x' * 10_000_000, file=sys.stderr)", "sys.exit(0)"])
def test_a_video_without_one_frame_is_unreadable(stand_in, video, chatter):
    stand_in(frames=0, then=chatter)
    reading = read(video)
    assert reading.unreadable.startswith("No frame of the video could be read (")
    assert reading.digests is not None


@pytest.mark.parametrize(
    "coding", ["none (Q0Q0 / 0x30513051), none", "unknown, none", "none, none(tv, progressive)"]
)
def test_a_video_that_ffmpeg_has_no_decoder_for_is_not_called_damaged(stand_in, video, coding):
    stand_in(head=HEAD.replace("h264 (High), yuv420p", coding))
    assert read(video).unreadable == (
        "The pictures of the video are coded in a way that this ffmpeg does not read; install a newer one, or convert"
        " the video."
    )


def test_a_file_without_a_track_of_pictures_is_unreadable(stand_in, video):
    stand_in(head="file:/secret/place: Invalid data found when processing input")
    reading = read(video)
    assert reading.unreadable == (
        "The video has no track of pictures, or is cut short or damaged (Invalid data found when processing input);"
        " fetch or copy it again."
    )


def test_chapters_without_number_do_not_hide_the_tracks(stand_in, video):
    stand_in(head=f"'    Chapter #0:0: start 0.0, end 1.0\\n' * 20_000 + {HEAD!r}", is_code=True)
    assert len(read(video).frames) == SECONDS


def test_a_head_without_end_is_given_up(stand_in, video):
    stand_in(head="'x' * 50_000_000", is_code=True)
    assert read(video).unreadable == (
        "The notes and chapters in the video are longer than 16 MiB; save it without them to read it."
    )


def test_a_video_of_too_many_pixels_is_refused_by_its_head(stand_in, video):
    folder = stand_in(head=HEAD.replace("320x240", "99999x99999"))
    assert "99999 by 99999 pixels, more than the limit of" in read(video).unreadable
    assert not (folder / "ffmpeg.frames").exists()


def test_frames_of_another_size_than_the_head_says_are_refused_all_the_same(stand_in, video):
    folder = stand_in()
    (folder / "ffmpeg.ppm").write_bytes(b"P6\n99999 99999\n255\n" + bytes(1000))
    assert "99999 by 99999 pixels, more than the limit of" in read(video).unreadable


def test_a_video_of_more_frames_than_can_be_told_is_refused(stand_in, video, monkeypatch):
    program = str(stand_in() / "ffmpeg")
    monkeypatch.setattr(_video, "MOST_FRAMES", 2)
    with pytest.raises(UnreadableFileError, match="more than 2 frames to read; cut it into parts"):
        _video.film_of(bytes(video), "mov", program=program, limits=Limits())


def test_as_many_frames_as_may_be_read_can_be_told():
    frame = fingerprint.Frame(10**8, 100, bytes(32), float(10**8) + 0.123)
    told = len(packed(fingerprint.Reading(frames=(frame,) * 1000)))
    assert told * _video.MOST_FRAMES / 1000 < MOST_TOLD


def test_a_video_that_takes_too_long_ends_with_its_ffmpeg(stand_in, video):
    folder = stand_in(then="time.sleep(600)")
    reading = read(video, limits=Limits(video_seconds=1.5))
    assert "(1.5 for videos and long files) and was given up" in reading.unreadable
    process = int((folder / "ffmpeg.process").read_text())
    wait_until(lambda: not psutil.pid_exists(process), what="the end of ffmpeg")


def test_a_video_that_changes_while_its_frames_are_taken_is_said_to(stand_in, video):
    stand_in(then=f"open({str(video)!r}, 'ab').write(b'more')")
    assert read(video).unreadable == "It changed while it was read; run again when it is whole."


def test_a_video_that_changes_is_not_blamed_for_what_ffmpeg_says_of_it_then(stand_in, video):
    change = f"open({str(video)!r}, 'ab').write(b'more')"
    stand_in(then=f"{change}; print('moov atom not found', file=sys.stderr)", frames=0)
    assert read(video).unreadable == "It changed while it was read; run again when it is whole."


@pytest.mark.parametrize("answer", [b"P6\nfew many\n255\n", b"P6\n1\n255\n", b"P6\n-1 -1\n255\n"])
def test_what_ffmpeg_answers_and_is_no_picture_is_said_so(stand_in, video, answer):
    folder = stand_in()
    (folder / "ffmpeg.ppm").write_bytes(answer + bytes(1000))
    reading = read(video)
    assert reading.unreadable.startswith("What ffmpeg made of the video is no row of pictures;")
    assert reading.digests is not None


def test_a_video_whose_frames_need_more_memory_than_allowed_is_said_to(stand_in, video):
    folder = stand_in()
    (folder / "ffmpeg.ppm").write_bytes(b"P6\n15000 15000\n255\n" + bytes(1000))
    reading = read(video, limits=Limits(memory=400 << 20))
    assert reading.unreadable.startswith("Reading it needs more than the 400 MiB of memory")
    assert reading.digests is not None


SCRIPT = """
import sys
sys.path[:0] = sys.argv[2:]
from havn.lib.fingerprint import Readers
with Readers(2) as readers:
    readers.read_bytes(b"")
    print("ready", flush=True)
    list(readers.read([sys.argv[1]]))
"""


def test_ctrl_c_in_the_middle_of_a_video_ends_everything_at_once(stand_in, video):
    folder = stand_in(then="time.sleep(600)")
    command = [sys.executable, "-c", SCRIPT, str(video), *sys.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        parent.stdout.readline()
        written = folder / "ffmpeg.process"
        process = int(wait_until(lambda: written.exists() and written.read_text()))
        parent.send_signal(signal.SIGINT)
        assert parent.wait(timeout=20) != 0
    wait_until(lambda: not psutil.pid_exists(process), what="the end of ffmpeg")


def test_a_video_in_memory_is_told_to_come_as_a_file():
    with Readers(1) as readers:
        reading = readers.read_bytes(VIDEO)
    assert reading.media == "video"
    assert reading.unreadable.startswith("It is a MP4 video, no picture;")


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.mov", "a.ts", "a.flv", "a.mpg"])
def test_the_real_ffmpeg_reads_what_it_wrote(tmp_path, name):
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("no ffmpeg was found: install it (Debian: apt install ffmpeg)")
    source = "testsrc=size=320x240:rate=25:duration=4"
    make = [program, "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"]
    subprocess.run([*make, str(tmp_path / name)], check=True)
    still = [program, "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1"]
    subprocess.run(
        [*still, "-f", "rawvideo", "-pix_fmt", "rgb24", str(tmp_path / "raw")], check=True
    )
    reading = read(tmp_path / name)
    assert reading.unreadable is None
    assert [each.number for each in reading.frames] == [0, 25, 50, 75]
    pixels = np.frombuffer((tmp_path / "raw").read_bytes(), dtype=np.uint8).reshape(240, 320, 3)
    first = fingerprint.fingerprint_pixels(pixels)
    near = fingerprint.Pdq(reading.frames[0].value, reading.frames[0].quality)
    assert pictures.bits_apart(first, near) <= 16
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    cut = read(tmp_path / name)
    assert cut.unreadable or cut.frames


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.parametrize(
    ("rate", "numbers"), [(1, range(6)), (5, range(0, 30, 5)), (24, range(0, 144, 24))]
)
def test_the_real_ffmpeg_copies_no_frame_of_a_slow_video(tmp_path, rate, numbers):
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg was found: install it (Debian: apt install ffmpeg)")
    path = tmp_path / "film"
    stills = [frame_colours(each) for each in range(6)]
    path.write_bytes(avi_of([each for each in stills for _ in range(rate)], rate=rate))
    reading = read(path)
    assert [each.number for each in reading.frames] == list(numbers)
    for still, each in zip(stills, reading.frames, strict=True):
        assert (each.value, each.quality) == fingerprint.fingerprint_pixels(still)
