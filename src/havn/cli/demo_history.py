# SPDX-License-Identifier: Apache-2.0
"""Two closed quarters of made-up history: services and background work, called with past times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from havn.cli import demonstration, start

if TYPE_CHECKING:
    from email.message import EmailMessage

    from havn.domain.actor import Actor
    from havn.domain.cases.selectors import ItemView
    from havn.domain.indicators.rules import Quarter
    from havn.domain.ledger.rules import FactName
    from havn.domain.takedown.rules import Seen
    from havn.domain.tracing.rules import NetworkFound
    from havn.lib.http import DnsAnswer

REPORTS = (8, 30)  # so few in the first quarter that most of it has to be suppressed
REFERRALS = (4, 36)  # in each direction
FREEZE_AFTER = timedelta(days=10)
PIECES = 8  # of work in one transaction: a tenth of a second
PAUSE_SECONDS = 0.02
_NETWORKS = {"a": ("203.0.114", "XD"), "b": ("203.0.115", "XD"), "c": ("203.0.116", "XE")}


@dataclass(frozen=True, slots=True)
class Past:
    """One made-up report of the past: when, what was decided, and how long the page stayed."""

    number: int
    at: datetime
    channel: str
    language: str
    provider: str
    legal_class: str
    stays: timedelta | None

    @property
    def address(self) -> str:
        """The made-up address."""
        return f"http://item-{self.number}.provider-{self.provider}.example/past"


def make_history(*, at: datetime) -> dict[str, int]:
    """Make and freeze the last two closed quarters, unless something is frozen already.

    The pages are served meanwhile: it is written in many short transactions, with room for others
    between them. A run that was broken off is taken up where it ended.
    """
    from django.db import transaction

    from havn.domain.indicators.rules import Quarter
    from havn.domain.reporting import selectors as reporting
    from havn.domain.reporting import services as figures

    operator = start.operator()
    if reporting.closed_quarters(actor=operator):
        demonstration.history_mark().unlink(missing_ok=True)
        return {"reports": 0, "quarters": 0}
    last = Quarter.of(at).previous
    quarters = (last.previous, last)
    past = [each for place, quarter in enumerate(quarters) for each in _past(quarter, place)]
    Simulation(past, organisation=_organisation(operator), ends_at=at).run()
    with transaction.atomic():
        for place, quarter in enumerate(quarters):
            _refer(quarter, REFERRALS[place], organisation=_organisation(operator))
        for quarter in quarters:
            frozen_at = min(quarter.ends_at + FREEZE_AFTER, at)
            figures.freeze_quarter(period=str(quarter), actor=operator, at=frozen_at)
    _seal(at)
    demonstration.history_mark().unlink(missing_ok=True)
    return {"reports": len(past), "quarters": len(quarters)}


def _seal(at: datetime) -> None:
    """Link and sign what was recorded, so that the chain is sound before the worker starts."""
    from havn.cli.worker import sealer

    seals = sealer()
    while seals.run_once(at=at):
        pass
    seals.sign_head(at=at)


def _organisation(actor: Actor) -> UUID:
    if actor.organisation is None:
        raise RuntimeError("a made node has an organisation")
    return actor.organisation


def _past(quarter: Quarter, place: int) -> Iterator[Past]:
    """Yield the quarter's reports, spread evenly; fates follow from the number alone."""
    step = (quarter.ends_at - quarter.starts_at - timedelta(days=2)) / REPORTS[place]
    for index in range(REPORTS[place]):
        is_repeat = index % 13 == 1
        provider = "aabacabbcab"[(index - is_repeat) % 11]
        hours = {"a": 3 + index % 9, "b": 30 + 7 * (index % 9), "c": 60 + 20 * (index % 7)}
        yield Past(
            number=200 + place * 100 + index - is_repeat,
            at=quarter.starts_at + timedelta(hours=9) + index * step,
            channel=("web", "web", "web", "referrer", "file")[index % 5],
            language="da" if index % 4 else "en",
            provider=provider,
            legal_class="not_illegal" if index % 17 == 16 else "baseline",
            stays=None if provider == "b" and index % 2 else timedelta(hours=hours[provider]),
        )


def _refer(quarter: Quarter, number: int, *, organisation: UUID) -> None:
    """Record what was referred abroad and from abroad in a quarter; fates follow from the number alone.

    Facts only: no other node is there, so no referral of the past can be opened.
    """
    step = (quarter.ends_at - quarter.starts_at - timedelta(days=32)) / number
    for index in range(number):
        at = quarter.starts_at + timedelta(hours=10) + index * step
        for side in ("in", "out"):
            hours = 2 + 5 * (index % 6) if side == "in" else 4 + 9 * (index % 7)
            answered = at + timedelta(hours=hours) if index % 12 != 11 else None
            _record_referral(index, at, answered, side=side, organisation=organisation)


def _record_referral(
    index: int, at: datetime, answered: datetime | None, *, side: str, organisation: UUID
) -> None:
    from havn.domain.ledger.rules import FactName

    begun = (
        (FactName.REFERRAL_SENT, "to") if side == "out" else (FactName.REFERRAL_RECEIVED, "from")
    )
    told: list[tuple[FactName, datetime, dict[str, object]]] = [
        (begun[0], at, {begun[1]: "xe", "class": "baseline"})
    ]
    if answered is not None:
        how = "declined" if index % 9 == 8 else "accepted"
        told.append((FactName.REFERRAL_ACKNOWLEDGED, answered, {"how": how, "side": side}))
        if index % 6 != 5:
            kind = ("removed", "removed", "removed", "not_illegal", "moved")[index % 5]
            kind = "cannot_act" if how == "declined" else kind
            days = timedelta(days=1 + index % 8)
            told.append((FactName.REFERRAL_OUTCOME, answered + days, {"kind": kind}))
    _record(told, subject_id=uuid5(organisation, f"{side}:{at}"), organisation=organisation)


def _record(
    told: list[tuple[FactName, datetime, dict[str, object]]],
    *,
    subject_id: UUID,
    organisation: UUID,
) -> None:
    from havn.domain.ledger import services as ledger

    for name, at, codes in told:
        ledger.record_fact(
            name=name,
            subject_kind="referral",
            subject_id=subject_id,
            organisation=organisation,
            at=at,
            codes=codes,
        )


class Simulation:
    """Lets past events and the background work that follows from them happen in their order."""

    def __init__(self, past: list[Past], *, organisation: UUID, ends_at: datetime) -> None:
        from havn.cli.worker import background_work
        from havn.domain.accounts import selectors as accounts
        from havn.domain.actor import Actor

        self._past = sorted(past, key=lambda each: each.at)
        self._ends_at = ends_at
        self._now = self._past[0].at
        self._work = background_work()
        self._system = Actor.system(organisation=organisation)
        staff = {login["email"]: login for login in demonstration.make_staff(organisation)}
        analyst = staff[demonstration.STAFF[0][0]]
        self._analyst = accounts.actor_of(person_id=UUID(analyst["person_id"]))
        self._confirmed: set[str] = set()
        self._pause = Event()
        self._world = PastWorld(self)

    @property
    def now(self) -> datetime:
        """The moment of the past that is being played."""
        return self._now

    @property
    def reported(self) -> list[Past]:
        """All reports of the past."""
        return self._past

    def run(self) -> None:
        """Play everything until the end."""
        for each in self._past:
            self._work_until(each.at)
            item_id = self._filed(each)
            if item_id is not None:
                at = each.at + timedelta(hours=2 + each.number % 5)
                self._work_until(at)
                self._assess(each, item_id, at=at)
                self._work_until(at + timedelta(minutes=1))
                if each.legal_class == "baseline":
                    self._settle(each, item_id, at=at + timedelta(minutes=5))
        self._work_until(self._ends_at)

    def _filed(self, each: Past) -> UUID | None:
        """File a report and return the item that it opened, until that is assessed."""
        from havn.domain.cases import services as cases
        from havn.domain.workflow.services import casework

        report = cases.NewReport(
            report_id=uuid5(_organisation(self._system), each.address + each.at.isoformat()),
            organisation=_organisation(self._system),
            channel=each.channel,
            language=each.language,
            received_at=each.at,
            addresses=(each.address,),
            texts={"words": "Made up."},
        )
        [filed] = casework.reports_imported(rows=[report], actor=self._system, at=each.at)
        [item] = filed.items
        return None if item.is_duplicate else item.item_id

    def _assess(self, each: Past, item_id: UUID, *, at: datetime) -> None:
        from dataclasses import replace

        from django.conf import settings

        from havn.domain.assessment import rules
        from havn.domain.assessment import services as assessment
        from havn.domain.cases.rules import LegalClass
        from havn.domain.workflow.services import casework

        if self._item(item_id).stage != "received":
            return  # An earlier run came as far as this.
        held = assessment.take_item(item_id=item_id, actor=self._analyst, at=at)
        proposed = rules.default_decision(settings.HAVN_POLICY, jurisdiction=PastWorld.own_country)
        casework.assess_item(
            item_id=held.item_id,
            lease_token=held.lease_token,
            decision=replace(proposed, legal_class=LegalClass(each.legal_class)),
            actor=self._analyst,
            at=at,
        )

    def _item(self, item_id: UUID) -> ItemView:
        from havn.domain.cases import selectors as cases

        return cases.item(item_id=item_id, actor=self._analyst)

    def _settle(self, each: Past, item_id: UUID, *, at: datetime) -> None:
        """Confirm a network's contact once, and pass on what is hosted abroad."""
        from havn.domain.tracing import selectors as tracing
        from havn.domain.workflow.services import casework

        if _NETWORKS[each.provider][1] != self._world.own_country:
            if self._item(item_id).assignment == "orphan":
                casework.item_passed_on(
                    item_id=item_id, to="Hotline of Elseland", actor=self._analyst, at=at
                )
        elif each.provider not in self._confirmed:
            self._confirmed.add(each.provider)
            for found in tracing.contacts_to_confirm(actor=self._analyst):
                if found.contact_id is not None:
                    casework.contact_confirmed(
                        item_id=found.item_id,
                        contact_id=found.contact_id,
                        actor=self._analyst,
                        at=at,
                    )

    def _work_until(self, until: datetime) -> None:
        """Do all background work that falls due, each piece at its time."""
        while self._work_some(until):
            self._pause.wait(PAUSE_SECONDS)  # whoever else wants to write comes in here
        self._now = max(self._now, until)

    def _work_some(self, until: datetime) -> bool:
        """Do a few pieces of work in one transaction; false when none was due."""
        from django.db import transaction

        from havn.domain.jobs import services as jobs

        with transaction.atomic():
            for _ in range(PIECES):
                claimed = jobs.claim(kinds=self._work, at=until, most=1)
                if not claimed:
                    return False
                job = claimed[0]
                self._now = max(self._now, job.due_at)
                self._work[job.kind](job, self._now, self._world.outside)
                jobs.finish(job=job, at=self._now)
        return True


class PastWorld:
    """The outside as it was: names, registry, pages that went away, mail that arrived."""

    own_country = "XD"
    dataset: Any = None  # nobody keeps the registry files of the past

    def __init__(self, simulation: Simulation) -> None:
        from havn.domain.tracing.tasks import Tracers
        from havn.domain.workflow.tasks.outside import Outside

        self._simulation = simulation
        self._gone_at = {
            each.address: each.at + each.stays
            for each in simulation.reported
            if each.stays is not None
        }
        self.outside: Any = Outside(
            tracers=Tracers(resolver=self, registry=self, countries=self), checker=self, mail=self
        )

    def find_addresses(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        """Return the address of a made-up host."""
        from havn.lib.http import DnsAnswer

        del timeout_seconds
        network, _country = _NETWORKS[name.removesuffix(".example")[-1]]
        return DnsAnswer(addresses_v4=(f"{network}.10",))

    look_up = find_addresses

    def network_of(self, address: str) -> NetworkFound:
        """Return the network that the lab's registry knows."""
        from havn.domain.tracing.rules import NetworkFound

        prefix = address.rpartition(".")[0]
        key, country = next((k, c) for k, (p, c) in _NETWORKS.items() if p == prefix)
        return NetworkFound(
            network=f"{prefix}.0/24",
            name=f"PROVIDER-{key.upper()}",
            country=country,
            abuse_name=f"PROVIDER-{key.upper()} abuse desk",
            abuse_email=f"abuse@provider-{key}.example",
        )

    def country_of(self, address: str) -> str:
        """Return the country of the registry's file."""
        return self.network_of(address).country

    def look(self, url: str, *, came_from: str = "") -> Seen:
        """Return what the page answered then."""
        del came_from  # its pages show to everybody
        from havn.domain.takedown.rules import Seen

        gone_at = self._gone_at.get(url)
        is_gone = gone_at is not None and gone_at <= self._simulation.now
        return Seen(url=url, status=404 if is_gone else 200, final_url=url)

    def send(self, mail: EmailMessage) -> None:
        """Take a mail; nobody answers any more."""
        del mail
