# SPDX-License-Identifier: Apache-2.0
"""The search finds what the definition finds: for every size, radius, filter and cut into bands, by both ways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havn.lib.matching import FingerprintError, Index
from havn.lib.matching._bands import Bands, even_bands, probe_count
from havn.lib.matching._bits import given_fingerprints, stored_words
from havn.lib.matching._choose import cheapest_bands, expected_candidates, with_order
from havn.lib.matching._plain import scan_plain
from havn.lib.matching._reference import distance_between
from havn.lib.matching._search import EVERYTHING, CompiledSearch, plain_hits
from havn.lib.matching._segment import NO_BYTES, Attributes, build_segment
from tests.unit.lib.listed import NAMES, expected, flipped, listed

SIZES = st.sampled_from([0, 1, 2, 3, 10]) | st.integers(4, 300)
RADII = st.integers(0, 63)
BARE = Attributes(np.empty(0, np.uint64), np.empty(0, np.uint8), np.empty(0, np.uint16))


def fast_equals_reference(
    seed: int, count: int, radius: int, floor: int, some: list[str] | None
) -> None:
    made = listed(seed, count)
    entries = made.entries()
    index = made.index()
    answers = index.query_many(made.queries, radius=radius, lists=some, minimum_quality=floor)
    compiled = made.index()
    compiled.prepare()
    compiled_answers = compiled.query_many(
        made.queries, radius=radius, lists=some, minimum_quality=floor
    )
    for number, query in enumerate(made.queries):
        wanted = expected(entries, query, radius=radius, lists=some, minimum_quality=floor)
        assert (
            index.query(query.tobytes(), radius=radius, lists=some, minimum_quality=floor)
            == wanted
        )
        assert (
            compiled.query(query.tobytes().hex(), radius=radius, lists=some, minimum_quality=floor)
            == wanted
        )
        assert answers.of(number) == compiled_answers.of(number) == wanted


CASES = {
    "seed": st.integers(0, 2**32),
    "count": SIZES,
    "radius": RADII,
    "floor": st.sampled_from([0, 0, 50, 101]),
    "some": st.sampled_from([None, None, ["own"], ["national", "confirmed"]]),
}


@given(**CASES)
def test_both_ways_of_searching_find_what_the_definition_finds(seed, count, radius, floor, some):
    fast_equals_reference(seed, count, radius, floor, some)


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3000)
@settings(max_examples=10_000)
@given(**CASES)
def test_both_ways_find_what_the_definition_finds_in_ten_thousand_cases(
    seed, count, radius, floor, some
):
    fast_equals_reference(seed, count, radius, floor, some)


@given(
    seed=st.integers(0, 2**32),
    cut=st.sampled_from(
        [
            (32, 16),
            (32, 8),
            (24, 16),
            (20, 8),
            (18, 16),
            (16, 16),
            (16, 8),
            (15, 16),
            (18, 12),
            (17, 12),
            (32, 12),
        ]
    ),
    radius=RADII,
    shuffled=st.booleans(),
    crowd=st.booleans(),
)
def test_every_cut_into_bands_finds_what_a_flat_scan_finds(seed, cut, radius, shuffled, crowd):
    dice = np.random.default_rng(seed)
    order = tuple(int(each) for each in dice.permutation(256)) if shuffled else tuple(range(256))
    bands = even_bands(cut[0], peek_width=cut[1], order=order)
    made = listed(seed, 900, clusters=2 if crowd else 200)
    stored = stored_words(made.fingerprints, bands)
    queries = stored_words(made.queries, bands)
    segment = build_segment(stored, bands, BARE)
    plain = plain_hits(segment, queries, radius=radius, removed=NO_BYTES, wanted=EVERYTHING)
    compiled = CompiledSearch(segment).hits(
        queries, radius=radius, removed=NO_BYTES, wanted=EVERYTHING
    )
    scanned = [scan_plain(stored, each, radius=radius) for each in queries]
    wanted = sorted(
        (number, int(position), int(distance))
        for number, found in enumerate(scanned)
        for position, distance in zip(found.positions, found.distances, strict=True)
    )
    for hits in (plain, compiled):
        assert wanted == sorted(
            zip(
                hits.queries.tolist(),
                hits.positions.tolist(),
                hits.distances.tolist(),
                strict=True,
            )
        )
    assert plain.touched.tolist() == compiled.touched.tolist()


@given(seed=st.integers(0, 2**32), radius=RADII)
def test_a_flat_scan_by_arrays_is_the_definition(seed, radius):
    made = listed(seed, 40)
    bands = even_bands(32)
    for query in made.queries:
        found = scan_plain(
            stored_words(made.fingerprints, bands),
            stored_words(query[None], bands)[0],
            radius=radius,
        )
        wanted = [distance_between(each.tobytes(), query.tobytes()) for each in made.fingerprints]
        assert found.positions.tolist() == [
            at for at, distance in enumerate(wanted) if distance <= radius
        ]
        assert found.distances.tolist() == [distance for distance in wanted if distance <= radius]


@given(
    widths=st.integers(2, 60).map(lambda count: even_bands(max(count, 11)).widths),
    radius=RADII,
    differences=st.data(),
)
def test_some_band_and_the_one_after_it_are_near_in_every_pair_within_the_radius(
    widths, radius, differences
):
    bands = Bands(widths, 16)
    shares = bands.shares(radius)
    assert sum(shares) == radius + 1
    left = radius
    differ = []
    for width in widths:
        bits = differences.draw(st.integers(0, min(left, width)))
        differ.append(bits)
        left -= bits
    turned = differences.draw(st.permutations(differ))
    following = [*range(1, len(turned)), 0]
    assert any(
        turned[each] < shares[each] and turned[each] + turned[after] < shares[each] + shares[after]
        for each, after in enumerate(following)
    )


@given(seed=st.integers(0, 2**32))
def test_the_order_of_building_makes_no_difference(seed):
    made = listed(seed, 120)
    dice = np.random.default_rng(seed)
    mixed = dice.permutation(120)
    one = made.index()
    other = Index.build(
        made.fingerprints[mixed],
        identifiers=made.identifiers[mixed],
        qualities=made.qualities[mixed],
        lists=made.lists[mixed],
        list_names=NAMES,
    )
    assert one.description() == other.description()
    for query in made.queries:
        assert one.query(query.tobytes(), radius=45) == other.query(query.tobytes(), radius=45)


def test_many_queries_in_threads_find_the_same_as_one_after_another():
    made = listed(5, 3000, queries=700)
    index = made.index()
    index.prepare()
    alone, together = (index.query_many(made.queries, radius=40, threads=each) for each in (1, 3))
    assert len(alone.distances) > 1000
    for name in ("offsets", "distances", "identifiers", "lists", "qualities", "touched"):
        assert np.array_equal(getattr(alone, name), getattr(together, name)), name


def test_more_matches_than_there_was_room_for_are_all_told():
    same = np.zeros((20_000, 32), np.uint8)
    index = Index.build(same)
    index.prepare()
    assert [each.identifier for each in index.query(bytes(32))] == list(range(20_000))
    many = index.query_many(np.zeros((3, 32), np.uint8))
    assert many.offsets.tolist() == [0, 20_000, 40_000, 60_000]


def test_a_crowded_bucket_is_answered_by_the_scan_and_still_exactly():
    dice = np.random.default_rng(8)
    crowd = np.zeros((5000, 32), np.uint8)
    crowd[:, 16:] = dice.integers(0, 256, (5000, 16), dtype=np.uint8)
    index = Index.build(crowd)
    index.prepare()
    query = flipped(crowd[77], 30, dice)
    answers = index.query_many(query[None])
    assert answers.touched[0] <= 5000
    assert [each.identifier for each in answers.of(0)] == [
        at
        for at, each in enumerate(crowd)
        if distance_between(each.tobytes(), query.tobytes()) <= 31
    ]


def test_a_query_among_two_hundred_thousand_random_entries_looks_at_few_of_them():
    dice = np.random.default_rng(9)
    index = Index.build(dice.integers(0, 256, (200_000, 32), dtype=np.uint8))
    index.prepare()
    touched = index.query_many(dice.integers(0, 256, (400, 32), dtype=np.uint8)).touched
    assert index.description().bytes_per_entry == 32 + 16 * 5 + (16 * 65537 * 4 + 64) / 200_000
    assert 800 < touched.mean() < 870
    assert touched.max() < 1200


@pytest.mark.parametrize(
    ("count", "compact", "most_bytes", "most_probes", "most_candidates"),
    [
        (1_000_000, False, 117, 272, 4200),
        (10_000_000, False, 113, 272, 42_000),
        (10_000_000, True, 96, 1500, 15_000),
        (100_000_000, False, 105, 3000, 30_000),
    ],
)
def test_bytes_probes_and_candidates_stay_within_what_the_page_says(
    count, compact, most_bytes, most_probes, most_candidates
):
    from havn.lib.matching._choose import COMPACT, ROOMY, bytes_per_entry

    bands = cheapest_bands(count, most_bytes=COMPACT if compact else ROOMY)
    assert bytes_per_entry(bands, count) <= most_bytes
    assert probe_count(bands, 31) <= most_probes
    assert expected_candidates(bands, count) <= most_candidates


def test_bits_that_say_the_same_are_spread_over_the_bands():
    dice = np.random.default_rng(10)
    bits = dice.integers(0, 2, (20_000, 256), dtype=np.uint8)
    for band in range(16):  # half of each band's bits repeat its first
        bits[:, 16 * band + 1 : 16 * band + 8] = bits[:, 16 * band, None]
    skewed = np.packbits(bits, axis=1, bitorder="little")
    index = Index.build(skewed)
    index.prepare()
    assert index.description().ordered_by_entries
    asked = np.array([flipped(each, 20, dice) for each in skewed[:300]], np.uint8)
    plain = even_bands(index.description().bands, peek_width=index.description().peek_width)
    as_given = plain_hits(
        build_segment(stored_words(skewed, plain), plain, BARE),
        stored_words(asked, plain), radius=31, removed=NO_BYTES, wanted=EVERYTHING,
    )  # fmt: skip
    answers = index.query_many(asked)
    assert answers.touched.mean() < as_given.touched.mean() / 4
    assert all(answers.of(each)[0].identifier == each for each in range(300))


def test_an_order_that_would_not_help_is_not_taken():
    bands = even_bands(16)
    random = np.random.default_rng(11).integers(0, 256, (5000, 32), dtype=np.uint8)
    assert with_order(bands, random) is bands
    assert with_order(bands, random[:1]) is bands


@given(seed=st.integers(0, 2**32))
def test_a_fingerprint_comes_back_as_it_was_given_from_any_order_of_bits(seed):
    dice = np.random.default_rng(seed)
    bands = even_bands(17, order=tuple(int(each) for each in dice.permutation(256)))
    fingerprints = dice.integers(0, 256, (9, 32), dtype=np.uint8)
    assert np.array_equal(
        given_fingerprints(stored_words(fingerprints, bands), bands), fingerprints
    )


def test_identifiers_of_sixty_four_bits_come_back():
    identifiers = np.array([2**64 - 1, 2**63, 0], np.uint64)
    index = Index.build(np.zeros((3, 32), np.uint8), identifiers=identifiers)
    assert [each.identifier for each in index.query(bytes(32))] == [0, 2**63, 2**64 - 1]
    found = index.entry(2**64 - 1)
    assert found is not None
    assert found.fingerprint == bytes(32)
    assert index.entry(5) is None


@pytest.mark.parametrize(
    ("given_one", "why"),
    [
        ("0" * 63, "64 hexadecimal digits, this one has 63 characters"),
        ("g" + "0" * 63, "this one has 'g'"),
        ("00 " + "0" * 61, "this one has ' '"),
        ("٠" * 64, "this one has '٠'"),
        (b"\0" * 31, "has 32 bytes, this one has 31"),
    ],
)
def test_what_is_no_fingerprint_is_refused_with_what_is_wrong(given_one, why):
    index = Index.build(np.zeros((1, 32), np.uint8))
    with pytest.raises(FingerprintError, match=why.replace("(", r"\(")):
        index.query(given_one)


def test_either_case_of_digits_is_the_same_fingerprint():
    index = Index.build(np.full((1, 32), 0xAB, np.uint8))
    assert index.query("ab" * 32) == index.query("AB" * 32) != []


@pytest.mark.parametrize("radius", [-1, 64, 256])
def test_a_radius_out_of_range_is_refused(radius):
    with pytest.raises(FingerprintError, match="from 0 to 63"):
        Index.build(np.zeros((1, 32), np.uint8)).query(bytes(32), radius=radius)


def test_a_list_that_the_index_does_not_hold_is_never_answered_with_no_match():
    index = Index.build(np.zeros((1, 32), np.uint8), list_names=["known"])
    with pytest.raises(
        FingerprintError, match="there is no list 'unknown' in this index; it holds 'known'"
    ):
        index.query(bytes(32), lists=["unknown"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"fingerprints": np.zeros((2, 31), np.uint8)}, r"shape \(n, 32\)"),
        ({"fingerprints": np.zeros((2, 32), np.int8)}, "not int8"),
        ({"identifiers": np.array([4, 4], np.uint64)}, "identifier 4 stands twice"),
        (
            {"identifiers": np.array([4], np.uint64)},
            r"identifiers are given as an array of uint64 of shape \(2,\)",
        ),
        ({"qualities": np.array([1, 101], np.uint8)}, "from 0 to 100, not 101"),
        ({"lists": np.array([0, 1], np.uint16)}, "list number 1, and only 1 have a name"),
        ({"list_names": []}, "1 to 65,536 lists, not 0"),
        ({"list_names": ["a", "a"]}, "two lists have the same name"),
    ],
)
def test_entries_that_cannot_be_held_are_refused_with_what_is_wrong(arguments, why):
    with pytest.raises(FingerprintError, match=why):
        Index.build(**{"fingerprints": np.zeros((2, 32), np.uint8), **arguments})


def test_shares_of_the_radius_differ_by_at_most_one_and_the_wider_bands_have_more():
    for count in range(11, 33):
        bands = even_bands(count)
        assert all(one >= other for one, other in pairwise(bands.widths))
        for radius in range(64):
            shares = bands.shares(radius)
            assert sum(shares) == radius + 1
            assert all(one >= other for one, other in pairwise(shares))
