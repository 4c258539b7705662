# SPDX-License-Identifier: Apache-2.0
"""Proof files (c2sp.org/tlog-proof@v1): that an entry is in a log, verified offline."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from havn.lib.encoding import EncodingError, from_base64
from havn.lib.feed._errors import FeedError
from havn.lib.feed._merkle import HASH_LENGTH, MOST_PROOF_LINES, leaf_hash, verify_inclusion
from havn.lib.feed._notes import (
    LONGEST_NOTE,
    Checkpoint,
    LogKey,
    read_note,
    verified_checkpoint,
    verified_cosignatures,
)

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_EXTRA = 65_536
LONGEST_PROOF = LONGEST_NOTE + LONGEST_EXTRA * 2
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A proof in its parts; nothing of it is believed before `verify_proof`, and `extra` never."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes | None = None


def write_proof(
    index: int, path: Sequence[bytes], note: str, *, extra: bytes | None = None
) -> str:
    """Return the text of a proof file."""  # F46
    lines = [PROOF_HEADER]
    if extra is not None:
        lines.append(f"extra {base64.b64encode(extra).decode()}")
    lines.append(f"index {index}")
    lines += [base64.b64encode(each).decode() for each in path]
    text = "\n".join(lines) + "\n\n" + note
    read_proof(text)
    return text


def read_proof(text: str) -> ProofFile:
    """Return a proof file in its parts; anything but the agreed form is refused."""
    if len(text) > LONGEST_PROOF:
        raise _malformed("too long")
    head, divider, note = text.partition("\n\n")
    lines = head.split("\n")
    if not divider or lines.pop(0) != PROOF_HEADER:
        raise _malformed("not its first line, or no checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _from_base64(lines.pop(0).removeprefix("extra "))
        if len(extra) > LONGEST_EXTRA:
            raise _malformed("too much extra data")
    found = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None or len(lines) > MOST_PROOF_LINES:
        raise _malformed("no index, or too many lines")
    path = tuple(_from_base64(line) for line in lines)
    if any(len(each) != HASH_LENGTH for each in path):
        raise _malformed("a hash of another length")
    read_note(note)
    return ProofFile(int(found[1]), path, note, extra)


def is_bare_proof(text: str) -> bool:
    """Whether the text is a proof file that carries nothing beside the proof."""
    try:
        return read_proof(text).extra is None
    except FeedError:
        return False


def verify_proof(
    text: str,
    entry: bytes,
    *,
    origin: str,
    log_keys: Sequence[LogKey],
    witnesses: Mapping[str, Sequence[LogKey]] | None = None,
    needed: int = 0,
) -> Checkpoint:
    """Return the checkpoint under which the entry was shown to be in the log."""  # F47
    # Step 1: the file is in its form. Step 2: the log signed the checkpoint.
    proof = read_proof(text)
    note = read_note(proof.note)
    checkpoint = verified_checkpoint(note, origin=origin, log_keys=log_keys)
    # Step 3: enough of the witnesses that the reader trusts have cosigned it.
    seen = verified_cosignatures(note, witnesses=witnesses or {})
    if len(seen) < needed:
        raise FeedError("cosignature_wrong", {"needed": needed, "found": len(seen)})
    # Step 4: the path leads from the entry to the signed root.
    verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.path, checkpoint.root)
    return checkpoint


def _malformed(reason: str) -> FeedError:
    return FeedError("proof_wrong", {"reason": reason})


def _from_base64(text: str) -> bytes:
    try:
        return from_base64(text)
    except EncodingError as error:
        raise _malformed(str(error)) from None
