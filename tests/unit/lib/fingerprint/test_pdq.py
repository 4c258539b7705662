# SPDX-License-Identifier: Apache-2.0
"""PDQ: the project's vectors, the samples of others, and fast equals reference."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from havn.lib import fingerprint
from havn.lib.fingerprint import _exact, _finish, _pictures, _reference
from tests.unit.lib.fingerprint import pictures
from tests.vectors import make_pdq
from tests.vectors.pdq_recipes import Recipe, file_of, picture_of

VECTORS = json.loads(make_pdq.PATH.read_text())
SAMPLES = os.environ.get("HAVN_PDQ_SAMPLES")


def recipe_of(vector):
    return Recipe(**vector["recipe"])


@pytest.fixture(params=VECTORS, ids=lambda vector: vector["name"])
def vector(request):
    return request.param


def test_there_are_vectors_of_every_mode_format_and_shape():
    every = [recipe_of(each) for each in VECTORS]
    assert len(every) >= 60
    assert {each.mode for each in every} == {"RGB", "L", "P", "I;16", "1", "RGBA", "LA", "CMYK"}
    assert {each.format for each in every} == {"PNG", "TIFF", "BMP", "GIF", "WebP"}
    assert max(each.width / each.height for each in every) > 400


def test_a_file_has_the_fingerprint_and_quality_of_its_vector_in_both_modes(vector):
    content = file_of(recipe_of(vector))
    pixels = _pictures.Picture(content, most_pixels=10**7).pixels()
    colours = pixels if pixels.ndim == 3 else np.dstack([pixels] * 3)
    assert hashlib.sha256(colours.tobytes()).hexdigest() == vector["pixels"]
    for exact in (True, False):
        found = fingerprint.fingerprint_image(content, exact=exact)
        assert (found.hex, found.quality) == (vector["pdq"], vector["quality"])


def test_the_reference_gives_what_the_vector_says(vector):
    pixels = np.asarray(picture_of(recipe_of(vector)).convert("RGB"))
    value, quality = _reference.fingerprint(pixels)
    assert (value.hex(), quality) == (vector["pdq"], vector["quality"])


SHAPES = st.tuples(st.integers(1, 200), st.integers(1, 200)) | st.sampled_from(
    [(64, 64), (5, 900), (900, 5), (63, 64), (128, 64), (129, 257)]
)


@given(SHAPES, st.integers(0, 10**6), st.booleans())
def test_fast_equals_reference_to_the_bit(shape, seed, is_gray):
    pixels = pictures.colours(seed, *shape)
    if is_gray:
        pixels = pixels[:, :, 0]
    found = fingerprint.fingerprint_pixels(pixels)
    assert (found.value, found.quality) == _reference.fingerprint(pixels)


@pytest.mark.deep
@pytest.mark.part_matching
def test_fast_equals_reference_for_ten_thousand_pictures():
    dice = np.random.default_rng(6)
    for seed in range(10_000):
        height, width = (int(each) for each in np.exp(dice.uniform(0, np.log(400), 2)))
        pixels = pictures.colours(seed, height, width)
        found = fingerprint.fingerprint_pixels(pixels)
        assert (found.value, found.quality) == _reference.fingerprint(pixels), (
            seed,
            height,
            width,
        )


def test_strips_change_nothing(monkeypatch):
    pixels = pictures.colours(3, 700, 300)
    whole = _exact.small_picture(pixels)
    monkeypatch.setattr(_exact, "MOST_IN_A_STRIP", 3000)
    assert np.array_equal(_exact.small_picture(pixels), whole)


@pytest.mark.deep
@pytest.mark.part_matching
def test_each_of_all_colours_is_as_bright_as_in_the_reference():
    for red in range(256):
        others = np.mgrid[0:256, 0:256].astype(np.uint8)
        colours = np.dstack([np.full((256, 256), red, dtype=np.uint8), *others])
        assert np.array_equal(_exact.luma_of(colours), _reference.luma_of(colours))


@given(st.integers(0, 10**6))
def test_the_last_steps_equal_the_reference(seed):
    small = np.random.default_rng(seed).uniform(0, 255, (64, 64)).astype(np.float32)
    coefficients = _finish.frequencies(small)
    assert np.array_equal(coefficients, _reference.frequencies(small))
    assert _finish.bits_of(coefficients) == _reference.bits_of(coefficients)
    assert _finish.quality_of(small) == _reference.quality_of(small)


def test_half_of_the_bits_of_a_picture_with_detail_are_set():
    value = fingerprint.fingerprint_pixels(pictures.colours(1, 300, 400)).value
    assert int.from_bytes(value).bit_count() == 128


@pytest.mark.parametrize("shape", [(4, 100), (100, 4), (1, 1)])
def test_a_picture_under_five_pixels_has_no_fingerprint_and_quality_zero(shape):
    found = fingerprint.fingerprint_pixels(np.full((*shape, 3), 200, dtype=np.uint8))
    assert found == fingerprint.Pdq(bytes(32), 0)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((9, 9), dtype=np.float32),
        np.zeros((9, 9, 4), dtype=np.uint8),
        np.zeros(9, np.uint8),
    ],
)
def test_pixels_of_another_form_are_refused_in_a_sentence(pixels):
    with pytest.raises(ValueError, match=r"^Pixels are uint8 of the shape .*\.$"):
        fingerprint.fingerprint_pixels(pixels)


def test_a_gray_picture_counts_as_three_equal_colours():
    gray = pictures.colours(9, 150, 170)[:, :, 0]
    both = (
        fingerprint.fingerprint_pixels(gray),
        fingerprint.fingerprint_pixels(np.dstack([gray] * 3)),
    )
    assert both[0] == both[1]


def test_the_exif_orientation_is_not_applied():
    image = pictures.picture(1, 200, 300)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pictures.encoded(image, "JPEG", exif=exif.tobytes())
    assert fingerprint.fingerprint_image(turned) == fingerprint.fingerprint_image(
        pictures.encoded(image, "JPEG")
    )


def test_transparency_is_left_out():
    colours = pictures.colours(1, 200, 300)
    clear = np.dstack([colours, np.zeros((200, 300), dtype=np.uint8)])
    content = pictures.encoded(Image.fromarray(clear), "PNG")
    assert fingerprint.fingerprint_image(content) == fingerprint.fingerprint_pixels(colours)


@pytest.mark.parametrize("name", make_pdq.SAMPLES)
def test_a_sample_of_scikit_image_has_the_fingerprint_of_its_vector(name):
    expected = json.loads(make_pdq.SAMPLES_PATH.read_text())[name]
    content = make_pdq.sample(name)
    exact = fingerprint.fingerprint_image(content, exact=True)
    assert (exact.hex, exact.quality) == (expected["pdq"], expected["quality"])
    assert pictures.bits_apart(exact, fingerprint.fingerprint_image(content)) <= 8


def sample_folder():
    if not SAMPLES:
        pytest.skip(
            "HAVN_PDQ_SAMPLES is not set: set it to a folder of pictures with the expected.json of their fingerprints"
        )
    return Path(SAMPLES)


def test_the_samples_of_others_have_the_fingerprints_that_are_expected():
    folder = sample_folder()
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        content = (folder / name).read_bytes()
        exact = fingerprint.fingerprint_image(content, exact=True)
        assert (exact.hex, exact.quality) == (expected["pdq"], expected["quality"]), name
        assert pictures.bits_apart(exact, fingerprint.fingerprint_image(content)) <= 8, name


def test_the_samples_turned_and_mirrored_are_near_the_variants_of_the_first():
    folder = sample_folder()
    names = ("1-original", "2-rotate-90", "3-rotate-180", "4-rotate-270")
    names += ("5-flipx", "6-flipy", "7-flip-plus-1", "8-flip-minus-1")
    turned = [(folder / "dih" / f"bridge-{each}.jpg").read_bytes() for each in names]
    variants = fingerprint.dihedral_variants(turned[0], exact=True)
    for variant, content in zip(variants, turned, strict=True):
        found = fingerprint.fingerprint_image(content, exact=True)
        assert pictures.bits_apart(variant, found) <= 16
