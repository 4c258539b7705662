# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/known: genuine questions, answers and keys, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_known` writes them; the same every time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tests.vectors.writing import texts_of, write

FOLDER = Path(__file__).resolve().parent / "known"
ASK_ID = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017"
REFERENCE = "9f0e8ad1-3c52-4b7e-8a60-5d1c2b3a4f17"
OTHER_REFERENCE = "9f0e8ad1-3c52-4b7e-8a60-5d1c2b3a4f18"
NOW = "2026-03-02T09:31:00+00:00"
KEY = "https://pictures.example/item/17"


def digest_of(key: str) -> str:
    """Return the digest of a key, as it travels."""
    return hashlib.sha256(key.encode()).hexdigest()


DIGEST, OTHER = digest_of(KEY), digest_of("https://pictures.example/item/18")
ASK: dict[str, Any] = {"v": 1, "id": ASK_ID, "key_version": 2, "digests": [DIGEST, OTHER]}
KNOWN: dict[str, Any] = {
    "digest": DIGEST,
    "legal_class": "baseline",
    "jurisdiction": "SE",
    "scheme": "interpol-baseline",
    "scheme_version": "1",
    "age_band": "3_13",
    "sex": "undetermined",
    "origin": "photographic",
    "assessed_at": "2026-03-02T08:00:00+00:00",
    "availability": "up",
    "reference": REFERENCE,
}
ANSWER: dict[str, Any] = {"v": 1, "known": [KNOWN]}


def ask(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a question with these fields changed, and the error that it is refused with."""
    given = {"kind": "ask", "document": ASK | changes}
    return {"sentence": sentence, "given": given, "expected_error": error}


def told(sentence: str, error: str | None, document: Any) -> dict[str, Any]:
    """Return an answer as it arrives at the asker of `ASK`."""
    given = {"kind": "answer", "ask": ASK, "now": NOW, "document": document}
    return {"sentence": sentence, "given": given, "expected_error": error}


def answer(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return an answer whose one known address has these fields changed."""
    return told(sentence, error, ANSWER | {"known": [KNOWN | changes]})


def withdrawn(sentence: str, error: str | None, body: Any) -> dict[str, Any]:
    """Return the body of an event that takes back."""
    return {
        "sentence": sentence,
        "given": {"kind": "withdrawn", "document": body},
        "expected_error": error,
    }


def key(address: str, found: str) -> dict[str, Any]:
    """Return an address as somebody gives it, its key, and the digest of that."""
    given = {"kind": "key", "address": address}
    return {"sentence": "E34", "given": given, "key": found, "digest": digest_of(found)}


VECTORS: dict[str, dict[str, Any]] = {
    "key-of-a-plain-address": key(KEY, KEY),
    "key-without-a-fragment": key(f"{KEY}#part", KEY),
    "key-of-an-address-in-capitals": key("HTTPS://Pictures.EXAMPLE/item/17", KEY),
    "key-without-the-default-port": key("https://pictures.example:443/item/17", KEY),
    "key-without-the-dot-of-the-root": key("https://pictures.example./item/17", KEY),
    "key-with-a-path-made-straight": key("https://pictures.example/a/../item/17", KEY),
    "key-of-a-name-with-letters-of-its-own": key(
        "http://billeder-på-nettet.example/17",
        "http://xn--billeder-p-nettet-irb.example/17",
    ),
    "key-with-its-query": key(f"{KEY}?size=2", f"{KEY}?size=2"),
    "a-genuine-question": ask("E33"),
    "a-question-about-64": ask("E33", digests=[digest_of(str(n)) for n in range(64)]),
    "a-question-about-65": ask(
        "E41", "too_many_digests", digests=[digest_of(str(n)) for n in range(65)]
    ),
    "a-question-about-nothing": ask("E41", "malformed", digests=[]),
    "a-question-that-names-one-twice": ask("E41", "malformed", digests=[DIGEST, DIGEST]),
    "a-question-with-an-address-in-it": ask("E41", "malformed", digests=[KEY]),
    "a-question-with-a-digest-in-capitals": ask("E41", "malformed", digests=[DIGEST.upper()]),
    "a-question-with-a-short-digest": ask("E41", "malformed", digests=[DIGEST[:63]]),
    "a-question-with-a-number-for-a-digest": ask("E41", "malformed", digests=[17]),
    "a-question-whose-digests-are-one-text": ask("E41", "malformed", digests=DIGEST),
    "a-question-about-keys-of-version-1": ask("E34", "unknown_key_version", key_version=1),
    "a-question-about-keys-of-no-version": ask("E41", "malformed", key_version="2"),
    "a-question-with-a-field-more": ask("E41", "malformed", address=KEY),
    "a-question-with-an-id-of-version-1": ask(
        "E41", "malformed", id="5b1ff2ae-6d2b-1d0e-9c1a-1f0d3a17c017"
    ),
    "a-question-with-an-id-in-capitals": ask("E41", "malformed", id=ASK_ID.upper()),
    "a-question-of-version-2": ask("E41", "malformed", v=2),
    "a-genuine-answer": answer("E35"),
    "an-answer-that-knows-nothing": told("E38", None, {"v": 1, "known": []}),
    "an-answer-of-version-2": told("E36", "body_unknown_version", ANSWER | {"v": 2}),
    "an-answer-that-is-a-list": told("E36", "body_not_an_object", [ANSWER]),
    "an-answer-without-its-list": told("E36", "body_missing_field", {"v": 1}),
    "an-answer-with-a-field-more": told("E36", "body_unknown_field", ANSWER | {"unknown": 1}),
    "an-answer-about-what-was-not-asked": answer("E36", "body_bad_value", digest="0" * 64),
    "an-answer-that-knows-one-twice": told(
        "E36",
        "body_bad_value",
        {"v": 1, "known": [KNOWN, KNOWN | {"reference": OTHER_REFERENCE}]},
    ),
    "an-answer-with-one-reference-for-two": told(
        "E36", "body_bad_value", {"v": 1, "known": [KNOWN, KNOWN | {"digest": OTHER}]}
    ),
    "an-answer-about-more-than-was-asked": told(
        "E36", "body_too_long", {"v": 1, "known": [KNOWN] * 3}
    ),
    "an-answer-that-says-national": answer("E36", "body_bad_value", legal_class="national"),
    "an-answer-in-a-class-that-is-none": answer("E36", "body_bad_value", legal_class="bad"),
    "an-answer-with-a-person": answer("E36", "body_unknown_field", assessor="17"),
    "an-answer-with-an-address": answer("E36", "body_unknown_field", address=KEY),
    "an-answer-from-tomorrow": answer(
        "E36", "body_bad_value", assessed_at="2026-03-03T09:00:00+00:00"
    ),
    "an-answer-without-an-offset": answer(
        "E36", "body_not_an_instant", assessed_at="2026-03-02T08:00:00"
    ),
    "an-answer-with-an-endless-scheme": answer("E36", "body_too_long", scheme="x" * 41),
    "an-answer-with-no-scheme": answer("E36", "body_bad_value", scheme=""),
    "an-answer-in-an-availability-that-is-none": answer(
        "E36", "body_bad_value", availability="somewhere"
    ),
    "an-answer-with-a-reference-that-tells-the-time": answer(
        "E36", "body_bad_value", reference="019cadc6-9a80-7000-87ab-3c525e33e75b"
    ),
    "an-answer-with-a-country-in-small-letters": answer(
        "E36", "body_bad_value", jurisdiction="se"
    ),
    "a-genuine-withdrawal": withdrawn("E46", None, {"v": 1}),
    "a-withdrawal-of-version-2": withdrawn("E46", "body_unknown_version", {"v": 2}),
    "a-withdrawal-with-a-reason": withdrawn("E46", "body_unknown_field", {"v": 1, "why": "17"}),
    "a-withdrawal-that-is-a-list": withdrawn("E46", "body_not_an_object", [1]),
}


def made() -> dict[str, str]:
    """Return every file's name and text."""
    named = {name: {"name": name} | vector for name, vector in VECTORS.items()}
    return texts_of(named, is_sorted=False)


if __name__ == "__main__":
    write(FOLDER, made())
