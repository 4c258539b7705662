# SPDX-License-Identifier: Apache-2.0
"""What an alliance of 48 nodes does in the simulator, and two real nodes a second over loopback.

    .venv/bin/python -m benchmarks.alliance [--nodes 48] [--referrals 100000] [--seed 17] [--processes 2]
                                            [--only simulator|pair]

In the simulator every referral goes the whole way by the decisions of real nodes: sent, received with its proof,
accepted, removed, and the outcome heard; one in twelve moves on to a third node and one in fifty
is an orphan. Every node mirrors every other's log: it takes each bundle apart, reads and hashes each leaf, grows
the tree to the signed root, cosigns, looks for its tag, and compares what a peer mirrors. Payloads travel sealed.
Equal leaves of several mirrors are kept once in memory; each mirror read and hashed its own copy.

Nodes are machines of their own, so the simulator plays them in `--processes`, one for each of two cores where there
are as many; each hears at every beat what the other's nodes appended. A number of processes changes nothing in what
is done, only who does it.

`--a-beat` referrals begin at each beat, so that a node's 256 leaves a beat are nearly full; the rest are dummies.
The ten minutes are of the clock on the wall. What a referral costs is CPU time of all processes that play nodes; it is
compared over each further tenth from the second on, as long as referrals begin, since the first tenth also waits for the
first answers, and in the last beats hardly anything but dummies travels. A machine is not as fast in every minute: a
further process reads the same bundle six times at each beat, and a tenth's cost is held against what this yardstick cost
meanwhile (docs/adr/0018).

`pair` makes two nodes with databases and processes of their own, lets events wait at one, and measures how long it
takes until all are at the other and handled by its services.

The exit code is 0 when all bounds hold.
"""

import argparse
import gc
import multiprocessing
import os
import platform
import sys
import time
from contextlib import contextmanager
from itertools import combinations, pairwise

from benchmarks.alliance_share import Share, measure, play
from benchmarks.machine import processor

MOST_SECONDS = 600
FLAT_WITHIN = 0.20
A_BEAT = 2000
MOST_PROCESSES = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=48)
    parser.add_argument("--referrals", type=int, default=100_000)
    parser.add_argument("--a-beat", type=int, default=A_BEAT)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument(
        "--processes", type=int, choices=range(1, 9), default=min(MOST_PROCESSES, cores())
    )
    parser.add_argument("--only", choices=("simulator", "pair"))
    told = parser.parse_args()
    print(
        f"{processor()}, {cores()} cores, {told.processes} processes, python {platform.python_version()};"
        f" seed {told.seed}, {told.nodes} nodes, {told.referrals:,} referrals, {told.a_beat} begin a beat"
    )
    is_well = True
    if told.only != "pair":
        is_well = simulator(told)
    if told.only != "simulator":
        from benchmarks.alliance_pair import pair

        is_well = pair() and is_well
    return 0 if is_well else 1


def simulator(told):
    """Run the simulated alliance, print what it cost, and tell whether the bounds held."""
    gc.disable()  # nothing here is in a circle that must go
    began = time.perf_counter()
    with others(told) as (lines, yardstick):
        share = Share(told, number=0, lines=lines, yardstick=yardstick)
        share.go()
        wall = time.perf_counter() - began
        sums = share.gathered()
    leaves, wrong = sums["leaves"], sums["wrong"]
    read = leaves * (told.nodes - 1)
    print(
        f"{share.done:,} referrals with {sums['sent']:,} sendings and {sums['events']:,} events in {share.beats} beats;"
        f" {leaves:,} leaves, each read, hashed and held against signed roots by {told.nodes - 1} mirrors: {read:,}"
    )
    print(
        f"{wall:.0f} s on the wall, {sums['cpu']:.0f} s of CPU: {told.referrals / wall:,.0f} referrals and"
        f" {read / wall:,.0f} leaves a second; memory {sums['memory']:,.0f} MiB; wrong at the end: {len(wrong)}"
    )
    for each in wrong[:10]:
        print(f"  {each}")
    is_flat = flat(share.marks, share.steady)
    is_in_time = wall <= MOST_SECONDS
    print(f"at most {MOST_SECONDS} s: {'yes' if is_in_time else 'no'}")
    return is_flat and is_in_time and not wrong and share.done == told.referrals


@contextmanager
def others(told):
    """Start the further processes and the yardstick's; gives the lines to them, and ends whatever of them is left."""
    context = multiprocessing.get_context("spawn")
    lines = {number: {} for number in range(told.processes)}
    for one, other in combinations(lines, 2):
        lines[one][other], lines[other][one] = context.Pipe()
    processes = [
        context.Process(target=play, args=(told, number, lines[number]), daemon=True)
        for number in range(1, told.processes)
    ]
    yardstick, far_end = context.Pipe()
    processes.append(context.Process(target=measure, args=(far_end,), daemon=True))
    for process in processes:
        process.start()
    # Their ends are closed here, so that nobody waits for one that has ended.
    for line in [far_end, *(each for ends in list(lines.values())[1:] for each in ends.values())]:
        line.close()
    try:
        yield lines[0], yardstick
    finally:
        for process in processes:
            process.terminate()
            process.join()


def flat(marks, beginning):
    """Tell whether each further tenth of the referrals costs the same, within a fifth from least to most.

    Those tenths count that begin once the first has come home, and end while referrals still begin. What they cost
    is held against what the yardstick cost at the same time, since a machine is not as fast in every minute.
    """
    last = marks[-1]
    usual = last.yardstick / last.times
    steady = [mark for mark in marks[1:] if mark.done <= beginning]
    raw, held, yards = [], [], []
    for before, after in pairwise(steady):
        raw.append((after.spent - before.spent) / (after.done - before.done) * 1000)
        then = (after.yardstick - before.yardstick) / (after.times - before.times)
        yards.append(then * 1000)
        held.append(raw[-1] * usual / then)
    print(
        f"ms of CPU a referral: {marks[1].spent / marks[1].done * 1000:.2f} over the first {marks[1].done:,},"
        f" {last.spent / last.done * 1000:.2f} over all {last.done:,}; each further tenth: {listed(raw)};"
        f" the yardstick meanwhile: {listed(yards)};"
        f" on a machine that is always as fast: {listed(held)}"
    )
    if len(held) < 2:
        print("flat: cannot be told of so few; more --referrals")
        return False
    differs = max(held) / min(held) - 1
    is_flat = differs <= FLAT_WITHIN
    print(f"flat within {FLAT_WITHIN:.0%}: {'yes' if is_flat else 'no'} ({differs:.0%})")
    return is_flat


def listed(numbers):
    """Return numbers with two places, one after the other."""
    return ", ".join(f"{each:.2f}" for each in numbers)


def cores():
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
