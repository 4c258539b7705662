# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each item: received, confirmed, hosted, notified, removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from havn.domain.indicators.rules.definition import CONFIRMING_CLASSES, UNKNOWN, FactRead

FACTS = ("item_assessed", "item_traced", "notice_sent", "item_removed", "item_reappeared")
PLACE_FACTS = ("item_assessed", "item_traced", "item_orphaned")
_TOLD = frozenset((*FACTS, *PLACE_FACTS))


@dataclass(slots=True)
class ItemStory:
    """The instants and codes of one item, as the facts tell them."""

    received_at: datetime | None = None
    legal_class: str = ""
    hosting: str = UNKNOWN
    country: str = UNKNOWN
    placed_at: datetime | None = None  # by the first trace that found a country
    is_orphan: bool = False  # whether it ever was one
    notified_at: datetime | None = None
    removals: list[datetime] = field(default_factory=list)
    reappearances: list[datetime] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        """Whether the latest assessment confirms the item."""
        return self.legal_class in CONFIRMING_CLASSES

    def removed_after(self, start: datetime) -> datetime | None:
        """Return when the item was first removed after `start`.

        A removal before `start` counts as at `start` when nothing reappeared in between.
        """
        for removed_at in sorted(self.removals):
            if removed_at >= start:
                return removed_at
            if not any(removed_at < again <= start for again in self.reappearances):
                return start
        return None


def stories(facts: Iterable[FactRead]) -> Mapping[UUID, ItemStory]:
    """Return the story of every item that the facts speak of; later facts win.

    What was taken back in the very moment in which it was made counts as taken back.
    """
    found: dict[UUID, ItemStory] = defaultdict(ItemStory)
    for fact in sorted(facts, key=lambda each: (each.happened_at, "withdrawn" in each.codes)):
        if fact.subject_kind == "item" and fact.name in _TOLD:
            _tell(found[fact.subject_id], fact)
    return found


def _tell(story: ItemStory, fact: FactRead) -> None:
    if fact.name == "item_assessed":
        story.legal_class = str(fact.codes.get("legal_class", ""))
        given = fact.codes.get("received_at")
        if story.received_at is None and not fact.codes.get("withdrawn"):
            story.received_at = datetime.fromisoformat(given) if given else fact.happened_at
    elif fact.name == "item_traced":
        # A trace that found no country takes back nothing that was known; early ones said so with "here" false.
        if fact.codes.get("here") is not None and fact.codes.get("country") != "":
            story.hosting = "here" if fact.codes["here"] else "abroad"
            story.country = str(fact.codes.get("country") or UNKNOWN)
            story.placed_at = story.placed_at or fact.happened_at
    elif fact.name == "item_orphaned":
        story.is_orphan = True
    elif fact.name == "notice_sent":
        story.notified_at = story.notified_at or fact.happened_at
    elif fact.name == "item_removed":
        story.removals.append(fact.happened_at)
    else:
        story.reappearances.append(fact.happened_at)
