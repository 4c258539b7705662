# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/pdq.json and pdq_samples.json: pictures with the fingerprints and quality that `pdqhash` gives.

The first holds generated pictures, the second the samples that scikit-image carries, by their names.

`.venv/bin/python -m tests.vectors.make_pdq` installs pdqhash (which needs a C++ compiler), Pillow and NumPy into an
environment of its own in a temporary folder; `--peers FOLDER` takes one that stands. What is decoded and
fingerprinted there is the whole file, by nothing of ours.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.vectors.pdq_recipes import file_of, recipes

PATH = Path(__file__).resolve().parent / "pdq.json"
SAMPLES_PATH = PATH.with_name("pdq_samples.json")
SAMPLES = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png",
    "grass.png", "gravel.png", "hubble_deep_field.jpg", "moon.png", "motorcycle_left.png", "page.png", "retina.jpg",
    "rocket.jpg", "text.png",
)  # fmt: skip
PDQHASH = "pdqhash==0.2.8"
NUMPY, PILLOW = "numpy==2.4.6", "pillow==13.0.0"
# A file comes in each line of standard input.
THEIRS = """
import base64, hashlib, io, json, sys
import numpy, pdqhash
from PIL import Image
for line in sys.stdin:
    image = Image.open(io.BytesIO(base64.b64decode(line))).convert("RGB")
    pixels = numpy.asarray(image)
    bits, quality = pdqhash.compute(pixels)
    turned, _ = pdqhash.compute_dihedral(pixels)
    digits = [numpy.packbits(each).tobytes().hex() for each in (bits, *turned)]
    print(json.dumps([digits, quality, hashlib.sha256(pixels.tobytes()).hexdigest()]), flush=True)
"""


def sample(name: str) -> bytes:
    """Return a sample picture as it lies in the installed scikit-image."""
    found = find_spec("skimage")
    assert found is not None
    assert found.submodule_search_locations is not None
    return (Path(found.submodule_search_locations[0]) / "data" / name).read_bytes()


def install(folder: str) -> Path:
    """Return a folder with pdqhash in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    wanted = [NUMPY, PILLOW, PDQHASH]
    subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "-q", *wanted], check=True)
    return Path(folder)


def theirs(peers: Path, files: Iterable[bytes]) -> list[Any]:
    """Return what pdqhash says of files: digits, quality, and the digest of the pixels."""
    done = subprocess.run(
        [peers / "bin" / "python", "-c", THEIRS],
        input="".join(base64.b64encode(each).decode() + "\n" for each in files),
        capture_output=True,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def make(peers: Path) -> str:
    """Return the text of the file of generated pictures."""
    every = recipes()
    found = theirs(peers, map(file_of, every))
    vectors = [
        {
            "name": recipe.name,
            "recipe": recipe._asdict(),
            "pixels": digest,
            "pdq": digits[0],
            "quality": quality,
            "variants": digits[1:],
        }
        for recipe, (digits, quality, digest) in zip(every, found, strict=True)
    ]
    lines = ",\n".join(json.dumps(each) for each in vectors)
    return f"[\n{lines}\n]\n"


def make_samples(peers: Path) -> str:
    """Return the text of the file of samples."""
    found = theirs(peers, map(sample, SAMPLES))
    told = {
        name: {"pdq": digits[0], "quality": quality, "pixels": digest}
        for name, (digits, quality, digest) in zip(SAMPLES, found, strict=True)
    }
    return json.dumps(told, indent=1) + "\n"


def main() -> None:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="havn-pdq-") as folder:
        peers = told.peers or install(folder)
        text = make(peers)
        SAMPLES_PATH.write_text(make_samples(peers), encoding="utf-8")
    PATH.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10)) - 2} vectors, {sha256(text.encode()).hexdigest()[:12]}")  # noqa: T201


if __name__ == "__main__":
    main()
