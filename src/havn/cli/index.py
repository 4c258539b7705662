# SPDX-License-Identifier: Apache-2.0
"""`havn index`: makes an index file of lists, changes it, and says what is in it and whether it is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from havn.cli.endings import CouldNotError
from havn.cli.lookup import told_faults
from havn.cli.telling import json_option, step, tell

if TYPE_CHECKING:
    from havn.kit.known import Known
    from havn.kit.lists import HashList

Command = TypeVar("Command", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)
_EXIT_CODES = "Exit codes: 0 done, 2 it could not be done; the index is as it was."


def _list_options(command: Command) -> Command:
    for option in (
        click.option("--skip-broken-lines", "skip_broken", is_flag=True, help="Leave out lines that are no hash."),
        click.option(
            "--digits-are", type=click.Choice(["pdq", "sha256"]), default="pdq", show_default=True,
            help="What 64 digits alone on a line are.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(epilog=_EXIT_CODES)
def command() -> None:
    """Make and change indexes of lists. `havn match` needs none: it makes its own of a list.

    Example: havn index build known.txt -o known.index
    """


@command.command(epilog=_EXIT_CODES)
@click.argument("lists", nargs=-1, required=True)
@click.option("-o", "--output", type=_PATH, required=True, help="The index file to write.")
@click.option(
    "--compact", is_flag=True, help="Use less memory an entry; searching is a little slower."
)
@click.option(
    "--forget-added",
    is_flag=True,
    help="Let go of lists that only the older index holds, with what was added to them.",
)
@_list_options
@json_option
def build(
    *,
    lists: tuple[str, ...],
    output: Path,
    compact: bool,
    forget_added: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Make an index of LISTS; a list is called by its file, or NAME=FILE gives it a name.

    An older index of that name is replaced when the new one is whole. What was added to its lists goes with it; a list
    with entries that is not among LISTS, such as one to which callers of a matcher add, has to be named or let go.

    Example: havn index build ours.txt partners=their.csv -o known.index
    """
    with told_faults():
        from havn.kit.known import build_index, open_index_file

        read = [_read(each, **options) for each in lists]
        build_index(output, read, compact=compact, forget_added=forget_added)
        _tell(open_index_file(output), as_json=as_json, said=f"Wrote {output}.")
    return 0


@command.command(epilog=_EXIT_CODES)
@click.argument("index", type=_PATH)
@click.argument("list_file", metavar="LIST")
@_list_options
@json_option
def add(*, index: Path, list_file: str, as_json: bool, **options: Any) -> int:
    """Take the entries of LIST into INDEX without a rebuild; the next search finds them.

    Entries that are there already (same list, name and value) are not added again.

    Example: havn index add known.index ours=today.txt
    """
    with told_faults():
        from havn.kit.known import add_to_index, open_index_file

        count = add_to_index(index, _read(list_file, **options))
        _tell(
            open_index_file(index),
            as_json=as_json,
            said=f"Added {_entries(count)}.",
            changed=count,
        )
    return 0


@command.command(epilog=_EXIT_CODES)
@click.argument("index", type=_PATH)
@click.option(
    "--entry",
    "entries",
    multiple=True,
    metavar="NAME",
    help="An entry to take out; may be given several times.",
)
@click.option(
    "--of",
    default=None,
    metavar="LIST",
    help="Take out only what stands on this list; others keep theirs.",
)
@click.option(
    "--list",
    "list_file",
    default=None,
    metavar="FILE",
    help="Take out every hash that this list holds.",
)
@_list_options
@json_option
def remove(
    *,
    index: Path,
    entries: tuple[str, ...],
    of: str | None,
    list_file: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Take entries out of INDEX; no search finds them from then on. What --list holds goes from all lists but for --of.

    Example: havn index remove known.index --entry 17 --entry 18
    """
    if not entries and list_file is None:
        raise click.UsageError("Say what to take out: --entry NAME, or --list FILE.")
    with told_faults():
        from havn.kit.known import open_index_file, remove_from_index

        listed = None if list_file is None else _read(list_file, **options)
        count = remove_from_index(index, names=entries, of=of, listed=listed)
        if not count:
            raise CouldNotError(
                f"Nothing of that is in {index}. Look at the names with `havn match --json`."
            )
        _tell(
            open_index_file(index),
            as_json=as_json,
            said=f"Took out {_entries(count)}.",
            changed=count,
        )
    return 0


@command.command(epilog=_EXIT_CODES)
@click.argument("index", type=_PATH)
@json_option
def info(*, index: Path, as_json: bool) -> int:
    """Say what is in INDEX.

    Example: havn index info known.index
    """
    with told_faults():
        from havn.kit.known import open_index_file

        _tell(open_index_file(index), as_json=as_json)
    return 0


@command.command(
    epilog="Exit codes: 0 every byte is as it was written, 2 one is not, or there is no such file."
)
@click.argument("index", type=_PATH)
@json_option
def verify(*, index: Path, as_json: bool) -> int:
    """Look at every byte of INDEX and of the files beside it.

    Example: havn index verify known.index
    """
    with told_faults():
        from havn.kit.known import verify_index

        _tell(verify_index(index), as_json=as_json, said=f"{index} is whole.")
    return 0


@command.command(epilog=_EXIT_CODES)
@click.argument("index", type=_PATH)
@json_option
def merge(*, index: Path, as_json: bool) -> int:
    """Write INDEX anew with all that was added and taken out, so that searches are quick again.

    Example: havn index merge known.index
    """
    with told_faults():
        from havn.kit.known import merge_index, open_index_file

        merge_index(index)
        _tell(open_index_file(index), as_json=as_json, said=f"Wrote {index} anew.")
    return 0


def _read(named: str, *, digits_are: str, skip_broken: bool) -> HashList:
    """Read FILE, or NAME=FILE; what in it is not looked for is told."""
    from havn.kit.lists import read_list

    name, is_named, file = named.partition("=")
    if not is_named or Path(named).exists():
        name, file = Path(named).name, named
    listed = read_list(file, name=name, digits_are=digits_are, skip_broken=skip_broken)
    for remark in listed.remarks():
        step(remark)
    return listed


def _tell(
    known: Known, *, as_json: bool, said: str | None = None, changed: int | None = None
) -> None:
    described = asdict(known.index.description())
    result = {
        "index": str(known.path),
        "size": known.size,
        "pdq": len(known.index),
        "digests": known.size - len(known.index),
        "version": known.version,
        "lists": list(known.index.list_names),
        "added": described["added"] + known.added.digest_count(),
        "removed": described["removed"] + len(known.added.removed),
        "changes": described["changes"],
        "bands": described["bands"],
        "bytes_per_entry": round(described["bytes_per_entry"], 1),
    } | ({} if changed is None else {"changed": changed})
    lines = [said] if said else []
    lines += [
        f"{_entries(known.size)} ({result['pdq']:,} PDQ, {result['digests']:,} digests), version {known.version}.",
        f"Lists: {', '.join(known.index.list_names)}.",
        (
            f"{result['added']:,} were added and {result['removed']:,} taken out since it was written; "
            f"{result['bytes_per_entry']} bytes an entry."
        ),
    ]
    tell(result, as_json=as_json, lines=lines)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
