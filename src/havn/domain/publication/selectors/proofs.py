# SPDX-License-Identifier: Apache-2.0
"""The files by which anybody verifies published figures without the hub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors as members
from havn.domain.publication.models import OfficeKey, PublishedReport, ReportPart, ReportProof
from havn.domain.publication.rules import Basis, ReportState
from havn.lib import feed
from havn.lib.encoding import b64u
from havn.lib.signing import SignatureError, claimed_key_id

PROOF_KIND = "havn-figure-proof"
PROOF_VERSION = 1
_HOLDS_BOUNDS = re.compile(r'"(?:low|high)":(?!null)')  # in canonical JSON


@dataclass(frozen=True, slots=True)
class FigureProof:
    """A proof file but for the roster's files, and whose files of the roster belong into it."""

    value: dict[str, Any]
    participants: tuple[str, ...]


def proof_file(*, report: UUID, indicator: str, actor: Actor) -> FigureProof:
    """Return everything but the roster that verifies an indicator's figures of a published report.

    A part that holds the bounds of hidden figures is never handed on: such a report has no proof. (G8)
    """
    del actor  # What is published is public.
    row = PublishedReport.objects.filter(pk=report, state=ReportState.PUBLISHED.value).first()
    part = ReportPart.objects.filter(report=report, name=f"figures/{indicator}").first()
    if row is None or part is None:
        raise NotFoundError
    if _HOLDS_BOUNDS.search(part.content):
        raise NotFoundError
    value = {
        "v": PROOF_VERSION,
        "kind": PROOF_KIND,
        "head": row.head,
        "part": {"name": part.name, "content": json.loads(part.content)},
    }
    if row.basis == Basis.STATED.value:
        return FigureProof(value | {"log": None, "office": _office(row)}, ())
    log, nodes = _log(row)
    codes = [members.node_view(node_id=node, actor=Actor.system()) for node in nodes]
    found = dict.fromkeys([row.member, *(each.participant_code for each in codes)])
    return FigureProof(value | {"log": log, "office": None}, tuple(found))


def provable(
    *, reports: Iterable[UUID], indicator: str, most: int = 5, actor: Actor
) -> tuple[UUID, ...]:
    """Return those of the reports, at most so many, of which there is a proof of an indicator's figures."""
    del actor
    wanted = list(reports)[:most]
    published = PublishedReport.objects.filter(pk__in=wanted, state=ReportState.PUBLISHED.value)
    parts = ReportPart.objects.filter(report__in=published, name=f"figures/{indicator}")
    found = {
        report
        for report, content in parts.values_list("report_id", "content")
        if not _HOLDS_BOUNDS.search(content)
    }
    return tuple(each for each in wanted if each in found)


def _log(row: PublishedReport) -> tuple[dict[str, str] | None, list[UUID]]:
    """Return what verifies that the node's log holds the head, and the nodes that witnessed it."""
    kept = ReportProof.objects.filter(pk=row.pk).first()
    if kept is None:
        return None, []
    names = {line.name for line in feed.read_note(feed.read_proof(kept.proof).note).lines}
    prefix = feed.witness_name("")
    nodes = [UUID(name.removeprefix(prefix)) for name in sorted(names) if name.startswith(prefix)]
    value = {
        "origin": kept.origin,
        "leaf": b64u(bytes(kept.leaf)),
        "salt": b64u(bytes(kept.salt)),
        "payload": b64u(bytes(kept.payload)),
        "proof": kept.proof,
    }
    return value, nodes


def _office(row: PublishedReport) -> dict[str, str] | None:
    """Return the office whose key signed what a member stated."""
    try:
        key = OfficeKey.objects.filter(pk=claimed_key_id(row.head), member=row.member).first()
    except SignatureError:
        return None
    if key is None:
        return None
    return {"name": key.office, "member": key.member, "public": b64u(bytes(key.public))}
