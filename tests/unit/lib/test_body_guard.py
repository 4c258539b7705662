# SPDX-License-Identifier: Apache-2.0
"""What must hold of the body guard: it judges by headers alone, and refuses without reading."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.http import FORM, FORM_LARGE, REFUSAL_SENTENCES, BodyGuard, BodyRule

FORM_TYPE = "application/x-www-form-urlencoded"
GIGABYTE = str(1 << 30)


class CountingInput(io.BytesIO):
    """Counts how often, and how much of, the body was asked for."""

    def __init__(self, content=b"", *, overlong=False):
        super().__init__(content)
        self.calls = 0
        self.handed_out = 0
        self.overlong = overlong

    def _counted(self, piece):
        self.calls += 1
        self.handed_out += len(piece)
        return piece

    def read(self, size=-1):
        return self._counted(super().read(-1 if self.overlong else size))

    def readline(self, size=-1):
        return self._counted(super().readline(-1 if self.overlong else size))

    def readlines(self, hint=-1):
        raise AssertionError("the guard asks in pieces")

    def __iter__(self):
        raise AssertionError("the guard asks in pieces")


def rules(method, path):
    return {("POST", "/form"): FORM, ("POST", "/dansk/ø"): FORM_LARGE}.get((method, path))


def call(method="POST", path="/form", *, body=None, read=None, sentence_for=None, **headers):
    """Return status, headers, text, the input, and whether the application was asked."""
    body = CountingInput() if body is None else body
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "wsgi.input": body,
    }
    environ |= {name: value for name, value in headers.items() if value is not None}
    seen = {}

    def application(environ, start_response):
        seen["read"] = read(environ["wsgi.input"]) if read else None
        start_response("200 OK", [])
        return [b"asked"]

    def start_response(status, headers, exc_info=None):
        seen["status"], seen["headers"] = int(status.split()[0]), dict(headers)

    text = b"".join(
        BodyGuard(application, rules, sentence_for=sentence_for)(environ, start_response)
    )
    return seen["status"], seen["headers"], text.decode(), body, seen.get("read")


REFUSED = [
    ("POST", "/form", 413, {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 413, {"HTTP_TRANSFER_ENCODING": "identity", "CONTENT_TYPE": FORM_TYPE}),
    (
        "POST",
        "/form",
        413,
        {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE},
    ),
    ("GET", "/", 413, {"HTTP_TRANSFER_ENCODING": "chunked"}),
    ("POST", "/form", 413, {"CONTENT_LENGTH": GIGABYTE, "CONTENT_TYPE": FORM_TYPE}),
    (
        "POST",
        "/form",
        413,
        {"CONTENT_LENGTH": str(FORM.most_bytes + 1), "CONTENT_TYPE": FORM_TYPE},
    ),
    (
        "POST",
        "/form",
        415,
        {"CONTENT_LENGTH": GIGABYTE, "CONTENT_TYPE": "multipart/form-data; boundary=x"},
    ),
    (
        "POST",
        "/form",
        415,
        {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "multipart/form-data; boundary=x"},
    ),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "image/png"}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "application/json"}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": ""}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5"}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE + "; charset=utf-7"}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE + "; boundary=x"}),
    ("POST", "/form", 415, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE + ", image/png"}),
    (
        "POST",
        "/form",
        415,
        {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE, "HTTP_CONTENT_ENCODING": "gzip"},
    ),
    (
        "POST",
        "/form",
        415,
        {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE, "HTTP_CONTENT_ENCODING": "identity"},
    ),
    ("POST", "/nowhere", 413, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE}),
    ("PUT", "/form", 413, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE}),
    ("GET", "/form", 413, {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM_TYPE}),
    ("HEAD", "/form", 413, {"CONTENT_LENGTH": "5"}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "-1", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "five", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "5, 5", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "+5", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "٥", "CONTENT_TYPE": FORM_TYPE}),
    ("POST", "/form", 400, {"CONTENT_LENGTH": "9" * 5_000, "CONTENT_TYPE": FORM_TYPE}),
]


@pytest.mark.parametrize(("method", "path", "status", "headers"), REFUSED)
@pytest.mark.parametrize("expect", [None, "100-continue"])
def test_a_refused_body_is_read_zero_times_and_answered_with_a_sentence(
    method, path, status, headers, expect
):
    found, answer, text, body, _ = call(
        method, path, body=CountingInput(b"x" * 100), HTTP_EXPECT=expect, **headers
    )
    assert found == status
    assert (body.calls, body.handed_out) == (0, 0)
    assert answer["Connection"] == "close"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert text == "" if method == "HEAD" else text.strip() in REFUSAL_SENTENCES.values()
    assert method == "HEAD" or int(answer["Content-Length"]) == len(text.encode())


def test_any_method_without_a_body_passes_and_its_input_is_never_touched():
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]:
        for length in [None, "", "0"]:
            # HTTP/2 can bring a body without announcing it; nobody gets to see that.
            body = CountingInput(b"unannounced")
            status, _, _, _, read = call(
                method,
                "/anywhere",
                body=body,
                CONTENT_LENGTH=length,
                read=lambda stream: stream.read(),
            )
            assert (status, read, body.calls) == (200, b"", 0)


@pytest.mark.parametrize(
    "content_type",
    [
        FORM_TYPE,
        FORM_TYPE.upper(),
        FORM_TYPE + "; charset=UTF-8",
        FORM_TYPE + ';charset="utf-8"',
        FORM_TYPE + " ",
    ],
)
def test_an_allowed_body_arrives_whole(content_type):
    status, _, _, _, read = call(
        body=CountingInput(b"a=1&b=2"),
        CONTENT_LENGTH="7",
        CONTENT_TYPE=content_type,
        read=lambda stream: stream.read(),
    )
    assert (status, read) == (200, b"a=1&b=2")


def test_the_path_is_judged_as_people_read_it():
    most = FORM_LARGE.most_bytes
    status, *_ = call(
        path="/dansk/ø",
        body=CountingInput(b"x" * most),
        CONTENT_LENGTH=str(most),
        CONTENT_TYPE=FORM_TYPE,
    )
    assert status == 200


def test_the_rule_is_not_asked_where_there_is_no_body():
    def no_rule(method, path):
        raise AssertionError

    answered = BodyGuard(lambda environ, start: [b"asked"], no_rule)(
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": CountingInput()}, None
    )
    assert list(answered) == [b"asked"]


def test_a_refusal_can_be_said_in_the_readers_language():
    _, _, text, _, _ = call(
        path="/form",
        sentence_for=lambda code, path: f"{path} {code} på dansk",
        CONTENT_LENGTH="5",
        CONTENT_TYPE="image/png",
    )
    assert text == "/form wrong_type på dansk\n"


READERS = st.lists(
    st.tuples(
        st.sampled_from(["read", "readline", "readlines", "iterate"]),
        st.integers(-1, 40) | st.none(),
    ),
    max_size=8,
)


@given(st.text(st.sampled_from("ab\n"), max_size=60), st.integers(0, 60), READERS, st.booleans())
def test_exactly_what_was_announced_is_handed_on_or_nothing(content, length, readers, overlong):
    source = CountingInput(content.encode(), overlong=overlong)
    taken = []

    def read(stream):
        for how, size in readers:
            if how == "readlines":
                taken.extend(stream.readlines())
            elif how == "iterate":
                taken.extend(stream)
            else:
                piece = getattr(stream, how)(size)
                assert size is None or size < 0 or len(piece) <= max(size, 0)
                taken.append(piece)
        taken.append(stream.read())

    status, *_ = call(body=source, CONTENT_LENGTH=str(length), CONTENT_TYPE=FORM_TYPE, read=read)
    assert status == (200 if len(content) >= length else 400)
    assert b"".join(taken) == (content.encode()[:length] if status == 200 else b"")


class Pieces(CountingInput):
    """Hands out so many bytes at a time, as a server may; a peer that leaves may be an error."""

    def __init__(self, content, *, at_a_time, error=None):
        super().__init__(content)
        self.at_a_time = at_a_time
        self.error = error

    def read(self, size=-1):
        piece = super().read(self.at_a_time)
        if not piece and self.error:
            raise self.error
        return piece


def test_a_body_that_comes_in_pieces_arrives_whole():
    status, *_, read = call(
        body=Pieces(b"a=1&b=2", at_a_time=2),
        CONTENT_LENGTH="7",
        CONTENT_TYPE=FORM_TYPE,
        read=lambda stream: stream.read(),
    )
    assert (status, read) == (200, b"a=1&b=2")


@pytest.mark.parametrize("error", [None, ConnectionResetError(), ValueError("body")])
def test_a_body_whose_peer_left_is_refused_and_never_half_worked_on(error):
    status, headers, text, body, read = call(
        body=Pieces(b"a=1&b", at_a_time=2, error=error),
        CONTENT_LENGTH="7",
        CONTENT_TYPE=FORM_TYPE,
        read=lambda stream: stream.read(),
    )
    assert (status, read, headers["Connection"]) == (400, None, "close")
    assert text.strip() == REFUSAL_SENTENCES["incomplete"]
    assert body.calls == 4, "it asks once more, and no more than once, where nothing came"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_headers_make_the_guard_read_or_stumble(length, content_type, coding, transfer):
    status, _, _, body, _ = call(
        body=CountingInput(b"x" * 100),
        CONTENT_LENGTH=length,
        CONTENT_TYPE=content_type,
        HTTP_CONTENT_ENCODING=coding,
        HTTP_TRANSFER_ENCODING=transfer,
    )
    assert status in {200, 400, 413, 415}
    assert body.calls == 0


def test_a_rule_names_its_types_and_its_size():
    assert BodyRule(frozenset({FORM_TYPE}), 65_536) == FORM
    assert FORM_LARGE.most_bytes == 512 * 1024
