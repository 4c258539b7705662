# SPDX-License-Identifier: Apache-2.0
"""Worker processes: a file may cost its worker, never the others; nothing stays behind."""

import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from PIL import Image

from havn.lib import fingerprint
from havn.lib.fingerprint import Limits, Readers, _readers
from havn.lib.fingerprint._messages import BrokenMessageError, packed, unpacked
from tests.support.waiting import wait_until
from tests.unit.lib.fingerprint import pictures

SMALL = pictures.encoded(pictures.picture(1, 300, 400), "JPEG")
NUMB = Limits(seconds=1)


@pytest.fixture(scope="module")
def readers():
    with Readers(2) as found:
        yield found


@pytest.fixture
def folder(tmp_path):
    for number in range(12):
        content = pictures.encoded(pictures.picture(number, 90, 120), "PNG")
        (tmp_path / f"{number}.png").write_bytes(content)
    return tmp_path


def paths_in(folder):
    return [str(each) for each in sorted(folder.iterdir())]


def workers_of(process=None):
    return set(psutil.Process(process).children())


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A file that takes a second to decode and much memory, and is small: a large empty picture."""
    path = tmp_path_factory.mktemp("slow") / "slow.png"
    Image.new("1", (14000, 14000)).save(path, compress_level=1)
    return str(path)


def test_every_file_comes_back_once_with_what_is_in_it(readers, folder):
    found = dict(readers.read(paths_in(folder)))
    assert sorted(found) == sorted(paths_in(folder))
    for path, reading in found.items():
        content = Path(path).read_bytes()
        assert reading.pdq == fingerprint.fingerprint_image(content)
        assert reading.digests.length == len(content)
        assert (reading.media, reading.unreadable) == ("image", None)


def test_bytes_are_read_as_a_file_is(readers, tmp_path):
    (tmp_path / "a").write_bytes(SMALL)
    assert readers.read_bytes(SMALL) == readers.read_path(str(tmp_path / "a"))


def test_what_is_wished_for_comes_along_and_nothing_else(folder):
    with Readers(1, exact=True, variants=True, digests=False) as readers:
        reading = readers.read_bytes(SMALL)
    assert reading.digests is None
    assert reading.variants == fingerprint.dihedral_variants(SMALL, exact=True)
    assert reading.pdq == fingerprint.fingerprint_image(SMALL, exact=True)


def test_any_name_can_be_read_and_told(readers, tmp_path):
    name = os.fsencode(tmp_path) + b"/two\nlines \xff\xfe.jpg"
    Path(os.fsdecode(name)).write_bytes(SMALL)
    ((path, reading),) = readers.read([os.fsdecode(name)])
    assert os.fsencode(path) == name
    assert reading.pdq is not None


def test_names_are_taken_only_a_little_ahead(readers, folder):
    taken = []

    def names():
        for path in itertools.cycle(paths_in(folder)):
            taken.append(path)
            yield path

    running = readers.read(names())
    for _ in range(20):
        next(running)
    running.close()
    assert len(taken) <= 20 + 4 * 2 + 1


def test_a_pass_that_is_left_early_leaves_the_readers_usable(readers, folder):
    next(readers.read(paths_in(folder)))
    assert len(list(readers.read(paths_in(folder)))) == 12


def test_no_names_give_no_readings(readers):
    assert list(readers.read([])) == []


def test_what_the_names_raise_is_raised_where_the_readings_are_taken(readers, folder):
    def names():
        yield paths_in(folder)[0]
        raise LookupError("the list ended")

    with pytest.raises(LookupError, match="the list ended"):
        list(readers.read(names()))


def test_several_threads_may_read_at_once(readers):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(readers.read_bytes(SMALL))) for _ in range(5)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 5
    assert len(set(found)) == 1


def test_a_file_that_takes_too_long_costs_only_itself(folder, slow):
    with Readers(1, limits=NUMB) as readers:
        found = dict(readers.read([slow, *paths_in(folder)]))
    assert found[slow].unreadable == (
        "Reading it took longer than the limit of 1 seconds (900 for videos and long files) and was given up; raise"
        " the limit if you trust the file."
    )
    # What was known before it was decoded stays known.
    assert found[slow].media == "image"
    assert found[slow].digests.length == Path(slow).stat().st_size
    assert sum(each.pdq is not None for each in found.values()) == 12


def test_a_worker_that_dies_costs_only_its_file(folder):
    others = workers_of()
    with Readers(1) as readers:
        readers.read_bytes(SMALL)
        (worker,) = workers_of() - others
        worker.suspend()
        asking = threading.Thread(target=lambda: found.append(readers.read_bytes(SMALL)))
        found = []
        asking.start()
        worker.kill()
        asking.join()
        assert "The process that read it died (SIGKILL)" in found[0].unreadable
        assert readers.read_bytes(SMALL).pdq is not None


# A process that was taken over: it begins as a worker does, and answers whatever it likes.
TAKEN_OVER = """
import sys, time
sys.stdout.buffer.write(bytes(8) + b"r" + {answer!r})
sys.stdout.flush()
time.sleep(600)
"""
TOLD = packed(fingerprint.Reading(pdq=fingerprint.Pdq(bytes(32), 50), media="image"))


def answer_of(content, *, how=b"a", length=None):
    return (len(content) if length is None else length).to_bytes(8) + how + content


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(b"", length=(1 << 64) - 1),
        answer_of(b"", length=(64 << 20) + 1),
        answer_of(b""),
        answer_of(b"[" * 100_000),
        answer_of(TOLD[:-1]),
        answer_of(TOLD.replace(b'"image"', b'"nothing"')),
    ],
)
def test_what_no_worker_says_ends_the_worker_and_costs_only_its_file(monkeypatch, answer):
    others = workers_of()
    readers = Readers(1)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(_readers, "_BEGIN", TAKEN_OVER.format(answer=answer))
            reading = readers.read_bytes(SMALL)
        assert "answered what no worker says, and was ended" in reading.unreadable
        assert workers_of() == others
        assert readers.read_bytes(SMALL).pdq is not None
    finally:
        readers.close()


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        (b'"' + b"0" * 64 + b'", 50', b'"00", 50'),
        (b'"' + b"0" * 64 + b'", 50', b'"' + b"0 " * 32 + b'", 50'),
        (b", 50]", b", 101]"),
        (b", 50]", b", 50.5]"),
        (b", 50]", b", 50, 50]"),
        (b'"digests": null', b'"digests": ["a", "b", "c", 1]'),
        (b'"frames": []', b'"frames": [[0, "' + b"0" * 64 + b'", 50, NaN]]'),
        (b'"frames": []', b'"frames": [[-1, "' + b"0" * 64 + b'", 50, 1.0]]'),
        (b'"frames": []', b'"frames": [[0, "' + b"0" * 64 + b'", 50, 1e999]]'),
        (b'"remarks": []', b'"remarks": [1]'),
        (b'"unreadable": null', b'"unreadable": {}'),
        (b'"unreadable": null, ', b""),
    ],
)
def test_an_answer_is_taken_only_as_it_is_written(told, instead):
    assert told in TOLD
    with pytest.raises(BrokenMessageError):
        unpacked(TOLD.replace(told, instead))


def test_a_picture_that_needs_more_memory_than_allowed_is_said_to(slow):
    with Readers(1, limits=Limits(memory=600 << 20)) as readers:
        reading = readers.read_path(slow)
        again = readers.read_bytes(SMALL)
    assert "needs more memory than it may have" in reading.unreadable
    assert again.pdq is not None


def test_a_limit_under_which_nothing_can_start_is_named():
    limits = Limits(memory=40 << 20)
    with (
        Readers(1, limits=limits) as readers,
        pytest.raises(fingerprint.WorkerError, match=r"limit \(40 MiB\) is too small"),
    ):
        readers.read_bytes(SMALL)


def test_no_process_at_all_is_refused():
    with pytest.raises(ValueError, match="At least one process"):
        Readers(0)


@pytest.mark.parametrize("name", ["memory", "pixels", "seconds", "video_seconds", "length"])
@pytest.mark.parametrize("number", [0, -1, float("nan"), float("inf"), 1 << 70])
def test_a_limit_that_is_none_is_refused(name, number):
    with pytest.raises(ValueError, match=rf"The limit `{name}` is .*; give a number above 0, "):
        Limits(**{name: number})


def test_no_worker_outlives_the_block(folder):
    others = workers_of()
    with Readers(2) as readers:
        list(readers.read(paths_in(folder)))
        workers = workers_of() - others
        assert len(workers) == 2
    assert not any(each.is_running() for each in workers)


def test_closing_ends_what_is_being_read_and_nothing_is_read_afterwards(slow):
    readers = Readers(1)
    found = []

    def ask():
        try:
            readers.read_path(slow)
        except fingerprint.WorkerError as error:
            found.append(str(error))

    others = workers_of()
    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: workers_of() - others, what="the start of a worker")
    readers.close()
    asking.join()
    assert found == ["The readers were closed while a file was read."]
    with pytest.raises(fingerprint.WorkerError, match="The readers were closed; read in the"):
        readers.read_bytes(SMALL)


SCRIPT = """
import sys
sys.path[:0] = sys.argv[2:]
from havn.lib.fingerprint import Limits, Readers, _readers
from havn.lib.fingerprint._messages import BrokenMessageError, packed, unpacked
with Readers(1, limits=Limits(seconds=60)) as readers:
    readers.read_bytes(b"")
    print("ready", flush=True)
    readers.read_path(sys.argv[1])
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent_however_that_ends(slow, how):
    command = [sys.executable, "-c", SCRIPT, slow, *sys.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        parent.stdout.readline()
        workers = workers_of(parent.pid)
        assert len(workers) == 1
        parent.send_signal(how)
    wait_until(lambda: not any(each.is_running() for each in workers), what="the workers' end")


def test_nothing_is_written_into_the_temporary_folder(folder, tmp_path_factory, monkeypatch):
    empty = tmp_path_factory.mktemp("empty")
    monkeypatch.setenv("TMPDIR", str(empty))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (folder / "cut.jpg").write_bytes(SMALL[:2000])
    (folder / "a.tif").write_bytes(
        pictures.encoded(pictures.picture(1, 90, 120), "TIFF", compression="tiff_lzw")
    )
    with Readers(2) as readers:
        list(readers.read(paths_in(folder)))
    assert list(empty.iterdir()) == []


def test_importing_the_library_loads_no_numpy_no_pillow_and_no_numba():
    check = (
        "import sys; import havn.lib.fingerprint as f; f.digests_of; f.Readers(1);"
        "print(sorted({'numpy', 'PIL', 'numba', 'django', 'pi_heif'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", check],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
    )
    assert told.stdout.strip() == "[]"


def test_hashing_loads_neither_numba_nor_django():
    check = (
        "import sys; import havn.lib.fingerprint as f;"
        "f.fingerprint_image(sys.stdin.buffer.read());"
        "print(sorted({'numba', 'django', 'pi_heif', 'multiprocessing'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", check],
        input=SMALL,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
    )
    assert told.stdout.strip() == b"[]"


class Interrupted(BaseException):
    """What a signal handler of somebody else raises."""


def test_a_reading_that_was_interrupted_is_not_given_to_the_next_file(tmp_path):
    slow, fast = tmp_path / "slow.png", tmp_path / "fast.png"
    slow.write_bytes(pictures.encoded(Image.fromarray(pictures.colours(5, 3000, 4000)), "PNG"))
    fast.write_bytes(pictures.encoded(Image.fromarray(pictures.colours(6, 80, 90)), "PNG"))

    def interrupt(_signal, _frame):
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with fingerprint.Readers(1) as readers:
            wanted = readers.read_path(str(fast))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(Interrupted):
                readers.read_path(str(slow))
            assert readers.read_path(str(fast)) == wanted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_time_limit_holds_where_the_parent_blocks_the_alarm(tmp_path):
    slow = tmp_path / "slow.png"
    slow.write_bytes(pictures.encoded(Image.fromarray(pictures.colours(5, 3000, 4000)), "PNG"))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        with fingerprint.Readers(1, limits=fingerprint.Limits(seconds=0.05)) as readers:
            assert "longer than" in (readers.read_path(str(slow)).unreadable or "")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def png_with(zeros):
    small = pictures.encoded(Image.fromarray(pictures.colours(6, 80, 90)), "PNG")
    return small + bytes(zeros)


def test_a_picture_longer_than_a_worker_can_hold_is_said_to_need_more_memory():
    content = png_with(400 << 20)
    with Readers(1, limits=Limits(memory=300 << 20)) as readers:
        reading = readers.read_bytes(content)
        assert readers.read_bytes(png_with(0)).pdq is not None
    assert reading.unreadable.startswith("Reading it needs more than the 300 MiB of memory that")
    assert (reading.media, reading.pdq) == ("image", None)
    assert reading.digests.length == len(content)


@pytest.mark.parametrize("memory", range(240, 360, 40))
def test_a_picture_that_a_worker_can_just_not_hold_does_not_look_made_to_harm(memory, tmp_path):
    content = png_with((memory << 18) - 100_000)
    (tmp_path / "a.png").write_bytes(content)
    with Readers(1, limits=Limits(memory=memory << 20)) as readers:
        for reading in (
            readers.read_bytes(content),
            readers.read_path(str(tmp_path / "a.png")),
        ):
            assert "memory" in (reading.unreadable or "memory"), reading.unreadable
        assert readers.read_bytes(png_with(0)).pdq is not None


def test_workers_hold_nothing_of_the_environment_that_they_do_not_need(monkeypatch):
    from havn.lib.fingerprint._readers import _needed_environment

    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv("FFREPORT", "file=report.log")
    assert not {"SOME_TOKEN", "FFREPORT"} & set(_needed_environment())
