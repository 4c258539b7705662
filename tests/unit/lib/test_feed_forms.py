# SPDX-License-Identifier: Apache-2.0
"""What must hold of the forms of a log: one value, one text; what was not written so is not read."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from havn.lib import feed
from havn.lib.encoding import b64u, canonical_json
from havn.lib.feed import AudienceCounter, FeedError, Leaf, LogKey, _reference
from tests.unit.lib.feed_log import BEGIN, NODE, MemoryLog, leaves_of, noise_of, public_of, seeded
from tests.vectors.feed import make

NODES = st.uuids(version=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
LEAVES = st.builds(
    lambda epoch, commit, count, name: Leaf(
        epoch, commit, feed.dummy_leaf(epoch=1, tag_count=count, noise=noise_of(name)).tags
    ),
    st.integers(1, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([1, 2, 4, 5, 16, 40, 64, 100]),
    st.text(max_size=5),
)


def refused(code, call, *arguments, **named):
    with pytest.raises(FeedError) as caught:
        call(*arguments, **named)
    assert caught.value.code == code
    return caught.value


# --- leaves ---------------------------------------------------------------------------------------


@given(LEAVES)
def test_a_leaf_is_canonical_json_and_read_as_it_was_written(leaf):  # F1
    content = feed.leaf_bytes(leaf)
    assert content == canonical_json(
        {"v": 1, "epoch": leaf.epoch, "commit": b64u(leaf.commit), "tags": [b64u(each) for each in leaf.tags]}
    )  # fmt: skip
    assert feed.parse_leaf(content) == leaf
    assert _reference.read_leaf(content) == (leaf.epoch, leaf.commit, leaf.tags)


@st.composite
def broken_leaves(draw):
    content = bytearray(feed.leaf_bytes(draw(LEAVES)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(content) - 1))
        content[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(content)


@given(broken_leaves() | st.binary(max_size=80))
@example(b'{"commit":"' + b"A" * 43 + b'","epoch":9007199254740992,"tags":["AAAAAAAAAAA"],"v":1}')
@example(b'{"commit":"' + b"A" * 43 + b'","epoch":1,"tags":["AAAAAAAAAAA"],"v":1}\n')
def test_the_fast_reader_of_leaves_reads_what_the_definition_reads(content):
    try:
        leaf = feed.parse_leaf(content)
    except FeedError as error:
        assert error.code in {"leaf_malformed", "unknown_leaf_version"}
        assert _reference.read_leaf(content) is None
    else:
        assert _reference.read_leaf(content) == (leaf.epoch, leaf.commit, leaf.tags)


def test_a_leaf_with_an_impossible_value_is_not_written():
    (tag,) = feed.parse_leaf(leaves_of("x", 1)[0]).tags
    right = Leaf(1, bytes(32), (tag,))
    for wrong in (
        replace(right, epoch=0),
        replace(right, commit=bytes(31)),
        replace(right, tags=()),
        replace(right, tags=(tag, tag, tag, tag)),
        replace(right, tags=(tag[:7],)),
    ):
        refused("leaf_malformed", feed.leaf_bytes, wrong)


def test_the_classes_of_tags_and_beats():  # F8 F13
    counts = {0: 1, 1: 1, 2: 4, 4: 4, 5: 16, 17: 64, 65: 128, 129: 256, 4096: 4096}
    assert {count: feed.tag_class(count) for count in counts} == counts
    counts = {0: 1, 1: 1, 2: 4, 5: 16, 17: 64, 65: 256, 257: 1024}
    assert {count: feed.batch_class(count) for count in counts} == counts
    with pytest.raises(ValueError, match="class"):
        feed.tag_class(4097)
    with pytest.raises(ValueError, match="named once"):
        feed.new_leaf(bytes(32), [b"k", b"k"], epoch=1, noise=noise_of("x"))
    with pytest.raises(ValueError, match="named once"):
        feed.new_leaf(bytes(32), [], epoch=1, noise=noise_of("x"))


def pair():
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def test_both_sides_have_one_key_and_it_changes_with_log_and_epoch():  # F6 F18
    (own, own_public), (their, their_public) = pair(), pair()
    key = feed.pair_key(own, their_public, origin="havn-log/a", epoch=1)
    assert key == feed.pair_key(their, own_public, origin="havn-log/a", epoch=1)
    assert key != feed.pair_key(own, their_public, origin="havn-log/b", epoch=1)
    assert key != feed.pair_key(own, their_public, origin="havn-log/a", epoch=2)
    refused("key_unusable", feed.pair_key, own, b"short", origin="x", epoch=1)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 20])
def test_each_node_of_the_audience_finds_its_leaf_and_no_other(count):  # F7 F8
    keys = [seeded(f"key {number}") for number in range(count)]
    leaf = feed.new_leaf(seeded("commit"), keys, epoch=3, noise=noise_of("x"))
    assert len(leaf.tags) == feed.tag_class(count)
    assert all(feed.is_tagged(leaf, key) for key in keys)
    assert not feed.is_tagged(leaf, seeded("stranger"))
    assert feed.parse_leaf(feed.leaf_bytes(leaf)) == leaf


def test_a_dummy_has_the_form_of_any_leaf_and_nobody_finds_it():  # F14
    real = feed.new_leaf(
        seeded("commit"), [seeded("key")], epoch=1, noise=noise_of("x"), least_tags=4
    )
    dummy = feed.dummy_leaf(epoch=1, tag_count=4, noise=noise_of("y"))
    assert len(feed.leaf_bytes(real)) == len(feed.leaf_bytes(dummy))
    assert not feed.is_tagged(dummy, seeded("key"))


def test_the_largest_leaf_fits_into_a_bundle():  # F17
    leaf = feed.dummy_leaf(epoch=2**53 - 1, tag_count=4096, noise=noise_of("x"))
    assert len(feed.leaf_bytes(leaf)) <= 65_535
    refused("leaf_malformed", feed.pack_entries, [bytes(65_536)])


def test_a_commitment_opens_with_its_salt_and_payload_only():  # F4 F16
    commit = feed.commitment(b"s" * 32, b"payload")
    assert feed.opens(commit, b"s" * 32, b"payload")
    assert not feed.opens(commit, b"s" * 32, b"payloae")
    assert not feed.opens(commit, b"t" * 32, b"payload")
    assert not feed.opens(commit, b"s" * 31, b"spayload")  # the salt ends where it ends
    with pytest.raises(ValueError, match="32 bytes"):
        feed.commitment(b"s", b"payload")


# --- payloads and counters ------------------------------------------------------------------------


@given(
    st.builds(
        feed.Payload,
        id=NODES,
        kind=st.sampled_from(["referral.sent", "item.police.hold"]),
        subject=st.uuids(),
        happened_at=st.datetimes(timezones=st.just(UTC)),
        audience=st.sets(NODES, min_size=1, max_size=5).map(
            lambda ids: tuple(sorted(ids, key=str))
        ),
        counter=st.integers(1, 2**53 - 1),
        body=st.dictionaries(st.text(max_size=8), JSON, max_size=3),
    )
)
def test_a_payload_is_read_as_it_was_written(payload):  # F9
    assert feed.parse_payload(feed.payload_bytes(payload)) == payload


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "referral"},
        {"id": UUID(int=1)},
        {"audience": ()},
        {"audience": (make.PAYLOAD.audience[0],) * 2},
        {"counter": 0},
        {"counter": 2**53},
        {"body": {"x": "\ud800"}},
        {"body": {"x": 1e400}},
        {"body": {"x": "y" * 300_000}},
        {"v": 0},
    ],
)
def test_a_payload_with_an_impossible_value_is_not_written(change):  # F10
    refused("payload_malformed", feed.payload_bytes, replace(make.PAYLOAD, **change))


def test_an_unknown_version_says_what_can_be_read_of_it():  # F11
    content = json.loads(feed.payload_bytes(make.PAYLOAD))
    error = refused(
        "unknown_payload_version", feed.parse_payload, canonical_json(content | {"v": 2})
    )
    assert error.details == {"version": 2, "id": str(make.PAYLOAD.id), "kind": "referral.sent"}
    odd = canonical_json({"v": 3, "id": 5, "kind": "../x"})
    assert refused("unknown_payload_version", feed.parse_payload, odd).details == {"version": 3}


def test_a_counter_shows_what_is_missing_and_takes_it_later():  # F12
    counter = AudienceCounter().taken(1).passing_over(5).taken(6).passing_over(9)
    assert (counter.expected, counter.missing) == (10, ((2, 4), (7, 8)))
    counter = counter.taken(3).taken(7)
    assert counter.missing == ((2, 2), (4, 4), (8, 8))
    refused("counter_repeated", counter.taken, 3)
    refused("counter_gap", counter.taken, 11)
    assert counter.passing_over(2).taken(4).taken(8) == AudienceCounter(10)


def test_missing_ranges_are_bounded():
    counter = AudienceCounter()
    for number in range(2, 2050, 2):
        counter = counter.passing_over(number)
    refused("counter_gap", counter.passing_over, 3000)


def test_an_audience_has_one_name_in_any_order():
    first, second = UUID(int=1), UUID(int=2)
    assert feed.audience_key([first, second]) == feed.audience_key([second, first])
    assert feed.audience_key([first]) != feed.audience_key([first, second])


# --- notes ----------------------------------------------------------------------------------------

LOG = MemoryLog()
LOG.append(leaves_of("x", 3))
NOTE = LOG.signed()
W1, W2 = seeded("w1"), seeded("w2")
WITNESSES = {"havn-witness/1": [LogKey(public_of(W1))], "havn-witness/2": [LogKey(public_of(W2))]}


def test_witnesses_sign_with_the_time_and_the_newest_word_counts():  # F28 F30
    later = BEGIN + timedelta(minutes=5)
    note = feed.with_lines(
        NOTE,
        [
            feed.cosign(NOTE, "havn-witness/1", W1, at=BEGIN),
            feed.cosign(NOTE, "havn-witness/2", W2, at=BEGIN),
            feed.cosign(NOTE, "havn-witness/1", W1, at=later),
            feed.cosign(NOTE, "havn-witness/stranger", W2, at=later),
        ],
    )
    found = feed.verified_cosignatures(feed.read_note(note), witnesses=WITNESSES)
    assert found == {"havn-witness/1": later, "havn-witness/2": BEGIN}
    revoked = WITNESSES | {"havn-witness/2": [LogKey(public_of(W2), is_revoked=True)]}
    assert set(feed.verified_cosignatures(feed.read_note(note), witnesses=revoked)) == {
        "havn-witness/1"
    }
    assert feed.signed_at(feed.read_note(note), origin=LOG.origin, log_keys=[LOG.key]) == LOG.at


def test_a_log_signs_with_a_new_key_beside_a_revoked_one():  # F29
    old = LogKey(public_of(W1), is_revoked=True)
    line = feed.sign_checkpoint(LOG.checkpoint(), W1).split("\n\n")[1]
    note = feed.read_note(feed.with_lines(NOTE, [line]))
    found = feed.verified_checkpoint(note, origin=LOG.origin, log_keys=[old, LOG.key])
    assert found == LOG.checkpoint()


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\u2003b", "cosignature/v1", "x" * 256]
)
def test_a_name_that_others_could_take_for_something_else_is_refused(name):  # F24
    private = seeded("x")
    refused(
        "note_malformed", feed.sign_checkpoint, replace(LOG.checkpoint(), origin=name), private
    )
    refused("note_malformed", feed.cosign, NOTE, name, private, at=BEGIN)


def test_a_log_and_its_node_as_a_witness_have_names_of_their_own():  # F24
    assert feed.own_witness(feed.log_origin(NODE)) == feed.witness_name(NODE)
    refused("wrong_origin", feed.own_witness, "example.org/log")


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff" + NOTE.encode(),
        NOTE * 300,
        NOTE + "\N{EM DASH} x AAAAAAAA\n" * 300,
        NOTE.replace("\N{EM DASH}", "-", 1),
        NOTE + "\n",
        NOTE + "\N{EM DASH} x AAAA\n",
        NOTE + "\N{EM DASH} x AAAAAAA\n",
        "\ud800\n\n" + NOTE,
    ],
)
def test_a_note_in_another_form_is_refused(broken):  # F27
    refused("note_malformed", feed.read_note, broken)


def test_a_checkpoint_with_impossible_numbers_is_not_written_or_read():  # F25
    for wrong in (replace(LOG.checkpoint(), size=-1), replace(LOG.checkpoint(), root=b"x")):
        refused("note_malformed", feed.checkpoint_body, wrong)
    empty = feed.sign_checkpoint(replace(LOG.checkpoint(), size=0), LOG.private)
    refused("note_malformed", feed.checkpoint_of, feed.read_note(empty))
    refused("cosignature_wrong", feed.cosign, NOTE, "x", W1, at=datetime(1960, 1, 1, tzinfo=UTC))


# --- paths, bundles, proof files ------------------------------------------------------------------


@given(st.none() | st.integers(0, 6), st.integers(0, 2**45 - 1), st.integers(1, 256))
def test_a_tile_path_is_read_as_it_was_written(level, number, width):  # F20
    path = (
        feed.entries_path(number, width) if level is None else feed.tile_path(level, number, width)
    )
    assert feed.parse_tile_path(path) == feed.TileAddress(level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1", "tile/0/0001", "tile/00/001", "tile/7/001", "tile/64/001", "tile/0/001/", "/tile/0/001",
        "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/01", "tile/0/x001", "tile/0/001/x002", "tile/0/٠٠١",
        "tile/entries/x000/001", "tile/data/001", "tile/0/001\n", "tile/0/x999/x999/x999/x999/x999/999",
    ],
)  # fmt: skip
def test_a_path_in_another_form_names_nothing(path):
    refused("path_malformed", feed.parse_tile_path, path)


@pytest.mark.parametrize("place", [(9, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_an_impossible_place_has_no_path(place):
    refused("path_malformed", feed.tile_path, *place)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_bundle_is_read_as_it_was_written(entries):  # F21
    page = feed.pack_entries(entries)
    assert feed.unpack_entries(page, len(entries)) == entries
    refused("page_truncated", feed.unpack_entries, page, len(entries) + 1)
    if entries:
        refused("page_truncated", feed.unpack_entries, page[:-1], len(entries))
        refused("page_too_large", feed.unpack_entries, page, len(entries) - 1)


def test_a_proof_file_carries_extra_words_that_prove_nothing():  # F46 F47
    path = feed.inclusion_proof(1, 3, LOG.tiles)
    text = feed.write_proof(1, path, NOTE, extra=b"more")
    assert feed.read_proof(text) == feed.ProofFile(1, tuple(path), NOTE, b"more")
    keys = {"origin": LOG.origin, "log_keys": [LOG.key]}
    assert feed.verify_proof(text, LOG.entries[1], **keys) == LOG.checkpoint()
    refused(
        "wrong_origin", feed.verify_proof, text, LOG.entries[1], origin="x", log_keys=[LOG.key]
    )
    for broken in ("", "x", text.replace("index 1", "index 01"), text.replace("index 1", "index"),
                   text.replace("c2sp.org", "c3sp.org"), text.replace("extra ", "extra"), text.replace("\n\n", "\n"),
                   text.replace("index 1\n", "index 1\nAAAA\n"), text.replace("index 1\n", "index 1\nAA=A\n"), "x" * 300_000,
                   text.replace("extra bW9yZQ==", "extra bW9yZR==")):  # fmt: skip
        refused("proof_wrong", feed.read_proof, broken)


# --- any bytes ------------------------------------------------------------------------------------

TEXTS = [
    NOTE,
    make.FORMS["proof"],
    *make.FORMS["evidence"].values(),
    make.FORMS["payload"],
    make.FORMS["leaf"],
]


@st.composite
def nearly(draw):
    """Return one of our texts with some places changed."""
    content = bytearray(draw(st.sampled_from(TEXTS)).encode())
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 5))] = draw(st.binary(max_size=5))
    return bytes(content)


@given(st.binary(max_size=300) | nearly())
@example(b'{"a":' * 100_000)
@example(b'"\\' * 130_000)
@example(b"[" * 200_000)
def test_no_bytes_raise_anything_but_the_error_of_feeds(content):
    text = content.decode(errors="replace")
    for call in (
        lambda: feed.parse_leaf(content),
        lambda: feed.parse_payload(content),
        lambda: feed.read_note(content),
        lambda: feed.read_note(text),
        lambda: feed.checkpoint_of(feed.read_note(content)),
        lambda: feed.read_proof(text),
        lambda: feed.verify_evidence(content),
        lambda: feed.parse_tile_path(text),
        lambda: feed.unpack_entries(content, 5),
        lambda: feed.with_lines(NOTE, [text]),
        lambda: feed.verify_proof(text, b"x", origin=LOG.origin, log_keys=[LOG.key]),
        lambda: LOG.follower().take_checkpoint(content, at=LOG.at),
        lambda: LOG.follower().compare(text, own=LOG.tiles),
    ):
        with contextlib.suppress(FeedError):
            call()
