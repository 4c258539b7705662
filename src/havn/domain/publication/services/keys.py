# SPDX-License-Identifier: Apache-2.0
"""Office keys: which key speaks for which office of a member without a node, from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.publication import selectors
from havn.domain.publication.models import OfficeKey
from havn.domain.publication.selectors._access import require_secretariat
from havn.lib.signing import key_id

PUBLIC_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewOfficeKey:
    """What the secretariat knows of an office's key; compared with the office by a way that both trust."""

    member: str
    office: str
    public: bytes
    email: str = ""


@audit.action("publication.office_key_added")
def add_office_key(*, key: NewOfficeKey, actor: Actor, at: datetime) -> str:
    """Let a key sign for an office of a member from now on, and return its name."""  # H11
    require_secretariat(actor)
    name = _checked(key, actor=actor)
    if OfficeKey.objects.filter(pk=name).exists():
        raise RefusedError(
            "key_exists",
            str(_("This key is registered already. Ask the office to make a new one.")),
        )
    OfficeKey.objects.create(
        key_id=name,
        member=key.member,
        office=key.office.strip(),
        email=key.email.strip(),
        public=key.public,
        since=at,
    )
    _record("publication.office_key_added", name, key.member, actor=actor, at=at)
    return name


def _checked(key: NewOfficeKey, *, actor: Actor) -> str:
    is_member, _has_node = selectors.standing(member=key.member, actor=actor)
    if not is_member:
        raise RefusedError(
            "not_a_member",
            str(_("This country takes part in no alliance here. Publish its accession first.")),
        )
    if not key.office.strip() or len(key.office.strip()) > 120:
        raise RefusedError(
            "no_office", str(_("Name the office, for example Ministry of Justice."))
        )
    if len(key.public) != PUBLIC_BYTES:
        raise RefusedError(
            "not_a_key",
            str(
                _("This is no public key. Take the file that ends in .pub, as the office sent it.")
            ),
        )
    return key_id(key.public)


@audit.action("publication.office_key_ended", did_nothing=lambda ended: not ended)
def end_office_key(*, key: str, actor: Actor, at: datetime) -> bool:
    """Let a key sign nothing from now on; what it signed stays explained. False when it had ended."""
    require_secretariat(actor)
    row = OfficeKey.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFoundError
    if row.until is not None:
        return False
    row.until = at
    row.save(update_fields=["until"])
    _record("publication.office_key_ended", key, row.member, actor=actor, at=at)
    return True


def _record(action: str, name: str, member: str, *, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="office_key",
        subject_id=None,
        at=at,
        detail={"key": name, "member": member},
    )
