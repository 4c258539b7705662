# SPDX-License-Identifier: Apache-2.0
"""What other nodes ask for: checkpoints, pages of logs, mirrors, and payloads that are meant for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange.models import Bundle, Given, GivenCopy, Log
from havn.domain.exchange.selectors.tiles import StoredTiles
from havn.lib import feed


@dataclass(frozen=True, slots=True)
class MirrorLine:
    """One log as this node mirrors it."""

    origin: str
    size: int
    note: str


@dataclass(frozen=True, slots=True)
class PayloadLine:
    """What a node may have of one commitment: `here` with its sealed copy, `erased`, or `unknown`."""

    commit: str
    state: str
    sealed: bytes = b""


def own_origin(*, actor: Actor) -> str | None:
    """Return the origin of the own log; None before there is one."""
    del actor  # every participant may mirror every log
    return Log.objects.filter(is_own=True).values_list("origin", flat=True).first()


def origin_of_digest(*, digest: str, actor: Actor) -> str:
    """Return the mirrored log whose origin has this SHA-256 (hex); raises NotFoundError."""
    del actor
    for origin in Log.objects.values_list("origin", flat=True):
        if sha256(origin.encode()).hexdigest() == digest:
            return origin
    raise NotFoundError


def checkpoint(*, origin: str, actor: Actor) -> str:
    """Return the newest checkpoint of a log as this node signed or accepted it; raises NotFoundError.

    Of the own log none is given while it is recovering: peers hold a newer one, and an older one that is shown
    again is what they take for a rollback.
    """
    del actor
    row = Log.objects.filter(origin=origin).exclude(served="").first()
    if row is None:
        raise NotFoundError
    if row.is_own and row.recovering_since is not None:
        raise RefusedError("log_recovers", str(_("This node's log is being recovered.")))
    return row.served


def tile(*, origin: str, level: int, number: int, width: int, actor: Actor) -> bytes:
    """Return the first `width` hashes of a tile; raises NotFoundError where fewer are kept."""
    del actor
    _require_accepted(origin, level, number, width)
    try:
        return StoredTiles(origin).hashes(level, number, width)
    except LookupError:
        raise NotFoundError from None


def entries(*, origin: str, number: int, width: int, actor: Actor) -> bytes:
    """Return the first `width` leaves of a bundle as they are served; raises NotFoundError."""
    del actor
    _require_accepted(origin, 0, number, width)
    row = Bundle.objects.filter(log_id=origin, number=number).first()
    if row is None or row.width < width:
        raise NotFoundError
    packed = bytes(row.entries)
    if row.width == width:
        return packed
    return feed.pack_entries(feed.unpack_entries(packed, row.width)[:width])


def _require_accepted(origin: str, level: int, number: int, width: int) -> None:
    """Refuse what came in and does not count yet."""
    size = Log.objects.filter(origin=origin).values_list("size", flat=True).first()
    if size is None or feed.width_at(level, number, size) < width:
        raise NotFoundError


def mirrors(*, actor: Actor) -> list[MirrorLine]:
    """Return every log that is mirrored here."""
    del actor
    rows = Log.objects.filter(is_own=False).exclude(served="").order_by("origin")
    return [MirrorLine(row.origin, row.size, row.served) for row in rows]


def payloads(*, commits: Collection[str], actor: Actor) -> list[PayloadLine]:
    """Return what the asking node may have of these commitments (hex): not in the audience is unknown.

    Only rows for the asking node are read: what is for others takes no longer to deny than a leaf for nobody,
    and so how long an answer takes tells nobody which leaves are which (F14).
    """
    node, asked = str(actor.identifier), list(commits)
    found = {}
    for copy in GivenCopy.objects.filter(given__in=asked, node=node, given__erased_at=None):
        found[copy.given_id] = PayloadLine(copy.given_id, "here", bytes(copy.sealed))
    erased = Given.objects.filter(pk__in=asked, erased_at__isnull=False)
    for_it = erased.annotate(nodes=Cast("audience", TextField())).filter(nodes__contains=node)
    for commit in for_it.values_list("pk", flat=True):
        found[commit] = PayloadLine(commit, "erased")
    return [found.get(commit, PayloadLine(commit, "unknown")) for commit in commits]
