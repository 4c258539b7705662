# SPDX-License-Identifier: Apache-2.0
"""An index in a file: opened whole or refused with a sentence, shared, never believed where it is damaged."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.matching import Index, IndexFileError, verify_file
from havn.lib.matching._store import BLOCK, PREAMBLE
from tests.unit.lib.listed import expected, listed

MADE = listed(31, 800)


@pytest.fixture
def path(tmp_path):
    """Return an index of 800 entries."""
    place = tmp_path / "known.havn-index"
    MADE.index().save(place)
    return place


@given(
    seed=st.integers(0, 2**32), count=st.sampled_from([0, 1, 2, 3, 10, 50]), compact=st.booleans()
)
def test_saving_and_loading_changes_nothing(tmp_path_factory, seed, count, compact):
    made = listed(seed, count)
    place = tmp_path_factory.mktemp("index") / "saved"
    made.index(compact=compact).save(place)
    first = place.read_bytes()
    opened = Index.open(place)
    for query in made.queries:
        assert opened.query(query.tobytes(), radius=40) == expected(
            made.entries(), query, radius=40
        )
    opened.save(place.with_name("again"))
    assert place.with_name("again").read_bytes() == first


def test_an_index_that_is_absent_or_something_else_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(IndexFileError, match=r"cannot be read.*havn index build"):
        Index.open(tmp_path / "absent")
    with pytest.raises(IndexFileError, match="cannot be read"):
        Index.open(tmp_path)
    for other in (b"", b"f8f8f0cee0f4a84f06370a22\n" * 9, b"HAVNINDX"):
        (tmp_path / "other").write_bytes(other)
        with pytest.raises(IndexFileError, match="no index of Havn; make one with"):
            Index.open(tmp_path / "other")


def changed(path: Path, at: int, new: bytes) -> None:
    raw = bytearray(path.read_bytes())
    raw[at : at + len(new)] = new
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("at", "new", "why"),
    [
        (8, struct.pack(">I", 0x0A0B0C0D), "another byte order; build it anew"),
        (12, struct.pack("<I", 2), "version 2 of the format, this Havn reads 1; update Havn"),
        (24, struct.pack("<Q", 5), "says it should be 5"),
        (16, struct.pack("<Q", 1 << 60), "damaged"),
        (40, b"\x00\x01", "damaged"),
        (70, b"\xff", "damaged"),
    ],
)
def test_a_head_that_is_wrong_is_refused_without_verification(path, at, new, why):
    changed(path, at, new)
    with pytest.raises(IndexFileError, match=why):
        Index.open(path, verify=False)


def test_an_index_that_was_cut_short_is_refused_wherever_it_was_cut(path):
    whole = path.read_bytes()
    for length in [*range(0, 200, 7), *range(200, len(whole), 4099), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(IndexFileError):
            Index.open(path, verify=False)
    path.write_bytes(whole + b"\0")
    with pytest.raises(IndexFileError, match="cut short or changed"):
        Index.open(path, verify=False)


def damage(path: Path, dice: np.random.Generator) -> None:
    """Flip one to three bits of a file somewhere, or cut it somewhere."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if dice.random() < 0.1:
            file.truncate(int(dice.integers(size)))
            return
        for _ in range(int(dice.integers(1, 4))):
            at = int(dice.integers(size))
            file.seek(at)
            old = file.read(1)[0]
            file.seek(at)
            file.write(bytes([old ^ (1 << int(dice.integers(8)))]))


def survives_damage(path: Path, whole: bytes, dice: np.random.Generator) -> bool:
    """Damage a file; say whether it was refused. Verified, it must be; unverified, it must not crash."""
    path.write_bytes(whole)
    damage(path, dice)
    if path.read_bytes() == whole:
        return False
    with pytest.raises(IndexFileError):
        Index.open(path, verify=True)
    try:
        unverified = Index.open(path, verify=False)
    except IndexFileError:
        return True
    for number, compiled in enumerate((False, True)):
        unverified._compiled = compiled
        found = unverified.query(MADE.queries[number].tobytes(), radius=31)
        assert all(0 <= each.distance <= 31 for each in found)
    return False


def test_a_damaged_index_never_passes_verification_and_unverified_never_crashes(path):
    whole = path.read_bytes()
    dice = np.random.default_rng(32)
    refused = [survives_damage(path, whole, dice) for _ in range(150)]
    assert 10 < sum(refused) < 150


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3000)
def test_nineteen_thousand_damaged_indexes_never_pass_verification(path):
    whole = path.read_bytes()
    dice = np.random.default_rng(33)
    for _ in range(19_000):
        survives_damage(path, whole, dice)


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3000)
def test_a_thousand_damaged_indexes_over_sixty_four_mebibytes_never_pass_verification(tmp_path):
    dice = np.random.default_rng(34)
    path = tmp_path / "large"
    Index.build(dice.integers(0, 256, (620_000, 32), dtype=np.uint8)).save(path)
    size = path.stat().st_size
    assert size > 64 << 20
    for _ in range(1000):
        at, bit = int(dice.integers(size)), 1 << int(dice.integers(8))
        with path.open("r+b") as file:
            file.seek(at)
            old = file.read(1)[0]
            file.seek(at)
            file.write(bytes([old ^ bit]))
        with pytest.raises(IndexFileError):
            Index.open(path, verify=True)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(bytes([old]))
    verify_file(path)


def test_the_first_opening_verifies_and_leaves_a_mark_for_the_next(path, monkeypatch, tmp_path):
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "cache"))
    Index.open(path)
    assert [each.name for each in (tmp_path / "cache/verified").iterdir()] == [
        path.read_bytes()[32:64].hex()
    ]
    status = path.stat()
    changed(path, path.stat().st_size - 5000, b"\x77")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    Index.open(path)  # same inode, size and time: what the mark stands for, and no more
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    with pytest.raises(IndexFileError, match="damaged in the MiB from byte"):
        Index.open(path)


def test_without_a_place_for_marks_every_opening_verifies(path, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "file"))
    Index.open(path)
    changed(path, path.stat().st_size - 5000, b"\x77")
    with pytest.raises(IndexFileError, match="damaged"):
        Index.open(path)
    Index.open(path, verify=False)


def test_marks_in_a_folder_that_others_can_write_are_not_believed(path, monkeypatch, tmp_path):
    cache = tmp_path / "cache"
    monkeypatch.setenv("HAVN_CACHE", str(cache))
    Index.open(path)
    (cache / "verified").chmod(0o777)
    changed(path, path.stat().st_size - 5000, b"\x77")
    with pytest.raises(IndexFileError, match="damaged"):
        Index.open(path)


def test_verification_tells_how_far_it_is(path):
    told = []
    verify_file(path, progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1] > 0
    assert len(told) == -(-told[-1][1] // BLOCK)


def with_directory(raw: bytes, directory: bytes) -> bytes:
    """Return an index whose directory is another of the same length, with the digest that fits it."""
    magic, order, version, table_at, length, _ = PREAMBLE.unpack(raw[: PREAMBLE.size])
    blocks = -(-json.loads(raw[PREAMBLE.size : table_at])["data_bytes"] // BLOCK)
    head = (magic, order, version, table_at, length)
    covered = PREAMBLE.pack(*head, bytes(32)) + directory + raw[table_at : table_at + 32 * blocks]
    return PREAMBLE.pack(*head, sha256(covered).digest()) + directory + raw[table_at:]


@pytest.mark.parametrize(
    ("stands", "instead"),
    [
        (b'"entries":800', b'"entries":801'),
        (b'"entries":800', b'"entries":-80'),
        (b'"entries":800', b'"entries":8e2'),
        (b'"peek_width":16', b'"peek_width":15'),
        (b'"name":"peeks"', b'"name":"peekz"'),
        (b'"lists":["confirmed","national","own"]', b'"lists":[]' + b" " * 28),
        (b'"widths":[8', b'"widths":[9'),
        (b'"widths":[8', b'"widths":"8'),
        (b'"offset":0', b'"offset":1'),
    ],
)
def test_a_directory_that_fits_its_digest_but_says_nonsense_is_refused(path, stands, instead):
    raw = path.read_bytes()
    directory = raw[PREAMBLE.size : PREAMBLE.unpack(raw[: PREAMBLE.size])[3]]
    assert with_directory(raw, directory) == raw
    assert stands in directory
    path.write_bytes(with_directory(raw, directory.replace(stands, instead, 1)))
    with pytest.raises(IndexFileError, match="directory does not fit"):
        Index.open(path, verify=False)


READER = """
import sys
import numpy as np
from havn.lib.matching import Index
index = Index.open(sys.argv[1], verify=False)
index.prepare()
index.query_many(np.random.default_rng(1).integers(0, 256, (4000, 32), dtype=np.uint8))
sizes = {}
for line in open("/proc/self/smaps"):
    first = line.split()[0]
    if "-" in first and not first.endswith(":"):
        mine = sys.argv[1] in line
    elif mine and first in ("Rss:", "Pss:"):
        sizes[first] = sizes.get(first, 0) + int(line.split()[1])
print(sizes["Rss:"], sizes["Pss:"], flush=True)
sys.stdin.readline()
print(sum(int(line.split()[1]) for line in open("/proc/self/smaps") if line.startswith("Pss:")), flush=True)
"""


@pytest.mark.skipif(
    not Path("/proc/self/smaps").exists(), reason="tells the memory of processes as Linux does"
)
def test_four_processes_share_the_pages_of_one_index(tmp_path):
    path = tmp_path / "shared"
    Index.build(np.random.default_rng(35).integers(0, 256, (100_000, 32), dtype=np.uint8)).save(
        path
    )
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": "src"},
        )
        for _ in range(4)
    ]  # fmt: skip
    told = [tuple(map(int, reader.stdout.readline().split())) for reader in readers]
    for reader in readers:
        reader.communicate("\n")
    resident, proportional = told[-1]
    assert resident > 8000
    assert proportional < resident / 2  # the last to tell shares with the three before it


def test_memory_stays_flat_over_a_hundred_reloads(path, tmp_path):
    other = listed(36, 900)
    index = Index.open(path)
    index.prepare()

    def mapped() -> int:
        return sum(str(path) in line for line in Path("/proc/self/maps").read_text().splitlines())

    if not Path("/proc/self/maps").exists():
        pytest.skip("tells the memory of processes as Linux does")
    for round_ in range(100):
        (MADE if round_ % 2 else other).index().save(path)
        assert index.refresh()
        made = MADE if round_ % 2 else other
        assert index.query(made.queries[0].tobytes()) == expected(
            made.entries(), made.queries[0], radius=31
        )
    assert mapped() <= 2


READ_ONLY = """
import sys
import numpy as np
from havn.lib.matching import Index
index = Index.build(np.zeros((5, 32), np.uint8))
index.prepare()
assert len(index.query(bytes(32))) == 5
"""


def test_kernels_load_where_neither_the_code_nor_the_cache_can_be_written(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    environment = {
        **os.environ,
        "PYTHONPATH": "src",
        "HAVN_CACHE": str(nowhere),
        "HOME": str(nowhere),
    }
    before = sorted(Path("src/havn/lib/matching").rglob("*.nbi"))
    subprocess.run([sys.executable, "-c", READ_ONLY], env=environment, check=True)
    assert sorted(Path("src/havn/lib/matching").rglob("*.nbi")) == before


def test_few_queries_load_no_numba(path):
    script = (
        "import sys; from havn.lib.matching import Index;"
        f"index = Index.open({str(path)!r}); index.query(bytes(32)); assert 'numba' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": "src"}, check=True
    )
