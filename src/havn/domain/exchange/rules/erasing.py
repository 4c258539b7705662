# SPDX-License-Identifier: Apache-2.0
"""What a source says when it erased payloads, and how that is read (F51)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.domain.exchange.rules.states import ErasedBecause

MOST_COMMITS = 1024
ERASURE_VERSION = 2  # 2 says why
_COMMIT_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Erasure:
    """Which leaves a source erased the payloads of, and why, where it says so."""

    commits: tuple[str, ...]
    why: ErasedBecause | None = None


def erasure_body(
    commits: Iterable[str], events: Iterable[UUID], *, why: ErasedBecause
) -> dict[str, Any]:
    """Return the body of `payload.erased` in its newest version."""
    return {
        "v": ERASURE_VERSION,
        "commits": list(commits),
        "events": [str(event) for event in events],
        "why": why.value,
    }


def read_erasure(body: Mapping[str, Any]) -> Erasure | None:
    """Return what a body of version 1 or 2 says; None for one that is not in its form.

    A reason that is not known here counts as none: it must not keep anybody from erasing.
    """
    version = body.get("v")
    if type(version) is not int or version < 1:  # W1
        return None
    if set(body) != {"v", "commits", "events", *(["why"] if version > 1 else [])}:  # W9
        return None
    commits, events = body["commits"], body["events"]
    if not _is_list_of(commits, _is_commit) or not _is_list_of(events, _is_event):
        return None
    why = next((each for each in ErasedBecause if each.value == body.get("why")), None)
    return Erasure(tuple(commits), why)


def _is_list_of(values: object, is_one: Callable[[object], bool]) -> bool:
    return isinstance(values, list) and len(values) <= MOST_COMMITS and all(map(is_one, values))


def _is_commit(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= _COMMIT_DIGITS


def _is_event(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
