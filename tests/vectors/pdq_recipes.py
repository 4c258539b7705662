# SPDX-License-Identifier: Apache-2.0
"""Pictures made of whole numbers and SHAKE-256 alone, so that every machine and version makes the same ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import shake_256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


class Recipe(NamedTuple):
    """What is drawn, from which seed, how high and wide, in which of Pillow's modes, as which format."""

    kind: str
    seed: int
    height: int
    width: int
    mode: str = "RGB"
    format: str = "PNG"

    @property
    def name(self) -> str:
        """Return what the vector is called."""
        return (
            f"{self.kind} {self.seed}, {self.height} by {self.width}, {self.mode} in {self.format}"
        )


def _bytes(seed: int, *shape: int) -> Pixels:
    content = shake_256(f"pdq {seed}".encode()).digest(int(np.prod(shape)))
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _grid(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = np.mgrid[0:height, 0:width]
    return rows[:, :, None].astype(np.int64), columns[:, :, None].astype(np.int64)


def noise(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return colours that know nothing of their neighbours."""
    return _bytes(seed, height, width, 3).astype(np.int64)


def patches(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return 9 by 9 patches of one colour each."""
    rows, columns = np.arange(height) * 9 // height, np.arange(width) * 9 // width
    return _bytes(seed, 9, 9, 3)[rows[:, None], columns[None, :]].astype(np.int64)


def clouds(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return a coarse grid of colours with straight slopes between them, and a little grain."""
    grid = _bytes(seed, 12, 12, 3).astype(np.int64)
    row, row_rest = np.divmod(np.arange(height) * 11 * 256 // height, 256)
    column, column_rest = np.divmod(np.arange(width) * 11 * 256 // width, 256)
    right = column_rest[None, :, None]
    below = row_rest[:, None, None]
    upper = grid[row][:, column] * (256 - right) + grid[row][:, column + 1] * right
    lower = grid[row + 1][:, column] * (256 - right) + grid[row + 1][:, column + 1] * right
    grain = _bytes(seed + 1, height, width, 1) // 16
    return (upper * (256 - below) + lower * below) // 65536 * 15 // 16 + grain


def ramp(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return a slope in each colour."""
    rows, columns = _grid(height, width)
    slope = _bytes(seed, 2, 3).astype(np.int64)
    return (rows * slope[0] // height + columns * slope[1] // width) // 2


def rings(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return rings that grow narrower outwards."""
    rows, columns = _grid(height, width)
    far = np.square(rows * 97 // height - 40) + np.square(columns * 97 // width - 55)
    return far // (2 + np.arange(3) + seed % 5) % 256


def stripes(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return hard stripes, slanted."""
    rows, columns = _grid(height, width)
    on = (rows * 2 + columns * 3) // (5 + seed % 23) % 2
    return on * 220 + np.array([10, 20, 30])


def spot(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return one colour with one spot: hardly anything to see."""
    made = np.zeros((height, width, 3), dtype=np.int64) + _bytes(seed, 3)
    made[height // 3 : height // 2 + 1, width // 3 : width // 2 + 1] += 40
    return made


def one_colour(seed: int, height: int, width: int) -> NDArray[np.int64]:
    """Return nothing to see."""
    return np.zeros((height, width, 3), dtype=np.int64) + _bytes(seed, 3)


KINDS: dict[str, Callable[[int, int, int], NDArray[np.int64]]] = {
    each.__name__: each
    for each in (noise, patches, clouds, ramp, rings, stripes, spot, one_colour)
}


def picture_of(recipe: Recipe) -> Image.Image:
    """Return the picture that a recipe describes."""
    made = KINDS[recipe.kind](recipe.seed, recipe.height, recipe.width)
    colours = np.clip(made, 0, 255).astype(np.uint8)
    gray = colours[:, :, 1]
    match recipe.mode:
        case "RGB":
            return Image.fromarray(colours)
        case "L":
            return Image.fromarray(gray)
        case "P":
            size = (recipe.width, recipe.height)
            indexed = Image.frombytes("P", size, gray.tobytes())
            indexed.putpalette(_bytes(recipe.seed + 7, 768).tobytes())
            return indexed
        case "I;16":
            return Image.fromarray(gray.astype(np.uint16) * 257 + 3)
        case "1":
            return Image.fromarray(gray > 127)
        case "RGBA":
            return Image.fromarray(np.dstack([colours, 255 - gray]))
        case "LA":
            bands = [Image.fromarray(gray), Image.fromarray(255 - gray)]
            return Image.merge("LA", bands)
        case _:
            bands = [Image.fromarray(colours[:, :, each].copy()) for each in range(3)]
            return Image.merge("CMYK", [*bands, Image.fromarray(gray // 4)])


def file_of(recipe: Recipe) -> bytes:
    """Return the bytes of a file of the picture, without loss."""
    stream = io.BytesIO()
    options = {"lossless": True, "exact": True} if recipe.format == "WebP" else {}
    picture_of(recipe).save(stream, recipe.format, **options)
    return stream.getvalue()


SIZES = (
    *((1, 1), (2, 3), (4, 9), (9, 4), (5, 5), (6, 7), (13, 40), (63, 65), (64, 64), (65, 64)),
    *((64, 128), (127, 127), (128, 128), (129, 127), (128, 129), (200, 150), (257, 255)),
    *((5, 1500), (1500, 6), (7, 3000), (3000, 9), (480, 640), (751, 1003), (1200, 900)),
)


def recipes() -> list[Recipe]:
    """Return every picture that has a vector."""
    kinds = tuple(KINDS)
    every = [
        Recipe(kinds[(number + turn * 3) % 8], number + 100 * turn, *size)
        for turn in range(2)
        for number, size in enumerate(SIZES)
    ]
    for number, mode in enumerate(("L", "P", "I;16", "1", "RGBA", "LA")):
        every.append(Recipe("clouds", 300 + number, 300, 400, mode))
        every.append(Recipe("rings", 310 + number, 131, 127, mode))
    every += [
        Recipe("clouds", 330, 240, 320, "CMYK", "TIFF"),
        Recipe("patches", 331, 65, 66, "CMYK", "TIFF"),
        Recipe("clouds", 332, 240, 320, "I;16", "TIFF"),
        Recipe("clouds", 333, 240, 320, "RGB", "TIFF"),
        Recipe("clouds", 334, 240, 320, "RGB", "BMP"),
        Recipe("clouds", 335, 240, 320, "L", "BMP"),
        Recipe("clouds", 336, 240, 320, "P", "GIF"),
        Recipe("clouds", 337, 240, 320, "RGB", "WebP"),
        Recipe("clouds", 338, 240, 320, "RGBA", "WebP"),
    ]
    return every
