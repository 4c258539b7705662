# SPDX-License-Identifier: Apache-2.0
"""What a referral carries: built from values here, read strictly there; words and metadata, never imagery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from havn.domain.cases.rules import LONGEST_PATH, LegalClass, is_confirming
from havn.domain.referral.rules._reading import BodyError, BodyFault, Fields
from havn.domain.referral.rules.ways import LONGEST_CHAIN, Why
from havn.lib.encoding import LONGEST_ADDRESS, AddressError, parse_address

BODY_VERSION = 1
MOST_STEPS = 1_000_000
LONGEST_TEXT = 20_000
TEXT_NAMES = frozenset({"app", "seen", "words", "where", "when", "described", "source"})
CONTACT_NAMES = frozenset({"reach"})


@dataclass(frozen=True, slots=True)
class Item:
    """The item: its address, how it shows where the address alone does not, and how often it was told."""

    address: str
    received_at: datetime
    told_times: int = 1
    came_from: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """The assessment: whose node made it, and what it says; not the person."""

    by: UUID
    legal_class: LegalClass
    jurisdiction: str
    scheme: str
    scheme_version: str
    assessed_at: datetime
    labels: tuple[str, ...] = ()
    age_band: str = "unknown"
    sex: str = "undetermined"
    origin: str = "unknown"


@dataclass(frozen=True, slots=True)
class Hosting:
    """In which country the item is hosted, and what shows it; a person's decision has no evidence."""

    country: str
    observed_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    network: str = ""
    network_name: str = ""
    registry_country: str = ""
    network_country: str = ""
    registry_files: str = ""
    registry_files_date: date | None = None
    behind_proxy: str = ""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The four instants, of which three intervals are made."""

    received_at: datetime
    police_told_at: datetime | None = None
    provider_told_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """That police over there hold it; why stays with them."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Personal:
    """What a reporter wrote and how to reach them, where the law of the pair allows it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Referral:
    """All that a referral carries."""

    why: Why
    item: Item
    assessment: Made
    hosting: Hosting
    clocks: Clocks
    chain: tuple[UUID, ...]
    hold: Hold | None = None
    personal: Personal | None = None
    step: int = 1


def body_of(referral: Referral) -> dict[str, Any]:
    """Return the body of `referral.sent`. (E1, E2)"""
    item, hold = referral.item, referral.hold
    return {
        "step": referral.step,
        "why": referral.why.value,
        "item": {
            "kind": "address",
            "address": item.address,
            "came_from": item.came_from,
            "path": item.path,
            "received_at": item.received_at.isoformat(),
            "told_times": item.told_times,
        },
        "assessment": assessment_body(referral.assessment),
        "hosting": hosting_body(referral.hosting),
        "clocks": clocks_body(referral.clocks),
        "hold": {"since": _iso(hold.since), "until": _iso(hold.until)} if hold else None,
        "chain": [str(node) for node in referral.chain],
        "personal": _personal_body(referral.personal),
    }


def assessment_body(made: Made) -> dict[str, Any]:
    """Return an assessment as bodies carry it."""
    return {
        "by": str(made.by),
        "legal_class": made.legal_class.value,
        "jurisdiction": made.jurisdiction,
        "scheme": made.scheme,
        "scheme_version": made.scheme_version,
        "labels": list(made.labels),
        "age_band": made.age_band,
        "sex": made.sex,
        "origin": made.origin,
        "assessed_at": made.assessed_at.isoformat(),
    }


def hosting_body(hosting: Hosting) -> dict[str, Any]:
    """Return hosting evidence as bodies carry it."""
    made_on = hosting.registry_files_date
    return {
        "country": hosting.country,
        "observed_at": _iso(hosting.observed_at),
        "addresses": list(hosting.addresses),
        "network": hosting.network,
        "network_name": hosting.network_name,
        "registry_country": hosting.registry_country,
        "network_country": hosting.network_country,
        "registry_files": hosting.registry_files,
        "registry_files_date": made_on.isoformat() if made_on else "",
        "behind_proxy": hosting.behind_proxy,
    }


def clocks_body(clocks: Clocks) -> dict[str, Any]:
    """Return the four instants as bodies carry them."""
    return {
        "received_at": clocks.received_at.isoformat(),
        "police_told_at": _iso(clocks.police_told_at),
        "provider_told_at": _iso(clocks.provider_told_at),
        "removed_at": _iso(clocks.removed_at),
    }


def _personal_body(personal: Personal | None) -> dict[str, Any] | None:
    if personal is None:
        return None
    return {"texts": dict(personal.texts), "contact": dict(personal.contact)}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def begin(body: Any) -> Fields:
    """Return the fields of a body whose version is known; raises BodyError. (E3)"""
    if isinstance(body, Mapping) and body.get("v") != BODY_VERSION:
        raise BodyError(BodyFault.UNKNOWN_VERSION, "body.v")
    return Fields(body, "body")


def read_referral(body: Any) -> Referral:
    """Return what the body of `referral.sent` says; raises BodyError for anything that is not exactly right. (E4)"""
    given = begin(body)
    chain = given.texts("chain", most=LONGEST_CHAIN, longest=36)
    found = Referral(
        step=given.number("step", least=1, most=MOST_STEPS),
        why=given.one_of("why", Why),
        item=_item(given.part("item")),
        assessment=read_assessment(given.part("assessment")),
        hosting=read_hosting(given.part("hosting")),
        clocks=_clocks(given.part("clocks")),
        chain=tuple(Fields({"chain": each}, "body").uuid("chain") for each in chain),
        hold=_hold(given.part_or_none("hold")),
        personal=_personal(given.part_or_none("personal")),
    )
    given.done()
    return found


def _item(given: Fields) -> Item:
    if given.text("kind", most=20) != "address":
        raise BodyError(BodyFault.BAD_VALUE, "body.item.kind")
    found = Item(
        address=_address(given, "address"),
        came_from=_address(given, "came_from") if given.raw("came_from") else "",
        path=given.text("path", most=LONGEST_PATH),
        received_at=given.instant("received_at"),
        told_times=given.number("told_times", least=1, most=1_000_000),
    )
    given.done()
    return found


def _address(given: Fields, name: str) -> str:
    try:
        return parse_address(given.text(name, most=LONGEST_ADDRESS)).href
    except AddressError as error:
        raise BodyError(BodyFault.NOT_AN_ADDRESS, f"body.item.{name}") from error


def read_assessment(given: Fields) -> Made:
    """Return an assessment; only one that confirms the item is referred. (E7)"""
    legal_class = given.one_of("legal_class", LegalClass)
    if not is_confirming(legal_class):
        raise BodyError(BodyFault.NOT_CONFIRMED, "body.assessment.legal_class")
    found = Made(
        by=given.uuid("by"),
        legal_class=legal_class,
        jurisdiction=given.country("jurisdiction", may_be_empty=False),
        scheme=given.text("scheme", most=40, least=1),
        scheme_version=given.text("scheme_version", most=20, least=1),
        labels=given.texts("labels", most=50, longest=60),
        age_band=given.text("age_band", most=12),
        sex=given.text("sex", most=12),
        origin=given.text("origin", most=12),
        assessed_at=given.instant("assessed_at"),
    )
    given.done()
    return found


def read_hosting(given: Fields) -> Hosting:
    """Return hosting evidence."""
    found = Hosting(
        country=given.country("country", may_be_empty=False),
        observed_at=given.instant_or_none("observed_at"),
        addresses=given.texts("addresses", most=64, longest=64),
        network=given.text("network", most=120),
        network_name=given.text("network_name", most=200),
        registry_country=given.country("registry_country"),
        network_country=given.country("network_country"),
        registry_files=given.text("registry_files", most=60),
        registry_files_date=_day(given, "registry_files_date"),
        behind_proxy=given.text("behind_proxy", most=60),
    )
    given.done()
    return found


def kept_hosting(kept: Mapping[str, Any]) -> Hosting:
    """Return hosting evidence as `hosting_body` wrote it, when it was kept."""
    return read_hosting(Fields(kept, "hosting"))


def kept_clocks(kept: Mapping[str, Any]) -> Clocks:
    """Return the four instants as `clocks_body` wrote them, when they were kept."""
    return _clocks(Fields(kept, "clocks"))


def _day(given: Fields, name: str) -> date | None:
    text = given.text(name, most=10)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BodyError(BodyFault.NOT_AN_INSTANT, f"body.hosting.{name}") from error


def _clocks(given: Fields) -> Clocks:
    found = Clocks(
        received_at=given.instant("received_at"),
        police_told_at=given.instant_or_none("police_told_at"),
        provider_told_at=given.instant_or_none("provider_told_at"),
        removed_at=given.instant_or_none("removed_at"),
    )
    given.done()
    return found


def _hold(given: Fields | None) -> Hold | None:
    if given is None:
        return None
    found = Hold(since=given.instant("since"), until=given.instant("until"))
    given.done()
    return found


def _personal(given: Fields | None) -> Personal | None:
    if given is None:
        return None
    found = Personal(
        texts=given.words("texts", names=TEXT_NAMES, longest=LONGEST_TEXT),
        contact=given.words("contact", names=CONTACT_NAMES, longest=LONGEST_TEXT),
    )
    given.done()
    return found
