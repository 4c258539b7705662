# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each item, in whatever order they come.

Instants are first or last ones, and of facts of one instant the order is fixed, so no sorting is needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, datetime

from havn.domain.indicators.rules.definition import CONFIRMING_CLASSES, UNKNOWN, FactRead, word

_EARLY = datetime(1, 1, 1, tzinfo=UTC)
HERE, ABROAD = "here", "abroad"


# The assessment that counts: when, whether something was taken back (which comes last then), recorded when, class.
Counted = tuple[datetime, bool, datetime, str]
NOT_ASSESSED: Counted = (_EARLY, False, _EARLY, "")


# What the latest fact that has a word for it says; of one instant, the one recorded last.
Found = tuple[datetime, datetime, str]
NOT_FOUND: Found = (_EARLY, _EARLY, "")
# Where a trace found the item: when, recorded when, country, here or abroad.
Place = tuple[datetime, datetime, str, str]


class ItemStory:
    """The instants and codes of one item; what the facts do not speak of keeps its default."""

    received_at: datetime | None = None
    counted = NOT_ASSESSED
    origin = NOT_FOUND
    first_assessed_at: datetime | None = None
    known_before: tuple[datetime, datetime, bool] | None = None  # as the first assessment says
    double_at: datetime | None = None
    double = NOT_FOUND
    first_place: Place | None = None
    last_place: Place | None = None
    is_orphan = False  # whether it ever was one
    notified_at: datetime | None = None
    informed_at: datetime | None = None
    lead_received_at: datetime | None = None
    lead_answered_at: datetime | None = None
    refused_at: datetime | None = None
    removals: tuple[datetime, ...] = ()
    reappearances: tuple[tuple[datetime, str], ...] = ()
    checks = 0

    @property
    def legal_class(self) -> str:
        """The class that counts, empty where none does."""
        return self.counted[3]

    @property
    def is_confirmed(self) -> bool:
        """Whether the assessment that counts confirms the item."""
        return self.counted[3] in CONFIRMING_CLASSES

    @property
    def hosting(self) -> str:
        """`here`, `abroad` or not known."""
        return self.last_place[3] if self.last_place else UNKNOWN

    @property
    def country(self) -> str:
        """The country where it was last found."""
        return self.last_place[2] if self.last_place else UNKNOWN

    @property
    def placed_at(self) -> datetime | None:
        """When a country was first found."""
        return self.first_place[0] if self.first_place else None

    @property
    def removed_at(self) -> datetime | None:
        """When it was first removed."""
        removals = self.removals
        return min(removals) if removals else None

    @property
    def has_moved(self) -> bool:
        """Whether it was found in another country after the first notice."""
        first, last, notified_at = self.first_place, self.last_place, self.notified_at
        if first is None or last is None or notified_at is None:
            return False
        return last[0] > notified_at and last[2] != first[2]

    def removed_after(self, start: datetime) -> datetime | None:
        """Return when the item was first removed after `start`.

        A removal before `start` counts as at `start` when nothing reappeared in between.
        """
        removals = self.removals
        for removed_at in sorted(removals) if len(removals) > 1 else removals:
            if removed_at >= start:
                return removed_at
            if not any(removed_at < again <= start for again, _where in self.reappearances):
                return start
        return None

    def is_up_at(self, end: datetime) -> bool:
        """Whether nothing, or nothing since it came back, says by `end` that it is removed."""
        removed_at = max((at for at in self.removals if at < end), default=None)
        if removed_at is None:
            return True
        return any(removed_at < again < end for again, _where in self.reappearances)


def stories(facts: Iterable[FactRead]) -> Mapping[Hashable, ItemStory]:
    """Return the story of every item that the facts speak of."""
    found: dict[Hashable, ItemStory] = defaultdict(ItemStory)
    for fact in facts:
        if fact.subject_kind == "item" and fact.name in TELLERS:
            TELLERS[fact.name](found[fact.subject_id], fact)
    return found


def _assessed(story: ItemStory, fact: FactRead) -> None:
    codes, at = fact.codes, fact.happened_at
    if codes.get("double"):
        story.double_at = _first(story.double_at, at)
        story.double = max(story.double, (at, fact.recorded_at, word(codes, "legal_class")))
        return
    is_withdrawn = bool(codes.get("withdrawn"))
    counted = (at, is_withdrawn, fact.recorded_at, word(codes, "legal_class"))
    story.counted = max(story.counted, counted)
    if is_withdrawn:
        return
    story.received_at = _first(story.received_at, _received_at(fact))
    story.first_assessed_at = _first(story.first_assessed_at, at)
    if origin := word(codes, "origin"):
        found = (at, fact.recorded_at, origin)
        story.origin = max(story.origin, found)
    known = codes.get("known")
    if isinstance(known, bool):
        first = (at, fact.recorded_at, known)
        story.known_before = min(story.known_before or first, first)


def _received_at(fact: FactRead) -> datetime:
    try:
        given = datetime.fromisoformat(fact.codes["received_at"])
    except (KeyError, TypeError, ValueError):
        return fact.happened_at
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _traced(story: ItemStory, fact: FactRead) -> None:
    # A trace that found no country takes back nothing that was known; early ones said so with "here" false.
    here = fact.codes.get("here")
    if not isinstance(here, bool) or fact.codes.get("country") == "":
        return
    country = word(fact.codes, "country") or UNKNOWN
    place = (fact.happened_at, fact.recorded_at, country, HERE if here else ABROAD)
    if story.first_place is None or story.last_place is None:
        story.first_place = story.last_place = place
    else:
        story.first_place = min(story.first_place, place)
        story.last_place = max(story.last_place, place)


def _orphaned(story: ItemStory, fact: FactRead) -> None:
    del fact
    story.is_orphan = True


def _notified(story: ItemStory, fact: FactRead) -> None:
    story.notified_at = _first(story.notified_at, fact.happened_at)


def _informed(story: ItemStory, fact: FactRead) -> None:
    story.informed_at = _first(story.informed_at, fact.happened_at)


def _lead_received(story: ItemStory, fact: FactRead) -> None:
    story.lead_received_at = _first(story.lead_received_at, fact.happened_at)


def _lead_answered(story: ItemStory, fact: FactRead) -> None:
    story.lead_answered_at = _first(story.lead_answered_at, fact.happened_at)


def _removed(story: ItemStory, fact: FactRead) -> None:
    story.removals += (fact.happened_at,)


def _reappeared(story: ItemStory, fact: FactRead) -> None:
    story.reappearances += ((fact.happened_at, word(fact.codes, "where")),)


def _checked(story: ItemStory, fact: FactRead) -> None:
    story.checks += 1
    if fact.codes.get("verdict") == "refused":
        story.refused_at = _first(story.refused_at, fact.happened_at)


def _first(known: datetime | None, at: datetime) -> datetime:
    return at if known is None or at < known else known


TELLERS = {
    "item_assessed": _assessed,
    "item_traced": _traced,
    "item_orphaned": _orphaned,
    "notice_sent": _notified,
    "police_informed": _informed,
    "lead_received": _lead_received,
    "lead_answered": _lead_answered,
    "item_removed": _removed,
    "item_reappeared": _reappeared,
    "check_done": _checked,
}
