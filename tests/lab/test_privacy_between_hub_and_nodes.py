# SPDX-License-Identifier: Apache-2.0
"""A hub and three nodes of real processes: reports arrive and are answered, and nothing of any case is at the hub."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from havn.cli.demo_alliance import Country, alliance_in
from tests.faults.canaries import found_in, search
from tests.support.node import ROOT

pytestmark = [
    pytest.mark.deep,
    pytest.mark.part_exchange,
    pytest.mark.timeout(900),
    pytest.mark.sqlite_only,
]
MEMBERS = (Country("XD", "Demoland"), Country("XE", "Examplia"), Country("XF", "Fictonia"))
CASEWORK = {
    "cases", "intake", "assessment", "tracing", "referral", "takedown", "investigation", "reporting",
}  # fmt: skip


def run(node, *words: str) -> bytes:
    """Run a module of the tests in a node's environment and return what it wrote."""
    import os

    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, check=False,
        env={**os.environ, **node.variables(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:].decode()
    return done.stdout


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_reports_reach_the_hub_and_nothing_of_a_case_does(tmp_path: Path) -> None:
    marks = {country.code: f"Kanarie{secrets.token_hex(6)}" for country in MEMBERS}
    controls = {country.code: f"Kontrol{secrets.token_hex(6)}" for country in MEMBERS}
    with alliance_in(
        tmp_path / "alliance", databases={}, countries=MEMBERS, has_secretariat=True
    ) as alliance:
        alliance.make()
        alliance.found()
        alliance.join()
        alliance.start()
        hub = alliance.hub
        for code, node in alliance.nodes.items():
            node.until(
                lambda node=node: json.loads(node.ask("node", "status", "--json"))["peers"] == 3,
                what=f"{code} knows the others",
            )
            to = "XE" if code != "XE" else "XF"
            told = (marks[code], controls[code], alliance.node_id(to), to)
            said = run(node, "tests.support.marked_casework", *told)
            assert json.loads(said)["report"]
        hub.until(
            lambda: all(
                control.encode() in run(hub, "tests.faults.dump") for control in controls.values()
            ),
            what="the reports at the hub",
            most=60.0,
        )
        # The hub answers in its own log, which the nodes mirror and open.
        for code, node in alliance.nodes.items():
            node.until(
                lambda node=node: b"national_report.receipt" in run(node, "tests.faults.dump"),
                what=f"the receipt at {code}",
                most=60.0,
            )
        assert json.loads(hub.ask("feed", "alarms", "--json"))["alarms"] == []
        rows = run(hub, "tests.faults.dump")
        for code, node in alliance.nodes.items():
            own = run(node, "tests.faults.dump")
            assert list(found_in(own, [marks[code]], where=code)), "the marks are in the node"
    everything = list(marks.values())
    assert list(found_in(rows, everything, where="tables of the hub")) == []
    assert search(files_of(hub.folder), everything) == []
    with closing(sqlite3.connect(hub.folder / "havn.sqlite3")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
        states = database.execute("SELECT member, state FROM publication_publishedreport")
        assert sorted(states) == [(code, "accepted") for code in sorted(marks)]
    assert {name.split("_")[0] for name in names} & CASEWORK == set()
