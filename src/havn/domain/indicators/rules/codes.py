# SPDX-License-Identifier: Apache-2.0
"""Breakdowns that several indicators share; codes are those that facts carry."""

from __future__ import annotations

from string import ascii_lowercase

from havn.domain.indicators.rules.definition import OTHER, UNKNOWN, Breakdown
from havn.lib.encoding import gettext_noop

OPEN_ENDED = {OTHER: gettext_noop("Other"), UNKNOWN: gettext_noop("Not known")}
# Countries are told by their codes in every language, so that every code has a row without a list of names.
COUNTRY = Breakdown(
    "country",
    gettext_noop("Country of the host"),
    {f"{a}{b}": f"{a}{b}".upper() for a in ascii_lowercase for b in ascii_lowercase}
    | {UNKNOWN: gettext_noop("Not known")},
)
CHANNEL = Breakdown(
    "channel",
    gettext_noop("Channel"),
    {
        "web": gettext_noop("Public form"),
        "referrer": gettext_noop("Helpline or school"),
        "file": gettext_noop("File from another service"),
        "desk": gettext_noop("Found or entered at the desk"),
        **OPEN_ENDED,
    },
)
LANGUAGE = Breakdown(
    "language",
    gettext_noop("Language of the report"),
    {"en": gettext_noop("English"), "da": gettext_noop("Danish"), **OPEN_ENDED},
)
HOSTING = Breakdown(
    "hosting",
    gettext_noop("Where it was hosted"),
    {
        "here": gettext_noop("Hosted here"),
        "abroad": gettext_noop("Hosted abroad"),
        UNKNOWN: gettext_noop("Not known"),
    },
)
LEGAL_CLASS = Breakdown(
    "legal_class",
    gettext_noop("Legal class"),
    {
        "baseline": gettext_noop("Baseline"),
        "national": gettext_noop("National"),
        **OPEN_ENDED,
    },
)
MADE = Breakdown(
    "origin",
    gettext_noop("How the material was made"),
    {
        "photographic": gettext_noop("Photographic"),
        "drawn": gettext_noop("Drawn"),
        "ai_generated": gettext_noop("AI-generated"),
        "ai_altered": gettext_noop("AI-altered"),
        "unknown": gettext_noop("The analyst could not tell"),
        **OPEN_ENDED,
    },
)
AGES = {
    "y0t2": gettext_noop("0 to 2 years"),
    "y3t13": gettext_noop("3 to 13 years"),
    "y14t17": gettext_noop("14 to 17 years"),
    "y_ge18": gettext_noop("18 years and older"),
}
UNDER_18 = frozenset({"y0t2", "y3t13", "y14t17"})
AGE = Breakdown("age", gettext_noop("Age"), {**AGES, UNKNOWN: gettext_noop("Not known")})
SEX = Breakdown(
    "sex",
    gettext_noop("Sex"),
    {
        "f": gettext_noop("Female"),
        "m": gettext_noop("Male"),
        UNKNOWN: gettext_noop("Not known"),
    },
)
OFFENCE = Breakdown(
    "offence",
    gettext_noop("Offence (ICCS)"),
    {
        "030221": gettext_noop("Material showing the abuse of a child (030221)"),
        "030222": gettext_noop("Exploitation of a child (030222)"),
        "030223": gettext_noop("Grooming of a child (030223)"),
        "030229": gettext_noop("Other acts against a child (030229)"),
        **OPEN_ENDED,
    },
)
SOURCE = Breakdown(
    "source",
    gettext_noop("Where it came from"),
    {
        "public": gettext_noop("The public"),
        "partner": gettext_noop("A partner"),
        "referral": gettext_noop("A referral from another country"),
        "police": gettext_noop("Police work of its own"),
        **OPEN_ENDED,
    },
)
AUDIENCE = Breakdown(
    "audience",
    gettext_noop("Audience"),
    {
        "children": gettext_noop("Children"),
        "parents": gettext_noop("Parents"),
        "teachers": gettext_noop("Teachers"),
        "adults": gettext_noop("Adults"),
        **OPEN_ENDED,
    },
)
TOPIC = Breakdown(
    "topic",
    gettext_noop("Topic"),
    {
        "reporting": gettext_noop("Where to report"),
        "own_images": gettext_noop("Sharing of own images"),
        "grooming": gettext_noop("Grooming"),
        "extortion": gettext_noop("Extortion"),
        **OPEN_ENDED,
    },
)
