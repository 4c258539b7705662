# SPDX-License-Identifier: Apache-2.0
"""How the search behaves as lists grow, crowd and change: what matching.py's table leaves out, on one core.

    .venv/bin/python -m benchmarks.matching_growth [--seed 7] [--folder FOLDER] [--small]

Four parts, each with a limit that decides the exit code:

* *crowding*: 200,000 fingerprints of generated pictures, a tenth of them in clusters of near-duplicates, beside
  200,000 random ones: recall 1 for both, candidates and time a query at most 2 times;
* *growth*: from one to ten million random entries a query takes at most 4 times as long;
* *opening*: an index of ten million entries is open, without full verification, in under 50 ms;
* *freshness*: 1,000 entries added to it by one process are found by another within a second, which asks all the
  while, and removed ones are not.

The pictures' fingerprints and the large indexes are made once and kept in `--folder` (a temporary one if left out).
`--small` takes a tenth of everything, to try the program.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import processor, stay_on_one_core
from havn.lib.fingerprint import fingerprint_pixels
from havn.lib.matching import Index

AT_ONCE = 1000
CLUSTER = 10
ROUNDS = 5
DCT = np.array(
    [
        [np.sqrt(2 / 64) * np.cos(np.pi / 128 * row * (2 * column + 1)) for column in range(64)]
        for row in range(1, 17)
    ],
    np.float32,
)
ACROSS = (np.arange(64, dtype=np.float32) - 31.5) / 32
WRITER = """
import sys
import numpy as np
from havn.lib.matching import Index
index = Index.open(sys.argv[1], verify=False)
fresh = np.load(sys.argv[2])
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "add":
        index.add(fresh, identifiers=np.arange(2**40, 2**40 + len(fresh), dtype=np.uint64))
    else:
        index.remove(np.arange(2**40, 2**40 + len(fresh), 2, dtype=np.uint64))
    print("done", flush=True)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--small", action="store_true")
    told = parser.parse_args()
    stay_on_one_core()
    part = 10 if told.small else 1
    print(f"{processor()}, python {platform.python_version()}, one core; seed {told.seed}")
    with tempfile.TemporaryDirectory(prefix="havn-growth-") as name:
        folder = told.folder or Path(name)
        folder.mkdir(exist_ok=True)
        dice = np.random.default_rng(told.seed)
        met = [
            crowding(pictures_of(folder, 200_000 // part, told.seed), dice),
            growth(folder, (1_000_000 // part, 10_000_000 // part), dice),
            opening(folder / f"random-{10_000_000 // part}"),
            freshness(folder, folder / f"random-{10_000_000 // part}", dice),
        ]
    print("all limits kept" if all(met) else "LIMITS MISSED")
    return 0 if all(met) else 1


def pictures(count, dice):
    """Return `count` generated pictures (64 x 64, gray): soft clouds of some roughness, a slope, four shapes."""
    far = np.sqrt(np.fft.fftfreq(64)[:, None] ** 2 + np.fft.rfftfreq(64)[None] ** 2).astype(
        np.float32
    )
    far[0, 0] = 1
    rough = dice.uniform(1.0, 2.2, (count, 1, 1)).astype(np.float32)
    waves = dice.normal(size=(count, 64, 33)).astype(np.complex64) + 1j * dice.normal(
        size=(count, 64, 33)
    )
    made = np.fft.irfft2(waves * far**-rough, s=(64, 64)).astype(np.float32)
    made -= made.mean((1, 2), keepdims=True)
    made /= made.std((1, 2), keepdims=True)
    slopes = dice.normal(0, 1, (2, count, 1, 1)).astype(np.float32)
    made += slopes[0] * ACROSS[:, None] + slopes[1] * ACROSS[None]
    for _ in range(4):
        middle = dice.uniform(-1, 1, (2, count, 1, 1)).astype(np.float32)
        size = dice.uniform(0.1, 0.8, (2, count, 1, 1)).astype(np.float32)
        down, right = (
            np.abs(ACROSS[:, None] - middle[0]) / size[0],
            np.abs(ACROSS[None] - middle[1]) / size[1],
        )
        round_ = dice.random((count, 1, 1)) < 0.6
        inside = np.where(round_, down * down + right * right < 1, (down < 1) & (right < 1))
        made += inside * dice.normal(0, 1.2, (count, 1, 1)).astype(np.float32)
    return np.clip(128 + 50 * made, 0, 255).astype(np.uint8)


def fingerprints(made):
    """Return PDQ of pictures of 64 x 64 pixels, which it takes as they are, many at once."""
    parts = (DCT @ made.astype(np.float32) @ DCT.T).reshape(len(made), 256)
    middle = np.partition(parts, 127, axis=1)[:, 127:128]
    return np.packbits(parts > middle, axis=1, bitorder="little")[:, ::-1].copy()


def pictures_of(folder, count, seed):
    """Return fingerprints of generated pictures, a tenth of them in clusters; made once a folder."""
    place = folder / f"pictures-{count}-{seed}.npy"
    if place.exists():
        return np.load(place)
    dice = np.random.default_rng(seed)
    sample = pictures(20, dice)
    told = [fingerprint_pixels(each).value for each in sample]
    assert all(
        int.from_bytes(a, "big") ^ int.from_bytes(b.tobytes(), "big") == 0
        for a, b in zip(told, fingerprints(sample), strict=True)
    )
    single = count - count // 10
    parts = [fingerprints(pictures(AT_ONCE, dice)) for _ in range(-(-single // AT_ONCE))]
    alone = np.concatenate(parts)[:single]
    clusters = []
    for _ in range(-(-(count - single) // (CLUSTER * 100))):
        base = pictures(100, dice).astype(np.float32)
        for _ in range(CLUSTER):
            brighter = dice.normal(0, 5, (100, 1, 1)) + dice.normal(0, 4, base.shape)
            clusters.append(
                fingerprints(
                    np.clip(base * dice.uniform(0.9, 1.1) + brighter, 0, 255).astype(np.uint8)
                )
            )
    made = np.concatenate([alone, np.concatenate(clusters)[: count - single]])
    np.save(place, made)
    return made


def asked_of(stored, count, dice):
    """Return queries: entries with 0 to 31 bits changed."""
    asked = stored[dice.integers(0, len(stored), count)].copy()
    for each in range(count):
        bits = np.unpackbits(asked[each])
        bits[dice.choice(256, dice.integers(0, 32), replace=False)] ^= 1
        asked[each] = np.packbits(bits)
    return asked


def microseconds(index, asked):
    """Return the median over rounds of the median time of a query."""
    raw = [each.tobytes() for each in asked]
    medians = []
    for _ in range(ROUNDS):
        took = []
        for query in raw:
            began = time.perf_counter()
            index.query(query)
            took.append(time.perf_counter() - began)
        medians.append(statistics.median(took))
    return 1e6 * statistics.median(medians)


def recall_is_whole(index, stored, asked):
    """Say whether queries find exactly what comparing with every entry finds."""
    words = stored.view(np.uint64)
    for query in asked:
        distances = np.bitwise_count(words ^ query.view(np.uint64)).sum(1)
        near = np.flatnonzero(distances <= 31)
        if {(int(distances[each]), int(each)) for each in near} != {
            each[:2] for each in index.query(query.tobytes())
        }:
            return False
    return True


def crowding(drawn, dice):
    """Compare fingerprints of pictures with random ones."""
    rows = []
    for stored in (drawn, dice.integers(0, 256, drawn.shape, dtype=np.uint8)):
        index = Index.build(stored)
        index.prepare()
        asked = asked_of(stored, 1000, dice)
        touched = index.query_many(asked).touched.mean()
        rows.append(
            (touched, microseconds(index, asked), recall_is_whole(index, stored, asked[:200]))
        )
    (candidates, took, whole), (usual, usual_took, usual_whole) = rows
    met = whole and usual_whole and candidates <= 2 * usual and took <= 2 * usual_took
    print(
        f"crowding: pictures {candidates:.0f} candidates and {took:.1f} us a query, random {usual:.0f} and {usual_took:.1f}"
        f" us: {candidates / usual:.2f} and {took / usual_took:.2f} times (most 2); recall {'1' if whole and usual_whole else 'BELOW 1'}",
        flush=True,
    )
    return met


def growth(folder, counts, dice):
    """Compare a query among few entries with one among ten times as many."""
    took = []
    for count in counts:
        place = folder / f"random-{count}"
        if not place.exists():
            Index.build(
                np.random.default_rng(count).integers(0, 256, (count, 32), dtype=np.uint8)
            ).save(place)
        index = Index.open(place, verify=False)
        index.prepare()
        asked = dice.integers(0, 256, (1000, 32), dtype=np.uint8)
        took.append((microseconds(index, asked), index.query_many(asked).touched.mean()))
    (few, few_touched), (many, many_touched) = took
    print(
        f"growth: {few:.1f} us and {few_touched:,.0f} candidates among {counts[0]:,}, {many:.1f} us and"
        f" {many_touched:,.0f} among {counts[1]:,}: {many / few:.2f} times (most 4)",
        flush=True,
    )
    return many / few <= 4


def opening(place):
    """Time opening a large index."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        Index.open(place, verify=False)
        took.append(time.perf_counter() - began)
    seconds = statistics.median(took)
    print(
        f"opening: {1000 * seconds:.1f} ms for {place.stat().st_size / 2**20:,.0f} MiB (most 50 ms)",
        flush=True,
    )
    return seconds < 0.05


def freshness(folder, place, dice):
    """Time until what another process added is found, asking all the while."""
    fresh = dice.integers(0, 256, (1000, 32), dtype=np.uint8)
    np.save(folder / "fresh.npy", fresh)
    reader = Index.open(place, verify=False)
    reader.prepare()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(place), str(folder / "fresh.npy")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    ) as writer:
        writer.stdout.readline()
        added, asked = until(writer, "add", reader, all, fresh)
        removed, _ = until(
            writer, "remove", reader, lambda found: not any(found[::2]) and all(found[1::2]), fresh
        )
        writer.stdin.close()
    reader.refresh()
    reader.remove(np.arange(2**40, 2**40 + len(fresh), dtype=np.uint64))
    for delta in place.parent.glob(f"{place.name}.*.delta"):
        delta.unlink()  # the next run finds the index as it was made
    print(
        f"freshness: 1,000 added entries found after {added:.2f} s while {asked:,} queries were answered, 500 removed ones"
        f" gone after {removed:.2f} s (most 1 s)",
        flush=True,
    )
    return max(added, removed) < 1


def until(writer, order, reader, is_reached, fresh):
    """Give an order, ask until its effect is seen; return the seconds that took, and how many queries."""
    began = time.perf_counter()
    print(order, file=writer.stdin, flush=True)
    asked = 0
    while time.perf_counter() - began < 60:
        reader.refresh()
        answers = reader.query_many(fresh)
        asked += len(fresh)
        if is_reached([bool(len(answers.of(each))) for each in range(len(fresh))]):
            break
    seconds = time.perf_counter() - began
    writer.stdout.readline()
    return seconds, asked


if __name__ == "__main__":
    raise SystemExit(main())
