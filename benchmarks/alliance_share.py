# SPDX-License-Identifier: Apache-2.0
"""The nodes of a simulated alliance that one process plays, and of the others only what a network would carry."""

import gc
import pickle
import resource
import time
from datetime import timedelta
from itertools import permutations
from typing import NamedTuple

from havn.domain.referral.rules import Progress, Taken
from havn.lab.alliance_network import BEAT, Place, SimulatedAlliance
from havn.lib import feed
from tests.unit.lib.feed_log import MemoryLog, leaves_of, seeded

NOBODY = "ZZ"
WINDOWS = 10
MOVES, ORPHANS = 12, 50  # one in so many
YARDS, A_BEAT_MANY = 20, 6  # readings at once, and how often at each beat
MANDATED = 16  # so that nobody's share of the orphans is a burst


class Mark(NamedTuple):
    """How much was done and spent by a moment, in all processes together."""

    done: int  # referrals that had come home
    spent: float  # seconds of CPU
    yardstick: float  # seconds of CPU for the same work each time
    times: int  # that the yardstick was laid on


def measure(line):
    """Read the same bundle again and again whenever asked, and tell what CPU that took: how fast this machine is.

    In a process of its own, so that nothing which grows in the others makes it slower.
    """
    log = MemoryLog("yardstick")
    log.append(leaves_of("yardstick", feed.TILE_WIDTH, tag_count=4))
    page, key = log.page(0), seeded("nobody")
    state = log.follower().take_checkpoint(log.signed(), at=log.at)
    while line.recv():
        began = time.process_time()
        for _ in range(YARDS):
            _state, entries = log.follower(state).take_entries(0, page)
            found = feed.find_tagged([each.content for each in entries], lambda _epoch: key)
            assert len(entries) == feed.TILE_WIDTH
            assert not found
        line.send(time.process_time() - began)


class Share:
    """One process's part of a run; every process takes the same steps, and is told what the others' nodes say.

    `lines` are connections to the other processes, by their number, and `yardstick` the one to `measure`, which the first
    process asks several times at each beat. All nodes exist in every process, since a seed makes their keys; those of
    others neither beat nor visit here, but hold the log that they were heard to append.
    """

    def __init__(self, told, *, number, lines, yardstick=None):
        self.told, self.number, self.lines, self.yardstick = told, number, lines, yardstick
        codes = [f"{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(told.nodes)]
        places = [Place(code, takes_orphans=n < MANDATED) for n, code in enumerate(codes)]
        self.alliance = SimulatedAlliance(f"benchmark {told.seed}", places, shared={})
        self.codes = codes
        self.played_by = {code: n % told.processes for n, code in enumerate(codes)}
        self.own = [code for code in codes if self.played_by[code] == number]
        self.beats, self.begun, self.sent = 0, 0, 0
        self.done = self.done_here = 0
        self.yards, self.times = 0.0, 0
        self.marks = [Mark(0, 0.0, 0.0, 0)]
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

    def swap(self, for_each):
        """Tell each other process something, and return what each of them tells this one."""
        heard = []
        for other, line in sorted(self.lines.items()):
            content = pickle.dumps(for_each(other), protocol=pickle.HIGHEST_PROTOCOL)
            if (
                self.number < other
            ):  # one of both listens first, or both would wait for room to speak
                line.send_bytes(content)
            heard.append(pickle.loads(line.recv_bytes()))  # noqa: S301 - of our own process
            if self.number > other:
                line.send_bytes(content)
        return heard

    # --- what happens -----------------------------------------------------------------------------

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
            if self.played_by[source] == self.number:
                desk = self.alliance.desks[source]
                address = f"https://host.example/confirmed-item-{number}"
                desk.refer(desk.report(address, country=target, at=at), at=at)
        self.begun = until

    def beat(self):
        """Let everybody append, follow everybody, and hear what one other mirrors."""
        alliance, own = self.alliance, set(self.own)
        alliance.at += BEAT
        self.beats += 1
        self.append()
        visits = [pair for pair in permutations(self.codes, 2) if pair[0] in own]
        for place, (code, other) in enumerate(visits):
            if place % -(-len(visits) // A_BEAT_MANY) == 0:
                self.lay_on_the_yardstick()
            alliance.nodes[code].visit(alliance.nodes[other], at=alliance.at)
        self.compare()

    def lay_on_the_yardstick(self):
        """Ask how fast the machine is just now; the first process does it, often, as it changes within seconds."""
        if self.yardstick:
            self.yardstick.send(True)
            self.yards += self.yardstick.recv()
            self.times += 1

    def append(self):
        """Let the own nodes append to their logs, and hear what the others' nodes appended."""
        alliance, batches = self.alliance, {}
        for code in self.codes:
            if self.played_by[code] == self.number:
                batches[code] = alliance.beat(code)
            else:
                alliance.at += timedelta(seconds=1)  # as `beat` does
        for news in self.swap(lambda other: self.news(batches, other)):
            for code, (leaves, note, log, given) in news.items():
                node = alliance.nodes[code]
                node.append(leaves)
                node.note, node.own = note, log
                node.given.update(given)

    def news(self, batches, other):
        """Return what the own nodes appended, with the payloads for those whom another process plays."""
        nodes = self.alliance.nodes
        there = {nodes[code].node_id for code in self.codes if self.played_by[code] == other}
        told = {}
        for code, batch in batches.items():
            given = {
                draft.commit: nodes[code].given[draft.commit]
                for draft in batch.drafts
                if there.intersection(draft.audience)
            }
            told[code] = (batch.leaves, nodes[code].note, nodes[code].own, given)
        return told

    def compare(self):
        """Let each own node hear what another one mirrors: over time each of them (F39)."""
        nodes, count = self.alliance.nodes, len(self.codes)
        peer_of = {
            code: self.codes[(place + 1 + self.beats) % count]
            for place, code in enumerate(self.codes)
        }
        askers = {peer: code for code, peer in peer_of.items() if peer != code}
        seen = {
            peer: nodes[code].link_to(nodes[peer]).mirrors()
            for peer, code in askers.items()
            if self.played_by[peer] == self.number
        }
        for told in self.swap(
            lambda other: {
                peer: logs for peer, logs in seen.items() if self.played_by[askers[peer]] == other
            }
        ):
            seen.update(told)
        others = {node.origin: node for node in nodes.values()}
        for code in self.own:
            peer = peer_of[code]
            if peer != code:
                nodes[code].hear_of_others(
                    nodes[peer], seen[peer], others=others, at=self.alliance.at
                )

    def act(self):
        """Let services and people act on what came: accept what is new, end what was accepted before."""
        at = self.alliance.at
        for desk, row in self.accepted:
            self.end(desk, row)
        self.accepted = []
        for code in self.own:
            desk = self.alliance.desks[code]
            events = list(desk.node.inbox.waiting)
            desk.take(at=at)
            for event in events:
                if event.kind == "referral.sent":
                    self.accept(desk, desk.incoming[event.subject_id])
                elif event.kind == "referral.outcome":
                    self.done_here += not desk.outgoing[event.subject_id].item.incoming

    def accept(self, desk, row):
        """Accept a referral as a person; work begins."""
        self.sent += 1
        desk.answer(row, is_accepted=True, at=self.alliance.at)
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
        """Hear how many came home elsewhere; note what CPU was spent whenever a further tenth has."""
        here = Mark(self.done_here, time.process_time(), self.yards, self.times)
        heard = [here, *self.swap(lambda _other: here)]
        now = Mark(*map(sum, zip(*heard, strict=True)))
        self.done = now.done
        tenth = self.told.referrals / WINDOWS
        if now.done >= tenth * len(self.marks) or now.done == self.told.referrals:
            before = self.marks[-1]
            self.marks.append(now)
            if now.done > before.done and self.number == 0:
                cost = (now.spent - before.spent) / (now.done - before.done) * 1000
                print(f"{now.done:>9,} home, {cost:.2f} ms of CPU each", flush=True)

    # --- the end ----------------------------------------------------------------------------------

    def ending(self):
        """Return what this process knows at the end: its desks, its counts, and what is wrong with its nodes."""
        spent = time.process_time()
        alliance = self.alliance
        nodes = [alliance.nodes[code] for code in self.own]
        return {
            "logs": {code: alliance.nodes[code].own.frontier for code in self.own},
            "desks": {
                code: (alliance.desks[code].outgoing, alliance.desks[code].incoming)
                for code in self.own
            },
            "wrong": [
                *alliance.mirrors_that_differ(held_by=self.own, among=self.codes),
                *map(str, alliance.alarms()),
            ],
            "leaves": sum(len(node.leaves) for node in nodes),
            "events": sum(len(node.given) for node in nodes),
            "sent": self.sent,
            "cpu": spent,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    def tell_the_first(self):
        """Let the first process know how it ended here."""
        self.lines[0].send_bytes(pickle.dumps(self.ending()))

    def gathered(self):
        """Return the sums over all processes; both ends of every referral are compared here."""
        ends = [self.ending(), *(pickle.loads(line.recv_bytes()) for line in self.lines.values())]  # noqa: S301 - of our own processes
        for end in ends:
            for code, (outgoing, incoming) in end["desks"].items():
                desk = self.alliance.desks[code]
                desk.outgoing, desk.incoming = outgoing, incoming
        differing = list(self.alliance.referrals_that_differ(self.codes))
        for end in ends:  # what others were told of a log is what its own node has
            differing += [
                f"{code}: another log than its own node has"
                for code, frontier in end["logs"].items()
                if self.alliance.nodes[code].own.frontier != frontier
            ]
        sums = {
            name: sum(end[name] for end in ends)
            for name in ("leaves", "events", "sent", "cpu", "memory")
        }
        return sums | {"wrong": [*differing, *(each for end in ends for each in end["wrong"])]}


def play(told, number, lines):
    """Play the share of one further process, and tell the first how it ended."""
    gc.disable()  # nothing here is in a circle that must go
    share = Share(told, number=number, lines=lines)
    share.go()
    share.tell_the_first()
