# SPDX-License-Identifier: Apache-2.0
"""Writing, signing and reading national reports: schema first, then digests, then the signature."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from havn.lib.encoding import (
    EncodingError,
    JsonError,
    canonical_json,
    from_b64u,
    strict_json,
)
from havn.lib.signing import SignatureError, claimed_key_id, sign_json, verify_json
from havn.lib.wire._faults import NationalReportError, ReportFault, refuse
from havn.lib.wire._national_report import (
    REPORT_KIND,
    TEXTS_KIND,
    Head,
    NationalReport,
    TextProposals,
    WrittenPart,
    canonical_part,
)
from havn.lib.wire._national_report_schema import (
    MOST_PART_BYTES,
    MOST_UPLOAD_BYTES,
    PART_NAME,
    VERSION,
)
from havn.lib.wire._part_rules import bounds_faults, head_faults, part_faults, text_faults
from havn.lib.wire._strict_schema import schema_faults, shown

_PART_NAME = re.compile(PART_NAME)
_LATE = timedelta(minutes=5)  # as far as clocks may be apart
PublicKeyOf = Callable[[str, str], bytes | None]  # of a key's id and a member's code


def write_part(name: str, content: Mapping[str, Any]) -> WrittenPart:
    """Return a part as it is named and sent; raise NationalReportError for one that nobody would take."""  # N4
    checked = read_part(name, content)
    return WrittenPart(name, *canonical_part(checked))


def sign_head(head: Head, private: bytes, *, key_id: str) -> str:
    """Return the signed head; raise NationalReportError for one that nobody would take."""  # N1
    value = head.as_value()
    _raise(_faults_of_head(value))
    return sign_json(value, private, key_id=key_id, kind=REPORT_KIND)


def claimed_head(token: str) -> Head:
    """Return what a token says it is; nothing of it is believed before `read_report`."""
    return Head.of(_head_value(token))


def read_part(name: str, content: Any) -> dict[str, Any]:
    """Return the content of a part; raise NationalReportError with a sentence for each fault."""
    if not _PART_NAME.fullmatch(name):
        raise refuse("bad_value", f"part {shown(name)}")
    _raise(_faults_of_part(name, content, None))
    return dict(content)


def read_report(
    token: str,
    parts: Mapping[str, Any],
    *,
    public: bytes,
    at: datetime | None = None,
) -> NationalReport:
    """Return the report that a head and its parts (by digest) are; raise NationalReportError otherwise.

    Faults of the schema are said together; digests are compared when there are none, and the signature last.
    """
    return _read(token, parts, public_of=lambda _key, _member: public, at=at)


def write_upload(token: str, parts: Iterable[WrittenPart]) -> bytes:
    """Return the one file of a member without a node."""  # N24
    contents = {part.sha256: strict_json(part.content) for part in parts}
    return canonical_json({"v": VERSION, "head": token, "parts": contents})


def read_upload(
    content: bytes, *, public_of: PublicKeyOf, at: datetime | None = None
) -> NationalReport:
    """Return the report in the file of a member without a node; `public_of` knows the office keys.

    Raises NationalReportError, and nothing else, whatever the bytes are.
    """  # N24
    value = _json(content, "file", most=MOST_UPLOAD_BYTES)
    # What the parts hold is judged with their names, so that a fault names the field.
    if isinstance(value, dict) and isinstance(value.get("parts"), dict):
        shell = {**value, "parts": dict.fromkeys(value["parts"], _SHELL)}
        _raise(schema_faults(shell, "upload", "file"))
    else:
        _raise(schema_faults(value, "upload", "file"))
    report = _read(value["head"], value["parts"], public_of=public_of, at=at)
    if report.head.basis != "stated":  # N8
        raise refuse("node_and_basis", "head: basis")
    return report


_SHELL = {"v": VERSION, "texts": []}


def sign_texts(proposals: TextProposals, private: bytes, *, key_id: str) -> str:
    """Return signed proposals for the texts of a report; raise NationalReportError for what nobody would take."""
    value = proposals.as_value()
    _raise(_faults_of_proposals(value))
    return sign_json(value, private, key_id=key_id, kind=TEXTS_KIND)


def read_texts(token: str, *, public: bytes) -> TextProposals:
    """Return the proposals that an office signed; raise NationalReportError otherwise."""  # N25
    value = _claimed(token, "proposals")
    _raise(_faults_of_proposals(value))
    _verify(token, public, TEXTS_KIND, "proposals")
    return TextProposals.of(value)


def read_event(kind: str, body: Any) -> dict[str, Any]:
    """Return the body of an event (`part`, `released` or `receipt`); raise NationalReportError otherwise."""  # N22
    where = f"national_report.{kind}"
    _raise(schema_faults(body, f"event_{kind}", where))
    if kind == "part":
        read_part(body["name"], body["content"])
    return dict(body)


def part_event(report: UUID, part: WrittenPart) -> dict[str, Any]:
    """Return the body of the event that carries a part."""  # N22
    content = strict_json(part.content)
    return {"v": VERSION, "report": str(report), "name": part.name, "content": content}


def released_event(token: str) -> dict[str, Any]:
    """Return the body of the event that carries a signed head."""  # N22
    return {"v": VERSION, "head": token}


def receipt(report: UUID, *, at: datetime, code: str = "", proof: str = "") -> dict[str, Any]:
    """Return the hub's receipt: accepted, or refused with the code of the first fault.

    `proof` says that the hub cosigned the log with the head; an office's report stands in no log and has none.
    """  # N23
    return {
        "v": VERSION,
        "report": str(report),
        "state": "refused" if code else "accepted",
        "code": code,
        "at": at.astimezone(UTC).isoformat(),
        "proof": proof,
    }


def _read(
    token: str, parts: Mapping[str, Any], *, public_of: PublicKeyOf, at: datetime | None
) -> NationalReport:
    value = _head_value(token)
    named = {each["sha256"]: each["name"] for each in value["parts"]}
    faults = [
        fault
        for digest, content in parts.items()
        if digest in named
        for fault in _faults_of_part(named[digest], content, value)
    ]
    _raise(faults)
    _raise(_digest_faults(value, parts))
    contents = {named[digest]: dict(content) for digest, content in parts.items()}
    _raise(bounds_faults(contents))
    if at is not None and datetime.fromisoformat(value["as_of"]) > at + _LATE:  # N17
        raise refuse("from_the_future", "head: as_of")
    try:
        key = claimed_key_id(token)
    except SignatureError as error:
        raise refuse("bad_signature", "head") from error
    public = public_of(key, value["member"])
    if public is None:  # N6
        raise refuse("unknown_key", "head")
    _verify(token, public, REPORT_KIND, "head")
    return NationalReport(Head.of(value), token, contents)


def _digest_faults(
    head: Mapping[str, Any], parts: Mapping[str, Any]
) -> Iterable[ReportFault]:  # N5
    named = {each["sha256"]: each for each in head["parts"]}
    for digest, line in named.items():
        if digest not in parts:
            yield ReportFault("part_missing", f"part {line['name']}")
            continue
        found, written = canonical_part(parts[digest])
        if found != digest or len(written) != line["bytes"]:
            yield ReportFault("digest_differs", f"part {line['name']}")
    for digest in sorted(set(parts) - set(named)):
        yield ReportFault("part_extra", f"part {shown(digest)}")


def _head_value(token: str) -> dict[str, Any]:
    value = _claimed(token, "head")
    _raise(_faults_of_head(value))
    return value


def _claimed(token: str, where: str) -> dict[str, Any]:
    try:
        _header, payload, _signature = token.split(".")
        content = from_b64u(payload)
    except (ValueError, TypeError, AttributeError) as error:
        raise refuse("bad_signature", where) from error
    value = _json(content, where, most=MOST_PART_BYTES)
    if not isinstance(value, dict):
        raise refuse("not_an_object", where)
    return value


def _faults_of_head(value: Any) -> list[ReportFault]:
    return schema_faults(value, "head", "head") or list(head_faults(value))


def _faults_of_proposals(value: Any) -> list[ReportFault]:
    found = schema_faults(value, "proposals", "proposals")
    return found or list(text_faults(value, "proposals"))


def _faults_of_part(name: str, content: Any, head: Mapping[str, Any] | None) -> list[ReportFault]:
    found = schema_faults(content, f"part_{name.partition('/')[0]}", name)
    found = found or list(part_faults(name, content, head))
    if found:
        return found
    try:
        written = canonical_json(content)
    except EncodingError:
        return [ReportFault("not_json", name)]
    return [ReportFault("too_large", name)] if len(written) > MOST_PART_BYTES else []


def _json(content: bytes, where: str, *, most: int) -> Any:
    if len(content) > most:
        raise refuse("too_large", where)
    try:
        return strict_json(content)
    except JsonError as error:
        raise refuse("not_json", where) from error


def _verify(token: str, public: bytes, kind: str, where: str) -> None:
    try:
        verify_json(token, public, kind=kind)
    except (SignatureError, ValueError) as error:
        raise refuse("bad_signature", where) from error


def _raise(faults: Iterable[ReportFault]) -> None:
    found = list(faults)
    if found:
        raise NationalReportError(found)
