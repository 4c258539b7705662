# SPDX-License-Identifier: Apache-2.0
"""What a file of an office says, whatever its format; how it is signed, and how it reaches the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from havn.cli.endings import CouldNotError
from havn.cli.report_layout import layout_of
from havn.kit import national_report as kit
from havn.lib import clock, http, wire
from havn.lib.encoding import JsonError, canonical_json, strict_json
from havn.lib.signing import key_id

_MOST_ANSWER = 256 * 1024
_NOT_REACHED = (
    "The hub was not reached ({}). The signed file is whole: send it again later, by --send, "
    "or give it to the secretariat in another way."
)


class WrongFileError(Exception):
    """Something in the file is wrong; `lines` says it, all at once."""

    def __init__(self, faults: Sequence[kit.FileFault]) -> None:
        super().__init__(faults)
        self.faults = faults
        self.lines = [fault.sentence for fault in faults]

    def as_value(self) -> dict[str, Any]:
        """Return the faults as JSON."""
        return {
            "v": 1,
            "faults": [
                {
                    "code": each.code,
                    "sheet": each.sheet,
                    "row": each.row,
                    "column": each.column,
                    "sentence": each.sentence,
                }
                for each in self.faults
            ],
        }


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs: the office's key, the offices that release, the day, and what is replaced."""

    private: bytes
    offices: tuple[str, ...]
    on: date
    at: datetime
    replaces: tuple[str, UUID, wire.Correction] | None = None

    @property
    def key_id(self) -> str:
        """By which the hub knows the key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        pair = Ed25519PrivateKey.from_private_bytes(self.private)
        return key_id(pair.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed file, and what it is called."""

    content: bytes
    named: dict[str, Any]


class Said(Protocol):
    """What a file says."""

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON."""

    @property
    def remarks(self) -> list[str]:
        """What the reader is told although the file was taken."""

    def sign(self, signing: Signing) -> Signed:
        """Return the signed file."""


@dataclass(frozen=True, slots=True)
class SaidReport:
    """A workbook that was found right."""

    workbook: kit.Workbook
    parts: list[wire.WrittenPart]
    remarks: list[str] = field(default_factory=list)

    @property
    def value(self) -> dict[str, Any]:
        """The parts as JSON."""
        known = self.workbook.known_until
        return {
            "v": 1,
            "member": self.workbook.member,
            "year": self.workbook.year,
            "known_until": known.isoformat() if known else None,
            "parts": {part.name: strict_json(part.content) for part in self.parts},
        }

    def sign(self, signing: Signing) -> Signed:
        """Return the one file that a member without a node sends."""  # N24
        if not self.parts:
            raise CouldNotError(
                "The workbook is empty: there is nothing to sign. Fill it in first."
            )
        head = kit.head_of(
            self.workbook,
            self.parts,
            offices=signing.offices,
            on=signing.on,
            at=signing.at,
            replaces=signing.replaces,
        )
        token = wire.sign_head(head, signing.private, key_id=signing.key_id)
        named = {"report": str(head.report), "version": head.version, "key": signing.key_id}
        return Signed(wire.write_upload(token, self.parts), named)


@dataclass(frozen=True, slots=True)
class SaidDraft:
    """A draft that came back from clearance."""

    draft: kit.Draft

    @property
    def value(self) -> dict[str, Any]:
        """The proposals as JSON."""
        return {
            "v": 1,
            "member": self.draft.member,
            "year": self.draft.year,
            "report": str(self.draft.report) if self.draft.report else None,
            "proposals": [each.as_value() for each in self.draft.proposals],
        }

    @property
    def remarks(self) -> list[str]:
        """What was left, and why."""
        return [each.sentence for each in self.draft.remarks]

    def sign(self, signing: Signing) -> Signed:
        """Return the proposals as one signed line, which the rapporteur takes in on the node's page."""  # N25
        if not self.draft.proposals:
            raise CouldNotError("No text of the draft was changed: there is nothing to sign.")
        if len(signing.offices) != 1 or signing.replaces:
            raise CouldNotError(
                "Texts are signed by one office. Give --office once, and no correction."
            )
        proposals = wire.TextProposals(
            report=self.draft.report,
            member=self.draft.member,
            year=self.draft.year,
            office=signing.offices[0],
            on=signing.on,
            proposals=self.draft.proposals,
        )
        token = wire.sign_texts(proposals, signing.private, key_id=signing.key_id)
        named = {"texts": len(self.draft.proposals), "key": signing.key_id}
        return Signed(f"{token}\n".encode(), named)


def read(file: Path) -> Said:
    """Return what a file says; raise WrongFileError with every fault."""
    content, kind = file.read_bytes(), file.suffix.lower().removeprefix(".")
    try:
        if kind in kit.WORKBOOK_KINDS:
            return _workbook(content, kind)
        if kind == "docx":
            return SaidDraft(kit.read_draft(content))
    except kit.FileRefusedError as error:
        raise WrongFileError(error.faults) from error
    raise CouldNotError(
        f"{file.name} is neither a workbook (XLSX, ODS, CSV) nor a draft (DOCX). Name one of those."
    )


def _workbook(content: bytes, kind: str) -> SaidReport:
    tables = kit.tables_in(content, kind)
    member, year = kit.whose(tables)
    workbook = kit.read_workbook(tables, layout_of(member, year), today=clock.now().date())
    return SaidReport(workbook, kit.parts_of(workbook))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub answered: its receipt, or its sentences."""

    is_taken: bool
    value: dict[str, Any] | None
    lines: list[str]


def deliver(client: http.DirectClient, address: str, content: bytes) -> Answer:
    """Send a signed file to the hub once, and return its answer; what was not reached is said with what to do."""
    try:
        reply = client.exchange(
            "POST",
            address,
            headers={"Content-Type": "application/json"},
            body=content,
            most_bytes=_MOST_ANSWER,
        )
    except http.FetchError as error:
        raise CouldNotError(_NOT_REACHED.format(error.failure)) from error
    value = _object(reply.body)
    if reply.status == 201:
        return Answer(
            True, value, ["The hub has it. Keep its receipt:", canonical_json(value).decode()]
        )
    found = value.get("faults")
    faults = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    lines = [str(value.get("title") or f"The hub did not take it (status {reply.status}).")]
    lines += [str(each.get("sentence", "")) for each in faults]
    return Answer(False, value, lines)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = strict_json(body)
    except JsonError:
        found = None
    return found if isinstance(found, dict) else {}
