# SPDX-License-Identifier: Apache-2.0
"""The matcher that every request asks: the index with its additions, and over it the platform's own decisions."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.kit.matcher.board import Board
from havn.kit.matcher.counters import SINGLES
from havn.kit.matcher.faults import MatcherError, RequestError
from havn.kit.matcher.following import ListFollower
from havn.kit.matcher.settings import ListPolicy, Settings
from havn.kit.matcher.sources import Source, name_in
from havn.kit.matcher.suppressions import Suppression, Suppressions
from havn.lib import clock
from havn.lib.matching import Entry, FingerprintError, Index, IndexFileError, Match, Matches

# An index that was built without names of lists has one without a name; a path needs one.
NAMELESS = "DEFAULT"
# Identifiers of entries that callers add: 31 bits, as HMA's are, above any position in a list, and by chance, so that
# two processes never choose the same one and none that was removed comes back.
_FIRST_OWN, _OWN_IDENTIFIERS = 1 << 30, 1 << 30
_TRIES = 64


class Hit(NamedTuple):
    """A match of an entry that is not suppressed, and whether the entry is over its hit rate."""

    match: Match
    is_braked: bool


class _Rules(NamedTuple):
    """The policies of the lists that an index holds now; the arrays by number of the list."""

    names: tuple[str, ...]
    distances: NDArray[np.uint8]
    floors: NDArray[np.uint8]
    widest: int
    lowest: int
    is_uniform: bool
    has_brakes: bool


@dataclass(slots=True)
class Writer:
    """The index as this process writes to it: opened apart, so that no look-up waits for a disk."""

    path: Path
    lock: threading.Lock
    index: Index | None = None

    def opened(self) -> Index:
        """Return the index, opened at the first use."""
        if self.index is None:
            self.index = Index.open(self.path, verify=False)
        return self.index


class Matcher:
    """Looks up, adds, removes and suppresses; safe from many threads and beside other processes."""

    def __init__(
        self, source: Source | Path, settings: Settings, board: Board | None = None
    ) -> None:
        """Open an index and give the platform's own lists a place in it.

        Raises:
            MatcherError, IndexFileError: the index cannot be used, or the settings name a list that it lacks.

        """
        if isinstance(source, Path):
            source = Source(source, source)
        path, named = source.index, source.named
        if source.is_list and settings.own_lists:
            raise MatcherError(
                f"{named} is a list, whose index is made anew when it changes: nothing that callers add would last. "
                f"Make an index that is yours with `havn index build {named} -o FILE`, and serve that."
            )
        self.path = path
        self.settings = settings
        self.board = board or Board()
        self.index = Index.open(path)
        self._follower: ListFollower | None = None
        if source.is_list:
            self._follower = ListFollower(named, self._take_index, self.board)
        self.suppressions = Suppressions(named)
        self._ready = threading.Event()
        self._is_stale = False
        self._writer = Writer(path, threading.Lock())
        self._rules_held: _Rules | None = None
        settings.require_lists([name or NAMELESS for name in self.index.list_names])
        for name in settings.own_lists:
            if list_of(name, self.index.list_names) is None:
                self._add_list(name)

    def _add_list(self, name: str) -> None:
        try:
            self.index.add_list(name)
        except FingerprintError as error:
            raise MatcherError(f"The list {name!r} cannot begin: {error}.") from error

    def idle_floor(self) -> str | None:
        """Return a sentence if a quality floor is set that can leave nothing out, since no entry came with a quality."""
        lists = [each.quality_floor for each in self.settings.lists.values()]
        floor = max([self.settings.others.quality_floor, *lists])
        if not floor or self.index.description().has_qualities:
            return None
        return (
            f"The settings ask for a quality of {floor}, and no entry of {self.path} came with one, so that all count. Leave"
            f" entries of low quality out of the list, or set quality_floor to 0."
        )

    def prepare(self) -> None:
        """Load the compiled search; from here on the matcher is ready."""
        self.index.prepare()
        self._ready.set()

    @property
    def is_ready(self) -> bool:
        """Say whether the compiled search is loaded."""
        return self._ready.is_set()

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait so long at most until the compiled search is loaded; say whether it is."""
        return self._ready.is_set() or self._ready.wait(seconds)

    # --- looking up

    def follow(self) -> None:
        """Take in what other processes added, removed or built anew; cheap where there was nothing.

        An index that cannot be read leaves the one in use in place; `/status` and the metrics say so. That of a list that
        changed is another file, which is looked for, and made where no other process did so, meanwhile.
        """
        try:
            self.index.refresh()
        except IndexFileError:
            if not self._is_stale:
                self.board.add(SINGLES["refresh_failures"])
            self._is_stale = True
        else:
            self._is_stale = False
        if self._follower is not None:
            self._follower.look(is_stale=self._is_stale)

    def _take_index(self, path: Path) -> None:
        if path == self.path and not self._is_stale:
            return  # it is named by what the list says
        index = Index.open(path)
        index.prepare()
        self.path, self.index = path, index

    @property
    def is_stale(self) -> bool:
        """Say whether a newer index lies there and cannot be read, or what is served is a list that cannot be used now."""
        return self._is_stale or (self._follower is not None and self._follower.is_failing)

    def look_up(
        self, fingerprint: bytes | str, *, banks: Collection[str] | None = None
    ) -> list[Match]:
        """Return all entries within the distance and above the quality floor of their lists, nearest first.

        Raises:
            FingerprintError: this is no fingerprint.

        """
        self.follow()
        rules = self._rules()
        found = self.index.query(
            fingerprint, radius=rules.widest, lists=banks, minimum_quality=rules.lowest
        )
        if not found or rules.is_uniform:
            return found
        return [each for each in found if _is_taken(each, self.policy_of(each.list))]

    def policy_of(self, name: str) -> ListPolicy:
        """Return the policy of a list, by its name in the index."""
        return self.settings.of(name or NAMELESS)

    def look_up_many(
        self, fingerprints: NDArray[np.uint8], *, banks: Collection[str] | None = None
    ) -> tuple[Matches, NDArray[np.bool_]]:
        """Return the matches of (n, 32) fingerprints, and which of them their list's policy takes."""
        self.follow()
        rules = self._rules()
        found = self.index.query_many(
            fingerprints, radius=rules.widest, lists=banks, minimum_quality=rules.lowest
        )
        rules = self._rules(found.list_names)
        if rules.is_uniform:
            return found, np.ones(len(found.distances), np.bool_)
        taken = (found.distances <= rules.distances[found.lists]) & (
            found.qualities >= rules.floors[found.lists]
        )
        return found, taken

    def _rules(self, told: tuple[str, ...] | None = None) -> _Rules:
        held, names = self._rules_held, told or self.index.list_names
        if held is None or held.names is not names:
            held = self._rules_held = _rules_of(names, self.settings)
        return held

    def enabled(self, matches: list[Match]) -> list[Hit]:
        """Return what a platform acts on: no suppressed entries; those over their hit rate marked, or left out."""
        if not matches:
            return []
        if not self.judges_hits():
            return [Hit(each, is_braked=False) for each in matches]
        return [
            hit
            for each in matches
            if not self.is_suppressed(each)
            and (hit := self._braked(each, self.policy_of(each.list))) is not None
        ]

    def judges_hits(self) -> bool:
        """Say whether any entry may be suppressed or braked, so that each hit has to be looked at."""
        self.suppressions.refresh()
        return self._rules().has_brakes or bool(self.suppressions)

    def is_suppressed(self, match: Match) -> bool:
        """Say whether an entry that was found is switched off here, and count it if it is."""
        if not self.suppressions:
            return False
        entry = self.index.entry(match.identifier)
        if entry is None or self._suppression(entry) is None:
            return False
        self.board.add(SINGLES["suppressed_hits"])
        return True

    def _braked(self, match: Match, policy: ListPolicy) -> Hit | None:
        brake = policy.brake
        if brake is None:
            return Hit(match, is_braked=False)
        at, seconds = int(clock.monotonic()), int(brake.minutes * 60)
        if self.board.hit(match.identifier, at=at, seconds=seconds) <= brake.hits:
            return Hit(match, is_braked=False)
        self.board.add(SINGLES["braked_hits"])
        if brake.leaves_out:
            self.board.add(SINGLES["left_out_hits"])
            return None
        return Hit(match, is_braked=True)

    # --- banks and entries

    def banks(self) -> list[str]:
        """Return the names of the lists, as callers write them."""
        return [name or NAMELESS for name in self.index.list_names]

    def list_named(self, bank: str) -> str:
        """Return the list's name in the index.

        Raises:
            RequestError: there is no such list (404).

        """
        self.follow()
        found = list_of(bank, self.index.list_names)
        if found is None:
            raise RequestError(
                404, f"bank '{bank}' not found", field="bank", remedy=self.known_banks()
            )
        return found

    def known_banks(self) -> str:
        """Return a sentence that names the lists."""
        return f"This server holds {', '.join(self.banks())}."

    def entry(self, bank: str, identifier: int) -> Entry:
        """Return an entry of a bank.

        Raises:
            RequestError: there is no such bank or entry (404).

        """
        name = self.list_named(bank)
        found = self.index.entry(identifier) if identifier < 1 << 64 else None
        if found is None or found.list != name:
            raise RequestError(
                404,
                f"there is no entry {identifier} in bank '{bank}'",
                field="content_id",
                remedy="Take an identifier from the answer to a look-up.",
            )
        return found

    def name_of(self, identifier: int) -> str:
        """Return what its list calls an entry."""
        return name_in(self.path, identifier)

    def _suppression(self, entry: Entry) -> Suppression | None:
        at = clock.now().timestamp()
        return self.suppressions.find(entry.list, entry.fingerprint.hex(), at=at)

    def suppression(self, entry: Entry) -> Suppression | None:
        """Return what switches an entry off at this instant, if anything does."""
        self.suppressions.refresh()
        return self._suppression(entry)

    def suppress(self, identifier: int, entry: Entry, *, until: int, reason: str) -> None:
        """Switch an entry off until then (seconds since 1970, 0 for ever), durably and for all workers."""
        at = int(clock.now().timestamp())
        self.suppressions.suppress(
            Suppression(entry.list, entry.fingerprint.hex(), identifier, until, reason, at)
        )

    def lift(self, entry: Entry) -> None:
        """Switch an entry on again, durably and for all workers."""
        at = int(clock.now().timestamp())
        self.suppressions.lift(entry.list, entry.fingerprint.hex(), at=at)

    def _require_own(self, bank: str) -> str:
        name = self.list_named(bank)
        if not self.settings.of(bank).is_own:
            raise RequestError(
                403,
                f"bank '{bank}' is not this platform's own, so nothing is added to it or removed from it here",
                field="bank",
                remedy=f"Start the server with `--own {bank}`, or change the list where it comes from.",
            )
        return name

    def add(self, bank: str, fingerprint: bytes) -> int:
        """Add an entry to a list of the platform's own and return its identifier; it is on disk then, and found.

        Raises:
            RequestError: the list is not there (404) or not the platform's own (403).
            IndexFileError: it could not be written.

        """
        name = self._require_own(bank)
        row = np.frombuffer(fingerprint, np.uint8)[None].copy()
        with self._writer.lock:
            writer = self._writer.opened()
            if name not in writer.list_names:
                writer.refresh()
            number = np.array([writer.list_names.index(name)], np.uint16)
            for _ in range(_TRIES):
                identifier = _FIRST_OWN + secrets.randbelow(_OWN_IDENTIFIERS)
                try:
                    writer.add(row, identifiers=np.array([identifier], np.uint64), lists=number)
                except FingerprintError:
                    continue  # somebody has this number already
                self.board.add(SINGLES["entries_added"])
                return identifier
        raise MatcherError("No identifier is left for another entry.")

    def remove(self, bank: str, identifier: int) -> int:
        """Remove an entry from a list of the platform's own; return 1, or 0 if there was none. No look-up finds it then.

        Raises:
            RequestError: the list is not there (404) or not the platform's own (403).
            IndexFileError: it could not be written.

        """
        name = self._require_own(bank)
        with self._writer.lock:
            writer = self._writer.opened()
            writer.refresh()
            entry = writer.entry(identifier) if identifier < 1 << 64 else None
            if entry is None or entry.list != name:
                return 0
            removed = writer.remove([identifier])
        self.board.add(SINGLES["entries_removed"], removed)
        return removed

    def built_to(self) -> int:
        """Return when the index or its additions were last written, in seconds since 1970."""
        delta = self.path.with_name(f"{self.path.name}.{self.index.version[:12]}.delta")
        times = [each.stat().st_mtime for each in (self.path, delta) if each.exists()]
        return int(max(times, default=0))


def list_of(bank: str, names: Collection[str]) -> str | None:
    """Return the name in the index of a list as callers write it, None if there is no such list."""
    if bank in names:
        return bank
    return "" if bank == NAMELESS and "" in names else None


def _is_taken(match: Match, policy: ListPolicy) -> bool:
    return match.distance <= policy.distance and match.quality >= policy.quality_floor


def _rules_of(names: tuple[str, ...], settings: Settings) -> _Rules:
    policies = [settings.of(name or NAMELESS) for name in names]
    distances = [each.distance for each in policies]
    floors = [each.quality_floor for each in policies]
    return _Rules(
        names=names,
        distances=np.array(distances, np.uint8),
        floors=np.array(floors, np.uint8),
        widest=max(distances),
        lowest=min(floors),
        is_uniform=len(set(distances)) == 1 and len(set(floors)) == 1,
        has_brakes=any(each.brake is not None for each in policies),
    )
