# SPDX-License-Identifier: Apache-2.0
"""The power is cut at random instants: what the disk then holds has every answered report, and has it once."""

import json
import os
import random
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import DATABASE
from tests.faults.disk import Disk
from tests.faults.power_cut import NoCut, PowerCut
from tests.faults.under_fire import UnderFire, looked_at, lost_among
from tests.faults.writes import calls
from tests.support import strace
from tests.support.node import NodeError, RunningNode
from tests.support.postgres import PostgresError, running_postgres
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.deep,
    pytest.mark.part_loop,
    pytest.mark.timeout(3600),
]
CUTS, REPORTS, CHECKPOINTS = 40, 60, 3
WHOLE_RECOVERIES = 4  # so many of the cuts are followed by a worker that does all that is left
RECEIPT = re.compile(rb"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}\b")


@pytest.fixture(autouse=True)
def _needs_strace():
    if reason := strace.lacks_strace():
        pytest.skip(reason)


@pytest.fixture
def seed():
    seed = int(os.environ.get("HAVN_TEST_SEED") or secrets.randbits(32))
    print(f"seed of the power cuts: {seed} (HAVN_TEST_SEED)")
    return seed


def test_no_answered_report_is_lost_or_doubled_when_the_power_is_cut(tmp_path, seed):
    with ExitStack() as stack:
        server = None
        if DATABASE == "postgres":
            server = stack.enter_context(running_postgres(is_durable=True))
        recorded = Recorded(stack, tmp_path, server=server, chance=random.Random(seed))
        disk = recorded.disk()
        promised = [receipt for receipt in recorded.receipts if receipt in disk.promises]
        assert promised == recorded.receipts, "an answer is not in the record"
        assert_same(disk, recorded.live, tmp_path / "whole")
        print(f"{len(disk.instants)} events on the disk, {len(promised)} answered reports")
        for number, at in enumerate(instants(disk, random.Random(seed))):
            cut = PowerCut(disk, at=at, chance=random.Random(f"{seed}-{number}"))
            due = [receipt for receipt in recorded.receipts if disk.promises[receipt] <= at]
            with recorded.after(cut) as node:
                assert_nothing_lost(node, due, what=f"cut {number} at {at}")
                if number % (CUTS // WHOLE_RECOVERIES) == 0:
                    assert_goes_on(node, what=f"cut {number} at {at}")
        print(f"{CUTS} power cuts, {WHOLE_RECOVERIES} of them worked off to the end")
        assert_found_out(recorded, disk, random.Random(seed))


def instants(disk, chance):
    """Yield half of the instants as something on the disk begins, half as an answer leaves."""
    first = min(disk.promises.values())
    on_disk = [instant for instant in disk.instants if instant >= first]
    answers = sorted(disk.promises.values())
    for number in range(CUTS):
        yield chance.choice(answers if number % 2 else on_disk)


class Recorded:
    """A node that ran under strace from a known start: its folders then, and what happened to them."""

    def __init__(self, stack, folder, *, server, chance):
        self.folder, self.server = folder, server
        database = server.create_database("cuts") if server else "sqlite"
        under = UnderFire(stack, folder / "node", database=database, chance=chance)
        self.node, self.receipts = under.node, under.receipts
        self.live = {str(under.node.folder): folder / "start" / "node"}
        self.records = {}
        if server:
            server.stop()
            self.live[str(server.folder / "data")] = folder / "start" / "data"
        os.sync()  # what was written before the record begins is on the disk
        for live, image in self.live.items():
            shutil.copytree(live, image)
        self._run(under)

    def _run(self, under):
        (self.folder / "records").mkdir()
        under.node.under = lambda name: self._recorded(self.folder / "records" / name, "/")
        if self.server:
            data = self.server.folder / "data"
            self.server.start(under=self._recorded(self.server.folder / "record", str(data)))
        under.start()
        for part in range(1, CHECKPOINTS + 1):
            wait_until(
                lambda: len(self.receipts) >= part * REPORTS / CHECKPOINTS,  # noqa: B023
                seconds=600, every=0.1, what="enough reports",
            )  # fmt: skip
            if self.server:
                self._checkpoint()
        under.end_of_load()
        under.node.stop()
        if self.server:
            self.server.stop()
        for record in self.records:
            wait_until(lambda: not strace.is_recording(record), seconds=60, what="the record")  # noqa: B023

    def _recorded(self, record, working_folder):
        self.records[record] = working_folder
        return strace.recorded(record)

    def _checkpoint(self):
        """Write the data files and begin a new log file, as PostgreSQL does by itself in longer runs."""
        import psycopg

        with psycopg.connect(self.server.address(), autocommit=True) as connection:
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")

    def disk(self):
        """Return what happened to the folders."""
        disk = Disk(self.live, promise=RECEIPT, is_ignored=is_ignored)
        with ExitStack() as files:
            lines = [
                calls(files.enter_context(record.open(encoding="ascii")), folder=folder)
                for record, folder in self.records.items()
            ]
            disk.replay(call for calls_of_one in lines for call in calls_of_one)
        return disk

    @contextmanager
    def after(self, cut):
        """Run a block with the node as a power cut leaves it; PostgreSQL has recovered by itself."""
        with tempfile.TemporaryDirectory(prefix="havn-cut-") as place, ExitStack() as stack:
            targets = {live: Path(place) / image.name for live, image in self.live.items()}
            cut.rebuild(targets)
            database = "sqlite"
            if self.server:
                database = stack.enter_context(self._recovered(Path(place)))
            environment = {
                **self.node.environment,
                "HAVN_DATA": f"{place}/node",
                "HAVN_DATABASE": database,
            }
            yield RunningNode(folder=Path(place) / "node", port=0, environment=environment)

    @contextmanager
    def _recovered(self, place):
        owner = self.server.folder.stat()
        for path in [place, *(place / "data").rglob("*"), place / "data"]:
            os.chown(path, owner.st_uid, owner.st_gid)
        server = replace(self.server, folder=place, process=None)
        server.start()
        try:
            yield server.address("cuts")
        finally:
            server.stop()


def is_ignored(path):
    """SQLite makes its shared memory anew; what processes print and collect is no data."""
    return path.endswith(("-shm", ".output", "/worker.lock")) or "/static/" in path


def assert_same(disk, live, target):
    """The record explains every byte: all of it put together is what the folders hold."""
    target.mkdir()
    NoCut(disk).rebuild({path: target / image.name for path, image in live.items()})
    for path, image in live.items():
        rebuilt = {
            each.relative_to(target / image.name) for each in (target / image.name).rglob("*")
        }
        there = {
            each.relative_to(path) for each in Path(path).rglob("*") if not is_ignored(str(each))
        }
        assert {name for name in rebuilt ^ there if "static" not in name.parts} == set()
        for name in there:
            if (Path(path) / name).is_file():
                assert (target / image.name / name).read_bytes() == (
                    Path(path) / name
                ).read_bytes(), name


def assert_nothing_lost(node, due, *, what):
    seen = looked_at(node.environment, seals=True)
    assert seen["damage"] == [], what
    lost = lost_among(due, seen, keys=node.folder / "keys")
    assert lost == [], f"{what}: {len(lost)} of {len(due)} answered reports are gone"
    assert seen["incomplete"] == [], what
    assert seen["twice"] == {}, what
    filed = seen["submissions"] - seen["waits"].get("unfiled", 0)
    assert filed == seen["reports"] == seen["items"], what
    assert seen["received"] == [1] * seen["submissions"], what
    assert seen["filed"] == [1] * filed, what
    assert seen["heads_without_anchor"] == [], what
    verified = json.loads(node.run("audit", "verify", "--json"))
    assert verified["is_sound"], (what, verified["findings"][:5])


def assert_goes_on(node, *, what):
    """A worker that starts after the cut files all that is left, each once."""
    node.run("worker", "--until-idle", seconds=300)
    seen = looked_at(node.environment)
    assert "unfiled" not in seen["waits"], what
    assert seen["submissions"] == seen["reports"] == seen["items"], what
    assert (seen["twice"], seen["given_up"]) == ({}, []), what
    assert seen["filed"] == [1] * seen["reports"], what


def assert_found_out(recorded, disk, chance):
    """The same record on a disk that only says that it flushes loses an answered report, and that is seen."""
    at = max(disk.promises.values())
    for tries in range(1, 11):
        cut = PowerCut(disk, at=at, chance=chance, is_flushing_believed=False)
        try:
            with recorded.after(cut) as node:
                assert_nothing_lost(node, recorded.receipts, what="a disk that does not flush")
        except (AssertionError, NodeError, PostgresError) as error:
            print(f"a disk that does not flush is found out at cut {tries}: {str(error)[:200]}")
            return
    raise AssertionError("a disk that does not flush was taken for one that does")


# --- the rebuild itself, on a small database ------------------------------------------------------

WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute(f"PRAGMA synchronous={sys.argv[2]}")
connection.execute("PRAGMA wal_autocheckpoint=20")
for number in range(100):
    connection.execute("INSERT INTO done VALUES (?, zeroblob(3000))", [number])
    os.write(1, b"did %d\\n" % number)
"""


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("synchronous", "loses"), [("FULL", False), ("OFF", True)])
def test_only_a_database_that_does_not_flush_loses_what_it_said_was_done(
    tmp_path, seed, synchronous, loses
):
    disk = small_database(tmp_path, synchronous)
    assert len(disk.promises) == 100
    lost = 0
    for number, at in enumerate(instants(disk, random.Random(seed))):
        target = tmp_path / f"cut-{number}"
        cut = PowerCut(disk, at=at, chance=random.Random(f"{seed}-{number}"))
        cut.rebuild({str(tmp_path / "small"): target})
        said = {int(text.split()[1]) for text, instant in disk.promises.items() if instant <= at}
        lost += not said <= done_in(target / "small.sqlite3")
    print(f"synchronous={synchronous}: {lost} of {CUTS} power cuts lost what was said to be done")
    assert bool(lost) is loses


def small_database(folder, synchronous):
    """Return what a program did to a database of its own, and said."""
    path = folder / "small" / "small.sqlite3"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE done (number INTEGER PRIMARY KEY, filling BLOB)")
    os.sync()
    shutil.copytree(path.parent, folder / "start")
    record = folder / "record"
    program = [sys.executable, "-c", WRITER, str(path), synchronous]
    subprocess.run([*strace.recorded(record), *program], check=True, stdout=subprocess.PIPE)
    wait_until(lambda: not strace.is_recording(record), what="the record")
    disk = Disk(
        {str(path.parent): folder / "start"},
        promise=re.compile(rb"did \d+"),
        is_ignored=is_ignored,
    )
    with record.open(encoding="ascii") as lines:
        disk.replay(calls(lines))
    return disk


def done_in(path):
    """Return the numbers in a database; none where it is broken."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return set()
            return {number for (number,) in connection.execute("SELECT number FROM done")}
    except sqlite3.DatabaseError:
        return set()
