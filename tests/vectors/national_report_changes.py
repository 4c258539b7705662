# SPDX-License-Identifier: Apache-2.0
"""What is done to a national report that is right, so that it is an attack."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.vectors.national_report_forms import EARLIER, PUBLIC

Change = Callable[[Any], object]
A_FILE = "iVBORw0KGgo" + "Qm9yZGVyMTc" * 20


def nothing(value: Any) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class Attack:
    """One thing done to a report that is right."""

    sentence: str
    error: str | None
    kind: str = "upload"
    part: str = ""
    change: Change = nothing
    head: Change | None = None
    file: Change | None = None
    public: bytes = PUBLIC
    signed_as: str = ""
    start: dict[str, Any] = field(default_factory=dict)


def put(*path: Any, to: Any) -> Change:
    """Return the change that puts a value somewhere."""

    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = deepcopy(to)

    return change


def drop(*path: Any) -> Change:
    """Return the change that takes something out."""

    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return change


def grow(*path: Any, by: Any) -> Change:
    """Return the change that puts something at the end of a list."""

    def change(value: Any) -> None:
        for step in path:
            value = value[step]
        value.append(deepcopy(by(value) if callable(by) else by))

    return change


def all_of(*changes: Change) -> Change:
    """Return the change that does several, one after the other."""

    def change(value: Any) -> None:
        for each in changes:
            each(value)

    return change


def head(sentence: str, error: str | None, change: Change) -> Attack:
    """Return an attack on the head."""
    return Attack(sentence, error, head=change)


def file(sentence: str, error: str | None, change: Change, **more: Any) -> Attack:
    """Return an attack on the whole file."""
    return Attack(sentence, error, file=change, **more)


def figures(sentence: str, error: str | None, change: Change) -> Attack:
    """Return an attack on the figures of R01."""
    return Attack(sentence, error, part="figures/R01", change=change)


def bounds(error: str | None, change: Change) -> Attack:
    """Return an attack on the bounds of the hidden figures of R01."""
    return Attack("N26", error, part="bounds/R01", change=change)


def part(name: str, sentence: str, error: str | None, change: Change) -> Attack:
    """Return an attack on another part."""
    return Attack(sentence, error, part=name, change=change)


def texts(sentence: str, error: str | None, change: Change, **more: Any) -> Attack:
    """Return an attack on proposals."""
    return Attack(sentence, error, kind="texts", change=change, **more)


def event(kind: str, start: Any, sentence: str, error: str | None, change: Change) -> Attack:
    """Return an attack on the body of an event."""
    return Attack(sentence, error, kind=kind, start=start, change=change)


def swap_signature(value: dict[str, Any]) -> None:
    """Change a letter of the signature."""
    start, _, signature = value["head"].rpartition(".")
    letter = "A" if signature[0] != "A" else "B"
    value["head"] = f"{start}.{letter}{signature[1:]}"


def rename_digest(value: dict[str, Any]) -> None:
    """Send a part under another digest."""
    value["parts"]["f" * 64] = value["parts"].pop(min(value["parts"]))


def alter(value: dict[str, Any]) -> None:
    """Change a figure after it was signed."""
    for content in value["parts"].values():
        if "series" in content:
            content["series"][0]["value"] = "1205"


def words(text: str) -> Change:
    """Return the change of the first text."""
    return put("texts", 0, "text", to=text)


LATER = all_of(
    put("version", to="1.1"),
    put("supersedes", to=EARLIER),
    put("correction", to={"kind": "late_facts", "note": {"en": "Later facts."}}),
)
