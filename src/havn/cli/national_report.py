# SPDX-License-Identifier: Apache-2.0
"""`havn national-report`: a report on an office's own machine; no node, no database, no Django."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from havn.cli.alliance_signing import holder_key, passphrase_option, private_key_in, write_new
from havn.cli.endings import DONE, FOUND, CouldNotError, FoundError
from havn.cli.telling import json_option, step, tell
from havn.cli.times import day_of

if TYPE_CHECKING:
    from havn.lib import wire

_NEW = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
_KINDS = ("xlsx", "ods", "csv")
_REASONS = ("late_facts", "error_in_facts", "error_in_method", "disclosure", "text")


@click.group(
    epilog="Exit codes: 0 done, 1 something in the file is wrong or was refused, 2 it could not be done."
)
def command() -> None:
    """Fill in, check and sign a national report on your own machine.

    Files are read here and nowhere else; only words and numbers leave, signed.

    Example: havn national-report template --member XA --year 2026 --format xlsx --to report.xlsx
    """


@command.command()
@click.option("--member", required=True, help="The country's two letters.")
@click.option("--year", required=True, help="The year of the report, like 2026.")
@click.option("--format", "kind", type=click.Choice(_KINDS), default="xlsx", show_default=True)
@click.option("--language", "languages", multiple=True, help="A language of its texts; repeat.")
@click.option("--to", type=_NEW, required=True, help="The file to write.")
@json_option
def template(
    *, member: str, year: str, kind: str, languages: tuple[str, ...], to: Path, as_json: bool
) -> None:
    """Write the workbook of a member and a year: one row for each figure, to be filled in.

    Example: havn national-report template --member XA --year 2026 --format ods --to report.ods
    """
    from havn.cli.report_layout import layout_of
    from havn.kit import national_report as kit

    layout = layout_of(member, year, languages or ("en",))
    write_new(to, kit.write_workbook(layout, kind))
    tell(
        {"file": str(to), "rows": len(layout.rows)},
        as_json=as_json,
        lines=[
            f"{to} has {len(layout.rows)} rows. Leave empty what you have nothing to say about.",
            f"Then check it: havn national-report read {to}",
        ],
    )


@command.command()
@click.argument("file", type=_THERE)
@json_option
def read(*, file: Path, as_json: bool) -> int:
    """Say line by line what is wrong with FILE, or print what it says.

    FILE is a workbook (XLSX, ODS, CSV) or a draft that came back (DOCX). It is never changed.

    Example: havn national-report read report.xlsx
    """
    from havn.cli import report_files

    try:
        found = report_files.read(file)
    except report_files.WrongFileError as error:
        tell(error.as_value(), as_json=as_json, lines=error.lines)
        return FOUND
    tell(found.value, as_json=True, lines=[])
    for remark in found.remarks:
        step(remark)
    return DONE


@command.command(name="office-key")
@click.argument("file", type=_NEW)
@passphrase_option
@json_option
@click.pass_context
def office_key(
    context: click.Context, *, file: Path, passphrase_file: Path | None, as_json: bool
) -> None:
    """Make an office's key: FILE opens with a passphrase, FILE.pub is for the Alliance's secretariat.

    Example: havn national-report office-key justice.key
    """
    context.invoke(holder_key, file=file, passphrase_file=passphrase_file, as_json=as_json)


@command.command()
@click.argument("file", type=_THERE)
@click.option("--key", "key_file", type=_THERE, required=True, help="The office's key.")
@click.option(
    "--office",
    "offices",
    multiple=True,
    required=True,
    help="Who releases it, as a function; twice for a report, once for texts.",
)
@click.option(
    "--on", "day", default="", help="The day of the release; today where it is left out."
)
@click.option("--version", default="1.0", show_default=True, help="1.1 for the first correction.")
@click.option("--replaces", default="", help="The identifier of the report that it corrects.")
@click.option("--why", type=click.Choice(_REASONS), help="The kind of the correction.")
@click.option("--note", default="", help="What readers are told of the correction.")
@click.option("--to", type=_NEW, required=True, help="The signed file to write.")
@click.option("--send", "address", default="", help="Send it to the hub at this address as well.")
@passphrase_option
@json_option
def sign(
    *,
    file: Path,
    key_file: Path,
    offices: tuple[str, ...],
    day: str,
    to: Path,
    address: str,
    passphrase_file: Path | None,
    as_json: bool,
    **correction: str,
) -> int:
    """Sign what FILE says: a workbook as a stated report, a draft (DOCX) as proposals for its texts.

    Example: havn national-report sign report.xlsx --key justice.key --office "National rapporteur"
    --office "Minister of Justice" --to report.json
    """
    from havn.cli import report_files
    from havn.lib.clock import now
    from havn.lib.wire import NationalReportError

    at = now()
    if address and not address.startswith("https://"):
        raise CouldNotError("The hub's address begins with https://. Ask the secretariat for it.")
    found = _right(file)
    for remark in found.remarks:
        step(remark)
    if address and file.suffix.lower() == ".docx":
        raise CouldNotError("Texts go to the rapporteur, not to the hub. Leave --send out.")
    private = private_key_in(key_file, passphrase_file)
    on = day_of(day) if day else at.date()
    try:
        signed = found.sign(
            report_files.Signing(private, offices, on, at, replaces=_replaced(correction))
        )
    except NationalReportError as error:
        raise FoundError("\n".join(fault.sentence for fault in error.faults)) from error
    write_new(to, signed.content)
    said = {"file": str(to), **signed.named}
    step(f"{to} is signed. Keep it until you know that it arrived.")
    if not address:
        tell(said, as_json=as_json, lines=[f"{name}: {value}" for name, value in said.items()])
        return DONE
    return _send(address, signed.content, said, as_json=as_json)


def _right(file: Path) -> Any:
    """Return what a file says; end with its faults where there are some."""
    from havn.cli import report_files

    try:
        return report_files.read(file)
    except report_files.WrongFileError as error:
        raise FoundError("\n".join([*error.lines, "Nothing was signed."])) from error


def _send(address: str, content: bytes, said: dict[str, Any], *, as_json: bool) -> int:
    from havn.cli import report_files
    from havn.lib import http

    client = http.DirectClient(
        http.PublicConnector(http.SystemResolver()), agent="Havn", timeout_seconds=60
    )
    answer = report_files.deliver(client, address, content)
    lines = [*(f"{name}: {value}" for name, value in said.items()), *answer.lines]
    tell(said | {"receipt": answer.value}, as_json=as_json, lines=lines)
    return DONE if answer.is_taken else FOUND


def _replaced(given: dict[str, str]) -> tuple[str, UUID, wire.Correction] | None:
    from havn.lib.wire import Correction

    version, replaces, why, note = (given[name] for name in ("version", "replaces", "why", "note"))
    if version == "1.0" and not (replaces or why or note):
        return None
    if version == "1.0" or not (replaces and why and note):
        raise CouldNotError(
            "A correction has --version 1.1 (or later), --replaces, --why and --note. Give all four."
        )
    try:
        return version, UUID(replaces), Correction(why, {"en": note})
    except ValueError:
        raise CouldNotError(
            f"{replaces} is no identifier. Copy it from the receipt of that report."
        ) from None
