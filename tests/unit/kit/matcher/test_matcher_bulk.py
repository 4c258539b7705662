# SPDX-License-Identifier: Apache-2.0
"""Many fingerprints in one request: each is answered as if it had been asked alone, as JSON and in bytes."""

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havn.kit.matcher import Brake, ListPolicy, Settings
from havn.kit.matcher.requests import FINGERPRINTS, MATCHES, MOST_LOOKUPS
from tests.support.matcher import (
    caller_of,
    digits,
    lookup_of,
    random_rows,
    raw_of,
    small_index,
    with_flipped,
)

RAW, OWN = "/m/raw_lookup", "/api/v1/lookups"
STRANGE = ("zz", "0" * 63, "g" * 64, "é" * 64, "٠" * 64, "", 7, None, [], {}, True, "0" * 65)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="module")
def ask(known):
    policy = Settings(lists={"OTHERS": ListPolicy(distance=12, quality_floor=50)})
    caller = caller_of(known[0], policy)
    caller("PUT", "/c/bank/ALLIANCE/content/3", {"disable_until_ts": 0})
    return caller


def unpacked(body):
    """Return the matches of each query, as documented: (identifier, number of the list, distance, flags)."""
    magic, queries, matches = struct.unpack_from("<8sII", body)
    assert magic == b"HAVNLOOK"
    at, columns = 16, []
    for kind, count in (
        ("<u8", matches),
        ("<u4", queries + 1),
        ("<u2", matches),
        ("u1", matches),
        ("u1", matches),
    ):
        columns.append(np.frombuffer(body, kind, count, at).tolist())
        at += np.dtype(kind).itemsize * count
    assert at == len(body)
    identifiers, offsets, lists, distances, flags = columns
    rows = list(zip(identifiers, lists, distances, flags, strict=True))
    return [rows[first:last] for first, last in itertools.pairwise(offsets)]


# Which entry is asked for (None for none), with how many bits changed.
ITEMS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 39), st.integers(0, 40)), st.sampled_from(STRANGE), st.none()
    ),
    max_size=12,
)


def signals_of(items, rows):
    return [
        with_flipped(rows[each[0]], each[1]) if isinstance(each, tuple) else each for each in items
    ]


@given(items=ITEMS)
@settings(max_examples=120, deadline=None)
def test_each_item_is_answered_as_if_it_had_been_asked_alone(ask, known, items):
    signals = signals_of(items, known[1])
    plain = ask("POST", RAW, signals).json
    far = ask("POST", RAW + "?include_distance=true", signals).json
    own = ask("POST", OWN, signals).json
    assert len(plain) == len(far) == len(own) == len(signals)
    for number, signal in enumerate(signals):
        alone = None
        if isinstance(signal, str) and signal.isascii() and signal:
            alone = ask("GET", raw_of(signal))
        if alone is None or alone.status != 200:
            for answered in (plain, far, own):
                assert answered[number]["field"] == f"[{number}]"
                assert answered[number]["message"].startswith("invalid signal: ")
            continue
        assert plain[number] == alone.json
        assert far[number] == ask("GET", raw_of(signal, include_distance="true")).json
        by_bank = ask("GET", lookup_of(signal)).json
        assert {
            bank: [{k: v for k, v in each.items() if k != "bank"} for each in own[number]["matches"] if each["bank"] == bank]
            for bank in {each["bank"] for each in own[number]["matches"]}
        } == by_bank  # fmt: skip


@given(items=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 40)), max_size=12))
@settings(max_examples=80, deadline=None)
def test_bytes_say_what_json_says(ask, known, items):
    signals = signals_of(items, known[1])
    raw = b"".join(bytes.fromhex(each) for each in signals)
    for path in (RAW, OWN):
        told = ask("POST", path, raw, content_type=FINGERPRINTS)
        if not raw:
            continue  # nothing is sent then, and a body of nothing has no type
        assert (told.status, told.headers["Content-Type"]) == (200, MATCHES)
        as_json = ask("POST", path + "?include_distance=true", signals).json
        assert [
            [(identifier, str(distance)) for identifier, _, distance, _ in each]
            for each in unpacked(told.body)
        ] == [
            [(one["bank_content_id"], one["distance"]) for one in each["matches"]]
            for each in as_json
        ]


def test_bytes_name_the_list_by_number_and_mark_a_suppressed_entry(ask, known):
    _, rows = known
    raw = rows[3].tobytes() + rows[31].tobytes()
    told = ask("POST", RAW, raw, content_type=FINGERPRINTS)
    assert unpacked(told.body) == [[(3, 0, 0, 1)], [(31, 1, 0, 0)]]
    assert unpacked(ask("POST", OWN, raw, content_type=FINGERPRINTS).body) == [[], [(31, 1, 0, 0)]]


def test_bytes_mark_an_entry_over_its_hit_rate(known):
    ask = caller_of(known[0], Settings(ListPolicy(brake=Brake(2, 5))))
    raw = known[1][9].tobytes() * 4
    told = unpacked(ask("POST", OWN, raw, content_type=FINGERPRINTS).body)
    assert [each[0][3] for each in told] == [0, 0, 2, 2]


def test_only_the_banks_that_are_named_are_searched(ask, known):
    signals = [digits(known[1][7]), digits(known[1][31])]
    assert ask("POST", RAW + "?banks=OTHERS", signals).json == [{"matches": []}, {"matches": [31]}]
    told = ask("POST", RAW + "?banks=NOPE", signals)
    assert (told.status, told.json["field"]) == (400, "banks")


def test_an_empty_list_has_an_empty_answer(ask):
    assert ask("POST", RAW, []).json == ask("POST", OWN, []).json == []


@pytest.mark.parametrize("body", [{}, {"signal": "0" * 64}, 7, "text", b"", b"[", b"null", b"[1,"])
@pytest.mark.parametrize("path", [RAW, OWN])
def test_a_body_that_is_no_list_is_refused(ask, path, body):
    told = ask("POST", path, body)
    assert (told.status, told.json["field"]) == (400, "body")


def test_more_items_than_are_taken_are_refused(ask):
    signals = ["0" * 64] * MOST_LOOKUPS
    assert len(ask("POST", RAW, signals).json) == MOST_LOOKUPS
    told = ask("POST", RAW, [*signals, "0"])
    assert told.status == 413
    assert str(MOST_LOOKUPS) in told.json["remedy"]


def test_half_a_fingerprint_in_bytes_is_refused(ask):
    told = ask("POST", RAW, bytes(33), content_type=FINGERPRINTS)
    assert (told.status, told.json["field"]) == (400, "body")


def test_digits_in_either_case_are_taken(ask, known):
    signal = digits(known[1][7])
    assert ask("POST", RAW, [signal, signal.upper()]).json == [{"matches": [7]}] * 2


def test_a_type_that_is_not_matched_is_named(ask):
    assert ask("POST", RAW + "?signal_type=md5", []).json["field"] == "signal_type"


def test_bulk_look_ups_are_counted_by_verdict(known):
    ask = caller_of(known[0])
    ask("POST", OWN, [digits(known[1][7]), digits(random_rows(1, 5)[0]), "zz"])
    text = ask("GET", "/metrics").body.decode()
    for verdict in ("match", "clear", "refused"):
        assert f'havn_matcher_lookups_total{{route="bulk",verdict="{verdict}"}} 1\n' in text


def test_an_answer_with_too_many_matches_is_refused_before_it_is_written(tmp_path, monkeypatch):
    from havn.kit.matcher import bulk
    from havn.lib.matching import Index

    monkeypatch.setattr(bulk, "MOST_MATCHES", 100)
    path = tmp_path / "same.havn-index"
    Index.build(np.zeros((60, 32), np.uint8), list_names=["ALLIANCE"]).save(path)
    same = caller_of(path, Settings())
    assert same("POST", RAW, ["0" * 64]).status == 200
    told = same("POST", RAW, ["0" * 64] * 2)
    assert told.status == 413
    assert "120 entries match" in told.json["message"]
    assert "fewer fingerprints" in told.json["remedy"]
