# SPDX-License-Identifier: Apache-2.0
"""How pretend people read pages: every hidden field travels, choices stand as drawn, buttons decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from havn.lab.pages import PageError, Visitor, read
from havn.lab.people import one_time_code
from havn.lab.serving import LoopbackServer, QuietAnswerer

PAGE = """<html><body><h1 id="heading">A page</h1>
<form id="first" method="post" action="/take">
 <input type="hidden" name="state" value="sealed &amp; safe">
 <input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
 <input type="checkbox" name="items" value="1"><input type="checkbox" name="items" value="2">
 <textarea name="words">
old words</textarea>
 <select name="country"><option value="">Choose</option><option value="DK" selected>Denmark</option></select>
 <button name="move" value="next">Go <b>on</b></button>
 <button name="move" value="back" formaction="/back">Back</button>
 <button type="button">Print</button><button disabled name="move" value="never">Never</button>
</form><a href="/somewhere?x=1">there</a></body></html>"""


class Echo(LoopbackServer):
    """Shows the page, and answers a form with what it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[tuple[str, dict[str, list[str]]]] = []

    def answerer(self) -> type[QuietAnswerer]:
        echo = self

        class Answerer(QuietAnswerer):
            def do_GET(self) -> None:  # noqa: N802
                status = 200 if self.path == "/" else 404
                self.answer(status, {"Content-Type": "text/html"}, PAGE.encode())

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                echo.posted.append((self.path, parse_qs(body, keep_blank_values=True)))
                self.answer(303, {"Location": "/"})

        return Answerer


@pytest.fixture
def echo() -> Iterator[tuple[Echo, Visitor]]:
    server = Echo()
    port = server.start()
    with Visitor(f"http://127.0.0.1:{port}") as visitor:
        yield server, visitor
    server.stop()


def test_a_page_is_read_as_it_stands() -> None:
    page = read(PAGE, url="http://127.0.0.1/x", status=200)
    form = page.form(identifier="first")
    assert ("state", "sealed & safe") in form.filled
    assert ("words", "old words") in form.filled
    assert ("kind", "b") in form.filled
    assert ("country", "DK") in form.filled
    assert form.choices["items"] == ["1", "2"]
    assert [button.text for button in form.buttons] == ["Go on", "Back"]
    assert page.texts["heading"] == "A page"
    assert page.link(part="somewhere") == "/somewhere?x=1"


def test_a_form_is_sent_with_all_that_stands_in_it(echo: tuple[Echo, Visitor]) -> None:
    server, visitor = echo
    page = visitor.open("/")
    after = visitor.send(page, page.form(button="next"), {"kind": "a", "items": ["1", "2"]})
    assert after.path == "/"
    path, sent = server.posted[0]
    assert path == "/take"
    assert sent == {
        "state": ["sealed & safe"],
        "kind": ["a"],
        "items": ["1", "2"],
        "words": ["old words"],
        "country": ["DK"],
        "move": ["next"],
    }


def test_the_button_that_is_pressed_decides_where_a_form_goes(echo: tuple[Echo, Visitor]) -> None:
    server, visitor = echo
    page = visitor.open("/")
    visitor.send(page, page.form(identifier="first"), press="Back")
    assert server.posted[0][0] == "/back"
    assert server.posted[0][1]["move"] == ["back"]


def test_a_person_does_not_fill_in_what_is_not_asked(echo: tuple[Echo, Visitor]) -> None:
    _server, visitor = echo
    page = visitor.open("/")
    with pytest.raises(PageError, match="nonsense"):
        visitor.send(page, page.form(identifier="first"), {"nonsense": "x"})
    with pytest.raises(PageError, match="no button"):
        visitor.send(page, page.form(identifier="first"), press="never")


def test_an_error_page_is_told(echo: tuple[Echo, Visitor]) -> None:
    with pytest.raises(PageError, match="404"):
        echo[1].open("/missing")


def test_one_time_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: at 59 seconds the eight digits end in 287082."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert one_time_code(secret, at=datetime.fromtimestamp(59, tz=UTC)) == "287082"
    assert one_time_code(secret, at=datetime.fromtimestamp(1111111109, tz=UTC)) == "081804"
