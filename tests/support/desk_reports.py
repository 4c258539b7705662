# SPDX-License-Identifier: Apache-2.0
"""Files made-up reports on a node that stands: run in its environment, prints the reports' identifiers.

HAVN_DATA=... python -m tests.support.desk_reports
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

# More than all journeys together take from the queue, in whatever order they come.
REPORTS = 14


def main() -> int:
    """File reports of two addresses each; the first is urgent and has a look-alike name."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from havn.domain.actor import Actor
    from havn.domain.cases.services import NewReport
    from havn.domain.members import selectors as members
    from havn.domain.workflow.services import casework
    from havn.lib import clock
    from havn.lib.encoding import uuid4

    own = members.own_node(actor=Actor.operator())
    at = clock.now()
    made = []
    for number in range(REPORTS):
        addresses = [f"https://host-{number}-{part}.example/item/{part}" for part in range(2)]
        [filed] = casework.reports_imported(
            rows=[
                NewReport(
                    report_id=uuid4(),
                    organisation=own.organisation_id,
                    channel="web",
                    language="en",
                    received_at=at - timedelta(minutes=60 - number),
                    addresses=(
                        *addresses,
                        *(["https://xn--pypal-4ve.example/a"] if number == 0 else []),
                    ),
                    texts={"words": "confirmed item 17"},
                    contact={"reach": "the harbour telephone"},
                    has_police_consent=True,
                    urgency="urgent" if number == 0 else "normal",
                )
            ],
            actor=Actor.system(organisation=own.organisation_id),
            at=at,
        )
        made.append(str(filed.report_id))
    json.dump(made, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
