# SPDX-License-Identifier: Apache-2.0
"""`havn watch`: each upload is told once it is finished, until it was taken, and also what came meanwhile."""

import json
import os
import shutil
import signal
import socket
import stat
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.known_pictures import Bench, picture
from tests.support.waiting import wait_until

FULL = Path("/dev/full")
WAYS = [["--poll", "--settle", "0.2", "--every", "0.1"]]
if sys.platform == "linux":
    WAYS.append(["--every", "0.2"])


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    known = picture(made.folder / "known.jpg", 1)
    picture(made.folder / "other.jpg", 2)
    made.list_of(known)
    (made.folder / "uploads" / "deep").mkdir(parents=True)
    return made


@contextmanager
def watching(bench, *words):
    log = bench.folder / "log.txt"
    with log.open("wb") as err, (bench.folder / "out.jsonl").open("ab") as out:
        process = bench.start(
            "watch", "--list", "known.txt", "--processes", "1", *words, "uploads", stdout=out, stderr=err
        )  # fmt: skip
        try:
            wait_until(
                lambda: "Watching" in log.read_text() or process.poll() is not None, seconds=30
            )
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def told(bench, name="out.jsonl"):
    file = bench.folder / name
    lines = file.read_text().splitlines() if file.exists() else []
    return {row["path"]: row["verdict"] for row in map(json.loads, lines)}, len(lines)


def until_told(bench, count, name="out.jsonl"):
    wait_until(lambda: told(bench, name)[1] >= count, seconds=30, what=f"{count} lines")
    return told(bench, name)


@pytest.mark.parametrize("way", WAYS)
def test_uploads_that_are_written_moved_in_or_in_new_folders_are_told_once(bench, way):
    uploads = bench.folder / "uploads"
    with watching(bench, *way) as process:
        shutil.copy(bench.folder / "known.jpg", uploads / "a.jpg")
        shutil.copy(bench.folder / "other.jpg", uploads / "deep" / "b.jpg")
        until_told(bench, 2)
        (uploads / "new" / "newer").mkdir(parents=True)
        shutil.copy(bench.folder / "known.jpg", bench.folder / "c.jpg")
        (bench.folder / "c.jpg").rename(uploads / "new" / "newer" / "c.jpg")
        rows, count = until_told(bench, 3)
    assert process.returncode == 0
    assert rows == {
        "uploads/a.jpg": "match", "uploads/deep/b.jpg": "clear", "uploads/new/newer/c.jpg": "match",
    }  # fmt: skip
    assert count == 3


@pytest.mark.skipif(
    sys.platform != "linux", reason="NOT RUN: the system does not tell what is closed"
)
def test_an_upload_that_is_still_being_written_is_not_told_before_it_is_closed(bench):
    uploads, content = bench.folder / "uploads", (bench.folder / "known.jpg").read_bytes()
    with watching(bench, "--every", "0.2"):
        with (uploads / "slow.jpg").open("wb") as slow:
            slow.write(content[:5000])
            slow.flush()
            for name in ("a.jpg", "b.jpg"):  # both come and are told meanwhile
                shutil.copy(bench.folder / "other.jpg", uploads / name)
                wait_until(lambda name=name: f"uploads/{name}" in told(bench)[0], seconds=20)
            slow.write(content[5000:])
        rows, count = until_told(bench, 3)
    assert (rows["uploads/slow.jpg"], count) == ("match", 3)


def test_what_came_while_nobody_watched_is_told_and_nothing_twice(bench):
    uploads = bench.folder / "uploads"
    shutil.copy(bench.folder / "known.jpg", uploads / "before.jpg")
    with watching(bench):
        until_told(bench, 1)
    shutil.copy(bench.folder / "other.jpg", uploads / "meanwhile.jpg")
    with watching(bench):
        rows, count = until_told(bench, 2)
    assert (set(rows), count) == ({"uploads/before.jpg", "uploads/meanwhile.jpg"}, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN: runs a script of a shell")
def test_a_command_that_fails_is_run_again_and_gets_path_verdict_and_row(bench):
    script = bench.folder / "take.sh"
    script.write_text(
        '#!/bin/sh\ncat >> rows.jsonl\nprintf "%s %s\\n" "$1" "$2" >> words\n[ -e ready ]\n'
    )
    script.chmod(0o700)
    with watching(bench, "--run", "./take.sh"):
        shutil.copy(bench.folder / "known.jpg", bench.folder / "uploads" / "$(touch harm) a.jpg")
        wait_until(lambda: "not taken" in (bench.folder / "log.txt").read_text(), seconds=20)
        (bench.folder / "ready").touch()
        until_told(bench, 2, "rows.jsonl")
    words = (bench.folder / "words").read_text().splitlines()
    assert set(words) == {"match uploads/$(touch harm) a.jpg"}
    assert not (bench.folder / "harm").exists()
    with watching(bench, "--run", "./take.sh"):
        shutil.copy(bench.folder / "other.jpg", bench.folder / "uploads" / "b.jpg")
        rows, _ = until_told(bench, len(words) + 1, "rows.jsonl")
    assert rows["uploads/b.jpg"] == "clear"


def test_lines_go_to_a_file_and_only_those_that_were_asked_for(bench):
    with watching(bench, "--write", "hits.jsonl", "--on", "match"):
        shutil.copy(bench.folder / "other.jpg", bench.folder / "uploads" / "a.jpg")
        shutil.copy(bench.folder / "known.jpg", bench.folder / "uploads" / "b.jpg")
        until_told(bench, 1, "hits.jsonl")
    assert told(bench, "hits.jsonl")[0] == {"uploads/b.jpg": "match"}
    assert stat.S_IMODE((bench.folder / "hits.jsonl").stat().st_mode) == 0o600


def asked(path, *lines):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(20)
        caller.connect(str(path))
        with caller.makefile("rb") as answers:
            found = []
            for line in lines:
                caller.sendall(line + b"\n")
                found.append(json.loads(answers.readline()))
            return found


def test_the_socket_answers_paths_below_the_folder_and_no_other(bench, tmp_path_factory):
    place = tmp_path_factory.mktemp("s") / "s"
    uploads = bench.folder / "uploads"
    shutil.copy(bench.folder / "known.jpg", uploads / "a\nb.jpg")
    (uploads / "out.jpg").symlink_to(bench.folder / "known.jpg")
    with watching(bench, "--socket", str(place)):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        inside = json.dumps(str(uploads / "a\nb.jpg")).encode()
        lines = [
            inside, os.fsencode(bench.folder / "known.jpg"), os.fsencode(uploads / "out.jpg"),
            os.fsencode(uploads / ".." / "known.jpg"), b"relative.jpg", b'"broken', b"",
            os.fsencode(uploads / "gone.jpg"), b"/etc\0/passwd",
        ]  # fmt: skip
        answers = asked(place, *lines)
        assert answers[0]["verdict"] == "match"
        assert [list(each) for each in answers[1:7]] == [["path", "path_hex", "error"]] * 6
        assert "below the watched folders" in answers[1]["error"]
        assert answers[7]["verdict"] == "unreadable"
        assert "error" in answers[8]
        second = bench.run(
            "watch", "--list", "known.txt", "--socket", place, "--state", "x", "uploads"
        )
        assert (second.code, "answers on" in second.err) == (2, True)
    assert not place.exists()


def test_a_list_that_changes_is_taken_in_and_one_that_breaks_is_not(bench):
    uploads, listed = bench.folder / "uploads", bench.folder / "known.txt"
    log = bench.folder / "log.txt"
    with watching(bench, "--every", "0.2"):
        listed.write_text("nonsense\n")
        wait_until(lambda: "is still used" in log.read_text(), seconds=20)
        shutil.copy(bench.folder / "known.jpg", uploads / "a.jpg")
        assert until_told(bench, 1)[0]["uploads/a.jpg"] == "match"
        bench.list_of(bench.folder / "other.jpg")
        wait_until(lambda: "known.txt changed" in log.read_text(), seconds=20)
        shutil.copy(bench.folder / "other.jpg", uploads / "b.jpg")
        assert until_told(bench, 2)[0]["uploads/b.jpg"] == "match"


def test_a_folder_that_is_not_there_is_refused(bench):
    done = bench.run("watch", "--list", "known.txt", "nowhere")
    assert (done.code, "There is no folder nowhere" in done.err) == (2, True)


@pytest.mark.skipif(
    not FULL.exists(), reason="NOT RUN: this system has no disk that is always full"
)
def test_a_log_on_a_full_disk_ends_no_watch_and_a_stop_is_one(bench):
    shutil.copy(bench.folder / "known.jpg", bench.folder / "uploads" / "a.jpg")
    with FULL.open("wb") as full, (bench.folder / "out.jsonl").open("ab") as out:
        process = bench.start(
            "watch", "--list", "known.txt", "--processes", "1", "uploads", stdout=out, stderr=full
        )
        try:
            assert until_told(bench, 1)[0] == {"uploads/a.jpg": "match"}
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0
