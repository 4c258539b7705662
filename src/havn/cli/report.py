# SPDX-License-Identifier: Apache-2.0
"""`havn report import`: files the reports of a CSV file."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from havn.cli import report_file, start
from havn.cli.endings import COULD_NOT, DONE, CouldNotError
from havn.cli.telling import json_option, progress, tell

if TYPE_CHECKING:
    from havn.cli.report_file import Row, Trouble
    from havn.domain.actor import Actor

PART = 20  # rows in one transaction: few enough that nobody else waits long for the database


@click.group(epilog="Exit codes: 0 filed, 1 refused, 2 the file cannot be used.")
def command() -> None:
    """Import reports from a file.

    Example: havn report import reports.csv
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", "only_check", is_flag=True, help="Check the file and file nothing.")
@json_option
def import_file(*, file: Path, only_check: bool, as_json: bool) -> int:
    """File every line of FILE as a report of this node.

    The first line must be exactly: received_at,language,addresses,described,words,urgency.
    Addresses are separated by spaces; urgency is normal or urgent. Every line is checked before
    any is filed. The same file again, also after an interruption, files nothing twice.

    Example: havn report import reports.csv --check
    """
    start.prepare("worker")
    start.require_node()
    from havn.lib.clock import now

    if file.stat().st_size > report_file.MOST_BYTES:
        raise CouldNotError(f"{file} is larger than 64 MiB; split it.")
    rows, troubles = report_file.read_rows(file.read_bytes(), at=now())
    if troubles:
        tell(_refusal(troubles), as_json=as_json, lines=_refusal_lines(file, troubles))
        return COULD_NOT
    if only_check:
        counts = {"checked": len(rows)}
        tell(counts, as_json=as_json, lines=[f"{len(rows)} lines can be filed; nothing was."])
        return DONE
    counts = _file_rows(rows)
    line = "{filed} reports filed, {repeated} were filed before; {items} new items, {duplicates} known."
    tell(counts, as_json=as_json, lines=[line.format(**counts)])
    return DONE


def _file_rows(rows: list[Row]) -> dict[str, int]:
    from havn.domain.workflow.services import casework
    from havn.lib.clock import now

    actor = start.system()
    counts = {"filed": 0, "repeated": 0, "items": 0, "duplicates": 0}
    waiting = progress(rows, label="Filing reports", total=len(rows))
    while part := [_report(row, actor) for row in islice(waiting, PART)]:
        for filed in casework.reports_imported(rows=part, actor=actor, at=now()):
            counts["repeated" if filed.is_repeat else "filed"] += 1
            if not filed.is_repeat:
                duplicates = sum(item.is_duplicate for item in filed.items)
                counts["duplicates"] += duplicates
                counts["items"] += len(filed.items) - duplicates
    return counts


def _report(row: Row, actor: Actor) -> Any:
    from havn.domain.cases.services import NewReport

    if actor.organisation is None:
        raise CouldNotError("This node has no organisation; run `havn init`.")
    return NewReport(
        report_id=row.report_id,
        organisation=actor.organisation,
        channel="file",
        language=row.language,
        received_at=row.received_at,
        addresses=row.addresses,
        described=row.described,
        texts={"words": row.words} if row.words else {},
        urgency=row.urgency,
        origin="imported",
        reporter_kind="organisation",
    )


def _refusal(troubles: list[Trouble]) -> dict[str, Any]:
    return {"filed": 0, "troubles": [{"line": t.line, "sentence": t.sentence} for t in troubles]}


def _refusal_lines(file: Path, troubles: list[Trouble]) -> list[str]:
    shown = troubles[: report_file.MOST_TOLD]
    lines = [f"{file}, line {each.line}: {each.sentence}" for each in shown]
    if len(troubles) > len(shown):
        lines.append(f"… and {len(troubles) - len(shown)} more lines.")
    lines.append("Nothing was filed. Mend these lines and run it again.")
    return lines
