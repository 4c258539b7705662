# SPDX-License-Identifier: Apache-2.0
"""What must hold of addresses and names before a connection is made."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import clock
from havn.lib.http import (
    DnsAnswer,
    DnsResolver,
    InsecureLoopbackConnector,
    InsecureWarning,
    PublicConnector,
    Route,
    RouteError,
    SystemResolver,
    is_public_address,
)
from tests.unit.lib.pretend_world import PretendNameServer, PretendResolver

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.77.1.2",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2a00:1450::5efe:7f00:1",
    "2a00:1450::200:5efe:a00:1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2a00:1450::1%lo",
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "172.32.0.1",
    "2a00:1450:400f::200e",
    "2606:4700::1111",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_reserved_addresses_are_refused_in_every_place(address):
    assert not is_public_address(address)
    connector = PublicConnector(PretendResolver(bad_example=[address]))
    with pytest.raises(RouteError) as refusal:
        connector.resolve("bad.example", 80)
    assert (refusal.value.failure, refusal.value.addresses) == ("private_address", (address,))
    with pytest.raises(RouteError):
        connector.resolve(address, 80)
    with pytest.raises(RouteError):
        connector.endpoint_for(address, 25)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_taken_as_they_are(address):
    connector = PublicConnector(PretendResolver(good_example=[address]))
    assert connector.resolve("good.example", 443) == [Route(address, 443, address)]
    assert connector.resolve(address, 443) == [Route(address, 443, address)]
    assert connector.endpoint_for(address, 25) == (address, 25)


@pytest.mark.parametrize(
    "text", ["", "localhost", "8.8.8.8.8", "0x7f000001", "2130706433", "1.2.3", "8.8.8.8/32"]
)
def test_what_is_no_address_is_not_public(text):
    assert not is_public_address(text)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_nothing_is_public_that_python_calls_private(address):
    # Python knows less than our tables; where it says no, we must say no.
    is_private = (
        address.is_private or address.is_multicast or address.is_reserved or address.is_loopback
    )
    assert not (is_private and is_public_address(str(address)))


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_one_is_never_public(inner):
    for outer in (f"::ffff:{inner}", f"64:ff9b::{inner}", f"::{inner}"):
        assert not is_public_address(str(ipaddress.ip_address(outer)))
    assert not is_public_address(str(ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80 | 1)))


def test_of_mixed_addresses_only_the_public_ones_are_tried():
    connector = PublicConnector(PretendResolver(mixed_example=[("127.0.0.1", "8.8.8.8", "::1")]))
    assert connector.resolve("mixed.example", 80) == [Route("8.8.8.8", 80, "8.8.8.8")]


@pytest.mark.parametrize("failure", ["no_such_name", "no_address"])
def test_a_name_that_leads_nowhere_says_how(failure):
    answers = {"empty_example": [()]} if failure == "no_address" else {}
    with pytest.raises(RouteError) as refusal:
        PublicConnector(PretendResolver(**answers)).resolve("empty.example", 80)
    assert refusal.value.failure == failure


def insecure(resolver, ports):
    with pytest.warns(InsecureWarning):
        return InsecureLoopbackConnector(resolver, ports)


def test_the_labs_stand_in_checks_first_and_then_goes_to_loopback():
    resolver = PretendResolver(
        a_example=[("8.8.8.8", "2a00::1")], b_example=["127.0.0.1"], c_example=["9.9.9.9"]
    )
    connector = insecure(resolver, {"8.8.8.8:80": 4001, "[2a00::1]:80": 4002, "8.8.8.8:25": 4003})
    assert connector.resolve("a.example", 80) == [
        Route("127.0.0.1", 4001, "8.8.8.8"),
        Route("127.0.0.1", 4002, "2a00::1"),
    ]
    assert connector.endpoint_for("8.8.8.8", 25) == ("127.0.0.1", 4003)
    for host, port, failure in [
        ("b.example", 80, "private_address"),
        ("127.0.0.1", 80, "private_address"),
        ("c.example", 80, "refused"),
        ("a.example", 443, "refused"),
        ("d.example", 80, "no_such_name"),
    ]:
        with pytest.raises(RouteError) as refusal:
            connector.resolve(host, port)
        assert refusal.value.failure == failure
    for address, port, failure in [
        ("127.0.0.1", 25, "private_address"),
        ("9.9.9.9", 25, "refused"),
    ]:
        with pytest.raises(RouteError) as refusal:
            connector.endpoint_for(address, port)
        assert refusal.value.failure == failure


@pytest.fixture
def name_server():
    server = PretendNameServer(
        {
            ("example.org", "A"): ["8.8.8.8", "8.8.4.4"],
            ("example.org", "AAAA"): ["2a00::1"],
            ("example.org", "NS"): ["ns2.example.net.", "NS1.example.net."],
            ("www.example.org", "CNAME"): ["edge.example.net"],
            ("edge.example.net", "CNAME"): ["host.example.net"],
            ("host.example.net", "A"): ["9.9.9.9"],
            ("gone.example.org", "CNAME"): ["nowhere.example.net"],
            ("six.example.org", "AAAA"): ["2a00::6"],
            ("text.example.org", "TXT"): ['"only a text"'],
            ("broken.example.org", "A"): "SERVFAIL",
            ("broken.example.org", "AAAA"): "SERVFAIL",
            ("shut.example.org", "A"): "REFUSED",
            ("shut.example.org", "AAAA"): "REFUSED",
            ("half.example.org", "A"): [],
            ("half.example.org", "AAAA"): "SERVFAIL",
            ("odd.example.org", "A"): "garbage",
            ("odd.example.org", "AAAA"): "garbage",
            ("late.example.org", "A"): "silent",
            ("late.example.org", "AAAA"): ["2a00::7"],
        }
    )
    yield server
    server.close()


@pytest.fixture
def resolver(name_server):
    return DnsResolver([name_server.endpoint], timeout_seconds=0.6)


def test_a_name_is_looked_up_whole(resolver):
    answer = resolver.look_up("example.org")
    # A set of addresses has no order in DNS (RFC 2181, section 5), and none is kept.
    assert sorted(answer.addresses_v4) == ["8.8.4.4", "8.8.8.8"]
    assert answer == DnsAnswer(
        addresses_v4=answer.addresses_v4,
        addresses_v6=("2a00::1",),
        name_servers=("ns1.example.net", "ns2.example.net"),
    )


def test_aliases_are_told_in_their_order_and_name_servers_are_found_above(resolver):
    answer = resolver.look_up("www.example.org")
    assert answer.canonical_names == ("edge.example.net", "host.example.net")
    assert answer.addresses == ("9.9.9.9",)
    assert answer.name_servers == ("ns1.example.net", "ns2.example.net")


def test_the_search_for_name_servers_ends_at_what_somebody_registered(resolver, name_server):
    resolver.look_up("a.b.nothing.example")
    asked = {name for name, kind in name_server.questions if kind == "NS"}
    assert asked == {"a.b.nothing.example", "b.nothing.example", "nothing.example"}


def test_a_request_asks_for_no_name_servers(resolver, name_server):
    assert resolver.find_addresses("example.org").name_servers == ()
    assert {kind for _, kind in name_server.questions} == {"A", "AAAA"}


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("nowhere.example.org", "no_such_name"),
        ("gone.example.org", "no_such_name"),
        ("text.example.org", "no_address"),
        ("six.example.org", None),
        ("broken.example.org", "resolver_dead"),
        ("shut.example.org", "resolver_dead"),
        ("half.example.org", "resolver_dead"),
        ("odd.example.org", "resolver_dead"),
        ("late.example.org", None),
        ("a..b", "no_such_name"),
        ("a" * 64 + ".example", "no_such_name"),
        ("x." * 130 + "example", "no_such_name"),
    ],
)
def test_a_dead_resolver_is_told_apart_from_a_name_that_is_gone(resolver, name, failure):
    assert resolver.find_addresses(name).failure == failure
    assert resolver.look_up(name).failure == failure


def test_an_alias_to_nowhere_is_still_told(resolver):
    assert resolver.find_addresses("gone.example.org").canonical_names == ("nowhere.example.net",)


def test_a_resolver_that_says_nothing_is_dead_within_the_time():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        began_at = clock.monotonic()
        answer = DnsResolver([mute.getsockname()]).look_up("example.org", timeout_seconds=0.3)
        assert answer.failure == "resolver_dead"
        assert clock.monotonic() - began_at < 1


def test_a_resolver_that_is_not_there_is_dead():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        endpoint = gone.getsockname()
    answer = DnsResolver([endpoint], timeout_seconds=0.5).find_addresses("example.org")
    assert answer.failure == "resolver_dead"
    assert (
        DnsResolver([], timeout_seconds=0.5).find_addresses("example.org").failure
        == "resolver_dead"
    )


def test_the_second_name_server_answers_when_the_first_is_mute(name_server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        resolver = DnsResolver([mute.getsockname(), name_server.endpoint], timeout_seconds=20)
        assert resolver.find_addresses("example.org").failure is None


@pytest.fixture
def other_server():
    server = PretendNameServer(
        {
            ("elsewhere.example.org", "A"): ["9.9.9.10"],
            ("text.example.org", "TXT"): ['"only a text"'],
            ("broken.example.net", "A"): "SERVFAIL",
            ("broken.example.net", "AAAA"): "SERVFAIL",
        }
    )
    yield server
    server.close()


def of_both(first, second, name):
    resolver = DnsResolver([first.endpoint, second.endpoint], timeout_seconds=5)
    return resolver.find_addresses(name)


def test_a_name_is_missing_only_when_two_name_servers_say_so(name_server, other_server):
    asked = ("elsewhere.example.org", "A")
    found = of_both(name_server, other_server, "elsewhere.example.org")
    assert (found.failure, found.addresses) == (None, ("9.9.9.10",))
    assert asked in name_server.questions
    assert asked in other_server.questions
    assert of_both(name_server, other_server, "nowhere.example.org").failure == "no_such_name"
    assert of_both(name_server, other_server, "text.example.org").failure == "no_address"


def test_a_name_that_one_server_misses_and_the_other_cannot_say_is_not_known(
    name_server, other_server
):
    # The first says that there is no such name, the second fails.
    assert of_both(name_server, other_server, "broken.example.net").failure == "resolver_dead"


def test_a_second_server_that_is_mute_makes_nothing_gone(name_server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        servers = [name_server.endpoint, mute.getsockname()]
        answer = DnsResolver(servers, timeout_seconds=1).find_addresses("nowhere.example.org")
    assert answer.failure == "resolver_dead"


def test_a_name_that_is_there_costs_no_second_opinion(name_server, other_server):
    assert of_both(name_server, other_server, "example.org").failure is None
    assert other_server.questions == []


def test_the_systems_resolver_can_be_made_and_never_raises():
    answer = SystemResolver(timeout_seconds=0.01).find_addresses("example.org")
    assert isinstance(answer, DnsAnswer)
