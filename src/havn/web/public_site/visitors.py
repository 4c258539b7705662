# SPDX-License-Identifier: Apache-2.0
"""Who acts on the public site: somebody without a name, at this node's organisation."""

from __future__ import annotations

from havn.domain.actor import Actor
from havn.domain.members import selectors as members


def visitor() -> Actor:
    """Return the actor of a request: a reporter who is nobody, for the organisation that runs this node."""
    return Actor.reporter(organisation=members.own_node(actor=Actor.reporter()).organisation_id)
