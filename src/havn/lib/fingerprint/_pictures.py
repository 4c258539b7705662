# SPDX-License-Identifier: Apache-2.0
"""Opens a picture by its content with the one decoder that reads it, and gives its pixels, whole or reduced.

Pillow's register of formats is passed by: only the decoders named here can run. Colours come as Pillow makes them RGB:
transparency is left out, palettes are looked up, CMYK and 16 bit are converted; EXIF orientation is not applied.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from havn.lib.fingerprint._endings import is_cut_off, may_be_cut_off
from havn.lib.fingerprint._kinds import HEAD, kind_of
from havn.lib.fingerprint._reasons import kind_unknown, shortened
from havn.lib.fingerprint._values import UnreadableFileError

Pixels = NDArray[np.uint8]
SCALES = (8, 4, 2)
# A picture this large on its shorter side, after reduction, leaves the fingerprint alone (docs/fingerprints.md).
LEAST_REDUCED_SIDE = 240
# What a JPEG is quantised by, in steps of brightness: the standard tables of quality 50, below which rounding makes
# patterns that are cut off at black and white inside a block, unseen from outside it.
MOST_STEP = 58
# The same times the bits of a pixel tells how much there is inside the blocks: photographs with grain stay below 50.
MOST_IN_THE_BLOCKS = 80
SEVERAL = "it has several frames or pages: the first was taken"
DEEP = "it has more than 8 bits of gray: what is above 255 counts as white, as in the reference; convert it to 8 bits"
EMPTY_END = "its end is empty, as where copying it stopped"
MAYBE_CUT_OFF = (
    f"{EMPTY_END}: a part of the picture may be missing; compare it with where it came from"
)
_Opening = Callable[[io.BytesIO], ImageFile.ImageFile]
# How Pillow writes the name of a format in the names of its modules and classes.
_SPELLINGS = {
    "JPEG": "Jpeg",
    "PNG": "Png",
    "WebP": "WebP",
    "GIF": "Gif",
    "BMP": "Bmp",
    "TIFF": "Tiff",
}


class Reduced(NamedTuple):
    """Pixels (h, w) or (h, w, 3) of a picture whose full size is height by width, each the mean of as many of them."""

    pixels: Pixels
    height: int
    width: int


class Picture:
    """An opened picture of known size, not decoded yet; it can be decoded several times."""

    def __init__(self, content: bytes, *, most_pixels: int) -> None:
        kind = kind_of(content[:HEAD])
        if kind is None or kind.media != "image":
            raise UnreadableFileError(what_it_is(content, kind.name if kind else ""))
        self.format = kind.name
        self._content = content
        with self._said():
            opened = self._opened()
            self.width, self.height = opened.size
            self._mode = opened.mode
            self._step = _mean_step(opened)
            has_more = bool(getattr(opened, "is_animated", False))
            if is_cut_off(content, self.format):
                raise EOFError(EMPTY_END)
        is_deep, is_doubtful = self._mode[0] in "IF", may_be_cut_off(content, self.format)
        self.remarks = (SEVERAL,) * has_more + (DEEP,) * is_deep + (MAYBE_CUT_OFF,) * is_doubtful
        if self.width * self.height > most_pixels:
            raise UnreadableFileError(
                f"The {self.format} picture has {self.width} by {self.height} pixels, more than the limit of"
                f" {most_pixels:,}; nothing was decoded. Raise the limit if you trust the file."
            )

    def scales(self) -> list[int]:
        """Return at which fractions (8 for an eighth) it can be decoded and still leaves enough, coarsest first."""
        if self.format != "JPEG" or self._mode not in {"RGB", "L"}:
            return []
        bits = 8 * len(self._content) / (self.width * self.height)
        if self._step > MOST_STEP or self._step * bits > MOST_IN_THE_BLOCKS:
            return []
        shorter = min(self.width, self.height)
        return [each for each in SCALES if shorter >= each * LEAST_REDUCED_SIDE]

    def pixels(self) -> Pixels:
        """Return all pixels (h, w) or (h, w, 3), red first."""
        with self._said():
            opened = self._opened()
            opened.load()
            if opened.mode != "L":
                return np.asarray(opened.convert("RGB"))
            return np.asarray(opened)

    def reduced(self, scale: int) -> Reduced:
        """Return the pixels of a JPEG decoded at 1/scale, by a transform of each block that makes so few only."""
        with self._said():
            opened = self._opened()
            opened.draft(opened.mode, (self.width // scale, self.height // scale))
            opened.load()
            return Reduced(np.asarray(opened), self.height, self.width)

    def _opened(self) -> ImageFile.ImageFile:
        return _decoder(self.format)(io.BytesIO(self._content))

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn whatever a decoder raises over a damaged file into one sentence."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd but readable pictures
                yield
        except UnreadableFileError:
            raise
        except Image.DecompressionBombError:  # in a process whose limit is Pillow's
            raise UnreadableFileError(
                f"The {self.format} picture has more pixels than Pillow takes in this process; read it with `Readers`,"
                " or raise PIL.Image.MAX_IMAGE_PIXELS if you trust the file."
            ) from None
        except MemoryError:
            raise UnreadableFileError(
                f"The {self.format} picture needs more memory than it may have; raise the limit if you trust the file."
            ) from None
        except Exception as error:  # decoders raise anything at all
            unknown = kind_unknown(error, self.format, self._content)
            if unknown is not None:
                raise UnreadableFileError(
                    f"The {self.format} picture is of a kind that Havn does not read ({unknown}); convert it, or compare"
                    " its digests only."
                ) from error
            reason = shortened(error) or type(error).__name__
            raise UnreadableFileError(
                f"The {self.format} picture is cut short or damaged ({reason}); fetch or copy it again."
            ) from error


def _mean_step(opened: ImageFile.ImageFile) -> float:
    """Return by what the brightness of a JPEG is quantised in the mean, 0 for every other format."""
    tables = getattr(opened, "quantization", None)
    return float(np.mean(tables[min(tables)])) if tables else 0.0


def what_it_is(content: bytes, name: str) -> str:
    """Return the sentence about content that is no picture."""
    if not content:
        return "The file is empty; fetch or copy it again."
    if name:
        return (
            f"It is a {name} video, no picture; its frames are read where the whole file is given."
        )
    return (
        "It is no picture or video of a kind that Havn reads (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIF; with ffmpeg"
        " MP4, QuickTime, Matroska, AVI, FLV, MPEG, ASF, Ogg); convert it, or compare its digests only."
    )


def _decoder(name: str) -> _Opening:
    """Return the decoder of a format, loaded now if it was not yet."""
    if name == "AVIF":
        from PIL import AvifImagePlugin

        # One thread a picture: the cores are taken by other pictures.
        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
        return AvifImagePlugin.AvifImageFile
    if name == "HEIF":
        return _heif()
    spelling = _SPELLINGS[name]
    module = import_module(f"PIL.{spelling}ImagePlugin")
    return cast("_Opening", getattr(module, f"{spelling}ImageFile"))


def _heif() -> _Opening:
    from pi_heif import options  # type: ignore[import-untyped]
    from pi_heif.as_plugin import HeifImageFile  # type: ignore[import-untyped]

    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    return cast("_Opening", HeifImageFile)
