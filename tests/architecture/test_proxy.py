# SPDX-License-Identifier: Apache-2.0
"""The example of a proxy refuses the bodies that the node refuses, and passes nothing of a visitor on."""

import re

import pytest

from tests.architecture.source import ROOT
from tests.web.guard_walk import EXAMPLES, kinds
from tests.web.test_bodies_everywhere import NOTHING, documented, expected

CONFIGURATION = ROOT / "deploy" / "proxy" / "nginx.conf"
METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "PICTURE")
UNITS = {"k": 1 << 10, "m": 1 << 20, "": 1}
# Nginx answers these itself, before any rule: a length that is none, or two of them.
NGINX_ITSELF = 400


class Nginx:
    """As much of the language of nginx.conf as the example uses (ngx_http_map_module, locations)."""

    def __init__(self, text):
        self.text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        found = re.findall(r'map (?:"([^"]+)"|(\$\w+)) (\$\w+) \{(.*?)\n\}', self.text, re.DOTALL)
        self.maps = {name: (quoted or plain, rows(body)) for quoted, plain, name, body in found}

    def value(self, name, given):
        """Return a variable: given by the request, or mapped from others."""
        if name not in self.maps:
            return given.get(name, "")
        source, table = self.maps[name]
        text = re.sub(r"\$\w+", lambda each: self.value(each[0], given), source)
        if text in table:
            return table[text]
        for pattern, value in table.items():
            if pattern.startswith("~") and matches(pattern, text):
                return value
        return table["default"]

    def server(self, name):
        """Return the block of one server."""
        (block,) = (
            each for each in re.split(r"^server \{", self.text, flags=re.MULTILINE)[1:]
            if f"server_name {name};" in each
        )  # fmt: skip
        return block[: block.index("\n}")]

    def most_bytes(self, path):
        """Return the longest body of a path, and its buffer."""
        block = self.text.split("\nmap ")[0]
        for pattern, inner in re.findall(
            r"location [~=] (\S+) \{(.*?)\n    \}", self.text, re.DOTALL
        ):
            if re.search(pattern, path):
                block = inner
        return tuple(
            size(block, name) for name in ("client_max_body_size", "client_body_buffer_size")
        )


def rows(body):
    lines = re.findall(
        r"""^\s+(?:"([^"]*)"|'([^']*)'|([^\s;]+)) (?:"([^"]*)"|(\S+));$""", body, re.MULTILINE
    )
    return {
        double or single or bare: quoted or value for double, single, bare, quoted, value in lines
    }


def matches(pattern, text):
    return re.search(pattern.lstrip("~*"), text, re.IGNORECASE if pattern.startswith("~*") else 0)


def size(block, name):
    number, unit = re.search(rf"\b{name} (\d+)([km]?);", block).groups()
    return int(number) * UNITS[unit]


@pytest.fixture(scope="module")
def nginx():
    return Nginx(CONFIGURATION.read_text())


def examples():
    """Yield every documented route with a path and the body that it takes."""
    for audience in ("public", "desk", "node", "alliance", "hub_desk"):
        for route, rule in documented(audience).items():
            text = re.sub(
                r"\{(\w+)\}",
                lambda found: EXAMPLES["period" if found[1] == "period" else "uuid"],
                route.replace("{lang}", "da"),
            )
            yield route, text, rule
    for path in (
        "/static/havn/havn.css",
        "/en/nowhere",
        "/",
        "/desk/en/nowhere/",
        "/en/report/",
        "/xreport",
    ):
        yield path, path, NOTHING


def disagreements(nginx, *, of=None):
    """Return the requests on which proxy and node do not agree, to all routes or to one."""
    found = []
    for route, path, rule in examples():
        if of not in {None, route}:
            continue
        for kind, headers in kinds(rule[1] or 65_536).items():
            for method in METHODS:
                ours = expected(rule, method, kind)
                if ours == NGINX_ITSELF:
                    continue
                theirs = answer(nginx, method, path, headers)
                if theirs != ours:
                    found.append((route, method, kind, theirs, ours))
    return found


def answer(nginx, method, path, headers):
    """Return the status with which nginx refuses a body, None where it passes it on."""
    given = {
        "$request_method": method, "$uri": path, "$content_type": headers.get("CONTENT_TYPE", ""),
        "$http_content_length": headers.get("CONTENT_LENGTH", ""),
        "$http_transfer_encoding": headers.get("HTTP_TRANSFER_ENCODING", ""),
        "$http_content_encoding": headers.get("HTTP_CONTENT_ENCODING", ""),
    }  # fmt: skip
    refusal = nginx.value("$havn_refusal", given)
    if refusal:
        return int(refusal)
    return 413 if int(given["$http_content_length"] or 0) > nginx.most_bytes(path)[0] else None


def test_the_proxy_refuses_the_bodies_that_the_node_refuses(nginx):
    assert disagreements(nginx) == []


@pytest.mark.parametrize(
    ("old", "new", "route"),
    [
        ("(report|receipt|status)", "(report|receipt|status|help)", "/{lang}/help"),
        ("(report|receipt|status)", "(report|status)", "/{lang}/receipt"),
        ("client_max_body_size 64k", "client_max_body_size 65k", "/{lang}/report"),
        (
            "client_max_body_size 512k",
            "client_max_body_size 1m",
            "/desk/{lang}/report/{report_id}/paste/",
        ),
        ("client_max_body_size 8k", "client_max_body_size 9k", "/api/v1/payloads"),
        ("~^POST /api/v1/payloads$", "~^POST /api/v1/", "/api/v1/about"),
        ("(other|form)$", "other$", "/api/v1/payloads"),
        ("default other;", "default form;", "/{lang}/status"),
        ("default coded;", "default plain;", "/desk/{lang}/next/"),
        ("default unknown;", "default known;", "/{lang}/report"),
    ],
)
def test_a_proxy_of_other_rules_is_found(nginx, old, new, route):
    text = CONFIGURATION.read_text()
    assert old in text
    assert disagreements(nginx, of=route) == []
    assert disagreements(Nginx(text.replace(old, new, 1)), of=route) != []


def test_a_body_never_becomes_a_file(nginx):
    for _route, path, _most in examples():
        most, buffer = nginx.most_bytes(path)
        assert most <= buffer, path
    for name in ("report.example.org", "desk.example.org", "node.example.org", "hub.example.org"):
        assert "proxy_max_temp_file_size 0;" in nginx.server(name)
    assert "client_body_in_file_only" not in nginx.text


def test_a_body_that_is_refused_closes_the_connection(nginx):
    for name in ("report.example.org", "desk.example.org", "node.example.org", "hub.example.org"):
        block = nginx.server(name)
        for status, place in ((413, "@too_much"), (415, "@wrong_type")):
            assert f"if ($havn_refusal = {status}) {{\n        return {status};" in block
            assert f"error_page {status} {place};" in block
            inner = block.split(f"location {place} {{")[1]
            assert "keepalive_timeout 0;" in inner[: inner.index("}")]
    assert "lingering_close off;" in nginx.text


def test_nothing_of_a_visitor_is_written_or_passed_on(nginx):
    assert re.findall(r"\b(?:access_log|error_log) (.*);", nginx.text) == ["off", "/dev/null crit"]
    for name, told in (
        ("report.example.org", {"User-Agent", "Referer", "Cookie"}),
        ("hub.example.org", {"User-Agent", "Referer", "Cookie"}),
        ("desk.example.org", {"User-Agent"}),
    ):
        passed = dict(re.findall(r"proxy_set_header (\S+) (.*);", nginx.server(name)))
        assert passed["Host"] == "$host"
        assert passed["X-Forwarded-Proto"] == "https"
        for header in told | {"X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"}:
            assert passed[header] == '""', header
        assert not re.search(r"\$(remote_addr|http_|proxy_add)", " ".join(passed.values()))
    assert "proxy_cache" not in nginx.text
    assert "http2" not in nginx.text
