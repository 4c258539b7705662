# SPDX-License-Identifier: Apache-2.0
"""What `havn match`, `scan` and `watch` have in common: their options, what they open, how their faults are told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from havn.cli.endings import CouldNotError
from havn.cli.telling import step

if TYPE_CHECKING:
    from havn.kit.known import Known
    from havn.kit.scanning import Item, Looker, LookRules
    from havn.lib.fingerprint import Limits, Readers

Command = TypeVar("Command", bound=Callable[..., Any])
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_MOST_ON_INPUT = 512 << 20

EXIT_CODES = (
    "Exit codes: 1 something matched; else 3 if a file could not be read, 0 if nothing matched and all were read; "
    "2 wrong use, or a list that cannot be searched."
)


class Size(click.ParamType[int]):
    """A number of bytes, perhaps with k, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("b")
        unit = text[-1:] if text[-1:] in _SIZES and text[-1:] else ""
        digits = text.removesuffix(unit) if unit else text
        if not digits.isascii() or not digits.isdigit() or not int(digits):
            self.fail(f"{value!r} is no size; write 200M, or 5G.", param, ctx)
        return int(digits) * _SIZES[unit]


def _all_of(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


list_options = _all_of(
    [
        click.option(
            "--list", "lists", multiple=True, required=True, metavar="FILE",
            help="A list of hashes, or an index; may be given several times.",
        ),
        click.option(
            "--digits-are", type=click.Choice(["pdq", "sha256"]), default="pdq", show_default=True,
            help="What 64 digits alone on a line are.",
        ),
        click.option(
            "--skip-broken-lines", "skip_broken", is_flag=True,
            help="Leave out lines that are no hash, instead of refusing the list.",
        ),
        click.option(
            "--verify", is_flag=True, help="Look at every byte of the index before it is used."
        ),
        click.option(
            "--radius", type=click.IntRange(0, 63), default=31, show_default=True,
            help="How many of 256 bits may differ.",
        ),
        click.option(
            "--quality-floor", type=click.IntRange(0, 100), default=50, show_default=True,
            help="Pictures below it have too little detail to be compared.",
        ),
        click.option(
            "--rotations", is_flag=True, help="Also look for the picture turned and mirrored."
        ),
    ]
)  # fmt: skip

reading_options = _all_of(
    [
        click.option("--exact", is_flag=True, help="Fingerprints equal to the reference to the bit; slower."),
        click.option(
            "--processes", type=click.IntRange(1, 1024), default=None, metavar="N",
            help="How many files are read at the same time; all cores if left out.",
        ),
        click.option(
            "--largest", type=Size(), default=None, metavar="SIZE",
            help="Files over it are not read, and told as unreadable; 16G if left out, 512M for pictures.",
        ),
        click.option("--seconds", type=click.FloatRange(0.1), default=None, help="How long one picture may take; 30 if left out."),
    ]
)  # fmt: skip

naming_options = _all_of(
    [
        click.option(
            "--names-from", default=None, metavar="FILE",
            help="Take the names of files from FILE, one a line; - is standard input.",
        ),
        click.option(
            "-0", "--null", "by_null", is_flag=True,
            help="Names are separated by NUL; read from standard input unless --names-from says otherwise.",
        ),
    ]
)  # fmt: skip


@contextmanager
def told_faults() -> Iterator[None]:
    """Let what a list, an index, a journal or a worker refuses end the command with its sentence."""
    try:
        yield
    except Exception as error:
        if isinstance(error, _faults()):
            raise CouldNotError(str(error)) from error
        raise


def _faults() -> tuple[type[Exception], ...]:
    """Return what is refused with a sentence; loaded when something is, so that readers start before NumPy is loaded."""
    from havn.kit.cluster import ClusterError
    from havn.kit.known import ListError
    from havn.kit.scanning import JournalError
    from havn.lib.fingerprint import WorkerError
    from havn.lib.matching import FingerprintError, IndexFileError

    return (
        ListError, JournalError, ClusterError, WorkerError, FingerprintError, IndexFileError,
    )  # fmt: skip


def limits_of(largest: int | None, seconds: float | None) -> Limits:
    """Return what one file may cost."""
    from dataclasses import replace

    from havn.lib.fingerprint import Limits

    limits = Limits()
    try:
        if largest is not None:
            limits = replace(limits, length=largest)
        return limits if seconds is None else replace(limits, seconds=seconds)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def opened_lists(
    lists: Iterable[str], *, digits_are: str, skip_broken: bool, verify: bool
) -> list[Known]:
    """Open every list; the first use of one is told, and what in it is not looked for."""
    from havn.kit.known import open_known

    found = []
    for each in lists:
        known = open_known(
            each, digits_are=digits_are, skip_broken=skip_broken, verify=verify or None, say=step
        )
        for remark in known.remarks:
            step(remark)
        found.append(known)
    return found


def named_files(files: Sequence[str], *, names_from: str | None, by_null: bool) -> Iterator[str]:
    """Return the names on the command line, then those of a list of names, which is opened now and read as needed."""
    source = names_from or ("-" if by_null else None)
    if source is None:
        return iter(files)
    stream = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - until its end
    return _and_listed(files, stream, b"\0" if by_null else b"\n")


def _and_listed(files: Sequence[str], stream: BinaryIO, separator: bytes) -> Iterator[str]:
    with stream:
        yield from files
        yield from _separated(stream, separator)


def _separated(stream: BinaryIO, separator: bytes) -> Iterator[str]:
    rest = b""
    while more := os.read(stream.fileno(), 1 << 16):
        *whole, rest = (rest + more).split(separator)
        yield from (os.fsdecode(each) for each in whole if each)
    if rest:
        yield os.fsdecode(rest)


def named_items(files: Sequence[str], *, names_from: str | None, by_null: bool) -> Iterator[Item]:
    """Return what the command line names, in its order, - being a picture on standard input; then a list of names.

    Raises:
        UsageError: standard input would be both a picture and the names.

    """
    from havn.kit.scanning import Walk

    if "-" in files and (names_from or ("-" if by_null else None)) == "-":
        raise click.UsageError("Standard input is either the picture - or the names, not both.")
    listed = named_files((), names_from=names_from, by_null=by_null)
    return chain(chain.from_iterable(map(_come_to, files)), Walk(listed))


def _come_to(name: str) -> Iterable[Item]:
    from havn.kit.scanning import Item, Walk

    return [Item(name, content=picture_on_input)] if name == "-" else Walk([name])


def picture_on_input() -> bytes:
    """Return the bytes of one picture from standard input.

    Raises:
        CouldNotError: there are more than a picture may have.

    """
    content = sys.stdin.buffer.read(_MOST_ON_INPUT + 1)
    if len(content) > _MOST_ON_INPUT:
        raise CouldNotError(
            "What comes on standard input is longer than 512 MiB. Name the file instead of -."
        )
    return content


def readers_of(
    *,
    processes: int | None,
    exact: bool,
    limits: Limits,
    variants: bool = False,
    digests: bool = True,
) -> Readers:
    """Return worker processes that read files."""
    from havn.lib.fingerprint import Readers

    return Readers(
        processes or cores(), limits=limits, exact=exact, variants=variants, digests=digests
    )


def readers_from(options: dict[str, Any], *, digests: bool = True) -> Readers:
    """Return the worker processes that the options ask for."""
    return readers_of(
        processes=options["processes"],
        exact=options["exact"],
        variants=options["rotations"],
        digests=digests,
        limits=limits_of(options["largest"], options["seconds"]),
    )


def looker_from(options: dict[str, Any]) -> Looker:
    """Open the lists that the options name, and return what looks files up in them."""
    from havn.kit.scanning import Looker

    known = opened_lists(
        options["lists"],
        digits_are=options["digits_are"],
        skip_broken=options["skip_broken"],
        verify=options["verify"],
    )
    return Looker(known, rules_from(options))


def rules_from(options: dict[str, Any]) -> LookRules:
    """Return by which rules the options let files be looked up."""
    from havn.kit.scanning import LookRules

    return LookRules(options["radius"], options["quality_floor"], options["rotations"])


def readers_and_looker(options: dict[str, Any], stack: ExitStack) -> tuple[Readers, Looker]:
    """Start readers and open the lists at the same time; digests are only made where a list holds any."""
    from havn.kit.scanning import may_hold_digests

    expected = any(map(may_hold_digests, options["lists"]))
    readers = stack.enter_context(readers_from(options, digests=expected))
    looker = looker_from(options)
    if not expected and looker.has_digests:  # the list has changed since it was last used
        readers.close()
        readers = stack.enter_context(readers_from(options))
    return readers, looker
