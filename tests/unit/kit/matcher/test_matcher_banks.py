# SPDX-License-Identifier: Apache-2.0
"""HMA's curation routes: lists, entries of the platform's own, and what it has switched off."""

import datetime
import threading

import numpy as np
import pytest

from havn.kit.matcher import Settings
from havn.kit.matcher.suppressions import Suppressions
from havn.lib.matching import Index
from tests.support.matcher import (
    caller_of,
    digits,
    lookup_of,
    random_rows,
    raw_of,
    small_index,
    with_flipped,
)

OWN = Settings().with_own(["LOAD"])
NEW = digits(random_rows(1, 50)[0])


@pytest.fixture
def known(tmp_path):
    return small_index(tmp_path)


@pytest.fixture
def ask(known):
    return caller_of(known[0], OWN)


def in_an_hour():
    return int((datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(hours=1)).timestamp())


def test_lists_are_told_as_hma_tells_banks(ask):
    assert ask("GET", "/c/banks").json == [
        {"name": name, "matching_enabled_ratio": 1.0} for name in ("ALLIANCE", "OTHERS", "LOAD")
    ]
    assert ask("GET", "/c/bank/LOAD").json == {"name": "LOAD", "matching_enabled_ratio": 1.0}
    assert ask("GET", "/c/bank/NOPE").status == 404


def test_what_coop_asks_besides_is_answered(ask):
    assert ask("GET", "/c/signal_type").json == [{"name": "pdq", "enabled_ratio": 1.0}]
    assert ask("GET", "/c/content_type").json == [{"name": "photo", "enabled": True}]
    assert ask("GET", "/c/exchanges").json == ask("GET", "/c/exchanges/apis").json == []


def test_a_signal_that_is_added_is_found_by_the_next_look_up_in_every_process(ask, known):
    other = caller_of(known[0], OWN)
    assert other("GET", raw_of(NEW)).json == {"matches": []}
    told = ask("POST", "/c/bank/LOAD/signal", {"pdq": NEW.upper()})
    assert told.status == 200
    assert told.json["signals"] == {"pdq": NEW}
    assert 0 < told.json["id"] < 1 << 31
    for each in (ask, other):
        assert each("GET", raw_of(NEW)).json == {"matches": [told.json["id"]]}
        assert set(each("GET", lookup_of(NEW)).json) == {"LOAD"}
    again = caller_of(known[0], OWN)
    assert again("GET", raw_of(NEW)).json == {"matches": [told.json["id"]]}


def test_an_entry_that_is_removed_is_never_told_after_the_answer(ask, known):
    other = caller_of(known[0], OWN)
    number = ask("POST", "/c/bank/LOAD/signal", {"pdq": NEW}).json["id"]
    assert other("GET", raw_of(NEW)).json == {"matches": [number]}
    assert ask("DELETE", f"/c/bank/LOAD/content/{number}").json == {"deleted": 1}
    assert other("GET", raw_of(NEW)).json == ask("GET", raw_of(NEW)).json == {"matches": []}
    assert ask("DELETE", f"/c/bank/LOAD/content/{number}").json == {"deleted": 0}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "pdq"), ({"pdq": "zz"}, "pdq"), ({"pdq": 3}, "pdq"), ({"md5": NEW}, "md5"), ([], "body"),
        (b"{", "body"), (b"[" * 5000, "body"), (b"\xff\xfe", "body"), ({"pdq": NEW, "note": "x" * 256}, "note"),
        ({"pdq": NEW, "note": 3}, "note"), (b'{"pdq": ' + b"9" * 5000 + b"}", "body"),
    ],
)  # fmt: skip
def test_what_is_no_signal_is_refused_and_nothing_added(ask, known, body, field):
    told = ask("POST", "/c/bank/LOAD/signal", body)
    assert (told.status, told.json["field"]) == (400, field)
    assert len(Index.open(known[0])) == 40


def test_nothing_is_added_to_or_removed_from_a_list_that_is_not_the_platforms_own(ask, known):
    told = ask("POST", "/c/bank/ALLIANCE/signal", {"pdq": NEW})
    assert (told.status, told.json["field"]) == (403, "bank")
    assert ask("DELETE", "/c/bank/ALLIANCE/content/7").status == 403
    assert ask("POST", "/c/bank/NOPE/signal", {"pdq": NEW}).status == 404
    assert ask("GET", raw_of(digits(known[1][7]))).json == {"matches": [7]}


def test_an_entry_of_another_list_is_not_removed_through_an_own_one(ask, known):
    assert ask("DELETE", "/c/bank/LOAD/content/7").json == {"deleted": 0}
    assert ask("GET", raw_of(digits(known[1][7]))).json == {"matches": [7]}


def test_an_entry_is_told_with_its_fingerprint_if_that_is_asked(ask, known):
    told = ask("GET", "/c/bank/ALLIANCE/content/7?include_signals=true").json
    assert told == {
        "id": 7, "bank": {"name": "ALLIANCE", "matching_enabled_ratio": 1.0}, "disable_until_ts": 1,
        "note": None, "original_media_uri": None, "signals": {"pdq": digits(known[1][7])},
    }  # fmt: skip
    assert "signals" not in ask("GET", "/c/bank/ALLIANCE/content/7").json


@pytest.mark.parametrize(
    "place",
    [
        "ALLIANCE/content/999",
        "OTHERS/content/7",
        "NOPE/content/7",
        "ALLIANCE/content/x",
        f"ALLIANCE/content/{1 << 70}",
    ],
)
def test_an_entry_that_is_not_there_is_not_found(ask, place):
    told = ask("GET", f"/c/bank/{place}")
    assert told.status == 404
    assert told.json["remedy"]


def test_a_suppressed_entry_is_left_out_of_look_ups_everywhere_and_stays_in_raw_ones(ask, known):
    signal, other = digits(known[1][7]), caller_of(known[0])
    told = ask(
        "PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 0, "note": "a blank page"}
    )
    assert (told.json["disable_until_ts"], told.json["note"]) == (0, "a blank page")
    for each in (ask, other):
        assert each("GET", lookup_of(signal)).json == {}
        assert each("GET", raw_of(signal)).json == {"matches": [7]}
    assert ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 1}).status == 200
    assert set(other("GET", lookup_of(signal)).json) == {"ALLIANCE"}


def test_a_suppression_ends_by_itself(ask, known):
    signal = digits(known[1][7])
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": in_an_hour()})
    assert ask("GET", lookup_of(signal)).json == {}
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": in_an_hour() - 3601})
    assert set(ask("GET", lookup_of(signal)).json) == {"ALLIANCE"}
    assert ask("GET", "/c/bank/ALLIANCE/content/7").json["disable_until_ts"] == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"note": "why"}, {"disable_until_ts": "soon"}, {"disable_until_ts": -1}, {"disable_until_ts": True}, {"disable_until_ts": 1 << 60}, {"disable_until_ts": 0, "enabled": 1}, []],
)  # fmt: skip
def test_a_suppression_that_says_no_instant_is_refused(ask, known, body):
    assert ask("PUT", "/c/bank/ALLIANCE/content/7", body).status == 400
    assert set(ask("GET", lookup_of(digits(known[1][7]))).json) == {"ALLIANCE"}


def test_a_suppression_follows_the_fingerprint_into_a_list_that_is_numbered_anew(ask, known):
    path, rows = known
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 0})
    turned = rows[::-1].copy()
    lists = (np.arange(40) < 20).astype(np.uint16)
    Index.build(turned, lists=lists, list_names=("ALLIANCE", "OTHERS")).save(path)
    assert ask("GET", raw_of(digits(rows[7]))).json == {"matches": [32]}
    assert ask("GET", lookup_of(digits(rows[7]))).json == {}
    assert ask("GET", lookup_of(digits(turned[7]))).json != {}


def test_the_half_line_of_a_killed_writer_costs_no_other_line(ask, known):
    path, rows = known
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 0})
    with (path.parent / "known.havn-index.suppressions").open("ab") as file:
        file.write(b'{"v": 1, "op": "supp')
    assert ask("GET", lookup_of(digits(rows[7]))).json == {}
    ask("PUT", "/c/bank/ALLIANCE/content/8", {"disable_until_ts": 0})
    assert ask("GET", lookup_of(digits(rows[8]))).json == {}
    read = Suppressions(path)
    assert {each.entry for each in read.in_force(0)} == {7, 8}
    assert read.broken_lines == 1


def test_when_the_suppressions_are_taken_away_every_entry_is_told_again(ask, known):
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 0})
    assert ask("GET", lookup_of(digits(known[1][7]))).json == {}
    (known[0].parent / "known.havn-index.suppressions").unlink()
    assert ask("GET", lookup_of(digits(known[1][7]))).json != {}


def test_a_newer_index_that_cannot_be_read_leaves_the_old_one_answering_and_is_said(ask, known):
    path, rows = known
    broken, kept = path.with_name("broken"), path.with_name("kept")
    Index.build(rows[:30]).save(broken)
    with broken.open("r+b") as file:
        file.truncate(100)
    path.rename(kept)
    broken.rename(path)
    assert ask("GET", raw_of(with_flipped(rows[3], 1))).json == {"matches": [3]}
    assert ask("GET", "/status").body == b"INDEX-STALE"
    assert b"havn_matcher_stale 1" in ask("GET", "/metrics").body
    told = ask("POST", "/c/bank/LOAD/signal", {"pdq": NEW})
    assert told.status == 503
    assert str(path) in told.json["message"]
    kept.rename(path)
    assert ask("GET", "/status").status == 200


def test_an_index_that_is_merged_meanwhile_goes_on_with_all_that_was_added(ask, known):
    path, rows = known
    number = ask("POST", "/c/bank/LOAD/signal", {"pdq": NEW}).json["id"]
    ask("PUT", "/c/bank/ALLIANCE/content/7", {"disable_until_ts": 0})
    Index.open(path).merge()
    assert ask("GET", raw_of(NEW)).json == {"matches": [number]}
    assert ask("GET", lookup_of(digits(rows[7]))).json == {}
    again = digits(random_rows(1, 51)[0])
    other = ask("POST", "/c/bank/LOAD/signal", {"pdq": again}).json["id"]
    assert ask("GET", raw_of(again)).json == {"matches": [other]}
    assert ask("DELETE", f"/c/bank/LOAD/content/{number}").json == {"deleted": 1}
    assert ask("GET", raw_of(NEW)).json == {"matches": []}


def test_look_ups_go_on_while_others_add_and_remove_and_none_contradicts_an_answer(known):
    path, rows = known
    workers = [caller_of(path, OWN), caller_of(path, OWN)]
    over = threading.Event()
    wrong = []

    def look(ask):
        while not over.is_set():
            told = ask("GET", raw_of(with_flipped(rows[5], 4)))
            if told.body != b'{"matches":[5]}\n':
                wrong.append(told)

    threads = [threading.Thread(target=look, args=(each,)) for each in workers * 2]
    for each in threads:
        each.start()
    try:
        for turn, row in enumerate(random_rows(60, 52)):
            one, other = workers[turn % 2], workers[1 - turn % 2]
            number = one("POST", "/c/bank/LOAD/signal", {"pdq": digits(row)}).json["id"]
            assert other("GET", raw_of(digits(row))).json == {"matches": [number]}
            assert other("DELETE", f"/c/bank/LOAD/content/{number}").json == {"deleted": 1}
            assert one("GET", raw_of(digits(row))).json == {"matches": []}
    finally:
        over.set()
        for each in threads:
            each.join()
    assert wrong == []
