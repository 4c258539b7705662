# SPDX-License-Identifier: Apache-2.0
"""What a platform decides for each list: distance, quality floor, brake; and who may ask."""

import io
import os
import re
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit.matcher import (
    Brake,
    ListPolicy,
    Matcher,
    MatcherError,
    Settings,
    new_token,
    read_settings,
    read_tokens,
    source_of,
)
from havn.kit.matcher.board import PLACES, PROBES, ROWS, SIZE, Board
from havn.kit.matcher.counters import SINGLES
from havn.kit.matcher.requests import query_of
from tests.support.matcher import caller_of, digits, lookup_of, raw_of, small_index, with_flipped
from tests.support.node import ROOT

TOML = """
distance = 20
quality_floor = 10
[brake]
hits = 3
minutes = 10
[lists.ALLIANCE]
distance = 31
brake = false
[lists.OTHERS]
quality_floor = 50
brake = {hits = 9, minutes = 1, braked = "leave out"}
[lists.UPLOADS]
own = true
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("known"))


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_settings_are_read_and_a_list_takes_from_the_others_what_it_does_not_say(written):
    told = read_settings(written(TOML))
    assert told.others == ListPolicy(20, 10, is_own=False, brake=Brake(3, 10))
    assert told.of("ALLIANCE") == ListPolicy(31, 10)
    assert told.of("OTHERS") == ListPolicy(20, 50, brake=Brake(9, 1, leaves_out=True))
    assert told.of("UPLOADS") == ListPolicy(20, 10, is_own=True, brake=Brake(3, 10))
    assert told.of("ANOTHER") == told.others
    assert told.own_lists == ["UPLOADS"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("distanc = 3", "distanc"), ("distance = 64", "distance"), ("distance = -1", "distance"),
        ("distance = true", "distance"), ('distance = "3"', "distance"), ("quality_floor = 101", "quality_floor"),
        ("own = true", "own"), ("lists = 3", "lists"), ("[lists]\nA = 3", "lists.A"), ("[lists.A]\nown = 1", "own"),
        ("[brake]\nhits = 3", "minutes"), ("[brake]\nhits = 0\nminutes = 1", "hits"), ("brake = true", "brake"),
        ('[brake]\nhits = 1\nminutes = 1\nbraked = "drop"', "braked"), ("[brake]\nhits=1\nminutes=1\nx=1", "x"),
        ("= 3", "TOML"), ("[lists.A]\nlist = 3", "list"),
    ],
)  # fmt: skip
def test_a_setting_that_is_not_known_or_out_of_range_is_named(written, text, named):
    with pytest.raises(MatcherError, match=re.escape(named)):
        read_settings(written(text))


def test_settings_that_are_not_there_or_no_text_are_told(tmp_path):
    with pytest.raises(MatcherError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(MatcherError):
        read_settings(tmp_path / "bytes")


def test_a_list_of_the_settings_that_the_index_lacks_stops_the_start(known):
    with pytest.raises(MatcherError, match=r"ALIANCE.*ALLIANCE"):
        Matcher(known[0], Settings(lists={"ALIANCE": ListPolicy()}))


def test_each_list_has_its_distance(known):
    path, rows = known
    ask = caller_of(path, Settings(ListPolicy(distance=40), {"OTHERS": ListPolicy(distance=10)}))
    for number, most in ((7, 40), (31, 10)):
        for look in (raw_of, lookup_of):
            near, far = with_flipped(rows[number], most), with_flipped(rows[number], most + 1)
            assert str(number).encode() in ask("GET", look(near)).body
            assert str(number).encode() not in ask("GET", look(far)).body


def test_entries_below_the_quality_floor_of_their_list_do_not_count(known):
    path, rows = known  # entries of even numbers have quality 40, of odd ones 90
    ask = caller_of(path, Settings(lists={"OTHERS": ListPolicy(quality_floor=50)}))
    found = [ask("GET", raw_of(digits(rows[each]))).json["matches"] for each in (6, 7, 30, 31)]
    assert found == [[6], [7], [], [31]]


def test_a_floor_that_can_leave_nothing_out_is_told(known, tmp_path):
    listed = tmp_path / "partners.txt"
    listed.write_text(digits(known[1][0]) + "\n")
    floor = Settings(lists={"partners.txt": ListPolicy(quality_floor=50)})
    assert "quality of 50" in (Matcher(source_of(listed), floor).idle_floor() or "")
    assert Matcher(source_of(listed), Settings()).idle_floor() is None
    assert Matcher(known[0], Settings(ListPolicy(quality_floor=50))).idle_floor() is None


def test_an_entry_over_its_hit_rate_is_marked_and_stays_in_the_answer(known):
    path, rows = known
    ask = caller_of(path, Settings(ListPolicy(brake=Brake(3, 10))))
    told = [ask("GET", lookup_of(digits(rows[7]))).json["ALLIANCE"][0] for _ in range(5)]
    assert [each.pop("braked", False) for each in told] == [False, False, False, True, True]
    assert all(each == {"bank_content_id": 7, "distance": "0"} for each in told)
    assert ask("GET", raw_of(digits(rows[7]))).json == {"matches": [7]}
    assert "braked" not in ask("GET", lookup_of(digits(rows[8]))).body.decode()
    assert b"havn_matcher_braked_hits_total 2\n" in ask("GET", "/metrics").body


def test_an_entry_over_its_hit_rate_can_be_left_out_and_that_is_counted(known):
    path, rows = known
    ask = caller_of(path, Settings(ListPolicy(brake=Brake(1, 10, leaves_out=True))))
    assert ask("GET", lookup_of(digits(rows[7]))).json != {}
    assert ask("GET", lookup_of(digits(rows[7]))).json == {}
    assert b"havn_matcher_left_out_hits_total 1\n" in ask("GET", "/metrics").body


# --- shared numbers


def test_hits_are_counted_over_all_workers(tmp_path):
    path = tmp_path / "board"
    path.write_bytes(bytes(SIZE))
    ours = Board(path)
    ours.add(SINGLES["requests"])
    assert ours.hit(5, at=600, seconds=60) == 1
    # Another process takes another place; here the lock that says so would be our own.
    code = (
        "import sys; from pathlib import Path; from havn.kit.matcher.board import Board;"
        "board = Board(Path(sys.argv[1])); board.add(0); print(board._place, board.hit(5, at=601, seconds=60))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.stdout.split() == ["1", "2.0"]
    assert ours.hit(5, at=602, seconds=60) == 3
    assert ours.total(SINGLES["requests"]) == 2


def test_hits_of_the_window_before_count_by_the_share_that_is_not_over():
    board = Board()
    for _ in range(10):
        board.hit(5, at=600, seconds=60)
    assert board.hit(5, at=660 + 30, seconds=60) == pytest.approx(1 + 10 * 0.5)
    assert board.hit(5, at=660 + 59, seconds=60) < 3
    assert board.hit(5, at=900, seconds=60) == 1


@given(hits=st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 300)), max_size=200))
def test_within_one_window_every_hit_of_few_entries_counts(hits):
    board, counted = Board(), {}
    entries = sorted({each for each, _ in hits})[:PROBES]  # as many always find a row
    for entry, at in sorted(hits, key=lambda each: each[1]):
        if entry in entries:
            counted[entry] = counted.get(entry, 0) + 1
            assert board.hit(entry, at=at, seconds=1000) == counted[entry]


def test_more_entries_than_rows_push_out_old_ones_and_nothing_else():
    board = Board()
    for entry in range(5 * ROWS):
        assert board.hit(entry, at=entry, seconds=60) >= 1


def test_a_board_has_a_place_for_every_worker():
    assert PLACES >= 64


# --- parameters


PLAIN = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="&%+;#="), max_size=8
)


@given(pairs=st.lists(st.tuples(PLAIN, PLAIN), max_size=8))
def test_parameters_without_escapes_are_read_as_those_with(pairs):
    text = "&".join(f"{name}={value}" for name, value in pairs)
    escaped = text.replace("=", "=%41")
    slow = {name: value.removeprefix("A") for name, value in query_of(escaped).items()}
    assert query_of(text) == slow


# --- tokens


def test_a_token_opens_what_its_scopes_say(known, tmp_path):
    token, line = new_token("uploads", ("look-up",))
    writer, other = new_token("moderators", ("look-up", "write"))
    file = tmp_path / "tokens"
    file.write_text(f"# who may ask\n\n{line}\n{other}\n")
    assert token not in line
    assert sha256(token.encode()).hexdigest() in line
    ask = caller_of(known[0], Settings().with_own(["LOAD"]), tokens=read_tokens(file))
    signal, change = raw_of("0" * 64), {"pdq": "0" * 64}

    def status(method, path, body=None, *, bearer=None):
        headers = {} if bearer is None else {"HTTP_AUTHORIZATION": bearer}
        return ask(method, path, body, **headers).status

    assert status("GET", signal) == status("GET", "/metrics") == 401
    assert status("GET", signal, bearer="Bearer nonsense") == 401
    assert status("GET", signal, bearer=f"Basic {token}") == 401
    assert status("GET", signal, bearer=f"Bearer {token}") == 200
    assert status("POST", "/c/bank/LOAD/signal", change, bearer=f"Bearer {token}") == 403
    assert status("POST", "/c/bank/LOAD/signal", change, bearer=f"bearer {writer}") == 200
    assert status("GET", "/status") == status("GET", "/status/live") == 200
    assert ask("GET", signal).headers["WWW-Authenticate"] == "Bearer"


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_):
        raise AssertionError("it was read")


def test_who_has_no_token_is_refused_before_the_body_is_read(known, tmp_path):
    _, line = new_token("uploads", ("look-up",))
    (tmp_path / "tokens").write_text(f"{line}\n")
    ask = caller_of(
        known[0], Settings().with_own(["LOAD"]), tokens=read_tokens(tmp_path / "tokens")
    )
    told = ask(
        "POST", "/m/raw_lookup", **{"wsgi.input": Unread(), "CONTENT_LENGTH": "600000", "CONTENT_TYPE": "application/json"}
    )  # fmt: skip
    assert (told.status, told.headers["Connection"]) == (401, "close")
    assert told.json["field"] == "Authorization"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# none\n",
        "name look-up\n",
        "name look-up abc\n",
        f"name all {'0' * 64}\n",
        f"name  {'0' * 64}\n",
    ],
)
def test_a_file_of_tokens_that_says_none_or_a_wrong_one_stops_the_start(tmp_path, text):
    (tmp_path / "tokens").write_text(text)
    with pytest.raises(MatcherError):
        read_tokens(tmp_path / "tokens")


@pytest.mark.parametrize("name", ["", "two words", "a,b", "#a", "a\nb"])
def test_a_token_has_a_name_of_one_word(name):
    with pytest.raises(MatcherError):
        new_token(name, ("look-up",))
