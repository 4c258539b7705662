# SPDX-License-Identifier: Apache-2.0
"""HMA's matching routes: what HMA's callers read, byte for byte, and a sentence where something is wrong."""

import pytest

from tests.support.matcher import (
    caller_of,
    digits,
    lookup_of,
    random_rows,
    raw_of,
    small_index,
    with_flipped,
)

GOOD = "0" * 64


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("known"))


@pytest.fixture
def ask(known):
    return caller_of(known[0])


def test_a_raw_look_up_tells_the_numbers_of_all_entries_within_distance_31(ask, known):
    _, rows = known
    assert ask("GET", raw_of(with_flipped(rows[7], 31))).body == b'{"matches":[7]}\n'
    assert ask("GET", raw_of(with_flipped(rows[7], 32))).body == b'{"matches":[]}\n'


def test_a_raw_look_up_tells_distances_as_text_as_hma_does(ask, known):
    told = ask("GET", raw_of(with_flipped(known[1][7], 5), include_distance="true"))
    assert told.body == b'{"matches":[{"bank_content_id":7,"distance":"5"}]}\n'
    assert told.headers["Content-Type"] == "application/json"


def test_a_look_up_tells_matches_by_bank(ask, known):
    _, rows = known
    told = ask("GET", lookup_of(with_flipped(rows[30], 2)))
    assert told.body == b'{"OTHERS":[{"bank_content_id":30,"distance":"2"}]}\n'
    assert ask("GET", lookup_of(digits(random_rows(1, 99)[0]))).body == b"{}\n"


def test_digits_in_upper_case_are_the_same_fingerprint(ask, known):
    assert ask("GET", raw_of(digits(known[1][7]).upper())).json == {"matches": [7]}


def test_only_the_banks_that_are_named_are_searched(ask, known):
    signal = digits(known[1][7])
    assert ask("GET", raw_of(signal, banks="ALLIANCE,OTHERS")).json == {"matches": [7]}
    assert ask("GET", raw_of(signal, banks="OTHERS")).json == {"matches": []}
    assert ask("GET", lookup_of(signal, banks="OTHERS")).json == {}
    assert ask("GET", raw_of(signal, banks="")).json == {"matches": [7]}


@pytest.mark.parametrize("path", [raw_of, lookup_of])
def test_an_unknown_bank_is_named_and_never_taken_for_no_match(ask, path):
    told = ask("GET", path(GOOD, banks="ALLIANCE,NOPE"))
    assert (told.status, told.json["field"]) == (400, "banks")
    assert "NOPE" in told.json["message"]
    assert "ALLIANCE, OTHERS" in told.json["remedy"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/m/raw_lookup", "signal_type"),
        (f"/m/raw_lookup?signal={GOOD}", "signal_type"),
        ("/m/raw_lookup?signal_type=pdq", "signal"),
        (f"/m/raw_lookup?signal_type=nope&signal={GOOD}", "signal_type"),
        (raw_of("zz"), "signal"),
        (raw_of("0" * 63), "signal"),
        (raw_of("g" * 64), "signal"),
        (raw_of("%D9%A0" * 32 + "0" * 32), "signal"),
        (raw_of(GOOD, include_distance="perhaps"), "include_distance"),
        ("/m/lookup", "signal"),
        (lookup_of(GOOD, bypass_coinflip="perhaps"), "bypass_coinflip"),
        ("/m/index/status?signal_type=nope", "signal_type"),
        ("/m/raw_lookup?" + "&".join(f"a{n}=1" for n in range(200)), ""),
    ],
)  # fmt: skip
def test_a_wrong_or_missing_parameter_is_named(ask, path, field):
    told = ask("GET", path)
    assert told.status == 400
    assert told.json["field"] == field
    assert told.json["message"]
    assert told.json["remedy"]


def test_seed_and_coinflip_are_taken_and_change_nothing(ask, known):
    signal = digits(known[1][7])
    plain = ask("GET", lookup_of(signal)).json
    assert ask("GET", lookup_of(signal, seed="12", bypass_coinflip="true")).json == plain


def test_of_a_parameter_that_stands_twice_the_first_counts(ask, known):
    assert ask("GET", raw_of(digits(known[1][7])) + f"&signal={GOOD}").json == {"matches": [7]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/m/lookup?url=https://example.org/a"), ("POST", "/m/lookup"), ("GET", "/h/hash?url=x"),
        ("POST", "/h/hash"), ("POST", "/c/bank/ALLIANCE/content"),
    ],
)  # fmt: skip
def test_what_would_need_a_picture_is_refused_with_a_sentence_that_names_watch(ask, method, path):
    told = ask(method, path)
    assert told.status == 403
    assert "havn watch" in told.json["remedy"]


@pytest.mark.parametrize(
    "content_type",
    ["image/png", "multipart/form-data; boundary=x", "application/octet-stream", "text/plain", ""],
)
@pytest.mark.parametrize(
    "path", ["/m/lookup", "/h/hash", "/m/compare", "/m/raw_lookup", "/api/v1/lookups"]
)
def test_a_body_that_may_hold_a_picture_is_refused_unread(ask, path, content_type):
    told = ask("POST", path, b"\x89PNG" + bytes(60), content_type=content_type)
    assert told.status in {413, 415}
    assert told.headers["Connection"] == "close"
    assert told.headers["Content-Type"] == "application/json"
    assert "havn watch" in told.json["remedy"]
    assert set(told.json) == {"message", "field", "remedy"}


def test_two_fingerprints_are_compared(ask, known):
    one = known[1][0]
    told = ask("POST", "/m/compare", {"pdq": [digits(one), with_flipped(one, 9).upper()]})
    assert told.body == b'{"pdq":[true,{"distance":9}]}\n'
    assert ask("POST", "/m/compare", {"pdq": [GOOD, "f" * 64]}).json == {
        "pdq": [False, {"distance": 256}]
    }
    assert ask("POST", "/m/compare", {}).json == {}


@pytest.mark.parametrize(
    "body",
    [[], "text", 3, None, {"pdq": 3}, {"pdq": []}, {"pdq": [GOOD]}, {"pdq": [GOOD, "zz"]}, {"pdq": [GOOD, 7]}, {"md5": [GOOD, GOOD]}],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(ask, body):
    raw = b"null" if body is None else body
    told = ask("POST", "/m/compare", raw)
    assert told.status == 400
    assert told.json["remedy"]


def test_the_state_of_the_index_is_told_as_hma_tells_it(ask, known):
    status = ask("GET", "/m/index/status").json["pdq"]
    assert set(status) == {"present", "built_to", "size"}
    assert (status["present"], status["size"]) == (True, len(known[1]))
    assert status["built_to"] == int(known[0].stat().st_mtime)
    assert ask("GET", "/m/index/status?signal_type=pdq").json == {"pdq": status}
    index = ask("GET", "/c/signal_type/index").json["pdq"]
    assert (index["db_size"], index["index_size"], index["index_out_of_date"]) == (40, 40, False)


def test_until_the_search_is_loaded_the_answer_is_not_ready_and_never_no_match(known):
    ask = caller_of(known[0], patience=0)
    ask.application._matcher._ready.clear()
    assert ask("GET", "/status").body == b"INDEX-NOT-LOADED"
    assert ask("GET", "/status").status == 503
    told = ask("GET", raw_of(GOOD))
    assert (told.status, told.json["message"]) == (503, "index not yet ready")
    assert ask("GET", "/status/live").body == b"I-AM-ALIVE"
    ask.application._matcher.prepare()
    assert (ask("GET", "/status").status, ask("GET", "/status").body) == (200, b"I-AM-ALIVE")


def test_a_head_request_has_no_body(ask):
    told = ask("HEAD", raw_of(GOOD))
    assert (told.status, told.body) == (200, b"")


def test_an_index_without_names_of_lists_has_one_bank_with_a_name(tmp_path):
    from havn.lib.matching import Index

    rows = random_rows(3, 1)
    Index.build(rows).save(tmp_path / "nameless")
    ask = caller_of(tmp_path / "nameless")
    assert ask("GET", "/c/banks").json == [{"name": "DEFAULT", "matching_enabled_ratio": 1.0}]
    assert set(ask("GET", lookup_of(digits(rows[0]))).json) == {"DEFAULT"}
    assert ask("GET", raw_of(digits(rows[0]), banks="DEFAULT")).json == {"matches": [0]}
