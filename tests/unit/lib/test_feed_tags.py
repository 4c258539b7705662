# SPDX-License-Identifier: Apache-2.0
"""Whether an entry may carry our tag is told from its places alone, and comes to the same as reading it whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange import rules
from havn.lib import feed
from havn.lib.encoding import b64u
from tests.unit.lib.feed_log import noise_of, seeded

KEY = seeded("pair")


def leaf_of(name: str, *, is_ours: bool, epoch: int = 1, tags: int = 4) -> bytes:
    noise = noise_of(name)
    if is_ours:
        leaf = feed.new_leaf(noise(32), [KEY], epoch=epoch, noise=noise, least_tags=tags)
    else:
        leaf = feed.dummy_leaf(epoch=epoch, tag_count=tags, noise=noise)
    return feed.leaf_bytes(leaf)


@given(
    st.text(max_size=6), st.booleans(), st.sampled_from([1, 17, 2**53 - 1]), st.sampled_from([1, 4, 16])
)  # fmt: skip
def test_it_comes_to_the_same_as_reading_the_leaf(name, is_ours, epoch, tags):
    """F7"""
    entry = leaf_of(name, is_ours=is_ours, epoch=epoch, tags=tags)
    assert feed.is_tagged(feed.parse_leaf(entry), KEY) is is_ours
    found = feed.find_tagged([b"", entry], lambda asked: KEY if asked == epoch else None)
    assert found == ([(1, feed.parse_leaf(entry))] if is_ours else [])
    assert feed.find_tagged([entry], lambda _asked: None) == []


@given(st.binary(max_size=120) | st.binary(max_size=80).map(lambda rest: b'{"commit":"' + rest))
def test_nothing_else_is_taken_for_one(entry):
    assert feed.find_tagged([entry], lambda _epoch: KEY) == []


@given(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=5))
def test_tags_are_in_order_by_their_bytes_although_they_are_compared_as_text(tags):
    """F8"""
    leaf = feed.Leaf(1, bytes(32), tuple(tags))
    try:
        content = feed.leaf_bytes(leaf)
    except feed.FeedError:
        good = feed.leaf_bytes(feed.Leaf(1, bytes(32), (b"%08d" % 0,)))
        written = b",".join(b'"%b"' % b64u(each).encode() for each in tags)
        content = good.replace(b'"MDAwMDAwMDA"', written)
        with pytest.raises(feed.FeedError):
            feed.parse_leaf(content)
    else:
        assert feed.parse_leaf(content) == leaf


@pytest.mark.parametrize("end", [b',"v":2}', b',"v":1,"x":1}'])
def test_a_leaf_of_a_later_version_is_passed_over_even_with_our_tag(end):
    """F3"""
    entry = leaf_of("later", is_ours=True).removesuffix(b',"v":1}') + end
    ours = leaf_of("ours", is_ours=True)
    found = rules.tagged([entry, ours], first=17, key_of_epoch=lambda _epoch: KEY)
    assert [each.position for each in found] == [18]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([1, 17, 2**53 - 1])), max_size=12))
def test_of_many_entries_those_with_our_tag_are_found_where_they_stand(asked):
    """F7"""
    entries = [
        leaf_of(str(place), is_ours=is_ours, epoch=epoch)
        for place, (is_ours, epoch) in enumerate(asked)
    ]
    found = feed.find_tagged(entries, lambda epoch: None if epoch == 17 else KEY)
    expected = [
        (place, feed.parse_leaf(entry))
        for place, entry in enumerate(entries)
        if asked[place][0] and asked[place][1] != 17
    ]
    assert found == expected
    firsts = [place for place, (_is_ours, epoch) in enumerate(asked) if epoch == 17]
    assert feed.first_of_epoch(entries, lambda epoch: epoch == 17) == min(
        firsts, default=len(entries)
    )


@given(st.binary(max_size=200), st.text(max_size=6))
def test_a_tag_is_found_by_the_key_that_made_it_however_long_it_is(key, name):
    """F7"""
    noise = noise_of(name)
    leaf = feed.new_leaf(noise(32), [key], epoch=1, noise=noise, least_tags=4)
    assert feed.find_tagged([feed.leaf_bytes(leaf)], lambda _epoch: key) == [(0, leaf)]
