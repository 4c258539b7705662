# SPDX-License-Identifier: Apache-2.0
"""What a record of strace says about a disk, and what a power cut may leave of it; on lines as strace writes them."""

import random
import re
from itertools import count

import pytest

from tests.faults.disk import Disk
from tests.faults.power_cut import NoCut, PowerCut, torn
from tests.faults.writes import NEVER, NotModelledError, calls

PROMISE = re.compile(rb"did \d+")


def hexed(text):
    return "".join(f"\\x{byte:02x}" for byte in (text.encode() if isinstance(text, str) else text))


class Record:
    """Lines as strace writes them, a nanosecond apart, about one folder."""

    def __init__(self, tmp_path, **files):
        self.place, self.image, self.lines = tmp_path, tmp_path / "image", []
        self.image.mkdir()
        for name, content in files.items():
            (self.image / name).write_bytes(content)
        self._now = count(1_000)

    def add(self, text, process=7):
        now = next(self._now)
        self.lines.append(f"{process:<5} 1795622344.{now:09} {text}\n")
        return 1795622344 * 10**9 + now

    def pause(self, nanoseconds):
        for _ in range(nanoseconds):
            next(self._now)

    def fd(self, name, number=3):
        return f"{number}<{hexed('/data/' + name)}>" if name else f"{number}<{hexed('/data')}>"

    def write(self, name, content, offset, **more):
        text = f'pwrite64({self.fd(name)}, "{hexed(content)}", {len(content)}, {offset})'
        return self.add(f"{text} = {len(content)}", **more)

    def flush(self, name, **more):
        return self.add(f"fdatasync({self.fd(name)}) = 0", **more)

    def open(self, name, flags):
        path = f'AT_FDCWD<{hexed("/")}>, "{hexed("data/" + name)}"'
        return self.add(f"openat({path}, {flags}, 0600) = {self.fd(name)}")

    def say(self, text):
        return self.add(
            f'write(9<{hexed("pipe:[1]")}>, "{hexed(text)}", {len(text)}) = {len(text)}'
        )

    def disk(self):
        disk = Disk({"/data": self.image}, promise=PROMISE)
        disk.replay(calls(self.lines))
        return disk

    def left(self, at=NEVER, *, tries=60):
        """Return all that many power cuts at an instant leave: each file's content by its name."""
        disk, found = self.disk(), []
        for number in range(tries):
            target = self.place / f"cut-{at}-{number}"
            PowerCut(disk, at=at, chance=random.Random(number)).rebuild({"/data": target})
            files = {path.name: path.read_bytes() for path in target.iterdir()}
            found += [] if files in found else [files]
        return found

    def whole(self):
        NoCut(self.disk()).rebuild({"/data": self.place / "whole"})
        return {path.name: path.read_bytes() for path in (self.place / "whole").iterdir()}


@pytest.fixture
def record(tmp_path):
    return Record(tmp_path, a=b"old!")


# --- reading the record ---------------------------------------------------------------------------


def only(record):
    (call,) = calls(record.lines)
    return call


def test_a_call_on_one_line_lasts_until_the_next_line(record):
    began, after = record.write("a", "new", 1), record.add("+++ exited with 0 +++")
    call = only(record)
    assert (call.process, call.name, call.path) == (7, "pwrite64", "/data/a")
    assert (call.written(), call.numbers()) == (b"new", [3, 1])
    assert (call.began, call.ended) == (began, after)


@pytest.mark.parametrize(("measured", "lasts"), [("0.000000002", 2), ("0.700000000", 10)])
def test_a_call_lasts_as_long_as_was_measured_and_not_into_the_next_line(record, measured, lasts):
    began = record.add(f"fdatasync({record.fd('a')}) = 0 <{measured}>")
    record.pause(9)
    record.add("+++ exited with 0 +++")
    call = only(record)
    assert (call.answer, call.began, call.ended) == ("0", began, began + lasts)


def test_a_call_that_others_interrupt_lasts_from_its_first_line_to_its_last(record):
    began = record.add(f"ftruncate({record.fd('a')}, 512 <unfinished ...>", process=7)
    record.flush("b", process=8)
    ended = record.add("<... ftruncate resumed>)            = 0 <0.000000001>", process=7)
    _other, call = calls(record.lines)
    assert (call.name, call.numbers(), call.result) == ("ftruncate", [512], 0)
    assert (call.began, call.ended) == (began, ended)


@pytest.mark.parametrize("end", ["", " = ?"])
def test_a_call_that_never_returned_may_have_been_done_and_is_never_over(record, end):
    rest = f")        {end}" if end else " <unfinished ...>"
    record.add(f'pwrite64({record.fd("a")}, "{hexed("new")}", 3, 0{rest}')
    record.add("+++ killed by SIGKILL +++")
    call = only(record)
    assert (call.ended, call.has_failed, call.written()) == (NEVER, False, b"new")


def test_of_a_short_write_only_what_was_taken_counts(record):
    record.add(f'pwrite64({record.fd("a")}, "{hexed("new")}", 3, 0) = 2')
    assert only(record).written() == b"ne"


def test_the_parts_of_a_vector_are_one_write(record):
    parts = ", ".join(f'{{iov_base="{hexed(part)}", iov_len=2}}' for part in ("ab", "cd"))
    record.add(f"pwritev({record.fd('a')}, [{parts}], 2, 1) = 4")
    assert record.whole() == {"a": b"oabcd"}


def test_a_string_that_strace_cut_short_is_refused(record):
    record.add(f'pwrite64({record.fd("a")}, "{hexed("new")}"..., 9000000, 0) = 9000000')
    with pytest.raises(NotModelledError, match="longer than"):
        record.disk()


def test_a_failed_call_did_nothing(record):
    record.add(f"ftruncate({record.fd('a')}, 0) = -1 EINVAL (Invalid argument)")
    assert record.whole() == {"a": b"old!"}


# --- replaying it ---------------------------------------------------------------------------------


def test_writes_without_an_offset_go_on_where_the_last_one_ended(record):
    record.open("b", "O_RDWR|O_CREAT|O_EXCL")
    for text in ("one", "two"):
        record.add(f'write({record.fd("b")}, "{hexed(text)}", 3) = 3')
    record.add(f"lseek({record.fd('b')}, 1, SEEK_SET) = 1")
    record.add(f'write({record.fd("b")}, "{hexed("!")}", 1) = 1')
    assert record.whole() == {"a": b"old!", "b": b"o!etwo"}


def test_appending_goes_to_the_end_and_truncating_empties(record):
    record.open("a", "O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC")
    record.add(f"lseek({record.fd('a')}, 0, SEEK_CUR) = 0")
    record.add(f'write({record.fd("a")}, "{hexed("new")}", 3) = 3')
    assert record.whole() == {"a": b"old!new"}
    record.open("a", "O_WRONLY|O_CREAT|O_TRUNC")
    assert Record.disk(record).files["/data/a"].size == 0


def test_a_file_grows_by_fallocate_and_by_writing_past_its_end(record):
    record.add(f"fallocate({record.fd('a')}, 0, 0, 6) = 0")
    record.write("a", "x", 8)
    assert record.whole() == {"a": b"old!\0\0\0\0x"}


def test_what_is_written_to_a_file_that_has_no_name_is_for_nobody(record):
    record.add(f'unlink("{hexed("/data/a")}") = 0')
    record.open("a", "O_RDWR|O_CREAT")
    record.add(f'pwrite64(4<{hexed("/data/a")}>(deleted), "{hexed("gone")}", 4, 0) = 4')
    assert record.whole() == {"a": b""}


@pytest.mark.parametrize(
    "text",
    [
        "copy_file_range({0}, NULL, {1}, NULL, 4, 0) = 4",
        "fallocate({0}, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 0, 4) = 0",
        'write({0}, "\\x61", 1) = 1',
        'openat(AT_FDCWD<\\x2f>, "\\x61", O_RDWR|O_DSYNC) = {0}',
        "fsync({2}) = 0\nftruncate({2}, 4) = 0",
    ],
)  # fmt: skip
def test_what_the_model_does_not_know_is_refused(record, text):
    unknown = record.fd("nobody-made-it")
    for line in text.format(record.fd("a"), record.fd("a", 4), unknown).splitlines():
        record.add(line)
    with pytest.raises(NotModelledError):
        record.disk()


# --- cutting the power ----------------------------------------------------------------------------


def test_what_was_not_flushed_may_be_lost_and_may_be_there(record):
    at = record.write("a", "new!", 0)
    assert sorted(left["a"] for left in record.left(at)) == [b"new!", b"old!"]


def test_what_was_flushed_is_there_whatever_happens(record):
    record.write("a", "new!", 0)
    record.flush("a")
    at = record.say("did 1")
    assert record.left(at) == [{"a": b"new!"}]
    assert record.disk().promises == {"did 1": at}


def test_a_flush_that_has_not_ended_makes_nothing_safe(record):
    record.write("a", "new!", 0)
    at = record.flush("a")
    record.say("did 1")
    assert len(record.left(at)) == 2


def test_what_was_written_while_another_flushed_is_not_safe(record):
    record.add(f'pwrite64({record.fd("a")}, "{hexed("new!")}", 4, 0 <unfinished ...>', process=8)
    record.flush("a", process=7)
    record.add("<... pwrite64 resumed>) = 4", process=8)
    assert len(record.left(record.say("did 1"))) == 2


def test_a_disk_that_does_not_flush_loses_what_was_flushed(record, tmp_path):
    record.write("a", "new!", 0)
    record.flush("a")
    at, disk, found = record.say("did 1"), record.disk(), set()
    for number in range(20):
        cut = PowerCut(disk, at=at, chance=random.Random(number), is_flushing_believed=False)
        cut.rebuild({"/data": tmp_path / str(number)})
        found.add((tmp_path / str(number) / "a").read_bytes())
    assert found == {b"new!", b"old!"}


def test_a_write_is_torn_where_sectors_meet(record):
    at = record.write("a", b"n" * 1024, 256)
    sizes = {len(left["a"]) for left in record.left(at, tries=200)}
    assert sizes == {4, 512, 1024, 1280}  # nothing, or up to the end of one of three sectors
    (call,) = record.disk().files["/data/a"].changes
    assert [(each.offset, len(each.content)) for each in torn(call, 512)] == [
        (256, 256), (512, 512), (1024, 256),
    ]  # fmt: skip


def test_a_new_name_is_safe_when_its_folder_was_flushed(record):
    record.open("b", "O_RDWR|O_CREAT")
    record.write("b", "new", 0)
    record.flush("b")
    before = record.say("did 1")
    record.flush("")
    after = record.say("did 2")
    assert {"a": b"old!"} in record.left(before)
    assert record.left(after) == [{"a": b"old!", "b": b"new"}]


def test_of_names_in_a_folder_the_first_few_are_there(record):
    record.open("b", "O_RDWR|O_CREAT")
    record.add(f'rename("{hexed("/data/b")}", "{hexed("/data/a")}") = 0')
    at = record.add(f'unlink("{hexed("/data/a")}") = 0')
    names = sorted(
        "".join(sorted(left)) + str(len(left.get("a", b""))) for left in record.left(at)
    )
    assert names == ["0", "a0", "a4", "ab4"]
