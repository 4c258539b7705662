# SPDX-License-Identifier: Apache-2.0
"""What must hold of canonical JSON, identifiers, base64url, Crockford's alphabet and receipts."""

import json
import math
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import encoding
from havn.lib.encoding import CROCKFORD_ALPHABET, EncodingError, ReceiptError

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner)
    ),
    max_leaves=20,
)
RECEIPTS = st.builds(lambda _: encoding.new_receipt(), st.integers())


@given(JSON_VALUES)
def test_canonical_json_is_the_same_after_a_round_trip(value):
    written = encoding.canonical_json(value)
    assert encoding.canonical_json(json.loads(written)) == written


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.integers(0, 9)))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value):
    backwards = dict(reversed(list(value.items())))
    assert encoding.canonical_json(value) == encoding.canonical_json(backwards)


@given(JSON_VALUES)
def test_canonical_json_is_what_the_library_writes_whichever_way_it_takes(value):
    assert encoding.canonical_json(value) == rfc8785.dumps(value)


@given(
    st.binary(max_size=60) | st.text(alphabet='[]{}"\\a', max_size=60).map(str.encode),
    st.integers(0, 9),
)
def test_nesting_is_deeper_than_so_far_where_its_depth_is(content, most):
    assert encoding.is_deeper(content, most) == (encoding.json_depth(content) > most)


def test_canonical_json_writes_the_example_of_rfc_8785():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert encoding.canonical_json(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53, {1: 2}, b"bytes", object(), "\ud800", {"\ud800": 1}]
)
def test_what_json_cannot_carry_exactly_is_refused_by_our_own_error(value):
    with pytest.raises(EncodingError):
        encoding.canonical_json(value)


def test_endless_nesting_is_refused_by_our_own_error():
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(EncodingError):
        encoding.canonical_json(value)
    while value:  # taken apart by hand, since freeing it in one go recurses
        value = value[0]


@given(st.binary())
def test_base64url_comes_back_as_it_was(content):
    text = encoding.b64u(content)
    assert "=" not in text
    assert encoding.from_b64u(text) == content


@given(st.text(st.sampled_from("AQgw_-=+/ \né"), max_size=8))
def test_no_two_texts_mean_the_same_bytes(text):
    try:
        content = encoding.from_b64u(text)
    except EncodingError:
        return
    assert encoding.b64u(content) == text


@given(st.integers(0, 32**8 - 1))
def test_crockford_comes_back_as_it_was_in_either_case(number):
    text = encoding.crockford_encode(number, length=8)
    assert len(text) == 8
    assert encoding.crockford_decode(text) == number
    assert encoding.crockford_decode(text.lower().replace("0", "o").replace("1", "l")) == number


def test_a_number_that_does_not_fit_is_refused():
    with pytest.raises(EncodingError):
        encoding.crockford_encode(32, length=1)
    with pytest.raises(EncodingError):
        encoding.crockford_encode(-1, length=1)


def test_the_letter_u_is_not_in_crockfords_alphabet():
    with pytest.raises(EncodingError):
        encoding.crockford_decode("U")


def test_uuid4_is_of_version_4():
    assert encoding.uuid4().version == 4


@given(st.datetimes(datetime(1970, 1, 1), datetime(3000, 1, 1), timezones=st.just(UTC)))
def test_uuid7_carries_its_time_and_its_version(at):
    made = encoding.uuid7(at)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    # Whole numbers: a quotient of seconds loses the last digit in far years.
    assert made.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(3000, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 10**9),
)
def test_uuid7_sorts_by_time_to_the_microsecond(at, later):
    assert encoding.uuid7(at) < encoding.uuid7(at + timedelta(microseconds=later))


@pytest.mark.parametrize("at", [datetime(2026, 1, 1), datetime(1969, 1, 1, tzinfo=UTC)])
def test_uuid7_refuses_a_time_without_zone_and_one_before_1970(at):
    with pytest.raises(ValueError):
        encoding.uuid7(at)


def test_a_receipt_has_five_groups_of_four_and_at_least_90_random_bits():
    receipt = encoding.new_receipt()
    assert [len(group) for group in receipt.split("-")] == [4] * 5
    assert set(receipt) <= set(CROCKFORD_ALPHABET) | {"-"}
    assert 19 * math.log2(len(CROCKFORD_ALPHABET)) >= 90
    assert len({encoding.new_receipt() for _ in range(2000)}) == 2000


@given(RECEIPTS, st.data())
def test_a_receipt_is_taken_however_it_was_typed(receipt, drawn):
    typed = "".join(
        character + drawn.draw(st.sampled_from(["", " ", "-", "–", ".", "\u00a0", "\u200b", "\n"]))
        for character in receipt
    )
    if drawn.draw(st.booleans()):
        typed = typed.lower()
    typed = typed.replace("0", drawn.draw(st.sampled_from("0Oo")))
    typed = typed.replace("1", drawn.draw(st.sampled_from("1IiLl１")))
    assert encoding.normalise_receipt(typed) == receipt


@given(RECEIPTS)
def test_every_single_wrong_character_in_a_receipt_is_caught(receipt):
    for position, right in enumerate(receipt):
        for wrong in CROCKFORD_ALPHABET:
            if right in {"-", wrong}:
                continue
            with pytest.raises(ReceiptError) as refusal:
                encoding.normalise_receipt(receipt[:position] + wrong + receipt[position + 1 :])
            assert refusal.value.code == "wrong_check"


@given(RECEIPTS)
def test_every_swap_of_two_characters_in_a_receipt_is_caught(receipt):
    characters = receipt.replace("-", "")
    for first in range(20):
        for second in range(first + 1, 20):
            if characters[first] == characters[second]:
                continue
            swapped = list(characters)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            with pytest.raises(ReceiptError):
                encoding.normalise_receipt("".join(swapped))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "wrong_length"),
        ("0" * 19, "wrong_length"),
        ("0" * 21, "wrong_length"),
        ("U" + "0" * 19, "wrong_character"),
        ("é" + "0" * 19, "wrong_character"),
        ("1" + "0" * 19, "wrong_check"),
    ],
)
def test_each_kind_of_wrong_receipt_has_a_code_and_a_sentence(text, code):
    with pytest.raises(ReceiptError) as refusal:
        encoding.normalise_receipt(text)
    assert refusal.value.code == code
    assert refusal.value.sentence == encoding.RECEIPT_SENTENCES[code]
