# SPDX-License-Identifier: Apache-2.0
"""`havn hub`: what the operator of a hub does beside serving it."""

from __future__ import annotations

import click

from havn.cli import hub_office


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Look after a hub.

    Example: havn hub office-key list
    """


for each in (hub_office.own_node, hub_office.office_key):
    command.add_command(each)
