# SPDX-License-Identifier: Apache-2.0
"""Adding and removing without a rebuild: two holders of one file, a restart, a merge, and the definition beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from havn.lib.matching import FingerprintError, Index, IndexFileError
from havn.lib.matching._contents import TAIL
from havn.lib.matching._delta import SIZE, delta_path
from havn.lib.matching._reference import ReferenceEntry
from tests.unit.lib.listed import NAMES, Listed, expected, listed


def saved(made: Listed, folder: Path) -> Path:
    path = folder / "known.havn-index"
    made.index().save(path)
    return path


class Changed(RuleBasedStateMachine):
    """One index file, two holders of it; every change goes through either, and both answer like the definition."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        made = listed(21, 60)
        self.path = saved(made, Path(self.folder.name))
        self.holders = [Index.open(self.path), Index.open(self.path)]
        self.holders[1].prepare()
        self.entries = made.entries()
        self.queries = made.queries
        self.used = set(self.entries)
        self.names = list(NAMES)
        self.dice = np.random.default_rng(22)

    @rule(
        which=st.integers(0, 1),
        count=st.sampled_from([1, 2, 7, TAIL - 3, TAIL + 5]),
        again=st.booleans(),
    )
    def add(self, which, count, again):
        near = self.queries[self.dice.integers(0, len(self.queries), count)].copy()
        near[:, 5] ^= self.dice.integers(0, 256, count, dtype=np.uint8)
        gone = sorted(self.used - set(self.entries))
        identifiers = [gone[0]] if again and gone else []
        while len(identifiers) < count:
            identifiers.append(max([*self.used, *identifiers]) + 1 + int(self.dice.integers(3)))
        qualities = self.dice.integers(0, 101, count, dtype=np.uint8)
        lists = self.dice.integers(0, len(self.names), count, dtype=np.uint16)
        self.holders[which].add(
            near, identifiers=np.array(identifiers, np.uint64), qualities=qualities, lists=lists
        )
        for each, identifier in enumerate(identifiers):
            self.entries[identifier] = ReferenceEntry(
                near[each].tobytes(), identifier, self.names[lists[each]], int(qualities[each])
            )
        self.used |= set(identifiers)

    @rule(which=st.integers(0, 1), place=st.integers(0, 10**6), count=st.sampled_from([1, 3, 40]))
    def remove(self, which, place, count):
        held = sorted(self.entries)
        chosen = [held[(place + each) % len(held)] for each in range(count)] if held else []
        stranger = max(self.used) + 10**6
        assert self.holders[which].remove([*chosen, stranger]) == len(set(chosen))
        for identifier in chosen:
            self.entries.pop(identifier, None)

    @rule(which=st.integers(0, 1))
    def name_a_list(self, which):
        self.names.append(f"list {len(self.names)}")
        assert self.holders[which].add_list(self.names[-1]) == len(self.names) - 1
        assert self.holders[which].add_list(self.names[0]) == 0

    @rule(which=st.integers(0, 1))
    def merge(self, which):
        self.holders[which].merge()
        assert self.holders[which].version.endswith("+0")

    @rule(which=st.integers(0, 1))
    def start_again(self, which):
        self.holders[which] = Index.open(self.path, verify=True)

    @invariant()
    def all_answer_like_the_definition(self):
        for holder in self.holders:
            holder.refresh()
            assert len(holder) == len(self.entries)
            assert holder.list_names == tuple(self.names)
            for query in self.queries[:3]:
                wanted = expected(self.entries, query, radius=31)
                assert holder.query(query.tobytes()) == wanted
            assert holder.query_many(self.queries[:1], radius=20, lists=["own"]).of(0) == expected(
                self.entries, self.queries[0], radius=20, lists=["own"]
            )
        assert self.holders[0].version == self.holders[1].version

    def teardown(self):
        self.folder.cleanup()


def test_two_holders_of_one_file_answer_like_the_definition_whatever_is_changed():
    run_state_machine_as_test(Changed, settings=settings(max_examples=10, stateful_step_count=12))


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3000)
def test_two_holders_answer_like_the_definition_in_ten_thousand_changes():
    run_state_machine_as_test(Changed, settings=settings(max_examples=400, stateful_step_count=25))


def test_an_identifier_that_is_held_is_not_added_again(tmp_path):
    index = Index.open(saved(listed(3, 5), tmp_path))
    held = int(next(iter(listed(3, 5).identifiers)))
    with pytest.raises(FingerprintError, match=f"identifier {held} is held already"):
        index.add(np.zeros((1, 32), np.uint8), identifiers=np.array([held], np.uint64))
    assert index.version.endswith("+0")


def test_a_list_that_is_named_later_has_a_short_name(tmp_path):
    index = Index.open(saved(listed(3, 5), tmp_path))
    with pytest.raises(FingerprintError, match="takes 40 bytes"):
        index.add_list("x" * 40)
    assert index.add_list("x" * 39) == 3
    assert Index.open(tmp_path / "known.havn-index").list_names[3] == "x" * 39


def added(path: Path, number: int) -> None:
    Index.open(path).add(
        np.full((1, 32), number, np.uint8), identifiers=np.array([10**6 + number], np.uint64)
    )


def test_a_record_that_was_half_written_is_dropped_by_the_next_writer(tmp_path):
    path = saved(listed(4, 9), tmp_path)
    added(path, 1)
    delta = next(tmp_path.glob("*.delta"))
    whole = delta.read_bytes()
    for torn in (whole + b"\x01half", whole + bytes(SIZE), whole + bytes(3 * SIZE + 5)):
        delta.write_bytes(torn)
        assert Index.open(path).entry(10**6 + 1) is not None
        added(path, 2)
        assert len(delta.read_bytes()) == len(whole) + SIZE
        assert Index.open(path).entry(10**6 + 2) is not None
        delta.write_bytes(whole)


def test_a_delta_that_is_damaged_is_refused_wherever_it_is_touched(tmp_path):
    path = saved(listed(4, 9), tmp_path)
    for number in range(1, 6):
        added(path, number)
    delta = next(tmp_path.glob("*.delta"))
    whole = delta.read_bytes()
    for place in range(len(whole)):
        delta.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(IndexFileError, match="additions"):
            Index.open(path)
    for missing in range(64, len(whole) - SIZE, SIZE):
        delta.write_bytes(whole[:missing] + whole[missing + SIZE :])
        with pytest.raises(IndexFileError, match="does not fit its digest"):
            Index.open(path)


def test_the_delta_of_another_index_is_refused(tmp_path):
    path = saved(listed(4, 9), tmp_path)
    added(path, 1)
    delta = next(tmp_path.glob("*.delta"))
    other = tmp_path / "other.havn-index"
    listed(5, 9).index().save(other)
    digest = other.read_bytes()[32:64]
    delta.rename(delta_path(other, digest))
    with pytest.raises(IndexFileError, match="belong to another index"):
        Index.open(other)


def test_an_index_in_memory_changes_too_and_is_saved_as_it_stands(tmp_path):
    made = listed(6, 30)
    index = made.index()
    entries = made.entries()
    index.remove(made.identifiers[:4])
    for identifier in made.identifiers[:4].tolist():
        del entries[identifier]
    index.add(made.queries[:2], identifiers=np.array([2**63, 2**63 + 1], np.uint64))
    for each in range(2):
        entries[2**63 + each] = ReferenceEntry(
            made.queries[each].tobytes(), 2**63 + each, NAMES[0], 100
        )
    index.save(tmp_path / "saved")
    for holder in (index, Index.open(tmp_path / "saved")):
        for query in made.queries:
            assert holder.query(query.tobytes()) == expected(entries, query, radius=31)
    with pytest.raises(IndexFileError, match="in memory only"):
        index.merge()


def test_a_thousand_entries_are_found_while_queries_go_on_and_removed_ones_never_again(tmp_path):
    path = saved(listed(7, 2000), tmp_path)
    reader, writer = Index.open(path), Index.open(path)
    reader.prepare()
    dice = np.random.default_rng(70)
    fresh = dice.integers(0, 256, (1000, 32), dtype=np.uint8)
    identifiers = np.arange(10**7, 10**7 + 1000, dtype=np.uint64)
    stop, wrong, asked = threading.Event(), [], [0]

    def ask():
        while not stop.is_set():
            reader.refresh()
            found = reader.query(fresh[asked[0] % 1000].tobytes())
            wrong.extend(each for each in found if each.identifier in taken_out)
            asked[0] += 1

    taken_out: set[int] = set()
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for first in range(0, 1000, 50):
            writer.add(fresh[first : first + 50], identifiers=identifiers[first : first + 50])
        reader.refresh()
        answers = reader.query_many(fresh)
        assert all(answers.of(each)[0].identifier == identifiers[each] for each in range(1000))
        writer.remove(identifiers[::2])
        reader.refresh()
        taken_out |= set(identifiers[::2].tolist())
        answers = reader.query_many(fresh, threads=2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [len(answers.of(each)) for each in range(1000)] == [0, 1] * 500
    assert asked[0] > 0
    assert not wrong


WRITER = """
import sys
import numpy as np
from havn.lib.matching import Index
index = Index.open(sys.argv[1])
print("ready", flush=True)
for number in range(100_000):
    index.add(np.full((1, 32), number % 251, np.uint8), identifiers=np.array([10**6 + number], np.uint64))
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_that_it_had_told(tmp_path):
    path = saved(listed(8, 20), tmp_path)
    for _ in range(3):
        before = len(Index.open(path)) - 20
        script = WRITER.replace("10**6", f"10**6 * {before + 1}")
        with subprocess.Popen(
            [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "src"}
        ) as writer:  # fmt: skip
            assert writer.stdout is not None
            told = [line for _, line in zip(range(15), writer.stdout, strict=False)]
            writer.send_signal(signal.SIGKILL)
            told += writer.stdout.read().split("\n")
        numbers = [int(each) for each in told if each.strip().isdigit()]
        assert len(Index.open(path)) - 20 - before in {numbers[-1] + 1, numbers[-1] + 2}
