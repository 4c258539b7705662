# SPDX-License-Identifier: Apache-2.0
"""Bodies of referrals: what is built is read back, every named attack has its own error, nothing else is taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from havn.domain.cases.rules import LegalClass
from havn.domain.referral import rules
from tests.support.proofs import made_up_proof
from tests.vectors.referral import make

FOLDER = Path(make.__file__).parent
ATTACKS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "forms")
FORMS = json.loads((FOLDER / "forms.json").read_text(encoding="utf-8"))


def take(given_parts: dict[str, Any]) -> str:
    """Read what is given as a node does that stands alone with these vectors; return the error's code."""
    try:
        kind = given_parts.get("kind", "referral.sent")
        if kind == "referral.reassessed":
            rules.read_reassessed(given_parts["body"])
        elif kind != "referral.sent":
            rules.read_said(rules.Kind(kind), given_parts["body"])
        else:
            return refusal(rules.read_referral(given_parts["body"]), given_parts)
    except rules.BodyError as error:
        assert error.field
        return error.code
    return ""


def refusal(content: rules.Referral, given_parts: dict[str, Any]) -> str:
    if "own" not in given_parts:
        return ""
    who = given_parts["sender"]
    sender = (
        rules.Known(UUID(who["node"]), "DK", is_active=who["state"] == "active") if who else None
    )
    found = rules.refusal_to_take(sender=sender, own=UUID(given_parts["own"]), chain=content.chain)
    return found.value if found else ""


@pytest.mark.parametrize("name", ATTACKS)
def test_every_named_attack_is_refused_with_its_own_error(name):
    """E2 E3 E4 E5 E6 E7 E8 E14 E15 E17 E21 E23 E24 E26 E28 E32"""
    vector = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert vector["name"] == name
    assert take(vector["given"]) == vector["expected_error"]


def test_the_vectors_are_those_that_the_script_makes():
    made = make.made()
    assert {path.name for path in FOLDER.glob("*.json")} == set(made)
    for name, text in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text


def test_each_sentence_that_an_attack_breaks_is_in_the_document():
    document = (FOLDER.parents[2] / "docs/protocol/referral.md").read_text(encoding="utf-8")
    for name in ATTACKS:
        vector = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert f"**{vector['sentence']}**" in document
        code = vector["expected_error"]
        assert f"`{code}`" in document, code


def test_right_bodies_are_taken_and_come_out_as_they_went_in():
    """E2 E20 E21 E23 E24 E26 E27"""
    body = FORMS["referral.sent"]
    assert {"v": 1, **rules.body_of(rules.read_referral(body))} == body
    for each in FORMS["said"]:
        said = rules.read_said(rules.Kind(each["kind"]), each["body"])
        assert {"v": 1, **rules.body_said(said)} == each["body"]
    for each in FORMS["referral.reassessed"]:
        number, made = rules.read_reassessed(each)
        assert {"v": 1, **rules.reassessed_body(number, made)} == each


@pytest.mark.parametrize("position", range(9))
def test_a_receipt_may_hold_a_proof_although_its_hashes_are_letters_in_one_piece(position):
    """E20: found by the simulator, where receipts from logs of some size were refused as files."""
    body = {"v": 1, "step": 1, "proof": made_up_proof(position=position)}
    said = rules.read_said(rules.Kind.RECEIVED, body)
    assert {"v": 1, **rules.body_said(said)} == body


INSTANTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)  # fmt: skip
WORDS = st.text("abc æøå\n", max_size=40)
REFERRALS = st.builds(
    rules.Referral,
    why=st.sampled_from(list(rules.Why)),
    item=st.builds(
        rules.Item,
        address=st.just("https://pictures.example/item/17"),
        received_at=INSTANTS,
        told_times=st.integers(1, 999),
        came_from=st.sampled_from(["", "https://other.example/"]),
        path=WORDS,
    ),
    assessment=st.builds(
        rules.Made,
        by=st.uuids(version=4),
        legal_class=st.sampled_from([LegalClass.BASELINE, LegalClass.NATIONAL]),
        jurisdiction=st.sampled_from(["DK", "SE"]),
        scheme=st.just("interpol-baseline"),
        scheme_version=st.just("1"),
        assessed_at=INSTANTS,
        labels=st.lists(st.just("ucs:3:17"), max_size=3).map(tuple),
    ),
    hosting=st.builds(
        rules.Hosting,
        country=st.sampled_from(["SE", "DE"]),
        observed_at=st.none() | INSTANTS,
        network_name=WORDS,
        registry_files_date=st.none() | st.dates(),
    ),
    clocks=st.builds(
        rules.Clocks,
        received_at=INSTANTS,
        police_told_at=st.none() | INSTANTS,
        provider_told_at=st.none() | INSTANTS,
        removed_at=st.none() | INSTANTS,
    ),
    chain=st.lists(st.uuids(version=4), max_size=16, unique=True).map(tuple),
    hold=st.none() | st.builds(rules.Hold, since=INSTANTS, until=INSTANTS),
    personal=st.none()
    | st.builds(
        rules.Personal,
        texts=st.dictionaries(st.sampled_from(sorted(rules.TEXT_NAMES)), WORDS),
        contact=st.dictionaries(st.just("reach"), WORDS),
    ),
    step=st.integers(1, 99),
)


@given(REFERRALS)
def test_what_is_built_is_read_back_the_same(referral):
    """E2"""
    body = json.loads(json.dumps({"v": 1, **rules.body_of(referral)}))
    assert rules.read_referral(body) == referral


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(JSON)
def test_whatever_else_arrives_is_refused_and_never_crashes(thing):
    """E4"""
    for kind in rules.Kind:
        assert take({"kind": kind.value, "body": thing}).startswith("body_")


@given(part=st.sampled_from(sorted(FORMS["referral.sent"])), thing=JSON)
@example(part="step", thing=2)
def test_no_part_of_a_body_takes_what_it_must_not(part, thing):
    """E4"""
    code = take({"body": {**FORMS["referral.sent"], part: thing}})
    is_step = part == "step" and type(thing) is int and thing > 0
    assert code.startswith("body_") or thing in (None, 1, []) or is_step
