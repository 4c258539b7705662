# SPDX-License-Identifier: Apache-2.0
"""The answers of a report on their way from page to page: one sealed, expiring hidden field, nothing on the server."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from havn.lib.encoding import new_receipt, uuid4
from havn.lib.sealing import ExpiredError, SealError, decrypt_fresh, encrypt_until

if TYPE_CHECKING:
    from havn.lib.keyring import Keyring

PURPOSE = "report-form"
VERSION = 2
_LONE = "surrogatepass"  # half a character, which a broken browser may send
# A genuine form that is too old to be sent is still opened for so many lifetimes, to give its answers back.
_LIFETIMES_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class FormState:
    """One report being written: its single-use token, its receipt and the answers so far.

    `is_checked` says that every question was found answered well. It travels under the same seal as
    the answers, and the next change of one takes it back.
    """

    token: str  # UUID, becomes the primary key of the inbox row
    receipt: str
    issued_at: datetime
    answers: dict[str, str] = field(default_factory=dict)
    is_checked: bool = False

    @property
    def token_id(self) -> UUID:
        """Return the token as the inbox row's key."""
        return UUID(self.token)

    def with_answers(self, answers: dict[str, str]) -> FormState:
        """Return the state with these answers in place of earlier ones of the same names."""
        return replace(self, answers=self.answers | answers, is_checked=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came back from the hidden field, and what was wrong with it, if anything."""

    state: FormState
    trouble: str = ""  # "", "old" (answers kept), "lost" (only what this page sent is left)


def new_state(*, at: datetime, answers: dict[str, str] | None = None) -> FormState:
    """Return the state of a report that begins now, with a token and a receipt of its own."""
    return FormState(
        token=str(uuid4()), receipt=new_receipt(), issued_at=at, answers=dict(answers or {})
    )


def seal_state(state: FormState, *, at: datetime) -> str:
    """Return the hidden field's text; only this node's form key opens it."""
    content = asdict(state) | {"v": VERSION, "issued_at": state.issued_at.isoformat()}
    # Packed, since the longest answers in any script must fit a body that the guard takes.
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(errors=_LONE))
    return encrypt_until(packed, _key(), purpose=PURPOSE, at=at)


def open_state(text: str, *, at: datetime) -> Opened:
    """Return the state in the hidden field; a wrong or old one gives a new token and says what could be kept."""
    lifetime = settings.HAVN_POLICY.form_open_for
    try:
        state = _read(text, at=at, lifetime=lifetime * _LIFETIMES_REMEMBERED)
    except (SealError, ExpiredError, ValueError, KeyError, TypeError, zlib.error):
        return Opened(new_state(at=at), trouble="lost")
    if at - state.issued_at > lifetime:
        return Opened(new_state(at=at, answers=state.answers), trouble="old")
    return Opened(state)


def is_hasty(state: FormState, *, at: datetime) -> bool:
    """Whether the form comes back sooner than a person can fill it in (peers.md R16; the policy says how soon)."""
    least: timedelta = settings.HAVN_POLICY.form_at_least
    return at - state.issued_at < least


def _read(text: str, *, at: datetime, lifetime: timedelta) -> FormState:
    packed = decrypt_fresh(text, _key(), purpose=PURPOSE, at=at, lifetime=lifetime)
    content = json.loads(zlib.decompress(packed).decode(errors=_LONE))
    if content.pop("v") != VERSION:
        raise SealError("This form was made by another version of the site.")
    content["issued_at"] = datetime.fromisoformat(content["issued_at"])
    return FormState(**content)


def _key() -> bytes:
    keyring: Keyring = settings.HAVN_KEYRING
    return keyring.read("form-key")
