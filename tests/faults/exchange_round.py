# SPDX-License-Identifier: Apache-2.0
"""One round of a node with every other, without a beat: afterwards it mirrors all that they signed.

HAVN_DATA=... python -m tests.faults.exchange_round
"""

from havn.cli import start


def main():
    start.prepare("worker")
    from havn.cli.worker import outside
    from havn.domain.exchange import tasks
    from havn.domain.members import selectors as members
    from havn.lib.clock import now

    found = outside()
    for peer in members.peers(actor=start.operator()):
        went = tasks.visit(peer, link=found.link_to(peer), at=now())
        assert went.is_complete, went


if __name__ == "__main__":
    main()
