# SPDX-License-Identifier: Apache-2.0
"""What must hold of documents that are fetched: small, JSON, and from public addresses."""

import json

import pytest

from havn.lib.http import FetchError
from tests.unit.lib.pretend_world import answering, endless, redirect


def document(body, content_type="application/rdap+json", status="200 OK", extra="", length=None):
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{extra}\r\n"
    return answering(head + body)


def test_a_document_is_fetched_whole(world):
    body = json.dumps({"objectClassName": "ip network", "name": "x" * 100_000})
    client = world(document(body))
    status, headers, content = client.fetch_json(
        "http://example.org/ip/8.8.8.8", most_bytes=200_000
    )
    assert (status, headers["content-type"], content) == (
        200,
        "application/rdap+json",
        body.encode(),
    )
    assert (
        "Accept: application/json, application/problem+json, application/rdap+json"
        in client.servers[0].heads[0]
    )


def test_a_chunked_document_is_fetched_whole(world):
    text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert world(answering(text)).fetch_json("http://example.org/", most_bytes=10)[2] == b"{}"


def test_a_redirected_document_is_fetched_and_a_private_one_is_not(world):
    client = world(answering(redirect("http://other.example/x")), document("{}"))
    assert client.fetch_json("http://example.org/", most_bytes=10)[2] == b"{}"


def test_a_document_behind_a_private_address_is_not_fetched(world):
    client = world(answering(redirect("http://127.0.0.1/x")))
    with pytest.raises(FetchError) as refusal:
        client.fetch_json("http://example.org/", most_bytes=10)
    assert refusal.value.failure == "private_address"


def test_too_many_requests_are_told_with_the_time_to_wait(world):
    client = world(document("slow down", "text/html", "429 Too Many", "Retry-After: 30\r\n"))
    status, headers, content = client.fetch_json("http://example.org/", most_bytes=10)
    assert (status, headers["retry-after"], content) == (429, "30", b"")


JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WRONG_DOCUMENTS = {
    "larger than allowed": (document("{}" * 100), "too_large"),
    "a picture": (document("{}", "image/png"), "wrong_type"),
    "a page": (document("{}", "text/html"), "wrong_type"),
    "without a type": (answering("HTTP/1.1 200 OK\r\n\r\n{}"), "wrong_type"),
    "compressed": (document("{}", extra="Content-Encoding: gzip\r\n"), "wrong_type"),
    "shorter than announced": (document("{}", length=50), "protocol"),
    "endless": (endless(JSON_HEAD + b"\r\n", b"[" * 1000), "too_large"),
    "of broken chunks": (
        endless(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"),
        "protocol",
    ),
}


@pytest.mark.parametrize("name", WRONG_DOCUMENTS)
def test_a_document_of_the_wrong_kind_or_size_is_not_fetched(world, name):
    behave, failure = WRONG_DOCUMENTS[name]
    with pytest.raises(FetchError) as refusal:
        world(behave).fetch_json("http://example.org/", most_bytes=100)
    assert refusal.value.failure == failure
