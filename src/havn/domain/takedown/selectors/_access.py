# SPDX-License-Identifier: Apache-2.0
"""Who may read what is known of notices and checks."""

from __future__ import annotations

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError


def require_desk(actor: Actor) -> None:
    """Raise NotFoundError for those who do not work on cases."""
    if not actor.may_see_cases:
        raise NotFoundError
