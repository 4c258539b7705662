# SPDX-License-Identifier: Apache-2.0
"""`havn figure`: verifies published figures offline, from one proof file; needs no node."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from havn.cli.endings import DONE, FOUND, CouldNotError, FoundError
from havn.cli.telling import json_option, tell
from havn.kit import figures
from havn.lib.encoding import instant_text

_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_BYTES = 64 * 1024 * 1024


@click.group(epilog="Exit codes: 0 it is what was signed, 1 it is not, 2 it could not be done.")
def command() -> None:
    """Verify published figures.

    Example: havn figure verify havn-R05-proof.json
    """


@command.command(
    epilog="Exit codes: 0 every figure that the proof covers is what was signed, 1 one is not, or the proof does not "
    "hold, 2 no such file."
)
@click.argument("file", type=_THERE)
@click.option(
    "--proof", type=_THERE, help="The proof, where FILE is a table (CSV, JSON) or a saved page."
)
@click.option(
    "--root",
    type=_THERE,
    help="The first root of the Alliance, as you were given it; without it the roster of the proof is taken.",
)
@click.option(
    "--witnesses",
    default=1,
    show_default=True,
    help="How many other nodes must have seen the log.",
)
@json_option
def verify(
    *, file: Path, proof: Path | None, root: Path | None, witnesses: int, as_json: bool
) -> int:
    """Verify a proof FILE, or a table or saved page against one, without any network.

    Checks the signature of the country's node by the roster, that the node's log holds the report, that other
    nodes saw the log, and figure by figure whether a table or page says what was signed.

    Example: havn figure verify table.csv --proof havn-R05-proof.json
    """
    try:
        verified = figures.verify_proof_file(
            _content(proof or file),
            pinned_root=None if root is None else _content(root),
            needed_witnesses=witnesses,
        )
        compared = [] if proof is None else _compared(verified, file)
    except figures.ProofError as error:
        raise FoundError(f"{proof or file}: {error}") from error
    result = _result(verified, compared)
    tell(result, as_json=as_json, lines=_lines(verified, compared, is_table=proof is not None))
    return _ending(compared, is_table=proof is not None)


def _ending(compared: list[figures.Compared], *, is_table: bool) -> int:
    bad = {figures.Verdict.CHANGED, figures.Verdict.UNKNOWN}
    is_wrong = any(each.verdict in bad for each in compared)
    is_empty = is_table and not any(each.verdict is figures.Verdict.VERIFIED for each in compared)
    return FOUND if is_wrong or is_empty else DONE


def _compared(verified: figures.VerifiedProof, file: Path) -> list[figures.Compared]:
    content = _content(file)
    begins = content.lstrip()[:1]
    if begins == b"{":
        return figures.compare_json(verified, content)
    if begins == b"<":
        return figures.compare_page(verified, content)
    return figures.compare_csv(verified, content)


def _content(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise CouldNotError(
            f"{file} is larger than any file of ours. Look whether it is the right one."
        )
    return file.read_bytes()


def _result(verified: figures.VerifiedProof, compared: list[figures.Compared]) -> dict[str, Any]:
    head, roster = verified.head, verified.roster
    return {
        "v": 1,
        "member": head.member,
        "year": head.year,
        "version": head.version,
        "basis": head.basis,
        "indicator": verified.indicator,
        "definition": verified.definition,
        "signer": verified.signer,
        "key": verified.key,
        "log": verified.origin,
        "log_size": verified.log_size,
        "logged_at": verified.logged_at,
        "witnesses": list(verified.witnesses),
        "revoked_from": verified.revoked_from,
        "root": roster.first_root if roster else None,
        "root_is_pinned": bool(roster and roster.is_pinned),
        "figures": len(verified.figures),
        "compared": [
            {
                "place": each.place,
                "says": each.says,
                "signed": each.signed,
                "verdict": each.verdict,
            }
            for each in compared
        ],
    }


def _lines(
    verified: figures.VerifiedProof, compared: list[figures.Compared], *, is_table: bool
) -> list[str]:
    head, roster = verified.head, verified.roster
    lines = [
        (
            f"{verified.indicator} of {head.member}, report of {head.year}, version {head.version}: "
            f"{len(verified.figures)} figures are as {verified.signer} signed them."
        ),
    ]
    if verified.is_stated:
        lines.append(
            "They are stated, not computed: the signature says whose they are, not how they came about. "
            f"Compare the key {verified.key} with the one that the office publishes."
        )
    elif roster is not None:
        lines.append(
            f"The report stands in the log {verified.origin} ({verified.log_size} leaves), seen by "
            f"{len(verified.witnesses)} other node(s): {', '.join(verified.witnesses)}."
        )
        if verified.revoked_from is not None:
            lines.append(
                f"A key of the country was revoked from {instant_text(verified.revoked_from)} on; other nodes saw the "
                "report in the log before that."
            )
        lines.append(
            "The roster follows from the root that you gave."
            if roster.is_pinned
            else f"The roster begins with the root {roster.first_root}: compare it with the one you were given."
        )
    if is_table:
        lines += _verdicts(compared)
    return lines


def _verdicts(compared: list[figures.Compared]) -> list[str]:
    counts = Counter(each.verdict for each in compared)
    lines = [
        f"CHANGED  {each.place}: says {each.says or 'nothing'}, signed was {each.signed or 'nothing'}"
        for each in compared
        if each.verdict is figures.Verdict.CHANGED
    ]
    lines += [
        f"UNKNOWN  {each.place}: says {each.says or 'nothing'}, and the report holds no such figure"
        for each in compared
        if each.verdict is figures.Verdict.UNKNOWN
    ]
    lines.append(
        f"{counts[figures.Verdict.VERIFIED]} verified, {counts[figures.Verdict.CHANGED]} changed, "
        f"{counts[figures.Verdict.UNKNOWN]} unknown, {counts[figures.Verdict.NOT_COVERED]} not covered by this proof."
    )
    return lines
