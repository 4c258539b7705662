# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors of docs/protocol/referral.md: one file per named attack, and right bodies in forms.json.

    .venv/bin/python -m tests.vectors.referral.make

Everything in them is fixed, so the files come out the same every time.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from havn.domain.cases.rules import LegalClass
from havn.domain.referral import rules
from tests.support.proofs import made_up_proof
from tests.vectors.writing import texts_of, vectors_of, write

FOLDER = Path(__file__).parent
OWN, SENDER, THIRD = (f"{n * 8}-{n * 4}-4{n * 3}-8{n * 3}-{n * 12}" for n in "123")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFERRAL = rules.Referral(
    why=rules.Why.HOSTED,
    item=rules.Item(address="https://pictures.example/item/17", received_at=AT, told_times=2),
    assessment=rules.Made(
        by=UUID(SENDER),
        legal_class=LegalClass.BASELINE,
        jurisdiction="DK",
        scheme="interpol-baseline",
        scheme_version="1",
        assessed_at=AT,
        labels=("ucs:3:17",),
        age_band="3_13",
        origin="photographic",
    ),
    hosting=rules.Hosting(
        country="SE",
        observed_at=AT,
        addresses=("203.0.113.17",),
        network="203.0.113.0/24",
        network_name="HARBOUR-HOSTING",
        registry_country="SE",
        network_country="SE",
        registry_files="registry files",
        registry_files_date=date(2026, 3, 1),
    ),
    clocks=rules.Clocks(received_at=AT, police_told_at=AT),
    chain=(UUID(SENDER),),
    hold=rules.Hold(since=AT, until=AT),
    personal=rules.Personal(texts={"words": "seen at confirmed item 17"}),
)
BODY = {"v": 1, **rules.body_of(REFERRAL)}
SAID = {
    "received": rules.Said(1, rules.Word.RECEIVED, proof=made_up_proof()),
    "accepted": rules.Said(2, rules.Word.ACCEPTED),
    "declined": rules.Said(2, rules.Word.DECLINED, "not_hosted_here", "DE"),
    "progress": rules.Said(3, rules.Word.PROGRESS, "police_told", node=UUID(OWN)),
    "reappeared": rules.Said(6, rules.Word.REOPENED, "reappeared", node=UUID(OWN)),
    "outcome": rules.Said(5, rules.Word.ENDED, "removed", node=UUID(OWN)),
    "reassigned": rules.Said(
        4, rules.Word.REASSIGNED, country="DE", node=UUID(THIRD), hosting=rules.Hosting("DE")
    ),
    "returned": rules.Said(4, rules.Word.RETURNED, country="DK"),
}
FORMS = {
    "own": OWN,
    "sender": SENDER,
    "referral.sent": BODY,
    "referral.reassessed": [
        {"v": 1, **rules.reassessed_body(2, REFERRAL.assessment)},
        {"v": 1, **rules.reassessed_body(3, None)},
    ],
    "said": [
        {"kind": said.kind.value, "body": {"v": 1, **rules.body_said(said)}}
        for said in SAID.values()
    ],
}
LETTERS = (
    "/9j/" + "4AAQSkZJRgABAQAAAQABAAD" * 60
)  # how a file begins when it is written as letters


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the right body with one value in another way; None of the path's last part takes it away."""
    body = copy.deepcopy(BODY)
    *parents, last = path.split(".")
    part = body
    for name in parents:
        part = part[name]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return body


def bodies() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the attacks on what travels."""
    yield "version-of-tomorrow", "E3", changed("v", 2), "body_unknown_version"
    yield "version-missing", "E3", changed("v", ...), "body_unknown_version"
    yield "field-nobody-knows", "E4", changed("thumbnail", "x"), "body_unknown_field"
    yield "field-nobody-knows-inside", "E4", changed("item.pixels", "x"), "body_unknown_field"
    yield "part-missing", "E2", changed("clocks", ...), "body_missing_field"
    yield "number-as-text", "E4", changed("item.told_times", "2"), "body_wrong_type"
    yield "yes-for-a-number", "E4", changed("step", True), "body_wrong_type"
    yield "part-as-a-list", "E4", changed("item", []), "body_not_an_object"
    yield "address-too-long", "E4", changed("item.address", "https://x.example/" + "a" * 9000), "body_too_long"  # fmt: skip
    yield "address-that-is-none", "E4", changed("item.address", "see confirmed item 17"), "body_not_an_address"  # fmt: skip
    yield "way-in-that-is-no-address", "E4", changed("item.came_from", "http://"), "body_not_an_address"  # fmt: skip
    yield "a-thousand-labels", "E4", changed("assessment.labels", ["ucs:3:17"] * 1000), "body_too_long"  # fmt: skip
    yield "instant-without-an-offset", "E4", changed("clocks.received_at", "2026-03-02T09:00:00"), "body_not_an_instant"  # fmt: skip
    yield "day-that-is-none", "E4", changed("hosting.registry_files_date", "2026-02-31"), "body_not_an_instant"  # fmt: skip
    yield "country-in-small-letters", "E4", changed("hosting.country", "se"), "body_bad_value"
    yield "uuid-in-another-form", "E4", changed("assessment.by", "{" + SENDER[1:-1] + "}"), "body_bad_value"  # fmt: skip
    yield "file-written-as-letters", "E4", changed("item.path", LETTERS[:900]), "body_holds_a_file"
    yield "text-under-another-name", "E15", changed("personal.texts", {"name": "x"}), "body_unknown_field"  # fmt: skip
    yield "hold-with-its-reason", "E14", changed("hold.reason", "a raid"), "body_unknown_field"
    yield "person-who-assessed", "E17", changed("assessment.assessor", THIRD), "body_unknown_field"
    yield "not-illegal", "E7", changed("assessment.legal_class", "not_illegal"), "body_not_confirmed"  # fmt: skip
    yield "self-reported", "E7", changed("assessment.legal_class", "self_reported"), "body_not_confirmed"  # fmt: skip
    yield "chain-of-seventeen", "E6", changed("chain", [SENDER] * 17), "body_too_long"


def senders() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the attacks of who refers, and of the way that an item came."""
    fine = {"own": OWN, "sender": {"node": SENDER, "state": "active"}, "body": BODY}
    yield (
        "referral-to-oneself",
        "E5",
        fine | {"sender": {"node": OWN, "state": "active"}, "body": changed("chain", [OWN])},
        "referral_to_oneself",
    )
    ring = changed("chain", [OWN, SENDER])
    yield "ring-a-b-a", "E6", fine | {"body": ring}, "referral_in_a_ring"
    long_ring = changed("chain", [OWN, THIRD, SENDER])
    yield "ring-over-a-third", "E6", fine | {"body": long_ring}, "referral_in_a_ring"
    for name, chain in (
        ("chain-that-is-empty", []),
        ("chain-that-ends-elsewhere", [SENDER, THIRD]),
        ("chain-that-names-a-node-twice", [SENDER, THIRD, SENDER]),
    ):
        yield name, "E6", fine | {"body": changed("chain", chain)}, "referral_chain_broken"
    yield "node-nobody-knows", "E8", fine | {"sender": None}, "unknown_node"
    suspended = {"node": SENDER, "state": "suspended"}
    yield "node-that-is-suspended", "E8", fine | {"sender": suspended}, "suspended_node"


def words() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the attacks on what is said afterwards."""

    def said(kind: str, **fields: Any) -> dict[str, Any]:
        return {"kind": kind, "body": {"v": 1, "step": 2, **fields}}

    answer = {"reason": "", "country": ""}
    yield (
        "acceptance-with-a-reason",
        "E21",
        said("referral.acknowledged", answer="accepted", **(answer | {"reason": "cannot_act"})),
        "body_bad_value",
    )
    yield (
        "answer-that-is-none",
        "E21",
        said("referral.acknowledged", answer="perhaps", **answer),
        "body_bad_value",
    )
    yield (
        "declined-without-a-reason",
        "E21",
        said("referral.acknowledged", answer="declined", **answer),
        "body_bad_value",
    )
    yield (
        "action-nobody-knows",
        "E23",
        said("referral.progress", action="deleted", country="", word_of=OWN),
        "body_bad_value",
    )
    yield (
        "outcome-of-nobody",
        "E24",
        said("referral.outcome", outcome="removed"),
        "body_missing_field",
    )
    yield (
        "reassigned-to-no-country",
        "E26",
        said("referral.reassigned", to=THIRD, country="", hosting=None),
        "body_bad_value",
    )
    yield "step-of-nought", "E32", {
        "kind": "referral.received",
        "body": {"v": 1, "step": 0, "proof": ""},
    }, "body_bad_value"  # fmt: skip
    yield "file-in-the-place-of-the-proof", "E20", {
        "kind": "referral.received",
        "body": {"v": 1, "step": 1, "proof": LETTERS[:900]},
    }, "body_bad_value"  # fmt: skip
    not_illegal = {**rules.assessment_body(REFERRAL.assessment), "legal_class": "undetermined"}
    yield (
        "reassessed-as-undetermined",
        "E28",
        said("referral.reassessed", assessment=not_illegal),
        "body_not_confirmed",
    )


def made() -> dict[str, str]:
    """Return every file's name and text."""
    attacks = [
        *((n, s, {"body": body}, code) for n, s, body, code in bodies()), *senders(), *words(),
    ]  # fmt: skip
    return texts_of(vectors_of(attacks) | {"forms": FORMS})


if __name__ == "__main__":
    write(FOLDER, made())
