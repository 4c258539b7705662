# SPDX-License-Identifier: Apache-2.0
"""`havn audit verify`: holds the audit chain against the signed heads outside the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.cli.telling import json_option, progress, tell

if TYPE_CHECKING:
    from havn.domain.audit.rules import Verification


@click.group(epilog="Exit codes: 0 sound, 1 findings, 2 it could not be verified.")
def command() -> None:
    """Verify the audit chain.

    Example: havn audit verify
    """


@command.command()
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with copies of the signed heads; $HAVN_DATA/anchors unless told.",
)
@json_option
def verify(*, anchors: Path | None, as_json: bool) -> int:
    """Recompute the chain and hold it against every signed head.

    Finds entries that were changed, removed, inserted, reordered or never linked, and a chain that
    was recomputed from any anchored entry on. What came after the last head is counted: it is not
    protected yet. Keep copies of the heads on another machine and name their folder.

    Example: havn audit verify --anchors /media/copies/anchors
    """
    start.prepare()
    start.require_node()
    from havn.lib.clock import now

    verification, bad_heads = verified(anchors or start.folder() / "anchors", at=now())
    tell(_result(verification, bad_heads), as_json=as_json, lines=_lines(verification, bad_heads))
    return DONE if verification.is_sound and not bad_heads else FOUND


def verified(anchors: Path, *, at: datetime) -> tuple[Verification, int]:
    """Return what the chain looks like against a folder of heads, and how many heads are forged."""
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.audit import rules, selectors
    from havn.domain.audit.clients import AnchorFolder, anchors_of
    from havn.domain.exchange import selectors as exchange

    tokens = AnchorFolder(anchors).tokens()
    if not tokens and selectors.newest_head(actor=Actor.operator()):
        raise CouldNotError(
            f"{anchors} holds no signed head, but the database knows of some: without them a "
            "rewritten chain cannot be told from the true one. Name the folder with --anchors."
        )
    public = settings.HAVN_KEYRING.read("audit-anchor-key.pub")
    # Those that the own log commits to were witnessed by other nodes; their mirrors hold the log to it.
    witnessed = exchange.witnessed_heads(actor=Actor.operator())
    heads, bad = anchors_of(
        [*tokens, *(each.head for each in witnessed if each.is_committed)], public=public
    )
    bad += sum(not each.is_committed for each in witnessed)
    entries = progress(selectors.chain(actor=Actor.operator()), label="Entries read")
    return rules.verify_chain(entries, anchors=heads, at=at), bad


def _result(verification: Verification, bad_heads: int) -> dict[str, Any]:
    return {
        "is_sound": verification.is_sound and not bad_heads,
        "entries": verification.entries,
        "linked": verification.linked,
        "anchored_through": verification.anchored_through,
        "unanchored": verification.unanchored,
        "erased_details": verification.erased_details,
        "head": verification.head.hex(),
        "forged_heads": bad_heads,
        "findings": [
            {
                "kind": finding.kind.value,
                "sequence": finding.sequence,
                "entry": finding.identifier,
                "explanation": finding.explanation,
            }
            for finding in verification.findings
        ],
    }


def _lines(verification: Verification, bad_heads: int) -> list[str]:
    lines = [
        f"{finding.kind.value}: entry {finding.sequence or '-'} {finding.identifier}: "
        f"{finding.explanation}"
        for finding in verification.findings
    ]
    if bad_heads:
        lines.append(
            f"bad_anchor: {bad_heads} head(s) do not bear the node's signature, or are not what the "
            "node's log commits to"
        )
    lines.append(
        f"{verification.entries} entries, {verification.linked} linked, anchored through "
        f"{verification.anchored_through}; {verification.unanchored} came after the last head and "
        f"are not protected yet; {verification.erased_details} detail(s) erased."
    )
    lines.append("The chain is sound." if len(lines) == 1 else "The chain is NOT sound.")
    return lines
