# SPDX-License-Identifier: Apache-2.0
"""National reports against their vectors: what is right is read as it was written, each attack by its code."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from havn.lib import feed, wire
from havn.lib.encoding import canonical_json, from_b64u, strict_json
from havn.lib.signing import key_id
from tests.architecture.source import ROOT
from tests.vectors import make_national_report as made
from tests.vectors.national_report_forms import HEAD, NODE, PARTS, PRIVATE, PUBLIC, REPORT
from tests.vectors.provisional_figures_attacks import PIECE
from tests.vectors.writing import texts_of

AT = datetime(2027, 3, 5, tzinfo=UTC)
VECTORS = [
    json.loads(path.read_text(encoding="utf-8")) for path in sorted(made.FOLDER.glob("*.json"))
]
DOCUMENT = (ROOT / "docs/protocol/national-report.md").read_text(encoding="utf-8")


def read(given):
    match given["kind"]:
        case "upload":
            public = from_b64u(given["public"])
            content = json.dumps(given["file"]).encode()
            return wire.read_upload(content, public_of=lambda _key, _member: public, at=AT)
        case "texts":
            return wire.read_texts(given["token"], public=from_b64u(given["public"]))
        case "provisional":
            return wire.read_provisional(given["body"], at=AT)
        case kind:
            return wire.read_event(kind, given["body"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["name"])
def test_a_vector_ends_as_its_file_says(vector):
    code = None
    try:
        read(vector["given"])
    except wire.NationalReportError as error:
        code = error.code
        assert all(fault.sentence and fault.place in fault.sentence for fault in error.faults)
    assert code == vector["expected_error"]
    assert re.search(rf"^- \*\*{vector['sentence']}\*\* ", DOCUMENT, re.MULTILINE)


def test_there_are_more_than_sixty_attacks():
    assert sum(vector["expected_error"] is not None for vector in VECTORS) >= 60


def test_the_files_are_those_that_are_made():
    texts = texts_of(made.vectors(), indent=1)
    found = {path.name: path.read_text(encoding="utf-8") for path in made.FOLDER.glob("*.json")}
    assert found == texts


def test_the_published_schema_is_the_one_in_force():
    assert made.SCHEMA_FILE.read_text(encoding="utf-8") == made.schema_text()


def test_the_schema_takes_a_file_that_is_right_and_lets_nothing_else_in():
    validator = Draft202012Validator(wire.SCHEMA)
    Draft202012Validator.check_schema(wire.SCHEMA)
    right = next(vector for vector in VECTORS if vector["name"] == "a stated report")
    assert validator.is_valid(right["given"]["file"])
    assert not validator.is_valid(right["given"]["file"] | {"more": 1})


def objects(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


def test_no_object_of_the_schema_takes_what_it_does_not_name():
    open_ones = [each for each in objects(wire.SCHEMA) if "additionalProperties" not in each]
    assert open_ones == [{"type": "object"}]  # an event's content, which is read by its name


def strings_and_lists(schema):
    if isinstance(schema, dict):
        if schema.get("type") in {"string", "array"}:
            yield schema
        for each in schema.values():
            yield from strings_and_lists(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from strings_and_lists(each)


def test_every_text_and_list_of_the_schema_is_bounded():
    for each in strings_and_lists(wire.SCHEMA):
        assert "maxLength" in each or "maxItems" in each, each


def test_every_code_is_named_in_the_document():
    assert sorted(code for code in wire.FAULT_SENTENCES if f"`{code}`" not in DOCUMENT) == []


def test_every_code_but_those_of_the_envelope_is_reached_by_an_attack():
    reached = {vector["expected_error"] for vector in VECTORS}
    assert set(wire.FAULT_SENTENCES) - reached <= {"not_json", "too_large", "unknown_key"}


def test_every_sentence_says_what_to_do():
    for sentence in wire.FAULT_SENTENCES.values():
        assert sentence.startswith("{place}: ")
        assert re.search(r"\. [A-Z]|, a stated one|belong to|names what|names its", sentence), (
            sentence
        )


def test_a_head_is_read_as_it_was_written():  # N1
    parts = [wire.write_part(name, content) for name, content in PARTS.items()]
    head = wire.Head(
        report=UUID(REPORT),
        member="XA",
        node=None,
        year="2026",
        basis="stated",
        as_of=datetime(2027, 1, 31, tzinfo=UTC),
        parts=tuple(wire.PartLine.of(part) for part in parts),
        released_by=(
            wire.Release("National rapporteur", date(2027, 3, 1)),
            wire.Release("Minister of Justice", date(2027, 3, 2)),
        ),
        confirmations=(wire.Confirmation("law", "Ministry of Justice", date(2027, 2, 20)),),
        languages=("en", "da"),
    )
    assert head.as_value() == HEAD | {"parts": [each | {} for each in head.as_value()["parts"]]}
    token = wire.sign_head(head, PRIVATE, key_id=key_id(PUBLIC))
    assert wire.claimed_head(token) == head
    upload = wire.write_upload(token, parts)
    report = wire.read_upload(upload, public_of=lambda key, _: {key_id(PUBLIC): PUBLIC}[key])
    assert report.head == head
    assert report.parts == PARTS


def test_figures_are_read_as_they_were_written():
    figures = [
        wire.Figure(
            period="2026", measure="share", value=Decimal("12.50"), numerator=-1, denominator=8
        ),
        wire.Figure(
            period="2025", measure="share", breakdown="a;b", code="X;Y", status="Q", low=0, high=4
        ),
        wire.Figure(
            period="2025",
            measure="share",
            lower_bound=Decimal("1E+3"),
            n_censored=3,
            source="Register",
        ),
    ]
    part = wire.write_part("figures/V02", wire.figures_part("V02", 1, figures))
    read_back = [wire.Figure.of(each) for each in strict_json(part.content)["series"]]
    assert read_back == figures


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.50", "1.5"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("1E+3", "1000"),
        ("0.010", "0.01"),
        ("100", "100"),
    ],
)
def test_a_decimal_has_one_text(number, text):
    assert wire.decimal_text(Decimal(number)) == text


def test_a_decimal_that_is_none_has_no_text():
    with pytest.raises(ValueError, match="finite"):
        wire.decimal_text(Decimal("NaN"))


def test_a_key_that_nobody_registered_is_refused():  # N6
    right = next(vector for vector in VECTORS if vector["name"] == "a stated report")
    content = json.dumps(right["given"]["file"]).encode()
    with pytest.raises(wire.NationalReportError) as caught:
        wire.read_upload(content, public_of=lambda _key, _member: None)
    assert caught.value.code == "unknown_key"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"v":1,"v":1}', "not_json"),
        (b"[" * 40, "not_json"),
        (b"\xff", "not_json"),
        (b"[]", "not_an_object"),
        (b'"' + b"x" * wire.MOST_UPLOAD_BYTES + b'"', "too_large"),
    ],
)
def test_bytes_that_are_no_file_are_refused(content, code):  # N3, N24
    with pytest.raises(wire.NationalReportError) as caught:
        wire.read_upload(content, public_of=lambda _key, _member: PUBLIC)
    assert caught.value.code == code


def test_a_part_that_is_too_large_is_refused():  # N4
    texts = [
        {"kind": f"note:R{number:02}", "language": "en", "text": "Word. " * 3_000}
        for number in range(20)
    ]
    with pytest.raises(wire.NationalReportError) as caught:
        wire.write_part("texts", {"v": 1, "texts": texts})
    assert caught.value.code == "too_large"


def test_faults_are_listed_together_and_not_without_end():  # N3
    series = [PARTS["figures/R01"]["series"][0] | {"value": "x", "more": 1}] * 200
    with pytest.raises(wire.NationalReportError) as caught:
        wire.write_part("figures/R01", PARTS["figures/R01"] | {"series": series})
    assert len(caught.value.faults) == 100
    assert caught.value.left_out == 300
    assert {fault.code for fault in caught.value.faults} == {"bad_value", "unknown_field"}


def test_a_whole_number_with_a_fraction_is_refused():  # N3
    content = b'{"v":1,"indicator":"R01","definition":2.0,"series":[]}'
    with pytest.raises(wire.NationalReportError) as caught:
        wire.read_part("figures/R01", strict_json(content))
    assert caught.value.code == "wrong_type"


def test_a_computed_report_needs_no_source():  # N8, N12
    head = HEAD | {"basis": "computed", "node": NODE, "log_position": NODE, "parts": []}
    figure = {
        name: each for name, each in PARTS["figures/R01"]["series"][0].items() if name != "source"
    }
    parts = {"figures/R01": PARTS["figures/R01"] | {"series": [figure]}}
    head |= {"parts": made.lines_of(parts), "confirmations": []}
    contents = {made.digest(each): each for each in parts.values()}
    report = wire.read_report(made.signed(head), contents, public=PUBLIC, at=AT)
    assert [(indicator, version) for indicator, version, _ in report.figures()] == [("R01", 2)]
    assert report.head.log_position == UUID(NODE)


def test_an_event_carries_a_part_and_a_receipt_its_code():  # N22, N23
    part = wire.write_part("law", PARTS["law"])
    event = wire.part_event(UUID(REPORT), part)
    assert wire.read_event("part", event) == event
    assert canonical_json(event["content"]) == part.content
    refused = wire.receipt(UUID(REPORT), at=AT, code="digest_differs")
    assert wire.read_event("receipt", refused)["state"] == "refused"
    assert wire.receipt(UUID(REPORT), at=AT)["state"] == "accepted"


def test_a_receipt_holds_as_much_as_a_proof_file_may_have_and_no_more():  # N23, F46
    whole = wire.receipt(UUID(REPORT), at=AT, proof="A" * feed.LONGEST_PROOF)
    assert wire.read_event("receipt", whole)["proof"] == "A" * feed.LONGEST_PROOF
    assert wire.read_event("receipt", wire.receipt(UUID(REPORT), at=AT))["proof"] == ""
    with pytest.raises(wire.NationalReportError, check=lambda error: error.code == "too_long"):
        wire.read_event("receipt", whole | {"proof": whole["proof"] + "A"})


@pytest.mark.parametrize(
    ("code", "is_away"),
    [
        ("_N", True),
        ("_N;_N", True),
        ("web;_N", False),
        ("_N;web", False),
        ("", False),
        ("_U", False),
    ],
)
def test_a_breakdown_is_left_away_only_with_all_of_its_codes(code, is_away):
    """N27"""
    assert wire.is_left_away(code) is is_away


def test_a_piece_of_a_half_year_update_is_read_as_it_was_written():  # N28
    piece = wire.read_provisional(PIECE, at=AT)
    assert piece.as_value() == PIECE
    assert [each.period for each in piece.figures] == ["2026-Q2"] * 3
    assert [each.is_left_away for each in piece.figures] == [False, False, True]


def test_a_piece_holds_no_more_than_an_event_does():  # N30
    cell = PIECE["series"][0] | {"breakdown": "place", "value": "8" * 18}
    many = [cell | {"code": f"{number:064d}"} for number in range(1200)]
    with pytest.raises(wire.NationalReportError) as refused:
        wire.read_provisional(PIECE | {"series": many}, at=AT)
    assert refused.value.code == "too_large"
