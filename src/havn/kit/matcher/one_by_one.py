# SPDX-License-Identifier: Apache-2.0
"""A bulk request and its answer as single look-ups: so is it asked of another server, which may know no bulk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np

from havn.kit.matcher.bulk import BYTES, HEAD
from havn.kit.matcher.comparing import Found, found_in
from havn.kit.matcher.matcher import NAMELESS
from havn.kit.matcher.requests import MATCHES, is_packed, query_of

_RAW = "/m/raw_lookup"
_KEPT = ("banks", "include_distance")


@dataclass(frozen=True, slots=True)
class AnsweredMany:
    """A bulk request that was answered: what was asked and how, the answer, and the names of the lists by number."""

    path: str
    query: str
    asked: bytes
    asked_as: str
    answer: bytes
    answered_as: str
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return about how many fingerprints were asked for, without reading them."""
        if is_packed(self.asked_as):
            return len(self.asked) // BYTES
        return self.asked.count(b'"') // 2


class Single(NamedTuple):
    """One look-up: where and how another server is asked the same, and what was found here."""

    path: str
    query: str
    fingerprint: str
    here: Found


def single_look_ups(many: AnsweredMany) -> Iterator[Single]:
    """Yield the look-ups of a bulk request that were answered; items that were no fingerprints are left out."""
    said = query_of(many.query)
    kept = {name: said[name] for name in _KEPT if name in said}
    is_raw = many.path == _RAW
    if many.answered_as == MATCHES:
        told = _packed(many, is_raw=is_raw)
        if is_raw:
            kept["include_distance"] = "true"
    else:
        told = _json(many, is_raw=is_raw)
    path = _RAW if is_raw else "/m/lookup"
    for fingerprint, here in told:
        query = urlencode({"signal_type": "pdq", "signal": fingerprint, **kept})
        yield Single(path, query, fingerprint, here)


def _json(many: AnsweredMany, *, is_raw: bool) -> Iterator[tuple[str, Found]]:
    for asked, answer in zip(json.loads(many.asked), json.loads(many.answer), strict=True):
        if "matches" not in answer:
            continue
        if is_raw:
            yield asked.lower(), found_in(_RAW, answer)
        else:
            found = [(each["bank"], int(each["distance"])) for each in answer["matches"]]
            yield asked.lower(), Counter(found)


def _packed(many: AnsweredMany, *, is_raw: bool) -> Iterator[tuple[str, Found]]:
    _, queries, matches = HEAD.unpack_from(many.answer)
    at = HEAD.size + 8 * matches
    offsets = np.frombuffer(many.answer, "<u4", queries + 1, at).tolist()
    at += 4 * (queries + 1)
    lists = np.frombuffer(many.answer, "<u2", matches, at).tolist()
    at += 2 * matches
    distances = np.frombuffer(many.answer, np.uint8, matches, at).tolist()
    for number in range(queries):
        fingerprint = many.asked[number * BYTES : (number + 1) * BYTES].hex()
        places = range(offsets[number], offsets[number + 1])
        yield (
            fingerprint,
            Counter(
                ("" if is_raw else many.names[lists[each]] or NAMELESS, distances[each])
                for each in places
            ),
        )
