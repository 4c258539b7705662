# SPDX-License-Identifier: Apache-2.0
"""Three nodes that go on telling each other things while processes, ways and disks fail, and a disk goes back in time."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.faults.exchange_look import (
    Seen,
    audience_of,
    faults_in,
    has_said,
    look,
    number,
    rows,
    state_of,
    what_waits,
)
from tests.faults.three_nodes import Member, NewDatabase, ThreeNodes
from tests.faults.weather import BAD, Way, Weather
from tests.support.waiting import wait_until

T = TypeVar("T")
BETWEEN_SECONDS = (0.2, 1.0)  # two faults
LASTS_SECONDS = (
    1.0,
    4.0,
)  # bad weather, or until it struck; the next fault does not wait for its end
LASTS_AT_MOST = 15.0
FULL_SECONDS = (1.0, 2.5)
MOST_BYTES = (4_096, 400_000)  # to which a file may grow on a full disk
PATIENCE_SECONDS = 240.0
SIGNED = "SELECT count(*) FROM audit_entry WHERE action = 'log.published'"
OWN_SIZE = "SELECT size FROM exchange_log WHERE is_own"
RECOVERING = "SELECT count(*) FROM exchange_log WHERE is_own AND recovering_since IS NOT NULL"


class ExchangeUnderFire:
    """The three nodes, what fails, and what they hold in the end."""

    def __init__(
        self, stack: ExitStack, folder: Path, *, new_database: NewDatabase, chance: Random
    ) -> None:
        self.chance = chance
        self.nodes = ThreeNodes(stack, folder, new_database=new_database, chance=chance)
        self.members = list(self.nodes.members.values())
        self.restored: set[str] = set()
        self.kept: set[tuple[str, str, str]] = set()
        self.struck: Counter[str] = Counter()
        self.refusals = 0  # to sign before two peers had said what they saw
        self.given_back = 0  # leaves that came back from mirrors
        self._weather: list[threading.Thread] = []
        self._is_calm = threading.Event()
        stack.callback(self._calm)

    def start(self) -> None:
        """Start all nodes, wait until each has signed and been seen, and back them up."""
        for each in self.members:
            each.start()
        for each in self.members:
            self._until(lambda each=each: number(each, OWN_SIZE) > 2, f"{each.code} to sign")
        self._all(Member.back_up)

    def _all(self, work: Callable[[Member], T]) -> list[T]:
        with ThreadPoolExecutor(2) as two:
            return list(two.map(work, self.members))

    def _until(self, condition: Callable[[], T], what: str) -> T:
        def is_so() -> T:
            self._start_ended()
            return condition()

        try:
            return wait_until(is_so, seconds=PATIENCE_SECONDS, every=0.2, what=what)
        except AssertionError as error:
            said = [f"{each.code}: {state_of(each)}" for each in self.members]
            said += [
                f"--- {each.code} {name}: {each.node.said(name, most=1500)}"
                for each in self.members
                for name in ("worker", "server")
            ]
            raise AssertionError("\n".join([str(error), *said])) from None

    def _start_ended(self) -> None:
        for each in self.members:
            if ended := each.start_ended():
                self.struck["ended by itself"] += ended

    # --- what fails -------------------------------------------------------------------------------

    def fail(self, how: str) -> None:
        """Let something fail in this way, after a while: the instant is what is random."""
        threading.Event().wait(self.chance.uniform(*BETWEEN_SECONDS))
        self._start_ended()
        {
            "kill": self._kill,
            "weather": self._change_weather,
            "disk": self._fill_disk,
            "restore": self._restore,
        }[how]()

    def _kill(self) -> None:
        """Kill server or worker of a node, and start it again."""
        member, name = self.chance.choice(self.members), self.chance.choice(["server", "worker"])
        member.kill(name)
        self.struck[f"killed {name}"] += 1
        member.start(name)

    def _change_weather(self) -> None:
        """Let the ways between two nodes, in one direction or both, be bad for a while."""
        one = self.chance.choice(self.members)
        ways = self.nodes.between(one, self.chance.choice(self.nodes.others(one)))
        weather = self.chance.choice(BAD)
        chosen = self.chance.choice([ways, ways, ways[:1]])
        for way in chosen:
            way.change(weather)
        self.struck[weather] += 1
        lasts = self.chance.uniform(*LASTS_SECONDS)
        thread = threading.Thread(target=self._clear_up, args=(chosen, weather, lasts))
        self._weather.append(thread)
        thread.start()

    def _clear_up(self, ways: Sequence[Way], weather: Weather, lasts: float) -> None:
        before = sum(way.struck[weather] for way in ways)
        self._is_calm.wait(lasts)
        with suppress(AssertionError):  # nobody asked for so long
            wait_until(
                lambda: (
                    self._is_calm.is_set() or sum(way.struck[weather] for way in ways) > before
                ),
                seconds=LASTS_AT_MOST - lasts,
                every=0.1,
            )
        for way in ways:
            way.change(Weather.CALM)

    def _calm(self) -> None:
        self._is_calm.set()
        for thread in self._weather:
            thread.join()
        self._weather.clear()
        self._is_calm.clear()
        self.nodes.calm_down()

    def _fill_disk(self) -> None:
        """Let a node's disk be full for a while."""
        member = self.chance.choice(self.members)
        member.fill_disk(most_bytes=self.chance.randrange(*MOST_BYTES))
        self.struck["full disk"] += 1
        threading.Event().wait(self.chance.uniform(*FULL_SECONDS))
        member.free_disk()

    def _restore(self) -> None:
        """Lose a node's disk and restore its backup; before two peers are heard, it must sign nothing."""
        self._calm()
        member = self.chance.choice(self.members)
        near, far = self.chance.sample(self.nodes.others(member), 2)
        self._note_what_peers_keep(member)
        member.restore()
        self._forget_what_it_lost(member)
        self.restored.add(member.node_id)
        self.struck["restored"] += 1
        with self._cut(member, far):
            before, signed = number(member, OWN_SIZE), number(member, SIGNED)
            member.start()
            self._until(lambda: self._is_half_heard(member, near, far), "one peer to be heard")
            came_back = number(member, OWN_SIZE) - before
            assert number(member, SIGNED) == signed, f"{member.code} signed before two were heard"
            assert number(member, RECOVERING), f"{member.code} forgot that it was restored"
            self.refusals += 1
        self._until(lambda: number(member, SIGNED) > signed, f"{member.code} to sign again")
        self.given_back += came_back
        assert not number(member, RECOVERING)
        self._until(lambda: self._is_mirrored(member), f"{member.code}'s log to be mirrored")
        member.back_up()
        self.chance.choice(self.nodes.others(member)).back_up()

    def _note_what_peers_keep(self, member: Member) -> None:
        """Kill the node, and write down what others have of what it said: the only copies from now on."""
        member.kill()
        for each in self.nodes.others(member):
            for arrived in look(each, everybody=self._everybody).arrived:
                if arrived.sender == member.node_id and arrived.event:
                    self.kept.add((member.node_id, arrived.event, each.node_id))

    def _forget_what_it_lost(self, member: Member) -> None:
        """Expect no longer of a node that was restored what neither its backup nor its source holds."""
        here = look(member, everybody=self._everybody)
        self.kept = {
            (sender, event, receiver)
            for sender, event, receiver in self.kept
            if receiver != member.node_id or here.received(sender, event)
        }

    @contextmanager
    def _cut(self, one: Member, other: Member) -> Iterator[None]:
        for way in self.nodes.between(one, other):
            way.change(Weather.REFUSED)
        try:
            yield
        finally:
            self._calm()

    def _is_half_heard(self, member: Member, near: Member, far: Member) -> bool:
        """Whether a node that was started has heard one peer, and asked the other one twice in vain."""
        peers = {
            str(node).replace("-", ""): (failures, answered, seen)
            for node, failures, answered, seen in rows(
                member,
                "SELECT node, failures, answered_at > (SELECT max(recovering_since) FROM exchange_log), "
                "seen_own_at > (SELECT max(recovering_since) FROM exchange_log) FROM exchange_peer",
            )
        }
        failures, _, far_seen = peers.get(far.node_id.replace("-", ""), (0, None, None))
        _, _, near_seen = peers.get(near.node_id.replace("-", ""), (0, None, None))
        assert not far_seen, f"{member.code} heard a peer that it cannot reach"
        own = number(member, OWN_SIZE)
        return bool(failures >= 2 and near_seen and own >= self._held(near, member))

    def _held(self, holder: Member, source: Member) -> int:
        return number(
            holder,
            f"SELECT max(size) FROM exchange_log WHERE origin = 'havn-log/{source.node_id}'",
        )

    def _is_mirrored(self, member: Member) -> bool:
        """Whether the others hold what the node signed after it came back."""
        went = number(
            member, "SELECT max(position) FROM exchange_given WHERE kind = 'log.recovered'"
        )
        return all(self._held(each, member) > went for each in self.nodes.others(member))

    # --- what is left -----------------------------------------------------------------------------

    @property
    def _everybody(self) -> frozenset[str]:
        return frozenset(each.node_id for each in self.members)

    def come_to_rest(self) -> dict[str, Seen]:
        """Let nothing fail and nobody say anything any more; return what each node holds, by its UUID."""
        self._calm()
        for each in self.members:
            each.kill("says")
        nodes = self.nodes.members

        def is_quiet() -> bool:
            # Nodes are looked at one after the other: what one says meanwhile would be on nobody's list.
            before = [has_said(each) for each in self.members]
            waits = any(what_waits(each, nodes=nodes) for each in self.members)
            return not waits and before == [has_said(each) for each in self.members]

        try:
            self._until(is_quiet, "rest")
        except AssertionError as error:
            waits = {each.code: what_waits(each, nodes=nodes) for each in self.members}
            raise AssertionError(f"the nodes did not come to rest: {waits}\n{error}") from None
        for each in self.members:
            each.kill("worker")
        self._all(lambda each: each.node.run_module("tests.faults.exchange_round"))
        for each in self.members:
            each.kill()
            for way in each.ways.values():
                for weather, times in way.struck.items():
                    self.struck[f"requests {weather}"] += times
        return {each.node_id: look(each, everybody=self._everybody) for each in self.members}

    def faults_in(self, seen: dict[str, Seen]) -> list[str]:
        """Return what was lost, doubled, or is otherwise not as it should be; where nothing is, nothing."""
        said = {each.node_id: self._said(each) for each in self.members}
        found = faults_in(seen, said=said, kept=self.kept, restored=self.restored)
        for each in self.members:
            verified = json.loads(each.node.run("audit", "verify", "--json"))
            if not verified["is_sound"]:
                found.append(f"the audit chain of {each.code}: {verified['findings'][:3]}")
        return found

    def _said(self, member: Member) -> dict[str, frozenset[str]]:
        lines = member.said.read_text().splitlines()
        others = self._everybody - {member.node_id}
        found = [json.loads(line) for line in lines]
        return {line["id"]: audience_of(line["audience"], others) for line in found}
