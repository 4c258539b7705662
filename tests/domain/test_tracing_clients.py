# SPDX-License-Identifier: Apache-2.0
"""One contract for every registry: the real client over loopback, and the fake of the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from threading import Thread
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.tracing import clients, tasks
from havn.domain.tracing.rules import NetworkFound, RegistryFailure
from havn.lib import clock, http
from tests.support.outside import ADDRESS, NETWORK, FakeRegistry, FakeResolver

RDAP_ADDRESS = "198.51.101.5"
DOCUMENT = {
    "objectClassName": "ip network",
    "handle": "HARBOUR-1",
    "name": NETWORK.name,
    "startAddress": "203.0.114.0",
    "endAddress": "203.0.114.255",
    "ipVersion": "v4",
    "country": "DK",
    "entities": [
        {
            "objectClassName": "entity",
            "handle": "ABUSE-1",
            "roles": ["abuse"],
            "vcardArray": [
                "vcard",
                [
                    ["version", {}, "text", "4.0"],
                    ["fn", {}, "text", NETWORK.abuse_name],
                    ["email", {}, "text", NETWORK.abuse_email],
                ],
            ],
        }
    ],
}


class Answers(BaseHTTPRequestHandler):
    """Answers every question with what the test put on the class."""

    status = 200
    body = b""
    kind = "application/rdap+json"
    more: dict[str, str] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body)))
        for name, value in self.more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


@contextmanager
def real_registry(
    status: int = 200, body: bytes | None = None, kind: str = "application/rdap+json", **more: str
) -> Iterator[clients.Registry]:
    answers = type("Told", (Answers,), {})
    answers.status, answers.kind = status, kind
    answers.body = json.dumps(DOCUMENT).encode() if body is None else body
    answers.more = {name.replace("_", "-"): value for name, value in more.items()}
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield _client({f"{RDAP_ADDRESS}:80": server.server_port})
        finally:
            server.shutdown()
            thread.join()


def _client(ports: dict[str, int]) -> clients.RdapRegistry:
    with pytest.warns(http.InsecureWarning):
        connector = http.InsecureLoopbackConnector(FakeResolver(), ports)
    client = http.GuardedClient(connector, agent="test", timeout_seconds=2)
    servers = clients.ListedServers([("203.0.114.0/24", f"http://{RDAP_ADDRESS}/rdap/")])
    return clients.RdapRegistry(client, servers)


@contextmanager
def fake_registry(network: NetworkFound = NETWORK) -> Iterator[clients.Registry]:
    yield FakeRegistry(network)


@pytest.mark.parametrize("made", [real_registry, fake_registry])
def test_a_registry_tells_network_country_and_abuse_contact(made: Callable) -> None:
    with made() as registry:
        assert registry.network_of(ADDRESS) == NETWORK


def _limited(made: Callable) -> Callable:
    if made is real_registry:
        return lambda: real_registry(429, b"{}", Retry_After="900")
    found = NetworkFound(failure=RegistryFailure.RATE_LIMITED, retry_after_seconds=900.0)
    return lambda: fake_registry(found)


@pytest.mark.parametrize("made", [real_registry, fake_registry])
def test_a_registry_that_asks_to_slow_down_says_for_how_long(made: Callable) -> None:
    with _limited(made)() as registry:
        found = registry.network_of(ADDRESS)

    assert found.failure is RegistryFailure.RATE_LIMITED
    assert found.retry_after_seconds == 900


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"status": 404, "body": b"{}"}, RegistryFailure.NOT_FOUND),
        ({"status": 500, "body": b"{}"}, RegistryFailure.UNREACHABLE),
        ({"body": b"<html>"}, RegistryFailure.UNREADABLE),
        ({"body": b"[]"}, RegistryFailure.UNREADABLE),
        ({"body": b'{"objectClassName": "domain"}'}, RegistryFailure.UNREADABLE),
        ({"kind": "text/html"}, RegistryFailure.UNREADABLE),
        ({"body": b" " * 600_000}, RegistryFailure.UNREADABLE),
    ],
)
def test_a_registry_that_answers_badly_becomes_a_code(
    answer: dict, failure: RegistryFailure
) -> None:
    with real_registry(**answer) as registry:
        assert registry.network_of(ADDRESS).failure is failure


def test_a_registry_that_is_away_or_unlisted_becomes_a_code() -> None:
    registry = _client({})

    assert registry.network_of(ADDRESS).failure is RegistryFailure.UNREACHABLE
    assert registry.network_of("9.9.9.9").failure is RegistryFailure.NO_SERVER


def test_an_abuse_contact_that_is_no_mail_address_is_passed_over() -> None:
    odd = json.loads(json.dumps(DOCUMENT))
    odd["entities"][0]["vcardArray"][1][2][3] = "abuse@harbour.example\r\nBcc: all@example.org"

    found = clients.network_in(json.dumps(odd).encode(), address=ADDRESS)

    assert found.abuse_email == ""
    assert found.network == "203.0.114.0/24"


def test_what_no_database_keeps_and_no_page_shows_is_dropped() -> None:
    odd = json.loads(json.dumps(DOCUMENT))
    odd["name"] = "NET\x00X\ud800 \u202e17"
    odd["country"] = "D\x00"
    odd["entities"][0]["vcardArray"][1][1][3] = "Abuse\x00 desk\r\n"

    found = clients.network_in(json.dumps(odd).encode(), address=ADDRESS)

    assert (found.name, found.country, found.abuse_name) == ("NETX 17", "", "Abuse desk")


@pytest.mark.parametrize("country", ["1!", "ÅÅ", "D ", "DKK"])
def test_a_country_is_two_letters(country: str) -> None:
    document = json.dumps({**DOCUMENT, "country": country}).encode()
    assert clients.network_in(document, address=ADDRESS).country == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    parts=st.dictionaries(
        st.sampled_from([*DOCUMENT, "cidr0_cidrs", "links", "notices", "events"]), json_values
    )
)
def test_whatever_a_registry_writes_is_read_or_becomes_a_code(parts: dict[str, object]) -> None:
    found = clients.network_in(json.dumps({**DOCUMENT, **parts}).encode(), address=ADDRESS)

    assert isinstance(found, NetworkFound)
    assert len(found.name) <= 200
    assert found.country == "" or re.fullmatch("[A-Z]{2}", found.country)
    assert f"{found.name}{found.abuse_name}{found.abuse_email}{found.network}".isprintable()


def test_the_longest_listed_prefix_answers() -> None:
    servers = clients.ListedServers(
        [("203.0.0.0/8", "https://wide/"), ("203.0.114.0/24", "https://near/"), ("2000::/3", "x")]
    )

    assert servers.server_for(ADDRESS) == "https://near/"
    assert servers.server_for("203.9.9.9") == "https://wide/"
    assert servers.server_for("8.8.8.8") == ""
    assert servers.server_for("2a00::1") == "x"


def _bootstrap(server: str) -> bytes:
    return json.dumps({"services": [[["203.0.114.0/24"], [server]]]}).encode()


@contextmanager
def iana(seconds: list[float]) -> Iterator[tuple[type[Answers], clients.IanaServers]]:
    """Play IANA over loopback; the last number of the list is what the clock says."""
    answers = type("Told", (Answers,), {"kind": "application/json", "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        with pytest.warns(http.InsecureWarning):
            connector = http.InsecureLoopbackConnector(
                FakeResolver(), {f"{RDAP_ADDRESS}:80": server.server_port}
            )
        client = http.GuardedClient(connector, agent="test", timeout_seconds=2)
        url = f"http://{RDAP_ADDRESS}/ipv{{version}}.json"
        try:
            yield (
                answers,
                clients.IanaServers(client, monotonic=lambda: seconds[-1], bootstrap=url),
            )
        finally:
            server.shutdown()
            thread.join()


def test_the_lists_of_servers_are_fetched_anew_once_a_day() -> None:
    seconds = [5.0]
    with iana(seconds) as (answers, servers):
        answers.body = _bootstrap("https://old/")
        assert servers.server_for(ADDRESS) == servers.server_for(ADDRESS) == "https://old/"
        answers.body = _bootstrap("https://new/")
        seconds.append(24 * 3600.0)
        assert servers.server_for(ADDRESS) == "https://old/"
        seconds.append(24 * 3600.0 + 5)
        assert servers.server_for(ADDRESS) == "https://new/"
        assert answers.asked == ["/ipv4.json"] * 2


def test_old_lists_are_used_on_while_iana_cannot_be_reached() -> None:
    seconds = [0.0]
    with iana(seconds) as (answers, servers):
        answers.body = _bootstrap("https://old/")
        assert servers.server_for(ADDRESS) == "https://old/"
        answers.status, answers.body = 503, b"{}"
        seconds.append(25 * 3600.0)
        assert servers.server_for(ADDRESS) == servers.server_for(ADDRESS) == "https://old/"
        assert len(answers.asked) == 2
        answers.status, answers.body = 200, _bootstrap("https://new/")
        seconds.append(26 * 3600.0)
        assert servers.server_for(ADDRESS) == "https://new/"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b"{}"),
        (200, b"{}"),
        (200, b'{"services": []}'),
        (200, b'{"services": [[["no network"], ["https://x/"]]]}'),
        (200, b'{"services": [[17]]}'),
        (200, b"rubbish"),
    ],
)
def test_lists_that_were_never_fetched_are_asked_for_at_every_need(
    status: int, body: bytes
) -> None:
    with iana([0.0]) as (answers, servers):
        answers.status, answers.body = status, body
        assert servers.server_for(ADDRESS) == ""
        answers.status, answers.body = 200, _bootstrap("https://new/")
        assert servers.server_for(ADDRESS) == "https://new/"


def test_of_a_bootstrap_file_the_https_servers_are_taken() -> None:
    document = {"services": [[["203.0.0.0/8"], ["http://a/", "https://b/"]], [["1.0.0.0/8"], []]]}

    assert list(clients.services_of(document)) == [("203.0.0.0/8", "https://b/")]


def test_registry_files_know_a_country_and_nothing_of_documentation_ranges() -> None:
    files = clients.RegistryFiles()

    assert files.country_of("193.0.0.1") == "NL"
    assert files.country_of("192.0.2.1") == ""
    assert files.country_of("no address") == ""


def test_registry_files_say_of_which_version_and_day_they_are() -> None:
    dataset = clients.RegistryFiles().dataset

    assert dataset.name == f"iptocc {version('iptocc')}"
    assert dataset.made_on is not None
    assert date(2026, 1, 1) < dataset.made_on <= clock.now().date()


class WithoutBill:
    """A package without a bill of materials, or with one that cannot be read."""

    def __init__(self, *texts: str) -> None:
        self.files = [
            SimpleNamespace(name="x.cyclonedx.json", read_text=lambda t=t, **_: t) for t in texts
        ]


@pytest.mark.parametrize("texts", [(), ("no json",), ("{}",), ('{"metadata": {"timestamp": 7}}',)])
def test_a_package_that_does_not_say_its_day_has_none(texts: tuple[str, ...]) -> None:
    assert clients._built_on(WithoutBill(*texts)) is None  # type: ignore[arg-type]


def test_a_trace_of_a_dead_resolver_asks_no_registry() -> None:
    registry = FakeRegistry(NetworkFound(name="never asked"))
    tracers = tasks.Tracers(FakeResolver(is_dead=True), registry, clients.ListedCountries({}))

    found = tasks.find("pictures.example", tracers=tracers)

    assert found.failures == ("resolver_dead",)
    assert found.network == NetworkFound()
