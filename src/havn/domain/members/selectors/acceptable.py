# SPDX-License-Identifier: Apache-2.0
"""What this node knows better than a roster: who it is itself, and whose a key was."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.errors import RefusedError
from havn.domain.members.models import Node, NodeKey
from havn.domain.members.rules import ParsedRoster, Participant, RosterFault


def require_acceptable(*, roster: ParsedRoster, actor: Actor) -> None:
    """Raise RefusedError for a roster that contradicts what is known here."""
    del actor  # The roster is public.
    own = Node.objects.select_related("organisation__member").filter(is_own=True).first()
    if own is not None:
        _require_own_as_it_is(own, roster.participants)
    _require_keys_where_they_were(roster.participants)


def _require_own_as_it_is(own: Node, participants: Collection[Participant]) -> None:
    """Refuse a roster in which the own node or organisation belongs to somebody else."""  # R41
    code = own.organisation.member.code if own.organisation.member else ""
    for each in participants:
        ours = [organisation.id for organisation in each.organisations]
        is_elsewhere = own.organisation_id in ours and each.code != code
        of_others = [
            node
            for node in each.nodes
            if node.id == own.pk
            and (node.organisation != own.organisation_id or each.code != code)
        ]
        if is_elsewhere or of_others:
            raise RefusedError(
                RosterFault.OWN_NODE_DIFFERS,
                str(_("The roster says that this node belongs to another organisation.")),
            )


def _require_keys_where_they_were(participants: Collection[Participant]) -> None:
    """Refuse a roster in which a key goes from one node to another."""  # R42
    holders = dict(NodeKey.objects.values_list("key_id", "node_id"))
    nodes = [node for each in participants for node in each.nodes]
    if any(holders.get(key.key_id, node.id) != node.id for node in nodes for key in node.keys):
        raise RefusedError(
            RosterFault.KEY_OF_ANOTHER_NODE,
            str(_("The roster gives a node a key that another node had before.")),
        )
