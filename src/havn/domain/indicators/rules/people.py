# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each person, by a random reference: victims, suspects, staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from havn.domain.indicators.rules.definition import FactRead, word

Told = tuple[datetime, datetime, Mapping[str, Any]]  # happened, recorded, codes


class VictimStory:
    """What is known of one victim; codes are those of the first fact of a name."""

    recorded: Told | None = None
    identified: Told | None = None
    safeguarded_at: datetime | None = None
    is_adult_by_now = False  # safeguarding does not apply, for that reason
    offers: tuple[tuple[datetime, str], ...] = ()
    given_at: datetime | None = None

    @property
    def recorded_at(self) -> datetime | None:
        """When the victim was first recorded, not yet identified."""
        return self.recorded[0] if self.recorded else None

    @property
    def identified_at(self) -> datetime | None:
        """When the victim was first identified."""
        return self.identified[0] if self.identified else None

    @property
    def entered_at(self) -> datetime | None:
        """When the victim first appears, recorded or identified."""
        known = [at for at in (self.recorded_at, self.identified_at) if at]
        return min(known, default=None)

    def recorded_word(self, name: str) -> str:
        """Return a code of the first record."""
        return word(self.recorded[2], name) if self.recorded else ""

    def identified_word(self, name: str) -> str:
        """Return a code of the first identification."""
        return word(self.identified[2], name) if self.identified else ""

    @property
    def first_country(self) -> str:
        """The country of the first fact."""
        if self.recorded and self.recorded[0] <= (self.identified or self.recorded)[0]:
            return self.recorded_word("country")
        return self.identified_word("country")


class SuspectStory:
    """When one suspect was first identified, arrested, convicted, with the codes of that fact."""

    def __init__(self) -> None:
        self.steps: dict[str, Told] = {}


class StaffStory:
    """The posts and courses of one member of staff."""

    posts: tuple[tuple[datetime, datetime, bool, str], ...] = ()  # happened, recorded, left, role
    trained: tuple[datetime, ...] = ()

    def role_at(self, end: datetime) -> str | None:
        """Return the role that the person holds before `end`, None where none is held."""
        known = [each for each in self.posts if each[0] < end]
        if not known:
            return None
        _at, _recorded, has_left, role = max(known)
        return None if has_left else role


def earlier(known: Told | None, fact: FactRead) -> Told:
    """Return the first of two facts of a name; of one instant, the one recorded first."""
    told = (fact.happened_at, fact.recorded_at, fact.codes)
    return told if known is None or order_of(told) < order_of(known) else known


def order_of(told: Told) -> tuple[datetime, datetime, str]:
    """Return by what facts of a name are ordered: in the end by their codes, whatever order they are read in."""
    return (told[0], told[1], repr(sorted(told[2].items(), key=lambda each: each[0])))


def _recorded(story: VictimStory, fact: FactRead) -> None:
    story.recorded = earlier(story.recorded, fact)


def _identified(story: VictimStory, fact: FactRead) -> None:
    story.identified = earlier(story.identified, fact)


def _safeguarded(story: VictimStory, fact: FactRead) -> None:
    if fact.codes.get("how") == "adult":
        story.is_adult_by_now = True
    elif story.safeguarded_at is None or fact.happened_at < story.safeguarded_at:
        story.safeguarded_at = fact.happened_at


def _offered(story: VictimStory, fact: FactRead) -> None:
    story.offers += ((fact.happened_at, word(fact.codes, "kind")),)


def _given(story: VictimStory, fact: FactRead) -> None:
    if story.given_at is None or fact.happened_at < story.given_at:
        story.given_at = fact.happened_at


def _step(story: SuspectStory, fact: FactRead) -> None:
    story.steps[fact.name] = earlier(story.steps.get(fact.name), fact)


def _in_post(story: StaffStory, fact: FactRead) -> None:
    has_left = bool(fact.codes.get("left"))
    story.posts += ((fact.happened_at, fact.recorded_at, has_left, word(fact.codes, "role")),)


def _trained(story: StaffStory, fact: FactRead) -> None:
    story.trained += (fact.happened_at,)


VICTIM_TELLERS = {
    "victim_recorded": _recorded,
    "victim_identified": _identified,
    "victim_safeguarded": _safeguarded,
    "support_offered": _offered,
    "support_given": _given,
}
SUSPECT_TELLERS = {
    "suspect_identified": _step,
    "suspect_arrested": _step,
    "person_convicted": _step,
}
STAFF_TELLERS = {"staff_in_post": _in_post, "staff_trained": _trained}
