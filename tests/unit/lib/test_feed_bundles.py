# SPDX-License-Identifier: Apache-2.0
"""A bundle is read as one, and comes to the same as reading each of its leaves by itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import feed
from havn.lib.encoding import b64u
from tests.unit.lib.feed_log import MemoryLog, leaves_of, noise_of

EPOCHS = (1, 17, 2**53 - 1)


def a_leaf(name: str, *, tag_count: int, epoch: int) -> bytes:
    return feed.leaf_bytes(feed.dummy_leaf(epoch=epoch, tag_count=tag_count, noise=noise_of(name)))


def written(*tags: bytes, epoch: int = 1, commit: bytes = bytes(32)) -> bytes:
    """Return a leaf as text, in order or not."""
    names = ",".join(f'"{b64u(each)}"' for each in tags)
    return f'{{"commit":"{b64u(commit)}","epoch":{epoch},"tags":[{names}],"v":1}}'.encode()


RIGHT = st.builds(
    a_leaf, st.text(max_size=4), tag_count=st.sampled_from([1, 4, 16]), epoch=st.sampled_from(EPOCHS)
)  # fmt: skip
EIGHT = st.binary(min_size=8, max_size=8)
ODD = (
    st.lists(EIGHT, min_size=1, max_size=5).map(lambda tags: written(*tags))
    | st.sampled_from(
        [
            written(b"%08d" % 1, epoch=2**53),
            written(b"%08d" % 1).replace(b'"v":1', b'"v":2'),
            written(b"%08d" % 1) + b"\n" + written(b"%08d" % 2),
            b"\n" + written(b"%08d" % 1),
            written(b"%08d" % 1) + b"\n",
            written(b"%08d" % 1, b"%08d" % 1, b"%08d" % 2, b"%08d" % 3),
            b"",
            b"\n",
        ]
    )
    | st.binary(max_size=40)
    | st.tuples(RIGHT, st.integers(0, 80), EIGHT).map(
        lambda given: given[0][: given[1]] + given[2][:1] + given[0][given[1] + 1 :]
    )
)


def taken(contents: Sequence[bytes]) -> list[bool] | tuple[str, object]:
    """Return what a mirror of these entries says of each, or what it refuses and where."""
    log = MemoryLog()
    log.append(contents)
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    try:
        _state, entries = mirror.take_entries(0, log.page(0))
    except feed.FeedError as error:
        return error.code, error.details["index"]
    return [each.is_known for each in entries]


def read_one_by_one(contents: Sequence[bytes]) -> list[bool] | tuple[str, object]:
    """Return the same by reading each."""
    told = []
    for place, content in enumerate(contents):
        try:
            feed.parse_leaf(content)
        except feed.FeedError as error:
            if error.code != "unknown_leaf_version":
                return error.code, place
            told.append(False)
        else:
            told.append(True)
    return told


@given(st.lists(RIGHT, max_size=6), st.lists(RIGHT | ODD, min_size=1, max_size=6))
def test_a_bundle_comes_to_the_same_as_its_leaves(right, any_of_them):
    """F3 F8 F32"""
    contents = [*right, *any_of_them]
    assert taken(contents) == read_one_by_one(contents)


def test_a_bundle_of_many_tags_is_read_leaf_by_leaf_and_comes_to_the_same():
    """F32: so that a peer's longest bundle does not lie in memory many times."""
    contents = leaves_of("long", 30, tag_count=4096)
    assert taken(contents) == [True] * 30
    contents[17] = contents[17].replace(b'"v":1', b'"v":2')
    assert taken(contents) == read_one_by_one(contents)
    contents[21] = contents[21].replace(b'"epoch":1', b'"epoch":0')
    assert taken(contents) == ("leaf_malformed", 21)


@pytest.mark.parametrize("place", [0, 100, 255])
def test_two_leaves_in_one_entry_do_not_hide_what_is_none(place):
    """F3"""
    contents = leaves_of("some", 256)
    contents[place] = contents[place] + b"\n" + contents[place]
    contents[(place + 7) % 256] = b"no leaf"
    assert taken(contents) == ("leaf_malformed", min(place, (place + 7) % 256))
