# SPDX-License-Identifier: Apache-2.0
"""How long a hub's public pages take with 200 countries, 10 years and 40 indicators, and how many queries.

    .venv/bin/python -m benchmarks.hub_pages [--rounds 9] [--countries 200] [--years 10] [--indicators 40] [--export]

Made-up figures (totals and three codes of a breakdown, years without quarters) are written into a new database of a
hub in a temporary folder; then each page is asked through Django, as its process does, in turns. The table holds the
median, the slowest, the processor's time and the number of queries of each page; the exit code is 0 when every median
is under 200 ms, so it wants a machine that does nothing else.
With `--export` the whole site of 48 countries and one year is written as files first, and the time is told.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from string import ascii_uppercase

MOST_SECONDS = 0.2
MOST_EXPORT_SECONDS = 600
PAGES = (
    "/en/",
    "/en/results",
    "/en/results/targets/4",
    "/en/results/indicators/R05",
    "/en/results/indicators/R06",
    "/en/results/indicators/R01",
    "/da/results/indicators/V05/{earlier}",
    "/en/results/periods/{newest}",
    "/en/results/countries/{code}",
    "/en/results/countries/{code}/R05",
    "/en/results/cooperation",
    "/en/results/open-data",
    "/en/updates.atom",
    "/api/v1/results/periods.json",
    "/api/v1/results/R05/{newest}.json",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--countries", type=int, default=200)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--indicators", type=int, default=40)
    parser.add_argument("--export", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="havn-hub-pages-") as name:
        folder = Path(name)
        make_hub(folder / "hub")
        is_quick = True
        if asked.export:
            is_quick = export(folder)
        return 0 if measure(asked) and is_quick else 1


def make_hub(folder):
    """Make a hub in a folder, and set Django up for its public process."""
    for each in [each for each in os.environ if each.startswith(("HAVN_", "DJANGO_"))]:
        del os.environ[each]
    os.environ |= {
        "HAVN_DATA": str(folder), "HAVN_ROLE": "hub", "HAVN_NODE_ADDRESS": "https://hub.example",
        "HAVN_HOSTS": "hub.example,127.0.0.1",
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", "havn", "init"], check=True, capture_output=True)
    from havn.cli import start

    start.prepare("alliance")


def measure(asked):
    """Fill the tables and ask each page in turns; return whether every median is quick enough."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from havn.domain.indicators.rules import DEFINITIONS
    from tests.support.published import fill

    codes = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)][: asked.countries]
    years = [str(2025 - number) for number in range(asked.years)][::-1]
    wanted = [each for each in DEFINITIONS if each.target in {2, 4}]
    wanted += [each for each in DEFINITIONS if each not in wanted]
    began = time.perf_counter()
    count = fill(codes, years, definitions=wanted[: asked.indicators])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{count} figures written in {time.perf_counter() - began:.0f} s")
    client = Client(headers={"host": "hub.example"})
    places = {"newest": years[-1], "earlier": years[-2], "code": codes[len(codes) // 2]}
    pages = [page.format(**places) for page in PAGES]
    taken = {page: [] for page in pages}
    queries, sizes = {}, {}
    for page in pages:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(page)
        if answer.status_code != 200:
            raise SystemExit(f"{page} answered {answer.status_code}")
        queries[page], sizes[page] = len(seen), len(answer.content)
    worked = {page: [] for page in pages}
    for _ in range(asked.rounds):
        for page in pages:
            began, began_work = time.perf_counter(), time.process_time()
            client.get(page)
            taken[page].append(time.perf_counter() - began)
            worked[page].append(time.process_time() - began_work)
    print(f"{'page':<44}{'median ms':>10}{'most ms':>9}{'CPU ms':>8}{'queries':>9}{'KiB':>7}")
    for page, found in taken.items():
        print(
            f"{page:<44}{statistics.median(found) * 1000:>10.0f}{max(found) * 1000:>9.0f}"
            f"{statistics.median(worked[page]) * 1000:>8.0f}{queries[page]:>9}{sizes[page] / 1024:>7.0f}"
        )
    slowest = max(statistics.median(found) for found in taken.values())
    print(f"slowest median: {slowest * 1000:.0f} ms (under {MOST_SECONDS * 1000:.0f})")
    return slowest < MOST_SECONDS


def export(folder):
    """Write the site of 48 countries and one year as files; return whether that was quick enough."""
    from havn.domain.indicators.rules import DEFINITIONS
    from havn.domain.members.rules.founders import MEMBERSHIPS
    from havn.domain.publication.models import PublishedFigure, PublishedReport
    from tests.support.published import fill

    fill([each.code for each in MEMBERSHIPS if each.is_founder], ["2025"], definitions=DEFINITIONS)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "havn", "hub", "export", str(folder / "www")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    took = time.perf_counter() - began
    print(done.stdout.strip() or done.stderr[-500:])
    print(f"exported in {took:.0f} s (under {MOST_EXPORT_SECONDS} for about 500 pages)")
    PublishedFigure.objects.all().delete()
    PublishedReport.objects.all().delete()
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
