# SPDX-License-Identifier: Apache-2.0
"""Writes filled-in report forms of a node, one JSON object a line: what a browser posts in the last step."""

import json
import sys


def main(count):
    from havn.cli import start

    start.prepare("public")
    from havn.lib.clock import now
    from havn.web.public_site import pages, state

    answers = {
        "kind": "address", "seen": "abuse", "when": "week", "contact": "no",
        "where": "confirmed item 17, seen twice this week",
    }  # fmt: skip
    for number in range(count):
        each = answers | {"address": f"http://item-{number}.provider-a.example/17"}
        checked = pages.next_page(state.new_state(at=now(), answers=each)).state
        sealed = state.seal_state(checked, at=now())
        print(json.dumps({"state": sealed, "page": "check", "move": "send"}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
