# SPDX-License-Identifier: Apache-2.0
"""How vectors become files: the same text each time, and no file that nothing makes any more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Named = tuple[str, str, dict[str, Any], str | None]


def vectors_of(made: Iterable[Named]) -> dict[str, dict[str, Any]]:
    """Return vectors by name: what is given, the sentence that it is about, and the error that it ends with."""
    every = list(made)
    found = {
        name: {"name": name, "sentence": sentence, "given": given, "expected_error": code}
        for name, sentence, given, code in every
    }
    assert len(found) == len(every), "two vectors of one name"
    return found


def texts_of(
    vectors: Mapping[str, Any], *, indent: int = 2, is_sorted: bool = True
) -> dict[str, str]:
    """Return the text of each vector by the name of its file."""
    return {
        f"{name.replace(' ', '-')}.json": json.dumps(
            vector, indent=indent, ensure_ascii=False, sort_keys=is_sorted
        )
        + "\n"
        for name, vector in vectors.items()
    }


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every file anew; one that is not made any more goes."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
