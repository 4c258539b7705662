# SPDX-License-Identifier: Apache-2.0
"""What a made-up secretariat does at its hub; run on the hub's machine.

HAVN_ROLE=hub HAVN_DATA=... python -m havn.cli.demo_secretariat register offices.json
HAVN_ROLE=hub HAVN_DATA=... python -m havn.cli.demo_secretariat publish 2025
HAVN_ROLE=hub HAVN_DATA=... python -m havn.cli.demo_secretariat standing 2025
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from havn.cli import demonstration, start

if TYPE_CHECKING:
    from havn.domain.actor import Actor

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def main() -> None:
    """Let a made-up secretariat act.

    Example: python -m havn.cli.demo_secretariat publish 2025
    """
    start.prepare()


def _secretariat() -> Actor:
    from havn.domain.accounts import selectors as accounts

    logins = json.loads(demonstration.logins_path().read_text(encoding="utf-8"))
    who = next(each for each in logins if "secretariat" in each["roles"])
    return accounts.actor_of(person_id=UUID(who["person_id"]))


@main.command()
@click.argument("file", type=_THERE)
def register(*, file: Path) -> None:
    """Register the offices that FILE lists with their public keys.

    Example: python -m havn.cli.demo_secretariat register offices.json
    """
    from havn.domain.publication import services
    from havn.lib.clock import now
    from havn.lib.encoding import from_b64u

    actor, at = _secretariat(), now()
    offices = json.loads(file.read_text(encoding="utf-8"))
    for each in offices:
        email = f"office@{each['member'].lower()}.example"
        key = services.NewOfficeKey(
            each["member"], each["office"], from_b64u(each["public"]), email
        )
        services.add_office_key(key=key, actor=actor, at=at)
    json.dump({"offices": len(offices)}, sys.stdout)


@main.command()
@click.argument("year")
def publish(*, year: str) -> None:
    """Publish what arrived of a year.

    Example: python -m havn.cli.demo_secretariat publish 2025
    """
    from havn.domain.publication import services
    from havn.lib.clock import now

    found = services.publish_year(year=year, actor=_secretariat(), at=now())
    json.dump({"published": found}, sys.stdout)


@main.command()
@click.argument("year")
def standing(*, year: str) -> None:
    """Say how many reports of a year are in which state, by how their figures came about.

    Example: python -m havn.cli.demo_secretariat standing 2025
    """
    from havn.domain.publication import selectors
    from havn.lib.clock import now

    board = selectors.year_board(year=year, actor=_secretariat(), at=now())
    reports = [each for line in board.lines for each in line.reports]
    counts = Counter(f"{each.basis} {each.version} {each.state}" for each in reports)
    json.dump({"members": len(board.lines), "reports": dict(counts)}, sys.stdout)


if __name__ == "__main__":
    main()
