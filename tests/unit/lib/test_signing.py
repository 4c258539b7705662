# SPDX-License-Identifier: Apache-2.0
"""What must hold of signed JSON: one key, one kind, one form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from havn.lib import signing
from havn.lib.encoding import EncodingError, b64u, from_b64u
from havn.lib.signing import SignatureError

PRIVATE, PUBLIC = signing.new_signing_pair()
KEY_ID = signing.key_id(PUBLIC)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
DOCUMENTS = st.dictionaries(
    TEXT, TEXT | st.integers(-1000, 1000) | st.none() | st.lists(TEXT, max_size=3), max_size=5
)


def signed(value, kind="havn-test"):
    return signing.sign_json(value, PRIVATE, key_id=KEY_ID, kind=kind)


def signed_by_hand(header, payload):
    key = OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "x": b64u(PUBLIC), "d": b64u(PRIVATE)}
    )
    return jws.serialize_compact(header, payload, key, algorithms=["Ed25519"])


HEADER = {"alg": "Ed25519", "kid": KEY_ID, "typ": "havn-test"}


@given(DOCUMENTS)
def test_a_signed_document_comes_back(value):
    token = signed(value)
    assert signing.verify_json(token, PUBLIC, kind="havn-test") == value
    assert signing.claimed_key_id(token) == KEY_ID


def test_any_changed_character_of_a_token_is_refused():
    token = signed({"a": 1})
    for position, right in enumerate(token):
        for wrong in "AQgw5z-_.= ":
            if wrong == right:
                continue
            with pytest.raises(SignatureError):
                signing.verify_json(
                    token[:position] + wrong + token[position + 1 :], PUBLIC, kind="havn-test"
                )


def test_a_document_of_another_kind_is_refused():
    with pytest.raises(SignatureError, match="kind"):
        signing.verify_json(signed({}, kind="havn-other"), PUBLIC, kind="havn-test")


def test_a_document_of_another_signer_is_refused():
    with pytest.raises(SignatureError):
        signing.verify_json(signed({}), signing.new_signing_pair()[1], kind="havn-test")


def test_the_public_key_used_as_a_shared_secret_is_refused():
    header = HEADER | {"alg": "HS256"}
    key = OctKey.import_key(PUBLIC)
    with pytest.raises(SignatureError):
        signing.verify_json(jws.serialize_compact(header, b"{}", key), PUBLIC, kind="havn-test")


def test_a_token_without_signature_is_refused():
    header = b64u(json.dumps(HEADER | {"alg": "none"}).encode())
    with pytest.raises(SignatureError):
        signing.verify_json(f"{header}.{b64u(b'{}')}.", PUBLIC, kind="havn-test")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "Ed25519", "typ": "havn-test"},
        HEADER | {"cty": "json"},
        HEADER | {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64u(PUBLIC)}},
    ],
)
def test_a_genuine_signature_under_another_header_is_refused(header):
    with pytest.raises(SignatureError):
        signing.verify_json(signed_by_hand(header, b"{}"), PUBLIC, kind="havn-test")


@pytest.mark.parametrize(
    "payload",
    [b'{"a": 1}', b'{"a":1,"a":2}', b"[]", b"1", b"", b"\xff", b'{"a":NaN}', b"[" * 100_000],
)
def test_a_genuine_signature_over_anything_but_a_canonical_object_is_refused(payload):
    with pytest.raises(SignatureError):
        signing.verify_json(signed_by_hand(HEADER, payload), PUBLIC, kind="havn-test")


def test_what_json_cannot_carry_is_not_signed():
    with pytest.raises(EncodingError):
        signed({"a": 2**60})


def test_the_payload_is_the_canonical_form():
    assert from_b64u(signed({"b": 1, "a": 2}).split(".")[1]) == b'{"a":2,"b":1}'


def test_the_key_id_is_the_thumbprint_of_the_example_in_rfc_8037():
    public = from_b64u("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert signing.key_id(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
