# SPDX-License-Identifier: Apache-2.0
"""Referrals a second between two real nodes: own processes, databases and keys, signed requests over loopback.

    .venv/bin/python -m benchmarks.alliance --only pair

Two thousand items are filed and referred at one node while its worker is stopped, so that their events wait. Then
the worker starts: they leave in beats of 2 s, and the clock stops when the other node has all of them, when its
services have handled all (a report, an item, an assessment, a receipt each), and when the sender has all receipts.
"""

import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

COUNT = 2_000
MOST_SECONDS = 900.0
LOOK_EVERY_SECONDS = 0.25


def pair(count=COUNT):
    """Make two nodes, let referrals wait at one and run to the other; tells whether all came home."""
    from havn.cli import demo_alliance

    demo_alliance.COUNTRIES = demo_alliance.COUNTRIES[:2]
    with (
        tempfile.TemporaryDirectory(prefix="havn-pair-") as folder,
        demo_alliance.alliance_in(Path(folder), databases={}) as alliance,
    ):
        print("making a hub and two nodes", flush=True)
        alliance.make()
        alliance.found()
        alliance.join()
        return measured(alliance, count)


def measured(alliance, count):
    """Let the referrals run and print how long it took."""
    from tests.support.waiting import wait_until

    sender, receiver = alliance.nodes["XD"], alliance.nodes["XE"]
    alliance.start()
    # Both logs beat and know each other before anything waits.
    for node in (sender, receiver):
        wait_until(
            lambda node=node: number(node, MIRRORED) > 0, seconds=120, every=0.5, what="a beat"
        )
    sender.stop()
    began = time.perf_counter()
    say(sender, count)
    print(f"{count:,} items filed and referred in {time.perf_counter() - began:.1f} s", flush=True)
    sender.begin()
    sender.wait_until_up()
    spent, began = {}, time.perf_counter()
    marks = {
        "arrived": (receiver, ARRIVED),
        "handled": (receiver, HANDLED),
        "home": (sender, HOME),
    }
    while len(spent) < len(marks) and time.perf_counter() - began < MOST_SECONDS:
        for name, (node, query) in marks.items():
            if name not in spent and number(node, query) >= count:
                spent[name] = time.perf_counter() - began
                print(
                    f"{name}: {spent[name]:.1f} s, {count / spent[name]:,.0f} a second", flush=True
                )
        time.sleep(LOOK_EVERY_SECONDS)
    for name, (node, query) in marks.items():
        if name not in spent:
            print(f"{name}: only {number(node, query):,} within {MOST_SECONDS:.0f} s")
    alarms = [*alliance.alarms("XD"), *alliance.alarms("XE")]
    print(f"open alarms: {len(alarms)} {sorted({each['code'] for each in alarms})}")
    return len(spent) == len(marks) and not alarms


MIRRORED = "select coalesce(sum(size), 0) from exchange_log where not is_own"
ARRIVED = "select count(*) from exchange_arrival where kind = 'referral.sent'"
HANDLED = ARRIVED + " and state = 'done'"
HOME = "select count(*) from referral_referral where direction = 'out' and received_at is not null"


def number(node, query):
    """Return one number out of a node's database, read beside its processes."""
    path = node.folder / "havn.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query).fetchone()[0]


def say(node, count):
    """File and refer items in the node's environment, in a process of its own."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.alliance_pair", str(count)],
        env={**os.environ, **node.variables()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])


def refer(count):
    """File items that are hosted at the other node's, and refer each by the service of referrals."""
    from havn.cli import start

    start.prepare("worker")
    from django.db import transaction

    from havn.domain.actor import Actor
    from havn.domain.cases import services as record
    from havn.domain.members import selectors as members
    from havn.domain.referral import rules
    from havn.domain.referral import services as referral
    from havn.lib.clock import now
    from havn.lib.encoding import uuid4

    own = members.own_node(actor=Actor.operator())
    actor = Actor.system(organisation=own.organisation_id)
    (peer,) = members.peers(actor=actor)
    to, at = rules.Known(peer.node_id, "XE", is_active=True), now()
    for each in range(count):
        at += timedelta(microseconds=1)
        address = f"https://item-1.provider-c.example/confirmed-item/{each}"
        report = record.NewReport(
            report_id=uuid4(), organisation=own.organisation_id, channel="web", language="en",
            received_at=at, addresses=(address,),
        )  # fmt: skip
        with transaction.atomic():
            (filed,) = record.file_reports(reports=[report], actor=actor, at=at)
            referral.send(
                item_id=filed.items[0].item_id,
                to=to,
                own=own.node_id,
                content=content_of(address, own.node_id, at, rules),
                actor=actor,
                at=at,
            )
    return 0


def content_of(address, own, at, rules):
    """Return what a referral of an item says."""
    from havn.domain.cases.rules import LegalClass

    return rules.Referral(
        why=rules.Why.HOSTED,
        item=rules.Item(address=address, received_at=at),
        assessment=rules.Made(
            by=own, legal_class=LegalClass.NATIONAL, jurisdiction="XD", scheme="made-up",
            scheme_version="1", assessed_at=at,
        ),
        hosting=rules.Hosting(country="XE", observed_at=at, addresses=("203.0.116.10",)),
        clocks=rules.Clocks(received_at=at),
        chain=(own,),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(refer(int(sys.argv[1])))
