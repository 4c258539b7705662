# SPDX-License-Identifier: Apache-2.0
"""Random schedules over a simulated alliance: both ends agree after quiet, and whoever lies is found by somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from havn.domain.cases.rules import Assignment, LegalClass
from havn.domain.referral.rules import Progress, Sent, Taken
from havn.lab.alliance_lies import FOUND_AS, Liar, Lie
from havn.lab.alliance_network import Place, SimulatedAlliance
from havn.lib import feed

PLACES = (Place("XA"), Place("XB"), Place("XC"), Place("XD", takes_orphans=True))
COUNTRIES = tuple(place.country for place in PLACES)
HOSTS = (*COUNTRIES, "XZ")  # where nobody is
TOLD = (
    Progress.POLICE_TOLD,
    Progress.NOTICE_SENT,
    Progress.UNAVAILABLE,
    Progress.REMOVED,
    Progress.REAPPEARED,
)


@dataclass(frozen=True)
class Act:
    """One thing that happens: which, at whom, and numbers that choose among what is there."""

    name: str
    who: int
    which: int
    other: int


ACTS = st.builds(
    Act,
    st.sampled_from(
        ["report"] * 3 + ["answer"] * 3 + ["tell"] * 2 + ["beat"] * 3 + ["visit"] * 5
        + ["step", "move", "reassess", "send", "cut", "crash", "heal", "again"]
    ),
    st.integers(0, 3),
    st.integers(0, 7),
    st.integers(0, 4),
)  # fmt: skip
SCHEDULES = st.lists(ACTS, max_size=60)
SEEDS = st.integers(0, 2**32)


class Story:
    """Lets a schedule happen to an alliance."""

    def __init__(self, seed: int) -> None:
        self.alliance = SimulatedAlliance(f"story {seed}", PLACES)

    def do(self, act: Act) -> None:
        """Let one thing happen, where it can."""
        getattr(self, f"_{act.name}")(act)

    def _desk(self, act: Act) -> Any:
        return self.alliance.desks[COUNTRIES[act.who]]

    def _item(self, act: Act) -> Any:
        items = list(self._desk(act).items.values())
        return items[act.which % len(items)] if items else None

    def _report(self, act: Act) -> None:
        desk, at = self._desk(act), self.alliance.at
        address = f"https://host.example/confirmed-item-{act.which}"
        legal_class = LegalClass.NATIONAL if act.which % 3 == 0 else LegalClass.BASELINE
        country = HOSTS[act.other]
        item = desk.report(address, country=country, at=at, legal_class=legal_class)
        if item.assignment is Assignment.OFFERED:
            desk.refer(item, at=at)

    def _send(self, act: Act) -> None:
        item = self._item(act)
        if item is not None and item.country != COUNTRIES[act.who]:
            self._desk(act).refer(item, at=self.alliance.at)

    def _answer(self, act: Act) -> None:
        rows = list(self._desk(act).incoming.values())
        if rows:
            row = rows[act.which % len(rows)]
            is_accepted = act.other != 0
            self._desk(act).answer(row, is_accepted=is_accepted, at=self.alliance.at)

    def _tell(self, act: Act) -> None:
        if item := self._item(act):
            self._desk(act).happened(item, TOLD[act.other], at=self.alliance.at)

    def _move(self, act: Act) -> None:
        if item := self._item(act):
            self._desk(act).moved(item, HOSTS[act.other], at=self.alliance.at)

    def _reassess(self, act: Act) -> None:
        if item := self._item(act):
            self._desk(act).reassess(item, at=self.alliance.at)

    def _beat(self, act: Act) -> None:
        self.alliance.beat(COUNTRIES[act.who])

    def _visit(self, act: Act) -> None:
        if act.who != act.other % 4:
            other = COUNTRIES[act.other % 4]
            self.alliance.visit(COUNTRIES[act.who], other, is_messy=act.which % 2 == 0)

    def _crash(self, act: Act) -> None:
        if act.who != act.other % 4:
            other = COUNTRIES[act.other % 4]
            self.alliance.visit(COUNTRIES[act.who], other, is_messy=True, calls=act.which)

    def _again(self, act: Act) -> None:
        if act.who != act.other % 4:
            other = COUNTRIES[act.other % 4]
            self.alliance.visit(COUNTRIES[act.who], other, is_told_twice=True)

    def _cut(self, act: Act) -> None:
        self.alliance.cut.add(frozenset({COUNTRIES[act.who], COUNTRIES[act.other % 4]}))

    def _heal(self, _act: Act) -> None:
        self.alliance.heal()

    def _step(self, act: Act) -> None:
        self.alliance.step(is_messy=act.which % 2 == 0)


def agrees_after_quiet(seed: int, schedule: list[Act]) -> None:
    story = Story(seed)
    for act in schedule:
        story.do(act)
    story.alliance.quiet()
    assert story.alliance.disagreements() == []
    assert story.alliance.alarms() == {}, "nobody lied"
    assert [desk.refused for desk in story.alliance.desks.values() if desk.refused] == []
    for desk in story.alliance.desks.values():
        for item in desk.items.values():  # one node works on an item, or nobody, and never two
            is_out = any(out.side.state in UNDER_WAY for out in item.outgoing)
            assert not (is_out and item.assignment is Assignment.HERE)
        assert len(desk.outgoing) == sum(len(item.outgoing) for item in desk.items.values())
        assert len(desk.incoming) == sum(len(item.incoming) for item in desk.items.values())


UNDER_WAY = {Sent.SENT, Sent.RECEIVED, Sent.ACKNOWLEDGED, Sent.REASSIGNED}


@given(SEEDS, SCHEDULES)
def test_after_quiet_both_ends_agree_and_nothing_is_lost_or_doubled(seed, schedule):
    """E31 E32 F12 F31 F35: partitions, crashes, late, repeated and reordered delivery between all of it."""
    agrees_after_quiet(seed, schedule)


@pytest.mark.deep
@pytest.mark.part_exchange
@pytest.mark.timeout(3000)
@given(SEEDS, st.lists(ACTS, max_size=300))
def test_after_long_schedules_too(seed, schedule):
    """E31 E32"""
    agrees_after_quiet(seed, schedule)


# Liars.


def is_found(seed: int, schedule: list[Act], lie: Lie, victims: tuple[str, ...]) -> None:
    story = Story(seed)
    alliance, liar = story.alliance, "XA"
    told(alliance, liar, first=100)
    alliance.quiet()
    lying = Liar(alliance, liar, lie, victims)
    for act in schedule:
        story.do(act)
    told(alliance, liar, first=200)
    alliance.heal()
    for _ in range(6):
        alliance.step()
    alarms = alliance.alarms()
    note(f"{lie.value} to {victims}: {alarms}")
    found = {code for code, about in alarms if about == liar}
    assert found & FOUND_AS[lie]
    honest = [country for country in COUNTRIES if country != liar]
    accused = {about for (_code, about), by in alarms.items() if set(by) - {liar}}
    assert accused <= {liar}, "nobody accuses an honest node"
    if lie in {Lie.WITHHELD, Lie.ANOTHER_PAYLOAD, Lie.LEFT_OUT, Lie.TWICE}:
        assert alliance.disagreements(among=honest) == []
    for country in honest:
        for alarm in alliance.nodes[country].inbox.alarms.values():
            if alarm.evidence:
                assert feed.verify_evidence(alarm.evidence).origin == lying.node.origin


def told(alliance: SimulatedAlliance, country: str, *, first: int) -> None:
    """Let a node refer an item to each other one."""
    desk = alliance.desks[country]
    for number, other in enumerate(COUNTRIES, start=first):
        if other != country:
            address = f"https://host.example/confirmed-item-{number}"
            desk.refer(desk.report(address, country=other, at=alliance.at), at=alliance.at)


VICTIMS = st.sampled_from([("XB",), ("XC", "XD"), ("XB", "XC", "XD")])


@pytest.mark.parametrize("lie", Lie)
@settings(max_examples=6)
@given(seed=SEEDS, schedule=st.lists(ACTS, max_size=25), victims=st.sampled_from([("XB",), ("XC", "XD")]))  # fmt: skip
def test_every_lie_is_an_alarm_at_somebody_and_no_honest_node_is_accused(
    lie, seed, schedule, victims
):
    """F31 F36 F37 F5 F12 F43 F44"""
    is_found(seed, schedule, lie, victims)


@pytest.mark.deep
@pytest.mark.part_exchange
@pytest.mark.timeout(3000)
@given(SEEDS, st.lists(ACTS, max_size=60), st.sampled_from(Lie), VICTIMS)
def test_every_lie_is_found_in_long_schedules_too(seed, schedule, lie, victims):
    """F31 F36 F37 F5 F12 F43 F44"""
    if lie is Lie.FORK and len(victims) == 3:
        victims = victims[:2]  # shown to nobody else, a second log would be the only one
    is_found(seed, schedule, lie, victims)


# Stories that are told by name.


def alliance_of(seed: str) -> SimulatedAlliance:
    return SimulatedAlliance(seed, PLACES)


def referred(alliance: SimulatedAlliance, country: str, to: str) -> Any:
    desk = alliance.desks[country]
    item = desk.report("https://host.example/confirmed-item-17", country=to, at=alliance.at)
    desk.refer(item, at=alliance.at)
    return item


def received(alliance: SimulatedAlliance, country: str) -> Any:
    (row,) = alliance.desks[country].incoming.values()
    return row


def test_a_referral_comes_home_with_its_outcome_and_its_receipt_proves_it():
    """E20 E24 F46"""
    alliance = alliance_of("home")
    item = referred(alliance, "XA", "XB")
    alliance.step()
    row, desk = received(alliance, "XB"), alliance.desks["XB"]
    assert desk.answer(row, is_accepted=True, at=alliance.at)
    desk.happened(row.item, Progress.REMOVED, at=alliance.at)
    alliance.quiet()
    (out,) = item.outgoing
    assert [word.word.value for _number, word in sorted(out.words.items())] == [
        "received", "accepted", "progress", "ended",
    ]  # fmt: skip
    proof = out.words[1].proof
    source = alliance.nodes["XA"]
    position = feed.read_proof(proof).index
    keys = [feed.LogKey(source.log_public)]
    feed.verify_proof(proof, source.leaves[position], origin=source.origin, log_keys=keys)
    assert out.side.state == Sent.OUTCOME


def test_an_item_that_moved_is_followed_by_who_sent_it_first():
    """E11 E26"""
    alliance = alliance_of("moved")
    item = referred(alliance, "XA", "XB")
    alliance.step()
    row = received(alliance, "XB")
    alliance.desks["XB"].answer(row, is_accepted=True, at=alliance.at)
    alliance.desks["XB"].moved(row.item, "XC", at=alliance.at)
    alliance.quiet()
    third = received(alliance, "XC")
    assert row.side.state == Taken.REASSIGNED
    alliance.desks["XC"].answer(third, is_accepted=True, at=alliance.at)
    alliance.desks["XC"].happened(third.item, Progress.REMOVED, at=alliance.at)
    alliance.quiet()
    assert (row.side.state, item.outgoing[0].side.state) == (Taken.DONE, Sent.OUTCOME)
    assert item.outgoing[0].words[max(item.outgoing[0].words)].node == alliance.nodes["XC"].node_id


def test_an_item_that_moved_to_where_it_came_from_goes_back_there():
    """E11"""
    alliance = alliance_of("back")
    item = referred(alliance, "XA", "XB")
    alliance.step()
    row = received(alliance, "XB")
    alliance.desks["XB"].moved(row.item, "XA", at=alliance.at)
    alliance.quiet()
    assert (row.side.state, item.outgoing[0].side.state) == (Taken.RETURNED, Sent.RETURNED)
    assert item.assignment is Assignment.HERE


def test_an_orphan_goes_to_who_takes_them_and_without_any_it_waits():
    """E12 E13"""
    alliance = alliance_of("orphan")
    item = referred(alliance, "XA", "XZ")
    alliance.quiet()
    assert item.outgoing[0].to == alliance.nodes["XD"].node_id
    lonely = SimulatedAlliance("lonely", PLACES[:3])
    item = referred(lonely, "XA", "XZ")
    assert (item.outgoing, item.assignment) == ([], Assignment.ORPHAN)


def test_the_same_seed_makes_the_same_alliance():
    heads = []
    for _ in range(2):
        alliance = alliance_of("again")
        referred(alliance, "XA", "XB")
        alliance.quiet()
        heads.append([node.note for node in alliance.nodes.values()])
    assert heads[0] == heads[1]


def test_a_simulator_that_lost_an_event_would_be_seen():
    alliance = alliance_of("lost")
    referred(alliance, "XA", "XB")
    alliance.quiet()
    alliance.desks["XB"].incoming.clear()
    assert [each.partition(":")[0] for each in alliance.disagreements()] == ["XA"]
