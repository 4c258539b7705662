# SPDX-License-Identifier: Apache-2.0
"""How a report's texts and contact are encrypted under a data key of their own, and opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from havn.lib.encoding import canonical_json
from havn.lib.sealing import decrypt, encrypt, new_data_key, open_sealed, seal

WRAP_PURPOSE = "report-data-key"
TEXTS_PURPOSE = "report-texts"
CONTACT_PURPOSE = "report-contact"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is stored of a report's texts: the wrapped data key, and what it encrypted."""

    wrapped_key: bytes
    texts: bytes
    contact: bytes


def seal_report(
    *,
    report_id: UUID,
    texts: Mapping[str, str],
    contact: Mapping[str, str] | None,
    public: bytes,
) -> Envelope:
    """Return texts and contact under a fresh data key that only the desk's key unwraps."""
    key = new_data_key()
    kept = {name: text for name, text in texts.items() if text}
    return Envelope(
        wrapped_key=seal(key, public, purpose=WRAP_PURPOSE),
        texts=_encrypted(kept, key, purpose=TEXTS_PURPOSE, report_id=report_id),
        contact=_encrypted(contact or {}, key, purpose=CONTACT_PURPOSE, report_id=report_id),
    )


def open_part(
    sealed: bytes, *, wrapped_key: bytes, private: bytes, purpose: str, report_id: UUID
) -> dict[str, str]:
    """Return the texts, or the contact, of a report; raises SealError when they were altered."""
    if not sealed:
        return {}
    key = open_sealed(wrapped_key, private, purpose=WRAP_PURPOSE)
    content = json.loads(decrypt(sealed, key, purpose=purpose, associated=report_id.bytes))
    return dict(content["texts"])


def _encrypted(texts: Mapping[str, str], key: bytes, *, purpose: str, report_id: UUID) -> bytes:
    if not texts:
        return b""
    content = canonical_json({"v": _VERSION, "texts": dict(texts)})
    return encrypt(content, key, purpose=purpose, associated=report_id.bytes)
