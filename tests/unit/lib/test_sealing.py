# SPDX-License-Identifier: Apache-2.0
"""What must hold of sealing: round trips, one purpose each, and no change that goes unnoticed."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import sealing
from havn.lib.encoding import b64u, from_b64u
from havn.lib.sealing import ExpiredError, SealError

PRIVATE, PUBLIC = sealing.new_key_pair()
OTHER_PRIVATE, OTHER_PUBLIC = sealing.new_key_pair()
KEY = sealing.new_data_key()
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHUNK = 64 * 1024


def changes_of(content):
    """Yield the bytes with each single byte changed, shortened and lengthened."""
    for position in range(len(content)):
        yield content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
    yield content[:-1]
    yield content + b"\x00"
    yield b""


@given(st.binary(), st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_what_was_sealed_to_a_public_key_opens(plaintext, purpose):
    sealed = sealing.seal(plaintext, PUBLIC, purpose=purpose)
    assert sealing.open_sealed(sealed, PRIVATE, purpose=purpose) == plaintext
    assert plaintext not in sealed or len(plaintext) < 4


@given(st.binary(max_size=20))
def test_any_changed_byte_of_something_sealed_is_refused(plaintext):
    for changed in changes_of(sealing.seal(plaintext, PUBLIC, purpose="x")):
        with pytest.raises(SealError):
            sealing.open_sealed(changed, PRIVATE, purpose="x")


def test_a_seal_opens_for_its_purpose_and_its_key_only():
    sealed = sealing.seal(b"text", PUBLIC, purpose="answers")
    with pytest.raises(SealError):
        sealing.open_sealed(sealed, PRIVATE, purpose="contact")
    with pytest.raises(SealError):
        sealing.open_sealed(sealed, OTHER_PRIVATE, purpose="answers")


def test_the_same_text_is_never_sealed_to_the_same_bytes():
    assert sealing.seal(b"text", PUBLIC, purpose="x") != sealing.seal(b"text", PUBLIC, purpose="x")
    assert sealing.encrypt(b"text", KEY, purpose="x") != sealing.encrypt(b"text", KEY, purpose="x")


@given(
    st.binary(),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.binary(max_size=20),
)
def test_what_was_encrypted_under_a_data_key_comes_back(plaintext, purpose, associated):
    sealed = sealing.encrypt(plaintext, KEY, purpose=purpose, associated=associated)
    assert sealing.decrypt(sealed, KEY, purpose=purpose, associated=associated) == plaintext


@given(st.binary(max_size=20))
def test_any_changed_byte_under_a_data_key_is_refused(plaintext):
    for changed in changes_of(sealing.encrypt(plaintext, KEY, purpose="x")):
        with pytest.raises(SealError):
            sealing.decrypt(changed, KEY, purpose="x")


def test_ciphertext_opens_with_its_key_purpose_and_associated_bytes_only():
    sealed = sealing.encrypt(b"text", KEY, purpose="x", associated=b"row 1")
    for key, purpose, associated in [
        (sealing.new_data_key(), "x", b"row 1"),
        (KEY, "y", b"row 1"),
        (KEY, "x", b"row 2"),
        (KEY, "x", b""),
    ]:
        with pytest.raises(SealError):
            sealing.decrypt(sealed, key, purpose=purpose, associated=associated)


def test_a_key_of_another_length_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.encrypt(b"", b"short", purpose="x")


@given(st.binary(max_size=50), st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_a_token_opens_within_its_lifetime(plaintext, age):
    token = sealing.encrypt_until(plaintext, KEY, purpose="form", at=AT)
    opened = sealing.decrypt_fresh(
        token, KEY, purpose="form", at=AT + age, lifetime=timedelta(hours=1)
    )
    assert opened == plaintext


def test_a_token_expires_and_says_so():
    token = sealing.encrypt_until(b"text", KEY, purpose="form", at=AT)
    late = AT + timedelta(hours=1, milliseconds=1)
    with pytest.raises(ExpiredError):
        sealing.decrypt_fresh(token, KEY, purpose="form", at=late, lifetime=timedelta(hours=1))


def test_a_token_from_the_future_is_refused_but_for_a_clock_that_differs_a_little():
    token = sealing.encrypt_until(b"text", KEY, purpose="form", at=AT + timedelta(seconds=30))
    assert (
        sealing.decrypt_fresh(token, KEY, purpose="form", at=AT, lifetime=timedelta(1)) == b"text"
    )
    with pytest.raises(SealError):
        sealing.decrypt_fresh(
            token, KEY, purpose="form", at=AT - timedelta(hours=1), lifetime=timedelta(1)
        )


def test_the_time_of_a_token_cannot_be_changed():
    content = from_b64u(sealing.encrypt_until(b"text", KEY, purpose="form", at=AT))
    for changed in changes_of(content):
        with pytest.raises(SealError) as refusal:
            sealing.decrypt_fresh(b64u(changed), KEY, purpose="form", at=AT, lifetime=timedelta(1))
        # A forged token must not be told apart by an error that only a genuine one deserves.
        assert not isinstance(refusal.value, ExpiredError)


def test_a_token_is_for_one_purpose():
    token = sealing.encrypt_until(b"text", KEY, purpose="form", at=AT)
    with pytest.raises(SealError):
        sealing.decrypt_fresh(token, KEY, purpose="answer", at=AT, lifetime=timedelta(1))


def test_a_keyed_digest_depends_on_text_pepper_and_purpose():
    digest = sealing.keyed_digest("text", KEY, purpose="receipt")
    assert len(digest) == 32
    assert digest == sealing.keyed_digest("text", KEY, purpose="receipt")
    assert digest != sealing.keyed_digest("texu", KEY, purpose="receipt")
    assert digest != sealing.keyed_digest("text", sealing.new_data_key(), purpose="receipt")
    assert digest != sealing.keyed_digest("text", KEY, purpose="receipt ")
    assert sealing.keyed_digest("ab", KEY, purpose="x") != sealing.keyed_digest(
        "b", KEY, purpose="xa"
    )


def sealed_stream(content):
    target = io.BytesIO()
    assert sealing.seal_stream(io.BytesIO(content), target, PUBLIC) == len(content)
    return target.getvalue()


def opened_stream(sealed, private=PRIVATE, **options):
    target = io.BytesIO()
    count = sealing.open_stream(io.BytesIO(sealed), target, private, **options)
    assert count == len(target.getvalue())
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
def test_a_stream_of_any_length_comes_back(size):
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert opened_stream(sealed_stream(content)) == content


def test_any_changed_byte_of_a_small_stream_is_refused():
    for changed in changes_of(sealed_stream(b"small")):
        with pytest.raises(SealError):
            opened_stream(changed)


def test_a_stream_cut_anywhere_is_refused():
    sealed = sealed_stream(bytes(2 * CHUNK + 5))
    boundaries = [
        len(sealed) - 21 - back * (CHUNK + 16) + move for back in range(3) for move in (-1, 0, 1)
    ]
    for length in [*range(120), *boundaries]:
        with pytest.raises(SealError):
            opened_stream(sealed[:length])


def test_chunks_of_a_stream_cannot_be_swapped_doubled_or_dropped():
    sealed = sealed_stream(bytes(3 * CHUNK))
    start = len(sealed) - 3 * (CHUNK + 16)
    header = sealed[:start]
    first, second, last = (sealed[start + n * (CHUNK + 16) :][: CHUNK + 16] for n in range(3))
    assert opened_stream(header + first + second + last) == bytes(3 * CHUNK)
    for chunks in [
        (second, first, last),
        (first, first, second, last),
        (first, last),
        (first, second, last, last),
    ]:
        with pytest.raises(SealError):
            opened_stream(header + b"".join(chunks))


def test_a_stream_opens_with_its_key_and_purpose_only():
    sealed = sealed_stream(b"text")
    with pytest.raises(SealError):
        opened_stream(sealed, OTHER_PRIVATE)
    with pytest.raises(SealError):
        opened_stream(sealed, purpose="keys")


def test_a_stream_that_arrives_in_small_pieces_is_the_same():
    class Dripping(io.BytesIO):
        def read(self, count=-1):
            return super().read(min(count, 1000))

    target = io.BytesIO()
    sealing.open_stream(Dripping(sealed_stream(bytes(CHUNK + 9))), target, PRIVATE)
    assert target.getvalue() == bytes(CHUNK + 9)
