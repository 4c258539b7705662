# SPDX-License-Identifier: Apache-2.0
"""What must hold of the tree: fast equals the definition, tiles grow as if built at once, proofs prove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import feed
from havn.lib.feed import FeedError, Frontier, _merkle, _reference, _tiles
from tests.unit.lib.feed_log import MemoryTiles

ENTRIES = [bytes([number]) * number for number in range(70)]
HASHES = [feed.leaf_hash(each) for each in ENTRIES]
MANY = [number.to_bytes(4, "big") for number in range(66_500)]
MANY_HASHES = [feed.leaf_hash(each) for each in MANY]


@pytest.fixture(scope="module")
def tiles():
    return MemoryTiles(MANY_HASHES)


@pytest.mark.parametrize("size", range(70))
def test_the_root_is_that_of_rfc_6962(size):  # F2
    assert Frontier().extended(HASHES[:size]).root() == _reference.tree_hash(ENTRIES[:size])


def test_the_empty_root_is_the_hash_of_nothing():
    assert Frontier().root() == feed.EMPTY_ROOT == _reference.tree_hash([])


@given(st.lists(st.integers(0, 20), max_size=8))
def test_a_frontier_grows_to_the_same_in_any_steps(steps):
    steps = [min(each, 8) for each in steps]
    frontier, taken = Frontier(), 0
    for step in steps:
        frontier = frontier.extended(HASHES[taken : taken + step])
        taken += step
        frontier = Frontier(frontier.size, frontier.hashes)  # stored and read again
    assert frontier == Frontier().extended(HASHES[:taken])


@pytest.mark.parametrize(
    "broken", [(1, ()), (0, (b"x" * 32,)), (3, (b"x" * 32,)), (1, (b"x",)), (-1, ())]
)
def test_a_frontier_with_other_hashes_than_its_size_is_refused(broken):
    with pytest.raises(ValueError, match="frontier"):
        Frontier(*broken)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_inclusion_proof_of_a_small_tree_is_the_defined_one_and_holds(size):  # F33
    reader, root = MemoryTiles(HASHES[:size]), _reference.tree_hash(ENTRIES[:size])
    for index in range(size):
        path = feed.inclusion_proof(index, size, reader)
        assert path == _reference.audit_path(index, ENTRIES[:size])
        feed.verify_inclusion(index, size, HASHES[index], path, root)
        for broken in [*altered(path), path[:-1], [*path, root]]:
            if broken != path:
                with pytest.raises(FeedError, match="does not lead"):
                    feed.verify_inclusion(index, size, HASHES[index], broken, root)
        for other in range(size):
            if other != index:
                with pytest.raises(FeedError):
                    feed.verify_inclusion(other, size, HASHES[index], path, root)


@pytest.mark.parametrize("new", range(1, 34))
def test_every_consistency_proof_of_a_small_tree_is_the_defined_one_and_holds(new):  # F33
    for old in range(1, new + 1):
        check_consistency(old, new)


def check_consistency(old, new):
    roots = _reference.tree_hash(ENTRIES[:old]), _reference.tree_hash(ENTRIES[:new])
    path = feed.consistency_proof(old, new, MemoryTiles(HASHES[:new]))
    assert path == _reference.consistency(old, ENTRIES[:new])
    feed.verify_consistency(old, new, *roots, path)
    for broken in [*altered(path), path[:-1], [*path, roots[0]]]:
        if broken != path:
            with pytest.raises(FeedError):
                feed.verify_consistency(old, new, *roots, broken)
    if old != new:
        with pytest.raises(FeedError):
            feed.verify_consistency(old, new, b"x" * 32, roots[1], path)
    with pytest.raises(FeedError):
        feed.verify_consistency(old, new, roots[0], b"x" * 32, path)


@pytest.mark.parametrize("new", range(1, 34))
def test_a_history_path_gives_both_roots(new):
    tree = _tiles.TileTree(new, MemoryTiles(HASHES[:new]))
    for old in range(1, new):
        path = _merkle.history_path(old, new, tree.lookup)
        assert path == _reference.history(old, ENTRIES[:new])
        roots = _reference.tree_hash(ENTRIES[:old]), _reference.tree_hash(ENTRIES[:new])
        assert _merkle.roots_of_history(old, new, path) == roots


def altered(path):
    return [
        [*path[:place], bytes([each[0] ^ 1]) + each[1:], *path[place + 1 :]]
        for place, each in enumerate(path)
    ]


def test_the_empty_tree_is_the_beginning_of_every_tree():
    feed.verify_consistency(0, 5, feed.EMPTY_ROOT, b"x" * 32, [])
    with pytest.raises(FeedError):
        feed.verify_consistency(0, 5, b"x" * 32, b"x" * 32, [])
    with pytest.raises(FeedError):
        feed.verify_consistency(5, 3, b"x" * 32, b"y" * 32, [b"z" * 32])


@pytest.mark.parametrize("size", [255, 256, 257, 65_535, 65_536, 65_537, 66_499])
def test_proofs_of_a_large_tree_hold(tiles, size):
    root = Frontier().extended(MANY_HASHES[:size]).root()
    for index in {0, 1, 254, 255, 256, size // 2, size - 1} & set(range(size)):
        path = feed.inclusion_proof(index, size, tiles)
        feed.verify_inclusion(index, size, MANY_HASHES[index], path, root)
    for old in {1, 255, 256, 257, size - 1, size}:
        if 0 < old <= size:
            earlier = Frontier().extended(MANY_HASHES[:old]).root()
            path = feed.consistency_proof(old, size, tiles)
            feed.verify_consistency(old, size, earlier, root, path)
    assert _tiles.TileTree(size, tiles).frontier(size).root() == root


@given(st.lists(st.integers(0, 700), max_size=6))
def test_tiles_that_grew_are_the_tiles_built_at_once(steps):  # F22 F23
    grown, taken = MemoryTiles(), 0
    for step in steps:
        grown.append(MANY_HASHES[taken : taken + step])
        taken += step
    assert grown.rows == MemoryTiles(MANY_HASHES[:taken]).rows


def test_tiles_are_the_defined_ones(tiles):  # F19
    for level, number in [(0, 0), (0, 1), (0, 259), (1, 0)]:
        assert tiles.rows[level, number] == b"".join(_reference.tile(level, number, MANY))
    assert tiles.rows[2, 0] == Frontier().extended(MANY_HASHES[:65_536]).root()
    widths = {key: len(row) // 32 for key, row in tiles.rows.items()}
    assert all(feed.width_at(*key, 66_500) == width for key, width in widths.items())
    assert feed.width_at(0, 260, 66_500) == feed.width_at(3, 0, 66_500) == 0


def test_the_example_of_the_specification_has_its_tiles():
    widths = {(0, 272): 256, (0, 273): 112, (1, 0): 256, (1, 1): 17, (2, 0): 1, (2, 1): 0}
    assert {key: feed.width_at(*key, 70_000) for key in widths} == widths


def test_a_reader_that_gives_too_little_is_noticed():
    class Short:
        def hashes(self, level, number, width):
            return bytes(32 * width - 1)

    class Long:
        def hashes(self, level, number, width):
            return bytes(32 * width + 1)

    for reader, code in ((Short(), "page_truncated"), (Long(), "page_too_large")):
        with pytest.raises(FeedError) as caught:
            feed.inclusion_proof(0, 5, reader)
        assert caught.value.code == code
