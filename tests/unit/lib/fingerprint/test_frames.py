# SPDX-License-Identifier: Apache-2.0
"""Bags of frames as text, and how much of one is in another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import fingerprint
from havn.lib.fingerprint import Frame

FRAMES = st.builds(
    Frame,
    number=st.integers(0, 10**8),
    quality=st.integers(0, 100),
    value=st.binary(min_size=32, max_size=32),
    seconds=st.integers(0, 10**8).map(lambda each: each / 1000),
)


@given(st.lists(FRAMES, max_size=20))
def test_what_is_written_is_read_again(frames):
    assert fingerprint.parse_frame_lines(fingerprint.frame_lines(frames)) == tuple(frames)


def test_a_line_has_frame_quality_digits_and_three_decimals():
    line = fingerprint.frame_lines([Frame(30, 99, bytes(range(32)), 1.001)])
    assert line == f"30,99,{bytes(range(32)).hex()},1.001\n"


def test_upper_case_and_empty_lines_are_taken():
    text = f"\n0,100,{'AB' * 32},0.000\r\n\n"
    assert fingerprint.parse_frame_lines(text) == (Frame(0, 100, b"\xab" * 32, 0.0),)


@pytest.mark.parametrize(
    "line",
    ["0,101," + "0" * 64 + ",0.0", "0,1," + "0" * 63 + ",0.0", "x", "0,1," + "0" * 64, "٣,1," + "0" * 64 + ",0"],
)  # fmt: skip
def test_a_line_that_is_no_frame_is_named_by_its_number(line):
    good = f"0,100,{'ab' * 32},0.000\n"
    with pytest.raises(ValueError, match=r"^Line 2 is no frame; write "):
        fingerprint.parse_frame_lines(good + line)


def frame(value, quality=100, number=0):
    return Frame(number, quality, value.to_bytes(32), 0.0)


def test_a_frame_within_31_bits_is_found_and_one_at_32_is_not():
    assert fingerprint.match_frames([frame(2**31 - 1)], [frame(0)]) == 1.0
    assert fingerprint.match_frames([frame(2**32 - 1)], [frame(0)]) == 0.0
    assert fingerprint.match_frames([frame(2**32 - 1)], [frame(0)], distance=32) == 1.0


def test_frames_of_little_quality_count_on_neither_side():
    poor, good = frame(0, quality=49), frame(2**200 - 1)
    assert fingerprint.match_frames([poor, good], [good]) == 1.0
    assert fingerprint.match_frames([frame(0), good], [poor, good]) == 0.5
    assert fingerprint.match_frames([poor], [poor]) == 0.0
    assert fingerprint.match_frames([poor], [poor], quality=49) == 1.0


def test_nothing_is_in_nothing():
    assert fingerprint.match_frames([], [frame(0)]) == 0.0
    assert fingerprint.match_frames([frame(0)], []) == 0.0
