# SPDX-License-Identifier: Apache-2.0
"""A pretend outside for tests: second implementations of every Protocol, filled in by hand.

They pass the same contract tests as the real clients (tests/domain/test_tracing_clients.py and
test_takedown_clients.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import ClassVar
from uuid import UUID, uuid4

from havn.domain.referral.clients import KnownNode, NoKnown
from havn.domain.takedown.clients import VantageError
from havn.domain.takedown.rules import (
    AnswerMessage,
    AskMessage,
    LookState,
    Seen,
    SeenElsewhere,
    VantagePoint,
)
from havn.domain.tracing.rules import Dataset, NetworkFound
from havn.domain.tracing.tasks import Tracers
from havn.domain.workflow.tasks.outside import Outside
from havn.lib.http import DnsAnswer
from havn.lib.mail import MailError

HOST = "pictures.example"
ADDRESS = "203.0.114.10"
NETWORK = NetworkFound(
    network="203.0.114.0/24",
    name="HARBOUR-HOSTING",
    country="DK",
    abuse_name="Harbour Hosting abuse desk",
    abuse_email="abuse@harbour.example",
)


@dataclass
class FakeResolver:
    """Names from a dictionary; unknown ones do not exist."""

    names: dict[str, DnsAnswer] = field(default_factory=dict)
    is_dead: bool = False

    def look_up(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        del timeout_seconds
        if self.is_dead:
            return DnsAnswer(failure="resolver_dead")
        return self.names.get(name, DnsAnswer(failure="no_such_name"))

    def find_addresses(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        return self.look_up(name, timeout_seconds=timeout_seconds)


@dataclass
class FakeRegistry:
    """The same network for every address, until told otherwise."""

    network: NetworkFound = NETWORK

    def network_of(self, address: str) -> NetworkFound:
        del address
        return self.network


@dataclass
class FakeCountries:
    """The same country for every address, until told otherwise."""

    country: str = "DK"
    dataset: ClassVar[Dataset] = Dataset("made up 17", date(2026, 2, 1))

    def country_of(self, address: str) -> str:
        del address
        return self.country


@dataclass
class FakeChecker:
    """Answers as it is told, and keeps what it was asked."""

    status: int | None = 200
    failure: str | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "image/jpeg"})
    redirects: tuple[tuple[int, str], ...] = ()
    asked: list[str] = field(default_factory=list)
    came_from: str = ""

    def look(self, url: str, *, came_from: str = "") -> Seen:
        self.asked.append(url)
        self.came_from = came_from
        return Seen(
            url=url,
            status=None if self.failure else self.status,
            failure=self.failure,
            final_url=self.redirects[-1][1] if self.redirects else url,
            redirects=self.redirects,
            headers=dict(self.headers),
            addresses=(ADDRESS,),
            came_from_sent=bool(came_from),
        )

    def answers(self, status: int | None = None, *, failure: str | None = None) -> None:
        """Answer like this from now on."""
        self.status, self.failure = status, failure


@dataclass
class FakeMail:
    """Keeps the mails that it took; refuses as it is told."""

    taken: list[EmailMessage] = field(default_factory=list)
    refusal: MailError | None = None

    def send(self, mail: EmailMessage) -> None:
        if self.refusal is not None:
            if self.refusal.may_have_arrived:
                self.taken.append(mail)
            raise self.refusal
        self.taken.append(mail)


@dataclass
class FakeVantages:
    """Other nodes that see what they are told; each question is answered at the next look for it."""

    nodes: dict[UUID, str] = field(default_factory=dict)  # by country
    checkers: dict[UUID, FakeChecker] = field(default_factory=dict)
    taken: dict[tuple[UUID, UUID], AskMessage] = field(default_factory=dict)
    refusal: VantageError | None = None
    refused: str = ""
    is_slow: bool = False

    def points(self) -> tuple[VantagePoint, ...]:
        return tuple(VantagePoint(node, country) for node, country in self.nodes.items())

    def ask(self, node: UUID, message: AskMessage) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.taken.setdefault((node, message.id), message)

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        del asked_at
        if self.refusal is not None:
            raise self.refusal
        asked = self.taken.get((node, message.id))
        if asked is None:
            raise VantageError("ask_refused", is_final=True)
        if self.is_slow:
            return AnswerMessage(LookState.WAITING)
        if self.refused:
            return AnswerMessage(LookState.REFUSED, refused=self.refused)
        seen = self.checkers[node].look(asked.address, came_from=asked.came_from)
        plain = replace(seen, addresses=(), tls_subject="", name_servers=())
        return AnswerMessage(LookState.SEEN, found=SeenElsewhere(plain, at, timedelta(seconds=1)))

    def add(self, country: str, checker: FakeChecker | None = None) -> FakeChecker:
        """Let a node of that country take part, and return what it looks with."""
        node = uuid4()
        self.nodes[node] = country
        self.checkers[node] = checker or FakeChecker()
        return self.checkers[node]


@dataclass
class FakeOutside:
    """All of it, with every part within reach of the test."""

    resolver: FakeResolver = field(
        default_factory=lambda: FakeResolver({HOST: DnsAnswer(addresses_v4=(ADDRESS,))})
    )
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    countries: FakeCountries = field(default_factory=FakeCountries)
    checker: FakeChecker = field(default_factory=FakeChecker)
    mail: FakeMail = field(default_factory=FakeMail)
    vantages: FakeVantages = field(default_factory=FakeVantages)
    known: KnownNode = field(default_factory=NoKnown)

    def outside(self) -> Outside:
        """Return it as background work takes it."""
        return Outside(
            tracers=Tracers(self.resolver, self.registry, self.countries),
            checker=self.checker,
            mail=self.mail,
            vantages=self.vantages,
            known=self.known,
        )
