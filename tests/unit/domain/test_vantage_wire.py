# SPDX-License-Identifier: Apache-2.0
"""The messages between vantages: every vector is read, or refused with its own error (V2 to V12)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.takedown import rules
from havn.domain.takedown.rules import AskMessage, LookState, Seen, VantageMessageError
from havn.lib.http import KEPT_HEADERS, is_public_address
from tests.vectors import make_vantage

FILES = sorted(make_vantage.FOLDER.glob("*.json"))
AT = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
URL = make_vantage.ADDRESS


def read_ask(document: object) -> AskMessage:
    return rules.read_ask(document, is_public=is_public_address)


def read(given: dict[str, Any]) -> object:
    if given["kind"] == "ask":
        return read_ask(given["document"])
    return rules.read_answer(
        given["document"],
        ask=read_ask(given["ask"]),
        asked_at=datetime.fromisoformat(given["asked_at"]),
        at=datetime.fromisoformat(given["now"]),
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_vector_is_read_or_refused_with_its_own_error(path: Any) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    if vector["expected_error"] is None:
        assert read(vector["given"])
        return
    with pytest.raises(VantageMessageError) as refused:
        read(vector["given"])
    assert refused.value.code == vector["expected_error"]
    assert refused.value.sentence.endswith(".")


def test_the_files_are_those_that_the_script_makes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == make_vantage.made()


def test_a_question_comes_back_as_it_was_sent() -> None:
    """V3."""
    ask = AskMessage(id=uuid4(), address=URL, came_from="https://forum.example/17")
    assert read_ask(rules.ask_document(ask)) == ask
    assert rules.ask_document(AskMessage(ask.id, URL))["came_from"] is None


def test_a_reason_that_is_not_known_is_not_possible() -> None:
    """V7."""
    told = {"v": 1, "id": make_vantage.ASK_ID, "state": "refused", "refused": "too_cold"}
    ask = read_ask(make_vantage.ASK)
    found = rules.read_answer(told, ask=ask, asked_at=AT, at=AT)
    assert (found.state, found.refused) == (LookState.REFUSED, "not_possible")


TEXTS = st.text(max_size=700)
LOOKS = st.builds(
    Seen,
    url=st.just(URL),
    status=st.integers(100, 599),
    final_url=st.just("https://mirror.example/17"),
    redirects=st.lists(st.tuples(st.sampled_from([301, 302, 307]), TEXTS), max_size=5).map(
        lambda steps: (*steps, (302, "https://mirror.example/17"))
    ),
    headers=st.dictionaries(st.sampled_from([*KEPT_HEADERS, "set-cookie", "x-own"]), TEXTS),
    method=st.sampled_from(["HEAD", "GET"]),
)


@given(LOOKS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=1)))
def test_whatever_a_site_answers_can_be_told_and_read(seen: Seen, took: timedelta) -> None:
    """V10: what a hostile site sends makes no answer that the asker refuses."""
    ask = AskMessage(id=uuid4(), address=URL)
    told = rules.seen_document(seen, observed_at=AT, took=took, country="SE")
    document = json.loads(json.dumps(rules.answer_document(ask.id, LookState.SEEN, seen=told)))
    found = rules.read_answer(document, ask=ask, asked_at=AT, at=AT).found
    assert found is not None
    assert (found.seen.status, found.seen.method) == (seen.status, seen.method)
    assert found.seen.final_url == "https://mirror.example/17"
    assert set(found.seen.headers) <= set(KEPT_HEADERS)


@pytest.mark.parametrize("failure", ["timeout", "no_such_name", "bad_redirect"])
def test_a_look_that_failed_is_told_too(failure: str) -> None:
    ask = AskMessage(id=uuid4(), address=URL, came_from="https://forum.example/17")
    odd = ((302, "::::"),) if failure == "bad_redirect" else ()
    seen = Seen(url=URL, failure=failure, final_url=URL, redirects=odd)
    told = rules.seen_document(seen, observed_at=AT, took=timedelta(0), country="SE")
    document = rules.answer_document(ask.id, LookState.SEEN, seen=told)
    found = rules.read_answer(document, ask=ask, asked_at=AT, at=AT).found
    assert found is not None
    assert (found.seen.failure, found.seen.final_url) == (failure, URL)
    assert found.seen.came_from_sent


def test_the_headers_that_travel_are_those_that_a_look_keeps() -> None:
    """V10, V14."""
    assert set(KEPT_HEADERS) == rules.HEADERS


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
NAMES = st.sampled_from(["v", "id", "address", "came_from", "state", "seen", "refused"])


@given(JSONS | st.dictionaries(NAMES, JSONS | st.just(1) | st.just(make_vantage.ASK_ID)))
def test_anything_else_is_refused_and_nothing_else_raised(document: object) -> None:
    ask = read_ask(make_vantage.ASK)
    for attempt in (
        lambda: read_ask(document),
        lambda: rules.read_answer(document, ask=ask, asked_at=AT, at=AT),
    ):
        try:
            attempt()
        except VantageMessageError as error:
            assert error.code in {"malformed", "unknown_version", "not_http"}


@given(st.sampled_from(sorted(make_vantage.SEEN)), JSONS)
def test_a_field_of_an_answer_may_hold_anything(name: str, value: object) -> None:
    """V11."""
    ask = read_ask(make_vantage.ASK)
    document = make_vantage.ANSWER | {"seen": make_vantage.SEEN | {name: value}}
    try:
        rules.read_answer(document, ask=ask, asked_at=AT, at=AT)
    except VantageMessageError as error:
        assert error.code == "malformed"
