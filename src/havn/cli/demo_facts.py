# SPDX-License-Identifier: Apache-2.0
"""Made-up facts of whole quarters, of every kind that indicators count; fates follow from numbers alone.

Facts only: where no part of Havn writes a fact yet (victims, campaigns, staff …), a demonstration has no other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from havn.domain.indicators.rules import Quarter

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CHANNELS = ("web", "web", "web", "referrer", "desk")
ORIGINS = ("photographic", "photographic", "ai_generated", "drawn", "ai_altered")
AGES = ("y3t13", "y14t17", "y14t17", "y_ge18")
OUTCOMES = ("charged", "no_suspect", "evidence_gone", "transferred", "not_offence")
LEVELS = ("primary", "lower_secondary", "upper_secondary")
POSTS = ("analyst", "police", "prosecutor", "judge", "child_protection")


@dataclass(frozen=True, slots=True)
class Told:
    """One made-up fact."""

    name: str
    kind: str
    subject: UUID
    at: datetime
    codes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MadeUpQuarter:
    """One quarter of a country: how much happens in it, and the names of what it happens to."""

    quarter: Quarter
    organisation: UUID
    country: str
    scale: int

    def subject(self, kind: str, number: int) -> UUID:
        """Return the name of something that exists in this quarter."""
        return uuid5(self.organisation, f"{kind} {self.quarter} {number}")

    def moment(self, number: int, of: int, *, last: timedelta = 20 * DAY) -> datetime:
        """Return the moment at which the numbered one of so many begins; what follows fits into the quarter."""
        length = self.quarter.ends_at - self.quarter.starts_at - last
        return self.quarter.starts_at + 9 * HOUR + number * (length / max(of, 1))

    def facts(self) -> list[Told]:
        """Return all facts of the quarter, in their order."""
        stories: tuple[tuple[Callable[[MadeUpQuarter, int, int], Iterator[Told]], int], ...] = (
            (_item, 14),
            (_referral, 8),
            (_victim, 7),
            (_investigation, 4),
            (_source, 6),
            (_hit, 5),
            (_school, 5),
            (_post, 5),
            (_outreach, 1),
        )
        found = [
            each
            for story, share in stories
            for number in range(share * self.scale // 4)
            for each in story(self, number, share * self.scale // 4)
        ]
        return sorted(found, key=lambda each: (each.at, each.name, each.subject))


def _item(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A report, and what becomes of its item."""
    at, item = of.moment(number, count), of.subject("item", number)
    report = of.subject("report", number)
    yield Told("form_started", "form", report, at, {"language": "en", "number": 1 + number % 3})
    yield Told("report_received", "report", report, at, _report_codes(number))
    seen = at + (1 + number % 7) * HOUR
    is_confirmed = number % 6 != 5
    codes = {
        "legal_class": "baseline" if is_confirmed else "not_illegal",
        "origin": ORIGINS[number % 5],
        "first": True,
        "received_at": at.isoformat(),
        "known": number % 3 == 0,
    }
    yield Told("item_assessed", "item", item, seen, codes)
    if number % 4 == 1:
        again = {"legal_class": codes["legal_class"] if number % 8 == 1 else "national"}
        yield Told("item_assessed", "item", item, seen + HOUR, {**again, "double": True})
    if is_confirmed:
        yield from _worked(of, item, seen, number)


def _report_codes(number: int) -> Mapping[str, object]:
    codes = {
        "channel": CHANNELS[number % 5],
        "language": "en" if number % 3 else "da",
        "reporter_kind": "public" if number % 5 < 3 else "organisation",
        "duplicate": number % 9 == 8,
    }
    return {**codes, "age": AGES[number % 4]} if number % 2 else codes


def _worked(of: MadeUpQuarter, item: UUID, at: datetime, number: int) -> Iterator[Told]:
    """What happens to a confirmed item: police, trace, notice, checks, removal, perhaps again."""
    is_here = number % 4 != 0
    country = of.country.lower() if is_here else ("se", "de", "us")[number % 3]
    yield Told("police_informed", "item", item, at + HOUR, {"legal_class": "baseline"})
    yield Told("lead_received", "item", item, at + HOUR, {})
    if number % 3:
        yield Told("lead_answered", "item", item, at + (2 + number % 9) * DAY, {"kind": "known"})
    yield Told("item_traced", "item", item, at + HOUR, {"here": is_here, "country": country})
    if not is_here and number % 8 == 0:
        yield Told("item_orphaned", "item", item, at + HOUR, {"country": country})
    noticed = at + (2 + number % 5) * HOUR
    yield Told("notice_sent", "item", item, noticed, {"rung": 1})
    for check in range(3):
        codes = {"verdict": "gone" if check else "up", "in_time": (number + check) % 11 != 0}
        yield Told("check_done", "item", item, noticed + (check + 1) * DAY, codes)
    if number % 7 != 6:
        gone = noticed + (5 + 9 * (number % 13)) * HOUR
        yield Told("item_removed", "item", item, gone, {})
        if number % 10 == 3:
            yield Told("item_reappeared", "item", item, gone + 8 * DAY, {"where": "same"})


def _referral(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A referral from or to another country."""
    at, referral = of.moment(number, count, last=32 * DAY), of.subject("referral", number)
    side = "in" if number % 2 else "out"
    name = "referral_received" if side == "in" else "referral_sent"
    yield Told(name, "referral", referral, at, {"from" if side == "in" else "to": "se"})
    if number % 9 == 8:
        return
    how = "declined" if number % 8 == 7 else "accepted"
    answered = at + (3 + 5 * (number % 6)) * HOUR
    yield Told("referral_acknowledged", "referral", referral, answered, {"how": how, "side": side})
    kind = ("removed", "removed", "moved", "not_illegal")[number % 4]
    kind = "cannot_act" if how == "declined" else kind
    yield Told("referral_outcome", "referral", referral, answered + 6 * DAY, {"kind": kind})


def _victim(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A victim who comes on record, and mostly is identified, brought to safety and helped."""
    at, victim = of.moment(number, count, last=40 * DAY), of.subject("victim", number)
    home = of.country.lower()
    origin = ("police", "partner", "referral")[number % 3]
    codes = {"origin": origin, "country": home, "place": "here"}
    yield Told("victim_recorded", "victim", victim, at, codes)
    if number % 5 == 4:
        return
    found = at + (3 + number % 30) * DAY
    identified = {
        "sex": "f" if number % 4 else "m",
        "age": AGES[number % 3],
        "setting": ("family", "trust", "online", "institution")[number % 4],
        "by": ("national", "national", "joint")[number % 3],
        "country": home if number % 6 else "se",
    }
    yield Told("victim_identified", "victim", victim, found, identified)
    if number % 8 != 7:
        safe = found + (4 + 11 * (number % 7)) * HOUR
        yield Told("victim_safeguarded", "victim", victim, safe, {"how": "placed"})
    kind = {"kind": ("counselling", "medical", "legal")[number % 3]}
    yield Told("support_offered", "victim", victim, found + 5 * DAY, kind)
    if number % 3:
        yield Told("support_given", "victim", victim, found + 9 * DAY, kind)


def _investigation(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """An investigation with its suspect, and now and then a joint operation."""
    at, case = of.moment(number, count, last=60 * DAY), of.subject("investigation", number)
    source = ("public", "partner", "referral")[number % 3]
    yield Told("investigation_opened", "investigation", case, at, {"source": source})
    if number % 4 != 3:
        outcome = {"outcome": OUTCOMES[number % 5]}
        yield Told("investigation_closed", "investigation", case, at + 45 * DAY, outcome)
    suspect = of.subject("suspect", number)
    codes = {"offence": ("030221", "030223")[number % 2], "who": "adult"}
    names = ("suspect_identified", "suspect_arrested", "person_convicted")
    for step, name in enumerate(names[: 1 + number % 3]):
        yield Told(name, "suspect", suspect, at + (5 + 15 * step) * DAY, codes)
    if number == 0:
        operation = of.subject("operation", 0)
        joined = {"role": "lead", "members": 4}
        yield Told("operation_joined", "operation", operation, at, joined)
        result = {"suspects": 24, "arrests": 9, "children": 7}
        yield Told("operation_result", "operation", operation, at + 50 * DAY, result)


def _source(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A picture whose fingerprint is attested and listed, or that its owner asks to have blocked."""
    at, source = of.moment(number, count), of.subject("source", number)
    if number % 3 == 0:
        yield Told("self_block_requested", "source", source, at, {"age": AGES[number % 3]})
    for kind in ("pdq", "sha256"):
        codes = {"kind": kind, "legal_class": "baseline"}
        yield Told("fp_attested", "source", source, at + HOUR, codes)
    if number % 5 != 4:
        yield Told("fp_listed", "source", source, at + (3 + number % 40) * HOUR, {})
    if number % 29 == 28:
        yield Told("fp_disputed", "source", source, at + 5 * DAY, {"upheld": True})
        yield Told("fp_withdrawn", "source", source, at + 6 * DAY, {})


def _hit(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A platform that fetches the list each day, and what it finds by it."""
    at = of.moment(number, count)
    partner = uuid5(of.organisation, f"partner {number % 3}")
    if number < 3:
        begun = {"how": "begin", "protocol": "havn"}
        yield Told("list_pulled", "partner", partner, of.quarter.starts_at, begun)
        for day in range(0, 85, 1 + number):
            pulled = of.quarter.starts_at + day * DAY + 2 * HOUR
            yield Told("list_pulled", "partner", partner, pulled, {"how": "pull"})
    action = ("removed", "reported", "blocked", "none")[number % 4]
    codes = {"action": action, "kind": "exact" if number % 2 else "near"}
    yield Told("hit_reported", "partner", partner, at, codes)


def _school(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A school that holds a session, and in each first quarter the register of schools."""
    at, level = of.moment(number, count), LEVELS[number % 3]
    if of.quarter.number == 1 and number < len(LEVELS):
        register = {"kind": "register", "level": level, "schools": 120}
        yield Told("school_session", "school", of.subject("register", number), at, register)
    codes = {"kind": "session", "level": level}
    yield Told("school_session", "school", of.subject("school", number), at, codes)


def _post(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """Somebody in post, mostly trained."""
    at, person = of.moment(number, count), uuid5(of.organisation, f"staff {number}")
    yield Told("staff_in_post", "staff", person, at, {"role": POSTS[number % 5], "left": False})
    if number % 4 != 3:
        yield Told("staff_trained", "staff", person, at + DAY, {})


def _outreach(of: MadeUpQuarter, number: int, count: int) -> Iterator[Told]:
    """A campaign with surveys before and after it, and helpline links that were followed."""
    at, campaign = of.moment(number, count, last=40 * DAY), of.subject("campaign", number)
    for link in range(12):
        form = of.subject(f"link {number}", link)
        codes = {"country": of.country.lower()}
        yield Told("helpline_followed", "form", form, at + link * DAY, codes)
    run = {
        "method": "survey",
        "audience": "children",
        "reach": 380 + 20 * of.quarter.number,
        "population": 1000,
    }
    yield Told("campaign_run", "campaign", campaign, at + DAY, run)
    for wave, right, days in (("before", 210, 0), ("after", 260 + of.quarter.number, 30)):
        asked = {
            "wave": wave,
            "topic": ("reporting", "own_images")[of.quarter.number % 2],
            "audience": "children",
            "answers": 400,
            "right": right,
            "acted": 120 if wave == "after" else 0,
        }
        yield Told("survey_wave", "campaign", campaign, at + days * DAY, asked)


def record(told: list[Told], *, organisation: UUID) -> int:
    """Write facts as they would have been recorded then, in one transaction; returns how many."""
    from django.db import transaction

    from havn.domain.ledger import services as ledger
    from havn.domain.ledger.rules import FactName

    with transaction.atomic():
        for each in told:
            ledger.record_fact(
                name=FactName(each.name),
                subject_kind=each.kind,
                subject_id=each.subject,
                organisation=organisation,
                at=each.at,
                codes=each.codes,
            )
    return len(told)
