# SPDX-License-Identifier: Apache-2.0
"""`havn watch`: matches each upload as it comes, and tells a command, a file, or a caller on a local socket."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from havn.cli.endings import CouldNotError
from havn.cli.lookup import (
    list_options,
    readers_from,
    reading_options,
    rules_from,
    told_faults,
)
from havn.cli.row_formats import as_utf8
from havn.cli.scan_journals import state_folder
from havn.cli.telling import log
from havn.kit.scanning import VERDICTS, Journal, Row, line_of

_MODES = {"600": 0o600, "660": 0o660}


@click.command(
    epilog="Exit codes: 0 stopped, 2 wrong use, or a list or folder that cannot be used."
)
@click.argument("folders", nargs=-1, required=True, type=click.UNPROCESSED)
@list_options
@reading_options
@click.option(
    "--run",
    "program",
    default=None,
    metavar="COMMAND",
    help="Run COMMAND (no shell) for each upload; it gets the verdict and the path as last arguments, the JSON line on its input.",
)
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Append a JSON line to FILE for each upload.",
)
@click.option(
    "--on",
    "verdicts",
    type=click.Choice(VERDICTS),
    multiple=True,
    help="Tell only uploads with this verdict; may be given several times. All if left out.",
)
@click.option(
    "--run-seconds",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    help="How long COMMAND may take.",
)
@click.option(
    "--socket",
    "socket_path",
    type=click.Path(path_type=Path),
    default=None,
    metavar="PATH",
    help="Also answer paths, one a line, on a Unix socket.",
)
@click.option(
    "--socket-mode",
    type=click.Choice(sorted(_MODES)),
    default="600",
    show_default=True,
    help="Who may use the socket: this user, or this user and group.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Where it is kept what was told already; in the user's state folder if left out.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0.0),
    default=2.0,
    show_default=True,
    help="Seconds a file must stay unchanged where the system does not say that it is finished.",
)
@click.option(
    "--every",
    type=click.FloatRange(0.05),
    default=1.0,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option(
    "--poll", is_flag=True, help="Look again and again, as for folders on network disks."
)
def command(*, folders: tuple[str, ...], **options: Any) -> int:  # fmt: skip
    """Match each file that comes into FOLDERS or below, as soon as it is finished.

    What is there at the first start, and what came while nothing watched, is matched too. Each upload is told once; where
    COMMAND fails it is told again, after 2, 4, 8 and up to 300 seconds. What comes while much waits goes before it, after
    the files in hand. A list that changes is taken in after --every seconds, or after the file or COMMAND at hand.

    Example: havn watch --list known.txt --run ./quarantine.sh uploads
    """
    for each in folders:
        if not os.path.isdir(each):  # noqa: PTH112 - a name may be any bytes
            raise CouldNotError(
                f"There is no folder {each}. Make it first, or look at how it is spelt."
            )
    with told_faults(), ExitStack() as stack:
        _watch(folders, options, stack)
    return 0


def _watch(folders: tuple[str, ...], options: dict[str, Any], stack: ExitStack) -> None:
    from havn.kit.known import open_known
    from havn.kit.watching import FollowedLists, PathSocket, SocketError, Watch

    readers = stack.enter_context(readers_from(options))
    lists = FollowedLists(
        options["lists"],
        open_list=lambda path, say: open_known(
            path,
            digits_are=options["digits_are"],
            skip_broken=options["skip_broken"],
            verify=options["verify"] or None,
            say=say,
        ),
        say=log,
    )
    journal = stack.enter_context(Journal(_state(folders, options), {"watch": 1}))
    watch = Watch(
        folders, readers=readers, lists=lists, journal=journal, deliver=_deliverers(options), say=log,
        rules=rules_from(options),
        settle=options["settle"], every=options["every"], use_notices=not options["poll"],
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: watch.stop())
    if options["socket_path"] is not None:
        try:
            stack.enter_context(
                PathSocket(
                    options["socket_path"], folders=folders, readers=readers, looker=watch.looker,
                    mode=_MODES[options["socket_mode"]],
                )
            )  # fmt: skip
        except SocketError as error:
            raise CouldNotError(str(error)) from error
    for each in lists.known:
        log(f"Searching {each.name}: {each.size:,} entries, version {each.version}.")
    how = "as the system tells" if watch.has_notices else f"every {options['every']:g} seconds"
    log(f"Watching {', '.join(map(ascii, watch.folders))}, {how}.")
    watch.run()
    log("Stopped.")


def _state(folders: tuple[str, ...], options: dict[str, Any]) -> Path:
    if options["state"] is not None:
        return Path(options["state"])
    # What was told of a file was told by these lists and rules; under others it is told anew.
    rules = [
        str(options[each])
        for each in ("radius", "quality_floor", "rotations", "exact", "digits_are")
    ]
    paths = (os.path.abspath(each) for each in (*folders, *options["lists"]))  # noqa: PTH100 - any bytes
    words = "\0".join((*paths, *rules))
    name = sha256(os.fsencode(words)).hexdigest()[:24]
    return state_folder() / "watch" / f"{name}.journal"


def _deliverers(options: dict[str, Any]) -> list[Callable[[Row], str | None]]:
    """Return where a row goes, one place after the other."""
    from havn.kit.watching import append_line, run_command

    program, target, verdicts = options["program"], options["target"], options["verdicts"]
    words = shlex.split(program) if program else []
    if program is not None and not words:
        raise click.UsageError("--run names no command.")

    def asked_for(deliver: Callable[[Row], str | None]) -> Callable[[Row], str | None]:
        def deliver_if(row: Row) -> str | None:
            return deliver(row) if not verdicts or row.verdict in verdicts else None

        return deliver_if

    places: list[Callable[[Row], str | None]] = []
    if target is not None:
        places.append(lambda row: append_line(target, row))
    if words:
        places.append(lambda row: run_command(words, row, seconds=options["run_seconds"]))
    if not places:
        as_utf8(sys.stdout)
        places.append(_print)
    return [asked_for(each) for each in places]


def _print(row: Row) -> str | None:
    try:
        click.echo(line_of(row.flat()))
    except BrokenPipeError:
        raise  # nobody reads any more
    except OSError as error:
        return f"standard output: {error.strerror}"
    return None
