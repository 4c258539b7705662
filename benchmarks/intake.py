# SPDX-License-Identifier: Apache-2.0
"""Sealed submissions per second against a bare Django view with one insert, on the same server and database.

    .venv/bin/python -m benchmarks.intake [--rounds 9] [--seconds 2] [--database sqlite|postgres]

Both databases flush to disk as in production. Both servers run all the time, and the two are measured in
short turns: a machine whose speed drifts within minutes slows both, and the spread of the ratios tells of it.
The last line is their median; the exit code is 0 when it is at least 0.5.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from havn.lab import free_port
from tests.support.node import new_node
from tests.support.postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent
LEAST = 0.5
CLIENTS = 8
WARM_UP_SECONDS = 0.5
BARE = """
import multiprocessing, sys
from granian import Granian
from granian.constants import Interfaces
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn", force=True)
    Granian("benchmarks.bare_view:application", port=int(sys.argv[1]), interface=Interfaces.WSGI,
            workers=2, blocking_threads=2, log_access=False, log_enabled=False).serve()
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    told = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="havn-intake-")))
        server = None
        if told.database == "postgres":
            server = stack.enter_context(running_postgres(is_durable=True))
        print(
            f"{told.database}, {os.cpu_count()} cores, {CLIENTS} clients,"
            f" {told.rounds} times {told.seconds:g} s each"
        )
        node = new_node(
            folder / "node", database=server.create_database("node") if server else "sqlite"
        )
        bodies = prepared(node, count=int(told.rounds * (told.seconds + WARM_UP_SECONDS) * 1500))
        ratios = []
        with serving_bare(folder / "bare", server) as bare, serving_sealed(node, bodies) as sealed:
            for _ in range(told.rounds):
                least, ours = bare(told.seconds), sealed(told.seconds)
                ratios.append(ours / least)
                print(f"ratio {ratios[-1]:.2f}", flush=True)
        tell_filing(node)
    ratio = statistics.median(ratios)
    print(
        f"median ratio {ratio:.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
        f" (at least {LEAST}: {'yes' if ratio >= LEAST else 'no'})"
    )
    return 0 if ratio >= LEAST else 1


@contextmanager
def serving_bare(folder, server):
    """Run the bare view; yield what measures its requests per second for so long."""
    folder.mkdir(mode=0o700)
    database = server.create_database(folder.name) if server else "sqlite"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    environment = kept | {
        "HAVN_DATA": str(folder), "HAVN_DATABASE": database,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip
    make = environment | {"BARE_MAKE_TABLE": "yes"}
    subprocess.run(
        [sys.executable, "-c", "import benchmarks.bare_view"], env=make, cwd=ROOT, check=True
    )
    script = folder / "serve_bare.py"
    script.write_text(BARE)
    port = free_port()
    with running([sys.executable, str(script), str(port)], environment, port):
        body = urlencode({"state": "x" * 900, "page": "check", "move": "send"}).encode()
        yield partial(load, "bare view", port, "/take", lambda: body)


@contextmanager
def serving_sealed(node, bodies):
    """Run the node's public process; yield what measures its answered submissions per second for so long."""
    lock = threading.Lock()

    def one():
        with lock:
            return next(bodies)

    port = str(node.port)
    command = [sys.executable, "-m", "havn", "serve", "--audience", "public", "--port", port]
    with running(command, node.environment, node.port):
        yield partial(load, "sealed submissions", node.port, "/en/receipt", one)


def tell_filing(node):
    """Print how fast the worker files what was sent."""
    began = time.monotonic()
    node.run("worker", "--until-idle", seconds=900)
    spent = time.monotonic() - began
    filed = count_filed(node)
    print(
        f"filing: {filed} reports in {spent:.1f} s, {filed / spent:.0f} a second, start included"
    )


def prepared(node, *, count):
    """Yield bodies of the last step of the form, each with a token and receipt of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.intake_forms", str(count)],
        env=node.environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return iter([urlencode(json.loads(line)).encode() for line in done.stdout.splitlines()])


def count_filed(node):
    """Return how many submissions are filed."""
    code = (
        "from havn.cli import start; start.prepare('worker');"
        "from django.db import connection as c; k = c.cursor();"
        "k.execute('select count(*) from intake_submission where filed_at is not null');"
        "print(k.fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=node.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@contextmanager
def running(command, environment, port):
    """Run a server until the block ends."""
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"the server ended: {command}") from None
                time.sleep(0.1)
        time.sleep(2)  # its workers import the program
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def load(label, port, path, body_of, seconds):
    """Post from several clients at once; return answered requests per second."""
    times, troubles = [], []
    begin = time.monotonic() + WARM_UP_SECONDS
    end = begin + seconds
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Host": f"127.0.0.1:{port}"}

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (now := time.monotonic()) < end:
            try:
                body = body_of()
            except StopIteration:
                troubles.append("no more forms were prepared")
                return
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                troubles.append(type(error).__name__)
                connection.close()
                continue
            if answer.status != 200:
                troubles.append(answer.status)
            elif now >= begin:
                times.append(time.monotonic() - now)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if len(times) < 100:
        raise SystemExit(f"{label}: only {len(times)} were answered ({troubles[:5]})")
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / seconds
    print(
        f"{label}: {rate:.0f} a second, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, "
        f"{len(troubles)} not answered"
    )
    return rate


if __name__ == "__main__":
    sys.exit(main())
