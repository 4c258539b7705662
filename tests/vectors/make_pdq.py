# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/pdq.json: generated pictures with the fingerprints and quality that `pdqhash` gives them.

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
from hashlib import sha256
from pathlib import Path

from tests.vectors.pdq_recipes import file_of, recipes

PATH = Path(__file__).resolve().parent / "pdq.json"
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


def install(folder: str) -> Path:
    """Return a folder with pdqhash in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    wanted = [NUMPY, PILLOW, PDQHASH]
    subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "-q", *wanted], check=True)
    return Path(folder)


def make(peers: Path) -> str:
    """Return the text of the file."""
    every = recipes()
    files = [file_of(each) for each in every]
    done = subprocess.run(
        [peers / "bin" / "python", "-c", THEIRS],
        input="".join(base64.b64encode(each).decode() + "\n" for each in files),
        capture_output=True,
        check=True,
        text=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
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


def main() -> None:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="havn-pdq-") as folder:
        text = make(told.peers or install(folder))
    PATH.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10)) - 2} vectors, {sha256(text.encode()).hexdigest()[:12]}")  # noqa: T201


if __name__ == "__main__":
    main()
