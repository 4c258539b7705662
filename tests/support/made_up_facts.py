# SPDX-License-Identifier: Apache-2.0
"""Random histories of all facts, with their odd cases; the same seed gives the same facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
END = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class MadeUpFact(NamedTuple):
    """One fact as indicators read it."""

    name: str
    subject_kind: str
    subject_id: str
    happened_at: datetime
    recorded_at: datetime
    codes: Mapping[str, Any]


def made_up_facts(seed: int) -> list[MadeUpFact]:
    """Return the facts of a random history, in random order; some kinds of fact may be missing in it."""
    return _Maker(random.Random(seed)).facts()


class _Maker:
    """Makes the stories of one history, one after the other."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made: list[MadeUpFact] = []
        self.told: set[tuple[str, str, datetime, datetime]] = set()
        # On a coarse grid many things happen at the same instant and exactly at the end of a window.
        self.grid = chance.choice([timedelta(hours=12), timedelta(hours=1), timedelta(seconds=1)])
        self.focus = datetime(2023, 1, 1, tzinfo=UTC) + chance.random() * 900 * DAY

    def facts(self) -> list[MadeUpFact]:
        """Return all facts."""
        stories: list[tuple[Callable[[], None], int]] = [
            (self.report, 80),
            (self.item, 160),
            (self.referral, 60),
            (self.victim, 70),
            (self.suspect, 40),
            (self.investigation, 50),
            (self.operation, 15),
            (self.source, 70),
            (self.partner, 4),
            (self.campaign, 8),
            (self.school, 30),
            (self.staff, 40),
            (self.commitment, 20),
            (self.criterion, 25),
            (self.national_report, 3),
            (self.counters, 30),
        ]
        for story, most in stories:
            for _ in range(self.chance.choice([0, most // 4, most, most, most])):
                story()
        self.chance.shuffle(self.made)
        return self.made

    # What the stories are made of.

    def some_time(self) -> datetime:
        """Return an instant, mostly within a year and a bit, so that periods are full enough."""
        wide = self.chance.random() < 0.25
        begin, length = (BEGIN, END - BEGIN) if wide else (self.focus, 400 * DAY)
        return self.on_grid(begin + self.chance.random() * length)

    def on_grid(self, at: datetime) -> datetime:
        return at - (at - BEGIN) % self.grid

    def after(self, at: datetime, days: float) -> datetime:
        """Return an instant so many days later at most, mostly much earlier, sometimes at once."""
        if self.chance.random() < 0.05:
            return at
        return self.on_grid(at + self.chance.random() ** 2 * days * DAY)

    def one_of(self, *words: str) -> str | None:
        """Return one of the words, sometimes one that nobody knows, sometimes none."""
        luck = self.chance.random()
        if luck < 0.05:
            return None
        return "of_no_list" if luck < 0.1 else self.chance.choice(words)

    def new_id(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    def tell(self, name: str, kind: str, subject: str, at: datetime, /, **codes: object) -> None:
        """Add a fact; some are recorded late, some twice, some about another kind of subject."""
        given = {"v": 1, **{key: value for key, value in codes.items() if value is not None}}
        if self.chance.random() < 0.02 and given.keys() - {"v"}:
            spoilt = self.chance.choice(sorted(given.keys() - {"v"}))
            if isinstance(given[spoilt], str) and spoilt != "received_at":
                given[spoilt] = self.chance.choice([7, True, ["web"], {"a": 1}])
        late = self.chance.choice([0, 0, 0, 0, 3, 40, 300])
        recorded = at + self.chance.random() * late * DAY
        if self.chance.random() < 0.01:
            kind = "nothing"
        self.add(MadeUpFact(name, kind, subject, at, recorded, given))
        if self.chance.random() < 0.02:
            again = self.after(at, 60)
            self.add(MadeUpFact(name, kind, subject, again, again, given))

    def add(self, fact: MadeUpFact) -> None:
        """Add a fact; those of one name and subject differ in an instant, so that one of them is the later one."""
        key = (fact.name, fact.subject_id, fact.happened_at, fact.recorded_at)
        while key in self.told:
            fact = fact._replace(recorded_at=fact.recorded_at + timedelta(seconds=1))
            key = (*key[:3], fact.recorded_at)
        self.told.add(key)
        self.made.append(fact)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    # The stories.

    def report(self) -> None:
        self.tell(
            "report_received",
            "report",
            self.new_id(),
            self.some_time(),
            channel=self.one_of("web", "web", "referrer", "file", "desk"),
            language=self.one_of("en", "da", "da"),
            reporter_kind=self.one_of("public", "organisation", "staff"),
            age=self.one_of("y0t2", "y3t13", "y14t17", "y_ge18", "_U"),
            duplicate=self.maybe(0.3),
        )

    def counters(self) -> None:
        number = self.chance.choice([None, 0, 1, 5, 30])
        language = self.one_of("en", "da")
        self.tell(
            "form_started",
            "form",
            self.new_id(),
            self.some_time(),
            language=language,
            number=number,
        )
        country = self.one_of("dk", "se", "de")
        self.tell("helpline_followed", "form", self.new_id(), self.some_time(), country=country)

    def item(self) -> None:
        item, received = self.new_id(), self.some_time()
        at = self.after(received, 5)
        for number in range(self.chance.choice([0, 1, 1, 1, 1, 2, 3])):
            self.assessment(item, received, at, is_first=number == 0)
            at = self.after(at, 40)
        for _ in range(self.chance.choice([0, 0, 0, 1, 2]) if self.maybe(0.5) else 0):
            legal_class = self.one_of("baseline", "national", "not_illegal")
            self.tell("item_assessed", "item", item, at, legal_class=legal_class, double=True)
        at = self.after(received, 10)
        for _ in range(self.chance.choice([0, 1, 1, 1, 2, 3])):
            self.trace(item, at)
            at = self.after(at, 60)
        if self.maybe(0.15):
            self.tell("item_orphaned", "item", item, at, country=self.one_of("se", "xe"))
        if self.maybe(0.7):
            self.police(item, self.after(received, 5))
        if self.maybe(0.7):
            self.notices(item, self.after(received, 8))

    def assessment(self, item: str, received: datetime, at: datetime, *, is_first: bool) -> None:
        classes = ("baseline", "baseline", "national", "not_illegal", "undetermined", "")
        given = received.isoformat()
        if self.maybe(0.1):
            given = self.chance.choice([received.replace(tzinfo=None).isoformat(), "soon", ""])
        origins = ("photographic", "drawn", "ai_generated", "ai_altered", "unknown")
        self.tell(
            "item_assessed",
            "item",
            item,
            at,
            legal_class=self.one_of(*classes),
            origin=self.one_of(*origins),
            first=is_first,
            received_at=None if self.maybe(0.05) else given,
            known=self.chance.choice([None, True, False, False]),
        )
        if self.maybe(0.12):
            undone = at if self.maybe(0.3) else self.after(at, 1)
            before = self.chance.choice(["", "", "baseline"])
            self.tell("item_assessed", "item", item, undone, legal_class=before, withdrawn=True)

    def trace(self, item: str, at: datetime) -> None:
        country = self.chance.choice(["dk", "dk", "se", "xe", "", "nowhere"])
        here: bool | None = country == "dk"
        if self.maybe(0.1):
            here, country = None, self.chance.choice(["", "se"])
        told: dict[str, object] = {"here": here, "country": country}
        if self.maybe(0.05):
            del told["country"]
        self.tell("item_traced", "item", item, at, **told)

    def police(self, item: str, at: datetime) -> None:
        self.tell("police_informed", "item", item, at, legal_class="baseline")
        if self.maybe(0.9):
            self.tell("lead_received", "item", item, at)
        if self.maybe(0.6):
            self.tell("lead_answered", "item", item, self.after(at, 60), kind="known")

    def notices(self, item: str, at: datetime) -> None:
        self.tell("notice_sent", "item", item, at, rung=1, contact=self.new_id())
        if self.maybe(0.3):
            self.tell("notice_sent", "item", item, self.after(at, 10), rung=2)
        for _ in range(self.chance.choice([0, 2, 5])):
            verdict = self.one_of("up", "gone", "unclear", "refused")
            in_time = self.chance.choice([None, True, True, True, False])
            checked = self.after(at, 100)
            self.tell("check_done", "item", item, checked, verdict=verdict, in_time=in_time)
        gone = self.after(at - 3 * DAY if self.maybe(0.2) else at, 30)
        for _ in range(self.chance.choice([0, 1, 1, 1, 2, 3])):
            self.tell("item_removed", "item", item, gone)
            gone = self.after(gone, 120)
            if self.maybe(0.4):
                where = self.one_of("same", "other")
                self.tell("item_reappeared", "item", item, gone, where=where)
                gone = self.after(gone, 30)

    def referral(self) -> None:
        referral, at = self.new_id(), self.some_time()
        side = self.chance.choice(["in", "out"])
        name = "referral_sent" if side == "out" else "referral_received"
        self.tell(name, "referral", referral, at, to=self.one_of("se", "de"))
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            how = self.one_of("accepted", "accepted", "declined", "received")
            told = side if self.maybe(0.9) else "in"
            answered = self.after(at, 4)
            self.tell("referral_acknowledged", "referral", referral, answered, how=how, side=told)
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            kind = self.one_of("removed", "not_illegal", "moved", "not_found", "cannot_act")
            self.tell("referral_outcome", "referral", referral, self.after(at, 60), kind=kind)

    def victim(self) -> None:
        victim, at = self.new_id(), self.some_time()
        if self.maybe(0.85):
            self.tell(
                "victim_recorded",
                "victim",
                victim,
                at,
                origin=self.one_of("public", "partner", "referral", "police"),
                country=self.one_of("dk", "dk", "se", ""),
                place=self.one_of("here", "abroad"),
            )
        if self.maybe(0.75):
            found = self.after(at, 300)
            self.identified(victim, found)

    def identified(self, victim: str, found: datetime) -> None:
        self.tell(
            "victim_identified",
            "victim",
            victim,
            found,
            sex=self.one_of("f", "f", "m"),
            age=self.one_of("y0t2", "y3t13", "y14t17", "y_ge18"),
            setting=self.one_of("family", "trust", "institution", "online"),
            by=self.one_of("national", "foreign", "joint"),
            country=self.one_of("dk", "dk", "se", ""),
        )
        if self.maybe(0.7):
            safe = self.after(found - DAY if self.maybe(0.1) else found, 8)
            how = "adult" if self.maybe(0.1) else "placed"
            self.tell("victim_safeguarded", "victim", victim, safe, how=how)
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            offered = self.after(found, 60)
            kind = self.one_of("medical", "counselling", "legal", "housing", "school")
            self.tell("support_offered", "victim", victim, offered, kind=kind)
            if self.maybe(0.5):
                self.tell("support_given", "victim", victim, self.after(offered, 60), kind=kind)

    def suspect(self) -> None:
        suspect, at = self.new_id(), self.some_time()
        for name in ("suspect_identified", "suspect_arrested", "person_convicted"):
            if self.maybe(0.7):
                offence = self.one_of("030221", "030222", "030223", "030229")
                who = self.one_of("adult", "adult", "child")
                self.tell(name, "suspect", suspect, at, offence=offence, who=who)
            at = self.after(at, 300)

    def investigation(self) -> None:
        investigation, at = self.new_id(), self.some_time()
        if self.maybe(0.95):
            source = self.one_of("public", "partner", "referral", "police")
            self.tell("investigation_opened", "investigation", investigation, at, source=source)
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            at = self.after(at, 300)
            outcome = self.one_of(
                "charged", "transferred", "no_suspect", "evidence_gone", "not_offence"
            )
            self.tell("investigation_closed", "investigation", investigation, at, outcome=outcome)

    def operation(self) -> None:
        operation, at = self.new_id(), self.some_time()
        role, members = self.one_of("lead", "partner"), self.chance.choice([None, 1, 2, 9])
        self.tell("operation_joined", "operation", operation, at, role=role, members=members)
        for _ in range(self.chance.choice([0, 1, 2, 3])):
            at = self.after(at, 200)
            told = {
                name: self.chance.choice([None, 0, 3, 40])
                for name in ("suspects", "arrests", "children")
            }
            self.tell("operation_result", "operation", operation, at, **told)

    def source(self) -> None:
        source, at = self.new_id(), self.some_time()
        if self.maybe(0.4):
            age = self.one_of("y3t13", "y14t17", "y_ge18")
            self.tell("self_block_requested", "source", source, at, age=age)
        for _ in range(self.chance.choice([0, 1, 1, 2, 4])):
            kind = self.one_of("sha256", "md5", "pdq", "tmk")
            legal_class = self.one_of("baseline", "national")
            attested = self.after(at, 3)
            self.tell(
                "fp_attested", "source", source, attested, kind=kind, legal_class=legal_class
            )
        if self.maybe(0.7):
            at = self.after(at, 4)
            self.tell("fp_listed", "source", source, at)
        if self.maybe(0.2):
            self.tell("fp_disputed", "source", source, self.after(at, 200), upheld=self.maybe(0.5))
        if self.maybe(0.2):
            self.tell("fp_withdrawn", "source", source, self.after(at, 300))

    def partner(self) -> None:
        partner, at = self.new_id(), self.some_time()
        protocol = self.one_of("havn", "threatexchange", "file")
        self.tell("list_pulled", "partner", partner, at, how="begin", protocol=protocol)
        for _ in range(40):
            self.tell("list_pulled", "partner", partner, self.after(at, 120), how="pull")
        for _ in range(self.chance.choice([0, 10, 30])):
            action = self.one_of("removed", "reported", "blocked", "none")
            hit = self.after(at, 300)
            kind = self.one_of("exact", "near")
            self.tell("hit_reported", "partner", partner, hit, action=action, kind=kind)
        if self.maybe(0.5):
            self.tell("list_pulled", "partner", partner, self.after(at, 300), how="end")

    def campaign(self) -> None:
        campaign, at = self.new_id(), self.some_time()
        audience = self.one_of("children", "parents", "teachers", "adults")
        for method in ("survey", "counter"):
            if self.maybe(0.7):
                reach, people = (
                    self.chance.randrange(900),
                    self.chance.choice([0, 500, 1000, None]),
                )
                self.tell(
                    "campaign_run",
                    "campaign",
                    campaign,
                    at,
                    method=method,
                    audience=audience,
                    reach=reach,
                    population=people,
                )
        topic = self.one_of("reporting", "own_images", "grooming", "extortion")
        waves = ("before", "after", "after") if self.maybe(0.7) else ("single", "after")
        for wave in waves:
            at = self.after(at, 90)
            self.wave(campaign, at, wave=wave, topic=topic, audience=audience)

    def wave(self, campaign: str, at: datetime, **words: str | None) -> None:
        answers = self.chance.choice([0, 1, 40, 200])
        right = self.chance.choice([None, self.chance.randint(0, answers), answers, answers + 1])
        acted = self.chance.choice([None, self.chance.randint(0, answers)])
        told = {**words, "answers": answers, "right": right, "acted": acted}
        self.tell("survey_wave", "campaign", campaign, at, **told)

    def school(self) -> None:
        school, at = self.new_id(), self.some_time()
        level = self.one_of("primary", "lower_secondary", "upper_secondary")
        if self.maybe(0.2):
            number = self.chance.choice([20, 50, 100])
            self.tell(
                "school_session",
                "school",
                school,
                at,
                kind="register",
                level=level,
                schools=number,
            )
            return
        for _ in range(self.chance.choice([1, 2, 3])):
            self.tell("school_session", "school", school, at, kind="session", level=level)
            at = self.after(at, 300)

    def staff(self) -> None:
        person, at = self.new_id(), self.some_time()
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            role = self.one_of("analyst", "police", "prosecutor", "judge", "child_protection")
            has_left = self.maybe(0.2)
            self.tell("staff_in_post", "staff", person, at, role=role, left=has_left)
            at = self.after(at, 300)
        for _ in range(self.chance.choice([0, 1, 2])):
            self.tell("staff_trained", "staff", person, self.some_time())

    def commitment(self) -> None:
        commitment, at = self.new_id(), self.some_time()
        target = self.chance.choice([1, 2, 3, 4, "4", None, 9])
        state = self.one_of("adopted", "in_progress", "withdrawn")
        self.tell("commitment_due", "commitment", commitment, at, target=target, state=state)
        if self.maybe(0.3):
            later = self.after(at, 300)
            self.tell("commitment_due", "commitment", commitment, later, target=target)
        if self.maybe(0.7):
            achieved = self.after(at - 60 * DAY, 120)
            self.tell("commitment_achieved", "commitment", commitment, achieved)

    def criterion(self) -> None:
        criterion, at = self.new_id(), self.some_time()
        number = self.chance.choice(["l01", "l07", "l24", "l25_report", "l25_remove", "L09"])
        group = self.one_of("offences", "procedure", "providers", "protection", "prevention")
        for _ in range(self.chance.choice([1, 1, 2])):
            value = self.one_of("yes", "partly", "no", "unknown")
            self.tell(
                "criterion_assessed",
                "criterion",
                criterion,
                at,
                criterion=number,
                group=group,
                value=value,
            )
            at = self.after(at, 300)

    def national_report(self) -> None:
        at = self.some_time()
        year = at.year - 1 if self.maybe(0.8) else at.year - 2
        deadline: str = self.chance.choice([f"{year + 1}-03-31", f"{year + 1}-03-31", "spring"])
        self.tell(
            "national_report_signed",
            "national_report",
            self.new_id(),
            at,
            year=year if self.maybe(0.7) else str(year),
            deadline=deadline,
        )
