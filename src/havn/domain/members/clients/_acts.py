# SPDX-License-Identifier: Apache-2.0
"""Signing the act of accession: the same words by each office holder, each as a document of its own."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.domain.members.rules import CeremonyFault, RosterError
from havn.domain.members.rules.accession import ACT, MOST_RESERVATION
from havn.domain.members.rules.participant import code_pattern
from havn.domain.members.rules.reading import Fields
from havn.lib.encoding import b64u
from havn.lib.signing import SignatureError, claimed_key_id, key_id, sign_json, verify_json


def new_act(words: dict[str, str], private: bytes, *, office: str) -> dict[str, Any]:
    """Return the act with its first signature."""
    names = {"code", "name", "reference", "on"}
    reservation = {"reservation"} & set(words)
    fields = Fields.of(words, "The act", names=names | reservation)
    fields.matching("code", code_pattern("member"), what="a country's two letters (--code)")
    fields.text("name", most=120), fields.text("reference", most=300), fields.day("on")
    if reservation:
        fields.text("reservation", most=MOST_RESERVATION)
    empty: dict[str, Any] = {"v": 1, "keys": [], "signed": []}
    return _signed(empty, {"v": 1, **words}, private, office=office)


def add_office(value: dict[str, Any], private: bytes, *, office: str) -> dict[str, Any]:
    """Return the act with one more signature over the same words."""  # R31
    try:
        publics = {key_id(_raw(each["public"])): _raw(each["public"]) for each in value["keys"]}
        token = value["signed"][0]
        words = verify_json(token, publics[claimed_key_id(token)], kind=ACT)
    except (KeyError, IndexError, TypeError, ValueError, SignatureError) as error:
        raise RosterError(
            CeremonyFault.BAD_ACCESSION, "The file is no act that an office holder has signed."
        ) from error
    return _signed(value, words, private, office=office)


def _signed(
    value: dict[str, Any], words: dict[str, Any], private: bytes, *, office: str
) -> dict[str, Any]:
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    if b64u(public) in [each["public"] for each in value["keys"]]:
        raise RosterError(CeremonyFault.BAD_ACCESSION, "This key has signed the act already.")
    token = sign_json(words, private, key_id=key_id(public), kind=ACT)
    return {
        "v": 1,
        "keys": [*value["keys"], {"public": b64u(public), "office": office}],
        "signed": [*value["signed"], token],
    }


def _raw(text: str) -> bytes:
    from havn.lib.encoding import from_b64u

    return from_b64u(text)
