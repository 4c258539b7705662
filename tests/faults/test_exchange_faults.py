# SPDX-License-Identifier: Apache-2.0
"""Three nodes exchange events while everything fails: nothing is lost, nothing doubled, no log forks."""

import os
import random
import secrets
from collections import Counter
from contextlib import ExitStack

import pytest

from havn.lib import clock
from tests.conftest import DATABASE
from tests.faults.exchange_under_fire import ExchangeUnderFire
from tests.support.postgres import running_postgres

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def test_twenty_faults_lose_and_double_nothing_between_nodes(tmp_path):  # F49 F50
    fail_and_look(tmp_path, kill=7, weather=10, disk=2, restore=1)


@pytest.mark.deep
@pytest.mark.part_exchange
def test_two_hundred_faults_lose_and_double_nothing_between_nodes(tmp_path):  # F49 F50
    fail_and_look(tmp_path, kill=65, weather=100, disk=23, restore=12)


def fail_and_look(folder, **faults):
    seed = int(os.environ.get("HAVN_TEST_SEED") or secrets.randbits(32))
    print(f"seed of the faults: {seed} (HAVN_TEST_SEED)")
    chance = random.Random(seed)
    turns = [how for how, times in faults.items() for _ in range(times)]
    chance.shuffle(turns)
    took, began = [], clock.monotonic()
    with ExitStack() as stack:
        under = ExchangeUnderFire(stack, folder, new_database=new_databases(stack), chance=chance)
        under.start()
        took.append(clock.monotonic() - began)
        for how in turns:
            under.fail(how)
        took.append(clock.monotonic() - began)
        seen = under.come_to_rest()
        took.append(clock.monotonic() - began)
        found = under.faults_in(seen)
        took.append(clock.monotonic() - began)
        tell(under, seen)
        print(
            "ready, failed, at rest, compared after", *(f"{each:.0f}" for each in took), "seconds"
        )
        assert found == [], f"{len(found)} faults: " + "\n".join(found[:30])
    assert sum(under.struck[how] for how in faults_of(under)) == len(turns)
    assert under.refusals == faults["restore"]


def new_databases(stack):
    if DATABASE == "sqlite":
        return lambda _name: "sqlite"
    return stack.enter_context(running_postgres(is_durable=True)).create_database


def faults_of(under):
    return [how for how in under.struck if not how.startswith(("requests", "ended"))]


def tell(under, seen):
    states = Counter(row.state for each in seen.values() for row in each.arrived)
    events = sum(len(each.events) for each in seen.values())
    sizes = [each.logs[node].size for node, each in seen.items()]
    print(
        f"{events} events, arrivals {dict(states)}, logs of {sizes} leaves, none lost or doubled"
    )
    print(f"{under.given_back} leaves came back from mirrors, {len(under.kept)} events only there")
    print(f"faults: {dict(sorted(under.struck.items()))}")
    alarms = Counter()
    for each in seen.values():
        for (code, _about), times in each.alarms.items():
            alarms[code] += int(times)
    print(f"alarms: {dict(alarms)}")
