# SPDX-License-Identifier: Apache-2.0
"""`havn demo`: the loop against a pretend outside world, the lab alone, and made-up history."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from threading import Event
from typing import Any

import click

from havn.cli.telling import json_option, step


@click.group(
    epilog="Exit codes: 0 as it should be, 1 an item ended elsewhere, 2 it could not run."
)
def command() -> None:
    """Show the node at work; everything is made up and stays on this machine.

    Example: havn demo loop
    """


@command.command("loop", epilog="Exit codes: 0 all items where they should be, 1 not, 2 no run.")
@json_option
def loop(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Run twelve reports through the whole loop of one node, in under 90 seconds.

    Starts a node with real processes in $HAVN_DATA/demo-loop (else in a temporary folder that
    goes away), a pretend world of names, registry, providers and mail on loopback, and people
    who use the node's pages. Prints what happens, then where each item ended.

    Example: havn demo loop --json
    """
    from havn.cli.demo_loop import run_loop

    given = os.environ.get("HAVN_DATA")
    if given:
        return run_loop(Path(given) / "demo-loop", as_json=as_json)
    with tempfile.TemporaryDirectory(prefix="havn-demo-") as folder:
        return run_loop(Path(folder) / "node", as_json=as_json)


@command.command("nodes", epilog="Exit codes: 0 every story ended right, 1 not, 2 no run.")
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="CODE=ADDRESS",
    help="A node's database, for example XE=postgresql:///xe?host=/run/pg; SQLite unless told.",
)
@json_option
def nodes(databases: tuple[str, ...], as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Found an alliance of a hub and four nodes, and run the stories between them, in under 150 seconds.

    All of it are real processes with databases and keys of their own, in $HAVN_DATA/demo-nodes (else in a
    temporary folder that goes away), joined by the commands that an operator uses.

    Example: havn demo nodes --json
    """
    from havn.cli.demo_nodes import run_nodes

    chosen = dict(each.split("=", 1) for each in databases if "=" in each)
    given = os.environ.get("HAVN_DATA")
    if given:
        return run_nodes(Path(given) / "demo-nodes", databases=chosen, as_json=as_json)
    with tempfile.TemporaryDirectory(prefix="havn-demo-") as folder:
        return run_nodes(Path(folder) / "nodes", databases=chosen, as_json=as_json)


@command.command("alliance", epilog="Exit codes: 0 all of it as it should be, 1 not, 2 no run.")
@click.option("--stay", "stays", is_flag=True, help="Keep hub and nodes up afterwards.")
@click.option(
    "--browse", "browses", is_flag=True, help="Only start those of an earlier run again."
)
@json_option
def alliance(*, stays: bool, browses: bool, as_json: bool) -> int:
    """Found an alliance of the 48, let eight quarters pass, and run a cycle of national reports, in under 240 seconds.

    Three countries run nodes, 45 fill in workbooks; one report is late, one is corrected, one answer about law is
    disputed. All facts are made up. It lies in $HAVN_DATA/demo-alliance (else in a temporary folder that goes away);
    script/server --alliance shows what a run left there.

    Example: HAVN_DATA=.havn-demo havn demo alliance --stay
    """
    from havn.cli import demo_results

    given = os.environ.get("HAVN_DATA")
    if given:
        folder = Path(given) / "demo-alliance"
        if browses and demo_results.made_in(folder):
            return demo_results.browse(folder)
        return demo_results.run_alliance(folder, as_json=as_json, stays=stays or browses)
    with tempfile.TemporaryDirectory(prefix="havn-demo-") as folder_name:
        return demo_results.run_alliance(
            Path(folder_name) / "alliance", as_json=as_json, stays=stays or browses
        )


@command.command("lab", epilog="Exit codes: 0 stopped by a signal, 2 it could not start.")
def lab() -> int:
    """Run the pretend outside world alone until SIGTERM or Ctrl-C.

    Writes the map of its ports to $HAVN_LAB, or to $HAVN_DATA/lab.json.

    Example: HAVN_DATA=.havn-demo havn demo lab
    """
    from havn.cli.demo_world import serve_lab

    path = Path(os.environ.get("HAVN_LAB") or Path(os.environ.get("HAVN_DATA", ".")) / "lab.json")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve_lab(path, stop=stop)
    return 0


@command.command("history", epilog="Exit codes: 0 done or there already, 2 it could not be done.")
@json_option
def history(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Give a demonstration node two closed quarters of made-up history, once.

    History is made by calling the services with a past time; time is never scaled.

    Example: HAVN_DATA=.havn-demo havn demo history
    """
    from havn.cli import start
    from havn.cli.demo_history import make_history
    from havn.cli.telling import tell
    from havn.lib.clock import now

    # The past went by at its own pace: the demonstration's seconds are for what happens now.
    os.environ["HAVN_POLICY"] = "insecure-demo-history"
    start.prepare()
    start.require_node()
    made: dict[str, Any] = make_history(at=now())
    step("Made-up history was written.")
    tell(made, as_json=as_json, lines=[f"{name}: {count}" for name, count in made.items()])
