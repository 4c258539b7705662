# SPDX-License-Identifier: Apache-2.0
"""The chain against its heads: what is honest is sound, and no later head hides an earlier one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.audit.rules import (
    CHAIN_START,
    Anchor,
    FindingKind,
    SealedEntry,
    Verification,
    next_link,
    verify_chain,
)

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
MOST = 12
places = st.integers(min_value=1, max_value=MOST)
headed = st.lists(places, min_size=1, max_size=6)  # one place may be signed more than once


def linked(actions: list[str]) -> list[SealedEntry]:
    previous, chain = CHAIN_START, []
    for sequence, action in enumerate(actions, start=1):
        at = START + timedelta(seconds=sequence)
        bare = SealedEntry(
            identifier=str(sequence), action=action, actor="system:", organisation="",
            subject_kind="item", subject="", happened_at=at, recorded_at=at, detail_commit=b"",
            sequence=sequence, chain_hash=b"",
        )  # fmt: skip
        previous = next_link(previous, bare, sequence=sequence)
        chain.append(replace(bare, chain_hash=previous))
    return chain


def heads_of(chain: list[SealedEntry], signed: list[int]) -> list[Anchor]:
    return [
        Anchor(place, chain[place - 1].chain_hash, START + timedelta(minutes=number))
        for number, place in enumerate(signed)
    ]


def verified(chain: list[SealedEntry], heads: list[Anchor]) -> Verification:
    return verify_chain(chain, anchors=heads, at=START + timedelta(hours=1))


@given(headed)
def test_an_honest_chain_is_sound_however_often_a_head_was_signed(signed: list[int]) -> None:
    chain = linked(["item.assessed"] * MOST)
    assert verified(chain, heads_of(chain, signed)).is_sound


@given(headed, headed, places, st.booleans())
def test_no_head_signed_again_hides_a_chain_that_was_computed_anew(
    signed: list[int],
    again: list[int],
    changed: int,
    is_again_first: bool,
) -> None:
    true = linked(["item.assessed"] * MOST)
    forged = linked(["item.assessed"] * (changed - 1) + ["item.forged"] * (MOST - changed + 1))
    before, after = heads_of(true, signed), heads_of(forged, again)
    kinds = {
        finding.kind
        for finding in verified(
            forged, after + before if is_again_first else before + after
        ).findings
    }
    caught = {place for place in signed if place >= changed}
    assert (FindingKind.RECOMPUTED in kinds) == bool(caught)
    assert (FindingKind.TWO_HEADS in kinds) == bool(caught & set(again))
