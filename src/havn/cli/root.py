# SPDX-License-Identifier: Apache-2.0
"""The group of all commands, loaded one by one, and how each of them ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from havn import __version__
from havn.cli.endings import COULD_NOT, STOPPED, ending_of

# name: (module and object, one line of help); `havn --help` loads none of the modules.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("havn.cli.init:command", "Make a node: folders, keys, tables, first people."),
    "serve": ("havn.cli.serve:command", "Answer requests of one audience."),
    "worker": ("havn.cli.worker:command", "Do the background work and seal the audit chain."),
    "doctor": ("havn.cli.doctor:command", "Say what is wrong with this node or process."),
    "backup": ("havn.cli.backup:command", "Write an encrypted backup."),
    "restore": ("havn.cli.restore:command", "Restore a backup into an empty folder."),
    "audit": ("havn.cli.audit:command", "Verify the audit chain."),
    "report": ("havn.cli.report:command", "Import reports from a file."),
    "indicator": ("havn.cli.indicator:command", "Compute indicators, and explain them."),
    "person": ("havn.cli.person:command", "Make and change accounts of staff."),
    "keys": ("havn.cli.keys:command", "Give each process the keys it needs."),
    "grants": ("havn.cli.grants:command", "Print the PostgreSQL grants of each process."),
    "alliance": ("havn.cli.alliance:command", "Found an alliance and change it, key by key."),
    "declaration": (
        "havn.cli.declaration:command",
        "Load the text of the Alliance's declaration.",
    ),
    "node": ("havn.cli.node:command", "Say who this node is, and follow an alliance."),
    "feed": (
        "havn.cli.feed:command",
        "Say how exchange with other nodes stands; verify evidence.",
    ),
    "national-report": (
        "havn.cli.national_report:command",
        "Fill in, check and sign a national report.",
    ),
    "hub": (
        "havn.cli.hub:command",
        "Look after a hub: office keys, and its site as files.",
    ),
    "matcher": (
        "havn.cli.matcher:command",
        "Serve look-ups on your own network; compare matchers.",
    ),
    "figure": ("havn.cli.figure:command", "Verify published figures, offline."),
    "hash": ("havn.cli.hash:command", "Print fingerprints and digests of files."),
    "match": ("havn.cli.match:command", "Say of files whether a list knows them."),
    "scan": ("havn.cli.scan:command", "Match all that lies in folders, on all cores."),
    "watch": ("havn.cli.watch:command", "Match each upload as it comes."),
    "index": ("havn.cli.index:command", "Make and change indexes of lists."),
    "demo": ("havn.cli.demo:command", "Run the loop against a pretend outside world."),
}


LONG_RUNNING = {"serve", "worker"}  # their log is kept


class LazyGroup(click.Group):
    """Loads a command when it is called, and takes its line of help from the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, or return None for a name that is not in the table."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table's lines without loading a command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 something was found or refused, 2 it could not be done.",
)
@click.version_option(__version__, message="havn %(version)s")
def group() -> None:
    """Havn: one node of an alliance against child sexual abuse online.

    Example: havn serve --demonstration
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what goes wrong is told in one sentence."""
    try:
        result = group.main(args=arguments, prog_name="havn", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return STOPPED
    except click.ClickException as error:
        error.show()
        return COULD_NOT
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; Python would complain once more at exit
        return 0
    except Exception as error:
        ending = ending_of(error)
        given = list(sys.argv[1:] if arguments is None else arguments)
        if ending is None and LONG_RUNNING & set(given[:1]):
            _log_mistake(error)
            return COULD_NOT
        if ending is None:
            raise
        click.echo(f"havn: {ending.sentence}", err=True)
        return ending.code
    return result if isinstance(result, int) else 0


def _log_mistake(error: Exception) -> None:
    """Write type, file and line as one line: what serves or works has a log that is kept, and a trace holds values."""
    from havn.web.frame.logging import fault

    line = {"level": "critical", "logger": "havn.cli", "event": "ended by a mistake of ours"}
    click.echo(json.dumps(line | {"error": fault(type(error), error.__traceback__)}), err=True)
