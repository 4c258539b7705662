# SPDX-License-Identifier: Apache-2.0
"""Links to other nodes, the same on a node and on a hub: signed with the own key, or to nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from havn.domain.actor import Actor
from havn.domain.exchange.clients import OwnSignature, SignedLink
from havn.domain.exchange.rules import LinkError, PeerLink
from havn.domain.members import selectors as members
from havn.domain.members.rules import KeyUse
from havn.domain.members.selectors import NodeView
from havn.lib import clock, http
from havn.lib.signing import key_id

NEVER = datetime.max.replace(tzinfo=UTC)


def to_nobody(_peer: NodeView) -> PeerLink:
    """Refuse a link where none was chosen."""
    raise LinkError("no_link_chosen")


class SignedLinks:
    """Makes the link to a peer with its address and keys from the roster, signed with this node's key."""

    def __init__(self, client: http.DirectClient) -> None:
        self._client = client

    def __call__(self, peer: NodeView) -> SignedLink:
        """Return the link to a peer."""
        pair = members.own_signing_pair(actor=Actor.system(), at=clock.now())
        own = OwnSignature(private=pair.private, key_id=key_id(pair.public), now=clock.now)
        keys = {key.key_id: key.public for key in peer.keys_for(KeyUse.SIGNING)}
        return SignedLink(self._client, base=peer.base_address, keys=keys, own=own)
