# SPDX-License-Identifier: Apache-2.0
"""A list as a node exports it: a JSON object a line, which adds an entry, updates it or takes it back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from havn.kit.lists._line import LineError, kind_named, value_of
from havn.kit.lists._values import TOLD_LINES, BrokenLine

_decode = json.JSONDecoder().raw_decode
_OPS = {"add", "update", "retract"}


class Said(NamedTuple):
    """What one line says of an entry; `value` is None where it is taken back, or of a kind that is not matched."""

    seq: int
    line: int
    entry: str
    kind: str
    value: bytes | None
    is_there: bool


@dataclass
class Export:
    """The lines of an export, read one by one; what they say counts in the order of `seq`, whatever theirs is."""

    said: list[Said] = field(default_factory=list)
    broken: list[BrokenLine] = field(default_factory=list)
    broken_count: int = 0

    def take(self, line: bytes, number: int) -> None:
        """Read a line; one that cannot be read is remembered with the reason."""
        if not line.strip():
            return
        try:
            # What loads() would find out anew for each line is known here: it is UTF-8.
            row, end = _decode(text := line.strip().decode())
            if end != len(text):
                raise ValueError(text)
            self.said.append(_said(row, number))
        except LineError as error:
            self._refuse(number, str(error))
        except (ValueError, RecursionError):
            self._refuse(number, "it is no JSON object; in an export every line is one")

    def _refuse(self, number: int, reason: str) -> None:
        self.broken_count += 1
        if len(self.broken) < TOLD_LINES:
            self.broken.append(BrokenLine(number, reason))

    def standing(self) -> list[Said]:
        """Return what holds after the last line: each entry once, in the order in which it was first named."""
        held: dict[str, Said] = {}
        for each in sorted(self.said, key=itemgetter(0)):  # by seq
            if each.is_there:
                held[each.entry] = each
            else:
                held.pop(each.entry, None)
        return list(held.values())


def _said(row: Any, number: int) -> Said:
    if not isinstance(row, dict):
        raise LineError("it is no JSON object; in an export every line is one")
    entry = _text(row, "entry_id")
    op = row.get("op", "add")
    if op not in _OPS:
        raise LineError(f"op is {op!a}, not add, update or retract")
    seq = row.get("seq", number)
    if type(seq) is not int:
        raise LineError(f"seq is {seq!a}, not a whole number")
    if op == "retract":
        return Said(seq, number, entry, "", None, is_there=False)
    known = kind_named(_text(row, "kind"))
    if known is None:
        raise LineError(f"kind is {row['kind']!a}, which is no kind of hash that is known here")
    kind, is_matched = known
    value = value_of(_text(row, "value").strip(), kind) if is_matched else None
    return Said(seq, number, entry, kind, value, is_there=True)


def _text(row: dict[str, Any], name: str) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found:
        raise LineError(f"it has no {name}, or one that is no text")
    if not found.isascii() and any("\ud800" <= each <= "\udfff" for each in found):
        raise LineError(f"its {name} holds half a character")
    return found
