# SPDX-License-Identifier: Apache-2.0
"""Whole processes beside `threatexchange match`: 100 pictures of 12 and of 2 megapixels, and one fingerprint, one core.

    .venv/bin/python -m benchmarks.scan [--rounds 3] [--seed 20261123] [--only 2mp]
        [--peers FOLDER] [--inputs FOLDER]

Both get the same files and the same list of 1,000,000 random fingerprints and those of the 100 small pictures, and
both have it indexed before: `threatexchange` by `fetch`, ours by one match. A round is one process of each, in turn.
Pictures are generated (soft colours, shapes, grain; JPEG of quality 90, 12 MP ones of 3 to 6 MB) and kept in a temporary folder
for the next run. `threatexchange` is installed into an environment of its own there, or taken from `--peers`.

Memory is the sum over a process and all its children of what is theirs alone or their share of what they share (PSS),
its greatest value of looks every 20 ms; on systems without it, the largest single process.

The exit code is 0 when ours is at least 10 times as fast for 12 MP, 8 times for 2 MP, 12 times for one fingerprint, with
at most a quarter of the memory in each.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.machine import processor, stay_on_one_core
from benchmarks.peers import environment

PEER = "threatexchange==1.2.17"
COUNT = 100
LISTED = 1_000_000
SIZES = {"12mp": (4000, 3000), "2mp": (1600, 1200)}
LEAST = {"12mp": 10, "2mp": 8, "hash": 12}
MOST_MEMORY = 0.25
ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--peers", type=Path, default=None)
    parser.add_argument("--only", choices=sorted(LEAST), default=None)
    parser.add_argument("--inputs", type=Path, default=None)
    told = parser.parse_args()
    folder = told.inputs or Path(tempfile.gettempdir()) / f"havn-scan-{told.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    peer = Peer(told.peers or kept_environment(folder / "peers"), folder / "threatexchange")
    make_pictures(folder, told.seed)
    stay_on_one_core()
    listed = make_list(folder, peer, told.seed)
    peer.take(listed)
    print(
        f"{processor()}, python {platform.python_version()}, one core; seed {told.seed}, {LISTED + COUNT:,} entries,"
        f" {COUNT} pictures, {told.rounds} rounds"
    )
    one = folder / "one.txt"
    one.write_text("0" * 64 + "\n")
    cases = {
        name: (peer.match(*photos(folder, name)), ours(listed, *map(str, photos(folder, name))))
        for name in SIZES
    }
    cases["hash"] = (peer.match_hashes(one), ours(listed, "--hash", "0" * 64))
    run(ours(listed, "--hash", "0" * 64), peer_environment=None)  # the list is indexed
    chosen = [told.only] if told.only else list(cases)
    return close({name: measure(name, *cases[name], rounds=told.rounds) for name in chosen})


def measure(name, theirs, own, *, rounds):
    """Return the medians of seconds, MiB and seconds of processor, theirs and ours, after ours warmed the files' cache."""
    require_rows(own, 1 if name == "hash" else COUNT)
    spent = {"theirs": [], "ours": []}
    for _ in range(rounds):
        spent["theirs"].append(run(theirs["command"], peer_environment=theirs["environment"]))
        spent["ours"].append(run(own, peer_environment=None))
    result = {
        who: tuple(statistics.median(each[at] for each in rows) for at in range(3))
        for who, rows in spent.items()
    }
    for who, rows in spent.items():
        print(
            f"{name:5} {who:6} "
            + "  ".join(f"{s:.3f} s {m:.0f} MiB (cpu {c:.2f} s)" for s, m, c in rows),
            flush=True,
        )
    return result


def close(medians):
    """Print the ratios; return the exit code."""
    is_enough = True
    for name, each in medians.items():
        (theirs, their_memory, _), (own, memory, _) = each["theirs"], each["ours"]
        faster, share = theirs / own, memory / their_memory
        good = faster >= LEAST[name] and share <= MOST_MEMORY
        is_enough &= good
        print(
            f"{name:5} medians: theirs {theirs:.3f} s, {their_memory:.0f} MiB; ours {own:.3f} s, {memory:.0f} MiB:"
            f" {faster:.1f} times as fast (at least {LEAST[name]}), {share:.2f} of the memory"
            f" (at most {MOST_MEMORY}): {'yes' if good else 'no'}"
        )
    return 0 if is_enough else 1


def require_rows(command, count):
    """End the benchmark where our command does not tell so many verdicts: a crash ends with 1 too, and is very fast."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    if len(verdicts) != count or not set(verdicts) <= {"match", "clear"}:
        raise SystemExit(
            f"{count} verdicts were to come, {len(verdicts)} came: {done.stderr[-500:]}"
        )


def run(command, *, peer_environment):
    """Run a process to its end; return its seconds, the greatest memory of it and its children in MiB, and its processor's seconds."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(peer_environment or {})}
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=settings, **quiet)
    seen = [0.0]
    over = threading.Event()
    watching = threading.Thread(target=watch_memory, args=(process.pid, seen, over))
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    spent = time.perf_counter() - began
    over.set()
    watching.join()
    if code not in {0, 1}:
        raise SystemExit(f"{command[:4]} ended with {code}")
    return spent, seen[0], usage.ru_utime + usage.ru_stime


def watch_memory(pid, seen, over):
    """Keep the greatest memory of a process and its children, in MiB."""
    while not over.wait(0.02):
        seen[0] = max(seen[0], memory_of(pid) / 1024)


def memory_of(pid):
    """Return the KiB of a process and all below it: its proportional share of every page."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(memory_of(int(each)) for each in (task / "children").read_text().split())
    except OSError:
        pass
    return total


def ours(listed, *words):
    """Return our command."""
    return [sys.executable, "-m", "havn", "match", "--list", str(listed), "--json", *words]


class Peer:
    """`threatexchange` with a state of its own."""

    def __init__(self, venv, state):
        self.program = venv / "bin" / "threatexchange"
        self.environment = {"TX_STATEDIR": str(state)}
        state.mkdir(exist_ok=True)
        self.state = state

    def call(self, *words, may_fail=False):
        """Run it and return what it prints."""
        done = subprocess.run(
            [self.program, *map(str, words)], env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode and not may_fail:
            raise SystemExit(f"threatexchange {words[0]}: {done.stderr[-500:]}")
        return done.stdout

    def take(self, listed):
        """Let it fetch and index the list, if it has not."""
        mark = self.state / "taken"
        if mark.exists():
            return
        self.call(
            "config", "collab", "edit", "local_file", "--create", "all", "--filename", listed
        )
        # Some versions begin with a sample list, others have none to switch off.
        self.call(
            "config", "collab", "edit", "sample", "--disable", "Sample Signals", may_fail=True
        )
        self.call("fetch")
        mark.touch()

    def match(self, *files):
        """Return its command that matches pictures."""
        command = [str(self.program), "match", "photo", *map(str, files)]
        return {"command": command, "environment": self.environment}

    def match_hashes(self, file):
        """Return its command that matches fingerprints."""
        command = [
            str(self.program),
            "match",
            "--only-signal",
            "pdq",
            "--hashes",
            "photo",
            str(file),
        ]
        return {"command": command, "environment": self.environment}


def kept_environment(folder):
    """Return an environment with threatexchange in it, the one of an earlier run where it is whole."""
    if (folder / "bin" / "threatexchange").exists():
        return folder
    return environment(folder, PEER)


def photos(folder, name):
    """Return the pictures of a size."""
    return sorted((folder / name).glob("*.jpg"))


def make_pictures(folder, seed):
    """Make the pictures that are not there; ten are cut from one drawing, which is the slow part."""
    rng = np.random.default_rng(seed)
    for name, (width, height) in SIZES.items():
        target = folder / name
        if len(photos(folder, name)) == COUNT:
            continue
        target.mkdir(exist_ok=True)
        for number in range(COUNT):
            if number % 10 == 0:
                drawn = drawing(rng, width * 5 // 4, height * 5 // 4)
            x, y = rng.integers(0, width // 4), rng.integers(0, height // 4)
            drawn.crop((x, y, x + width, y + height)).save(target / f"{number:03}.jpg", quality=90)


def drawing(rng, width, height):
    """Return soft colours with shapes on them and grain over all."""
    colours = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    image = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = rng.integers(0, width), rng.integers(0, height)
        w, h = rng.integers(width // 40, width // 5, 2)
        shape = draw.ellipse if rng.random() < 0.6 else draw.rectangle
        shape((x, y, x + w, y + h), fill=tuple(int(each) for each in rng.integers(0, 256, 3)))
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(width / 1000)), dtype=np.int16)
    grain = rng.normal(0, 5, (height, width, 1)).astype(np.int16)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def make_list(folder, peer, seed):
    """Return the list: random fingerprints, and those that the peer computes of the small pictures."""
    file = folder / "list.txt"
    if not file.exists():
        raw = (
            np.random.default_rng(seed + 1)
            .integers(0, 256, (LISTED, 32), np.uint8)
            .tobytes()
            .hex()
        )
        lines = [f"pdq {raw[at : at + 64]}\n" for at in range(0, len(raw), 64)]
        said = peer.call("hash", "photo", *photos(folder, "2mp"))
        file.write_text("".join(lines) + said)
    return file


if __name__ == "__main__":
    sys.exit(main())
