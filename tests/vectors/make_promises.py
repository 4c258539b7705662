# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/promises: genuine bodies of promises and political acts, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_promises` writes them; the same every time.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.vectors.writing import texts_of, write

FOLDER = Path(__file__).resolve().parent / "promises"
AT, LATER = "2026-03-02T09:00:00+00:00", "2026-03-09T09:00:00+00:00"
SUCCESSOR = "9f0e8ad1-3c52-4b7e-8a60-5d1c2b3a4f17"


def step(kind: str, at: str = AT, **more: Any) -> dict[str, Any]:
    """Return a step as it travels."""
    office = "National police" if kind in {"confirmed", "declined"} else "Ministry of Justice"
    empty = {"kind": kind, "at": at, "office": office, "reason": "", "day": None}
    return {**empty, "successor": None, **more}


TERMS: dict[str, Any] = {
    "target": 4,
    "goal": "G4.2",
    "title": {"en": "Faster removal", "da": "Hurtigere fjernelse"},
    "text": {"en": "Confirmed item 17\ngoes sooner.", "da": "Bekræftet genstand 17 fjernes før."},
    "office": "Ministry of Justice",
    "measure": {
        "kind": "indicator",
        "indicator": "R05",
        "measure": "median_hours",
        "direction": "down",
        "baseline": "90.5",
        "baseline_on": "2026-01-31",
        "aim": "48",
    },
    "start": "2026-01-01",
    "due": "2026-12-31",
}
BODY: dict[str, Any] = {
    "v": 1,
    "member": "SE",
    "number": 5,
    "state": "in_progress",
    "terms": TERMS,
    "steps": [step("proposed"), step("adopted"), step("started", day="2026-03-01")],
    "resources": [
        {"kind": "promised", "amount": "1200000", "currency": "SEK", "year": 2026, "note": "", "at": AT}
    ],
    "evidence": [
        {"kind": "value", "as_of": "2026-03-01", "value": "80", "title": "R05", "source": "", "at": AT}
    ],
}  # fmt: skip
ACT: dict[str, Any] = {
    "v": 1,
    "member": "SE",
    "kind": "budget",
    "day": "2026-02-01",
    "title": {"en": "Budget line 17", "sv": "Budgetpost 17"},
    "text": {"en": "Money for the desk.", "sv": "Pengar till disken."},
    "source_title": "Finance act",
    "source": "https://law.example/17",
    "amount": "5000000",
    "currency": "SEK",
    "corrects": None,
    "at": AT,
}
THING = {"kind": "deliverable", "what": {"en": "A law."}, "today": {"en": "There is none."}}


def commitment(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a body with these fields changed, and the error that it ends with."""
    return _given("commitment.stated", sentence, error, deepcopy(BODY) | changes)


def terms(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a body whose terms have these fields changed."""
    return commitment(sentence, error, terms=deepcopy(TERMS) | changes)


def measure(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a body whose measure has these fields changed."""
    return terms(sentence, error, measure=TERMS["measure"] | changes)


def steps(sentence: str, error: str | None, state: str, *more: dict[str, Any]) -> dict[str, Any]:
    """Return a body in a state, with these steps behind those of a promise that is worked at."""
    return commitment(sentence, error, state=state, number=9, steps=[*BODY["steps"], *more])


def act(sentence: str, error: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of an act with these fields changed."""
    return _given("political_act.stated", sentence, error, ACT | changes)


def _given(kind: str, sentence: str, error: str | None, body: Any) -> dict[str, Any]:
    return {"sentence": sentence, "given": {"kind": kind, "body": body}, "expected_error": error}


def without(name: str) -> dict[str, Any]:
    """Return a body that lacks a field."""
    body = {key: value for key, value in BODY.items() if key != name}
    return _given("commitment.stated", "C2", "bad_body", body)


BAD = "bad_body"
VECTORS: dict[str, dict[str, Any]] = {
    "a-promise-in-progress": commitment("C2"),
    "a-promise-of-a-thing": terms("C2", measure=THING),
    "a-promise-under-no-goal": terms("C2", goal=""),
    "a-promise-that-was-kept": steps(
        "C4", None, "achieved", step("claimed"), step("confirmed", LATER)
    ),
    "a-promise-that-was-withdrawn": steps(
        "C4", None, "withdrawn", step("withdrawn", reason="No money.")
    ),
    "a-promise-that-was-replaced": steps(
        "C10", None, "replaced", step("replaced", successor=SUCCESSOR)
    ),
    "a-promise-with-a-new-day": steps(
        "C4", None, "in_progress", step("redated", day="2027-06-30", reason="It takes longer.")
    ),
    "a-promise-of-version-2": commitment("C2", BAD, v=2),
    "a-promise-whose-version-is-yes": commitment("C2", BAD, v=True),
    "a-promise-that-is-a-list": _given("commitment.stated", "C2", BAD, [BODY]),
    "a-promise-with-a-field-more": commitment("C2", BAD, late=True),
    "a-promise-without-steps": without("steps"),
    "a-promise-without-a-number": without("number"),
    "a-promise-of-a-country-in-small-letters": commitment("C2", BAD, member="se"),
    "a-promise-of-an-international-organisation": commitment("C2", BAD, member="INTL"),
    "a-promise-with-the-number-nought": commitment("C2", BAD, number=0),
    "a-promise-with-fewer-changes-than-steps": commitment("C4", BAD, number=2),
    "a-proposal": commitment("C1", BAD, state="proposed", number=1, steps=[step("proposed")]),
    "a-dropped-proposal": commitment(
        "C1", BAD, state="dropped", steps=[step("proposed"), step("dropped")]
    ),
    "a-promise-whose-steps-lead-elsewhere": commitment("C4", BAD, state="achieved"),
    "a-promise-that-was-never-proposed": commitment("C4", BAD, steps=BODY["steps"][1:]),
    "a-promise-that-was-proposed-twice": steps("C4", BAD, "in_progress", step("proposed")),
    "a-promise-with-no-steps-at-all": commitment("C4", BAD, steps=[]),
    "a-promise-kept-before-it-began": commitment(
        "C4", BAD, state="achieved", steps=[step("proposed"), step("adopted"), step("confirmed")]
    ),
    "a-promise-with-steps-out-of-order": steps(
        "C4", BAD, "in_progress", step("claimed", LATER), step("resources", AT)
    ),
    "a-promise-that-tells-of-edited-words": commitment(
        "C4", BAD, steps=[step("proposed"), step("edited"), *BODY["steps"][1:]]
    ),
    "a-promise-begun-on-no-day": commitment(
        "C4", BAD, steps=[step("proposed"), step("adopted"), step("started")]
    ),
    "a-promise-with-a-step-that-is-none": steps("C4", BAD, "in_progress", step("forgotten")),
    "a-promise-replaced-by-nothing": steps("C10", BAD, "replaced", step("replaced")),
    "a-promise-withdrawn-for-another-one": steps(
        "C10", BAD, "withdrawn", step("withdrawn", successor=SUCCESSOR)
    ),
    "a-promise-without-an-offset": steps(
        "C2", BAD, "in_progress", step("claimed", "2026-03-02T09:00:00")
    ),
    "a-promise-under-a-fifth-target": terms("C2", BAD, target=5, goal=""),
    "a-promise-under-the-goal-of-another-target": terms("C2", BAD, goal="G1.1"),
    "a-promise-due-before-its-start": terms("C2", BAD, due="2025-12-31"),
    "a-promise-due-on-no-day": terms("C2", BAD, due="2026-02-30"),
    "a-promise-without-a-title": terms("C5", BAD, title={}),
    "a-promise-in-five-languages": terms(
        "C5", BAD, title=dict.fromkeys(("da", "de", "en", "fr", "it"), "Title 17")
    ),
    "a-promise-in-a-language-in-capitals": terms("C5", BAD, title={"EN": "Title 17"}),
    "a-promise-with-an-endless-title": terms("C5", BAD, title={"en": "x" * 161}),
    "a-promise-with-a-picture-in-its-text": terms(
        "C5", BAD, text={"en": "iVBORw0KGgo" + "A" * 300}
    ),
    "a-promise-that-turns-the-direction-of-reading": terms("C5", BAD, text={"en": "17 \u202e71"}),
    "a-promise-with-white-space-at-its-end": terms("C5", BAD, text={"en": "Item 17 "}),
    "a-promise-of-an-office-on-two-lines": terms("C5", BAD, office="Ministry\nof Justice"),
    "an-aim-that-is-no-better": measure("C6", BAD, aim="90.5"),
    "an-aim-in-the-wrong-direction": measure("C6", BAD, direction="up"),
    "an-aim-without-a-baseline": measure("C2", BAD, baseline=None),
    "an-aim-with-a-direction-that-is-none": measure("C2", BAD, direction="none"),
    "an-aim-that-is-a-number": measure("C5", BAD, aim=48),
    "an-aim-with-a-zero-at-its-end": measure("C5", BAD, aim="48.0"),
    "an-aim-with-an-exponent": measure("C5", BAD, aim="4.8e1"),
    "an-aim-of-nothing-below-nought": measure("C5", BAD, aim="-0"),
    "a-promise-with-61-pieces-of-evidence": commitment("C5", BAD, evidence=BODY["evidence"] * 61),
    "evidence-of-a-value-without-one": commitment(
        "C2", BAD, evidence=[BODY["evidence"][0] | {"value": None}]
    ),
    "evidence-with-a-source-of-another-scheme": commitment(
        "C2", BAD, evidence=[BODY["evidence"][0] | {"source": "javascript:17"}]
    ),
    "money-in-no-currency": commitment(
        "C2", BAD, resources=[BODY["resources"][0] | {"currency": "kr"}]
    ),
    "money-below-nought": commitment(
        "C2", BAD, resources=[BODY["resources"][0] | {"amount": "-1"}]
    ),
    "an-act": act("C11"),
    "an-act-without-money": act("C11", amount=None, currency=""),
    "a-correction": act("C11", corrects=SUCCESSOR),
    "an-act-of-version-2": act("C11", BAD, v=2),
    "an-act-with-a-field-more": act("C11", BAD, person="17"),
    "an-act-of-a-kind-that-is-none": act("C11", BAD, kind="speech"),
    "an-act-with-money-in-no-currency": act("C11", BAD, currency=""),
    "an-act-with-a-currency-and-no-money": act("C11", BAD, amount=None),
    "an-act-without-a-source": act("C11", BAD, source_title=""),
    "an-act-with-a-source-of-another-scheme": act("C11", BAD, source="http://law.example"),
    "an-act-that-corrects-what-is-no-uuid": act("C11", BAD, corrects="17"),
}


def made() -> dict[str, str]:
    """Return every file's name and text."""
    named = {name: {"name": name} | vector for name, vector in VECTORS.items()}
    return texts_of(named, is_sorted=False)


if __name__ == "__main__":
    write(FOLDER, made())
