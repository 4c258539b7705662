# SPDX-License-Identifier: Apache-2.0
"""What a source says when it erased payloads: read in its form, and in no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange import rules
from tests.vectors import make_erasure

FILES = sorted(make_erasure.FOLDER.glob("*.json"))
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_genuine_erasure_names_its_leaves_and_an_attack_erases_nothing(path: Path) -> None:
    """F51 W1 W9"""
    vector = json.loads(path.read_text(encoding="utf-8"))
    body = vector["given"]["body"]
    found = rules.read_erasure(body)
    if vector["expected_error"] is None:
        assert found is not None
        assert found.commits == tuple(body["commits"])
    else:
        assert found is None


def test_the_files_are_those_that_the_script_makes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == make_erasure.made()


@given(st.sampled_from(sorted(make_erasure.NEWER)), JSONS)
def test_whatever_stands_in_a_field_it_is_read_or_refused_and_nothing_else(
    name: str, value: object
) -> None:
    """F51"""
    found = rules.read_erasure(make_erasure.NEWER | {name: value})
    assert found is None or set(found.commits) <= {make_erasure.COMMIT}
