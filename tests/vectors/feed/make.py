# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors of docs/protocol/feed.md: one file per named attack, and the agreed forms in forms.json.

    .venv/bin/python -m tests.vectors.feed.make

Keys and noise follow from fixed names, so the files come out the same every time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from havn.lib import feed
from havn.lib.encoding import b64u, canonical_json
from havn.lib.feed import LogKey, SignatureLine
from tests.unit.lib.feed_log import (
    BEGIN,
    NODE,
    MemoryLog,
    leaves_of,
    noise_of,
    public_of,
    seeded,
)
from tests.vectors.writing import texts_of, vectors_of, write

FOLDER = Path(__file__).parent
LOG = MemoryLog()
LOG.append(leaves_of("honest", 8))
EVIL = MemoryLog()
EVIL.append([*LOG.entries[:2], *leaves_of("evil", 1), *LOG.entries[3:]])
EVIL.at = LOG.at + timedelta(seconds=30)
NOTES = {size: LOG.signed(size) for size in (4, 5, 8)}  # signed in this order, two seconds apart
LATER_SMALLER = LOG.signed(4)
STRANGER = MemoryLog("stranger")
STRANGER.append(LOG.entries)
EVIL_NOTE, STRANGER_NOTE = EVIL.signed(), STRANGER.signed()
WITNESS = feed.witness_name("22222222-2222-4222-8222-222222222222")
AT = (BEGIN + timedelta(minutes=5)).isoformat()
PAYLOAD = feed.Payload(
    id=UUID("33333333-3333-4333-8333-333333333333"),
    kind="referral.sent",
    subject=UUID("44444444-4444-4444-8444-444444444444"),
    happened_at=BEGIN,
    audience=(UUID("55555555-5555-4555-8555-555555555555"),),
    counter=1,
    body={"item": "confirmed item 17"},
)
SALT = seeded("salt")


def written(*parts: Any) -> dict[str, Any]:
    """Return the keys of the log as vectors write them."""
    keys = parts or (LOG.key,)
    return {"log_keys": [{"public": b64u(key.public), "revoked": key.is_revoked} for key in keys]}


def checkpoint(note: str) -> dict[str, Any]:
    """Return the step of taking a checkpoint."""
    return {"take_checkpoint": note}


def entries(number: int, page: bytes) -> dict[str, Any]:
    """Return the step of taking a bundle."""
    return {"take_entries": number, "page": b64u(page)}


FINISH: dict[str, Any] = {"finish": True}


def follow(*steps: dict[str, Any], keys: tuple[LogKey, ...] = ()) -> dict[str, Any]:
    """Return what a mirror is given, one step after the other; the last one is refused."""
    return {"origin": LOG.origin, "at": AT, **written(*keys), "steps": list(steps)}


def reached(size: int) -> tuple[dict[str, Any], ...]:
    """Return the honest steps to so many entries."""
    return checkpoint(NOTES[size]), entries(0, LOG.page(0, size)), FINISH


def altered(note: str, old: str, new: str) -> str:
    """Return a note with something in it replaced."""
    assert note.count(old) >= 1
    return note.replace(old, new, 1)


def stray_bits(note: str) -> str:
    """Return a note whose first signature has another last character that means the same bytes."""
    head, line, rest = note.partition("=\n\n— ")
    del head, line
    signature = rest.split("\n")[0].split(" ")[1]
    last = signature.rstrip("=")[-1]
    place = signature.rindex(last)
    after = chr(ord(last) + 1)
    return note.replace(signature, signature[:place] + after + signature[place + 1 :])


def resigned(note: str, body: str) -> str:
    """Return a note whose log signed another body."""
    key = Ed25519PrivateKey.from_private_bytes(LOG.private)
    line = feed.read_note(note).lines[0]
    return f"{body}\n{SignatureLine(line.name, line.key_id, key.sign(body.encode()))}"


def without_own_line(note: str) -> str:
    """Return a note without the cosignature of the log's own node."""
    found = feed.read_note(note)
    return str(replace(found, lines=found.lines[:1]))


def of_time(note: str) -> str:
    """Return a note whose own cosignature says a time that was not signed."""
    found = feed.read_note(note)
    own = found.lines[1]
    other = replace(own, signature=b"\0" * 7 + b"\1" + own.signature[8:])
    return str(replace(found, lines=(found.lines[0], other)))


def cosigned(note: str) -> str:
    """Return a note with the line of a witness."""
    line = feed.cosign(note, WITNESS, seeded("witness"), at=BEGIN)
    return feed.with_lines(note, [line])


def disguised() -> str:
    """Return a cosignature's message, validly signed, passed off as a log's checkpoint."""
    body = f"cosignature/v1\ntime 1793534400\n{feed.checkpoint_body(LOG.checkpoint())}"
    return resigned(NOTES[8], body)


def evidence_of(call: Callable[[], object]) -> bytes:
    """Return the evidence of a refusal."""
    try:
        call()
    except feed.FeedError as error:
        assert error.evidence is not None
        return feed.evidence_bytes(error.evidence)
    raise AssertionError


def proofs() -> dict[str, str]:
    """Return proof files: one that holds and what was made of it."""
    path = feed.inclusion_proof(3, 8, LOG.tiles)
    right = feed.write_proof(3, path, cosigned(NOTES[8]))
    return {
        "right": right,
        "other_index": right.replace("index 3", "index 4"),
        "longer": feed.write_proof(3, [*path, seeded("more")], NOTES[8]),
    }


def evidences() -> dict[str, bytes]:
    """Return one file of evidence of each kind."""
    mirror = LOG.follower(LOG.followed(NOTES[8]))
    beginning = MemoryLog()
    beginning.append(EVIL.entries[:5])
    beginning.at = EVIL.at
    swapped = LOG.follower(LOG.followed(NOTES[5]))
    swapped.state = swapped.take_checkpoint(EVIL_NOTE, at=EVIL.at)
    swapped.state, _ = swapped.take_entries(
        0, LOG.page(0, 5) + EVIL.page(0)[len(LOG.page(0, 5)) :]
    )
    found = swapped.diagnose(log=EVIL.tiles, own=LOG.tiles).error.evidence
    assert found is not None
    waiting = LOG.follower()
    waiting.state = waiting.take_checkpoint(NOTES[8], at=LOG.at)
    return {
        "fork-of-one-size": evidence_of(lambda: mirror.take_checkpoint(EVIL_NOTE, at=EVIL.at)),
        "fork-of-two-sizes": evidence_of(
            lambda: mirror.compare(beginning.signed(), own=LOG.tiles)
        ),
        "swap": feed.evidence_bytes(found),
        "rollback": evidence_of(lambda: mirror.take_checkpoint(LATER_SMALLER, at=LOG.at)),
        "gap": feed.evidence_bytes(waiting.withheld()),
    }


def with_changes(content: bytes, **changes: Any) -> bytes:
    """Return canonical JSON with some fields replaced."""
    return canonical_json(json.loads(content) | changes)


Attack = tuple[str, str, dict[str, Any], str]


def note_attacks() -> list[Attack]:
    """Return attacks by what a checkpoint says and who signed it."""
    note = NOTES[8]
    revoked = LogKey(LOG.key.public, is_revoked=True)
    other = resigned(note, feed.checkpoint_body(replace(LOG.checkpoint(), origin="havn-log/x")))
    future = feed.sign_head(LOG.checkpoint(), LOG.private, at=BEGIN + timedelta(minutes=16))
    return [
        ("note-without-signatures", "F27", follow(checkpoint(note.split("\n—")[0] + "\n")), "note_malformed"),
        ("note-with-a-control-character", "F27", follow(checkpoint(note.replace("8\n", "8\r\n", 1))), "note_malformed"),
        ("note-with-stray-bits", "F27", follow(checkpoint(stray_bits(note))), "note_malformed"),
        ("note-that-ends-early", "F27", follow(checkpoint(note[:-1])), "note_malformed"),
        ("checkpoint-with-a-leading-zero", "F25", follow(checkpoint(resigned(note, feed.read_note(note).body.replace("\n8\n", "\n08\n")))), "note_malformed"),
        ("checkpoint-with-a-fourth-line", "F25", follow(checkpoint(resigned(note, feed.read_note(note).body + "more\n"))), "note_malformed"),
        ("cosignature-passed-off-as-a-checkpoint", "F24", follow(checkpoint(disguised())), "note_malformed"),
        ("checkpoint-of-another-log", "F29", follow(checkpoint(other)), "wrong_origin"),
        ("checkpoint-by-a-stranger", "F29", follow(checkpoint(STRANGER_NOTE)), "unknown_log_key"),
        ("checkpoint-by-a-revoked-key", "F29", follow(checkpoint(note), keys=(revoked,)), "revoked_log_key"),
        ("checkpoint-with-an-altered-size", "F29", follow(checkpoint(altered(note, "\n8\n", "\n9\n"))), "log_signature_wrong"),
        ("checkpoint-without-its-time", "F26", follow(checkpoint(without_own_line(note))), "cosignature_wrong"),
        ("checkpoint-with-an-altered-time", "F26", follow(checkpoint(of_time(note))), "cosignature_wrong"),
        ("checkpoint-from-the-future", "F31", follow(checkpoint(future)), "time_runs_ahead"),
    ]  # fmt: skip


def history_attacks() -> list[Attack]:
    """Return attacks by what the log had said before."""
    early = feed.sign_head(LOG.checkpoint(), LOG.private, at=BEGIN)
    beginning = MemoryLog()
    beginning.append(EVIL.entries[:4])
    beginning.at = EVIL.at
    compare = {"compare": beginning.signed()}
    silent = {"may_sign": {}, "peers": 3}
    behind = {"may_sign": {"a": None, "b": NOTES[8]}, "peers": 3}
    return [
        ("two-roots-of-one-size", "F31", follow(*reached(8), checkpoint(EVIL_NOTE)), "forked"),
        ("two-roots-of-one-size-while-catching-up", "F31", follow(checkpoint(NOTES[8]), checkpoint(EVIL_NOTE)), "forked"),
        ("fork-that-another-mirror-holds", "F37", follow(*reached(8), compare), "forked"),
        ("smaller-tree-signed-later", "F31", follow(*reached(8), checkpoint(LATER_SMALLER)), "smaller_tree"),
        ("older-copy-replayed", "F31", follow(*reached(8), checkpoint(NOTES[5])), "smaller_tree"),
        ("larger-tree-signed-earlier", "F31", follow(*reached(5), checkpoint(early)), "time_runs_back"),
        ("restored-node-signs-unasked", "F49", follow(*reached(5), silent), "not_confirmed"),
        ("restored-node-signs-behind-its-own-log", "F49", follow(*reached(5), behind), "behind_own_log"),
    ]  # fmt: skip


def entry_attacks() -> list[Attack]:
    """Return attacks by bundles and leaves."""
    page = LOG.page(0)
    long = MemoryLog()
    long.append(leaves_of("long", 257))
    swapped = feed.pack_entries([*leaves_of("evil", 1), *LOG.entries[1:]])
    start = checkpoint(NOTES[8])
    leaf = json.loads(LOG.entries[0])
    foreign = canonical_json(leaf | {"to": "DK"})
    spaced = json.dumps(leaf).encode()
    two = canonical_json(leaf | {"tags": sorted([*leaf["tags"], b64u(b"12345678")])})
    four = json.loads(leaves_of("four", 1, tag_count=4)[0])
    unsorted = canonical_json(four | {"tags": four["tags"][::-1]})
    stray = (
        LOG.entries[0]
        .replace(b'"],"v"', b'B"],"v"')
        .replace(leaf["tags"][0][-1].encode() + b'B"', b'B"')
    )
    signed_malformed = MemoryLog()
    signed_malformed.append([spaced])
    return [
        ("page-that-ends-inside-an-entry", "F21", follow(start, entries(0, page[:-1])), "page_truncated"),
        ("page-that-ends-inside-a-length", "F21", follow(start, entries(0, page[:1])), "page_truncated"),
        ("page-with-an-entry-too-few", "F21", follow(start, entries(0, LOG.page(0, 7))), "page_truncated"),
        ("page-with-an-entry-too-many", "F21", follow(start, entries(0, page + page[: len(page) // 8])), "page_too_large"),
        ("page-left-out", "F32", follow(checkpoint(long.signed()), entries(1, long.page(1))), "gap"),
        ("entries-missing-at-the-end", "F34", follow(start, FINISH), "gap"),
        ("entries-unasked", "F32", follow(entries(0, page)), "nothing_expected"),
        ("leaf-swapped-on-its-way", "F34", follow(start, entries(0, swapped), FINISH), "root_differs"),
        ("leaves-reordered", "F34", follow(start, entries(0, feed.pack_entries(LOG.entries[::-1])), FINISH), "root_differs"),
        ("known-leaf-swapped", "F32", follow(*reached(5), start, entries(0, swapped)), "leaf_swapped"),
        ("signed-leaf-that-is-none", "F32", follow(checkpoint(signed_malformed.signed()), entries(0, signed_malformed.page(0))), "leaf_malformed"),
        ("leaf-not-canonical", "F1", {"leaf": spaced.decode()}, "leaf_malformed"),
        ("leaf-with-another-field", "F1", {"leaf": foreign.decode()}, "leaf_malformed"),
        ("leaf-with-two-tags", "F8", {"leaf": two.decode()}, "leaf_malformed"),
        ("leaf-with-unsorted-tags", "F8", {"leaf": unsorted.decode()}, "leaf_malformed"),
        ("leaf-with-stray-bits", "F1", {"leaf": stray.decode()}, "leaf_malformed"),
        ("leaf-of-a-later-version", "F3", {"leaf": canonical_json(leaf | {"v": 2}).decode()}, "unknown_leaf_version"),
        ("tile-path-with-a-zero-too-many", "F20", {"tile_path": "tile/0/x000/001"}, "path_malformed"),
        ("tile-path-that-climbs", "F20", {"tile_path": "tile/0/../../checkpoint"}, "path_malformed"),
    ]  # fmt: skip


def payload_attacks() -> list[Attack]:
    """Return attacks by payloads, counters and keys."""
    content = feed.payload_bytes(PAYLOAD)
    commit = b64u(feed.commitment(SALT, content))

    def opened(payload: bytes) -> dict[str, Any]:
        return {
            "open": {
                "commit": commit if payload != content else b64u(seeded("other commit")),
                "salt": b64u(SALT),
                "payload": payload.decode(),
            }
        }

    deep = b'{"body":' + b'{"a":' * 20 + b"1" + b"}" * 21
    twice = content.replace(b'"counter":1', b'"counter":1,"counter":2')
    audience = ["55555555-5555-4555-8555-555555555555", "22222222-2222-4222-8222-222222222222"]
    return [
        ("payload-altered", "F5", opened(content.replace(b"17", b"18")), "commitment_differs"),
        ("payload-of-another-leaf", "F5", opened(content), "commitment_differs"),
        ("payload-nested-too-deep", "F10", {"payload": deep.decode()}, "payload_malformed"),
        ("payload-with-a-key-twice", "F10", {"payload": twice.decode()}, "payload_malformed"),
        ("payload-with-an-unsorted-audience", "F9", {"payload": with_changes(content, audience=audience).decode()}, "payload_malformed"),
        ("payload-without-a-counter", "F9", {"payload": with_changes(content, counter=0).decode()}, "payload_malformed"),
        ("payload-of-a-later-version", "F11", {"payload": with_changes(content, v=2).decode()}, "unknown_payload_version"),
        ("counter-that-jumps", "F12", {"counters": [1, 2, 4]}, "counter_gap"),
        ("counter-used-twice", "F12", {"counters": [1, 2, 2]}, "counter_repeated"),
        ("exchange-key-that-makes-every-secret-the-same", "F6", {"exchange_key": b64u(bytes(32))}, "key_unusable"),
    ]  # fmt: skip


def proof_attacks() -> list[Attack]:
    """Return attacks by proofs and evidence."""
    made, files = proofs(), evidences()
    witness = {WITNESS: [b64u(public_of(seeded("witness")))]}

    def proved(text: str, needed: int = 0, entry: int = 3) -> dict[str, Any]:
        return {"proof": text, "entry": LOG.entries[entry].decode(), "origin": LOG.origin, **written(),
                "witnesses": witness, "needed": needed}  # fmt: skip

    def told(content: bytes) -> dict[str, Any]:
        return {"evidence": content.decode()}

    fork, swap = json.loads(files["fork-of-two-sizes"]), json.loads(files["swap"])
    agreeing = canonical_json(fork | {"checkpoints": [NOTES[5], NOTES[8]]})
    same = canonical_json(
        swap | {"leaves": [swap["leaves"][0]] * 2, "paths": [swap["paths"][0]] * 2, "checkpoints": [swap["checkpoints"][0]] * 2}
    )  # fmt: skip
    forward = with_changes(files["rollback"], checkpoints=[NOTES[8], NOTES[5]])
    beyond = with_changes(files["gap"], until=9)
    consistency = {
        "consistency": {
            "old": 5, "new": 8, "old_root": b64u(LOG.checkpoint(5).root), "new_root": b64u(LOG.checkpoint(8).root),
            "path": [b64u(each) for each in feed.consistency_proof(5, 8, EVIL.tiles)],
        }
    }  # fmt: skip
    line = feed.read_note(feed.read_proof(made["right"]).note).lines[-1]
    other = replace(
        line, signature=line.signature[:-2] + bytes([line.signature[-2] ^ 1, line.signature[-1]])
    )
    forged = altered(made["right"], str(line), str(other))
    return [
        ("proof-of-another-entry", "F33", proved(made["right"], entry=4), "proof_wrong"),
        ("proof-for-another-place", "F33", proved(made["other_index"]), "proof_wrong"),
        ("proof-that-is-too-long", "F33", proved(made["longer"]), "proof_wrong"),
        ("proof-with-too-few-witnesses", "F47", proved(made["right"], needed=2), "cosignature_wrong"),
        ("witness-line-altered", "F30", proved(forged, needed=1), "cosignature_wrong"),
        ("consistency-proof-of-another-tree", "F33", consistency, "proof_wrong"),
        ("evidence-of-two-trees-that-agree", "F42", told(agreeing), "evidence_proves_nothing"),
        ("evidence-of-one-leaf-twice", "F43", told(same), "evidence_proves_nothing"),
        ("evidence-of-an-older-copy-as-a-rollback", "F44", told(forward), "evidence_proves_nothing"),
        ("evidence-of-a-gap-beyond-the-tree", "F45", told(beyond), "evidence_proves_nothing"),
        ("evidence-with-a-strangers-key", "F41", told(with_changes(files["rollback"], log_keys=[b64u(STRANGER.key.public)])), "unknown_log_key"),
        ("evidence-not-canonical", "F40", told(b" " + files["gap"]), "evidence_malformed"),
        ("evidence-of-an-unknown-kind", "F40", told(with_changes(files["gap"], kind="rumour")), "evidence_malformed"),
    ]  # fmt: skip


def forms() -> dict[str, Any]:
    """Return an example of each agreed form, with what it follows from."""
    own, their = seeded("own exchange key"), seeded("their exchange key")
    key = feed.pair_key(
        own, X25519PrivateKey.from_private_bytes(their).public_key().public_bytes_raw(),
        origin=LOG.origin, epoch=1,
    )  # fmt: skip
    content = feed.payload_bytes(PAYLOAD)
    commit = feed.commitment(SALT, content)
    leaf = feed.leaf_bytes(
        feed.new_leaf(commit, [key], epoch=1, noise=noise_of("x"), least_tags=4)
    )
    return {
        "node": NODE,
        "log_private_key": b64u(LOG.private),
        "verifier_key": feed.verifier_key(LOG.origin, LOG.key.public),
        "log_exchange_private_key": b64u(own),
        "audience_exchange_private_key": b64u(their),
        "epoch": 1,
        "pair_key": b64u(key),
        "payload": content.decode(),
        "salt": b64u(SALT),
        "commit": b64u(commit),
        "tag": b64u(feed.tag(key, commit)),
        "leaf": leaf.decode(),
        "leaf_hash": b64u(feed.leaf_hash(leaf)),
        "entries": [each.decode() for each in LOG.entries],
        "bundle": b64u(LOG.page(0)),
        "tile_0_000": b64u(LOG.tiles.hashes(0, 0, 8)),
        "roots": {str(size): b64u(LOG.checkpoint(size).root) for size in range(9)},
        "inclusion_3_of_8": [b64u(each) for each in feed.inclusion_proof(3, 8, LOG.tiles)],
        "consistency_5_to_8": [b64u(each) for each in feed.consistency_proof(5, 8, LOG.tiles)],
        "checkpoint": NOTES[8],
        "cosigned": cosigned(NOTES[8]),
        "proof": proofs()["right"],
        "evidence": {name: content.decode() for name, content in evidences().items()},
        "paths": {"1234067": feed.tile_path(0, 1234067), "partial": feed.entries_path(273, 112)},
    }


FORMS = forms()


def made() -> dict[str, str]:
    """Return every file's name and text."""
    attacks = [
        *note_attacks(), *history_attacks(), *entry_attacks(), *payload_attacks(), *proof_attacks(),
    ]  # fmt: skip
    return texts_of(vectors_of(attacks) | {"forms": FORMS})


if __name__ == "__main__":
    write(FOLDER, made())
