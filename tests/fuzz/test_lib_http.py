# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes a server sends, a look at it ends in an observation."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from havn.lib.http import DirectClient, FetchError, GuardedClient, Route, _connection

LINES = st.lists(
    st.sampled_from(
        [
            *(
                b"HTTP/1.1 200 OK\r\n",
                b"HTTP/1.1 302 X\r\n",
                b"HTTP/1.0 404\r\n",
                b"HTTP/1.1 103 X\r\n",
            ),
            *(b"Location: /x\r\n", b"Location: http://127.0.0.1/\r\n", b"Location: \xff\xfe\r\n"),
            *(
                b"Content-Length: 5\r\n",
                b"Content-Length: -1\r\n",
                b"Content-Type: application/json\r\n",
            ),
            *(b"Transfer-Encoding: chunked\r\n", b"Connection: upgrade\r\n", b"Upgrade: h2c\r\n"),
            *(
                b" folded\r\n",
                b":\r\n",
                b"\r\n",
                b"\n",
                b"\x00\r\n",
                b"5\r\nhello\r\n0\r\n\r\n",
                b"{}",
            ),
        ]
    )
    | st.binary(max_size=20),
    max_size=12,
).map(b"".join)


class LoopbackConnector:
    """A connector whose routes lead nowhere: the sockets are made up too."""

    def resolve(self, host, port, *, timeout_seconds=None):
        return [Route("127.0.0.1", port, "8.8.8.8")]

    def endpoint_for(self, public_address, port):
        raise AssertionError


class MadeUpSocket:
    """Answers with given bytes, whatever is sent."""

    def __init__(self, content):
        self._content = io.BytesIO(content)
        self.taken = b""

    def recv(self, count):
        piece = self._content.read(count)
        self.taken += piece
        return piece

    def sendall(self, content):
        pass

    def settimeout(self, seconds):
        pass

    def close(self):
        pass


@pytest.fixture(scope="module")
def answer_with():
    """Return a function that makes all sockets answer with these bytes, and a list of those made."""
    made = []
    content = []

    def connect(_endpoint, timeout):
        made.append(MadeUpSocket(content[-1]))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_connection.socket, "create_connection", connect)
        yield content, made


CLIENT = GuardedClient(LoopbackConnector(), agent="x", timeout_seconds=30)


@given(LINES)
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
def test_any_answer_ends_in_an_observation_and_no_body_is_taken(answer_with, text):
    content, made = answer_with
    content.append(text)
    seen = CLIENT.look("http://example.org/")
    assert (seen.status is None) != (seen.failure is None)
    if seen.status is not None:
        assert made[-1].taken.endswith(b"\n")
    del content[:], made[:]


@given(LINES)
@example(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
def test_any_document_is_fetched_or_refused_by_our_own_error(answer_with, text):
    content, made = answer_with
    content.append(text)
    try:
        _, _, body = CLIENT.fetch_json("http://example.org/", most_bytes=4)
    except FetchError:
        body = b""
    assert len(body) <= 4
    del content[:], made[:]


DIRECT = DirectClient(LoopbackConnector(), agent="x", timeout_seconds=30)


@given(LINES)
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
def test_any_reply_is_taken_or_refused_by_our_own_error(answer_with, text):
    content, made = answer_with
    content.append(text)
    try:
        reply = DIRECT.exchange("GET", "http://example.org/", headers={}, most_bytes=4)
    except FetchError:
        pass
    else:
        assert len(reply.body) <= 4
        assert all(name == name.lower() for name in reply.headers)
    del content[:], made[:]
