# SPDX-License-Identifier: Apache-2.0
"""Generated pictures, lists of their fingerprints, and the command run on them with a temporary folder that must stay empty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent


def picture(
    path: Path, seed: int, *, size: tuple[int, int] = (320, 240), quality: int = 90
) -> Path:
    """Write a picture of soft colours, another for each seed."""
    colours = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    image = Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=quality)
    return path


def flat_picture(path: Path) -> Path:
    """Write a picture with nothing on it."""
    Image.new("RGB", (200, 150), (90, 100, 110)).save(path)
    return path


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Return what it printed, a JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Bench:
    """A folder to work in, and an empty one for temporary files."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of commands: state, cache and temporary folder of their own."""
        for name in ("tmp", "state", "cache"):
            (self.folder / "own" / name).mkdir(parents=True, exist_ok=True)
        own = self.folder / "own"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")}
        return kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "TMPDIR": str(own / "tmp"),
            "XDG_STATE_HOME": str(own / "state"),
            "XDG_CACHE_HOME": str(own / "cache"),
        }

    def start(self, *words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start the command in the folder."""
        pipe = subprocess.PIPE
        streams: dict[str, Any] = {"stdin": pipe, "stdout": pipe, "stderr": pipe} | options
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "havn", *(os.fspath(each) for each in words)],
            cwd=self.folder,
            env=self.environment,
            **streams,
        )
        return process

    def run(self, *words: str | Path, given: bytes = b"") -> Ran:
        """Run the command in the folder; its temporary folder is empty all the while."""
        process = self.start(*words)
        deadline = time.monotonic() + 100
        left: bytes | None = given
        out = err = b""
        while True:
            is_last = time.monotonic() > deadline
            if is_last:
                process.kill()
            try:
                out, err = process.communicate(left, timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                left = None  # it goes on with what it was given
                assert list((self.folder / "own" / "tmp").iterdir()) == []
                assert not is_last, f"{words} did not end"
        assert list((self.folder / "own" / "tmp").iterdir()) == []
        return Ran(process.returncode, os.fsdecode(out), os.fsdecode(err))

    def pdq(self, path: Path) -> str:
        """Return the fingerprint of a picture."""
        from havn.lib.fingerprint import fingerprint_image

        return fingerprint_image(path.read_bytes()).hex

    def list_of(self, *paths: Path, name: str = "known.txt") -> Path:
        """Write a list of the fingerprints of pictures."""
        file = self.folder / name
        file.write_text("".join(f"{self.pdq(each)}\n" for each in paths))
        return file
