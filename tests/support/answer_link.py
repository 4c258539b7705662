# SPDX-License-Identifier: Apache-2.0
"""Prints the path of the answer page of the newest notice that a node sent: run in the node's environment.

HAVN_DATA=... python -m tests.support.answer_link PERSON_ID
"""

from __future__ import annotations

import os
import sys
from uuid import UUID


def main(person_id: str) -> int:
    """Make the link as the worker makes it for the mail, and print its path."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from havn.domain.accounts import selectors as accounts
    from havn.domain.cases import selectors as cases
    from havn.domain.takedown import selectors as takedown
    from havn.domain.takedown import services
    from havn.lib import clock

    actor = accounts.actor_of(person_id=UUID(person_id))
    for line in cases.items_list(actor=actor, filters=cases.ItemFilters(notice="sent")).items:
        notice = takedown.latest_notice(item_id=line.id, actor=actor)
        if notice is not None:
            token = services.answer_token(
                notice_id=notice.id, host=line.host, queued_at=clock.now()
            )
            sys.stdout.write(f"/en/answer/{token}\n")
            return 0
    sys.stderr.write("No notice was sent.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
