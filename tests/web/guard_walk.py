# SPDX-License-Identifier: Apache-2.0
"""Sends every kind of body to every route of one audience's WSGI application and prints what came of each.

Run in a process of that audience by test_bodies_everywhere.py, which says on standard input how many bytes each route
is documented to take: python -m tests.web.guard_walk AUDIENCE [SPOIL ...]
"""

import io
import json
import sys

FORM = "application/x-www-form-urlencoded"
METHODS = ("POST", "post", "PUT", "PATCH", "DELETE", "GET", "HEAD", "PICTURE", "")
# No route leads here, so that no body may come.
ELSEWHERE = (
    "/static/havn/havn.css", "/static/../en/report", "/static/nothing.png", "/favicon.ico", "/nowhere",
    "/en/nowhere", "/da/report/", "/xx/report", "//en/report", "/EN/report", "/en/report\x00", "/en//report",
    "/en/answer/", "/en/answer/a/b", "/desk", "/desk/en", "/desk/en/nowhere/", "/desk/xx/sign-in/", "/api/v1/",
    "*", "", "en/report", "/en/\xff\xfe", "/" + "x" * 9000,
)  # fmt: skip
EXAMPLES = {
    "uuid": "0198d1f0-0000-4000-8000-000000000017", "str": "one-two", "period": "2026-Q1", "digest": "17" * 32, "year": "2025", "version": "1.0", "int": "1",
    "path": "0/x001/017.p/9",
}  # fmt: skip


class CountingInput(io.RawIOBase):
    """A body without end that counts how often, and for how much, it was asked."""

    def __init__(self):
        self.calls = self.handed_out = 0

    def _hand_out(self, size):
        self.calls += 1
        if size is None or size < 0:
            raise AssertionError("the guard asks for no more than was announced")
        self.handed_out += size
        return b"a" * size

    def read(self, size=-1):
        return self._hand_out(size)

    def readline(self, size=-1):
        return self._hand_out(size)

    def readlines(self, hint=-1):
        return [self._hand_out(-1)]

    def __iter__(self):
        raise AssertionError("the guard asks for no more than was announced")


def kinds(most):
    """Return every kind of body as headers; `most` bytes is what the route takes, if it takes any."""

    def form(length, **more):
        return {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM, **more}

    def json_of(length, **more):
        return {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "application/json", **more}

    return {
        "a small form": form(5),
        "a form of the most bytes": form(most),
        "a form one byte too large": form(most + 1),
        "a form of 1 GB": form(1 << 30),
        "a form of more than any number": form("9" * 18),
        "a compressed form": form(5, HTTP_CONTENT_ENCODING="gzip"),
        "a form of another charset": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": FORM + "; charset=utf-7"},
        "multipart": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "multipart/form-data; boundary=x"},
        "a picture": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "image/png"},
        "a picture of 1 GB": {"CONTENT_LENGTH": str(1 << 30), "CONTENT_TYPE": "image/jpeg"},
        "a film": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "video/mp4"},
        "JSON": json_of(5),
        "JSON of the most bytes": json_of(most),
        "JSON one byte too large": json_of(most + 1),
        "JSON of 100 MB": json_of(100 << 20),
        "compressed JSON": json_of(5, HTTP_CONTENT_ENCODING="gzip"),
        "JSON of another charset": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "application/json; charset=utf-16"},
        "text": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": "text/plain"},
        "bytes of no type": {"CONTENT_LENGTH": "5"},
        "two types": {"CONTENT_LENGTH": "5", "CONTENT_TYPE": f"{FORM}, image/png"},
        "chunks": {"CONTENT_TYPE": FORM, "HTTP_TRANSFER_ENCODING": "chunked"},
        "chunks with a length": form(5, HTTP_TRANSFER_ENCODING="chunked"),
        "two lengths": form("5,5"),
        "two different lengths": form("5, 6"),
        "a negative length": form("-5"),
        "a length in words": form("five"),
        "a length of many digits": form("9" * 19),
    }  # fmt: skip


def main(audience, *spoilt):
    from havn.cli import start

    start.prepare(audience)
    from django.urls import get_resolver

    resolver = get_resolver()
    for each in spoilt:
        SPOILS[each](resolver)
    from havn.config.wsgi import application

    most = json.load(sys.stdin)
    found = []
    for route, path in [*paths(resolver), *((None, path) for path in ELSEWHERE)]:
        # The second language shows that the rule does not hang on the first; the other methods need no second look.
        methods = METHODS if "/da/" not in path else ("POST",)
        for kind, headers in kinds(most.get(route) or 65_536).items():
            found += [
                [route, path, method, kind, *outcome(application, method, path, headers)]
                for method in methods
            ]
    sys.stdout.write(json.dumps(found))


def paths(resolver, route="", texts=("",)):
    """Yield the pattern and a path in each language of every route."""
    for each in resolver.url_patterns:
        inner, pieces = readable(each.pattern)
        longer = [text + piece for text in texts for piece in pieces]
        if hasattr(each, "url_patterns"):
            yield from paths(each, route + inner, longer)
        else:
            yield from ((f"/{route}{inner}", f"/{text}") for text in longer)


def readable(pattern):
    """Return a pattern as docs/routes.md writes it, and the texts that it is tried with."""
    if hasattr(pattern, "language_prefix"):
        return "{lang}/", ["en/", "da/"]
    import re

    text = str(pattern).strip("^$").replace("\\.", ".")
    named = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
    example = named.sub(lambda found: EXAMPLES[found[1] or found[3] or "str"], text)
    return named.sub(lambda found: "{" + (found[2] or found[3]) + "}", text), [example]


def outcome(application, method, path, headers):
    """Return status, what was asked of the body, whether Django answered, Connection and the sentence."""
    body, seen = CountingInput(), {}
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path.encode("utf-8").decode("latin-1"), "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_EXPECT": "100-continue", "wsgi.input": body, "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http", "wsgi.input_terminated": True, "wsgi.multithread": True, **headers,
    }  # fmt: skip
    answer = application(
        environ,
        lambda status, headers, *_: seen.update({"status": status, "headers": dict(headers)}),
    )
    text = b"".join(answer)
    is_djangos = "Content-Security-Policy" in seen["headers"]
    return [
        int(seen["status"][:3]), body.calls, body.handed_out, is_djangos,
        seen["headers"].get("Connection", ""), "" if is_djangos else text.decode(),
    ]  # fmt: skip


# --- what somebody could do to a route tomorrow; the test must find each ------------------------------------------


def _views(resolver):
    for each in resolver.url_patterns:
        yield from _views(each) if hasattr(each, "url_patterns") else [each]


def widen_type(resolver):
    """Let the help page take pictures."""
    from havn.lib.http import BodyRule

    view = next(each.callback for each in _views(resolver) if each.name == "help")
    view.allowed_body = BodyRule(frozenset({"image/png"}), 1 << 40)


def widen_size(resolver):
    """Let the form of a report be one byte longer."""
    from havn.lib.http import BodyRule

    view = next(each.callback for each in _views(resolver) if each.name == "report")
    view.allowed_body = BodyRule(frozenset({FORM}), 64 * 1024 + 1)


def add_route(resolver):
    """Add a page that takes a form, and write it down nowhere."""
    from django.http import HttpResponse
    from django.urls import path

    from havn.lib.http import FORM as RULE
    from havn.web.frame.bodies import takes

    resolver.url_patterns.append(
        path("tomorrow", takes(RULE)(lambda request: HttpResponse("taken")))
    )


SPOILS = {each.__name__: each for each in (widen_type, widen_size, add_route)}

if __name__ == "__main__":
    main(*sys.argv[1:])
