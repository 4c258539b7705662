# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/erasure: genuine bodies of `payload.erased`, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_erasure` writes them; the same every time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tests.vectors.writing import Named, texts_of, vectors_of, write

FOLDER = Path(__file__).resolve().parent / "erasure"
COMMIT = hashlib.sha256(b"confirmed item 17").hexdigest()
EVENT = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017"
OLDER: dict[str, Any] = {"v": 1, "commits": [COMMIT], "events": [EVENT]}
NEWER: dict[str, Any] = OLDER | {"v": 2, "why": "taken_back"}
MANY = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(1025)]


def genuine(name: str, body: dict[str, Any]) -> Named:
    """Return a body that erases what it names."""
    return name, "F51", {"body": body}, None


def attack(name: str, body: dict[str, Any], sentence: str = "F51") -> Named:
    """Return a body that erases nothing."""
    return name, sentence, {"body": body}, "body_malformed"


def without(name: str) -> dict[str, Any]:
    """Return the newer body that lacks a field."""
    return {key: value for key, value in NEWER.items() if key != name}


MADE = (
    genuine("a-genuine-erasure", NEWER),
    genuine("a-genuine-erasure-of-version-1", OLDER),
    genuine("an-erasure-of-1024", NEWER | {"commits": MANY[:1024]}),
    genuine("an-erasure-for-a-reason-that-nobody-knows", NEWER | {"why": "weather"}),
    genuine("an-erasure-whose-reason-is-a-number", NEWER | {"why": 17}),
    attack("an-erasure-of-1025", NEWER | {"commits": MANY}),
    attack("an-erasure-of-one-text", NEWER | {"commits": COMMIT}),
    attack("an-erasure-in-capitals", NEWER | {"commits": [COMMIT.upper()]}),
    attack("an-erasure-of-a-short-commitment", NEWER | {"commits": [COMMIT[:63]]}),
    attack("an-erasure-of-a-number", NEWER | {"commits": [17]}),
    attack("an-erasure-of-one-that-is-no-commitment", NEWER | {"commits": [COMMIT, "all"]}),
    attack("an-erasure-without-commitments", without("commits")),
    attack("an-erasure-without-events", without("events")),
    attack("an-erasure-whose-events-are-one-text", NEWER | {"events": EVENT}),
    attack("an-erasure-whose-event-is-a-word", NEWER | {"events": ["every"]}),
    attack("an-erasure-whose-event-is-in-capitals", NEWER | {"events": [EVENT.upper()]}),
    attack("an-erasure-of-version-2-without-a-reason", without("why")),
    attack("an-erasure-of-version-1-with-a-reason", NEWER | {"v": 1}, "W9"),
    attack("an-erasure-with-a-field-more", NEWER | {"subject": EVENT}, "W9"),
    attack("an-erasure-without-a-version", without("v"), "W1"),
    attack("an-erasure-whose-version-is-yes", OLDER | {"v": True}, "W1"),
    attack("an-erasure-whose-version-is-a-text", NEWER | {"v": "2"}, "W1"),
)


def made() -> dict[str, str]:
    """Return every file's name and text."""
    return texts_of(vectors_of(MADE))


if __name__ == "__main__":
    write(FOLDER, made())
