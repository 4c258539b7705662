# SPDX-License-Identifier: Apache-2.0
"""How fast a JPEG becomes a fingerprint: ours in both modes, and full decoding with pdqhash, on one core.

`.venv/bin/python -m benchmarks.hash [--rounds 7] [--seed 17] [--peers FOLDER]`

Twelve megapixels are what a telephone takes: 4000 by 3000, quality 90, with the grain of a sensor, 3 to 6 MB; two
megapixels (1600 by 1200) are what messengers pass on. Both are generated from the seed into a temporary folder and made
again only for another seed. The other side is Pillow's full decoding to RGB and pdqhash 0.2.8, what
`threatexchange` does to each file, in an environment of its own (`--peers` takes one that stands; else it is made,
for which pdqhash needs a C++ compiler). Both sides take the same bytes from memory and turn by turn; what counts is processor time, which others on the machine
disturb least.

*Default* decodes a large JPEG reduced and asks itself whether that was enough; *exact* reads every pixel. The last line
has the ratios; the exit code is 0 when the default is at least 10 times as fast for twelve megapixels and 4 times
for two, and lies within 8 bits.

`--histogram 5000` counts instead how far the default lies from exact over so many generated pictures, of all kinds or of
one (`--kind on_the_grid`, `--kind dithered`).
"""

import argparse
import base64
import collections
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The libraries' own threads would make one core many.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.machine import processor, stay_on_one_core  # noqa: E402
from havn.lib import fingerprint  # noqa: E402
from havn.lib.fingerprint._measuring import at_scale  # noqa: E402
from havn.lib.fingerprint._pictures import LEAST_REDUCED_SIDE, Picture  # noqa: E402
from tests.unit.lib.fingerprint import pictures  # noqa: E402
from tests.vectors import make_pdq  # noqa: E402

LEAST = {"12 megapixels": 10.0, "2 megapixels": 4.0}
SIZES = {"12 megapixels": (3000, 4000), "2 megapixels": (1200, 1600)}
MOST_BITS = 8
PICTURES = 3
# A picture comes in each line of standard input.
THEIRS = """
import base64, io, json, sys, time
import numpy, pdqhash
from PIL import Image
for line in sys.stdin:
    content = base64.b64decode(line)
    began = time.process_time()
    pixels = numpy.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    bits, quality = pdqhash.compute(pixels)
    spent = time.process_time() - began
    print(json.dumps([spent, numpy.packbits(bits).tobytes().hex(), quality]), flush=True)
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--peers", type=Path, help="a virtual environment that has pdqhash")
    parser.add_argument("--histogram", type=int, metavar="PICTURES")
    parser.add_argument("--kind", choices=["on_the_grid", "dithered"], help="for --histogram")
    told = parser.parse_args()
    stay_on_one_core()
    print(f"{processor()}, python {platform.python_version()}, one core; seed {told.seed}")
    if told.histogram:
        return histogram(told.histogram, told.kind and getattr(pictures, told.kind))
    every = {name: photographs(told.seed, *size) for name, size in SIZES.items()}
    with (
        tempfile.TemporaryDirectory(prefix="havn-hash-") as folder,
        theirs(told.peers or installed(folder)) as other,
    ):
        ratios = {name: compare(name, each, other, told.rounds) for name, each in every.items()}
        other.stdin.close()
    return close(ratios)


def photographs(seed, height, width):
    """Return the contents of a few JPEGs, made unless they are there."""
    folder = Path(tempfile.gettempdir()) / f"havn-benchmark-hash-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise SystemExit(f"{folder} belongs to somebody else; remove it.")
    found = []
    for number in range(PICTURES):
        path = folder / f"{seed}-{number}-{width}x{height}.jpg"
        if not path.exists():
            made = path.with_suffix(".making")
            made.write_bytes(photograph(seed * 1000 + number, height, width))
            made.replace(path)
        found.append(path.read_bytes())
    return found


def photograph(seed, height, width):
    """Return a JPEG of clouds, things with edges and grain, quality 90."""
    dice = np.random.default_rng(seed)
    made = pictures.field(dice, height, width)
    for _ in range(25):
        top, left = int(dice.integers(0, height)), int(dice.integers(0, width))
        tall, wide = int(dice.integers(40, height // 4)), int(dice.integers(40, width // 4))
        made[top : top + tall, left : left + wide] += dice.uniform(-50, 50, 3)
    made += dice.normal(size=(height, width, 1)) * 7
    stream = io.BytesIO()
    Image.fromarray(np.clip(made, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def compare(name, contents, other, rounds):
    """Print what each side needs for these pictures; return the ratios, and how far the default is off."""
    print(f"{name}: " + ", ".join(f"{len(each) / 1e6:.2f} MB" for each in contents))
    spent = {"default": [], "exact": [], "pdqhash": []}
    most = 0
    for turn in range(rounds):
        for content in contents:
            took, expected = ask(other, content)
            seconds, near = timed(content, exact=False)
            whole, same = timed(content, exact=True)
            assert same == expected
            most = max(most, pictures.bits_apart(near, expected))
            if turn:  # the first one warms up
                spent["pdqhash"].append(took)
                spent["default"].append(seconds)
                spent["exact"].append(whole)
    for side, each in spent.items():
        print(f"  {side:8} {statistics.median(each) * 1000:7.1f} ms")
    ratio = {
        side: statistics.median(a / b for a, b in zip(spent["pdqhash"], spent[side], strict=True))
        for side in ("default", "exact")
    }
    return ratio["default"], ratio["exact"], most


def timed(content, *, exact):
    """Return the seconds that we need, and the fingerprint."""
    began = time.process_time()
    found = fingerprint.fingerprint_image(content, exact=exact)
    return time.process_time() - began, found


def close(ratios):
    """Print the ratios; return the exit code."""
    is_enough = all(
        default >= LEAST[name] and most <= MOST_BITS
        for name, (default, _exact, most) in ratios.items()
    )
    told = "; ".join(
        f"{name} {default:.1f} times (at least {LEAST[name]:g}), exact {exact:.2f} times, {most} bits off"
        for name, (default, exact, most) in ratios.items()
    )
    print(f"as fast as full decoding with pdqhash: {told}: {'yes' if is_enough else 'no'}")
    return 0 if is_enough else 1


def installed(folder):
    """Return an environment with pdqhash, made now."""
    try:
        return make_pdq.install(folder)
    except subprocess.CalledProcessError as error:
        print(f"NOT RUN: {make_pdq.PDQHASH} could not be installed ({error}).", file=sys.stderr)
        raise SystemExit(2) from None


def theirs(peers):
    """Start the other side."""
    python = peers / "bin" / "python"
    return subprocess.Popen(
        [python, "-c", THEIRS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ask(process, content):
    """Return the seconds that the other side needs for a picture, and its fingerprint."""
    process.stdin.write(base64.b64encode(content).decode() + "\n")
    process.stdin.flush()
    spent, digits, quality = json.loads(process.stdout.readline())
    return spent, fingerprint.Pdq(bytes.fromhex(digits), quality)


def histogram(count, kind):
    """Print how many generated pictures lie how many bits off, and of each kind stay reduced; return the exit code."""
    found, large, reduced = collections.Counter(), collections.Counter(), collections.Counter()
    qualities_apart = 0
    for seed in range(count):
        content = pictures.sized_jpeg(seed, kind)
        exact = fingerprint.fingerprint_image(content, exact=True)
        default = fingerprint.fingerprint_image(content)
        found[pictures.bits_apart(exact, default)] += 1
        qualities_apart = max(qualities_apart, abs(exact.quality - default.quality))
        name = (kind or pictures.KINDS[seed % len(pictures.KINDS)]).__name__
        picture = Picture(content, most_pixels=fingerprint.Limits().pixels)
        large[name] += min(picture.width, picture.height) >= 2 * LEAST_REDUCED_SIDE
        reduced[name] += any(at_scale(picture, each) for each in picture.scales())
    for bits, pictures_there in sorted(found.items()):
        print(f"{bits:3} bits: {pictures_there}")
    for name, pictures_there in large.items():
        print(f"{name}: {reduced[name]} of {pictures_there} that are large enough stay reduced")
    print(f"qualities differ by {qualities_apart} at most")
    return 0 if max(found) <= MOST_BITS else 1


if __name__ == "__main__":
    sys.exit(main())
