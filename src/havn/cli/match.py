# SPDX-License-Identifier: Apache-2.0
"""`havn match`: says of each file whether it is known, by one or several lists."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from itertools import chain
from typing import Any

import click

from havn.cli.endings import CouldNotError
from havn.cli.lookup import (
    EXIT_CODES,
    list_options,
    looker_from,
    named_items,
    naming_options,
    readers_and_looker,
    reading_options,
    told_faults,
)
from havn.cli.row_formats import format_options, printer
from havn.kit.scanning import Looker, Scan
from havn.lib.fingerprint import Digests, Pdq, Reading

MATCHED, UNREADABLE = 1, 3
_NO_DIGESTS: dict[str, Any] = {"md5": "", "sha1": "", "sha256": "", "length": 0}


@click.command(epilog=EXIT_CODES)
@click.argument("files", nargs=-1, type=click.UNPROCESSED)
@list_options
@reading_options
@naming_options
@format_options
@click.option(
    "--hash",
    "hashes",
    multiple=True,
    metavar="HASH",
    help="Look this fingerprint or digest up; may be given several times, without FILES too.",
)
def command(*, files: tuple[str, ...], **options: Any) -> int:
    """Say of each of FILES (pictures, videos, folders; - is a picture on standard input) whether a list knows it.

    A list needs no set-up: it is indexed on its first use, beside it. Nothing is sent anywhere. Each HASH is told first,
    then FILES in their order, then a list of names.

    Example: havn match --list known.txt upload.jpg
    """
    has_names = bool(files) or options["names_from"] is not None or options["by_null"]
    if not has_names and not options["hashes"]:
        raise click.UsageError("Name a file, a folder, or - for a picture on standard input.")
    verdicts: Counter[str] = Counter()
    with told_faults(), ExitStack() as stack:
        items = named_items(files, names_from=options["names_from"], by_null=options["by_null"])
        asked = [_reading_of(each, digits_are=options["digits_are"]) for each in options["hashes"]]
        readers, looker = (
            readers_and_looker(options, stack) if has_names else (None, looker_from(options))
        )
        show = printer(options["form"], show=options["show"], width=width_of(looker))
        at_hand = (looker.row(word, reading) for word, reading in asked)
        from_files = Scan(items, readers=readers, looker=looker).rows() if readers else ()
        for row in chain(at_hand, from_files):
            verdicts[row.verdict] += 1
            show(row)
    return ending(verdicts)


def ending(verdicts: Counter[str]) -> int:
    """Return the exit code: what matched comes first, since somebody has to act on it."""
    if verdicts["match"]:
        return MATCHED
    return UNREADABLE if verdicts["unreadable"] else 0


def width_of(looker: Looker) -> int:
    """Return how wide the column of lists is."""
    names = [name for each in looker.known for name in (each.name, *each.index.list_names)]
    return max(len("list"), len(", ".join(each.name for each in looker.known)), *map(len, names))


def _reading_of(word: str, *, digits_are: str) -> tuple[str, Reading]:
    """Return a hash as if a file with it had been read.

    Raises:
        CouldNotError: it is no hash.

    """
    from havn.kit.lists import LineError, bare_hash

    try:
        kind, value = bare_hash(word.strip(), digits_are=digits_are)
    except LineError as error:
        raise CouldNotError(f"--hash: {error}. Give 64 digits, or those of a digest.") from error
    assert value is not None
    if kind == "pdq":
        return word, Reading(pdq=Pdq(value, 100))
    return word, Reading(digests=Digests(**{**_NO_DIGESTS, kind: value.hex()}))
