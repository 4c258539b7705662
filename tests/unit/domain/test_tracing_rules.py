# SPDX-License-Identifier: Apache-2.0
"""What a trace means: outcomes, agreement of methods, proxies, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.tracing import rules
from havn.domain.tracing.rules import (
    Findings,
    NameFailure,
    NameFound,
    NetworkFound,
    Outcome,
    Place,
    RegistryFailure,
    WaitsFor,
)

FOUND = NameFound(addresses=("203.0.114.10",))
COUNTRIES = st.sampled_from(["", "DK", "DE", "NL"])


def findings(
    registry: str = "DK", country: str = "DK", host: str = "pictures.example", **parts: object
) -> Findings:
    known = {
        "host": host,
        "names": FOUND,
        "network": NetworkFound(network="203.0.114.0/24", country=country, abuse_email="a@b.dk"),
        "registry_country": registry,
        **parts,
    }
    return Findings(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (findings(), Outcome.TRACED),
        (findings(host="abcdef.onion"), Outcome.NO_PROVIDER),
        (findings(names=NameFound(failure=NameFailure.NO_SUCH_NAME)), Outcome.NO_SUCH_NAME),
        (findings(names=NameFound(failure=NameFailure.NO_ADDRESS)), Outcome.NO_SUCH_NAME),
        (findings(names=NameFound(failure=NameFailure.RESOLVER_DEAD)), Outcome.UNRESOLVED),
        (
            findings(network=NetworkFound(failure=RegistryFailure.RATE_LIMITED)),
            Outcome.PARTIAL,
        ),
        (findings(network=NetworkFound(failure=RegistryFailure.UNREACHABLE)), Outcome.PARTIAL),
        # What no registry knows today it will not know tomorrow: a person names a contact.
        (findings(network=NetworkFound(failure=RegistryFailure.NOT_FOUND)), Outcome.TRACED),
    ],
)
def test_a_trace_ends_in_one_of_five_ways(found: Findings, outcome: Outcome) -> None:
    assert rules.outcome_of(found) is outcome


@given(registry=COUNTRIES, network=COUNTRIES, own=st.sampled_from(["DK", "DE"]))
def test_only_two_methods_that_agree_send_an_item_across_a_border(
    registry: str, network: str, own: str
) -> None:
    place = rules.place_of(findings(registry, network), own_country=own)

    if place.country not in {"", own}:
        assert registry == network == place.country
    assert place.needs_person == (place.country == "")
    if {c for c in (registry, network) if c} == {own}:
        assert place == Place(own)


@pytest.mark.parametrize(
    ("names", "network"),
    [
        (NameFound(("203.0.114.1",), ("pictures.example.cdn.cloudflare.net",)), NetworkFound()),
        (FOUND, NetworkFound(name="CLOUDFLARENET")),
    ],
)
def test_behind_a_proxy_the_hosting_is_unknown_and_the_proxy_is_told(
    names: NameFound, network: NetworkFound
) -> None:
    found = findings(names=names, network=network)
    place = rules.place_of(found, own_country="DK")

    assert place == Place("", "Cloudflare")
    waits = rules.waits_for(Outcome.TRACED, place, own_country="DK", has_contact=True)
    assert waits is WaitsFor.CONTACT


def test_name_servers_alone_do_not_make_a_proxy() -> None:
    names = NameFound(("203.0.114.1",), (), ("a.ns.cloudflare.com",))

    assert rules.proxy_in_front(names, NetworkFound(name="SMALL-HOST")) == ""


@pytest.mark.parametrize(
    ("outcome", "place", "has_contact", "waits"),
    [
        (Outcome.TRACED, Place("DK"), True, WaitsFor.CONTACT),
        (Outcome.TRACED, Place("DK"), False, WaitsFor.NO_CONTACT),
        (Outcome.TRACED, Place("", needs_person=True), True, WaitsFor.COUNTRY),
        (Outcome.TRACED, Place("DE"), True, WaitsFor.NOTHING),
        (Outcome.PARTIAL, Place("DK"), True, WaitsFor.RETRY),
        (Outcome.UNRESOLVED, Place(), False, WaitsFor.RETRY),
        (Outcome.NO_SUCH_NAME, Place(), False, WaitsFor.RETRY),
        (Outcome.NO_PROVIDER, Place(), False, WaitsFor.NOTHING),
    ],
)
def test_every_trace_waits_for_somebody_or_goes_on(
    outcome: Outcome, place: Place, has_contact: bool, waits: WaitsFor
) -> None:
    assert rules.waits_for(outcome, place, own_country="DK", has_contact=has_contact) is waits


@given(asked=st.none() | st.floats(0, 10**7))
def test_a_trace_is_tried_ever_later_at_least_daily_and_never_before_it_was_asked_for(
    asked: float | None,
) -> None:
    waits = [rules.try_again_in(n, asked_for_seconds=asked) for n in range(12)]

    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=1)
    if asked is not None:
        assert all(w >= min(timedelta(seconds=asked), timedelta(days=1)) for w in waits)


def test_a_host_has_moved_only_when_it_left_its_network() -> None:
    known = ("203.0.114.10",)

    assert not rules.has_moved(("203.0.114.99",), network="203.0.114.0/24", known=known)
    assert not rules.has_moved((), network="203.0.114.0/24", known=known)
    assert not rules.has_moved(known, network="", known=known)
    assert rules.has_moved(("198.51.101.7",), network="203.0.114.0/24", known=known)
