# SPDX-License-Identifier: Apache-2.0
"""The default mode of large JPEGs: within 8 bits of the exact one, and refused by itself where it might not be."""

from collections import Counter

import numpy as np
import pytest

from havn.lib import fingerprint
from havn.lib.fingerprint import _exact, _measuring, _reduced
from havn.lib.fingerprint._pictures import Picture
from tests.unit.lib.fingerprint import pictures

MOST_BITS = 8


def distance_of(content):
    exact = fingerprint.fingerprint_image(content, exact=True)
    return pictures.bits_apart(exact, fingerprint.fingerprint_image(content))


def scale_of(content):
    """Return at which fraction the default mode settles, 1 for all pixels."""
    picture = Picture(content, most_pixels=10**9)
    settled = (each for each in picture.scales() if _measuring.at_scale(picture, each) is not None)
    return next(settled, 1)


@pytest.mark.parametrize("seed", range(24))
def test_the_default_is_within_8_bits_of_the_exact_one(seed):
    assert distance_of(pictures.sized_jpeg(seed)) <= MOST_BITS


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3600)
def test_the_default_is_within_8_bits_for_five_thousand_pictures():
    found = Counter(distance_of(pictures.sized_jpeg(seed)) for seed in range(5000))
    print(sorted(found.items()))  # noqa: T201
    assert max(found) <= MOST_BITS


@pytest.mark.parametrize(
    ("height", "width", "scale"), [(3000, 4000, 8), (1200, 1600, 4), (700, 500, 2), (479, 900, 1)]
)
def test_a_photograph_is_decoded_at_the_coarsest_scale_that_leaves_240_pixels(
    height, width, scale
):
    content = pictures.encoded(
        pictures.picture(1, height, width, pictures.field), "JPEG", quality=90
    )
    assert scale_of(content) == scale
    assert distance_of(content) <= 4


def test_a_small_jpeg_and_every_other_format_are_exact():
    image = pictures.picture(1, 400, 479)
    for name in ("JPEG", "PNG", "WebP", "BMP"):
        assert distance_of(pictures.encoded(image, name)) == 0


@pytest.mark.parametrize(
    "kind", [pictures.speckle, pictures.flat], ids=["every pixel its own", "hardly any contrast"]
)
def test_a_picture_whose_bits_hang_on_little_is_decoded_whole(kind):
    content = pictures.encoded(pictures.picture(4, 900, 1200, kind), "JPEG", quality=90)
    assert scale_of(content) == 1
    assert distance_of(content) == 0


@pytest.mark.parametrize("quality", [5, 10, 30, 49])
def test_a_jpeg_that_is_quantised_coarsely_is_decoded_whole(quality):
    content = pictures.encoded(
        pictures.picture(1, 900, 1200, pictures.field), "JPEG", quality=quality
    )
    assert Picture(content, most_pixels=10**7).scales() == []


def test_a_dithered_picture_has_too_much_in_its_blocks_to_be_decoded_reduced():
    image = pictures.picture(1, 900, 1200, pictures.dithered)
    content = pictures.encoded(image, "JPEG", quality=60)
    assert Picture(content, most_pixels=10**7).scales() == []
    photograph = pictures.encoded(
        pictures.picture(2, 900, 1200, pictures.noisy), "JPEG", quality=90
    )
    assert Picture(photograph, most_pixels=10**7).scales() == [2]


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(3600)
def test_patterns_on_the_grid_of_blocks_are_seldom_further_off_and_dithered_pictures_never():
    found = Counter(
        distance_of(pictures.sized_jpeg(seed, pictures.on_the_grid)) for seed in range(1000)
    )
    dithered = max(
        distance_of(pictures.sized_jpeg(seed, pictures.dithered)) for seed in range(300)
    )
    print(sorted(found.items()), dithered)  # noqa: T201
    assert sum(many for bits, many in found.items() if bits > MOST_BITS) <= 20
    assert max(found) <= 20
    assert dithered <= MOST_BITS


def test_a_cmyk_jpeg_is_decoded_whole():
    image = pictures.picture(1, 700, 900).convert("CMYK")
    assert Picture(pictures.encoded(image, "JPEG"), most_pixels=10**7).scales() == []


@pytest.mark.parametrize("size", [5, 63, 64, 127, 129, 1000, 4001])
@pytest.mark.parametrize("scale", [1, 2, 8])
def test_each_cell_is_a_mean(size, scale):
    weights = _reduced.side_map(size, scale)
    assert weights.shape == (64, -(-size // scale))
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert weights.min() > -1e-6


@pytest.mark.parametrize(("height", "width"), [(300, 200), (129, 511), (5, 40)])
def test_at_full_size_the_map_is_the_filters_and_the_choice_of_lines(height, width):
    luma = _exact.luma_of(pictures.colours(1, height, width))
    found = _reduced.small_picture(luma, height=height, width=width, scale=1)
    assert np.allclose(found, _exact.small_picture(pictures.colours(1, height, width)), atol=0.01)


def test_halving_twice_makes_means_of_four_by_four():
    luma = np.arange(64, dtype=np.float32).reshape(8, 8)
    means = _reduced.halved(_reduced.halved(luma))
    assert np.array_equal(means, luma.reshape(2, 4, 2, 4).mean(axis=(1, 3)))
    assert _reduced.halved(np.ones((5, 7), dtype=np.float32)).shape == (3, 4)


def test_pixels_near_either_end_of_the_range_are_counted_once():
    pixels = np.full((10, 10, 3), 128, dtype=np.uint8)
    pixels[0, 0] = 0, 255, 0
    pixels[0, 1, 2] = 8
    pixels[0, 2, 0] = 247
    pixels[0, 3] = 9, 246, 100
    assert _reduced.share_near_the_end(pixels) == 0.03
    assert _reduced.share_near_the_end(pixels[:, :, 0]) == 0.02
