# SPDX-License-Identifier: Apache-2.0
"""National reports of strangers: nothing is raised but the error that is promised, and nothing altered is taken."""

import contextlib
import copy
import json
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from havn.lib import wire
from havn.lib.encoding import b64u, strict_json
from havn.lib.wire._strict_schema import schema_faults
from tests.vectors import make_national_report as made
from tests.vectors.national_report_forms import HEAD, PARTS, PUBLIC

AT = datetime(2027, 3, 5, tzinfo=UTC)
TEXT = st.text(st.characters(), max_size=12)  # lone surrogates too
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)


def places(value, path=()):
    """Yield the path of everything in a value."""
    yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, (*path, number))


def at_place(value, path, new):
    if not path:
        return new
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return changed


PART_PLACES = [(name, path) for name in PARTS for path in places(PARTS[name])]
HEAD_VALUE = HEAD | {"parts": made.lines_of(PARTS)}
CONTENTS = {made.digest(each): each for each in PARTS.values()}


@given(st.binary(max_size=300) | JSON.map(lambda each: json.dumps(each).encode()))
@example(b'{"v":1,"head":"e30.e30.e30","parts":{}}')
@example(b'{"v":1,"head":"a.b.c","parts":{"' + b"0" * 64 + b'":1}}')
def test_any_bytes_for_a_file_raise_nothing_but_its_own_error(content):
    with contextlib.suppress(wire.NationalReportError):
        wire.read_upload(content, public_of=lambda _key, _member: PUBLIC, at=AT)


WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
)


@given(st.sampled_from(PART_PLACES), WHOLE)
@example(("texts", ()), {"v": 1, "texts": [], "more": 1})
def test_a_second_reader_of_the_schema_takes_and_refuses_the_same_parts(place, new):
    name, path = place
    changed = at_place(PARTS[name], path, new)
    definition = f"part_{name.partition('/')[0]}"
    second = Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": wire.SCHEMA["$defs"]})
    assert second.is_valid(changed) == (not schema_faults(changed, definition, name))


@given(st.sampled_from(PART_PLACES), JSON)
def test_anything_in_a_part_is_read_or_refused_with_its_place(place, new):
    name, path = place
    try:
        wire.write_part(name, at_place(PARTS[name], path, new))
    except wire.NationalReportError as error:
        assert all(fault.place.startswith(name) for fault in error.faults)
        assert all(fault.sentence.encode() for fault in error.faults)


@given(st.sampled_from(list(places(HEAD_VALUE))), JSON)
def test_anything_in_a_head_is_read_or_refused(path, new):
    changed = at_place(HEAD_VALUE, path, new)
    content = json.dumps(changed, separators=(",", ":"), sort_keys=True).encode()
    token = f"e30.{b64u(content)}.e30"
    with contextlib.suppress(wire.NationalReportError):
        wire.claimed_head(token)
    try:
        wire.read_report(token, CONTENTS, public=PUBLIC, at=AT)
    except wire.NationalReportError:
        return
    raise AssertionError("taken without a signature")


@given(TEXT | st.text("eyJ0.-_", max_size=60))
def test_any_text_for_a_token_raises_nothing_but_its_own_error(token):
    with contextlib.suppress(wire.NationalReportError):
        wire.read_report(token, {}, public=PUBLIC)
    with contextlib.suppress(wire.NationalReportError):
        wire.read_texts(token, public=PUBLIC)


@given(st.sampled_from(["part", "released", "receipt"]), JSON)
def test_any_body_of_an_event_raises_nothing_but_its_own_error(kind, body):
    with contextlib.suppress(wire.NationalReportError):
        wire.read_event(kind, body)


@given(st.integers(min_value=0), st.integers(0, 7))
def test_one_altered_bit_of_a_signed_file_is_never_taken_as_it_was(place, bit):
    parts = [wire.write_part(name, content) for name, content in PARTS.items()]
    upload = wire.write_upload(made.signed(HEAD_VALUE), parts)
    altered = bytearray(upload)
    altered[place % len(upload)] ^= 1 << bit
    with contextlib.suppress(wire.NationalReportError):
        report = wire.read_upload(bytes(altered), public_of=lambda _key, _member: PUBLIC, at=AT)
        assert report.parts == PARTS
        assert report.head.as_value() == HEAD_VALUE
        assert strict_json(bytes(altered)) == strict_json(upload)
