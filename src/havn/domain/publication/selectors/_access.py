# SPDX-License-Identifier: Apache-2.0
"""Who may look at the secretariat's board, and act on it."""

from __future__ import annotations

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.errors import NotFoundError


def require_secretariat(actor: Actor) -> None:
    """Let the secretariat, the operator's command and background work go on, and nobody else."""
    if actor.kind in {ActorKind.SYSTEM, ActorKind.OPERATOR}:
        return
    if actor.kind is not ActorKind.PERSON or not actor.has_role(Role.SECRETARIAT):
        raise NotFoundError
