# SPDX-License-Identifier: Apache-2.0
"""What the database of a node under fault tests holds, as one JSON value."""

import json
from collections import Counter

LEFT = ("check", "reminder", "freeze_quarter")  # these are due later, whatever happens


def main():
    from havn.cli import start

    start.prepare("worker")
    from django.db import connection

    def rows(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def count(sql):
        return int(rows(sql)[0][0])

    entries = Counter(
        (action, str(subject))
        for action, subject in rows("SELECT action, subject_id FROM audit_entry")
    )
    print(json.dumps({
        "digests": [bytes(digest).hex() for (digest,) in rows("SELECT receipt_digest FROM intake_submission")],
        "submissions": count("SELECT count(*) FROM intake_submission"),
        "unfiled": count("SELECT count(*) FROM intake_submission WHERE filed_at IS NULL"),
        "reports": count("SELECT count(*) FROM cases_report"),
        "items": count("SELECT count(*) FROM cases_contentitem"),
        "unassessed": count("SELECT count(*) FROM cases_contentitem WHERE legal_class = ''"),
        "notices": [[message_id, handed] for message_id, handed in rows(
            "SELECT message_id, handed_over FROM takedown_notice WHERE rung = 1 AND sent_at IS NOT NULL")],
        "later_notices": [message_id for (message_id,) in rows(
            "SELECT message_id FROM takedown_notice WHERE rung > 1")],
        "waiting_notices": count(
            "SELECT count(*) FROM takedown_notice WHERE rung = 1 AND sent_at IS NULL AND withdrawn_at IS NULL"),
        "open_jobs": count(
            "SELECT count(*) FROM jobs_job WHERE done_at IS NULL AND withdrawn_at IS NULL AND kind NOT IN "
            + str(LEFT)),
        "given_up": [list(map(str, row)) for row in rows(
            "SELECT kind, last_error FROM jobs_job WHERE given_up_at IS NOT NULL")],
        "received": sorted(n for (action, _), n in entries.items() if action == "submission.received"),
        "filed": sorted(n for (action, _), n in entries.items() if action == "report.filed"),
        "assessed": sorted(n for (action, _), n in entries.items() if action == "item.assessed"),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
