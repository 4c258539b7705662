# SPDX-License-Identifier: Apache-2.0
"""The description of the interface is true, and whatever is sent has an answer in one shape that is no fault of the server."""

import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from havn.kit.matcher import Settings
from havn.kit.matcher.requests import FINGERPRINTS
from havn.kit.matcher.routes import ROUTES
from tests.support.matcher import (
    caller_of,
    digits,
    lookup_of,
    random_rows,
    raw_of,
    small_index,
    with_flipped,
)

DOCUMENT = json.loads(files("havn.kit.matcher").joinpath("openapi.json").read_bytes())
ZERO = "0" * 64


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="module")
def ask(known):
    return caller_of(known[0], Settings().with_own(["LOAD"]))


def test_the_description_is_openapi():
    validate(DOCUMENT)


def test_the_description_has_every_route_and_no_other():
    told = {
        (method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert told == {(route.method, route.path) for route in ROUTES}


def test_the_description_has_the_bodies_that_the_guard_lets_through():
    for route in ROUTES:
        told = DOCUMENT["paths"][route.path][route.method.lower()].get("requestBody")
        types = set(told["content"]) if told else set()
        assert types == (set(route.body.content_types) if route.body else set()), route.path


def test_what_needs_no_token_is_marked_so():
    for route in ROUTES:
        told = DOCUMENT["paths"][route.path][route.method.lower()]
        assert (told.get("security") == []) == (not route.scope), route.path
        assert ("401" in told["responses"]) == bool(route.scope), route.path


def test_the_server_tells_the_description(ask):
    assert ask("GET", "/openapi.json").json == DOCUMENT


def fits(method, path, told):
    """Assert that an answer is one of those that the description has for this path."""
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(told.status) in responses, (method, path, told)
    said = responses[str(told.status)]
    if "$ref" in said:
        said = DOCUMENT["components"]["responses"][said["$ref"].rpartition("/")[2]]
    schema = said["content"][told.headers["Content-Type"].partition(";")[0]]["schema"]
    if told.headers["Content-Type"] == "application/json":
        jsonschema.Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(
            told.json
        )


def asked(rows):
    """Yield (method, path as described, path, body) that reach every route, well and badly."""
    near, far = with_flipped(rows[7], 3), digits(random_rows(1, 9)[0])
    for signal in (near, far, "zz"):
        yield "GET", "/m/raw_lookup", raw_of(signal), None
        yield "GET", "/m/raw_lookup", raw_of(signal, include_distance="1", banks="OTHERS"), None
        yield "GET", "/m/lookup", lookup_of(signal, banks="NOPE" if signal == far else ""), None
    for body in ([near, far, "zz"], {}, []):
        yield "POST", "/m/raw_lookup", "/m/raw_lookup", body
        yield "POST", "/m/raw_lookup", "/m/raw_lookup?include_distance=true", body
        yield "POST", "/api/v1/lookups", "/api/v1/lookups", body
    for body in ({"pdq": [near, far]}, {"pdq": 3}, [], {}):
        yield "POST", "/m/compare", "/m/compare", body
    bank, entry, signal = (
        "/c/bank/{bank}",
        "/c/bank/{bank}/content/{entry}",
        "/c/bank/{bank}/signal",
    )
    for name in ("LOAD", "ALLIANCE", "NOPE"):
        yield "GET", bank, f"/c/bank/{name}", None
        yield "GET", entry, f"/c/bank/{name}/content/7?include_signals=true", None
        yield "PUT", entry, f"/c/bank/{name}/content/7", {"disable_until_ts": 0, "note": "why"}
        yield "PUT", entry, f"/c/bank/{name}/content/7", {}
        yield "GET", entry, f"/c/bank/{name}/content/7", None
        yield "DELETE", entry, f"/c/bank/{name}/content/7", None
        yield "POST", signal, f"/c/bank/{name}/signal", {"pdq": far}
        yield "POST", signal, f"/c/bank/{name}/signal", {}
        yield "POST", bank + "/content", f"/c/bank/{name}/content", None
        yield "POST", bank + "/content", f"/c/bank/{name}/content", {}
    for route in ROUTES:
        if "{" not in route.path:
            yield route.method, route.path, route.path, None
            if route.method != "GET":
                yield route.method, route.path, route.path, b"\x89PNG"


def test_every_answer_is_one_that_is_described(known, ask):
    seen = set()
    for method, described, path, body in asked(known[1]):
        told = ask(method, path, body)
        fits(method, described, told)
        seen.add((method, described))
    assert seen == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/m/raw_lookup", "GET, POST"), ("POST", "/c/banks", "GET"), ("PUT", "/c/bank/LOAD", "GET"),
        ("OPTIONS", "/metrics", "GET"), ("PATCH", "/m/compare", "POST"), ("", "/status", "GET"),
        ("DELETE", "/c/bank/LOAD", "GET"), ("POST", "/c/exchanges", "GET"),
    ],
)  # fmt: skip
def test_another_method_is_told_which_ones_there_are(ask, method, path, allowed):
    told = ask(method, path)
    assert (told.status, told.headers["Allow"], told.json["field"]) == (405, allowed, "method")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/m",
        "/m/raw_lookup/",
        "/ui",
        "/dev/factory_reset",
        "/c/exchange/X",
        "/c/bank//signal",
        "/\xff\xfe",
    ],
)
def test_a_path_that_is_not_there_is_told_in_the_same_shape(ask, path):
    for method in ("GET", "POST", "DELETE"):
        told = ask(method, path)
        assert (told.status, set(told.json)) == (404, {"message", "field", "remedy"})
    assert ask("POST", path, {"a": 1}).status == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70) | st.sampled_from([ZERO, "pdq"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["pdq", "note", "disable_until_ts", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
PATHS = st.one_of(
    st.sampled_from([route.path for route in ROUTES]).map(
        lambda path: path.replace("{bank}", "LOAD").replace("{entry}", "7")
    ),
    st.text(st.characters(max_codepoint=255), max_size=30).map(
        lambda text: "/" + text.replace("?", "")
    ),
)
QUERIES = st.one_of(
    st.just(""),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80),
    st.lists(
        st.tuples(
            st.sampled_from(["signal", "signal_type", "banks", "include_distance", "seed", "url", "bypass_coinflip"]),
            st.sampled_from([ZERO, "pdq", "true", "", "%00", "%ff", "LOAD", "x,y", "+"]),
        ),
        max_size=5,
    ).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)),
)  # fmt: skip


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "BREW"]),
    path=PATHS,
    query=QUERIES,
    body=st.one_of(st.none(), st.binary(max_size=100), JSON.map(lambda each: json.dumps(each).encode())),
    content_type=st.sampled_from(["application/json", FINGERPRINTS, "application/json; charset=utf-8", "image/png", "", "é"]),
)  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_whatever_is_sent_is_answered_in_one_shape_and_is_no_fault_of_the_server(
    ask, method, path, query, body, content_type
):
    told = ask(method, f"{path}?{query}", body, content_type=content_type)
    assert told.status < 500
    assert int(told.headers["Content-Length"]) == len(told.body) or method == "HEAD"
    if told.status >= 400 and method != "HEAD":
        assert set(told.json) == {"message", "field", "remedy"}
        assert told.json["message"]


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "9" * 30, "１"])
def test_a_length_that_is_none_is_refused(ask, length):
    told = ask("POST", "/m/compare", CONTENT_LENGTH=length, CONTENT_TYPE="application/json")
    assert told.status in {400, 413}
    assert told.json["field"] == "body"


def test_a_body_without_a_length_is_refused(ask):
    told = ask(
        "POST", "/m/compare", HTTP_TRANSFER_ENCODING="chunked", CONTENT_TYPE="application/json"
    )
    assert (told.status, told.headers["Connection"]) == (413, "close")


def test_a_compressed_body_is_refused(ask):
    told = ask("POST", "/m/compare", {"pdq": []}, HTTP_CONTENT_ENCODING="gzip")
    assert told.status == 415


def test_a_mistake_of_ours_is_told_in_the_same_shape_and_the_log_holds_no_request(
    ask, capsys, monkeypatch
):
    monkeypatch.setattr(ask.application._matcher, "index", None)
    told = ask("GET", raw_of(ZERO))
    assert (told.status, set(told.json)) == (500, {"message", "field", "remedy"})
    said = capsys.readouterr().err
    assert "AttributeError" in said
    assert ZERO not in said


def test_counters_are_told_as_prometheus_reads_them(tmp_path):
    path, rows = small_index(tmp_path)
    ask = caller_of(path)
    ask("GET", raw_of(digits(rows[7])))
    ask("GET", raw_of(ZERO))
    ask("GET", raw_of("zz"))
    ask("POST", "/m/lookup", b"\x89PNG")
    told = ask("GET", "/metrics")
    lines = told.body.decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert all(float(value) >= 0 for value in values.values())
    assert values["havn_matcher_entries"] == "40"
    assert values["havn_matcher_bodies_refused_total"] == "1"
    for verdict in ("match", "clear", "refused"):
        assert (
            values[f'havn_matcher_lookups_total{{route="raw_lookup",verdict="{verdict}"}}'] == "1"
        )
    assert values['havn_matcher_responses_total{status="4xx"}'] == "2"
    assert values['havn_matcher_request_seconds_count{kind="single"}'] == "3"
    assert values['havn_matcher_request_seconds_bucket{kind="single",le="+Inf"}'] == "3"
    helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
    families = {name.partition("{")[0] for name in values}
    assert {
        name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        for name in families
    } == helped
