# SPDX-License-Identifier: Apache-2.0
"""The eight ways to turn and mirror a picture: from one transform nearly what each picture would give."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import fingerprint
from havn.lib.fingerprint import VARIANTS, _measuring
from tests.unit.lib.fingerprint import pictures
from tests.vectors import make_pdq
from tests.vectors.pdq_recipes import Recipe, file_of

VECTORS = json.loads(make_pdq.PATH.read_text())

TURNED = (
    lambda pixels: pixels,
    lambda pixels: np.rot90(pixels, 1),
    lambda pixels: np.rot90(pixels, 2),
    lambda pixels: np.rot90(pixels, 3),
    lambda pixels: pixels[::-1],
    lambda pixels: pixels[:, ::-1],
    lambda pixels: pixels.transpose(1, 0, 2),
    lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
)


def content_of(seed, height, width):
    return pictures.encoded(pictures.picture(seed, height, width, pictures.noisy), "PNG")


def test_there_are_eight_in_the_order_of_their_names():
    assert len(VARIANTS) == len(fingerprint.dihedral_variants(content_of(1, 100, 90))) == 8


@pytest.mark.parametrize(
    "vector",
    # pdqhash filters a picture of 64 by 64 when it is to be turned, and leaves it when it is not.
    [each for each in VECTORS if "64 by 64" not in each["name"]],
    ids=lambda vector: vector["name"],
)
def test_each_is_what_pdqhash_makes_of_the_same_pixels(vector):
    content = file_of(Recipe(**vector["recipe"]))
    found = fingerprint.dihedral_variants(content, exact=True)
    assert [each.hex for each in found] == vector["variants"]


@pytest.mark.parametrize(("size", "most"), [(256, 48), (384, 20), (640, 12), (1500, 8)])
def test_each_is_near_the_picture_that_was_turned_before_and_nearer_the_larger_it_is(size, most):
    pixels = pictures.colours(2, size, size, pictures.noisy)
    variants = fingerprint.dihedral_variants(content_of(2, size, size))
    apart = []
    for turn, variant in zip(TURNED, variants, strict=True):
        turned = fingerprint.fingerprint_pixels(np.ascontiguousarray(turn(pixels)))
        apart.append(pictures.bits_apart(turned, variant))
    assert max(apart) <= most
    # Rows and columns are treated alike, so changing their places costs nothing.
    assert (apart[0], apart[6]) == (0, 0)


@given(st.integers(0, 10**6))
def test_the_same_coefficients_turned_back_are_the_same_fingerprint(seed):
    coefficients = np.random.default_rng(seed).normal(size=(16, 16)).astype(np.float32)
    signs = np.where(np.arange(16) % 2, 1, -1).astype(np.float32)
    every = _measuring.Measured(coefficients, 80).variants()
    half_turned = coefficients * signs[:, None] * signs[None, :]
    again = _measuring.Measured(half_turned, 80).variants()
    assert again[2] == every[0]
    assert again[0] == every[2]
    mirrored = _measuring.Measured(coefficients.T, 80).variants()
    assert mirrored[6] == every[0]


def test_the_first_is_the_picture_as_it_is():
    content = content_of(5, 200, 300)
    assert fingerprint.dihedral_variants(content)[0] == fingerprint.fingerprint_image(content)


def test_a_picture_without_a_fingerprint_has_eight_of_nothing():
    content = content_of(1, 4, 50)
    assert fingerprint.dihedral_variants(content) == (fingerprint.Pdq(bytes(32), 0),) * 8
