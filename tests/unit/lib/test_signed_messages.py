# SPDX-License-Identifier: Apache-2.0
"""What must hold of requests between nodes (docs/protocol/requests.md, S1 to S18): every vector, and every change."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import signing
from havn.lib.encoding import from_b64u
from havn.lib.signing import MessageRefusedError
from tests.vectors import make_requests as made
from tests.vectors.writing import texts_of

VECTORS = {path.stem: json.loads(path.read_text()) for path in made.FOLDER.glob("*.json")}


def key_of(given_):
    def find(key_id):
        if key_id in given_["revoked"]:
            raise MessageRefusedError("revoked_key")
        if key_id not in given_["keys"]:
            raise MessageRefusedError("unknown_key")
        return from_b64u(given_["keys"][key_id])

    return find


def judge(given_):
    """Return what a verifier makes of a vector's message."""
    headers, body = given_["headers"], from_b64u(given_["body"])
    rest = {"key_of": key_of(given_), "at": datetime.fromisoformat(given_["at"])}
    if given_["kind"] == "request":
        return signing.verify_request(given_["method"], given_["target"], headers, body, **rest)
    asked = given_["request_headers"]
    return signing.verify_reply(given_["status"], headers, body, request_headers=asked, **rest)


def code_of(given_):
    try:
        judge(given_)
    except MessageRefusedError as error:
        return error.code
    return None


# What only a receiver sees, test_node_api_vectors.py holds against the gate, as all other requests.
ABOUT_MESSAGES = {
    name
    for name, vector in VECTORS.items()
    if vector["expected_error"] in {None, *signing.MESSAGE_SENTENCES}
}


@pytest.mark.parametrize("name", sorted(ABOUT_MESSAGES))
def test_every_vector_ends_as_it_says(name):
    """S1 to S15, S18: each genuine message is taken, each named attack refused by its own code."""
    assert code_of(VECTORS[name]["given"]) == VECTORS[name]["expected_error"]


def test_the_committed_vectors_are_those_that_the_script_makes():
    kept = {path.name: path.read_text(encoding="utf-8") for path in made.FOLDER.glob("*.json")}
    assert kept == texts_of(made.vectors())


def test_every_code_that_the_library_knows_has_a_vector():
    seen = {vector["expected_error"] for vector in VECTORS.values()}
    assert seen - {None} == set(signing.MESSAGE_SENTENCES) | {"nonce_repeated", "suspended"}


GENUINE = {
    name: vector["given"] for name, vector in VECTORS.items() if not vector["expected_error"]
}
SENT = ("headers", "body", "method", "target", "status")


def spots(given_):
    """Return every place of a message in which one character may be changed."""
    for header, value in given_["headers"].items():
        # What nobody signs does not matter: here only the date that stands for such fields.
        if header != "Date":
            yield from ((header, position) for position in range(len(value)))
    yield from (("body", position) for position in range(len(given_["body"])))
    if given_["kind"] == "request":
        yield from ((part, 0) for part in ("method", "target"))


@given(
    st.sampled_from(sorted(GENUINE)),
    st.integers(0),
    st.characters(min_codepoint=0x20, max_codepoint=0x17F),
)
def test_any_changed_character_of_what_is_sent_is_refused(name, number, character):
    """S3, S5, S6: one message has one text, and each of its characters counts."""
    given_ = json.loads(json.dumps(GENUINE[name]))
    places = list(spots(given_))
    part, position = places[number % len(places)]
    holder = given_ if part in SENT else given_["headers"]
    text = holder[part]
    if part == "body":
        changed = made.b64u(bytes([from_b64u(text)[position * 3 // 4] ^ 1]) + from_b64u(text))
    else:
        changed = text[:position] + character + text[position + 1 :]
        if changed == text or (part == "method" and not changed.isupper()):
            return
    holder[part] = changed
    assert code_of(given_) is not None


@given(st.sampled_from(sorted(GENUINE)), st.integers(0), st.integers(1, 4))
def test_any_left_out_piece_of_a_header_is_refused(name, number, length):
    given_ = json.loads(json.dumps(GENUINE[name]))
    places = [spot for spot in spots(given_) if spot[0] in given_["headers"]]
    header, position = places[number % len(places)]
    text = given_["headers"][header]
    given_["headers"][header] = text[:position] + text[position + length :]
    assert code_of(given_) is not None


@given(
    st.binary(max_size=200),
    st.integers(-300, 300),
    st.sampled_from(["/api/v1/about", "/api/v1/log/tile/0/x001/067.p/12", "/"]),
)
def test_what_one_node_signs_another_takes_within_five_minutes(body, seconds, path):
    """S9, S10: both directions, with clocks up to five minutes apart."""
    target, at = signing.target_uri(made.BASE, path), made.AT
    content_type = made.JSON if body else None
    nonce = signing.new_nonce()
    asked = signing.sign_request(
        "POST", target, body, content_type, private=made.DK, key_id=made.DK_ID, at=at, nonce=nonce
    )
    seen = at + timedelta(seconds=seconds)
    found = signing.verify_request(
        "POST", target, asked, body, key_of=lambda _: made.DK_PUBLIC, at=seen
    )
    assert (found.key_id, found.nonce, found.created) == (made.DK_ID, nonce, at)
    assert found.expires == at + timedelta(minutes=5)
    answered = signing.sign_reply(
        200, body, content_type, request_headers=asked, private=made.SE, key_id=made.SE_ID, at=seen
    )
    assert signing.verify_reply(
        200, answered, body, request_headers=asked, key_of=lambda _: made.SE_PUBLIC, at=at
    ) == signing.VerifiedReply(made.SE_ID, seen, seen + timedelta(minutes=5))


def test_ten_minutes_off_is_named_as_a_matter_of_clocks_with_both_times():
    """S10"""
    given_ = VECTORS["a-clock-ten-minutes-fast"]["given"]
    with pytest.raises(MessageRefusedError) as refusal:
        judge(given_)
    assert "2026-03-02 09:30:00 UTC" in refusal.value.sentence
    assert "2026-03-02 09:20:00 UTC" in refusal.value.sentence
    assert "clock" in refusal.value.sentence


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("an-unknown-key", None),
        ("no-signature", None),
        ("a-revoked-key", None),
        ("another-label", None),
        ("an-altered-target", made.DK_ID),
        ("a-clock-ten-minutes-slow", made.DK_ID),
        ("an-altered-body", made.DK_ID),
    ],
)
def test_a_refusal_says_whether_the_key_was_known(name, known):
    """A person must hear of what comes under a known key, and of nothing that any stranger can send."""
    with pytest.raises(MessageRefusedError) as refusal:
        judge(VECTORS[name]["given"])
    assert refusal.value.known_key_id == known


def test_the_target_is_built_from_the_base_address_in_one_form():
    """S4"""
    for base in ("https://Node.SE.example:443/havn/", "https://node.se.example/havn"):
        assert signing.target_uri(base, "/api/v1/about") == made.ABOUT
    assert (
        signing.target_uri("http://127.0.0.1:8000", "/x", "a=1") == "http://127.0.0.1:8000/x?a=1"
    )


def test_a_nonce_is_fresh_and_of_the_form_that_is_asked_for():
    """S8"""
    assert len({signing.new_nonce() for _ in range(100)}) == 100
    assert len(from_b64u(signing.new_nonce())) == 16


@pytest.mark.parametrize(("body", "content_type"), [(b"{}", None), (b"", made.JSON)])
def test_a_body_has_a_type_and_nothing_else_has_one(body, content_type):
    """S5"""
    with pytest.raises(ValueError, match="type"):
        made.signed(body=body, content_type=content_type)


def test_times_beyond_the_calendar_are_refused():
    """S7"""
    parameters = made.PARTS + made.TIMES + made.REST
    far = parameters.replace(f"created={int(made.AT.timestamp())}", "created=999999999999999")
    assert code_of(made.request(made.by_hand(far))) == "malformed"
    assert datetime.fromisoformat(made.request({})["at"]).tzinfo == UTC
