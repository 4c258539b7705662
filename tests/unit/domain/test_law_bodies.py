# SPDX-License-Identifier: Apache-2.0
"""The bodies of events about law: every vector is read as it says, and nothing that is not named is taken. (J2, J3)"""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.legislation import rules
from havn.lib.encoding import uuid4
from tests.vectors import make_law

FILES = sorted(make_law.FOLDER.glob("*.json"))
TODAY = date.fromisoformat(make_law.TODAY)
READERS = {
    "law.assessed": lambda body: rules.read_assessment(body, today=TODAY),
    "law.reviewed": rules.read_review,
    "law.disputed": rules.read_dispute,
}
BUILDERS = {
    "law.assessed": rules.assessment_body,
    "law.reviewed": rules.review_body,
    "law.disputed": rules.dispute_body,
}
GENUINE = [
    ("law.assessed", make_law.ASSESSED), ("law.reviewed", make_law.REVIEWED),
    ("law.disputed", make_law.DISPUTED), ("law.disputed", make_law.REPLIED),
]  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_body_is_read_as_its_vector_says(path):  # J5 to J8, J10, J11
    vector = json.loads(path.read_text(encoding="utf-8"))
    given_ = vector["given"]
    if vector["expected_error"] is None:
        made = READERS[given_["kind"]](given_["body"])
        assert {"v": 1, **BUILDERS[given_["kind"]](made)} == given_["body"]
        return
    with pytest.raises(rules.BodyError) as error:
        READERS[given_["kind"]](given_["body"])
    assert error.value.code == vector["expected_error"]


def test_the_vectors_are_as_they_are_made():
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == make_law.made()


@given(st.sampled_from(GENUINE), st.data())
def test_any_value_in_any_field_is_read_or_refused_and_nothing_else(genuine, data):
    kind, body = genuine
    field = data.draw(st.sampled_from(sorted(body)))
    changed = body | {field: data.draw(JSONS)}
    try:
        made = READERS[kind](changed)
    except rules.BodyError as error:
        assert error.code
    else:
        assert {"v": 1, **BUILDERS[kind](made)} == changed
        assert json.dumps(changed, sort_keys=True) == json.dumps(
            {"v": 1, **BUILDERS[kind](made)}, sort_keys=True
        )


@given(st.sampled_from(sorted(READERS)), JSONS)
def test_anything_at_all_is_refused_with_a_code(kind, body):
    with pytest.raises(rules.BodyError):
        READERS[kind](body)


texts = st.text(max_size=30) | st.sampled_from(
    [" § 235 ", "\0", "https://law.example/1 ", "x" * 400]
)
any_answer = st.builds(
    rules.NewAnswer,
    key=st.sampled_from(sorted(rules.CRITERIA)),
    value=st.sampled_from(list(rules.Value)),
    in_force_from=st.dates(),
    number=st.none() | st.integers(-5, 5000),
    is_unlimited=st.booleans(),
    law=texts,
    article=texts,
    in_force_to=st.none() | st.dates(),
    source_url=st.sampled_from(["", " https://law.example/235", "a book"]),
    quote_hash=st.sampled_from(["", "0" * 64, "abc"]),
    reason=texts,
    note=texts,
    is_weakest_part=st.booleans(),
    assessed_on=st.just(TODAY),
)


@given(any_answer)
def test_what_a_node_may_say_every_node_reads(given_):
    answer = rules.cleaned_answer(given_)
    if rules.faults_of(answer, today=TODAY):
        return
    made = rules.AssessmentBody(uuid4(), "DK", answer)
    assert rules.read_assessment({"v": 1, **rules.assessment_body(made)}, today=TODAY) == made
