# SPDX-License-Identifier: Apache-2.0
"""All indicators of one period over a million items, against reading every row of the table of facts once.

    .venv/bin/python -m benchmarks.indicators [--items 1000000] [--rounds 3] [--seed 17]

The facts lie in SQLite as on a node, with its indexes. Each round first reads all rows with all their columns
through the same connection and throws them away, then computes every indicator of one year from the table, by the
selector and the function that the node uses. Both read the same rows in the same process, in turns, so a machine
whose speed drifts slows both; seconds are those of the processor, so that nothing waits for other programs. Two such
scans are told: one with columns as SQLite holds them, one with the values that Django's converters make of them. The
bound holds for the faster of the two. The last line is the median of the ratios; the exit code is 0 when it is at
most 5.
"""

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.machine import processor

MOST_SCANS = 5
YEARS = 3
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AS_OF = datetime(2027, 1, 31, tzinfo=UTC)
DAY = timedelta(days=1)
ORGANISATION = "6f1d2c3b4a5f4e6d8c7b9a0f1e2d3c4b"
AT_ONCE = 50_000
COLUMNS = (
    "id",
    "name",
    "subject_kind",
    "subject_id",
    "organisation",
    "happened_at",
    "recorded_at",
    "codes",
)
CLASSES = ("baseline", "baseline", "national", "not_illegal")
ORIGINS = ("photographic", "photographic", "drawn", "ai_generated", "unknown")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=17)
    told = parser.parse_args()
    print(
        f"{processor()}, {os.cpu_count()} cores, python {platform.python_version()}; seed {told.seed},"
        f" {told.items:,} items, {told.rounds} rounds"
    )
    with tempfile.TemporaryDirectory(prefix="havn-indicators-") as folder:
        set_up(Path(folder))
        began = time.process_time()
        number = fill(told.items, random.Random(told.seed))
        print(f"{number:,} facts written in {time.process_time() - began:.0f} s", flush=True)
        ratios = []
        for _ in range(told.rounds):
            bare, converted, spent = scan(is_bare=True), scan(is_bare=False), computed()
            ratios.append(spent / min(bare, converted))
            print(
                f"scan {bare:.1f} s, with Django's converters {converted:.1f} s, all indicators {spent:.1f} s:"
                f" {ratios[-1]:.2f} scans ({spent / converted:.2f} converted ones)",
                flush=True,
            )
    median = statistics.median(ratios)
    print(
        f"at most {MOST_SCANS} scans: {'yes' if median <= MOST_SCANS else 'no'}, median {median:.2f}"
    )
    return 0 if median <= MOST_SCANS else 1


def set_up(folder):
    """Make the folder and the keys that the settings ask for, and a database with all tables."""
    os.environ |= {
        "HAVN_DATA": str(folder),
        "HAVN_AUDIENCE": "all",
        "DJANGO_SETTINGS_MODULE": "havn.config.settings",
    }
    from havn.lib.keyring import CREATED_KEYS, Keyring

    (folder / "static" / "all").mkdir(parents=True)
    keyring = Keyring(folder / "keys")
    for name in CREATED_KEYS:
        keyring.create(name)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(items, chance):
    """Write the facts of so many items, and of what happens beside them; return how many."""
    from django.db import connection

    columns = ", ".join(COLUMNS)
    insert = f"INSERT INTO ledger_fact ({columns}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        indexes = cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'ledger_fact' AND type = 'index' AND sql NOT NULL"
        ).fetchall()
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    raw = connection.connection
    raw.execute("BEGIN")
    number, waiting = 0, []
    for fact in facts(items, chance):
        waiting.append(row(number, *fact))
        number += 1
        if len(waiting) == AT_ONCE:
            raw.executemany(insert, waiting)
            waiting = []
    raw.executemany(insert, waiting)
    raw.execute("COMMIT")
    for _name, sql in indexes:
        raw.execute(sql)
    return number


def row(number, name, kind, subject, at, codes):
    instant = at.replace(tzinfo=None).isoformat(sep=" ")
    return (f"{number:032x}", name, kind, subject, ORGANISATION, instant, instant, codes)


def facts(items, chance):
    """Give the facts one by one: each item's, and those of referrals, victims, lists and the rest."""
    for number in range(items):
        received = BEGIN + chance.random() * YEARS * 365 * DAY
        yield from report(number, received, chance)
        yield from item(f"{number:032x}", received, chance)
        if number % 10 == 0:
            yield from beside(f"{number:032x}", received, chance)


def report(number, at, chance):
    channel = chance.choice(("web", "web", "referrer", "file", "desk"))
    codes = f'{{"v": 1, "channel": "{channel}", "language": "da", "duplicate": false, "reporter_kind": "public"}}'
    yield "report_received", "report", f"a{number:031x}", at, codes


def item(subject, received, chance):
    at = received + chance.random() * 3 * DAY
    legal_class = chance.choice(CLASSES)
    origin = chance.choice(ORIGINS)
    said = f'"legal_class": "{legal_class}", "origin": "{origin}", "received_at": "{received.isoformat()}"'
    yield "item_assessed", "item", subject, at, f'{{"v": 1, "first": true, {said}}}'
    country = chance.choice(("dk", "dk", "se", "de", "nl", "us"))
    here = "true" if country == "dk" else "false"
    traced = f'{{"v": 1, "country": "{country}", "here": {here}, "outcome": "found"}}'
    yield "item_traced", "item", subject, at + chance.random() * DAY, traced
    if legal_class == "not_illegal":
        return
    told = at + chance.random() * DAY
    yield "police_informed", "item", subject, told, f'{{"v": 1, "legal_class": "{legal_class}"}}'
    yield "lead_received", "item", subject, told, '{"v": 1}'
    if chance.random() < 0.6:
        yield (
            "lead_answered",
            "item",
            subject,
            told + chance.random() * 50 * DAY,
            '{"v": 1, "kind": "known"}',
        )
    if here == "true":
        yield (
            "notice_sent",
            "item",
            subject,
            told,
            f'{{"v": 1, "rung": 1, "contact": "{subject}"}}',
        )
    checked = told
    for _ in range(chance.choice((1, 2, 3))):
        checked += chance.random() * 5 * DAY
        yield "check_done", "item", subject, checked, '{"v": 1, "verdict": "gone"}'
    if chance.random() < 0.8:
        yield "item_removed", "item", subject, checked, '{"v": 1, "confirmed": true, "here": true}'
        if chance.random() < 0.05:
            yield (
                "item_reappeared",
                "item",
                subject,
                checked + chance.random() * 90 * DAY,
                '{"v": 1}',
            )


def beside(subject, at, chance):
    """Give what happens beside the items, a tenth as often."""
    yield "referral_sent", "referral", subject, at, '{"v": 1, "to": "se", "class": "baseline"}'
    answered = at + chance.random() * 3 * DAY
    yield (
        "referral_acknowledged",
        "referral",
        subject,
        answered,
        '{"v": 1, "how": "accepted", "side": "out"}',
    )
    yield (
        "referral_outcome",
        "referral",
        subject,
        at + chance.random() * 50 * DAY,
        '{"v": 1, "kind": "removed"}',
    )
    yield (
        "fp_attested",
        "source",
        subject,
        at,
        '{"v": 1, "kind": "pdq", "legal_class": "baseline"}',
    )
    yield "fp_listed", "source", subject, at + chance.random() * DAY, '{"v": 1}'
    if chance.random() < 0.05:
        recorded = '{"v": 1, "origin": "public", "place": "here", "country": "dk"}'
        yield "victim_recorded", "victim", subject, at, recorded
        found = '{"v": 1, "sex": "f", "age": "y3t13", "setting": "family", "by": "national", "country": "dk"}'
        yield "victim_identified", "victim", subject, at + chance.random() * 300 * DAY, found
        yield "investigation_opened", "investigation", subject, at, '{"v": 1, "source": "public"}'


def scan(*, is_bare):
    """Return the seconds that reading every row takes; what is read is thrown away."""
    from django.db import connection

    columns = ", ".join(
        f"{name} || ''" if name.endswith("_at") and is_bare else name for name in COLUMNS
    )
    began = time.process_time()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ledger_fact NOT INDEXED")  # noqa: S608 - our own names
        while cursor.fetchmany(2000):
            pass
    return time.process_time() - began


def computed():
    """Return the seconds that all indicators of a year take, reading included."""
    from uuid import UUID

    from havn.domain.actor import Actor
    from havn.domain.indicators import rules as indicators
    from havn.domain.ledger import selectors as ledger

    actor = Actor.system(organisation=UUID(ORGANISATION))
    began = time.process_time()
    found = indicators.computed_figures(
        ledger.facts_until(actor=actor, names=indicators.FACTS_READ, until=AS_OF),
        periods=[indicators.Year(2026)],
        as_of=AS_OF,
    )
    spent = time.process_time() - began
    (figures,) = found.values()
    received = figures["R01"][0].value
    if len(figures) != len(indicators.DEFINITIONS) or not received:
        raise SystemExit("Not every indicator was computed.")
    return spent


if __name__ == "__main__":
    sys.exit(main())
