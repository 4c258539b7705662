# SPDX-License-Identifier: Apache-2.0
"""Log entries per second on one core: appended, and verified by a mirror, beside pymerkle and bare SHA-256.

    .venv/bin/python -m benchmarks.feed [--rounds 7] [--entries 51200] [--seed 17]

*Verified* is all that a mirror does with bytes that came: bundles taken apart, each leaf read strictly, the tree
grown, its root compared with the signed checkpoint. *Appended* is a log's side: leaves hashed, every new tile and
the root made for each beat of 64. *Tree* is only entries grown to a root, nothing read and no tiles.

pymerkle does two things: it appends entries to its tree and tells the root (*pymerkle*), and it verifies an entry by
an inclusion proof (*proved*; the proofs are made beforehand, and it is a sample of 2,000). It runs in an environment of its own
in a temporary folder. *Bare* is the least that any tree needs: two SHA-256 an entry by `hashlib`. All are measured
in short turns on one core.

The last lines have the medians; the exit code is 0 when at least 20,000 entries a second are verified, and both
appending and verifying are at least three times as fast as pymerkle's (docs/adr/0018).
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from benchmarks.machine import processor, stay_on_one_core
from benchmarks.peers import environment
from havn.lib import feed
from tests.unit.lib.feed_log import MemoryLog, MemoryTiles, leaves_of

LEAST_VERIFIED = 20_000
LEAST_RATIO = 3
TAGS = 4
PYMERKLE = "pymerkle==7.0.0"
# Entries come in the first line of standard input; each further line asks for one turn.
PYMERKLE_TURNS = """
import json, sys, time
from pymerkle import InmemoryTree, verify_inclusion
entries = [line.encode() for line in json.loads(sys.stdin.readline())]
tree = InmemoryTree(algorithm="sha256")
tree.append_entries(entries)
sample = [(tree.get_leaf(each), tree.prove_inclusion(each)) for each in range(1, 2001)]
for _ in sys.stdin:
    tree = InmemoryTree(algorithm="sha256")
    began = time.perf_counter()
    tree.append_entries(entries)
    root = tree.get_root()
    grown = time.perf_counter() - began
    began = time.perf_counter()
    for leaf, proof in sample:
        verify_inclusion(leaf, root, proof)
    proved = (time.perf_counter() - began) / len(sample) * len(entries)
    print(json.dumps([grown, proved, root.hex()]), flush=True)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--entries", type=int, default=200 * feed.TILE_WIDTH)
    parser.add_argument("--seed", type=int, default=17)
    told = parser.parse_args()
    stay_on_one_core()
    print(
        f"{processor()}, python {platform.python_version()}, one core; seed {told.seed},"
        f" {told.entries} entries of {TAGS} tags, {told.rounds} rounds"
    )
    leaves = leaves_of(f"benchmark {told.seed}", told.entries, tag_count=TAGS)
    log = MemoryLog()
    log.append(leaves)
    root = log.checkpoint().root
    rates = {name: [] for name in ("bare", "tree", "pymerkle", "proved", "appended", "verified")}
    with tempfile.TemporaryDirectory(prefix="havn-feed-") as folder, pymerkle(folder) as other:
        ask(other, leaves)
        for _ in range(told.rounds):
            grown, proved = pymerkle_turn(other, root)
            spent = {
                "bare": bare(leaves),
                "tree": tree(leaves, root),
                "pymerkle": grown,
                "proved": proved,
                "appended": appended(leaves, root),
                "verified": verified(log),
            }
            for name, seconds in spent.items():
                rates[name].append(told.entries / seconds)
            print("  ".join(f"{name} {each[-1]:,.0f}" for name, each in rates.items()), flush=True)
        other.stdin.close()
    return close(rates)


def close(rates):
    """Print the medians; return the exit code."""

    def times(ours, theirs):
        return statistics.median(a / b for a, b in zip(rates[ours], rates[theirs], strict=True))

    median = {name: statistics.median(each) for name, each in rates.items()}
    print("medians a second: " + ", ".join(f"{name} {each:,.0f}" for name, each in median.items()))
    print(
        f"appended {times('appended', 'pymerkle'):.1f} times pymerkle's, verified {times('verified', 'proved'):.1f}"
        f" times; our tree alone {times('tree', 'pymerkle'):.1f} times its appending, {times('tree', 'bare'):.0%} of"
        f" the limit; a whole mirror {times('verified', 'pymerkle'):.1f} times its appending, which reads nothing"
    )
    least = min(times("appended", "pymerkle"), times("verified", "proved"))
    is_enough = median["verified"] >= LEAST_VERIFIED and least >= LEAST_RATIO
    print(
        f"at least {LEAST_VERIFIED:,} verified, appended and verified at least {LEAST_RATIO} times as fast as"
        f" pymerkle: {'yes' if is_enough else 'no'}"
    )
    return 0 if is_enough else 1


def bare(leaves):
    """Return the seconds of two hashes an entry, which every tree needs."""
    pair = bytes(65)
    began = time.perf_counter()
    for each in leaves:
        sha256(each).digest()
        sha256(pair).digest()
    return time.perf_counter() - began


def tree(leaves, root):
    """Return the seconds in which our tree grew to the root, a bundle at a time."""
    frontier = feed.Frontier()
    began = time.perf_counter()
    for start in range(0, len(leaves), feed.TILE_WIDTH):
        frontier = frontier.extended(map(feed.leaf_hash, leaves[start : start + feed.TILE_WIDTH]))
    found = frontier.root()
    spent = time.perf_counter() - began
    assert found == root
    return spent


def appended(leaves, root):
    """Return the seconds of a log that takes all entries: beats of 64, tiles and root kept up to date."""
    tiles, frontier = MemoryTiles(), feed.Frontier()
    began = time.perf_counter()
    for start in range(0, len(leaves), 64):
        hashes = feed.leaf_hashes(leaves[start : start + 64])
        tiles.append(hashes)
        frontier = frontier.extended(hashes)
    spent = time.perf_counter() - began
    assert frontier.root() == root
    return spent


def verified(log):
    """Return the seconds of a mirror that takes everything that a log signed."""
    note = log.signed()
    pages = [log.page(number) for number in range(-(-len(log.entries) // feed.TILE_WIDTH))]
    began = time.perf_counter()
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(note, at=log.at)
    for number, page in enumerate(pages):
        mirror.state, _entries = mirror.take_entries(number, page)
    mirror.state = mirror.finish()
    spent = time.perf_counter() - began
    assert mirror.state.size == len(log.entries)
    return spent


def pymerkle(folder):
    """Start pymerkle in an environment of its own; it is GPL, and never becomes one of ours."""
    python = environment(Path(folder), "--only-binary", ":all:", PYMERKLE) / "bin" / "python"
    return subprocess.Popen(
        [python, "-c", PYMERKLE_TURNS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ask(process, leaves):
    """Hand the entries over."""
    process.stdin.write(json.dumps([each.decode() for each in leaves]) + "\n")
    process.stdin.flush()


def pymerkle_turn(process, root):
    """Return the seconds in which pymerkle grew its tree to the same root, and in which it proves as many entries."""
    process.stdin.write("turn\n")
    process.stdin.flush()
    grown, proved, found = json.loads(process.stdout.readline())
    assert bytes.fromhex(found) == root
    return grown, proved


if __name__ == "__main__":
    sys.exit(main())
