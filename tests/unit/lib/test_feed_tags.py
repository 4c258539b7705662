# SPDX-License-Identifier: Apache-2.0
"""Whether an entry may carry our tag is told from its places alone, and comes to the same as reading it whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange import rules
from havn.lib import feed
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
    assert feed.may_be_tagged(entry, lambda asked: KEY if asked == epoch else None) is is_ours
    assert not feed.may_be_tagged(entry, lambda _asked: None)


@given(st.binary(max_size=120) | st.binary(max_size=80).map(lambda rest: b'{"commit":"' + rest))
def test_nothing_else_ends_it(entry):
    assert feed.may_be_tagged(entry, lambda _epoch: KEY) in {True, False}


@pytest.mark.parametrize("end", [b',"v":2}', b',"v":1,"x":1}'])
def test_a_leaf_of_a_later_version_is_passed_over_even_with_our_tag(end):
    """F3"""
    entry = leaf_of("later", is_ours=True).removesuffix(b',"v":1}') + end
    ours = leaf_of("ours", is_ours=True)
    found = rules.tagged([entry, ours], first=17, key_of_epoch=lambda _epoch: KEY)
    assert [each.position for each in found] == [18]
