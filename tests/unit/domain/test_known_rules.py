# SPDX-License-Identifier: Apache-2.0
"""Questions about known addresses: every vector is read, or refused with its own error (E33 to E46); limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.cases.services._telling import digest_of
from havn.domain.referral import rules
from havn.domain.referral.rules import BodyError, KnownMessageError
from havn.lib.encoding import KEY_VERSION, parse_address
from tests.vectors import make_known

FILES = sorted(make_known.FOLDER.glob("*.json"))
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def read(given: dict[str, Any]) -> object:
    document = given["document"]
    if given["kind"] == "ask":
        return rules.read_known_ask(document)
    if given["kind"] == "withdrawn":
        return rules.read_known_withdrawn(document)
    ask, at = rules.read_known_ask(given["ask"]), datetime.fromisoformat(given["now"])
    return rules.read_known_answer(document, ask=ask, at=at)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_vector_is_read_or_refused_with_its_own_error(path: Path) -> None:
    """E33 E34 E35 E36 E38 E41 E46"""
    vector = json.loads(path.read_text(encoding="utf-8"))
    given = vector["given"]
    if given["kind"] == "key":
        address = parse_address(given["address"])
        assert (address.key, digest_of(address)) == (vector["key"], vector["digest"])
        assert address.key_version == KEY_VERSION == make_known.ASK["key_version"]
    elif vector["expected_error"] is None:
        read(given)
    else:
        with pytest.raises((KnownMessageError, BodyError)) as refused:
            read(given)
        assert refused.value.code == vector["expected_error"]


def test_the_files_are_those_that_the_script_makes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == make_known.made()


def test_what_is_built_is_what_is_read() -> None:
    """E33 E35"""
    ask = rules.read_known_ask(make_known.ASK)
    assert rules.known_ask_document(ask) == make_known.ASK
    found = rules.read_known_answer(make_known.ANSWER, ask=ask, at=AT)
    assert rules.known_answer_document(found) == make_known.ANSWER


@given(JSONS | st.fixed_dictionaries(dict.fromkeys(make_known.ASK, JSONS)))
def test_whatever_is_asked_is_read_or_refused(document: object) -> None:
    """E41"""
    try:
        found = rules.read_known_ask(document)
    except KnownMessageError as error:
        assert error.sentence
    else:
        assert rules.known_ask_document(found) == document


@given(st.sampled_from(sorted(make_known.KNOWN)), JSONS)
def test_whatever_is_told_is_read_or_refused(name: str, value: object) -> None:
    """E36"""
    ask = rules.read_known_ask(make_known.ASK)
    document = {"v": 1, "known": [make_known.KNOWN | {name: value}]}
    try:
        (found,) = rules.read_known_answer(document, ask=ask, at=AT)
    except BodyError as error:
        assert error.code.startswith("body_")
    else:
        assert found.digest in ask.digests


def test_what_is_told_shows_what_was_assessed() -> None:
    """E37"""
    assert {str(each) for each in rules.TOLD_WHILE} == {
        "unknown",
        "up",
        "unclear",
        "unavailable",
        "reappeared",
    }
