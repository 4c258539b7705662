# SPDX-License-Identifier: Apache-2.0
"""`havn hash`: prints the fingerprint and the digests of files; needs no list, and loads no NumPy itself."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from havn.cli.endings import CouldNotError
from havn.cli.lookup import (
    limits_of,
    named_items,
    naming_options,
    readers_of,
    reading_options,
)
from havn.cli.row_formats import as_utf8, plain
from havn.kit.scanning import Item, line_of, named, of_reading
from havn.lib.fingerprint import Readers, Reading, WorkerError

UNREADABLE = 3
COLUMNS = (
    "path", "path_hex", "pdq", "quality", "md5", "sha1", "sha256", "length", "media", "remarks", "unreadable",
)  # fmt: skip


@click.command(
    epilog="Exit codes: 0 all were read, 2 wrong use, 3 some could not be read; the others were."
)
@click.argument("files", nargs=-1, type=click.UNPROCESSED)
@reading_options
@naming_options
@click.option("--json", "form", flag_value="json", help="Print a JSON object a line.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV with a header.")
def command(*, files: tuple[str, ...], form: str | None, **options: Any) -> int:
    """Print PDQ, quality, MD5, SHA-1 and SHA-256 of FILES (pictures, folders; - is a picture on standard input).

    One line a file, in the order in which they were named, also for those that cannot be read. Without --exact a JPEG is decoded
    at reduced scale, and its fingerprint is within 8 bits of the reference.

    Example: havn hash --exact --json picture.jpg
    """
    if not files and options["names_from"] is None and not options["by_null"]:
        raise click.UsageError("Name a file, a folder, or - for a picture on standard input.")
    unreadable = 0
    limits = limits_of(options["largest"], options["seconds"])
    try:
        with readers_of(
            processes=options["processes"], exact=options["exact"], limits=limits
        ) as readers:
            items = named_items(
                files, names_from=options["names_from"], by_null=options["by_null"]
            )
            show = _printer(form)
            for path, reading in _readings(items, readers):
                unreadable += reading.unreadable is not None
                show(named(path) | of_reading(reading) | {"unreadable": reading.unreadable})
    except WorkerError as error:
        raise CouldNotError(str(error)) from error
    return UNREADABLE if unreadable else 0


def _readings(items: Iterator[Item], readers: Readers) -> Iterator[tuple[str, Reading]]:
    """Yield readings in the order of the items, whichever is done first."""
    order: list[str] = []
    done: dict[str, list[Reading]] = {}

    def paths() -> Iterator[str]:
        for item in items:
            order.append(item.path)
            if item.content is not None:
                content = item.content()
                done.setdefault(item.path, []).append(readers.read_bytes(content))
            elif item.problem is not None:
                done.setdefault(item.path, []).append(Reading(unreadable=item.problem))
            else:
                yield item.path

    at = 0
    for path, reading in readers.read(paths()):
        done.setdefault(path, []).append(reading)
        while at < len(order) and done.get(order[at]):
            yield order[at], done[order[at]].pop()
            at += 1
    for path in order[at:]:
        yield path, done[path].pop()


def _printer(form: str | None) -> Callable[[dict[str, Any]], None]:
    if form:
        as_utf8(sys.stdout)
    if form == "json":
        return lambda values: click.echo(line_of(values))
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        return lambda values: writer.writerow(
            ["" if values[name] is None else values[name] for name in COLUMNS]
        )
    return _print_row


def _print_row(values: dict[str, Any]) -> None:
    quality = "" if values["quality"] is None else str(values["quality"])
    said = values["unreadable"] or values["remarks"]
    path = plain(values["path"]) + (f"  ({plain(said)})" if said else "")
    click.echo(f"{values['pdq'] or '-':<64}  {quality:>3}  {values['sha256'] or '-':<64}  {path}")
