# SPDX-License-Identifier: Apache-2.0
"""Bodies of promises and political acts: every genuine vector is read back, every named attack is refused."""

import json

import pytest

from havn.domain.commitments import rules
from tests.vectors import make_promises
from tests.vectors.make_promises import BODY, FOLDER, VECTORS

READERS = {
    "commitment.stated": lambda body: rules.record_body(rules.read_record(body)),
    "political_act.stated": lambda body: rules.act_body(rules.read_act(body)),
}


def test_the_files_are_those_that_are_made():
    lying = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert lying == make_promises.made()


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_every_vector_ends_as_it_says(name):
    """C1 C2 C4 C5 C6 C10 C11"""
    vector = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    given, code = vector["given"], None
    try:
        assert READERS[given["kind"]](given["body"]) == given["body"]
    except rules.CommitmentError as error:
        code = error.code.value
        assert error.detail
    assert code == vector["expected_error"]


def test_vectors_touch_every_field_of_a_body():
    changed = {
        field
        for vector in VECTORS.values()
        if vector["given"]["kind"] == "commitment.stated" and vector["expected_error"]
        for field in BODY
        if isinstance(vector["given"]["body"], dict)
        and vector["given"]["body"].get(field) != BODY[field]
    }
    assert changed == set(BODY)
