# SPDX-License-Identifier: Apache-2.0
"""The sealer: links entries within a second and signs the head each minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from havn.domain.actor import Actor
from havn.domain.audit import selectors, services
from havn.domain.audit.clients import AnchorStore, signed_head
from havn.lib.signing import key_id

HEAD_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class Sealer:
    """Holds the anchor key of the process that seals; one runs per node."""

    private: bytes
    public: bytes
    store: AnchorStore
    head_every: timedelta = HEAD_EVERY
    _actor: Actor = field(default_factory=Actor.system)

    def run_once(self, *, at: datetime) -> int:
        """Link what waits, sign a head when one is due, and return how many were linked."""
        linked = services.link_entries(actor=self._actor, at=at)
        last = selectors.newest_head(actor=self._actor)
        # A head from the future, after the clock was set back, must not hold up the next one.
        if last is None or not timedelta() <= at - last[1] < self.head_every:
            self.sign_head(at=at)
        return linked

    def sign_head(self, *, at: datetime) -> None:
        """Sign the newest link unless it is signed already: file first, then the row."""
        newest = selectors.newest_link(actor=self._actor)
        last = selectors.newest_head(actor=self._actor)
        if newest is None or (last is not None and last[0] >= newest[0]):
            return
        sequence, chain_hash = newest
        token = signed_head(
            sequence=sequence,
            chain_hash=chain_hash,
            signed_at=at,
            private=self.private,
            key_id=key_id(self.public),
        )
        self.store.keep(token)
        services.keep_head(
            actor=self._actor, at=at, sequence=sequence, chain_hash=chain_hash, token=token
        )
