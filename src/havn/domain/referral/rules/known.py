# SPDX-License-Identifier: Apache-2.0
"""Questions between nodes whether an address is known: the messages built and read, and how often one may ask.

Whatever another node sent is hostile until it was read here (docs/protocol/referral.md from E33 on).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from havn.domain.cases.rules import Availability, LegalClass
from havn.domain.referral.rules._reading import BodyError, BodyFault, Fields
from havn.domain.referral.rules.body import begin
from havn.lib.encoding import KEY_VERSION

KNOWN_WITHDRAWN = "known.withdrawn"
VERSION = 1
MOST_DIGESTS = 64  # E33
_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ASK_FIELDS = frozenset({"v", "id", "key_version", "digests"})
# What shows other content than was assessed, or nothing at all, is not told as known. (E37)
TOLD_WHILE = frozenset(Availability) - {Availability.CHANGED, Availability.REMOVED}
SENTENCES = {
    "malformed": "The message does not have the fields that E33 of docs/protocol/referral.md names. Send it so.",
    "too_many_digests": "These are more digests than are taken at once. Ask about at most 64 in one message.",
    "unknown_key_version": "Digests of keys of this version are not compared here. Ask with the version of E34.",
}


class KnownMessageError(ValueError):
    """A question is refused; `code` is stable, `sentence` says in English what is wrong and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.sentence = SENTENCES[code]


@dataclass(frozen=True, slots=True)
class KnownAsk:
    """One question: which of these addresses, by the digests of their keys, do you know?"""

    id: UUID
    digests: tuple[str, ...]
    key_version: int = KEY_VERSION


@dataclass(frozen=True, slots=True)
class KnownThere:
    """What another node tells of an address that its own organisation assessed as baseline."""

    digest: str
    jurisdiction: str
    scheme: str
    scheme_version: str
    age_band: str
    sex: str
    origin: str
    assessed_at: datetime
    availability: Availability
    reference: UUID


def known_ask_document(ask: KnownAsk) -> dict[str, Any]:
    """Return the question as it travels. (E33)"""
    return {
        "v": VERSION,
        "id": str(ask.id),
        "key_version": ask.key_version,
        "digests": list(ask.digests),
    }


def read_known_ask(document: object) -> KnownAsk:
    """Return a question that another node sent; raises KnownMessageError. (E33, E41)"""
    if not isinstance(document, dict) or set(document) != _ASK_FIELDS:
        raise KnownMessageError("malformed")
    digests, key_version = document["digests"], document["key_version"]
    if type(document["v"]) is not int or document["v"] != VERSION or not isinstance(digests, list):
        raise KnownMessageError("malformed")
    if len(digests) > MOST_DIGESTS:
        raise KnownMessageError("too_many_digests")
    are_digests = all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in digests)
    if not (digests and are_digests and len(set(digests)) == len(digests)):
        raise KnownMessageError("malformed")
    if type(key_version) is not int:
        raise KnownMessageError("malformed")
    found = KnownAsk(_uuid4(document["id"]), tuple(digests), key_version)
    if key_version != KEY_VERSION:
        raise KnownMessageError("unknown_key_version")  # E34
    return found


def _uuid4(text: object) -> UUID:
    try:
        found = UUID(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != text or found.version != 4:
        raise KnownMessageError("malformed")
    return found


def known_answer_document(known: Iterable[KnownThere]) -> dict[str, Any]:
    """Return what the asker is told: of what is not known, or not told, nothing. (E35, E38)"""
    return {"v": VERSION, "known": [_known_body(each) for each in known]}


def _known_body(known: KnownThere) -> dict[str, Any]:
    return {
        "digest": known.digest,
        "legal_class": LegalClass.BASELINE.value,
        "jurisdiction": known.jurisdiction,
        "scheme": known.scheme,
        "scheme_version": known.scheme_version,
        "age_band": known.age_band,
        "sex": known.sex,
        "origin": known.origin,
        "assessed_at": known.assessed_at.isoformat(),
        "availability": known.availability.value,
        "reference": str(known.reference),
    }


def read_known_answer(document: object, *, ask: KnownAsk, at: datetime) -> tuple[KnownThere, ...]:
    """Return what another node told about our question; raises BodyError for anything else. (E36)"""
    given = begin(document)
    told = given.parts("known", most=len(ask.digests))
    found = tuple(_read_known(each, at=at) for each in told)
    given.done()
    digests = [each.digest for each in found]
    is_asked = set(digests) <= set(ask.digests)
    references = {each.reference for each in found}
    if not is_asked or len(set(digests)) < len(found) or len(references) < len(found):
        raise BodyError(BodyFault.BAD_VALUE, "body.known")
    return found


def _read_known(given: Fields, *, at: datetime) -> KnownThere:
    if given.one_of("legal_class", LegalClass) is not LegalClass.BASELINE:
        raise BodyError(BodyFault.BAD_VALUE, "body.known.legal_class")
    found = KnownThere(
        digest=given.text("digest", most=64, least=64),
        jurisdiction=given.country("jurisdiction", may_be_empty=False),
        scheme=given.text("scheme", most=40, least=1),
        scheme_version=given.text("scheme_version", most=20, least=1),
        age_band=given.text("age_band", most=12),
        sex=given.text("sex", most=12),
        origin=given.text("origin", most=12),
        assessed_at=given.instant("assessed_at"),
        availability=given.one_of("availability", Availability),
        reference=given.uuid("reference"),
    )
    given.done()
    if found.assessed_at > at + _CLOCKS_DIFFER_BY or found.reference.version != 4:
        raise BodyError(BodyFault.BAD_VALUE, "body.known")
    return found


def read_known_withdrawn(body: Mapping[str, Any]) -> None:
    """Refuse the body of `known.withdrawn` that is not exactly its version; raises BodyError. (E46)"""
    begin(body).done()
