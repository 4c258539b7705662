# SPDX-License-Identifier: Apache-2.0
"""A participant's file of the roster: what it says, and reading it strictly."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from havn.domain.members.rules.errors import RosterError, RosterFault
from havn.domain.members.rules.reading import Fields, parse_json, version_first
from havn.lib.encoding import b64u, canonical_json

ALLIANCE_FILE = "alliance.json"
CODE_LENGTH = 16
KNOWN_VERSIONS = (1,)
_COUNTRY = r"[A-Z]{2}"
_INTERNATIONAL = r"[A-Z][A-Z0-9]{2,15}"
_ANY_CODE = r"[A-Z][A-Z0-9]{1,15}"
_PARTICIPANT_FILE = re.compile(rf"participants/{_ANY_CODE}\.json")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_ZONE = r"[A-Za-z]+(?:/[A-Za-z_+\-0-9]+){0,2}"
_LANGUAGE = r"[a-z]{2,3}(?:-[A-Z]{2})?"
_EMAIL = r"[^\s@]{1,64}@[^\s@]{1,185}"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOTLINE = "hotline"
ORPHANS = "orphans"
SECRETARIAT = "secretariat"  # the mandate of the organisation that runs the hub
PERSONAL_DATA = "personal_data"


class ParticipantKind(StrEnum):
    """What takes part."""

    MEMBER = "member"
    INTERNATIONAL = "international"


class State(StrEnum):
    """Whether a participant or node takes part now; the roster never says `unlisted`, its absence does."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    UNLISTED = "unlisted"


class KeyUse(StrEnum):
    """What a node's key is for."""

    SIGNING = "signing"
    LOG = "log"
    EXCHANGE = "exchange"


KEY_LISTS = {
    "signing_keys": KeyUse.SIGNING,
    "log_keys": KeyUse.LOG,
    "exchange_keys": KeyUse.EXCHANGE,
}
PARTICIPANT_KINDS = tuple(each.value for each in ParticipantKind)
_LISTED = (State.ACTIVE.value, State.SUSPENDED.value)
ORGANISATION_KINDS = ("hotline", "police", "ministry", "international")


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody can be reached, in a zone's own time."""

    days: tuple[str, ...]
    opens: str
    closes: str
    zone: str


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A public key, since which epoch it holds, and whether it was revoked; from when, where that is known."""

    use: KeyUse
    public: bytes
    since: int
    is_revoked: bool
    revoked_from: datetime | None = None

    @property
    def key_id(self) -> str:
        """Return the key's thumbprint (RFC 7638), by which requests and documents name it."""
        return key_id_of(self.public, self.use)


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """An organisation of a participant."""

    id: UUID
    name: str
    kind: str
    roles: tuple[str, ...]
    mandates: tuple[str, ...]
    languages: tuple[str, ...]
    email: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A node of a participant's organisation."""

    id: UUID
    organisation: UUID
    name: str
    base: str
    state: State
    least: int
    most: int
    keys: tuple[KeyEntry, ...]

    def is_usable(self, use: KeyUse, *, epoch: int) -> bool:
        """Whether there is a key of this use to work with: of the exchange keys the newest counts alone."""
        held = [key for key in self.keys if key.use is use and key.since <= epoch]
        if use is KeyUse.EXCHANGE:
            held = sorted(held, key=lambda key: key.since)[-1:]
        return any(not key.is_revoked for key in held)


@dataclass(frozen=True, slots=True)
class BasisEntry:
    """What the participant may send to another one."""

    with_code: str
    allows: tuple[str, ...]
    reference: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant as its file says it."""

    code: str
    kind: ParticipantKind
    name: str
    state: State
    since: date
    organisations: tuple[OrganisationEntry, ...]
    nodes: tuple[NodeEntry, ...]
    legal_bases: tuple[BasisEntry, ...]
    accession: dict[str, Any] | None = field(default=None)


def kind_of(code: str) -> ParticipantKind:
    """Return what a code stands for: two letters are a country."""
    return ParticipantKind.MEMBER if len(code) == 2 else ParticipantKind.INTERNATIONAL


def code_pattern(kind: str) -> str:
    """Return how the code of such a participant is written."""
    return _COUNTRY if kind == ParticipantKind.MEMBER else _INTERNATIONAL


def key_id_of(public: bytes, use: KeyUse) -> str:
    """Return the thumbprint of a public key (RFC 7638 over an octet key pair of RFC 8037)."""  # R26
    curve = "X25519" if use is KeyUse.EXCHANGE else "Ed25519"
    key = {"crv": curve, "kty": "OKP", "x": b64u(public)}
    return b64u(hashlib.sha256(canonical_json(key)).digest())


def target_name(code: str) -> str:
    """Return the name of a participant's file in the roster."""
    return f"participants/{code}.json"


def is_target_name(name: str) -> bool:
    """Whether a roster may hold a file of this name."""  # R8
    return name == ALLIANCE_FILE or bool(_PARTICIPANT_FILE.fullmatch(name))


def parse_participant(content: bytes, *, name: str, allow_insecure: bool = False) -> Participant:
    """Return what a participant's file says; raises RosterError with a code of its own for each fault."""
    value = parse_json(content, name=name)
    version_first(value, name, known=KNOWN_VERSIONS)
    fields = Fields.of(
        value,
        name,
        names={"v", "participant", "organisations", "nodes", "legal_bases", "accession"},
    )
    found = _participant(fields, allow_insecure=allow_insecure)
    if name != target_name(found.code):  # R22
        raise RosterError(
            RosterFault.WRONG_NAME, f"{name} speaks of {found.code}; it must be named after it."
        )
    _require_organisations_there(found, name)
    return found


def _participant(fields: Fields, *, allow_insecure: bool) -> Participant:
    about = fields.inner("participant", names={"code", "kind", "name", "state", "since"})
    kind = ParticipantKind(about.choice("kind", tuple(ParticipantKind)))
    accession = fields.values["accession"]
    if accession is not None and not isinstance(accession, dict):
        raise RosterError(RosterFault.BAD_VALUE, f"{fields.place}.accession must be an object.")
    return Participant(
        code=about.matching(
            "code", code_pattern(kind), what="a country's two letters, or a short name"
        ),
        kind=kind,
        name=about.text("name", most=120),
        state=State(about.choice("state", _LISTED)),
        since=about.day("since"),
        organisations=fields.each("organisations", read_organisation, most=100),
        nodes=fields.each(
            "nodes", lambda each, at: read_node(each, at, allow_insecure=allow_insecure), most=100
        ),
        legal_bases=fields.each("legal_bases", _basis),
        accession=accession,
    )


def read_organisation(value: Any, place: str) -> OrganisationEntry:
    """Return an organisation of a participant's file."""
    names = {"id", "name", "kind", "roles", "mandates", "languages", "contact"}
    fields = Fields.of(value, place, names=names)
    contact = fields.inner("contact", names={"email", "hours"})
    return OrganisationEntry(
        id=fields.identifier("id"),
        name=fields.text("name"),
        kind=fields.choice("kind", ORGANISATION_KINDS),
        roles=fields.words("roles"),
        mandates=fields.words("mandates"),
        languages=fields.codes("languages", _LANGUAGE, what="language codes like `da`"),
        email=contact.matching("email", _EMAIL, what="an e-mail address"),
        hours=contact.each("hours", _hours, most=20),
    )


def _hours(value: Any, place: str) -> Hours:
    fields = Fields.of(value, place, names={"days", "from", "until", "zone"})
    days = fields.codes("days", "|".join(DAYS), what=f"days: {', '.join(DAYS)}")
    return Hours(
        days=tuple(sorted(days, key=DAYS.index)),
        opens=fields.matching("from", _CLOCK, what="a time like 08:00"),
        closes=fields.matching("until", _CLOCK, what="a time like 16:00"),
        zone=fields.matching("zone", _ZONE, what="a time zone like Europe/Copenhagen"),
    )


def read_node(value: Any, place: str, *, allow_insecure: bool) -> NodeEntry:
    """Return a node of a participant's file."""
    names = {"id", "organisation", "name", "base", "state", "protocol", *KEY_LISTS}
    fields = Fields.of(value, place, names=names)
    least, most = read_protocol(fields)
    keys = [
        key
        for name, use in KEY_LISTS.items()
        for key in fields.each(name, lambda each, at, use=use: _key(each, at, use), most=50)  # type: ignore[misc]
    ]
    starts = [key.since for key in keys if key.use is KeyUse.EXCHANGE]
    if len(set(starts)) != len(starts):  # R27
        raise RosterError(
            RosterFault.BAD_VALUE, f"{place}.exchange_keys has two keys since the same epoch."
        )
    return NodeEntry(
        id=fields.identifier("id"),
        organisation=fields.identifier("organisation"),
        name=fields.text("name", most=120),
        base=checked_address(fields.text("base"), place, allow_insecure=allow_insecure),
        state=State(fields.choice("state", _LISTED)),
        least=least,
        most=most,
        keys=tuple(keys),
    )


def read_protocol(fields: Fields) -> tuple[int, int]:
    """Return the least and the most version of the exchange protocol that an object names."""
    protocol = fields.inner("protocol", names={"least", "most"})
    least = protocol.number("least", least=1, most=1000)
    return least, protocol.number("most", least=least, most=1000)


def checked_address(base: str, place: str, *, allow_insecure: bool) -> str:
    """Return a base address: https, a host, perhaps a port and a path, no slash at the end; or refuse it."""  # R24
    try:
        parts = urlsplit(base)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        raise RosterError(RosterFault.BAD_VALUE, f"{place}.base is no web address.") from None
    is_plain = (
        has_port and parts.hostname and not (parts.query or parts.fragment or parts.username)
    )
    if parts.scheme not in {"https", "http"} or not is_plain or base.endswith("/"):
        raise RosterError(
            RosterFault.BAD_VALUE,
            f"{place}.base must be like https://node.example, without a slash at the end.",
        )
    if parts.scheme == "http" and not allow_insecure:
        raise RosterError(
            RosterFault.INSECURE_ADDRESS,
            f"{place}.base must begin with https:// (only a demonstration does without).",
        )
    return base


def _key(value: Any, place: str, use: KeyUse) -> KeyEntry:
    fields = Fields.of(value, place, names={"public", "since", "revoked"})
    is_revoked, revoked_from = fields.flag_or_instant("revoked")
    return KeyEntry(
        use=use,
        public=fields.key("public"),
        since=fields.number("since", least=1, most=2**31 - 1),
        is_revoked=is_revoked,
        revoked_from=revoked_from,
    )


def _basis(value: Any, place: str) -> BasisEntry:
    fields = Fields.of(value, place, names={"with", "allows", "reference", "from", "until"})
    valid_from, valid_until = fields.day("from"), fields.day_or_none("until")
    if valid_until is not None and valid_until < valid_from:
        raise RosterError(RosterFault.BAD_VALUE, f"{place} ends before it begins.")
    return BasisEntry(
        with_code=fields.matching("with", _ANY_CODE, what="a participant's code"),
        allows=fields.words("allows"),
        reference=fields.text("reference", most=300),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _require_organisations_there(found: Participant, name: str) -> None:
    known = {each.id for each in found.organisations}
    for node in found.nodes:
        if node.organisation not in known:  # R23
            raise RosterError(
                RosterFault.UNKNOWN_ORGANISATION,
                f"{name}: the node {node.id} names an organisation that the file does not hold.",
            )
    if len(known) != len(found.organisations):
        raise RosterError(
            RosterFault.DUPLICATE_ORGANISATION, f"{name} lists an organisation twice."
        )
