# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/vantage: genuine questions and answers, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_vantage` writes them; the same every time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.vectors.writing import texts_of, write

FOLDER = Path(__file__).resolve().parent / "vantage"
ASK_ID = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017"
OTHER_ID = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c018"
ASKED_AT, NOW = "2026-03-02T09:30:00+00:00", "2026-03-02T09:31:00+00:00"
ADDRESS = "https://pictures.example/item/17"
ASK: dict[str, Any] = {"v": 1, "id": ASK_ID, "address": ADDRESS, "came_from": None}
SEEN: dict[str, Any] = {
    "status": 200,
    "failure": None,
    "final_host": "pictures.example",
    "redirects": [],
    "headers": {"content-type": "image/jpeg", "etag": '"17"'},
    "method": "HEAD",
    "took_ms": 120,
    "observed_at": "2026-03-02T09:30:30+00:00",
    "country": "SE",
}
ANSWER: dict[str, Any] = {"v": 1, "id": ASK_ID, "state": "seen", "seen": SEEN}


def ask(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a question with these fields changed, and the error that it is refused with."""
    given = {"kind": "ask", "document": ASK | changes}
    return {"sentence": sentence, "given": given, "expected_error": error}


def answer(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return an answer whose observation has these fields changed."""
    return told(sentence, error, ANSWER | {"seen": SEEN | changes})


def told(sentence: str, error: str | None, document: Any) -> dict[str, Any]:
    """Return an answer as it arrives at the asker of `ASK`."""
    given = {
        "kind": "answer",
        "ask": ASK,
        "asked_at": ASKED_AT,
        "now": NOW,
        "document": document,
    }
    return {"sentence": sentence, "given": given, "expected_error": error}


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a message that lacks a field."""
    return {key: value for key, value in document.items() if key != name}


VECTORS: dict[str, dict[str, Any]] = {
    "a-genuine-question": ask("V3"),
    "a-question-with-a-page-before": ask("V4", came_from="https://forum.example/thread/17"),
    "a-question-of-version-2": ask("V2", "unknown_version", v=2),
    "a-question-with-a-field-more": ask("V2", "malformed", priority="high"),
    "a-question-with-an-id-of-version-1": ask(
        "V3", "malformed", id="5b1ff2ae-6d2b-1d0e-9c1a-1f0d3a17c017"
    ),
    "a-question-with-an-id-in-capitals": ask("V3", "malformed", id=ASK_ID.upper()),
    "a-question-about-a-file": ask("V4", "not_http", address="file:///etc/passwd"),
    "a-question-about-ftp": ask("V4", "not_http", address="ftp://pictures.example/item/17"),
    "a-question-without-a-scheme": ask("V4", "not_http", address="pictures.example/item/17"),
    "a-question-with-a-password": ask(
        "V4", "not_http", address="https://name:word@pictures.example/item/17"
    ),
    "a-question-from-a-page-that-is-none": ask("V4", "not_http", came_from="javascript:0"),
    "a-question-about-a-hidden-service": ask(
        "V5", "hidden_service", address="http://" + "a" * 56 + ".onion/item/17"
    ),
    "a-question-about-this-machine": ask(
        "V6", "private_address", address="http://localhost:8000/desk/"
    ),
    "a-question-about-a-loopback-address": ask(
        "V6", "private_address", address="http://127.0.0.1/item/17"
    ),
    "a-question-about-a-number-that-is-loopback": ask(
        "V6", "private_address", address="http://2130706433/item/17"
    ),
    "a-question-about-the-data-of-a-cloud": ask(
        "V6", "private_address", address="http://169.254.169.254/latest/meta-data/"
    ),
    "a-question-about-a-mapped-address": ask(
        "V6", "private_address", address="http://[::ffff:10.0.0.1]/item/17"
    ),
    "a-question-about-a-name-of-one-label": ask(
        "V6", "private_address", address="https://intranet/item/17"
    ),
    "a-question-about-an-internal-name": ask(
        "V6", "private_address", address="https://wiki.corp.internal/item/17"
    ),
    "a-genuine-answer": answer("V10"),
    "an-answer-that-waits": told("V9", None, {"v": 1, "id": ASK_ID, "state": "waiting"}),
    "an-answer-that-refuses": told(
        "V9",
        None,
        {"v": 1, "id": ASK_ID, "state": "refused", "refused": "private_address"},
    ),
    "an-answer-that-refuses-for-a-new-reason": told(
        "V7", None, {"v": 1, "id": ASK_ID, "state": "refused", "refused": "too_cold"}
    ),
    "an-answer-to-another-question": told("V11", "malformed", ANSWER | {"id": OTHER_ID}),
    "an-answer-of-version-2": told("V2", "unknown_version", ANSWER | {"v": 2}),
    "an-answer-in-a-state-that-is-none": told(
        "V9", "malformed", {"v": 1, "id": ASK_ID, "state": "removed"}
    ),
    "an-answer-that-is-a-list": told("V2", "malformed", [ANSWER]),
    "an-answer-with-a-body": answer("V10", "malformed", body="Zm9v"),
    "an-answer-without-a-country": told(
        "V10", "malformed", ANSWER | {"seen": without(SEEN, "country")}
    ),
    "an-answer-with-status-and-failure": answer("V10", "malformed", failure="timeout"),
    "an-answer-with-neither-status-nor-failure": answer("V10", "malformed", status=None),
    "an-answer-with-a-failure-that-is-none": answer(
        "V10", "malformed", status=None, failure="bored"
    ),
    "an-answer-with-a-header-more": answer("V10", "malformed", headers={"set-cookie": "id=17"}),
    "an-answer-with-an-endless-header": answer("V10", "malformed", headers={"etag": "x" * 501}),
    "an-answer-with-a-line-break-in-a-header": answer(
        "V10", "malformed", headers={"server": "a\r\nb: c"}
    ),
    "an-answer-with-endless-redirects": answer("V10", "malformed", redirects=[[302, ADDRESS]] * 7),
    "an-answer-that-ends-at-a-host-it-never-saw": answer(
        "V10", "malformed", final_host="elsewhere.example"
    ),
    "an-answer-from-tomorrow": answer("V12", "malformed", observed_at="2026-03-03T09:30:00+00:00"),
    "an-answer-from-before-the-question": answer(
        "V12", "malformed", observed_at="2026-03-02T09:00:00+00:00"
    ),
    "an-answer-without-an-offset": answer("V10", "malformed", observed_at="2026-03-02T09:30:30"),
}


def made() -> dict[str, str]:
    """Return every file's name and text."""
    named = {name: {"name": name} | vector for name, vector in VECTORS.items()}
    return texts_of(named, is_sorted=False)


if __name__ == "__main__":
    write(FOLDER, made())
