# SPDX-License-Identifier: Apache-2.0
"""What the facts say about campaigns with their surveys, and about schools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from havn.domain.indicators.rules.definition import FactRead, whole, word


@dataclass(frozen=True, slots=True)
class Wave:
    """The answers of one group in one wave of a survey."""

    at: datetime
    wave: str  # before, after or single
    topic: str
    audience: str
    answers: int
    right: int | None
    acted: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many persons of an audience a campaign reached, by one way of counting."""

    at: datetime
    method: str
    audience: str
    reached: int
    population: int


class CampaignStory:
    """One campaign, or one survey of a year, with what was measured."""

    runs: tuple[Reach, ...] = ()
    waves: tuple[Wave, ...] = ()


class SchoolStory:
    """One school with its sessions; or the register, which says how many there are."""

    registers: tuple[
        tuple[datetime, datetime, str, int], ...
    ] = ()  # when, recorded, level, number
    sessions: tuple[tuple[datetime, str], ...] = ()


def _run(story: CampaignStory, fact: FactRead) -> None:
    reached, population = whole(fact.codes, "reach"), whole(fact.codes, "population")
    if reached is None:
        return
    codes = fact.codes
    run = Reach(
        fact.happened_at, word(codes, "method"), word(codes, "audience"), reached, population or 0
    )
    if run.method != "survey" or run.reached <= run.population:
        story.runs += (run,)


def _surveyed(story: CampaignStory, fact: FactRead) -> None:
    codes = fact.codes
    answers = whole(codes, "answers")
    if not answers:
        return
    right, acted = (_part(whole(codes, name), answers) for name in ("right", "acted"))
    wave, topic, audience = (word(codes, name) for name in ("wave", "topic", "audience"))
    story.waves += (Wave(fact.happened_at, wave, topic, audience, answers, right, acted),)


def _part(number: int | None, of: int) -> int | None:
    """Return the number where it can be a part of the answers."""
    return number if number is not None and number <= of else None


def _session(story: SchoolStory, fact: FactRead) -> None:
    level, number = word(fact.codes, "level"), whole(fact.codes, "schools")
    if fact.codes.get("kind") == "register":
        if number is not None:
            story.registers += ((fact.happened_at, fact.recorded_at, level, number),)
    else:
        story.sessions += ((fact.happened_at, level),)


CAMPAIGN_TELLERS = {"campaign_run": _run, "survey_wave": _surveyed}
SCHOOL_TELLERS = {"school_session": _session}
