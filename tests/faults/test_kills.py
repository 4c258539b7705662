# SPDX-License-Identifier: Apache-2.0
"""Server and worker are killed at random instants under load: nothing answered is lost, nothing doubled."""

import json
import os
import random
import secrets
from collections import Counter
from contextlib import ExitStack

import pytest

from tests.conftest import DATABASE
from tests.faults.under_fire import UnderFire, lost_among
from tests.support.postgres import running_postgres

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def test_ten_kills_lose_and_double_nothing(tmp_path):
    kill_and_look(tmp_path / "node", kills=10, ambushes=1)


@pytest.mark.deep
@pytest.mark.part_loop
def test_fifty_kills_lose_and_double_nothing(tmp_path):
    kill_and_look(tmp_path / "node", kills=50, ambushes=5)


def kill_and_look(folder, *, kills, ambushes):
    seed = int(os.environ.get("HAVN_TEST_SEED") or secrets.randbits(32))
    print(f"seed of the kills: {seed} (HAVN_TEST_SEED)")
    with ExitStack() as stack:
        database, chance = "sqlite", random.Random(seed)
        if DATABASE == "postgres":
            server = stack.enter_context(running_postgres(is_durable=True))
            database = server.create_database("faults")
        under = UnderFire(stack, folder, database=database, chance=chance)
        under.start()
        turns = ["random"] * kills + ["ambush"] * ambushes
        chance.shuffle(turns)
        for turn in turns:
            if turn == "ambush":
                under.kill_worker_at_handover()
            else:
                under.kill_something()
        under.end_of_load()
        under.wait_for_rest()
        under.node.stop()  # or a reminder could go out between two looks
        seen = under.look()
        compare(under, seen)
        compare_notices(under, seen)
        verified = json.loads(under.node.run("audit", "verify", "--json"))
        assert verified["is_sound"], verified["findings"][:5]


def compare(under, seen):
    lost = lost_among(under.receipts, seen, keys=under.node.folder / "keys")
    assert lost == [], f"{len(lost)} of {len(under.receipts)} answered reports are gone"
    assert len(under.receipts) >= 10, "there was no load to speak of"
    assert seen["submissions"] == seen["reports"] == seen["items"]
    assert seen["given_up"] == []
    assert seen["incomplete"] == []
    assert seen["twice"] == {}
    for kind in ("received", "filed", "assessed"):
        assert seen[kind] == [1] * seen["reports"], f"audit entries {kind} lost or doubled"


def compare_notices(under, seen):
    letters = under.lab.mail.letters
    delivered = Counter(letter.message_id for letter in letters)
    noted = {message_id: handed for message_id, rung, handed in seen["notices"] if rung == 1}
    counted = {message_id: handed for message_id, _rung, handed in seen["notices"]}
    assert len(noted) == seen["items"], "an item has no notice"
    later = set(counted) - set(noted)
    assert set(delivered) - later == set(noted), "a notice is lost, or nobody knows of one"
    uncounted = {name: n for name, n in delivered.items() if n > counted.get(name, 0)}
    assert uncounted == {}, "a notice was handed over more often than was counted"
    named = Counter({(letter.message["X-Havn-Notice"], letter.message_id) for letter in letters})
    assert len(named) == len({notice for notice, _name in named}), "a notice bears two Message-IDs"
    known_twice = {name for name in under.ambushed if delivered[name] > 1 and counted[name] > 1}
    assert known_twice == set(under.ambushed), (
        "a worker was killed at a hand-over, and once was all"
    )
    print(
        f"{len(under.receipts)} answered reports, {seen['reports']} filed, {len(noted)} notices and "
        f"{len(set(delivered) & later)} reminders, {sum(n > 1 for n in delivered.values())} handed "
        f"over twice ({len(under.ambushed)} of them by a kill meant to), all under one Message-ID"
    )
