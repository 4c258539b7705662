# SPDX-License-Identifier: Apache-2.0
"""`havn grants`: what each database role may do, as SQL, as a page or as JSON."""

from __future__ import annotations

import json
from importlib import import_module

import click


@click.command(epilog="Exit codes: 0 done, 2 it could not be done.")
@click.option("--page", "as_page", is_flag=True, help="Print docs/operations/grants.md instead.")
@click.option("--hub", "is_hub", is_flag=True, help="The grants of a hub instead of a node.")
@click.option("--json", "as_json", is_flag=True, help="Print role, table and privileges as JSON.")
def command(*, as_page: bool, is_hub: bool, as_json: bool) -> None:
    """Print the script that makes the PostgreSQL roles and gives each its grants.

    Example: havn grants | psql --set ON_ERROR_STOP=1 havn
    """
    grants = import_module("havn.config.grants")
    role = "hub" if is_hub else "node"
    if as_json:
        table = {
            name: {each: grants.words_of(letters).split(", ") for each, letters in tables.items()}
            for name, tables in grants.grants_of(role).items()
        }
        click.echo(json.dumps(table, indent=2))
    else:
        click.echo(grants.as_page() if as_page else grants.as_sql(role), nl=False)
