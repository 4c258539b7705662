# SPDX-License-Identifier: Apache-2.0
"""Two matchers side by side: what only one found, what neither order nor the other's number changes."""

import json
import stat
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.kit.matcher import IndexAsker, MatcherError, ServerAsker, compared, read_fingerprints
from havn.kit.matcher.beside import MOST_BULK_WAITING, MOST_WAITING, Beside
from havn.kit.matcher.board import Board
from havn.kit.matcher.comparing import difference
from havn.kit.matcher.counters import SINGLES
from tests.support.matcher import caller_of, digits, lookup_of, raw_of, small_index, with_flipped
from tests.support.other_matcher import other_matcher
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("known"))


@pytest.fixture
def other(known):
    """The same entries under other numbers."""
    rows = known[1]
    entries = [
        (1000 + number, "ALLIANCE" if number < 20 else "OTHERS", digits(row))
        for number, row in enumerate(rows)
    ]
    with other_matcher(entries) as found:
        yield found


def both(known, other, signals, by="bank"):
    with ServerAsker(other.address) as there:
        return list(compared(IndexAsker(known[0]), there, signals, by=by))


def signals_of(rows):
    return [with_flipped(rows[number], bits) for number in (3, 7, 30) for bits in (0, 20, 31, 32)]


@pytest.mark.parametrize("by", ["bank", "distance"])
def test_two_that_hold_the_same_under_other_numbers_answer_the_same(known, other, by):
    outcomes = both(known, other, signals_of(known[1]), by)
    assert all(each.is_same for each in outcomes)
    assert len(other.asked) == len(outcomes) == 12


def test_by_entry_the_numbers_count_too(known, other):
    outcome = both(known, other, [digits(known[1][7])], "entry")[0]
    assert (outcome.only_here, outcome.only_there) == ((("7", 0),), (("1007", 0),))


def test_what_only_one_of_them_found_is_told(known, other):
    other.entries = [each for each in other.entries if each[0] != 1007]
    other.entries.append((5, "MORE", with_flipped(known[1][3], 9)))
    missed, more, _ = both(known, other, [digits(known[1][each]) for each in (7, 3, 30)])
    assert (missed.only_here, missed.only_there) == ((("ALLIANCE", 0),), ())
    assert (more.only_here, more.only_there) == ((), (("MORE", 9),))
    assert not missed.is_same


def test_another_distance_in_the_same_bank_is_told_as_that(known, other):
    other.entries = [(7, "ALLIANCE", with_flipped(known[1][7], 4))]
    outcome = both(known, other, [digits(known[1][7])])[0]
    assert outcome.other_distance == (("ALLIANCE", 0, 4),)
    assert outcome.only_here == outcome.only_there == ()


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (500, b"<html>"), (302, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"A": 3}'), (200, b'{"A": [{}]}'),
        (200, b'{"A": [{"distance": "x"}]}'), (200, b"[" * 9000), (200, b'{"A": [{"distance": null}]}'),
    ],
)  # fmt: skip
def test_a_server_that_answers_something_else_is_never_taken_for_one_that_agrees(
    known, other, status, reply
):
    other.status, other.reply = status, reply
    outcome = both(known, other, [digits(known[1][7])])[0]
    assert outcome.unanswered[0].startswith(other.address)
    assert not outcome.is_same


def test_a_server_that_is_not_there_is_told(known):
    with other_matcher([]) as gone:
        address = gone.address
    with ServerAsker(address) as there:
        outcome = next(compared(there, IndexAsker(known[0]), ["0" * 64], by="bank"))
    assert "no answer" in outcome.unanswered[0]


@pytest.mark.parametrize(
    "address", ["127.0.0.1:5100", "ftp://a", "http://", "http://a?b=c", "matcher", ""]
)
def test_what_is_no_address_of_a_server_is_refused(address):
    with pytest.raises(MatcherError, match="no address"):
        ServerAsker(address)


FOUND = st.lists(st.tuples(st.sampled_from(["A", "B", ""]), st.integers(0, 3)), max_size=6)


@given(here=FOUND, there=FOUND)
def test_differences_say_exactly_what_turns_one_answer_into_the_other(here, there):
    told = difference("0" * 64, Counter(here), Counter(there))
    assert told.is_same == (sorted(here) == sorted(there))
    turned = Counter(here)
    turned.subtract(told.only_here)
    turned.update(told.only_there)
    turned.subtract((name, one) for name, one, _ in told.other_distance)
    turned.update((name, other) for name, _, other in told.other_distance)
    assert +turned == Counter(there)
    assert difference("0" * 64, Counter(reversed(here)), Counter(here)).is_same


def test_fingerprints_are_read_in_either_case_and_a_broken_line_is_named(tmp_path):
    file = tmp_path / "sample"
    file.write_text("# a sample\n\n" + "A" * 64 + "\n" + "b" * 64 + "\n")
    assert read_fingerprints(file) == ["a" * 64, "b" * 64]
    file.write_text("a" * 64 + "\n" + "a" * 63 + "\n")
    with pytest.raises(MatcherError, match="line 2"):
        read_fingerprints(file)
    for content in (b"", b"# none\n", b"\xff\xfe"):
        file.write_bytes(content)
        with pytest.raises(MatcherError):
            read_fingerprints(file)


# --- in the background of a server


def totals(board, *names):
    return [board.total(SINGLES[f"beside_{name}"]) for name in names]


def test_a_server_beside_is_asked_the_same_and_differences_are_counted_and_written(
    known, other, tmp_path
):
    file, board = tmp_path / "differences", Board()
    ask = caller_of(known[0], beside=Beside(other.address, board, differences=file))
    other.entries = other.entries[:20]
    signal = digits(known[1][30])
    for path in (
        lookup_of(digits(known[1][3])),
        raw_of(signal),
        lookup_of(signal),
        raw_of(signal, include_distance="true"),
    ):
        ask("GET", path)
    ask("GET", raw_of("zz"))  # refused, so there is nothing to compare
    wait_until(
        lambda: sum(totals(board, "same", "different")) == 4, what="four look-ups at the other"
    )
    assert totals(board, "same", "different", "unanswered") == [1, 3, 0]
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [each["fingerprint"] for each in lines] == [signal] * 3
    assert lines[1]["only_here"] == [["OTHERS", 0]]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert other.asked[0] == lookup_of(digits(known[1][3]))


@pytest.mark.parametrize("path", ["/m/raw_lookup", "/api/v1/lookups"])
@pytest.mark.parametrize("query", ["", "?include_distance=true"])
@pytest.mark.parametrize("in_bytes", [False, True])
def test_each_fingerprint_of_a_bulk_request_is_compared_too(
    known, other, tmp_path, path, query, in_bytes
):
    file, board = tmp_path / "differences", Board()
    ask = caller_of(known[0], beside=Beside(other.address, board, differences=file))
    other.entries = other.entries[:20]
    rows = [known[1][each] for each in (3, 30, 4)]
    if in_bytes:
        body: object = b"".join(each.tobytes() for each in rows)
        kind = "application/vnd.havn.fingerprints"
    else:
        body, kind = (
            [digits(rows[0]), "zz", digits(rows[1]).upper(), digits(rows[2])],
            "application/json",
        )
    assert ask("POST", path + query, body, content_type=kind).status == 200
    wait_until(lambda: sum(totals(board, "same", "different")) == 3, what="three look-ups")
    assert totals(board, "same", "different", "unanswered") == [2, 1, 0]
    (line,) = [json.loads(each) for each in file.read_text().splitlines()]
    assert line["fingerprint"] == digits(rows[1])
    bank = "" if path == "/m/raw_lookup" else "OTHERS"
    assert line["only_here"] == [[bank, 0]]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (["0" * 64] * 5, "application/json"),
        (b"\0" * 160, "Application/Vnd.Havn.Fingerprints"),
    ],
)
def test_bulk_requests_beyond_what_waits_are_dropped_and_counted_by_fingerprint(
    known, other, body, kind
):
    board = Board()
    other.wait = 0.2
    ask = caller_of(known[0], beside=Beside(other.address, board))
    for _ in range(MOST_BULK_WAITING + 3):
        assert ask("POST", "/api/v1/lookups", body, content_type=kind).status == 200
    assert totals(board, "dropped")[0] in {10, 15}
    other.wait = 0


def test_a_silent_server_beside_is_counted_and_slows_nobody(known, other):
    board = Board()
    other.reply, other.wait = b"no", 0.2
    beside = Beside(other.address, board)
    for _ in range(MOST_WAITING + 20):
        beside.offer("/m/lookup", "signal_type=pdq&signal=" + "0" * 64, b"{}\n")
    dropped = totals(board, "dropped")[0]
    assert 15 <= dropped <= 20
    other.wait = 0
    wait_until(lambda: totals(board, "unanswered")[0] >= 3, what="three unanswered look-ups")
