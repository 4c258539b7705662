# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature): written, read, believed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from havn.lib.encoding import EncodingError, from_base64
from havn.lib.feed._errors import FeedError
from havn.lib.feed._merkle import EMPTY_ROOT, HASH_LENGTH, MOST_ENTRIES

LONGEST_NOTE = 65_536  # a checkpoint with the cosignatures of some 300 witnesses
MOST_SIGNATURES = 256
LONGEST_NAME = 255
COSIGNATURE_HEADER = "cosignature/v1"
LOG_PREFIX, WITNESS_PREFIX = "havn-log/", "havn-witness/"

# The algorithm byte of a key (signed-note, "Signature types"); a further one becomes a further name here.
ED25519 = 0x01
ED25519_COSIGNATURE = 0x04

_DASH = "\N{EM DASH}"
_LINE = re.compile(rf"{_DASH} (?P<name>[^ ]+) (?P<signature>[A-Za-z0-9+/]+={{0,2}})")
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_LATEST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class LogKey:
    """The public half of a log's checkpoint key, 32 bytes, and whether the roster has revoked it."""

    public: bytes
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says about itself: so many entries, under this root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line under a note: whose it claims to be, by which key, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note in its parts; `str(note)` is the note. Nothing of it is believed before it is verified."""

    body: str
    lines: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        return self.body + "\n" + "".join(str(line) for line in self.lines)


# --- names ----------------------------------------------------------------------------------------


def log_origin(node: str) -> str:
    """Return the name of a node's log."""  # F24
    return LOG_PREFIX + node


def witness_name(node: str) -> str:
    """Return the name under which a node cosigns."""
    return WITNESS_PREFIX + node


def own_witness(origin: str) -> str:
    """Return the witness that belongs to the node of this log."""
    if not origin.startswith(LOG_PREFIX):
        raise FeedError("wrong_origin", {"found": origin[:LONGEST_NAME]})
    return WITNESS_PREFIX + origin.removeprefix(LOG_PREFIX)


def is_name(text: str) -> bool:
    """Tell whether a text may be an origin or a witness's name."""
    # A log of the name `cosignature/v1` would sign what others would take for a cosignature.
    return (
        _NAME.fullmatch(text) is not None
        and len(text.encode("utf-8", "surrogatepass")) <= LONGEST_NAME
        and text != COSIGNATURE_HEADER
    )


def _checked_name(name: str) -> str:
    if not is_name(name):
        raise FeedError("note_malformed", {"reason": "a name that no log or witness may have"})
    return name


def key_id(name: str, public: bytes, algorithm: int) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def verifier_key(name: str, public: bytes, algorithm: int = ED25519) -> str:
    """Return a public key as other programs take it (signed-note, "vkey")."""
    encoded = base64.b64encode(bytes([algorithm]) + public).decode()
    return f"{_checked_name(name)}+{key_id(name, public, algorithm).hex()}+{encoded}"


# --- writing --------------------------------------------------------------------------------------


def checkpoint_body(checkpoint: Checkpoint) -> str:
    """Return the three lines that are signed."""  # F25
    _checked_name(checkpoint.origin)
    if not 0 <= checkpoint.size <= MOST_ENTRIES or len(checkpoint.root) != HASH_LENGTH:
        raise FeedError("note_malformed", {"reason": "an impossible size or root"})
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def sign_checkpoint(checkpoint: Checkpoint, private: bytes) -> str:
    """Return the note of a checkpoint with the log's signature."""
    body = checkpoint_body(checkpoint)
    key = Ed25519PrivateKey.from_private_bytes(private)
    name = key_id(checkpoint.origin, key.public_key().public_bytes_raw(), ED25519)
    line = SignatureLine(checkpoint.origin, name, key.sign(body.encode()))
    return str(Note(body, (line,)))


def cosign(note: str, name: str, private: bytes, *, at: datetime) -> str:
    """Return the line with which a witness says: at this instant this was the largest tree I had seen."""  # F28
    found = read_note(note)
    checkpoint_of(found)
    _checked_name(name)
    seconds = int(at.timestamp())
    if not 0 <= seconds <= _LATEST:
        raise FeedError("cosignature_wrong", {"reason": "an impossible time"})
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.sign(_cosigned(found.body, seconds))
    identifier = key_id(name, key.public_key().public_bytes_raw(), ED25519_COSIGNATURE)
    return str(SignatureLine(name, identifier, seconds.to_bytes(8, "big") + signature))


def sign_head(checkpoint: Checkpoint, private: bytes, *, at: datetime) -> str:
    """Return what a log publishes: its checkpoint, signed, and cosigned by its own node with the time."""  # F26
    note = sign_checkpoint(checkpoint, private)
    return with_lines(note, [cosign(note, own_witness(checkpoint.origin), private, at=at)])


def with_lines(note: str, lines: Iterable[str]) -> str:
    """Return the note with further signature lines; one of the same key takes the place of the older one."""
    found = read_note(note)
    by_key = {(line.name, line.key_id): line for line in found.lines}
    for text in lines:
        line = _read_line(text.removesuffix("\n"))
        by_key[line.name, line.key_id] = line
    return str(read_note(str(Note(found.body, tuple(by_key.values())))))


def _cosigned(body: str, seconds: int) -> bytes:
    return f"{COSIGNATURE_HEADER}\ntime {seconds}\n{body}".encode()


# --- reading --------------------------------------------------------------------------------------


def _malformed(reason: str) -> FeedError:
    return FeedError("note_malformed", {"reason": reason})


def read_note(note: str | bytes) -> Note:
    """Return a note in its parts; anything but the one agreed form is refused."""  # F27
    if len(note) > LONGEST_NOTE:
        raise _malformed("too long")
    return _read_note(note)


@lru_cache(maxsize=256)  # a note is read many times while it is the newest one
def _read_note(note: str | bytes) -> Note:
    try:
        text = note.decode() if isinstance(note, bytes) else note
        too_long = len(text.encode()) > LONGEST_NOTE
    except UnicodeError:
        raise _malformed("not UTF-8") from None
    if too_long or re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text) or not text.endswith("\n"):
        raise _malformed("too long, with control characters, or without its end")
    body, divider, signatures = text.rpartition("\n\n")
    if not divider or not body or not signatures:
        raise _malformed("no signatures")
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise _malformed("too many signatures")
    return Note(body + "\n", tuple(_read_line(line) for line in lines))


def _read_line(text: str) -> SignatureLine:
    found = _LINE.fullmatch(text)
    if found is None or not is_name(found["name"]):
        raise _malformed("a signature line in no known form")
    content = _from_base64(found["signature"])
    if len(content) < 5:
        raise _malformed("a signature that is too short")
    return SignatureLine(found["name"], content[:4], content[4:])


def _from_base64(text: str) -> bytes:
    """Return the bytes of standard base64 in its one form."""
    try:
        return from_base64(text)
    except EncodingError as error:
        raise _malformed(str(error)) from None


def checkpoint_of(note: Note) -> Checkpoint:
    """Return what a note says as a checkpoint, believed or not."""
    lines = note.body.removesuffix("\n").split("\n")
    if len(lines) != 3 or not is_name(lines[0]) or not _SIZE.fullmatch(lines[1]):
        raise _malformed("a body that is not origin, size and root")
    root = _from_base64(lines[2])
    size = int(lines[1])
    if len(root) != HASH_LENGTH or size > MOST_ENTRIES or (size == 0 and root != EMPTY_ROOT):
        raise _malformed("an impossible size or root")
    return Checkpoint(lines[0], size, root)


# --- believing ------------------------------------------------------------------------------------


def _holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verified_checkpoint(note: Note, *, origin: str, log_keys: Sequence[LogKey]) -> Checkpoint:
    """Return the checkpoint that this log signed with a key in force; refuse anything else."""  # F29
    # Step 1: the body is a checkpoint of this log.
    checkpoint = checkpoint_of(note)
    if checkpoint.origin != origin:
        raise FeedError("wrong_origin", {"expected": origin, "found": checkpoint.origin})
    # Step 2: a line names a key of this log that is in force; other lines are not looked at.
    by_id = {key_id(origin, key.public, ED25519): key for key in log_keys}
    claimed = [line for line in note.lines if line.name == origin and line.key_id in by_id]
    valid = [line for line in claimed if not by_id[line.key_id].is_revoked]
    if not valid:
        raise FeedError("revoked_log_key" if claimed else "unknown_log_key", {"origin": origin})
    # Step 3: every such line holds.
    message = note.body.encode()
    if not all(_holds(by_id[line.key_id].public, line.signature, message) for line in valid):
        raise FeedError("log_signature_wrong", {"origin": origin})
    return checkpoint


def verified_cosignatures(
    note: Note, *, witnesses: Mapping[str, Sequence[LogKey]]
) -> dict[str, datetime]:
    """Return which witnesses cosigned the note and when; unknown and revoked ones are not looked at."""  # F30
    found: dict[str, datetime] = {}
    for line in note.lines:
        by_id = {
            key_id(line.name, key.public, ED25519_COSIGNATURE): key
            for key in witnesses.get(line.name, ())
        }
        key = by_id.get(line.key_id)
        if key is None or key.is_revoked:
            continue
        seconds = int.from_bytes(line.signature[:8], "big")
        message = _cosigned(note.body, seconds)
        if seconds > _LATEST or not _holds(key.public, line.signature[8:], message):
            raise FeedError("cosignature_wrong", {"witness": line.name})
        at = datetime.fromtimestamp(seconds, tz=UTC)
        found[line.name] = max(at, found.get(line.name, at))
    return found


def signed_at(note: Note, *, origin: str, log_keys: Sequence[LogKey]) -> datetime:
    """Return when the log's own node cosigned its checkpoint, which it has to."""  # F26
    name = own_witness(origin)
    times = verified_cosignatures(note, witnesses={name: log_keys})
    if name not in times:
        raise FeedError("cosignature_wrong", {"witness": name, "reason": "it is missing"})
    return times[name]


def kept_note(note: Note, *, origin: str, log_keys: Sequence[LogKey]) -> str:
    """Return a verified note with the lines of its log only: others are not looked at, so they are not kept."""
    own = own_witness(origin)
    names = {(origin, ED25519), (own, ED25519_COSIGNATURE)}
    in_force = [key.public for key in log_keys if not key.is_revoked]
    known = {(name, key_id(name, key, byte)) for name, byte in names for key in in_force}
    lines = (line for line in note.lines if (line.name, line.key_id) in known)
    return str(Note(note.body, tuple(lines)))


def stated_time(note: Note, *, origin: str) -> datetime:
    """Return the time in a note that `kept_note` wrote: it was verified when it came, by a key of that day."""
    own = own_witness(origin)
    times = [int.from_bytes(line.signature[:8], "big") for line in note.lines if line.name == own]
    return datetime.fromtimestamp(max(times, default=0), tz=UTC)
