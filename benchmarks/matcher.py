# SPDX-License-Identifier: Apache-2.0
"""Look-ups a second by `havn matcher serve` beside threatexchange's PDQ index behind a bare Flask view.

    .venv/bin/python -m benchmarks.matcher [--entries 1000000] [--rounds 5] [--seed 11] [--peers FOLDER]

Both hold the same entries by chance, and are asked the same: fingerprints of which half are an entry with up to 31
bits changed. Each server has one core of its own and one process, one after the other in short turns; this process
asks from another core over connections that stay open (a loop over epoll, many times as fast as either), so that the
client is not what is measured. The answers are compared before anything is timed.

*Flask* is the least that a platform would write: one view that calls `index.query`, one that does so for each item
of a JSON list. It runs under the fastest of waitress, gunicorn's sync worker and gunicorn's threads, found in the
same run, in an environment of its own (made in a temporary folder, or `--peers FOLDER` with threatexchange, flask,
waitress and gunicorn in it).

*p99 while entries are added*: 100 a second over a further connection, each on disk before it is answered, beside
look-ups by 8 clients that each ask again as soon as they are answered, in turns with as many without. Beside it
stands the same at half that rate, where a look-up seldom waits for another and so feels an addition most.

Beside each ratio stands the one for each second of the processor that the server used, which others who work on the
same machine change less. The last lines are the ratios; the exit code is 0 when single look-ups are at least 4 times and bulk ones at least
20 times as fast as Flask's, and p99 while entries are added is at most 1.2 times the quiet one. Entries and
fingerprints are kept in a temporary folder for the next run with the same seed.
"""

import argparse
import contextlib
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.machine import processor
from benchmarks.peers import environment
from havn.lab import free_port
from havn.lib.matching import Index

LEAST_SINGLE, LEAST_BULK, MOST_P99 = 4, 20, 1.2
PEERS = ("threatexchange==1.2.17", "flask==3.1.3", "waitress", "gunicorn")
CLIENTS = 8
ITEMS = 1000  # in a bulk request
ADDED_A_SECOND = 100
ROOT = Path(__file__).resolve().parent.parent
FLASK = """
import sys
from flask import Flask, request
from threatexchange.signal_type.pdq.pdq_index import PDQIndex
app = Flask(__name__)
with open(sys.argv[1] if __name__ == "__main__" else __import__("os").environ["ENTRIES"]) as file:
    index = PDQIndex.build((line.strip(), number) for number, line in enumerate(file))
@app.get("/m/raw_lookup")
def lookup():
    return {"matches": [each.metadata for each in index.query(request.args["signal"])]}
@app.post("/m/raw_lookup")
def lookups():
    return [{"matches": [each.metadata for each in index.query(one)]} for one in request.get_json()]
"""
SERVERS = {
    "waitress": ("-m", "waitress", "--listen=127.0.0.1:{port}", "--threads=4", "bare:app"),
    "gunicorn sync": ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "-w", "1", "bare:app"),
    "gunicorn threads": ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "-w", "1", "-k", "gthread", "--threads", "8", "bare:app"),
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--peers", type=Path)
    told = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("NOT RUN: this needs two cores, one for the server and one for its clients.")
        return 2
    os.sched_setaffinity(0, {cores[1]})
    folder = Path(tempfile.gettempdir()) / f"havn-bench-matcher-{told.entries}-{told.seed}"
    asked = inputs(folder, told.entries, told.seed)
    print(
        f"{processor()}, python {sys.version.split()[0]}; one core for the server, one for its clients; seed {told.seed},"
        f" {told.entries:,} entries, {len(asked):,} fingerprints, {told.rounds} rounds of {told.seconds:g} s"
    )
    with contextlib.ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="havn-peers-")))
        python = (told.peers or environment(made, *PEERS)) / "bin" / "python"
        ours = stack.enter_context(served(ours_command(folder), folder, cores[0]))
        name, theirs = best_peer(python, folder, cores[0], asked, stack)
        print(f"Flask runs under {name}, the fastest of {', '.join(SERVERS)}")
        same_answers(ours, theirs, asked)
        figures = measured(ours, theirs, asked, told)
    return close(figures)


def inputs(folder, count, seed):
    """Make entries, the index of them and the fingerprints to ask for, or take those of an earlier run."""
    folder.mkdir(exist_ok=True)
    entries = np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)
    chance = np.random.default_rng(seed + 1)
    near = entries[chance.integers(0, count, 1000)].copy()
    for row in near:
        for bit in chance.choice(256, int(chance.integers(0, 32)), replace=False).tolist():
            row[bit // 8] ^= 1 << bit % 8
    asked = np.concatenate([near, chance.integers(0, 256, (1000, 32), dtype=np.uint8)])
    if not (folder / "done").exists():
        Index.build(entries, list_names=("KNOWN",)).save(folder / "index")
        digits = entries.tobytes().hex()
        lines = (digits[at : at + 64] for at in range(0, len(digits), 64))
        (folder / "entries.txt").write_text("\n".join(lines) + "\n")
        (folder / "done").touch()
    for left in folder.glob("index.*"):  # what an earlier run added
        left.unlink()
    return [asked[at].tobytes().hex() for at in chance.permutation(len(asked))]


def ours_command(folder):
    return [
        sys.executable, "-m", "havn", "matcher", "serve", str(folder / "index"), "--own", "ADDED",
        "--workers", "1", "--port", "{port}",
    ]  # fmt: skip


class Server(NamedTuple):
    """A server that runs: its port and its first process."""

    port: int
    process: int

    def processor_seconds(self):
        """Return what it and its workers have used of the processor."""
        return sum(map(_used, _with_children(self.process)))


def _with_children(process):
    found = [process]
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                found += _with_children(int(place.name))
    return found


def _used(process):
    words = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Turn(NamedTuple):
    """What one turn showed: look-ups a second, and for each second of the server's processor; the 99th percentile."""

    rate: float
    for_processor: float
    p99: float = 0.0


@contextlib.contextmanager
def served(command, folder, core):
    """Run a server on a core of its own; yield its port once it finds an entry."""
    port = free_port()
    environment = os.environ | {
        "ENTRIES": str(folder / "entries.txt"),
        "PYTHONPATH": f"{ROOT / 'src'}:{folder}",
    }
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # what is started now stays there
    try:
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [each.replace("{port}", str(port)) for each in command],
                cwd=folder, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
    finally:
        os.sched_setaffinity(0, own)
    try:
        deadline = time.perf_counter() + 180
        while time.perf_counter() < deadline and not answers(port):
            if process.poll() is not None:
                raise SystemExit(f"NOT RUN: {command} ended; see {folder / 'log'}")
            time.sleep(0.2)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def answers(port):
    try:
        return Connection(port).ask(single("0" * 64))[0] == 200
    except OSError:
        return False


def best_peer(python, folder, core, asked, stack):
    """Return the name and port of the peer's fastest server; it stays."""
    (folder / "bare.py").write_text(FLASK)
    rates = {}
    for name, command in SERVERS.items():
        with served([str(python), *command], folder, core) as server:
            load(server.port, asked, clients=CLIENTS, seconds=1)
            rates[name] = len(load(server.port, asked, clients=CLIENTS, seconds=2)[0]) / 2
    print(
        "Flask's single look-ups a second: " + ", ".join(f"{n} {r:,.0f}" for n, r in rates.items())
    )
    best = max(rates, key=rates.get)
    return best, stack.enter_context(served([str(python), *SERVERS[best]], folder, core))


def single(signal):
    path = f"/m/raw_lookup?signal_type=pdq&signal={signal}"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def posted(path, body):
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection:
    """A connection that stays open where the server lets it, and is opened anew where not."""

    def __init__(self, port):
        self.port = port
        self.socket = None
        self.came = bytearray()
        self.began = 0.0

    def send(self, request):
        self.began = time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)

    def receive(self):
        """Take what came; return status and body when the answer is whole, else None."""
        piece = self.socket.recv(1 << 20)
        self.came += piece
        end = self.came.find(b"\r\n\r\n")
        if end < 0:
            assert piece, "the server closed without an answer"
            return None
        head = bytes(self.came[:end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.came) < end + 4 + length:
            return None
        answer = int(head.split()[1]), bytes(self.came[end + 4 :])
        self.came.clear()
        if b"connection: close" in head:
            self.socket.close()
            self.socket = None
        return answer

    def ask(self, request):
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer


def load(port, asked, *, clients, seconds, pace=0.0, adding=False):
    """Ask for so many seconds; return the seconds of each look-up and of each entry added.

    `pace` is look-ups a second over all clients, 0 as fast as answers come.
    """
    requests = [single(each) for each in asked]
    watch, at_work = select.epoll(), {}
    idle = [Connection(port) for _ in range(clients)]
    adder, adds = (Connection(port) if adding else None), []
    took, sent, added = [], 0, 0
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds or at_work:
        is_over = now >= began + seconds
        while idle and not is_over and (not pace or sent < (now - began) * pace):
            start(idle.pop(), requests[sent % len(requests)], watch, at_work)
            sent += 1
        is_due = adder is not None and not is_over and added < (now - began) * ADDED_A_SECOND
        if is_due and (adder.socket is None or adder.socket.fileno() not in at_work):
            body = json.dumps({"pdq": os.urandom(32).hex()}).encode()
            start(adder, posted("/c/bank/ADDED/signal", body), watch, at_work)
            added += 1
        for file, _ in watch.poll(0.0002 if pace or adding else 1):
            connection = at_work[file]
            answer = connection.receive()
            if answer is None:
                continue
            assert answer[0] == 200, answer
            del at_work[file]
            if connection.socket is not None:
                watch.unregister(file)
            spent = time.perf_counter() - connection.began
            if connection is adder:
                adds.append(spent)
            else:
                took.append(spent)
                idle.append(connection)
    return took, adds


def start(connection, request, watch, at_work):
    connection.send(request)
    watch.register(connection.socket.fileno(), select.EPOLLIN)
    at_work[connection.socket.fileno()] = connection


def same_answers(ours, theirs, asked):
    """Compare what both answer, one by one and in bulk."""
    bulk = posted("/m/raw_lookup", json.dumps(asked[:ITEMS]).encode())
    one, other = Connection(ours.port), Connection(theirs.port)
    in_bulk = [[sorted(e["matches"]) for e in json.loads(c.ask(bulk)[1])] for c in (one, other)]
    assert in_bulk[0] == in_bulk[1]
    for number, each in enumerate(asked[:ITEMS]):
        found = [sorted(json.loads(c.ask(single(each))[1])["matches"]) for c in (one, other)]
        assert found[0] == found[1] == in_bulk[0][number]
    print(f"both answer {ITEMS} fingerprints alike, one by one and in bulk")


def measured(ours, theirs, asked, told):
    """Return the figures of all rounds."""
    figures = {
        name: []
        for name in (
            "single 1",
            "single 8",
            "bulk",
            "quiet",
            "adding",
            "half quiet",
            "half adding",
        )
    }
    pace, adds = None, []
    for number in range(told.rounds):
        for clients in (1, CLIENTS):
            figures[f"single {clients}"].append(
                [singly(each, asked, clients, told.seconds) for each in (ours, theirs)]
            )
        figures["bulk"].append([in_bulk(each, asked, told.seconds) for each in (ours, theirs)])
        pace = pace or figures[f"single {CLIENTS}"][-1][0].rate / 2
        for name, rate, adding in (
            ("quiet", 0, False), ("adding", 0, True), ("half quiet", pace, False), ("half adding", pace, True),
        ):  # fmt: skip
            took, added = load(
                ours.port,
                asked,
                clients=CLIENTS,
                seconds=2 * told.seconds,
                pace=rate,
                adding=adding,
            )
            figures[name] += took
            adds += added
        tell(number, figures)
    print(
        f"{len(adds):,} entries added: median {1000 * statistics.median(adds):.2f} ms, p99 {1000 * percentile(adds, 0.99):.2f} ms;"
        f" look-ups beside them at {pace:,.0f} a second"
    )
    return figures


def tell(number, figures):
    told = [f"round {number + 1}:"]
    for name in ("single 1", f"single {CLIENTS}", "bulk"):
        ours, theirs = figures[name][-1]
        told.append(
            f"{name}: {ours.rate:,.0f}/s (p99 {ours.p99 * 1000:.2f} ms), Flask {theirs.rate:,.0f}/s (p99 {theirs.p99 * 1000:.2f} ms);"
        )
    print(" ".join(told).rstrip(";"), flush=True)


def singly(server, asked, clients, seconds):
    """Return the turn of so many clients that ask one by one."""
    used = server.processor_seconds()
    took, _ = load(server.port, asked, clients=clients, seconds=seconds)
    used = server.processor_seconds() - used
    return Turn(len(took) / seconds, len(took) / used, percentile(took, 0.99))


def in_bulk(server, asked, seconds):
    """Return the turn of a client that sends bulk requests one after the other; its 99th percentile is of requests."""
    connection = Connection(server.port)
    requests = [
        posted("/m/raw_lookup", json.dumps(asked[at : at + ITEMS]).encode())
        for at in range(0, len(asked), ITEMS)
    ]
    used, took, began = server.processor_seconds(), [], time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        assert connection.ask(requests[len(took) % len(requests)])[0] == 200
        took.append(time.perf_counter() - connection.began)
    count = len(took) * ITEMS
    return Turn(count / spent, count / (server.processor_seconds() - used), percentile(took, 0.99))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def close(figures):
    """Print the ratios; return the exit code."""

    def times(name, what):
        return statistics.median(
            getattr(ours, what) / getattr(theirs, what) for ours, theirs in figures[name]
        )

    names = ("single 1", f"single {CLIENTS}", "bulk")
    for name in names:
        ours, theirs = (
            statistics.median(each[at].rate for each in figures[name]) for at in (0, 1)
        )
        print(
            f"{name}: {ours:,.0f} a second, Flask {theirs:,.0f}; {times(name, 'rate'):.1f} times, for each second of the"
            f" processor {times(name, 'for_processor'):.1f} times (what others do on this machine counts less there)"
        )
    singles = [times(name, "rate") for name in names[:2]]
    bulk = times("bulk", "rate")
    p99 = {
        name: percentile(figures[name], 0.99) * 1000
        for name in ("quiet", "adding", "half quiet", "half adding")
    }
    for name, value in p99.items():
        print(
            f"p99 of ours with {CLIENTS} clients, {name}: {value:.2f} ms of {len(figures[name]):,} look-ups"
        )
    slower, at_half = p99["adding"] / p99["quiet"], p99["half adding"] / p99["half quiet"]
    print(
        f"single look-ups {singles[0]:.1f} times Flask's with 1 client, {singles[1]:.1f} times with {CLIENTS};"
        f" goal {LEAST_SINGLE}"
    )
    print(f"bulk look-ups {bulk:.1f} times Flask's; goal {LEAST_BULK}")
    print(
        f"p99 while {ADDED_A_SECOND} entries a second are added {slower:.2f} times the quiet one; goal at most {MOST_P99}"
        f" (at half the rate {at_half:.2f} times)"
    )
    is_enough = min(singles) >= LEAST_SINGLE and bulk >= LEAST_BULK and slower <= MOST_P99
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
