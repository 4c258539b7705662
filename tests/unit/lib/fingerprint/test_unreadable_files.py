# SPDX-License-Identifier: Apache-2.0
"""Bad input: each is a sentence that says what is wrong and what to do, and no picture is half read."""

import io
import os
import socket
import struct
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from havn.lib import fingerprint
from havn.lib.fingerprint import Limits, Readers, UnreadableFileError, _files, digests_of
from havn.lib.fingerprint._messages import Wishes
from havn.lib.fingerprint._reading import read_file
from tests.unit.lib.fingerprint import pictures
from tests.unit.lib.fingerprint.heif import heif_of

IMAGE = pictures.picture(1, 300, 400)
FILES = {
    "JPEG": pictures.encoded(IMAGE, "JPEG", quality=90),
    "progressive JPEG": pictures.encoded(IMAGE, "JPEG", quality=90, progressive=True),
    "large JPEG": pictures.encoded(pictures.picture(1, 1000, 1300), "JPEG", quality=90),
    "PNG": pictures.encoded(IMAGE, "PNG"),
    "WebP": pictures.encoded(IMAGE, "WebP", quality=80),
    "lossless WebP": pictures.encoded(IMAGE, "WebP", lossless=True),
    "GIF": pictures.encoded(IMAGE, "GIF"),
    "BMP": pictures.encoded(IMAGE, "BMP"),
    "TIFF": pictures.encoded(IMAGE, "TIFF"),
    "packed TIFF": pictures.encoded(IMAGE, "TIFF", compression="tiff_adobe_deflate"),
    "AVIF": pictures.encoded(IMAGE, "AVIF"),
}
FILES["HEIF"] = heif_of(pictures.colours(1, 64, 64)[:, :, 1])
HEIF_STARTS = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.fixture(scope="module")
def readers():
    with Readers(1) as found:
        yield found


def why(content):
    with pytest.raises(UnreadableFileError) as caught:
        fingerprint.fingerprint_image(content)
    sentence = str(caught.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("name", FILES)
def test_a_whole_picture_is_read(name):
    assert fingerprint.fingerprint_image(FILES[name]).quality > 50


def test_heif_has_the_fingerprint_of_its_pixels():
    # Whole numbers of brightness are stretched to the full range on the way, hence not to the bit.
    pixels = fingerprint.fingerprint_pixels(pictures.colours(1, 64, 64)[:, :, 1])
    assert pictures.bits_apart(fingerprint.fingerprint_image(FILES["HEIF"]), pixels) <= 4


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_picture_is_said_to_be_cut_short(name, share):
    content = FILES[name]
    sentence = why(content[: int(len(content) * share)])
    assert "is cut short or damaged" in sentence
    assert "fetch or copy it again" in sentence


def with_bytes(content, place, new):
    return content[:place] + new + content[place + len(new) :]


def tiff_of_coding(number):
    content = FILES["TIFF"]
    tag = content.index(b"\x03\x01\x03\x00\x01\x00\x00\x00")  # 259, one short number
    return with_bytes(content, tag + 8, struct.pack("<I", number))


JPEG_FRAME = FILES["JPEG"].index(b"\xff\xc0")
UNKNOWN = {
    "lossless JPEG": with_bytes(FILES["JPEG"], JPEG_FRAME + 1, b"\xc3"),
    "12-bit layers": with_bytes(FILES["JPEG"], JPEG_FRAME + 4, b"\x0c"),
    "2-layer images": with_bytes(FILES["JPEG"], JPEG_FRAME + 9, b"\x02"),
    "JPEG 2000 in TIFF": tiff_of_coding(34712),
    "JPEG XL in TIFF": tiff_of_coding(52546),
    "Unsupported BMP compression (4)": with_bytes(FILES["BMP"], 30, b"\x04"),
    "Unsupported BMP pixel depth (2)": with_bytes(FILES["BMP"], 28, b"\x02"),
    "vvcC": FILES["HEIF"].replace(b"hvc1", b"vvc1").replace(b"hvcC", b"vvcC"),
}


@pytest.mark.parametrize("reason", UNKNOWN)
def test_a_kind_that_no_decoder_knows_is_not_called_damage(reason):
    sentence = why(UNKNOWN[reason])
    assert "is of a kind that Havn does not read (" in sentence
    assert reason in sentence
    assert sentence.endswith("; convert it, or compare its digests only.")


def test_an_empty_file_is_said_to_be_empty_and_has_no_digests(readers, tmp_path):
    assert why(b"") == "The file is empty; fetch or copy it again."
    (tmp_path / "empty.jpg").touch()
    reading = readers.read_path(str(tmp_path / "empty.jpg"))
    assert reading.unreadable == "The file is empty; fetch or copy it again."
    # They would match every empty file wherever somebody listed one.
    assert reading.digests is None


@pytest.mark.parametrize(
    "content", [b"hello\n" * 100, b"BMW is a car", b"\x00" * 5000, b"\xff\xd8"]
)
def test_what_is_no_picture_is_told_what_would_be_one(readers, content):
    assert "no picture or video of a kind that Havn reads (JPEG, PNG" in why(content)
    reading = readers.read_bytes(content)
    assert (reading.media, reading.pdq) == ("other", None)
    assert reading.digests.length == len(content)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", HEIF_STARTS, FILES["JPEG"][:4]])
def test_a_beginning_alone_is_damaged(content):
    assert "is cut short or damaged" in why(content)


@pytest.mark.parametrize("name", ["PNG", "GIF", "WebP", "AVIF", "HEIF"])
def test_a_mislabelled_file_is_read_by_its_content(readers, tmp_path, name):
    path = tmp_path / "picture.jpg"
    path.write_bytes(FILES[name])
    assert readers.read_path(str(path)).pdq == fingerprint.fingerprint_image(FILES[name])


@pytest.mark.parametrize("name", ["GIF", "WebP", "PNG", "AVIF", "TIFF"])
def test_of_an_animated_file_the_first_frame_is_taken_and_said_so(readers, name):
    others = [pictures.picture(seed, 300, 400) for seed in (8, 9)]
    options = {"lossless": True} if name == "WebP" else {}
    content = pictures.encoded(IMAGE, name, save_all=True, append_images=others, **options)
    reading = readers.read_bytes(content)
    assert reading.remarks == ("it has several frames or pages: the first was taken",)
    first = fingerprint.fingerprint_image(pictures.encoded(IMAGE, name, **options))
    assert pictures.bits_apart(reading.pdq, first) <= 4


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_of_gray_are_cut_off_as_in_the_reference_and_that_is_said(readers, name):
    deep = Image.fromarray(pictures.colours(1, 90, 120)[:, :, 0].astype("uint16") * 200 + 300)
    reading = readers.read_bytes(pictures.encoded(deep, name))
    assert reading.pdq.quality == 0
    assert reading.remarks[0].startswith(
        "it has more than 8 bits of gray: what is above 255 counts as white"
    )


def png_of(width, height, *chunks):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))  # fmt: skip

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = [chunk(b"IHDR", head), *(chunk(*each) for each in chunks), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def test_a_picture_of_65535_by_65535_is_refused_by_its_header():
    lines = zlib.compress(bytes(1000))
    sentence = why(png_of(65535, 65535, (b"IDAT", lines)))
    assert sentence == (
        "The PNG picture has 65535 by 65535 pixels, more than the limit of 250,000,000; nothing was decoded. Raise the"
        " limit if you trust the file."
    )
    large = bytearray(FILES["JPEG"])
    frame = large.index(b"\xff\xc0")
    large[frame + 5 : frame + 9] = b"\xff" * 4
    assert "The JPEG picture has 65535 by 65535 pixels" in why(bytes(large))


def test_a_picture_larger_than_it_claims_to_be_in_bytes_is_damaged():
    assert "cut short" in why(png_of(9000, 9000, (b"IDAT", zlib.compress(bytes(1000)))))


def test_a_text_chunk_that_unpacks_to_very_much_is_refused():
    bomb = b"note\x00\x00" + zlib.compress(bytes(200 << 20))
    sentence = why(png_of(8, 8, (b"zTXt", bomb), (b"IDAT", zlib.compress(bytes(200)))))
    assert "MAX_TEXT_CHUNK" in sentence


def test_more_pixels_than_pillow_takes_by_itself_are_not_called_damage(tmp_path):
    # A TIFF is one of those that Pillow itself looks at, from 178,956,970 pixels on.
    path = tmp_path / "large.tif"
    Image.new("L", (13_400, 13_400)).save(path, compression="tiff_adobe_deflate")
    with Readers(1, limits=Limits(memory=600 << 20)) as readers:
        reading = readers.read_path(str(path))
    assert "needs more memory than it may have" in reading.unreadable


def test_where_pillow_decides_that_is_said(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert "more pixels than Pillow takes in this process" in why(FILES["TIFF"])


def test_limits_hold_in_a_worker():
    with Readers(1, limits=Limits(pixels=1000, length=100_000)) as readers:
        reading = readers.read_bytes(FILES["PNG"])
    assert "300" in reading.unreadable
    assert "more than the limit of 1,000" in reading.unreadable
    assert reading.digests is not None


def sentence_for(readers, path):
    return readers.read_path(str(path)).unreadable


def test_a_file_over_the_limit_of_bytes_is_not_read(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(bytes(2000))
    with Readers(1, limits=Limits(length=1000)) as readers:
        reading = readers.read_path(str(path))
    assert reading.unreadable.startswith("It has 2,000 bytes, more than the limit of 1,000;")
    assert reading.digests is None


def test_folders_pipes_sockets_and_devices_are_not_opened(readers, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert "It is a socket" in sentence_for(readers, tmp_path / "socket")
    assert "It is a folder" in sentence_for(readers, tmp_path)
    assert "It is a named pipe" in sentence_for(readers, tmp_path / "pipe")
    assert "It is a device" in sentence_for(readers, "/dev/zero")


def test_a_file_that_is_not_there_or_circles_is_said_so(readers, tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert "lead in a circle" in sentence_for(readers, tmp_path / "circle")
    for name in ("gone", "never", "a/b"):
        assert "There is no such file" in sentence_for(readers, tmp_path / name)
    (tmp_path / "file").touch()
    assert "no folder" in sentence_for(readers, tmp_path / "file" / "below")
    assert "longer than this system takes" in sentence_for(readers, tmp_path / ("n" * 300))
    for name in ("a\0b", "a\ud800b"):
        assert "No file can have this name" in sentence_for(readers, name)


@pytest.fixture
def nobody():
    """Root may read everything, so the test is nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_file_that_may_not_be_read_is_said_so(tmp_path, nobody):
    path = tmp_path / "closed"
    if os.geteuid() != 65534:
        path.touch(mode=0)
    with (
        pytest.raises(UnreadableFileError, match="Reading it is not allowed; give the account"),
        _files.opened(os.fsencode(path), most=10**9),
    ):
        pass


def test_refusals_of_the_system_are_translated():
    assert "give the account that runs Havn the right" in _files.sentence_of(
        PermissionError(13, "x")
    )
    assert _files.sentence_of(OSError(5, "x")).startswith("The disk could not read it")
    assert _files.sentence_of(OSError(28, "No space left")) == (
        "The system refused to read it (No space left); try again."
    )


def test_a_file_that_changes_while_it_is_read_is_said_to(tmp_path):
    path = tmp_path / "growing"
    path.write_bytes(FILES["PNG"])
    with (
        pytest.raises(UnreadableFileError, match="It changed while it was read"),
        _files.opened(os.fsencode(path), most=10**9) as stream,
    ):
        stream.read()
        with path.open("ab") as other:
            other.write(b"more")


class Growing(io.RawIOBase):
    """A file that grows as fast as it is read."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, room):
        self.taken += len(room)
        return len(room)


@pytest.mark.parametrize("read", [_files.content_of, _files.digests_after])
@pytest.mark.parametrize("length", [100, 3 << 20])
def test_a_file_that_grows_without_end_is_read_one_byte_beyond_what_it_had(read, length):
    growing = Growing()
    with pytest.raises(UnreadableFileError, match="It changed while it was read"):
        read(growing, head=bytes(100), length=length)
    assert growing.taken == length + 1 - 100


@pytest.mark.parametrize("read", [_files.content_of, _files.digests_after])
def test_a_file_that_became_shorter_while_it_was_read_is_said_to_have_changed(read):
    with pytest.raises(UnreadableFileError, match="It changed while it was read"):
        read(io.BytesIO(b"rest"), head=b"head", length=9)
    assert read(io.BytesIO(b"rest"), head=b"head", length=8)


VERSION = Path("/proc/version")  # a file of which the system says that it has 0 bytes


@pytest.mark.skipif(not VERSION.exists(), reason="this system has no /proc")
def test_a_file_whose_file_system_says_no_length_is_read_all_the_same(readers):
    assert VERSION.stat().st_size == 0
    reading = readers.read_path(str(VERSION))
    content = VERSION.read_bytes()
    assert reading.digests == digests_of(io.BytesIO(content))
    assert reading.digests.length == len(content)
    assert reading.unreadable.startswith("It is no picture or video")


@pytest.mark.skipif(not VERSION.exists(), reason="this system has no /proc")
def test_a_file_whose_file_system_says_no_length_is_read_up_to_the_limit():
    with Readers(1, limits=Limits(length=10)) as few:
        reading = few.read_path(str(VERSION))
    assert (
        reading.unreadable == "It has more bytes than the limit of 10; raise the limit to read it."
    )
    assert reading.digests is None


@pytest.mark.parametrize("memory", [1 << 30, 1 << 10])
def test_a_picture_whose_file_system_says_no_length_is_read_as_any(tmp_path, monkeypatch, memory):
    path = tmp_path / "picture"
    path.write_bytes(FILES["PNG"])
    state = SimpleNamespace(st_mode=path.stat().st_mode, st_size=0, st_mtime_ns=0)
    monkeypatch.setattr(os, "fstat", lambda _: state)
    wishes = Wishes(limits=Limits(memory=memory))
    times = []
    reading = read_file(
        os.fsencode(path), wishes, take_time=lambda: times.append(1), say=lambda _: None
    )
    assert reading.digests == digests_of(io.BytesIO(FILES["PNG"]))
    assert (reading.pdq is None) == (memory < len(FILES["PNG"]))
    assert times == [1]


def test_only_a_name_is_blamed_for_being_no_name(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ValueError, match="of another kind"),
        _files.opened(os.fsencode(tmp_path / "file"), most=10),
    ):
        raise ValueError("of another kind")


def test_a_picture_too_long_for_the_memory_is_digested_all_the_same(tmp_path):
    path = tmp_path / "long.bmp"
    Image.new("RGB", (11000, 6000)).save(path)
    with Readers(1, limits=Limits(memory=700 << 20)) as readers:
        reading = readers.read_path(str(path))
    assert "needs more than the 700 MiB" in reading.unreadable
    assert reading.digests.length == path.stat().st_size
