# SPDX-License-Identifier: Apache-2.0
"""A node under load: reporters, staff, a pretend outside, and processes that can be killed at any instant."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from havn.lab import Lab, Letter, Page, free_port
from havn.lab.people import Reporter
from havn.lib.encoding import normalise_receipt
from havn.lib.keyring import Keyring
from havn.lib.sealing import keyed_digest
from tests.support.node import ROOT, RunningNode, node_environment
from tests.support.waiting import wait_until

REPORTERS = 5
# Between two reports of one person: two or three a second in all, which keeps two processors busy.
PAUSE_SECONDS = (0.5, 2.0)
# As the demonstration's, but that re-checks do not come so often that they are most of the load, and
# that a dead worker's jobs are taken up soon.
POLICY = """
name = "insecure-demo-under-fire"
version = "1"
notice_after = "1 s"
reminder_after = "6 s"
check_steps = [["1 d", "20 s"]]
job_lease = "8 s"
"""


def node_of_the_lab(folder: Path, *, database: str, lab: Lab) -> RunningNode:
    """Make a node of the country that the lab's providers are in, so that notices are its own to send."""
    folder.mkdir(parents=True, mode=0o700)
    lab.write_map(folder.parent / "lab.json")
    (folder.parent / "policy.toml").write_text(POLICY)
    environment = node_environment(
        folder,
        HAVN_DATABASE=database,
        HAVN_POLICY=str(folder.parent / "policy.toml"),
        HAVN_OUTSIDE="insecure-lab",
        HAVN_LAB=str(folder.parent / "lab.json"),
    )
    node = RunningNode(folder=folder, port=free_port(), environment=environment)
    node.run(
        "init", "--member", "XD", "--member-name", "Demoland", "--organisation", "Test hotline",
        "--contact", "desk@havn.example", "--url", node.address,
    )  # fmt: skip
    return node


def looked_at(
    environment: dict[str, str], *, rest_within: float = 0, seals: bool = False
) -> dict[str, Any]:
    """Return what the database of a node holds, now or when it came to rest within so many seconds.

    With `seals`, the audit entries that wait for it are linked first.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.look", str(rest_within), *(["seal"] if seals else [])],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def lost_among(receipts: Sequence[str], seen: dict[str, Any], *, keys: Path) -> list[str]:
    """Return the receipts that no submission in the database belongs to."""
    pepper, digests = Keyring(keys).read("receipt-pepper"), set(seen["digests"])

    def digest(receipt: str) -> str:
        return keyed_digest(normalise_receipt(receipt), pepper, purpose="receipt").hex()

    return [receipt for receipt in receipts if digest(receipt) not in digests]


class UnderFire:
    """A node whose reporters go on whatever happens, and what they were answered."""

    def __init__(self, stack: ExitStack, folder: Path, *, database: str, chance: Random) -> None:
        self.chance = chance
        self.receipts: list[str] = []
        self.ambushed: list[str] = []  # Message-IDs of notices whose worker died knowing nothing
        self.is_over = threading.Event()
        self.lab = stack.enter_context(Lab())
        self.node = node_of_the_lab(folder, database=database, lab=self.lab)
        stack.callback(self.node.stop)
        self.analyst = self.node.add_people()["analyst"]
        self.reporters = [threading.Thread(target=self._report) for _ in range(REPORTERS)]
        stack.callback(self.end_of_load)

    def start(self) -> None:
        """Start server, worker and staff, and let people report."""
        self.node.start_serving(workers=2)
        self.node.start_worker()
        self.node.start_python("desk", "-m", "tests.faults.desk", self.analyst.person_id)
        for each in self.reporters:
            each.start()

    def _report(self) -> None:
        """Report one address after the other; only what was answered with a receipt is counted."""
        while not self.is_over.is_set():
            host = f"item-{uuid4().hex[:12]}.provider-{self.chance.choice('ab')}.example"
            self.lab.put(host, Page.up())
            try:
                receipt = Reporter(self.node.address).report_address(f"http://{host}/17")
            except Exception:  # noqa: BLE001 - killed in the middle: no receipt, no promise
                self.is_over.wait(0.5)
                continue
            self.receipts.append(receipt)
            self.is_over.wait(self.chance.uniform(*PAUSE_SECONDS))

    def kill_something(self) -> None:
        """Kill server or worker at a random instant, and start it again."""
        time.sleep(self.chance.uniform(0.3, 2.5))  # the instant is what is random
        name = self.chance.choice(["server", "worker"])
        self.node.kill(name)
        if name == "server":
            self.node.start_serving(workers=2)
        else:
            self.node.start_worker()

    def kill_worker_at_handover(self) -> None:
        """Kill the worker when the mail server has a notice and has not yet said so; start it again."""
        is_sprung = threading.Event()

        def ambush(letter: Letter) -> None:
            if not is_sprung.is_set():
                self.node.kill("worker")
                self.ambushed.append(letter.message_id)
                is_sprung.set()

        self.lab.mail.readers.append(ambush)
        wait_until(is_sprung.is_set, seconds=90, what="a notice being handed over")
        self.lab.mail.readers.remove(ambush)
        self.node.start_worker()

    def end_of_load(self) -> None:
        """Let no more people report."""
        self.is_over.set()
        for each in self.reporters:
            if each.ident is not None:
                each.join()

    def look(self) -> dict[str, Any]:
        """Return what the node's database holds."""
        return looked_at(self.node.environment)

    def wait_for_rest(self) -> None:
        """Wait until nothing waits in the database any more; fail with what does."""
        seen = looked_at(self.node.environment, rest_within=600)
        assert self.node.processes["desk"].poll() is None, "the staff of this test ended"
        if waits := seen["waits"]:
            said = "".join(
                self.node.said(name, most=1200) for name in ("worker", "desk", "server")
            )
            raise AssertionError(
                f"the node did not come to rest: {waits} {seen['given_up'][:5]} {said}"
            )
