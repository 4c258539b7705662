# SPDX-License-Identifier: Apache-2.0
"""`havn doctor`: asks every check in turn and prints what it found."""

from __future__ import annotations

import click

from havn.cli import start
from havn.cli.endings import DONE, FOUND
from havn.cli.telling import json_option, tell

AUDIENCES = ("public", "desk", "node", "worker", "alliance", "all")
MARKS = {"ok": "ok   ", "look": "look ", "wrong": "WRONG"}


@click.command(
    epilog="Exit codes: 0 nothing is wrong, 1 something is wrong, 2 it could not be seen."
)
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    help="Check one process instead of the node: run it as its user, with its settings.",
)
@json_option
def command(*, audience: str | None, as_json: bool) -> int:
    """Say what is wrong with this node, or with one process of it.

    A process that lacks a key it needs, or can read one that it does not need, is wrong.

    Example: HAVN_KEYS=/etc/havn/keys-public havn doctor --audience public
    """
    start.prepare("command")
    from havn.cli.checks import findings_of_node, findings_of_process

    findings = list(findings_of_process(audience) if audience else findings_of_node())
    is_wrong = any(finding.level == "wrong" for finding in findings)
    tell(
        {
            "is_sound": not is_wrong,
            "checks": [
                {"check": each.check, "level": each.level, "sentence": each.sentence}
                for each in findings
            ],
        },
        as_json=as_json,
        lines=[f"{MARKS[each.level]} {each.check}: {each.sentence}" for each in findings],
    )
    return FOUND if is_wrong else DONE
