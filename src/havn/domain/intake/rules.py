# SPDX-License-Identifier: Apache-2.0
"""What a reporter may tell, how it travels sealed, and what a reporter may see of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from havn.lib.sealing import keyed_digest

PAYLOAD_VERSION = 1
SEALED_FOR = "submission"
RECEIPT_FOR = "receipt"


class AnswersError(Exception):
    """A sealed payload is not one of ours; it stays where it is and a person is told."""


class PublicState(StrEnum):
    """What the holder of a receipt is told."""

    RECEIVED = "received"
    ASSESSING = "assessing"
    WORKING = "working"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one report, as typed."""

    kind: str  # address, several, not_web
    addresses: tuple[str, ...] = ()
    app: str = ""
    seen: str = ""
    words: str = ""
    where: str = ""
    when: str = ""
    contact: str = ""
    has_police_consent: bool = False
    language: str = "en"

    def to_payload(self) -> bytes:
        """Return the bytes that are sealed."""
        return json.dumps(
            {
                "v": PAYLOAD_VERSION,
                "kind": self.kind,
                "addresses": list(self.addresses),
                "app": self.app,
                "seen": self.seen,
                "words": self.words,
                "where": self.where,
                "when": self.when,
                "contact": self.contact,
                "has_police_consent": self.has_police_consent,
                "language": self.language,
            },
            ensure_ascii=False,
        ).encode()

    @classmethod
    def from_payload(cls, payload: bytes) -> Answers:
        """Return the answers in the bytes; raises AnswersError on anything else."""
        try:
            values = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise AnswersError("The submission is no JSON.") from error
        if not isinstance(values, dict) or values.get("v") != PAYLOAD_VERSION:
            raise AnswersError("The submission has an unknown version.")
        addresses = values.get("addresses", [])
        if not isinstance(addresses, list) or not all(isinstance(a, str) for a in addresses):
            raise AnswersError("The submission's addresses are no list of texts.")
        texts = ("kind", "app", "seen", "words", "where", "when", "contact", "language")
        return cls(
            addresses=tuple(addresses),
            has_police_consent=values.get("has_police_consent") is True,
            **{name: _text_in(values, name) for name in texts},
        )

    @property
    def is_urgent(self) -> bool:
        """Whether the reporter says that it is happening now."""
        return self.when == "now"


def _text_in(values: dict[str, Any], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise AnswersError(f"The submission's {name} is no text.")
    return value


def public_state_of(stages: Iterable[str]) -> PublicState:
    """Return what a reporter is told of a report whose items stand at these stages."""
    seen = list(stages)
    if not seen or all(stage == "received" for stage in seen):
        return PublicState.RECEIVED
    if all(stage == "closed" for stage in seen):
        return PublicState.CLOSED
    if any(stage == "received" for stage in seen):
        return PublicState.ASSESSING
    return PublicState.WORKING


def receipt_digest(receipt: str, pepper: bytes) -> bytes:
    """Return HMAC-SHA-256 of a normalised receipt under the pepper, 32 bytes."""
    return keyed_digest(receipt, pepper, purpose=RECEIPT_FOR)
