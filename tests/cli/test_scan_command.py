# SPDX-License-Identifier: Apache-2.0
"""`havn scan` and `havn index`: a folder is scanned to its end whatever happens, and the report is the same."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest

from tests.support.known_pictures import Bench, flat_picture, picture
from tests.support.waiting import wait_until


def filled(folder, count=12):
    made = Bench(folder)
    uploads = made.folder / "uploads"
    paths = [picture(uploads / f"{n % 3}" / f"{n:03}.jpg", n) for n in range(count)]
    flat_picture(uploads / "flat.png")
    (uploads / "1" / "broken.jpg").write_bytes(paths[0].read_bytes()[:2000])
    made.list_of(paths[3], paths[4])
    return made


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("scan"))


def scan(bench, *words):
    return bench.run("scan", "--list", "known.txt", "--json", "uploads", *words)


def journals(bench):
    return list((bench.folder / "own/state/havn/scans").glob("*"))


def test_all_files_are_told_in_the_order_of_their_names_and_summed_up(bench):
    done = scan(bench)
    paths = [row["path"] for row in done.rows()]
    assert (done.code, len(paths)) == (1, 14)
    assert paths == sorted(paths)
    summary = json.loads(done.err.splitlines()[-1])
    counts = [
        summary[name] for name in ("files", "match", "clear", "too_little_detail", "unreadable")
    ]
    assert counts == [14, 2, 10, 1, 1]
    assert summary["lists"][0]["list_size"] == 2
    assert summary["files_a_second"] > 0
    assert journals(bench) == []


def test_the_summary_for_people_says_the_same(bench):
    done = bench.run("scan", "--list", "known.txt", "uploads")
    assert "14 files: 2 match, 10 clear, 1 too little detail, 1 unreadable." in done.err
    assert "Searched: known.txt, 2 entries, version " in done.err


def test_progress_is_told_when_asked_for(bench):
    done = bench.run("scan", "--list", "known.txt", "uploads", "--progress")
    assert "a second, 2 matches" in done.err
    assert "14 files" in done.err


def test_progress_tells_no_total_of_names_that_come_in_as_they_are_read(bench):
    names = "\0".join(f"uploads/0/00{n}.jpg" for n in (0, 3, 6)).encode()
    for words in (["-0"], ["-0", "uploads/1"]):
        done = bench.run("scan", "--list", "known.txt", "--progress", *words, given=names)
        told = [line for line in done.err.splitlines() if "a second, " in line]
        assert told
        assert not [line for line in told if " of " in line]


def test_a_journal_that_is_kept_saves_reading_what_did_not_change(bench):
    first = scan(bench, "--journal", "kept.journal")
    second = scan(bench, "--journal", "kept.journal")
    assert second.out == first.out
    assert json.loads(second.err.splitlines()[-1])["remembered"] == 13  # one is unreadable
    changed = picture(bench.folder / "uploads" / "0" / "000.jpg", 3)
    third = scan(bench, "--journal", "kept.journal")
    assert json.loads(third.err.splitlines()[-1])["remembered"] == 12
    assert [row["verdict"] for row in third.rows() if row["path"].endswith("0/000.jpg")] == [
        "match"
    ]
    picture(changed, 0)
    other = bench.run(
        "scan", "--list", "known.txt", "uploads", "--journal", "kept.journal", "--radius", "5"
    )
    assert "all is read again" in other.err


def test_what_is_too_large_is_told_and_never_left_out_in_silence(bench):
    rows = scan(bench, "--largest", "2k").rows()
    assert {row["verdict"] for row in rows if row["path"].endswith("jpg")} == {"unreadable"}
    assert len(rows) == 14


def test_wrong_words_are_refused_with_2(bench):
    for words in (
        ["--largest", "big"],
        ["--radius", "64"],
        ["--seconds", "1e300"],
        ["--journal", "uploads"],
        [],
    ):
        done = bench.run("scan", "--list", "known.txt", *(["uploads"] if words else []), *words)
        assert (done.code, done.out) == (2, "")
        assert "Traceback" not in done.err


def killed_at_random(bench, times, seed):
    """Start the scan again and again and kill it at some moment; return how often it was killed before its end."""
    rng = np.random.default_rng(seed)
    killed = 0
    for _ in range(times):
        process = bench.start(
            "scan", "--list", "known.txt", "--json", "uploads", "--processes", "2",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + float(rng.uniform(0.2, 1.3))
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        killed += process.poll() is None
        process.kill()
        process.communicate()
    return killed


def ends_as_one_left_alone(bench, seed):
    alone = bench.run("scan", "--list", "known.txt", "--json", "uploads", "--no-journal")
    assert killed_at_random(bench, 20, seed) >= 5
    # One of the 20 may have come to its end, with nothing left to remember; one more is killed in its midst.
    last = bench.start("scan", "--list", "known.txt", "--json", "uploads", start_new_session=True)
    wait_until(
        lambda: any(each.stat().st_size > 2000 for each in journals(bench)), what="a journal"
    )
    last.kill()
    last.communicate()
    final = scan(bench)
    assert (final.code, final.out) == (alone.code, alone.out)
    assert json.loads(final.err.splitlines()[-1])["remembered"] > 0
    assert journals(bench) == []


def test_a_command_has_one_journal_whatever_its_list_has_come_to(tmp_path):
    bench = filled(tmp_path, count=60)
    kept = bench.folder / "own/state/havn/scans"

    def interrupted():
        started = bench.start("scan", "--list", "known.txt", "uploads", "--processes", "1")
        wait_until(lambda: any(each.stat().st_size > 2000 for each in journals(bench)))
        started.kill()
        started.communicate()
        return journals(bench)

    first = interrupted()
    old = kept / f"{'0' * 24}.journal"
    old.write_bytes(b"")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    bench.list_of(bench.folder / "uploads/0/006.jpg")
    done = bench.run("scan", "--list", "known.txt", "--json", "uploads")
    assert "The lists, rules or software changed" in done.err
    assert json.loads(done.err.splitlines()[-1])["remembered"] == 0
    assert (len(first), journals(bench)) == (1, [])


@pytest.mark.timeout(300)
def test_a_scan_that_was_killed_again_and_again_ends_with_the_report_of_one_left_alone(tmp_path):
    ends_as_one_left_alone(filled(tmp_path, count=60), 11)


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(12, 20))
def test_wherever_scans_are_killed_the_report_is_that_of_one_left_alone(tmp_path, seed):
    ends_as_one_left_alone(filled(tmp_path, count=200), seed)


def test_two_scans_do_not_share_a_journal(bench):
    from havn.kit.scanning import Journal

    with Journal(bench.folder / "shared.journal", {}):
        done = scan(bench, "--journal", "shared.journal")
    assert done.code == 2
    assert "Another process" in done.err


def test_a_scan_that_is_interrupted_by_hand_leaves_no_process_and_says_so(tmp_path):
    bench = filled(tmp_path, count=500)
    process = bench.start("scan", "--list", "known.txt", "uploads", "--processes", "1")
    wait_until(lambda: journals(bench) and journals(bench)[0].stat().st_size > 1500)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().splitlines()[-1] == "Stopped."


def test_an_index_is_built_changed_and_searched_by_the_command(bench):
    bench.list_of(bench.folder / "uploads/0/006.jpg", name="later.txt")
    built = bench.run("index", "build", "known.txt", "-o", "all.index", "--json")
    assert json.loads(built.out)["size"] == 2

    def verdict(path):
        return bench.run("match", "--list", "all.index", "--json", f"uploads/0/{path}").rows()[0]

    assert verdict("006.jpg")["verdict"] == "clear"
    assert bench.run("index", "add", "all.index", "later=later.txt").code == 0
    row = verdict("006.jpg")
    assert (row["verdict"], row["list"], row["entry"], row["list_size"]) == (
        "match",
        "later",
        "1",
        3,
    )
    assert bench.run("index", "remove", "all.index", "--list", "later.txt").code == 0
    assert verdict("006.jpg")["verdict"] == "clear"
    assert verdict("003.jpg")["entry"] == "1"
    assert bench.run("index", "merge", "all.index").code == 0
    assert verdict("003.jpg")["entry"] == "1"
    info = json.loads(bench.run("index", "info", "all.index", "--json").out)
    assert (info["size"], info["changes"]) == (2, 0)
    assert bench.run("index", "verify", "all.index").code == 0


def test_digests_count_among_what_was_added_to_an_index_and_taken_out(bench):
    (bench.folder / "digests.txt").write_text("md5 " + "ab" * 16 + "\n")
    bench.run("index", "build", "known.txt", "first=digests.txt", "-o", "counted.index")
    bench.run("index", "add", "counted.index", "second=digests.txt")
    done = bench.run("index", "remove", "counted.index", "--list", "digests.txt", "--of", "first")
    assert "1 were added and 1 taken out since it was written" in done.out


def test_what_an_index_cannot_do_is_said_in_a_sentence(bench):
    bench.run("index", "build", "known.txt", "-o", "bad.index")
    content = (bench.folder / "bad.index").read_bytes()
    (bench.folder / "bad.index").write_bytes(content[:-200])
    for words in (
        ["index", "verify", "bad.index"],
        ["index", "info", "absent.index"],
        ["match", "--list", "bad.index", "uploads"],
        ["index", "build", "absent.txt", "-o", "x.index"],
        ["index", "add", "absent.index", "known.txt"],
        ["index", "remove", "bad.index", "--entry", "9"],
        ["index", "merge", "absent.index"],
        ["index", "build", "known.txt", "-o", "absent/x.index"],
        ["scan", "--list", "known.txt", "--names-from", "absent.txt"],
    ):
        done = bench.run(*words)
        assert (done.code, done.out) == (2, ""), words
        assert "Traceback" not in done.err
        assert done.err.strip()
    assert [each.name for each in bench.folder.glob("absent*")] == []
