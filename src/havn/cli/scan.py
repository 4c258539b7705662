# SPDX-License-Identifier: Apache-2.0
"""`havn scan`: matches all that lies in folders, on all cores, and goes on where it was interrupted."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Protocol

import click

from havn.cli.lookup import (
    EXIT_CODES,
    limits_of,
    list_options,
    looker_from,
    named_files,
    naming_options,
    readers_from,
    reading_options,
    told_faults,
)
from havn.cli.match import ending, width_of
from havn.cli.row_formats import format_options, printer
from havn.cli.scan_journals import forget_old_journals, journal_of
from havn.cli.telling import step
from havn.kit.scanning import (
    VERDICTS,
    Looker,
    Row,
    Scan,
    Walk,
    WalkRules,
    line_of,
)
from havn.lib.clock import monotonic

_TOLD_EVERY = 0.5  # seconds


@click.command(epilog=EXIT_CODES)
@click.argument("folders", nargs=-1, type=click.UNPROCESSED)
@list_options
@reading_options
@naming_options
@format_options
@click.option(
    "--journal", default=None, metavar="FILE",
    help="Keep what was done in FILE; a later scan with it reads only what is new or changed.",
)  # fmt: skip
@click.option("--no-journal", is_flag=True, help="Keep nothing: an interrupted scan begins again.")
@click.option("--follow-links", is_flag=True, help="Follow links; no folder is gone into twice.")
@click.option("--one-file-system", is_flag=True, help="Stay on the disk of each FOLDER.")
@click.option(
    "--ray", "address", default=None, metavar="ADDRESS",
    help="Run on a Ray cluster (auto, host:port, ray://host:port, local); FOLDERS may then be addresses of object stores.",
)  # fmt: skip
@click.option(
    "--progress/--no-progress", default=None, help="Show how far it is; at a terminal unless told otherwise."
)  # fmt: skip
def command(*, folders: tuple[str, ...], **options: Any) -> int:
    """Match all files in FOLDERS and below, hidden ones too; a line a file, in the order of their names.

    An interrupted scan that is started again with the same words goes on where it was, and its report is that of one
    left alone. Links are not followed; pipes and devices are left alone. A summary ends it, on standard error.

    With --ray the same runs on the machines of a Ray cluster, which open the files at the same paths; the list is laid
    down once on each. There is no journal then.

    Example: havn scan --list known.txt --json uploads > report.jsonl
    """
    if not folders and options["names_from"] is None and not options["by_null"]:
        raise click.UsageError("Name at least one folder.")
    if options["address"] is not None and options["journal"] is not None:
        raise click.UsageError(
            "A scan on a cluster keeps no journal; leave out --journal or --ray."
        )
    began = monotonic()
    with told_faults(), ExitStack() as stack:
        looker = looker_from(options)
        rules = WalkRules(options["follow_links"], options["one_file_system"])
        scan: _Scanned
        if options["address"] is not None:
            scan = _Spread(folders, options, stack=stack, looker=looker, rules=rules)
        else:
            scan = _Here(folders, options, stack=stack, looker=looker, rules=rules)
        counted = folders if _can_be_counted(folders, options) else None
        progress = _Progress(counted, rules, is_shown=_is_shown(options["progress"]))
        show = printer(options["form"], show=options["show"], width=width_of(looker))
        for row in progress.of(scan.rows()):
            show(row)
        sys.stdout.flush()
        scan.end()
    if said := scan.walk.passed.sentence():
        step(said)
    _summarise(progress, scan.remembered, looker, began=began, as_json=options["form"] == "json")
    return ending(progress.verdicts)


class _Scanned(Protocol):
    """A scan, wherever it runs."""

    walk: Walk

    @property
    def remembered(self) -> int: ...

    def rows(self) -> Iterator[Row]: ...

    def end(self) -> None: ...


class _Here:
    """A scan by processes of this machine, with a journal."""

    def __init__(
        self,
        folders: tuple[str, ...],
        options: dict[str, Any],
        *,
        stack: ExitStack,
        looker: Looker,
        rules: WalkRules,
    ) -> None:
        readers = stack.enter_context(readers_from(options, digests=looker.has_digests))
        names = named_files(folders, names_from=options["names_from"], by_null=options["by_null"])
        self.walk = Walk(names, rules)
        self._journal = journal_of(folders, options, looker)
        self._is_own = options["journal"] is None
        if self._journal is not None:
            stack.enter_context(self._journal)
            if self._journal.began_anew:
                step(
                    "The lists, rules or software changed since the journal was written: all is read again."
                )
            if self._is_own:
                forget_old_journals()
        self._scan = Scan(self.walk, readers=readers, looker=looker, journal=self._journal)

    @property
    def remembered(self) -> int:
        return self._scan.remembered

    def rows(self) -> Iterator[Row]:
        return self._scan.rows()

    def end(self) -> None:
        if self._journal is not None and self._is_own:
            self._journal.discard()


class _Spread:
    """A scan by the workers of a Ray cluster."""

    remembered = 0

    def __init__(
        self,
        folders: tuple[str, ...],
        options: dict[str, Any],
        *,
        stack: ExitStack,
        looker: Looker,
        rules: WalkRules,
    ) -> None:
        from havn.kit.cluster import Spread, is_address

        self._addresses = tuple(each for each in folders if is_address(each))
        here = tuple(each for each in folders if not is_address(each))
        names = named_files(here, names_from=options["names_from"], by_null=options["by_null"])
        self.walk = Walk(names, rules)
        self._spread = stack.enter_context(
            Spread(
                options["address"], looker, exact=options["exact"], processes=options["processes"],
                limits=limits_of(options["largest"], options["seconds"]),
            )
        )  # fmt: skip

    def rows(self) -> Iterator[Row]:
        yield from self._spread.rows(self.walk)
        yield from self._spread.rows_at(self._addresses)

    def end(self) -> None:
        """Leave nothing: the cluster goes with the stack."""


def _is_shown(told: bool | None) -> bool:  # noqa: FBT001 - the value of an option
    return sys.stderr.isatty() if told is None else told


def _can_be_counted(folders: Sequence[str], options: dict[str, Any]) -> bool:
    """Whether the files can be counted beforehand: not where names come in as they are read, or from a store elsewhere."""
    if options["names_from"] is not None or options["by_null"]:
        return False
    if options["address"] is None:
        return True
    from havn.kit.cluster import is_address

    return not any(map(is_address, folders))


class _Progress:
    """Counts verdicts and, where it is shown, keeps a line on standard error up to date.

    The total and the time that is left are told once `folders` were gone through; never where they are None.
    """

    def __init__(self, folders: Sequence[str] | None, rules: WalkRules, *, is_shown: bool) -> None:
        self.verdicts: Counter[str] = Counter()
        self.seconds = 0.0
        self._is_shown = is_shown
        self._total: int | None = None
        self._is_over = False
        if is_shown and folders is not None:
            threading.Thread(target=self._count, args=(folders, rules), daemon=True).start()

    def _count(self, folders: Sequence[str], rules: WalkRules) -> None:
        """Count the files beforehand, beside the scan, for the time that is left."""
        count = 0
        for _ in Walk(folders, rules):
            count += 1
            if self._is_over:
                return
        self._total = count

    def of(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows."""
        began = told = monotonic()
        for row in rows:
            self.verdicts[row.verdict] += 1
            yield row
            if self._is_shown and monotonic() - told >= _TOLD_EVERY:
                told = monotonic()
                self._tell(told - began)
        self._is_over = True
        self.seconds = monotonic() - began
        if self._is_shown:
            self._tell(self.seconds)
            click.echo(err=True)

    def _tell(self, seconds: float) -> None:
        count = self.verdicts.total()
        rate = count / max(seconds, 0.001)
        left = ""
        if self._total is not None:
            left = (
                f" of {self._total:,}, {_duration((self._total - count) / max(rate, 0.001))} left"
            )
        text = f"{count:,} files{left}, {rate:,.1f} a second, {self.verdicts['match']:,} matches"
        is_terminal = sys.stderr.isatty()
        click.echo(f"\r{text:<78}" if is_terminal else text, err=True, nl=not is_terminal)


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole / 3600:.1f} h"


def _summarise(
    progress: _Progress, remembered: int, looker: Looker, *, began: float, as_json: bool
) -> None:
    seconds = monotonic() - began
    count = progress.verdicts.total()
    rate = count / max(progress.seconds, 0.001)
    if as_json:
        summary: dict[str, Any] = {
            "files": count,
            **{each.replace(" ", "_"): progress.verdicts[each] for each in VERDICTS},
            "remembered": remembered,
            "seconds": round(seconds, 3),
            "files_a_second": round(rate, 1),
            "lists": [
                {"list": each.name, "list_size": each.size, "list_version": each.version}
                for each in looker.known
            ],
        }
        step(line_of(summary))
        return
    said = ", ".join(f"{progress.verdicts[each]:,} {each}" for each in VERDICTS)
    step(f"{count:,} files: {said}. {seconds:.1f} seconds, {rate:,.1f} files a second.")
    if remembered:
        step(f"{remembered:,} of them stand in the journal and were not read again.")
    for each in looker.known:
        step(f"Searched: {each.name}, {each.size:,} entries, version {each.version}.")
