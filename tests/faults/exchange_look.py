# SPDX-License-Identifier: Apache-2.0
"""What the tables of a node say about the exchange, read past the program, and what three nodes should hold."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.lib import feed
from tests.faults.three_nodes import Member

# Of a network: what was shortened, mixed up or sent twice is refused and shown, and mends itself.
OF_THE_NETWORK = {"reply_wrong", "nonce_repeated", "digest_differs", "signature_wrong"}
# Who sent a made-up referral does not know it when its receipt comes.
OF_THE_STORY = {"event_refused"}
OF_A_RESTORE = {"own_log_ahead"}
# Payloads that were lost with their source's disk may be asked for three times before its word of it comes.
OF_ANOTHERS_RESTORE = {"payload_withheld"}


@contextmanager
def tables(member: Member) -> Iterator[Any]:
    """Open the node's database; rows come from `execute(...)`."""
    address = member.node.environment["HAVN_DATABASE"]
    if address != "sqlite":
        import psycopg

        with psycopg.connect(address, autocommit=True) as found:
            yield found
        return
    path = next(member.node.folder.glob("*.sqlite3"))
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as opened:
        yield opened


def rows(member: Member, sql: str) -> list[Any]:
    """Return the rows of one question."""
    with tables(member) as found:
        return list(found.execute(sql).fetchall())


def number(member: Member, sql: str) -> int:
    """Return the only value of one question; 0 for nothing."""
    return next((int(only or 0) for (only,) in rows(member, sql)), 0)


@dataclass(frozen=True)
class Arrived:
    """One row of the inbox."""

    sender: str
    event: str
    state: str
    kind: str
    code: str
    position: int


@dataclass(frozen=True)
class HeldLog:
    """A log as one node holds it."""

    size: int
    root: bytes
    leaves: tuple[bytes, ...]


@dataclass(frozen=True)
class Seen:
    """What one node holds."""

    events: dict[str, frozenset[str]]  # of its ledger: id and audience
    waiting: int
    arrived: list[Arrived]
    logs: dict[str, HeldLog]
    alarms: Counter[tuple[str, str]]  # code, and about whom
    given_up: list[str]
    filed: Counter[str]  # referrals that became items, by their reference
    settled: Counter[str]  # audit entries, by the row of the inbox

    def received(self, sender: str, event: str) -> list[Arrived]:
        """Return every row that one event left here."""
        return [each for each in self.arrived if (each.sender, each.event) == (sender, event)]


def look(member: Member, *, everybody: frozenset[str]) -> Seen:
    """Return what one node holds; an event for the alliance is for everybody else."""
    own = member.node_id
    return Seen(
        events={
            plain(event): audience_of(audience, everybody - {own})
            for event, audience in rows(member, "SELECT id, audience FROM ledger_outgoingevent")
        },
        waiting=number(member, WAITS),
        arrived=[
            Arrived(plain(node), plain(event) if event else "", *rest)
            for node, event, *rest in rows(member, ARRIVALS)
        ],
        logs={
            plain(node): HeldLog(size, bytes(root), leaves_of(member, origin)[:size])
            for node, origin, size, root in rows(
                member, "SELECT node, origin, size, root FROM exchange_log"
            )
        },
        alarms=Counter(
            {
                (code, about): times
                for code, about, times in rows(
                    member,
                    "SELECT code, about, sum(times) FROM exchange_alarm GROUP BY code, about",
                )
            }
        ),
        given_up=[
            f"{kind}: {why}"
            for kind, why in rows(
                member, "SELECT kind, last_error FROM jobs_job WHERE given_up_at IS NOT NULL"
            )
        ],
        filed=Counter(
            plain(each)
            for (each,) in rows(
                member, "SELECT reference FROM referral_referral WHERE direction = 'in'"
            )
        ),
        settled=Counter(
            plain(each)
            for (each,) in rows(
                member, "SELECT subject_id FROM audit_entry WHERE action = 'arrival.settled'"
            )
        ),
    )


WAITS = "SELECT count(*) FROM ledger_outgoingevent WHERE left_at IS NULL"
ARRIVALS = """
SELECT log.node, arrival.event, arrival.state, arrival.kind, arrival.code, arrival.position
FROM exchange_arrival AS arrival JOIN exchange_log AS log ON log.origin = arrival.log_id
"""


def plain(value: object) -> str:
    """Return a UUID as roster and payloads write it, however the database keeps it."""
    return str(UUID(str(value)))


def audience_of(value: object, others: frozenset[str]) -> frozenset[str]:
    """Return the nodes that an event is for."""
    found = json.loads(value) if isinstance(value, str) else value
    return others if found == ["alliance"] else frozenset(found)  # type: ignore[arg-type]


def leaves_of(member: Member, origin: str) -> tuple[bytes, ...]:
    """Return the leaves of a log as a node holds them."""
    sql = f"SELECT width, entries FROM exchange_bundle WHERE log_id = '{origin}' ORDER BY number"
    found: list[bytes] = []
    for width, entries in rows(member, sql):
        found += feed.unpack_entries(bytes(entries), width)
    return tuple(found)


def what_waits(member: Member, *, nodes: Mapping[str, Member]) -> dict[str, int]:
    """Return what is still on its way at one node, by a word for it.

    How far the logs of others were scanned is looked at before what arrived from them: a scan writes both at once.
    """
    found = {"to leave": number(member, WAITS)}
    for source in nodes.values():
        if source is not member:
            left = number(source, "SELECT max(position) + 1 FROM exchange_given")
            scanned = dict(rows(member, "SELECT node, scanned FROM exchange_peer"))
            here = {plain(node): at for node, at in scanned.items()}.get(source.node_id, 0)
            found[f"of {source.code}'s log"] = max(left - here, 0)
    found["to be fetched or handled"] = number(
        member, "SELECT count(*) FROM exchange_arrival WHERE state IN ('found', 'waiting')"
    )
    found["recovering"] = number(
        member, "SELECT count(*) FROM exchange_log WHERE recovering_since IS NOT NULL"
    )
    return {word: count for word, count in found.items() if count}


def has_said(member: Member) -> tuple[int, int]:
    """Return how many events a node has, and how far they went into its log: what grows when it says something."""
    return (
        number(member, "SELECT count(*) FROM ledger_outgoingevent"),
        number(member, "SELECT max(position) + 1 FROM exchange_given"),
    )


def state_of(member: Member) -> dict[str, list[Any]]:
    """Return what helps to find out why nothing goes on."""
    questions = {
        "alarms": "SELECT code, about, times, detail FROM exchange_alarm WHERE code <> 'event_refused'",
        "peers": "SELECT node, head_size, scanned, failures, last_error FROM exchange_peer",
        "logs": "SELECT node, is_own, size, pending_size, recovering_since FROM exchange_log",
        "jobs": "SELECT key, attempts, lapses, given_up_at, due_at, last_error FROM jobs_job "
        "WHERE done_at IS NULL AND kind LIKE 'exchange%'",
    }
    return {
        word: [list(map(str, row)) for row in rows(member, sql)] for word, sql in questions.items()
    }


# --- what should be -------------------------------------------------------------------------------


def faults_in(
    seen: Mapping[str, Seen],
    *,
    said: Mapping[str, Mapping[str, frozenset[str]]],
    kept: set[tuple[str, str, str]],
    restored: set[str],
) -> list[str]:
    """Return everything that is not as it should be, in words.

    `said` are the events that each node committed, as its witness on another disk wrote them down; `kept` those
    (sender, event, receiver) that had been received when the sender's disk was lost.
    """
    return [
        *_of_delivery(seen, said=said, kept=kept, restored=restored),
        *(fault for node in seen for fault in _of_logs(node, seen)),
        *(
            fault
            for node, each in seen.items()
            for fault in _of_one(node, each, restored=restored)
        ),
    ]


def _of_delivery(
    seen: Mapping[str, Seen],
    *,
    said: Mapping[str, Mapping[str, frozenset[str]]],
    kept: set[tuple[str, str, str]],
    restored: set[str],
) -> Iterator[str]:
    for source, mine in seen.items():
        for event, audience in {**said[source], **mine.events}.items():
            is_lost = event not in mine.events
            if is_lost and source not in restored:
                yield f"{event} was committed at {source} and is not in its ledger"
            for receiver in audience:
                times = len(seen[receiver].received(source, event))
                must = not is_lost or (source, event, receiver) in kept
                if times > 1 or (must and times == 0):
                    what = "lost" if times == 0 else f"there {times} times"
                    whose = "lost by its source" if is_lost else "in its source's ledger"
                    yield f"{event} of {source}, {whose}, is {what} at {receiver}"


def _of_logs(node: str, seen: Mapping[str, Seen]) -> Iterator[str]:
    source = seen[node].logs[node]
    for holder, each in seen.items():
        held = each.logs.get(node)
        if held is None or (held.size, held.root) != (source.size, source.root):
            yield f"{holder} holds {held.size if held else 0} of {source.size} leaves of {node}"
        elif held.leaves != source.leaves:
            yield f"{holder} holds other leaves of {node} than {node} itself"
    frontier = feed.Frontier().extended(feed.leaf_hashes(source.leaves))
    if (frontier.size, frontier.root()) != (source.size, source.root):
        yield f"the leaves of {node} do not lead to its root"


def _of_one(node: str, seen: Seen, *, restored: set[str]) -> Iterator[str]:
    allowed = OF_THE_NETWORK | OF_THE_STORY | (OF_A_RESTORE if node in restored else set())
    for (code, about), times in seen.alarms.items():
        is_of_its_restore = code in OF_ANOTHERS_RESTORE and about in restored
        if code not in allowed and not is_of_its_restore:
            yield f"alarm {code} at {node} about {about}, {times} times"
    for each in seen.given_up:
        yield f"given up at {node}: {each}"
    for reference, times in seen.filed.items():
        if times != 1:
            yield f"referral {reference} is filed {times} times at {node}"
    sent = [each for each in seen.arrived if each.kind == "referral.sent" and each.event]
    if len(seen.filed) != len(sent):
        yield f"{len(sent)} referrals came to {node}, and {len(seen.filed)} became items"
    for arrival, times in seen.settled.items():
        if times != 1:
            yield f"what arrived as {arrival} at {node} was settled {times} times"
    for each in seen.arrived:
        is_settled = each.state in ("done", "refused") or each.code == "lost_at_source"
        if not is_settled:
            yield f"at {node}, {each.kind} at {each.position} of {each.sender} is {each.state} {each.code}"
