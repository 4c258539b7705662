# SPDX-License-Identifier: Apache-2.0
"""What is said of a file that was read: the nearest entry of all lists, and never "clear" without a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit.known import build_index, open_index_file
from havn.kit.lists import parse_list
from havn.kit.scanning import VERDICTS, Looker, LookRules
from havn.lib.fingerprint import VARIANTS, Digests, Frame, Pdq, Reading

ZERO = bytes(32)
DIGESTS = Digests("1" * 32, "2" * 40, "3" * 64, 7)


def near(bits):
    """Return a fingerprint with so many bits unlike ZERO."""
    return ((1 << bits) - 1).to_bytes(32, "little")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")

    def made(name, *lines):
        listed = parse_list("\n".join(lines).encode(), name=name)
        build_index(folder / f"{name}.index", [listed])
        return open_index_file(folder / f"{name}.index")

    return {
        "first": made("first", near(9).hex(), near(20).hex()),
        "second": made("second", near(4).hex(), f"md5 {DIGESTS.md5}"),
        "digests": made("digests", f"sha1 {DIGESTS.sha1}", f"md5 {'f' * 32}"),
    }


def row(known, *names, rules=None, **reading):
    return Looker([known[name] for name in names], rules or LookRules()).row(
        "x", Reading(**reading)
    )


def test_the_nearest_entry_of_all_lists_is_told_and_all_are_counted(known):
    found = row(known, "first", "second", pdq=Pdq(ZERO, 100))
    assert (found.verdict, found.distance, found.list, found.entry) == ("match", 4, "second", "1")
    assert (found.matches, found.list_size) == (3, 2)
    narrow = row(known, "first", "second", pdq=Pdq(ZERO, 100), rules=LookRules(radius=3))
    assert (narrow.verdict, narrow.list, narrow.list_size) == (
        "clear",
        "first.index, second.index",
        4,
    )


def test_of_two_lists_that_are_equally_near_the_one_that_was_named_first_is_told(known):
    for names in (["first", "second"], ["second", "first"]):
        found = row(known, *names, pdq=Pdq(near(9), 100), rules=LookRules(radius=5))
        assert (found.distance, found.list) == (0, "first")


def test_a_digest_comes_before_a_fingerprint(known):
    found = row(known, "second", pdq=Pdq(near(4), 100), digests=DIGESTS)
    assert (found.kind, found.distance, found.entry, found.matches) == ("md5", 0, "2", 2)


def test_a_digest_that_stands_on_several_lists_is_counted_once_for_each_entry(tmp_path):
    lists = [parse_list(f"md5 {DIGESTS.md5}\n".encode(), name=name) for name in ("a", "b")]
    build_index(tmp_path / "both.index", lists)
    both = open_index_file(tmp_path / "both.index")
    found = Looker([both], LookRules()).row("x", Reading(digests=DIGESTS))
    assert (found.verdict, found.list, found.entry, found.matches) == ("match", "a", "1", 2)


@pytest.mark.parametrize(
    ("quality", "verdict"), [(49, "too little detail"), (50, "match"), (0, "too little detail")]
)
def test_below_the_floor_a_fingerprint_is_not_compared(known, quality, verdict):
    assert row(known, "first", pdq=Pdq(ZERO, quality)).verdict == verdict


def test_below_the_floor_digests_are_compared(known):
    assert row(known, "digests", pdq=Pdq(ZERO, 0), digests=DIGESTS).kind == "sha1"


def test_an_unreadable_file_is_compared_by_its_digests(known):
    found = row(known, "digests", unreadable="It is cut short.", digests=DIGESTS)
    assert (found.verdict, found.kind) == ("match", "sha1")
    left = row(known, "first", unreadable="It is cut short.", digests=DIGESTS)
    assert (left.verdict, left.why) == ("unreadable", "It is cut short.")


def test_a_video_without_frames_is_only_clear_where_a_list_holds_digests(known):
    other = DIGESTS._replace(sha1="9" * 40)
    video = {"media": "video", "digests": other, "remarks": ("no ffmpeg on this machine",)}
    assert row(known, "digests", **video).verdict == "clear"
    without = row(known, "first", **video)
    assert (without.verdict, without.why) == ("unreadable", "no ffmpeg on this machine")


def test_the_frame_that_is_nearest_is_told_with_its_second(known):
    frames = (
        Frame(0, 100, bytes([255]) * 32, 0.0), Frame(1, 20, near(9), 1.0), Frame(2, 90, near(10), 2.0),
    )  # fmt: skip
    found = row(known, "first", media="video", frames=frames)
    assert (found.verdict, found.distance, found.seconds, found.pdq) == ("match", 1, 2.0, None)
    assert row(known, "first", media="video", frames=frames[1:2]).verdict == "too little detail"


def test_the_variant_that_is_nearest_is_told_by_its_name(known):
    far = Pdq(bytes([255]) * 32, 100)
    variants = tuple(Pdq(near(9), 100) if at == 3 else far for at in range(8))
    found = row(known, "first", pdq=far, variants=variants, rules=LookRules(rotations=True))
    assert (found.verdict, found.variant) == ("match", VARIANTS[3])


@given(
    pdq=st.none() | st.tuples(st.integers(0, 256), st.integers(0, 100)),
    unreadable=st.none() | st.just("No."),
    has_digests=st.booleans(),
    names=st.lists(
        st.sampled_from(["first", "second", "digests"]), min_size=1, max_size=3, unique=True
    ),
)
def test_clear_is_only_said_after_a_search(known, pdq, unreadable, has_digests, names):
    reading = {
        "pdq": Pdq(near(pdq[0]), pdq[1]) if pdq else None,
        "unreadable": unreadable,
        "digests": DIGESTS._replace(md5="e" * 32, sha1="e" * 40) if has_digests else None,
    }
    found = row(known, *names, **reading)
    assert found.verdict in VERDICTS
    was_compared = bool(pdq and pdq[1] >= 50 and {"first", "second"} & set(names))
    if found.verdict == "clear":
        assert was_compared or (has_digests and {"second", "digests"} & set(names))
        assert unreadable is None
    if found.verdict == "match":
        assert was_compared
        assert found.distance <= 31
        assert found.distance == min(
            abs(pdq[0] - bits)
            for name, held in (("first", (9, 20)), ("second", (4,)))
            for bits in held
            if name in names
        )
    if found.verdict == "unreadable":
        assert found.why
