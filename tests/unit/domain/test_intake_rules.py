# SPDX-License-Identifier: Apache-2.0
"""Answers survive their journey, foreign bytes are refused, and pictures in letters are seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.intake.rules import (
    Answers,
    AnswersError,
    PublicState,
    public_state_of,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(
    st.builds(
        Answers,
        kind=TEXT,
        addresses=st.lists(TEXT, max_size=5).map(tuple),
        app=TEXT,
        seen=TEXT,
        words=TEXT,
        where=TEXT,
        when=TEXT,
        contact=TEXT,
        has_police_consent=st.booleans(),
        language=TEXT,
    )
)
def test_answers_come_back_as_they_were_sealed(answers):
    assert Answers.from_payload(answers.to_payload()) == answers


@given(st.binary(max_size=400))
def test_foreign_bytes_raise_nothing_but_our_error(payload):
    try:
        Answers.from_payload(payload)
    except AnswersError:
        pass


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b"{}",
        b'{"v":2}',
        b'{"v":1,"addresses":"x"}',
        b'{"v":1,"addresses":[1]}',
        b'{"v":1,"words":5}',
        b"[" * 100_000,
    ],
)
def test_a_payload_that_is_not_ours_is_refused(payload):
    with pytest.raises(AnswersError):
        Answers.from_payload(payload)


@pytest.mark.parametrize(
    ("stages", "state"),
    [
        ([], PublicState.RECEIVED),
        (["received", "received"], PublicState.RECEIVED),
        (["received", "closed"], PublicState.ASSESSING),
        (["assessed", "working"], PublicState.WORKING),
        (["working", "closed"], PublicState.WORKING),
        (["closed", "closed"], PublicState.CLOSED),
    ],
)
def test_a_reporter_is_told_the_least_advanced_truth(stages, state):
    assert public_state_of(stages) is state
