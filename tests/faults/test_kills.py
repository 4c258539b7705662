# SPDX-License-Identifier: Apache-2.0
"""Server and worker are killed at random instants under load: nothing answered is lost, nothing doubled."""

import json
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from uuid import uuid4

import pytest

from havn.lab import Lab, Page
from havn.lab.people import Reporter
from havn.lib.encoding import normalise_receipt
from havn.lib.keyring import Keyring
from havn.lib.sealing import keyed_digest
from tests.conftest import DATABASE
from tests.support.node import ROOT, RunningNode, free_port, node_environment
from tests.support.postgres import running_postgres
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
REPORTERS = 5


def test_ten_kills_lose_and_double_nothing(tmp_path):
    kill_and_look(tmp_path / "node", kills=10)


@pytest.mark.deep
def test_fifty_kills_lose_and_double_nothing(tmp_path):
    kill_and_look(tmp_path / "node", kills=50)


def kill_and_look(folder, *, kills):
    seed = int(os.environ.get("HAVN_TEST_SEED") or secrets.randbits(32))
    print(f"seed of the kills: {seed} (HAVN_TEST_SEED)")
    with ExitStack() as stack:
        under = UnderFire(stack, folder, chance=random.Random(seed))
        for _ in range(kills):
            under.kill_something()
        under.end_of_load()
        under.compare(under.wait_for_rest())


def node_of_the_lab(folder, **environment):
    """Make a node of the country that the lab's providers are in, so that notices are its own to send."""
    folder.mkdir(parents=True, mode=0o700)
    database = environment.pop("database")
    node = RunningNode(
        folder=folder,
        port=free_port(),
        environment=node_environment(folder, HAVN_DATABASE=database, **environment),
    )
    node.run(
        "init", "--member", "XD", "--member-name", "Demoland", "--organisation", "Test hotline",
        "--contact", "desk@havn.example", "--url", node.address,
    )  # fmt: skip
    return node


class UnderFire:
    """A node with reporters, a pretend outside and staff, whose processes are killed."""

    def __init__(self, stack, folder, *, chance):
        self.chance = chance
        self.receipts = []
        self.is_over = threading.Event()
        self.lab = stack.enter_context(Lab())
        database = "sqlite"
        if DATABASE == "postgres":
            server = stack.enter_context(running_postgres(is_durable=True))
            database = server.create_database("faults")
        more = {
            "HAVN_POLICY": "insecure-demo-policy",
            "HAVN_OUTSIDE": "insecure-lab",
            "HAVN_LAB": str(folder.parent / "lab.json"),
        }
        self.lab.write_map(folder.parent / "lab.json")
        self.node = node_of_the_lab(folder, database=database, **more)
        stack.callback(self.node.stop)
        self.analyst = self.node.add_people()["analyst"]
        self.node.start_serving()
        self.node.start_worker()
        self.desk = self._python("-m", "tests.faults.desk", self.analyst.person_id)
        stack.callback(self._stop_desk)
        self.reporters = [threading.Thread(target=self._report) for _ in range(REPORTERS)]
        stack.callback(self.end_of_load)
        for each in self.reporters:
            each.start()

    def _python(self, *arguments):
        with (self.node.folder / "desk.output").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.node.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _report(self):
        """Report one address after the other; only what was answered with a receipt is counted."""
        while not self.is_over.is_set():
            host = f"item-{uuid4().hex[:12]}.provider-{self.chance.choice('ab')}.example"
            self.lab.put(host, Page.up())
            try:
                receipt = Reporter(self.node.address).report_address(f"http://{host}/17")
            except Exception:  # noqa: BLE001 - killed in the middle: no receipt, no promise
                self.is_over.wait(0.2)
                continue
            self.receipts.append(receipt)
            self.is_over.wait(0.1)

    def kill_something(self):
        """Kill server or worker at a random instant, and start it again."""
        time.sleep(self.chance.uniform(0.3, 2.5))  # the instant is what is random
        name = self.chance.choice(["server", "worker"])
        self.node.kill(name)
        if name == "server":
            self.node.start_serving()
        else:
            self.node.start_worker()

    def end_of_load(self):
        self.is_over.set()
        for each in self.reporters:
            each.join()

    def _stop_desk(self):
        self.desk.terminate()
        self.desk.wait(timeout=30)

    def look(self):
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.look"],
            cwd=ROOT,
            env=self.node.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def wait_for_rest(self):
        """Return what the database holds at rest; fail with what keeps it from resting."""
        try:
            return wait_until(self.settled, seconds=120, every=1.0, what="the node at rest")
        except AssertionError as error:
            seen = self.look()
            counts = {name: each for name, each in seen.items() if isinstance(each, int)}
            said = "".join(
                self.node.said(name, most=1200) for name in ("worker", "desk", "server")
            )
            raise AssertionError(f"{error}: {counts} {seen['given_up'][:5]} {said}") from None

    def settled(self):
        """Return what the database holds once nothing waits any more."""
        assert self.desk.poll() is None, "the staff of this test ended"
        seen = self.look()
        waits = ("unfiled", "unassessed", "waiting_notices", "open_jobs")
        return None if any(seen[name] for name in waits) else seen

    def compare(self, seen):
        pepper = Keyring(self.node.folder / "keys").read("receipt-pepper")
        digests = set(seen["digests"])
        lost = [
            receipt
            for receipt in self.receipts
            if keyed_digest(normalise_receipt(receipt), pepper, purpose="receipt").hex()
            not in digests
        ]
        assert lost == [], f"{len(lost)} of {len(self.receipts)} answered reports are gone"
        assert len(self.receipts) >= 10, "there was no load to speak of"
        assert seen["submissions"] == seen["reports"] == seen["items"]
        assert seen["given_up"] == []
        for kind in ("received", "filed", "assessed"):
            assert seen[kind] == [1] * seen["reports"], f"audit entries {kind} lost or doubled"
        self.compare_notices(seen)
        verified = json.loads(self.node.run("audit", "verify", "--json"))
        assert verified["is_sound"], verified["findings"][:5]

    def compare_notices(self, seen):
        delivered = {}
        for letter in self.lab.mail.letters:
            delivered[letter.message_id] = delivered.get(letter.message_id, 0) + 1
        later = set(seen["later_notices"])
        first = {name: count for name, count in delivered.items() if name not in later}
        noted = dict(seen["notices"])
        assert len(noted) == seen["items"], "an item has no notice"
        assert set(first) == set(noted), "a notice is lost, or one was sent that nobody knows of"
        uncounted = {name: (n, noted[name]) for name, n in first.items() if n > noted[name]}
        assert uncounted == {}, "a notice was handed over more often than was counted"
        print(
            f"{len(self.receipts)} answered reports, {seen['reports']} filed, {len(noted)} notices, "
            f"{sum(n > 1 for n in first.values())} handed over twice"
        )
