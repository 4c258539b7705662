# SPDX-License-Identifier: Apache-2.0
"""Looking up what was read of a file in all that is known, and deciding what to say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from havn.kit.scanning._rows import Row, Verdict, of_reading
from havn.lib.fingerprint import VARIANTS, Reading

if TYPE_CHECKING:
    from havn.kit.known import Known

QUALITY_FLOOR = 50  # below it PDQ says too little to be compared (its authors' advice)
RADIUS = 31  # bits of 256 that may differ


@dataclass(frozen=True)
class LookRules:
    """How near is a match, how much there must be to see, and whether the picture is turned and mirrored as well."""

    radius: int = RADIUS
    quality_floor: int = QUALITY_FLOOR
    rotations: bool = False


class _Asked(NamedTuple):
    value: bytes
    variant: str | None
    seconds: float | None


class _Nearest(NamedTuple):
    """Ordered as answers are: the nearest, a digest before a picture, the first list, the first entry."""

    distance: int
    is_pdq: bool
    known: int
    identifier: int
    kind: str
    list: str
    entry: str
    asked: _Asked | None


class Looker:
    """Looks files up in one or several lists; safe to use from many threads."""

    def __init__(self, known: Sequence[Known], rules: LookRules) -> None:
        self.known = tuple(known)
        self.rules = rules

    @property
    def has_digests(self) -> bool:
        """Whether any list holds digests of files."""
        return any(each.has_digests for each in self.known)

    def row(self, path: str, reading: Reading) -> Row:
        """Return what is to be said of a file. "clear" is only said when something was searched."""
        asked = list(self._asked(reading))
        found, matches = self._found(reading, asked)
        if found is not None:
            known = self.known[found.known]
            return Row(
                path, "match", distance=found.distance, kind=found.kind, list=found.list,
                entry=found.entry, matches=matches, list_size=known.size, list_version=known.version,
                variant=found.asked.variant if found.asked else None,
                seconds=found.asked.seconds if found.asked else None,
                **of_reading(reading),
            )  # fmt: skip
        is_searched = bool(asked) and any(each.has_fingerprints for each in self.known)
        verdict, why = self._without_match(reading, is_searched=is_searched)
        return self.unmatched(path, verdict, why=why, reading=reading)

    def unmatched(
        self, path: str, verdict: Verdict, *, why: str | None, reading: Reading | None = None
    ) -> Row:
        """Return a row for a file that matched nothing, with what was searched."""
        return Row(
            path, verdict, why=why,
            list=", ".join(each.name for each in self.known),
            list_size=sum(each.size for each in self.known),
            list_version=", ".join(each.version for each in self.known),
            **(of_reading(reading) if reading else {}),
        )  # fmt: skip

    def _asked(self, reading: Reading) -> Iterator[_Asked]:
        """Yield every fingerprint of a file that has enough to see."""
        if self.rules.rotations and reading.variants:
            for name, each in zip(VARIANTS, reading.variants, strict=True):
                if each.quality >= self.rules.quality_floor:
                    yield _Asked(each.value, name, None)
        elif reading.pdq and reading.pdq.quality >= self.rules.quality_floor:
            yield _Asked(reading.pdq.value, None, None)
        for frame in reading.frames:
            if frame.quality >= self.rules.quality_floor:
                yield _Asked(frame.value, None, frame.seconds)

    def _found(self, reading: Reading, asked: list[_Asked]) -> tuple[_Nearest | None, int]:
        nearest: _Nearest | None = None
        entries: set[tuple[int, str, int | tuple[str, str]]] = set()
        for number, known in enumerate(self.known):
            for each in self._matches_in(number, known, reading=reading, asked=asked):
                named = each.identifier if each.is_pdq else (each.list, each.entry)
                entries.add((number, each.kind, named))
                if nearest is None or each[:4] < nearest[:4]:
                    nearest = each
        if nearest is not None and nearest.is_pdq:
            name = self.known[nearest.known].name_of(nearest.identifier)
            nearest = nearest._replace(entry=name)
        return nearest, len(entries)

    def _matches_in(
        self, number: int, known: Known, *, reading: Reading, asked: list[_Asked]
    ) -> Iterator[_Nearest]:
        if reading.digests:
            for found in known.find_digests(reading.digests):
                yield _Nearest(0, False, number, 0, found.kind, found.list, found.entry, None)
        for each in asked:
            for match in known.index.query(each.value, radius=self.rules.radius):
                # The name is looked up for the one that is told.
                yield _Nearest(
                    match.distance, True, number, match.identifier, "pdq", match.list, "", each
                )  # fmt: skip

    def _without_match(self, reading: Reading, *, is_searched: bool) -> tuple[Verdict, str | None]:
        if reading.unreadable:
            return "unreadable", reading.unreadable
        if is_searched:
            return "clear", None
        has_picture = bool(reading.pdq or reading.frames)
        has_fingerprints = any(each.has_fingerprints for each in self.known)
        if has_picture and has_fingerprints:
            return "too little detail", None
        if reading.digests and self.has_digests:
            return "clear", None
        if not has_fingerprints and not self.has_digests:
            why = "Nothing is listed any more, so nothing was searched. Add entries, or name another list."
            return "unreadable", why
        if has_picture:
            return (
                "unreadable",
                "The lists hold digests only, and there is none to compare. Name a list of fingerprints.",
            )
        return (
            "unreadable",
            "; ".join(reading.remarks) or "There is nothing in it that could be compared.",
        )
