# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/law: genuine bodies of events about law, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_law` writes them; the same every time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.vectors.writing import texts_of, write

FOLDER = Path(__file__).resolve().parent / "law"
TODAY = "2026-03-02"
ANSWER = "9f0e8ad1-3c52-4b7e-8a60-5d1c2b3a4f17"
OTHER = "9f0e8ad1-3c52-4b7e-8a60-5d1c2b3a4f18"
DISPUTE = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017"
PICTURE = "data:image/png;base64,AAAA"
ASSESSED: dict[str, Any] = {
    "v": 1,
    "id": ANSWER,
    "member": "SE",
    "criterion": "L04",
    "value": "yes",
    "number": None,
    "is_unlimited": False,
    "law": "Penal Code",
    "article": "16:10a",
    "in_force_from": "2010-07-01",
    "in_force_to": None,
    "source": "https://law.example/16/10a",
    "quote_hash": "",
    "reason": "",
    "note": "",
    "is_weakest_part": False,
    "assessed_on": "2026-03-01",
    "supersedes": None,
}
REVIEWED: dict[str, Any] = {
    "v": 1,
    "id": OTHER,
    "answer": ANSWER,
    "about": "SE",
    "by": "NO",
    "verdict": "agrees",
    "note": "",
    "on": "2026-03-02",
}
DISPUTED: dict[str, Any] = {
    "v": 1,
    "id": DISPUTE,
    "step": "filed",
    "dispute": DISPUTE,
    "answer": ANSWER,
    "about": "SE",
    "by": "FI",
    "text": "The court of appeal read it otherwise.",
    "source": "https://court.example/17",
    "on": "2026-03-02",
}
REPLIED = DISPUTED | {"id": OTHER, "step": "answered", "by": "SE", "source": ""}


def _made(kind: str, error: str | None, body: Any) -> dict[str, Any]:
    given = {"kind": kind, "today": TODAY, "body": body}
    return {"given": given, "expected_error": error}


def assessed(error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of `law.assessed` with these fields changed, and the error that it is refused with."""
    return _made("law.assessed", error, ASSESSED | changes)


def reviewed(error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of `law.reviewed` with these fields changed."""
    return _made("law.reviewed", error, REVIEWED | changes)


def disputed(error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of `law.disputed` with these fields changed."""
    return _made("law.disputed", error, DISPUTED | changes)


def replied(error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a reply to a dispute with these fields changed."""
    return _made("law.disputed", error, REPLIED | changes)


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    """Return a body that lacks a field."""
    return {name: value for name, value in body.items() if name != field}


VECTORS: dict[str, dict[str, Any]] = {
    "a-genuine-assessment": assessed(),
    "an-assessment-of-no": assessed(value="no", law="", article="", source=""),
    "an-assessment-of-a-part": assessed(criterion="L25.remove", number=24),
    "an-assessment-without-limit": assessed(criterion="L16", is_unlimited=True),
    "an-assessment-partly": assessed(value="partly", reason="Only with intent."),
    "an-assessment-of-the-weakest-part": assessed(is_weakest_part=True, note="One canton."),
    "an-assessment-that-replaces-another": assessed(supersedes=OTHER),
    "an-assessment-that-is-a-list": _made("law.assessed", "body_not_an_object", [ASSESSED]),
    "an-assessment-of-version-2": assessed("body_unknown_version", v=2),
    "an-assessment-whose-version-is-yes": assessed("body_unknown_version", v=True),
    "an-assessment-without-a-version": _made(
        "law.assessed", "body_unknown_version", without(ASSESSED, "v")
    ),
    "an-assessment-with-a-person": assessed("body_unknown_field", assessed_by="17"),
    "an-assessment-without-its-article-field": _made(
        "law.assessed", "body_missing_field", without(ASSESSED, "article")
    ),
    "an-assessment-whose-article-is-empty": assessed("article_missing", article=""),
    "an-assessment-without-a-source": assessed("source_missing", source=""),
    "an-assessment-whose-source-is-no-address": assessed("no_address", source="a book"),
    "an-assessment-of-no-criterion": assessed("unknown_criterion", criterion="L99"),
    "an-assessment-of-a-whole-that-has-parts": assessed("unknown_criterion", criterion="L25"),
    "an-assessment-of-a-value-that-is-none": assessed("body_bad_value", value="maybe"),
    "an-assessment-partly-without-a-reason": assessed("reason_missing", value="partly"),
    "an-assessment-of-a-weakest-part-without-a-note": assessed(
        "note_missing", is_weakest_part=True
    ),
    "an-assessment-with-a-number-as-text": assessed(
        "body_wrong_type", criterion="L02", number="18"
    ),
    "an-assessment-with-yes-for-a-number": assessed(
        "body_wrong_type", criterion="L02", number=True
    ),
    "an-assessment-with-a-number-nobody-asked-for": assessed("number_not_asked", number=18),
    "an-assessment-with-a-number-out-of-range": assessed(
        "number_out_of_range", criterion="L02", number=99
    ),
    "an-assessment-without-its-number": assessed("number_missing", criterion="L02"),
    "an-assessment-of-yes-below-eighteen": assessed(
        "number_too_small_for_yes", criterion="L02", number=16
    ),
    "an-assessment-of-a-country-in-small-letters": assessed("body_bad_value", member="se"),
    "an-assessment-of-a-country-with-a-figure": assessed("body_bad_value", member="S1"),
    "an-assessment-whose-id-is-in-capitals": assessed("body_bad_value", id=ANSWER.upper()),
    "an-assessment-whose-day-is-none": assessed("body_bad_value", in_force_from="2026-02-30"),
    "an-assessment-whose-day-is-an-instant": assessed(
        "body_too_long", in_force_from="2026-02-03T00:00:00+00:00"
    ),
    "an-assessment-that-ends-before-it-begins": assessed(
        "ends_before_it_begins", in_force_to="2010-06-30"
    ),
    "an-assessment-of-tomorrow": assessed("assessed_later", assessed_on="2026-03-03"),
    "an-assessment-with-an-endless-note": assessed("body_too_long", note="x" * 1001),
    "an-assessment-with-a-picture-in-its-note": assessed("body_holds_a_file", note=PICTURE),
    "an-assessment-with-a-short-digest": assessed("no_digest", quote_hash="abc"),
    "a-genuine-review": reviewed(),
    "a-review-that-differs": reviewed(verdict="differs", note="Article 10b says otherwise."),
    "a-review-that-differs-without-saying-why": reviewed("body_bad_value", verdict="differs"),
    "a-review-by-the-country-itself": reviewed("body_bad_value", by="SE"),
    "a-review-of-a-verdict-that-is-none": reviewed("body_bad_value", verdict="perhaps"),
    "a-review-with-a-field-more": reviewed("body_unknown_field", score=5),
    "a-review-with-a-picture-in-its-note": reviewed("body_holds_a_file", note=PICTURE),
    "a-genuine-dispute": disputed(),
    "a-dispute-by-the-country-itself": disputed("body_bad_value", by="SE"),
    "a-dispute-without-a-text": disputed("body_bad_value", text=""),
    "a-dispute-without-a-source": disputed("body_bad_value", source=""),
    "a-dispute-that-says-it-is-another": disputed("body_bad_value", dispute=OTHER),
    "a-dispute-of-a-step-that-is-none": disputed("body_bad_value", step="closed"),
    "a-dispute-that-is-a-text": _made("law.disputed", "body_not_an_object", "no"),
    "a-genuine-reply": replied(),
    "a-reply-by-somebody-else": replied("body_bad_value", by="NO"),
    "a-reply-that-is-its-own-dispute": replied("body_bad_value", dispute=OTHER),
    "a-reply-with-an-endless-text": replied("body_too_long", text="x" * 1001),
}


def made() -> dict[str, str]:
    """Return every file's name and text."""
    named = {name: {"name": name} | vector for name, vector in VECTORS.items()}
    return texts_of(named, is_sorted=False)


if __name__ == "__main__":
    write(FOLDER, made())
