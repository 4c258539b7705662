# SPDX-License-Identifier: Apache-2.0
"""Foreign bytes never raise anything but the error that is promised."""

import contextlib
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from havn.lib import encoding, sealing, signing

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates too
ADDRESS_LIKE = st.lists(
    st.sampled_from(
        [
            "http",
            "https",
            ":",
            "/",
            "\\",
            "@",
            "[",
            "]",
            "#",
            "?",
            "%",
            ".",
            "xn--",
            "::",
            "0x7f",
            "1",
            "99999",
        ]
    )
    | st.text(st.characters(), max_size=3),
    max_size=20,
).map("".join)
BASE64_LIKE = st.text("ABCabc123+/_-= \n\r\t:;,data", max_size=3000)
KEY = bytes(range(32))
AT = datetime(2026, 11, 1, tzinfo=UTC)


@given(ANY_TEXT | ADDRESS_LIKE)
@example("http://xn--")
@example("http://[::%eth0]/")
def test_parsing_an_address_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(encoding.AddressError):
        address = encoding.parse_address(text)
        assert address.scheme in {"http", "https"}
        assert address.host
        assert encoding.parse_address(address.key).key == address.key
        assert 0 <= address.port < 65536
        address.is_ip, encoding.registrable_domain(address.host)


@given(ANY_TEXT | ADDRESS_LIKE)
def test_joining_a_redirect_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(encoding.AddressError):
        assert encoding.join_address("https://example.org/a", text).host


@given(ANY_TEXT)
def test_reading_a_host_name_raises_nothing(text):
    encoding.registrable_domain(text)


@given(ANY_TEXT)
def test_reading_a_receipt_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(encoding.ReceiptError):
        encoding.normalise_receipt(text)


@given(ANY_TEXT)
def test_reading_base64url_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(encoding.EncodingError):
        encoding.from_b64u(text)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda content: b"\x01" + content))
def test_nothing_sealed_opens_by_chance_or_raises_another_error(content):
    with contextlib.suppress(sealing.SealError):
        sealing.open_sealed(content, KEY, purpose="x")
        raise AssertionError
    with contextlib.suppress(sealing.SealError):
        sealing.decrypt(content, KEY, purpose="x")
        raise AssertionError


@given(ANY_TEXT | st.binary(max_size=100).map(encoding.b64u))
def test_a_made_up_token_raises_nothing_but_the_error_of_seals(text):
    with contextlib.suppress(sealing.SealError):
        sealing.decrypt_fresh(text, KEY, purpose="x", at=AT, lifetime=timedelta(1))
        raise AssertionError


SIGNING_PUBLIC = signing.new_signing_pair()[1]
TOKEN_LIKE = st.lists(
    st.binary(max_size=40).map(encoding.b64u)
    | st.sampled_from(
        [
            b'{"alg":"none"}',
            b'{"alg":"HS256"}',
            b'{"alg":"Ed25519","kid":1,"typ":2}',
            b"[]",
            b"1",
            b"\xff",
        ]
    ).map(encoding.b64u),
    min_size=2,
    max_size=4,
).map(".".join)


@given(ANY_TEXT | TOKEN_LIKE)
def test_a_made_up_signature_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(signing.SignatureError):
        signing.verify_json(text, SIGNING_PUBLIC, kind="x")
        raise AssertionError
    with contextlib.suppress(signing.SignatureError):
        signing.claimed_key_id(text)


@given(st.text(st.characters(), max_size=3000) | BASE64_LIKE)
@example("A" * 400_000)
@example("a1B/" * 100_000)
@example(("aB3" * 20 + "\n") * 8000)
@example("data:" * 100_000)
def test_looking_for_a_file_in_a_text_answers_yes_or_no(text):
    assert encoding.holds_encoded_file(text) in {True, False}


FIELD = st.lists(
    st.sampled_from(
        [
            *("node=", "(", ")", '"@method"', '"@target-uri"', '"content-digest"', '"signature"'),
            *(";req", ';key="node"', ";sf", ";bs", ";tr", ";created=1", ";expires=", ";nonce="),
            *(';keyid="k"', ';tag="node-fed/1"', ";alg=", ":", ",", " ", '"', "\\", "?0", "@1"),
            "node=:" + "A" * 86 + "==:",
            "sha-256=:" + "A" * 43 + "=:",
        ]
    )
    | st.text(st.characters(), max_size=3),
    max_size=14,
).map("".join)
FIELDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("signature", "signature-input", "Content-Digest", "Content-Type", "x"), FIELD
    ),
)


@given(
    FIELDS, st.sampled_from(["https://a.example/x", "", "http://[", "/x"]), st.binary(max_size=3)
)
def test_verifying_a_message_raises_nothing_but_its_own_error(fields, target, body):
    with contextlib.suppress(signing.MessageRefusedError):
        signing.verify_request("GET", target, fields, body, key_of=lambda _: KEY, at=AT)
        raise AssertionError
    with contextlib.suppress(signing.MessageRefusedError):
        signing.verify_reply(
            200, fields, body, request_headers=fields, key_of=lambda _: KEY, at=AT
        )
        raise AssertionError
