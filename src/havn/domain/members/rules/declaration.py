# SPDX-License-Identifier: Apache-2.0
"""The four targets and their goals, in our words until the original text is loaded, and reading a loaded text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from havn.domain.members.rules.errors import RosterError, RosterFault
from havn.domain.members.rules.reading import Fields, parse_json
from havn.lib.encoding import holds_encoded_file

OURS = "0"  # the version of the text in our words
MOST_DECLARATION = 60_000
_JOINT_STATEMENT = "Press release of the European Commission, 4 December 2012"
_PRINCIPLES = "Guiding Principles of the declaration, as remembered"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a target asks for; `is_checked` says whether it was compared with its source."""

    id: str
    target: int
    text: Mapping[str, str]
    source: str
    version: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Target:
    """One of the four targets, in our words."""

    number: int
    short: Mapping[str, str]
    text: Mapping[str, str]
    source: str


TARGET_LIST: tuple[Target, ...] = (
    Target(
        1,
        {"en": "Victims", "da": "Ofre"},
        {
            "en": "Find the children who were abused, and get them help, support and protection.",
            "da": "Find de børn, der er blevet misbrugt, og giv dem hjælp, støtte og beskyttelse.",
        },
        _JOINT_STATEMENT,
    ),
    Target(
        2,
        {"en": "Offenders", "da": "Gerningsmænd"},
        {
            "en": "Investigate, find those who abuse, and bring them to court.",
            "da": "Efterforsk, find dem, der misbruger, og stil dem for en domstol.",
        },
        _JOINT_STATEMENT,
    ),
    Target(
        3,
        {"en": "Awareness", "da": "Oplysning"},
        {
            "en": "Tell children and those around them about the risks.",
            "da": "Fortæl børn og dem omkring dem om risiciene.",
        },
        _JOINT_STATEMENT,
    ),
    Target(
        4,
        {"en": "Availability", "da": "Tilgængelighed"},
        {
            "en": "Make the material disappear, so that nobody is harmed by it again.",
            "da": "Få materialet til at forsvinde, så ingen skades af det igen.",
        },
        _JOINT_STATEMENT,
    ),
)
GOALS: tuple[Goal, ...] = tuple(
    Goal(f"G{target}.{number}", target, {"en": english, "da": danish}, _PRINCIPLES, OURS, False)
    for target, number, english, danish in (
        (
            1,
            1,
            "Every year ten per cent more victims are identified in the international database.",
            "Hvert år identificeres ti procent flere ofre i den internationale database.",
        ),
        (
            2,
            1,
            "Laws make it possible to prosecute.",
            "Lovene gør det muligt at retsforfølge.",
        ),
        (
            2,
            2,
            "Police of the members work together better.",
            "Medlemmernes politi arbejder bedre sammen.",
        ),
        (
            3,
            1,
            "Campaigns and teaching reach children, parents and teachers.",
            "Kampagner og undervisning når børn, forældre og lærere.",
        ),
        (
            3,
            2,
            "Members exchange what works, so that less new material is made.",
            "Medlemmerne udveksler, hvad der virker, så der laves mindre nyt materiale.",
        ),
        (
            4,
            1,
            "Companies find and remove known material, and more is looked through.",
            "Virksomheder finder og fjerner kendt materiale, og mere gennemgås.",
        ),
        (
            4,
            2,
            "What is reported is removed faster, without harming the investigation.",
            "Det, der anmeldes, fjernes hurtigere, uden at efterforskningen skades.",
        ),
    )
)


def goals_of(target: int) -> tuple[Goal, ...]:
    """Return the goals of a target."""
    return tuple(goal for goal in GOALS if goal.target == target)


def target_of(number: int) -> Target | None:
    """Return a target by its number."""
    return next((target for target in TARGET_LIST if target.number == number), None)


@dataclass(frozen=True, slots=True)
class DeclarationFile:
    """A text of the declaration in one language, as a file says it."""

    version: str
    language: str
    text: str
    source: str
    adopted_on: date


def read_declaration(content: bytes, *, name: str) -> DeclarationFile:
    """Return what a file of the declaration says; raises RosterError with a sentence about what is wrong."""
    value: Any = parse_json(content, name=name)
    fields = Fields.of(
        value, name, names={"v", "version", "language", "text", "source", "adopted_on"}
    )
    fields.version((1,))
    version = fields.matching("version", r"[0-9A-Za-z][0-9A-Za-z.\-]{0,19}", what="like 1 or 2.1")
    if version == OURS:
        raise RosterError(
            RosterFault.BAD_VALUE,
            f"{name}.version is {OURS}, the text in Havn's own words. Give the original another one, like 1.",
        )
    return DeclarationFile(
        version=version,
        language=fields.matching(
            "language", r"[a-z]{2,3}(?:-[A-Z]{2})?", what="a language's code, like en"
        ),
        text=_long_text(fields, "text"),
        source=fields.text("source", most=300),
        adopted_on=fields.day("adopted_on"),
    )


def _long_text(fields: Fields, name: str) -> str:
    """Return a text of several paragraphs, in words only."""
    value = fields.values[name]
    is_text = isinstance(value, str) and len(value.strip()) >= 1 and len(value) <= MOST_DECLARATION
    if not is_text or not all(sign.isprintable() or sign == "\n" for sign in value):
        raise RosterError(
            RosterFault.BAD_VALUE,
            f"{fields.place}.{name} must be a text of 1 to {MOST_DECLARATION} characters.",
        )
    if holds_encoded_file(value):
        raise RosterError(
            RosterFault.BAD_VALUE,
            f"{fields.place}.{name} holds an encoded file. Remove it: words only are taken.",
        )
    return str(value).strip()
