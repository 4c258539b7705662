# SPDX-License-Identifier: Apache-2.0
"""Generated pictures: fields, noise, gradients, stripes, strokes like text, flat ones; the same ones for the same seed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from havn.lib.fingerprint import Pdq

Colours = NDArray[np.float64]
Making = Callable[[np.random.Generator, int, int], Colours]


def field(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return clouds of several coarsenesses, each colour apart, which is the nearest to a photograph."""
    made = np.full((height, width, 3), 128.0)
    for cells, weight in ((3, 40), (8, 25), (30, 12), (120, 7)):
        for colour in range(3):
            shape = (cells, max(1, round(cells * width / height)))
            coarse = Image.fromarray(dice.normal(size=shape).astype(np.float32))
            fine = coarse.resize((width, height), Image.Resampling.BICUBIC)
            made[:, :, colour] += np.asarray(fine) * weight
    return made


def noisy(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return clouds with the grain of a sensor."""
    grain = dice.normal(size=(height, width, 1)) * dice.uniform(2, 30)
    return field(dice, height, width) + grain


def gradient(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return a slope from one colour to another, straight or round."""
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    angle = dice.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * columns + np.sin(angle) * rows
    if dice.random() < 0.5:
        slope = np.hypot(columns - dice.uniform(0, 1), rows - dice.uniform(0, 1))
    return dice.uniform(0, 255, 3) + slope[:, :, None] * dice.uniform(-255, 255, 3)


def stripes(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return hard stripes or squares whose pitch lies anywhere between 3 pixels and a third of the picture."""
    rows, columns = np.mgrid[0:height, 0:width]
    pitch = dice.uniform(3, max(4.0, min(height, width) / 3), 2)
    on = np.sin(columns * 2 * np.pi / pitch[0]) > dice.uniform(-0.5, 0.5)
    if dice.random() < 0.5:
        on = on ^ (np.sin(rows * 2 * np.pi / pitch[1]) > dice.uniform(-0.5, 0.5))
    return np.where(on[:, :, None], dice.uniform(0, 255, 3), dice.uniform(0, 255, 3))


def strokes(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return short dark bars in lines on a light ground, as text looks from afar; the colours may be strong."""
    made = np.empty((height, width, 3))
    made[:] = dice.uniform(200, 255, 3) if dice.random() < 0.6 else dice.choice([0.0, 255.0], 3)
    ink = dice.uniform(0, 80, 3) if dice.random() < 0.6 else dice.choice([0.0, 255.0], 3)
    line = max(4, round(min(height, width) * dice.uniform(0.02, 0.1)))
    for top in range(line, height - line, line * 2):
        place = line
        while place < width * dice.uniform(0.4, 1.0):
            long = int(dice.integers(1, max(2, line)))
            made[top : top + line, place : place + max(1, long // 3)] = ink
            place += long
    return made


def blocks(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return patches of full colours, which leave the gamut when a JPEG is decoded."""
    made = np.zeros((height, width, 3))
    for _ in range(int(dice.integers(3, 60))):
        top, left = int(dice.integers(0, height)), int(dice.integers(0, width))
        tall, wide = int(dice.integers(1, height + 1)) // 2, int(dice.integers(1, width + 1)) // 2
        made[top : top + tall + 1, left : left + wide + 1] = dice.choice([0.0, 255.0], 3)
    return made


def flat(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return next to nothing: one colour with a spot, or a field of hardly any contrast."""
    made = dice.uniform(0, 255, 3) + np.zeros((height, width, 3))
    if dice.random() < 0.5:
        made[height // 3 : height // 2, width // 3 : width // 2] += dice.uniform(-60, 60)
        return made
    return made + (field(dice, height, width) - 128) * dice.uniform(0.0, 0.15)


def speckle(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return colours that know nothing of their neighbours."""
    return dice.uniform(0, 255, (height, width, 3))


def dithered(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return clouds of black and white dots of one to four pixels."""
    dots = int(dice.integers(1, 5))
    clouds = field(dice, -(-height // dots), -(-width // dots))
    image = Image.fromarray(np.clip(clouds, 0, 255).astype(np.uint8)).convert("1").convert("RGB")
    whole = np.asarray(image).repeat(dots, axis=0).repeat(dots, axis=1)
    return whole[:height, :width].astype(np.float64)


def on_the_grid(dice: np.random.Generator, height: int, width: int) -> Colours:
    """Return clouds of which up to three parts have stripes or squares that repeat with the blocks of a JPEG."""
    rows, columns = np.mgrid[0:height, 0:width]
    pitch = int(dice.choice([2, 4, 8]))
    is_light = (columns + dice.integers(0, pitch)) % pitch < pitch // 2
    if dice.random() < 0.3:
        is_light = (rows + dice.integers(0, pitch)) % pitch < pitch // 2
    elif dice.random() < 0.4:
        is_light ^= rows // (pitch // 2) % 2 == 0
    pattern = np.where(is_light[:, :, None], 1.0, -1.0) * dice.uniform(10, 127)
    made = field(dice, height, width)
    for _ in range(int(dice.integers(1, 4))):
        top, left = dice.integers(0, height * 3 // 4), dice.integers(0, width * 3 // 4)
        bottom, right = (
            top + dice.integers(height // 8, height),
            left + dice.integers(width // 8, width),
        )
        made[top:bottom, left:right] += pattern[top:bottom, left:right]
    return made


KINDS: tuple[Making, ...] = (field, noisy, gradient, stripes, strokes, blocks, flat, speckle)


def colours(seed: int, height: int, width: int, kind: Making | None = None) -> NDArray[np.uint8]:
    """Return the pixels (h, w, 3) of the picture of this number; every other one has its contrast changed."""
    dice = np.random.default_rng(seed)
    made = (kind or KINDS[seed % len(KINDS)])(dice, height, width)
    if dice.random() < 0.5:
        made = (made - 128) * dice.uniform(0.3, 1.8) + dice.uniform(90, 166)
    return np.clip(made, 0, 255).astype(np.uint8)


def picture(seed: int, height: int, width: int, kind: Making | None = None) -> Image.Image:
    """Return the same as an RGB picture."""
    return Image.fromarray(colours(seed, height, width, kind))


def encoded(image: Image.Image, name: str, **options: Any) -> bytes:
    """Return the bytes of a file of this format."""
    stream = io.BytesIO()
    # Pillow's own guess of how much a progressive JPEG needs is too little for noise.
    ImageFile.MAXBLOCK = max(1 << 16, 4 * image.width * image.height)
    image.save(stream, name, **options)
    return stream.getvalue()


def jpeg(seed: int, height: int, width: int, kind: Making | None = None) -> bytes:
    """Return a JPEG: the quality 40 to 98, some progressive, some gray, each way of thinning colours."""
    dice = np.random.default_rng(seed + 1_000_003)
    image = picture(seed, height, width, kind)
    if dice.random() < 0.1:
        image = image.convert("L")
    return encoded(
        image,
        "JPEG",
        quality=int(dice.integers(40, 99)),
        subsampling=int(dice.integers(0, 3)),
        progressive=bool(dice.random() < 0.15),
    )


def sized_jpeg(seed: int, kind: Making | None = None) -> bytes:
    """Return a JPEG of any size and shape, most so large that the default mode decodes them reduced."""
    dice = np.random.default_rng(seed + 2_000_003)
    shorter = round(float(np.exp(dice.uniform(np.log(200), np.log(2200)))))
    longer = min(round(shorter * dice.uniform(1, 2)), 3000)
    height, width = (shorter, longer) if dice.random() < 0.5 else (longer, shorter)
    return jpeg(seed, height, width, kind)


def bits_apart(one: Pdq, other: Pdq) -> int:
    """Return in how many bits two fingerprints differ."""
    return (int.from_bytes(one.value) ^ int.from_bytes(other.value)).bit_count()
