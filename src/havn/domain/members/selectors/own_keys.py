# SPDX-License-Identifier: Apache-2.0
"""Which of its own pairs of keys this node uses: the roster says which holds, the keyring which are here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.members.models import NodeKey, RosterState
from havn.domain.members.rules import KeyUse
from havn.domain.members.selectors._views import key_in_epoch
from havn.lib.keyring import PUBLIC_HALVES, Keyring, KeyringError, MissingKeyError

KEY_NAMES = {
    KeyUse.SIGNING: "node-signing-key",
    KeyUse.LOG: "log-checkpoint-key",
    KeyUse.EXCHANGE: "exchange-key",
}
# Other nodes read the roster hourly unless told otherwise: what a key signs that they have not read of yet is
# an alarm at theirs. So the former one signs for a while, unless it was revoked.
SETTLES_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class OwnPair:
    """Both halves of a key of this node."""

    public: bytes
    private: bytes


@dataclass(frozen=True, slots=True)
class OwnKeyView:
    """A key of this node: what the roster says of it, and whether its private half is in this keyring."""

    use: KeyUse
    public: bytes
    since: int  # 0 where no roster names it
    is_revoked: bool
    is_held: bool


def own_signing_pair(*, actor: Actor, at: datetime) -> OwnPair:
    """Return the pair with which this node signs requests, replies and packages; raises KeyringError without one."""
    return _pair(KeyUse.SIGNING, actor=actor, at=at)


def first_signing_pair(*, actor: Actor) -> OwnPair:
    """Return the pair that `havn init` made, for where no roster says which one holds; raises KeyringError."""
    del actor
    return _first(KeyUse.SIGNING)


def own_log_pair(*, actor: Actor, at: datetime) -> OwnPair:
    """Return the pair with which this node signs its log and cosigns others'; raises KeyringError without one."""
    return _pair(KeyUse.LOG, actor=actor, at=at)


def own_exchange_private(*, epoch: int, actor: Actor) -> bytes:
    """Return the private half of this node's exchange key of an epoch, revoked ones included.

    Raises NotFoundError where the roster names none for it, and MissingKeyError where it names one that is not
    here. A node that is in no roster has its first.
    """  # F18 R27
    del actor
    keyring: Keyring = settings.HAVN_KEYRING
    name = KEY_NAMES[KeyUse.EXCHANGE]
    rows = _named(KeyUse.EXCHANGE)
    return keyring.private_of(name, key_in_epoch(rows, epoch)) if rows else keyring.read(name)


def own_keys(*, actor: Actor) -> tuple[OwnKeyView, ...]:
    """Return all keys of this node that the roster names or named, or that are in this keyring, oldest first.

    What is in the keyring and in no roster stands last of its use, in the order in which it was written.
    """
    del actor  # Public halves are public.
    keyring: Keyring = settings.HAVN_KEYRING
    found: list[OwnKeyView] = []
    for use, name in KEY_NAMES.items():
        rows = _named(use)
        named = {bytes(row.public) for row in rows}
        others = sorted(_unnamed(keyring, name, named))
        found += [
            OwnKeyView(use, public, row.since_epoch, row.is_revoked, _held(keyring, name, public))
            for row in rows
            for public in [bytes(row.public)]
        ]
        found += [
            OwnKeyView(
                use, public, since=0, is_revoked=False, is_held=_held(keyring, name, public)
            )
            for _at, public in others
        ]
    return tuple(found)


def newest_own_key(*, use: KeyUse, actor: Actor) -> bytes:
    """Return the public half of the newest pair in this keyring: what the roster does not name yet before what it does.

    Raises MissingKeyError where there is none.
    """
    held = [
        each
        for each in own_keys(actor=actor)
        if each.use is use and each.is_held and not each.is_revoked
    ]
    if not held:
        raise MissingKeyError(
            f"There is no {KEY_NAMES[use]} in {settings.HAVN_KEYRING.folder} that was not revoked: "
            f"`havn node keys --new {use.value}` makes one."
        )
    return held[-1].public


def _pair(use: KeyUse, *, actor: Actor, at: datetime) -> OwnPair:
    """Return the newest pair that the roster names, was not revoked, is known to others, and is here.

    Where none is known to others for long enough, the one that is for longest.
    """
    del actor
    keyring: Keyring = settings.HAVN_KEYRING
    name = KEY_NAMES[use]
    epoch = RosterState.objects.values_list("epoch", flat=True).first() or 0
    rows = [row for row in _named(use) if not row.is_revoked and row.since_epoch <= epoch]
    if not rows:  # in no roster, or no more
        return _first(use)
    rows.reverse()
    rows.sort(key=lambda row: _settles_from(row, at))
    missing: MissingKeyError | None = None
    for row in rows:
        public = bytes(row.public)
        try:
            return OwnPair(public, keyring.private_of(name, public))
        except MissingKeyError as error:
            missing = missing or error
    raise missing or MissingKeyError(name)


def _settles_from(row: NodeKey, at: datetime) -> datetime:
    """Return since when others know a key, all for whom it is long enough alike."""
    enough = at - SETTLES_AFTER
    return max(row.known_at, enough) if row.known_at else enough


def _first(use: KeyUse) -> OwnPair:
    keyring: Keyring = settings.HAVN_KEYRING
    name = KEY_NAMES[use]
    return OwnPair(keyring.read(PUBLIC_HALVES[name]), keyring.read(name))


def _named(use: KeyUse) -> list[NodeKey]:
    """Return what the roster says of the own keys of one use, the oldest first."""
    rows = NodeKey.objects.filter(node__is_own=True, kind=use)
    return list(rows.order_by("since_epoch", "place", "key_id"))


def _unnamed(keyring: Keyring, name: str, named: set[bytes]) -> list[tuple[float, bytes]]:
    """Return the public halves here that no roster names, with when their files were written."""
    return [
        (keyring.written_at(file), public)
        for file, public in keyring.public_files(name)
        if public not in named
    ]


def _held(keyring: Keyring, name: str, public: bytes) -> bool:
    try:
        keyring.private_of(name, public)
    except KeyringError:  # `havn doctor` says what is wrong with one that is there
        return False
    return True
