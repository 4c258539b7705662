# SPDX-License-Identifier: Apache-2.0
"""The signed act by which a country accedes: two office holders sign the same words, and it is carried unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from havn.domain.members.rules.errors import CeremonyFault, RosterError
from havn.domain.members.rules.reading import Fields, version_first
from havn.lib.encoding import EncodingError, from_b64u
from havn.lib.signing import SignatureError, claimed_key_id, key_id, verify_json

ACT = "havn-accession+jws"
MOST_RESERVATION = 2000
_SIGNERS = 2


@dataclass(frozen=True, slots=True)
class Act:
    """What the office holders signed."""

    code: str
    name: str
    reference: str
    on: date
    offices: tuple[str, ...]
    reservation: str = ""


def read_accession(value: dict[str, Any], *, code: str = "") -> Act:
    """Return the act that two different office holders of this participant signed; raises RosterError.

    Without `code` the act itself says whose it is.
    """  # R31
    place = "The act of accession"
    version_first(value, place, known=(1,))
    fields = Fields.of(value, place, names={"v", "keys", "signed"})
    keys = dict(fields.each("keys", _key, most=10))
    signed = fields.each("signed", lambda each, _at: str(each), most=10)
    said, offices = [], []
    for token in signed:
        try:
            public, office = keys[claimed_key_id(token)]
            said.append(verify_json(token, public, kind=ACT))
        except (KeyError, SignatureError) as error:
            raise RosterError(
                CeremonyFault.BAD_ACCESSION, f"{place} has a signature that does not hold."
            ) from error
        offices.append(office)
    if len(set(signed)) < _SIGNERS or len({claimed_key_id(each) for each in signed}) < _SIGNERS:
        raise RosterError(
            CeremonyFault.BAD_ACCESSION, f"{place} needs the signatures of two office holders."
        )
    if any(each != said[0] for each in said):
        raise RosterError(CeremonyFault.BAD_ACCESSION, f"{place}: not everybody signed the same.")
    return _act(said[0], place, code, tuple(offices))


def _act(value: dict[str, Any], place: str, code: str, offices: tuple[str, ...]) -> Act:
    names = {"v", "code", "name", "reference", "on"}
    has_reservation = "reservation" in value
    words = Fields.of(value, place, names=names | ({"reservation"} if has_reservation else set()))
    code = code or str(value["code"])
    if value["code"] != code:
        raise RosterError(
            CeremonyFault.BAD_ACCESSION, f"{place} is that of {value['code']!r}, not of {code}."
        )
    return Act(
        code=code,
        name=words.text("name", most=120),
        reference=words.text("reference", most=300),
        on=words.day("on"),
        offices=offices,
        reservation=words.text("reservation", most=MOST_RESERVATION) if has_reservation else "",
    )


def _key(value: Any, place: str) -> tuple[str, tuple[bytes, str]]:
    fields = Fields.of(value, place, names={"public", "office"})
    try:
        public = from_b64u(str(fields.values["public"]))
        return key_id(public), (public, fields.text("office", most=120))
    except (EncodingError, ValueError) as error:
        raise RosterError(
            CeremonyFault.BAD_ACCESSION, f"{place}.public is no Ed25519 key."
        ) from error
