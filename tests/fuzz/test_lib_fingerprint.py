# SPDX-License-Identifier: Apache-2.0
"""Damaged pictures and videos of strangers: a reading or a sentence each, no crash, no hang, no memory over the limit."""

import io
import random
import shutil
import struct

import pytest

from havn.lib.fingerprint import Limits, Readers, UnreadableFileError, _video
from havn.lib.fingerprint._head import head_of
from tests.unit.lib.fingerprint import pictures, test_head
from tests.unit.lib.fingerprint.avi import avi_of
from tests.unit.lib.fingerprint.test_unreadable_files import FILES

SEED = 20261127
LIMITS = Limits(memory=1 << 30, seconds=10.0, video_seconds=10.0, pixels=50_000_000)
SMALL = pictures.picture(3, 61, 83)
ANIMATED = [pictures.picture(seed, 61, 83) for seed in (4, 5)]
VALID = {
    **FILES,
    "animated GIF": pictures.encoded(SMALL, "GIF", save_all=True, append_images=ANIMATED),
    "animated PNG": pictures.encoded(SMALL, "PNG", save_all=True, append_images=ANIMATED),
    "animated WebP": pictures.encoded(SMALL, "WebP", save_all=True, append_images=ANIMATED),
    "paged TIFF": pictures.encoded(SMALL, "TIFF", save_all=True, append_images=ANIMATED),
    "CMYK JPEG": pictures.encoded(SMALL.convert("CMYK"), "JPEG"),
    "CMYK TIFF": pictures.encoded(SMALL.convert("CMYK"), "TIFF", compression="jpeg"),
    "LZW TIFF": pictures.encoded(SMALL, "TIFF", compression="tiff_lzw"),
    "fax TIFF": pictures.encoded(SMALL.convert("1"), "TIFF", compression="group4"),
    "palette PNG": pictures.encoded(SMALL.convert("P"), "PNG"),
    "palette BMP": pictures.encoded(SMALL.convert("P"), "BMP"),
    "16 bit PNG": pictures.encoded(SMALL.convert("I;16"), "PNG"),
}

RATE = 5
FILM = avi_of([pictures.colours(seed, 48, 64) for seed in range(2 * RATE)], rate=RATE)
HEAD = f"{test_head.BEGIN}{test_head.LENGTH}{test_head.track()}{test_head.SOUND}{test_head.END}"
PPM = b"P6\n64 48\n255\n" + pictures.colours(1, 48, 64).tobytes()


def mutated(dice, content):
    """Return the bytes with one to twenty places changed, doubled, left out, or set to what lengths fear."""
    changed = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        # Half of all changes hit the header, where sizes and offsets are.
        place = dice.randrange(min(len(changed), 200) if dice.random() < 0.5 else len(changed))
        match dice.randrange(6):
            case 0:
                changed[place] ^= 1 << dice.randrange(8)
            case 1:
                changed[place] = dice.choice([0, 1, 127, 128, 255])
            case 2:
                form = dice.choice(["<I", ">I", "<H", ">H"])
                number = dice.choice([0, 1, 0x7FFF, 0x8000, 0xFFFF])
                number = dice.choice([number, 0x7FFFFFFF, 0xFFFFFFFF]) if "I" in form else number
                changed[place : place + struct.calcsize(form)] = struct.pack(form, number)
            case 3:
                del changed[place : place + dice.randrange(1, 40)]
            case 4:
                changed[place:place] = changed[place : place + dice.randrange(1, 400)]
            case _:
                changed[place : place + 8] = dice.randbytes(8)
        if len(changed) < 20:
            break
    if dice.random() < 0.1:
        del changed[dice.randrange(len(changed)) :]
    return bytes(changed)


def has_cost_the_worker(reading):
    said = reading.unreadable or ""
    return "died" in said or "took longer" in said or "no worker says" in said


def read_mutations(count):
    """Read so many mutations; return how many were readable, and what died over which."""
    dice = random.Random(SEED)
    names = list(VALID)
    readable, dead = 0, []
    with Readers(1, limits=LIMITS) as readers:
        for number in range(count):
            name = names[number % len(names)]
            reading = readers.read_bytes(mutated(dice, VALID[name]))
            assert (reading.pdq is None) == (reading.unreadable is not None)
            readable += reading.pdq is not None
            if has_cost_the_worker(reading):
                dead.append((number, name, reading.unreadable))
        assert readers.read_bytes(FILES["PNG"]).pdq is not None
    print(f"seed {SEED}: {readable} of {count} mutations are still pictures")  # noqa: T201
    return readable, dead


def test_the_files_that_are_mutated_are_valid():
    with Readers(1, limits=LIMITS) as readers:
        for name, content in VALID.items():
            assert readers.read_bytes(content).unreadable is None, name


def test_five_hundred_mutations_end_in_a_reading_or_a_sentence():
    readable, dead = read_mutations(500)
    assert dead == []
    assert 50 < readable < 450


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3600)
def test_ten_thousand_mutations_end_in_a_reading_or_a_sentence():
    _readable, dead = read_mutations(10_000)
    assert dead == []


def read_films(count, path):
    """Read so many mutations of a video; return how many gave frames, and what died over which."""
    dice = random.Random(SEED)
    with_frames, dead = 0, []
    with Readers(1, limits=LIMITS) as readers:
        for number in range(count):
            path.write_bytes(mutated(dice, FILM))
            reading = readers.read_path(str(path))
            assert reading.frames or reading.unreadable or reading.remarks
            with_frames += bool(reading.frames)
            if has_cost_the_worker(reading):
                dead.append((number, reading.unreadable))
        path.write_bytes(FILM)
        whole = readers.read_path(str(path))
    assert whole.unreadable is None
    assert [each.number for each in whole.frames] == ([0, RATE] if shutil.which("ffmpeg") else [])
    print(f"seed {SEED}: {with_frames} of {count} mutations are still films")  # noqa: T201
    return dead


def test_fifty_mutations_of_a_video_end_in_a_reading_or_a_sentence(tmp_path):
    assert read_films(50, tmp_path / "film") == []


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3600)
def test_two_thousand_mutations_of_a_video_end_in_a_reading_or_a_sentence(tmp_path):
    assert read_films(2_000, tmp_path / "film") == []


def test_what_ffmpeg_says_can_be_anything():
    dice = random.Random(SEED)
    found = 0
    for _ in range(2_000):
        try:
            found += head_of(mutated(dice, HEAD.encode())) is not None
        except UnreadableFileError:
            continue
    assert 500 < found < 2_000


def test_what_ffmpeg_makes_can_be_anything():
    dice = random.Random(SEED)
    found = 0
    for _ in range(500):
        stream = io.BytesIO(mutated(dice, PPM * 3))
        try:
            for pixels in _video._pictures(stream, LIMITS):
                assert pixels.size <= 3 * LIMITS.pixels
                found += 1
        except (ValueError, UnreadableFileError):
            continue
    assert found > 500
