# SPDX-License-Identifier: Apache-2.0
"""What the database of a node under fault tests holds, as one JSON value; on demand when it came to rest.

HAVN_DATA=... python -m tests.faults.look [SECONDS TO WAIT FOR REST] [seal]
"""

import json
import sys
from collections import Counter
from uuid import UUID

from tests.support.waiting import wait_until

# These are due later, whatever happens, or come again and again.
LEFT = (
    "check",
    "reminder",
    "freeze_quarter",
    "exchange_beat",
    "refresh_roster",
    "report_draft",
    "report_half_year",
    "law_gaps",
)
WAITS = {
    "unfiled": "intake_submission WHERE filed_at IS NULL",
    "unassessed": "cases_contentitem WHERE legal_class = ''",
    "notices": "takedown_notice WHERE rung = 1 AND sent_at IS NULL AND withdrawn_at IS NULL",
    "jobs": f"jobs_job WHERE done_at IS NULL AND withdrawn_at IS NULL AND kind NOT IN {LEFT}",
}
# What must be there once. The database forbids most of it, but this looks at the rows themselves:
# after a power cut an index may say something else.
ONCE = (
    ("intake_submission", "receipt_digest"),
    ("intake_receiptstatus", "report_id"),
    ("cases_contentitem", "href"),  # every report of these tests names an address of its own
    ("takedown_notice", "item_id, contact_id, rung"),
    ("takedown_notice", "message_id"),
    ("jobs_job", "key"),
    ("audit_entry", "sequence"),
)


def main(rest_within="0", seals=""):
    from havn.cli import start

    start.prepare("worker")
    unanchored = heads_without_anchor()
    if seals:
        seal()
    found = {}

    def is_at_rest():
        # One look for both: a check that comes due leaves its next job a moment later.
        if waits():
            return False
        found.update(seen())
        return not found["waits"]

    try:
        wait_until(is_at_rest, seconds=float(rest_within), every=0.25)
    except AssertionError:
        pass  # what waits is in what is said
    print(json.dumps({**(found or seen()), "heads_without_anchor": unanchored}))


def seal():
    """Link what waits for it, as a worker that starts again does first."""
    from havn.cli.worker import sealer
    from havn.lib.clock import now

    seals = sealer()
    while seals.run_once(at=now()):
        pass


def heads_without_anchor():
    """Return the signed heads that the database knows and the folder outside it does not."""
    from havn.cli.start import folder
    from havn.domain.audit.clients import AnchorFolder

    kept = set(AnchorFolder(folder() / "anchors").tokens())
    known = rows("SELECT sequence, signature FROM audit_head ORDER BY sequence")
    return [sequence for sequence, token in known if token not in kept]


def rows(sql):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def count(what):
    return int(rows(f"SELECT count(*) FROM {what}")[0][0])


def waits():
    return {name: found for name, what in WAITS.items() if (found := count(what))}


def twice():
    """Return what is there more than once that must not be."""
    found = {}
    for table, columns in ONCE:
        first = columns.split(",")[0]
        groups = f"SELECT 1 FROM {table} WHERE {first} IS NOT NULL GROUP BY {columns} HAVING count(*) > 1"
        found[f"{table}({columns})"] = count(f"({groups}) AS twice")
    found["reports told twice"] = count("cases_contentitem WHERE told_times > 1")
    return {name: number for name, number in found.items() if number}


def damage():
    """Return what SQLite finds wrong with its file; PostgreSQL has no such question."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    return [each for (each,) in rows("PRAGMA integrity_check") if each != "ok"]


def seen():
    entries = Counter(
        (action, UUID(str(subject)).hex)
        for action, subject in rows(
            "SELECT action, subject_id FROM audit_entry WHERE subject_id IS NOT NULL"
        )
    )
    submissions = {
        UUID(str(each)): bool(ordered_at)
        for each, ordered_at in rows("SELECT id, ordered_at FROM intake_submission")
    }
    ordered = {key for (key,) in rows("SELECT key FROM jobs_job WHERE kind = 'file_submission'")}

    def of(wanted):
        return sorted(number for (action, _), number in entries.items() if action == wanted)

    return {
        "waits": waits(),
        "damage": damage(),
        "twice": twice(),
        "digests": [
            bytes(digest).hex()
            for (digest,) in rows("SELECT receipt_digest FROM intake_submission")
        ],
        "submissions": len(submissions),
        "incomplete": [
            str(each)
            for each, is_ordered in submissions.items()
            if entries["submission.received", each.hex] != 1
            or (f"file:{each}" in ordered) is not is_ordered
        ],
        "reports": count("cases_report"),
        "items": count("cases_contentitem"),
        "notices": [
            list(row)
            for row in rows(
                "SELECT message_id, rung, handed_over FROM takedown_notice WHERE sent_at IS NOT NULL"
            )
        ],
        "given_up": [
            list(map(str, row))
            for row in rows("SELECT kind, last_error FROM jobs_job WHERE given_up_at IS NOT NULL")
        ],
        "received": of("submission.received"),
        "filed": of("report.filed"),
        "assessed": of("item.assessed"),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
