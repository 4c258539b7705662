# SPDX-License-Identifier: Apache-2.0
"""Lets others take part beside a node that stands: a roster, one heard a moment ago, one silent that lied, alarms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support import roster as made_up

if TYPE_CHECKING:
    from havn.domain.actor import Actor
    from havn.domain.members.selectors import OwnNode
    from havn.lab.alliance import SimulatedNode

OTHERS = {"XS": "Skerryland", "XT": "Duneland"}
MANDATED = "LIGHTHOUSE"
SILENT_FOR = timedelta(hours=3)
BEAT_SECONDS = 3600  # so that who was heard a moment ago stays healthy while somebody looks


def take_part(system: Actor, at: datetime) -> None:
    """Adopt a roster, beat, and hear from the others; the second one shows two histories of its log."""
    from havn.domain.members import selectors as members
    from tests.support.small_alliance import noise_of

    own = members.own_node(actor=system)
    peers = {
        code: _simulated(code, noise_of(f"{code} of {own.node_id}"))
        for code in (*OTHERS, MANDATED)
    }
    adopt(own, peers, system, at)
    for code, when in (("XT", at - SILENT_FOR), ("XS", at), (MANDATED, at)):
        peers[code].beat(list(peers.values()), at=when)
        visit(peers[code], system, when)
    beat(at)
    _show_two_histories(peers["XT"], peers["XS"], at)
    visit(peers["XS"], system, at)
    _go_silent(peers["XT"], system, at)
    _send_what_is_refused(peers["XS"], own, system, at)


def _simulated(code: str, noise: Any) -> SimulatedNode:
    from havn.lab.alliance import SimulatedNode

    return SimulatedNode(made_up.identifier("node", code), noise)


def adopt(own: OwnNode, peers: dict[str, SimulatedNode], system: Actor, at: datetime) -> None:
    """Take over a roster that names the own node and the peers."""
    from havn.domain.members import services
    from havn.domain.members.rules import parse_roster

    values = [_own_file(own), *(_file_of(code, peer) for code, peer in peers.items())]
    files = made_up.files_of(*values, beat_seconds=BEAT_SECONDS)
    roster = parse_roster(files, mark=made_up.mark(1, expires_at=made_up.FAR))
    services.adopt_roster(roster=roster, actor=system, at=at - 2 * SILENT_FOR)


def _file_of(code: str, peer: SimulatedNode) -> dict[str, Any]:
    from havn.lib.encoding import b64u

    value = made_up.participant(code)
    name = OTHERS.get(code, "Lighthouse")
    value["participant"]["name"] = name
    value["organisations"][0]["name"] = f"{name} hotline (made up)" if code in OTHERS else name
    value["nodes"][0]["name"] = f"{name} node (made up)"
    for use, public in (("log", peer.log_public), ("exchange", peer.exchange_public)):
        value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(public)
    return value


def _own_file(own: OwnNode) -> dict[str, Any]:
    from django.conf import settings

    from havn.lib.encoding import b64u

    value = made_up.participant(own.member_code)
    value["participant"]["name"] = own.member_name
    (organisation,), (node,) = value["organisations"], value["nodes"]
    organisation |= {"id": str(own.organisation_id), "name": own.organisation_name}
    node |= {"id": str(own.node_id), "organisation": organisation["id"]}
    kinds = (("signing", "node-signing-key"), ("log", "log-checkpoint-key"))
    for use, name in (*kinds, ("exchange", "exchange-key")):
        node[f"{use}_keys"][0]["public"] = b64u(settings.HAVN_KEYRING.read(f"{name}.pub"))
    return value


def beat(at: datetime) -> None:
    """Let the own node append what waits, and sign."""
    from havn.domain.exchange import tasks
    from havn.domain.exchange.rules import LogMemory

    tasks.beat(memory=LogMemory(since=at - 2 * SILENT_FOR), at=at)


def visit(peer: SimulatedNode, system: Actor, at: datetime) -> None:
    """Let the own node do a round with a peer, as its worker does."""
    from django.conf import settings

    from havn.domain.exchange import tasks
    from havn.domain.members import selectors as members
    from havn.lab.alliance import SimulatedLink

    own = members.own_node(actor=system)
    public = settings.HAVN_KEYRING.read("exchange-key.pub")
    link = SimulatedLink(peer, asking=own.node_id, seal_for=public)
    tasks.visit(members.node_view(node_id=peer.node_id, actor=system), link=link, at=at)


def _show_two_histories(liar: SimulatedNode, other: SimulatedNode, at: datetime) -> None:
    """Let another node mirror a history of the liar's log that the own node was not shown."""
    from havn.lib import feed

    leaf = feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=1, noise=liar.noise))
    frontier = feed.Frontier().extended([feed.leaf_hash(leaf)])
    checkpoint = feed.Checkpoint(liar.origin, 1, frontier.root())
    shown = feed.sign_head(checkpoint, liar.log_private, at=at - SILENT_FOR)
    other.mirror_of(liar).served = shown


def _go_silent(peer: SimulatedNode, system: Actor, at: datetime) -> None:
    from havn.domain.exchange import services

    for minutes in (40, 5):
        when = at - timedelta(minutes=minutes)
        services.note_failure(node_id=peer.node_id, code="timeout", actor=system, at=when)


def _send_what_is_refused(peer: SimulatedNode, own: OwnNode, system: Actor, at: datetime) -> None:
    """Let a peer send a referral that says nothing, which is refused and put before a person."""
    from havn.domain.workflow.tasks import casework, exchanging
    from tests.support.small_alliance import OwnAsPeer

    peer.say("referral.sent", uuid4(), to=[own.node_id], body={}, event_id=uuid4(), at=at)
    peer.beat([OwnAsPeer(own.node_id)], at=at)
    visit(peer, system, at)
    exchanging.handle_arrivals(casework.READINGS, at=at)
