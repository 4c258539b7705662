# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/national_report: reports that are right, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_national_report` writes them, and the schema beside the document.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from havn.lib import wire
from havn.lib.encoding import b64u, canonical_json
from havn.lib.signing import key_id, sign_json
from tests.vectors.national_report_attacks import ATTACKS
from tests.vectors.national_report_changes import Attack
from tests.vectors.national_report_forms import HEAD, PARTS, PRIVATE, PROPOSALS, PUBLIC
from tests.vectors.provisional_figures_attacks import PROVISIONAL_ATTACKS
from tests.vectors.writing import texts_of, vectors_of, write

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "national_report"
SCHEMA_FILE = HERE.parents[1] / "docs" / "protocol" / "national-report.schema.json"


def digest(content: Any) -> str:
    """Return the SHA-256 of a part."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def lines_of(parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines by which a head names parts."""
    return [
        {"name": name, "sha256": digest(content), "bytes": len(canonical_json(content))}
        for name, content in sorted(parts.items())
    ]


def signed(value: dict[str, Any], kind: str = wire.REPORT_KIND) -> str:
    """Return a signed document, whatever it says."""
    return sign_json(value, PRIVATE, key_id=key_id(PUBLIC), kind=kind)


def upload(attack: Attack) -> dict[str, Any]:
    """Return the file of a member without a node with something done to it, digests and signature made to fit."""
    head, parts = json.loads(json.dumps(HEAD)), json.loads(json.dumps(PARTS))
    if attack.part:
        content = parts[attack.part]
        attack.change(content)
    head["parts"] = lines_of(parts)
    if attack.head:
        attack.head(head)
    file = {"v": 1, "head": signed(head), "parts": {digest(p): p for p in parts.values()}}
    if attack.file:
        attack.file(file)
    return {"kind": "upload", "file": file, "public": b64u(attack.public)}


def given(attack: Attack) -> dict[str, Any]:
    """Return what a reader is given."""
    if attack.kind == "upload":
        return upload(attack)
    value = json.loads(json.dumps(PROPOSALS if attack.kind == "texts" else attack.start))
    attack.change(value)
    if attack.kind == "texts":
        kind = attack.signed_as or wire.TEXTS_KIND
        return {"kind": "texts", "token": signed(value, kind), "public": b64u(attack.public)}
    return {"kind": attack.kind, "body": value}


def vectors() -> dict[str, dict[str, Any]]:
    """Return every vector by its name."""
    every = [*ATTACKS, *PROVISIONAL_ATTACKS]
    return vectors_of((name, each.sentence, given(each), each.error) for name, each in every)


def schema_text() -> str:
    """Return the text of the schema's file."""
    return json.dumps(wire.SCHEMA, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(FOLDER, texts_of(vectors(), indent=1))
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
