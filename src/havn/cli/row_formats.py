# SPDX-License-Identifier: Apache-2.0
"""How rows are printed: a table for people, a JSON object a line, CSV, or only the names of what matched."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import Any, TextIO, TypeVar

import click

from havn.kit.scanning import COLUMNS, VERDICTS, Row, line_of

Command = TypeVar("Command", bound=Callable[..., Any])
Print = Callable[[Row], None]
_VERDICT = max(map(len, VERDICTS))


def format_options(command: Command) -> Command:
    """Add the options that choose a format."""
    for option in reversed(
        [
            click.option("--json", "form", flag_value="json", help="Print a JSON object a line."),
            click.option("--csv", "form", flag_value="csv", help="Print CSV with a header."),
            click.option(
                "--print0", "form", flag_value="print0",
                help="Print only the names of what matched, NUL after each (for xargs -0).",
            ),
            click.option(
                "--show", type=click.Choice(VERDICTS), multiple=True,
                help="Print only files with this verdict; may be given several times.",
            ),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def printer(form: str | None, *, show: Sequence[str], width: int) -> Print:
    """Return what prints a row; `width` is that of the names of lists in a table."""
    out = as_utf8(sys.stdout) if form else sys.stdout
    chosen = {"json": _json_lines, "csv": _csv, "print0": _names}.get(form or "")
    show_row = chosen(out) if chosen else _table(out, width)

    def shown(row: Row) -> None:
        if not show or row.verdict in show:
            show_row(row)

    return shown


def as_utf8(out: TextIO) -> TextIO:
    """Let what programs read be UTF-8, whatever the terminal speaks."""
    if isinstance(out, TextIOWrapper):
        out.reconfigure(encoding="utf-8")
    return out


def _json_lines(out: TextIO) -> Print:
    return lambda row: click.echo(line_of(row.flat()), file=out)


def _csv(out: TextIO) -> Print:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(row: Row) -> None:
        values = row.flat()
        writer.writerow(["" if values[name] is None else values[name] for name in COLUMNS])

    return write


def _names(out: TextIO) -> Print:
    def write(row: Row) -> None:
        if row.verdict == "match":
            out.buffer.write(os.fsencode(row.path) + b"\0")

    return write


def _table(out: TextIO, width: int) -> Print:
    def line(*cells: str) -> None:
        verdict, distance, listed, entry, size, version, path = cells
        click.echo(
            f"{verdict:<{_VERDICT}}  {distance:>8}  {listed:<{width}}  {entry:<12}  {size:>12}  {version:<16}  {path}",
            file=out,
        )

    line("verdict", "distance", "list", "entry", "list size", "list version", "path")

    def write(row: Row) -> None:
        more = [
            row.variant,
            None if row.seconds is None else f"at {row.seconds:.1f} s",
            row.why,
            row.remarks,
        ]
        said = "; ".join(each for each in more if each and each != "as it is")
        line(
            row.verdict,
            "" if row.distance is None else str(row.distance),
            plain(row.list or ""),
            plain(row.entry or ""),
            f"{row.list_size:,}" if row.list_size else "",
            row.list_version or "",
            plain(row.path) + (f"  ({plain(said)})" if said else ""),
        )

    return write


def _is_spoken(text: str) -> bool:
    """Whether the terminal's encoding has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def plain(text: str) -> str:
    """Return text for a terminal: what is no printable character is escaped, so that no name can break a line."""
    if text.isprintable():
        return text if _is_spoken(text) else ascii(text)[1:-1]
    return "".join(
        each
        if each.isprintable() and _is_spoken(each)
        else each.encode("unicode_escape", "surrogatepass").decode()
        for each in text
    )
