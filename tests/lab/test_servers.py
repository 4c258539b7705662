# SPDX-License-Identifier: Apache-2.0
"""Each server of the lab, asked by the clients that the node really uses."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from dns.message import make_query
from dns.query import tcp
from dns.rcode import SERVFAIL

from havn.lab import Lab, Page
from havn.lab.names import Zone
from havn.lib.http import (
    DnsResolver,
    GuardedClient,
    InsecureLoopbackConnector,
    InsecureWarning,
    is_public_address,
)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


def nameserver(lab: Lab) -> tuple[str, int]:
    host, port = lab.map()["nameserver"]  # type: ignore[misc]
    return str(host), int(port)


def resolver(lab: Lab) -> DnsResolver:
    return DnsResolver([nameserver(lab)], timeout_seconds=3)


def client(lab: Lab) -> GuardedClient:
    with pytest.warns(InsecureWarning):
        connector = InsecureLoopbackConnector(resolver(lab), lab.map()["ports"])  # type: ignore[arg-type]
    return GuardedClient(connector, agent="test", timeout_seconds=3)


def test_made_up_names_have_public_addresses(lab: Lab) -> None:
    answer = resolver(lab).look_up("item-7.provider-a.example")
    assert answer.addresses_v4 == ("203.0.114.10",)
    assert all(is_public_address(address) for address in answer.addresses)
    assert answer.name_servers == ("ns1.provider-a.example", "ns2.provider-a.example")


def test_names_that_nobody_made_up_do_not_exist(lab: Lab) -> None:
    assert resolver(lab).find_addresses("nobody.example").failure == "no_such_name"
    lab.unregister("item-3.provider-b.example")
    assert resolver(lab).find_addresses("item-3.provider-b.example").failure == "no_such_name"
    assert resolver(lab).find_addresses("item-4.provider-b.example").failure is None


def test_aliases_are_followed_and_both_families_answered(lab: Lab) -> None:
    lab.names.add(
        Zone(
            "cdn.example",
            addresses={"edge.cdn.example": ("203.0.114.9", "2a02:6b8::2")},
            aliases={"www.cdn.example": "edge.cdn.example"},
        )
    )
    answer = resolver(lab).find_addresses("www.cdn.example")
    assert answer.canonical_names == ("edge.cdn.example",)
    assert (answer.addresses_v4, answer.addresses_v6) == (("203.0.114.9",), ("2a02:6b8::2",))


def test_names_are_answered_by_tcp_too(lab: Lab) -> None:
    host, port = nameserver(lab)
    reply = tcp(make_query("item-1.provider-c.example", "A"), host, port=port, timeout=3)
    assert "203.0.116.10" in reply.to_text()


def test_a_dead_name_server_is_told_apart_from_a_missing_name(lab: Lab) -> None:
    lab.names.is_dead = True
    host, port = nameserver(lab)
    reply = tcp(make_query("item-1.provider-c.example", "A"), host, port=port, timeout=3)
    assert reply.rcode() == SERVFAIL
    assert resolver(lab).find_addresses("item-1.provider-a.example").failure == "resolver_dead"


def test_the_registry_knows_network_country_and_abuse_contact(lab: Lab) -> None:
    url = "http://rdap.registry.example/ip/203.0.115.10"
    status, _, body = client(lab).fetch_json(url, most_bytes=100_000)
    found = json.loads(body)
    assert status == 200
    assert found["country"] == "XD"
    abuse = next(entity for entity in found["entities"] if "abuse" in entity["roles"])
    assert ["email", {}, "text", "abuse@provider-b.example"] in abuse["vcardArray"][1]


def test_the_registry_can_be_busy_and_does_not_know_everything(lab: Lab) -> None:
    asked = client(lab)
    assert asked.look("http://rdap.registry.example/ip/192.88.1.1").status == 404
    assert asked.look("http://rdap.registry.example/domain/x.example").status == 501
    lab.registry.is_busy = True
    seen = asked.look("http://rdap.registry.example/ip/203.0.115.10")
    assert (seen.status, seen.headers["retry-after"]) == (429, "1")


def test_pages_are_removed_changed_moved_challenged_and_brought_back(lab: Lab) -> None:
    asked, host = client(lab), "item-2.provider-b.example"
    url = f"http://{host}/x"
    assert asked.look(url).status == 404, "nothing was put there"
    lab.put(host, Page.up("one"))
    assert (asked.look(url).status, asked.look(url).headers["etag"]) == (200, '"one"')
    lab.put(host, Page.up("two"))
    assert asked.look(url).headers["etag"] == '"two"'
    lab.put(host, Page.challenge())
    assert asked.look(url).headers["cf-mitigated"] == "challenge"
    lab.put(host, Page.gone())
    assert asked.look(url).status == 404
    lab.put(host, Page.moved("http://10.0.0.1/"))
    assert asked.look(url).failure == "private_address"
    lab.put(host, Page(200, head_refused=True))
    assert (asked.look(url).method, asked.look(url).status) == ("GET", 200)
    assert lab.provider_of(host).asked_for(host) > 6


def send(lab: Lab, *, timeout: float = 3.0) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "hotline@node.example", "abuse@provider-a.example"
    message["Message-ID"], message["Subject"] = "<one@node.example>", "Notice"
    message.set_content("Please act on item 1.")
    host, port = lab.map()["relay"]  # type: ignore[misc]
    with smtplib.SMTP(str(host), int(port), timeout=timeout) as relay:
        relay.send_message(message)


def test_mail_is_kept_in_memory_with_its_message_id(lab: Lab) -> None:
    send(lab)
    (letter,) = lab.mail.letters_to("abuse@provider-a.example")
    assert letter.message_id == "<one@node.example>"
    assert "item 1" in letter.text


def test_mail_can_be_refused_and_can_hang(lab: Lab) -> None:
    lab.mail.mood = "refuses"
    with pytest.raises(smtplib.SMTPDataError):
        send(lab)
    lab.mail.mood = "hangs"
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        send(lab, timeout=0.3)
    assert lab.mail.letters == []


def test_the_map_names_every_server_and_nothing_outside_this_machine(
    lab: Lab, tmp_path: Path
) -> None:
    lab.write_map(tmp_path / "lab.json")
    written = json.loads((tmp_path / "lab.json").read_text())
    assert written["v"] == 1
    assert written["nameserver"][0] == written["relay"][0] == "127.0.0.1"
    assert {name.partition(":")[0] for name in written["ports"]} == {
        "203.0.114.10",
        "203.0.115.10",
        "203.0.116.10",
        "203.0.117.10",
        "203.0.119.10",
        "203.0.120.10",
    }
    assert written["bootstrap"]["services"][0][1] == ["http://rdap.registry.example/"]
