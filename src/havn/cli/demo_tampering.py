# SPDX-License-Identifier: Apache-2.0
"""An intruder of the demonstration: holds a node's database and keys, and signs another history of its log."""

from __future__ import annotations

import secrets

from havn.cli import start


def sign_another_history() -> int:
    """Sign another root for as many leaves as the log has, and let the node show that; returns how many."""
    start.prepare()
    from django.conf import settings
    from django.db import connection

    from havn.domain.actor import Actor
    from havn.domain.exchange import selectors
    from havn.lib import feed
    from havn.lib.clock import now

    log = selectors.own_log(actor=Actor.operator())
    if log is None:
        return 0
    root = secrets.token_bytes(32)
    private = settings.HAVN_KEYRING.read("log-checkpoint-key")
    note = feed.sign_head(feed.Checkpoint(log.origin, log.size, root), private, at=now())
    with connection.cursor() as cursor:  # as an intruder would: no service of ours does this
        cursor.execute(
            "UPDATE exchange_log SET note = %s, served = %s, root = %s WHERE origin = %s",
            [note, note, root, log.origin],
        )
    return log.size


if __name__ == "__main__":
    print(sign_another_history())
