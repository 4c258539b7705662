# SPDX-License-Identifier: Apache-2.0
"""What must hold of JSON of a stranger: one reading or none, and no deeper than agreed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.encoding import JsonError, strict_json

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def nested(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(nested, inner), default=0) if isinstance(value, dict | list) else 0


@given(VALUES, st.booleans())
def test_json_is_read_up_to_its_depth_and_not_one_less(value, escapes):
    content = json.dumps(value, ensure_ascii=escapes).encode()
    depth = nested(value)
    assert strict_json(content, deepest=depth) == value
    if depth:
        with pytest.raises(JsonError) as refusal:
            strict_json(content, deepest=depth - 1)
        assert refusal.value.code == "too_deep"


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_by_our_own_error(content):
    try:
        strict_json(content)
    except JsonError as error:
        assert error.code in {"not_json", "too_deep"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b'{"a":1,"a":1}', "not_json"),
        (b"[Infinity]", "not_json"),
        (b'"\xff"', "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"9" * 5000, "not_json"),  # more digits than Python turns into a number
        (b"[" * 17, "too_deep"),
        (b"[" * 1_000_000, "too_deep"),
        (b'"' + b'\\"' * 500_000, "not_json"),  # a string without an end takes no longer
        (b'{"a":' * 100, "too_deep"),
        (b'"' + b"[" * 100 + b'"', None),
        (b'"\\"' + b"[" * 100 + b'"', None),
        (b"[" * 16 + b"]" * 16, None),
    ],
)  # fmt: skip
def test_what_is_refused(content, code):
    try:
        strict_json(content)
    except JsonError as error:
        assert error.code == code
    else:
        assert code is None
