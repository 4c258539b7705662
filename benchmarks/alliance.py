# SPDX-License-Identifier: Apache-2.0
"""What an alliance of 48 nodes does on one core in the simulator, and two real nodes a second over loopback.

    .venv/bin/python -m benchmarks.alliance [--nodes 48] [--referrals 100000] [--seed 17] [--only simulator|pair]

In the simulator every referral goes the whole way by the decisions of real nodes: sent, received with its proof,
accepted, removed, and the outcome heard; one in twelve moves on to a third node and one in fifty
is an orphan. Every node mirrors every other's log: it takes each bundle apart, reads and hashes each leaf, grows
the tree to the signed root, cosigns, looks for its tag, and compares what a peer mirrors. Payloads travel sealed.
Equal leaves of several mirrors are kept once in memory; each mirror read and hashed its own copy.

`--a-beat` referrals begin at each beat, so that a node's 256 leaves a beat are nearly full; the rest are dummies.
The ten minutes are of the clock on the wall. What a referral costs is CPU time of this process; it is compared over
each further tenth from the second on, as long as referrals begin, since the first tenth also waits for the first
answers, and in the last beats hardly anything but dummies travels (docs/adr/0018).

`pair` makes two nodes with databases and processes of their own, lets events wait at one, and measures how long it
takes until all are at the other and handled by its services.

The exit code is 0 when all bounds hold.
"""

import argparse
import gc
import os
import platform
import sys
import time
from contextlib import suppress
from itertools import pairwise, permutations
from pathlib import Path

from havn.domain.referral.rules import Progress, Taken
from havn.lab.alliance_network import BEAT, Place, SimulatedAlliance

MOST_SECONDS = 600
FLAT_WITHIN = 0.20
WINDOWS = 10
NOBODY = "ZZ"
MOVES, ORPHANS = 12, 50  # one in so many
MANDATED = 16  # so that nobody's share of the orphans is a burst
A_BEAT = 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=48)
    parser.add_argument("--referrals", type=int, default=100_000)
    parser.add_argument("--a-beat", type=int, default=A_BEAT)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--only", choices=("simulator", "pair"))
    told = parser.parse_args()
    print(
        f"{processor()}, {os.cpu_count()} cores of which one is used, python {platform.python_version()};"
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
    stay_on_one_core()
    gc.disable()  # nothing here is in a circle that must go
    began, cpu = time.perf_counter(), time.process_time()
    run = Run(told)
    run.go()
    wall, spent = time.perf_counter() - began, time.process_time() - cpu
    alliance = run.alliance
    leaves = sum(len(node.leaves) for node in alliance.nodes.values())
    events = sum(len(node.given) for node in alliance.nodes.values())
    read = leaves * (told.nodes - 1)
    wrong = [*alliance.disagreements(), *map(str, alliance.alarms())]
    print(
        f"{run.done:,} referrals with {run.sent:,} sendings and {events:,} events in {run.beats} beats;"
        f" {leaves:,} leaves, each read, hashed and held against signed roots by {told.nodes - 1} mirrors: {read:,}"
    )
    print(
        f"{wall:.0f} s on the wall, {spent:.0f} s of CPU: {told.referrals / wall:,.0f} referrals and"
        f" {read / wall:,.0f} leaves a second; memory {peak_memory():,.0f} MiB; wrong at the end: {len(wrong)}"
    )
    for each in wrong[:10]:
        print(f"  {each}")
    is_flat = flat(run.marks, run.steady)
    is_in_time = wall <= MOST_SECONDS
    print(f"at most {MOST_SECONDS} s on one core: {'yes' if is_in_time else 'no'}")
    return is_flat and is_in_time and not wrong and run.done == told.referrals


class Run:
    """One run: referrals begin, are answered, end, and how much CPU each further tenth took."""

    def __init__(self, told):
        self.told = told
        codes = [f"{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(told.nodes)]
        places = [Place(code, takes_orphans=n < MANDATED) for n, code in enumerate(codes)]
        self.alliance = SimulatedAlliance(f"benchmark {told.seed}", places, shared={})
        self.codes, self.beats, self.begun, self.done, self.sent = codes, 0, 0, 0, 0
        self.marks = [(0, time.process_time())]
        self.accepted = []  # to be ended at the next beat
        self.steady = 0  # how many had come home while others still began

    def go(self):
        """Go on until every referral has come home."""
        while self.done < self.told.referrals:
            self.begin()
            self.beat()
            self.act()
            self.mark()
        for _ in range(2):  # what was said last, and its echo in everybody's mirrors
            self.beat()

    def begin(self):
        """Let the next referrals begin, from and to nodes that the seed chooses."""
        at, codes = self.alliance.at, self.codes
        until = min(self.begun + self.told.a_beat, self.told.referrals)
        if until > self.begun:
            self.steady = self.done
        for number in range(self.begun, until):
            first, second = divmod(int.from_bytes(self.alliance.noise(4), "big"), 1 << 16)
            source = codes[first % len(codes)]
            target = codes[(first + 1 + second % (len(codes) - 1)) % len(codes)]
            if number % ORPHANS == 0:
                target = NOBODY
            desk = self.alliance.desks[source]
            address = f"https://host.example/confirmed-item-{number}"
            desk.refer(desk.report(address, country=target, at=at), at=at)
        self.begun = until

    def beat(self):
        """Let everybody append, follow everybody, and hear what one other mirrors."""
        alliance, codes = self.alliance, self.codes
        alliance.at += BEAT
        self.beats += 1
        for code in codes:
            alliance.beat(code)
        others = {node.origin: node for node in alliance.nodes.values()}
        for code, other in permutations(codes, 2):
            node, peer = alliance.nodes[code], alliance.nodes[other]
            node.visit(peer, at=alliance.at)
        for place, code in enumerate(codes):  # F39: over time each of them
            node = alliance.nodes[code]
            peer = alliance.nodes[codes[(place + 1 + self.beats) % len(codes)]]
            if peer is not node:
                seen = node.link_to(peer).mirrors()
                node.hear_of_others(peer, seen, others=others, at=alliance.at)

    def act(self):
        """Let services and people act on what came: accept what is new, end what was accepted before."""
        alliance, at = self.alliance, self.alliance.at
        for desk, row in self.accepted:
            self.end(desk, row)
        self.accepted = []
        for desk in alliance.desks.values():
            events = list(desk.node.inbox.waiting)
            desk.take(at=at)
            for event in events:
                if event.kind == "referral.sent":
                    self.accept(desk, desk.incoming[event.subject_id])
                elif event.kind == "referral.outcome":
                    out = desk.outgoing[event.subject_id]
                    self.done += not out.item.incoming

    def accept(self, desk, row):
        """Accept a referral as a person; work begins."""
        self.sent += 1
        at = self.alliance.at
        desk.answer(row, is_accepted=True, at=at)
        self.accepted.append((desk, row))

    def end(self, desk, row):
        """Let the item be removed, or, now and then, move on to a third country first."""
        at, item = self.alliance.at, row.item
        number = int(item.address.rpartition("-")[2])
        if number % MOVES == 1 and len(item.chain) == 1 and row.side.state == Taken.ACCEPTED:
            place = self.codes.index(desk.own.country)
            third = self.codes[(place + 1 + number % (len(self.codes) - 1)) % len(self.codes)]
            if self.alliance.nodes[third].node_id not in item.chain:
                desk.moved(item, third, at=at)
                return
        desk.happened(item, Progress.REMOVED, at=at)

    def mark(self):
        """Note how much CPU was spent whenever a further tenth has come home."""
        tenth = self.told.referrals / WINDOWS
        if self.done >= tenth * len(self.marks) or self.done == self.told.referrals:
            self.marks.append((self.done, time.process_time()))
            (before, since), (after, now) = self.marks[-2:]
            if after > before:
                cost = (now - since) / (after - before) * 1000
                print(f"{after:>9,} home, {cost:.2f} ms of CPU each", flush=True)


def flat(marks, beginning):
    """Tell whether each further tenth of the referrals costs the same, within a fifth from least to most.

    Those tenths count that begin once the first has come home, and end while referrals still begin.
    """
    whole = (marks[-1][1] - marks[0][1]) / (marks[-1][0] - marks[0][0])
    first = (marks[1][1] - marks[0][1]) / (marks[1][0] - marks[0][0])
    steady = [mark for mark in marks[1:] if mark[0] <= beginning]
    costs = [
        (now - since) / (after - before) for (before, since), (after, now) in pairwise(steady)
    ]
    print(
        f"ms of CPU a referral: {first * 1000:.2f} over the first {marks[1][0]:,}, {whole * 1000:.2f} over all"
        f" {marks[-1][0]:,}; each further tenth: {', '.join(f'{cost * 1000:.2f}' for cost in costs)}"
    )
    if len(costs) < 2:
        print("flat: cannot be told of so few; more --referrals")
        return False
    differs = max(costs) / min(costs) - 1
    is_flat = differs <= FLAT_WITHIN
    print(f"flat within {FLAT_WITHIN:.0%}: {'yes' if is_flat else 'no'} ({differs:.0%})")
    return is_flat


def stay_on_one_core():
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def processor():
    """Return what the processor calls itself."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def peak_memory():
    """Return the most memory that this process had, in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
