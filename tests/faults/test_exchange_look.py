# SPDX-License-Identifier: Apache-2.0
"""What the comparison of three nodes finds: an event lost or doubled, a log that differs, an alarm that nobody expects."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from havn.lib import feed
from tests.faults.exchange_look import Arrived, HeldLog, Seen, faults_in
from tests.faults.weather import shortened

pytestmark = pytest.mark.faults


def held(*leaves):
    frontier = feed.Frontier().extended(feed.leaf_hashes(leaves))
    return HeldLog(frontier.size, frontier.root(), leaves)


def node(**changes):
    logs = {name: held(b"leaf 1", b"leaf 2") for name in "AB"}
    empty = Seen({}, 0, [], logs, Counter(), [], Counter(), Counter())
    return replace(empty, **changes)


def arrived(**changes):
    return replace(Arrived("A", "17", "done", "payload.erased", "", 1), **changes)


def two(**changes_of_b):
    told = node(events={"17": frozenset("B")})
    return {"A": told, "B": node(**{"arrived": [arrived()], **changes_of_b})}


def found(seen, *, said=None, kept=(), restored=()):
    return faults_in(
        seen, said=said or {name: {} for name in seen}, kept=set(kept), restored=set(restored)
    )


def test_an_event_that_came_once_is_fine():
    assert found(two()) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arrived": []}, "17 of A, in its source's ledger, is lost at B"),
        ({"arrived": [arrived(), arrived(position=2)]}, "17 of A, in its source's ledger, is there 2 times at B"),
        ({"arrived": [arrived(state="waiting")]}, "at B, payload.erased at 1 of A is waiting "),
        ({"alarms": Counter({("forked", "A"): 3})}, "alarm forked at B about A, 3 times"),
        ({"alarms": Counter({("own_log_ahead", "A"): 1})}, "alarm own_log_ahead at B about A, 1 times"),
        ({"given_up": ["exchange_beat: never_ended"]}, "given up at B: exchange_beat: never_ended"),
        ({"settled": Counter(x=2)}, "what arrived as x at B was settled 2 times"),
        ({"filed": Counter(x=1)}, "0 referrals came to B, and 1 became items"),
        ({"logs": {"A": held(b"leaf 1"), "B": held(b"leaf 1", b"leaf 2")}}, "B holds 1 of 2 leaves of A"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(changes, sentence):
    assert found(two(**changes)) == [sentence]


def test_leaves_that_do_not_lead_to_the_root_are_found_in_the_source_and_in_a_mirror():
    seen = two()
    swapped = replace(seen["A"].logs["A"], leaves=(b"leaf 1", b"another"))
    seen["A"].logs["A"] = swapped
    assert found(seen) == [
        "B holds other leaves of A than A itself",
        "the leaves of A do not lead to its root",
    ]


def test_what_was_committed_may_be_missing_only_where_a_disk_was_lost():
    seen, said = two(arrived=[]), {"A": {"18": frozenset("B")}, "B": {}}
    seen["A"] = replace(seen["A"], events={})
    (sentence,) = found(seen, said=said)
    assert sentence == "18 was committed at A and is not in its ledger"
    assert found(seen, said=said, restored="A") == []
    assert found(seen, said=said, restored="A", kept=[("A", "18", "B")]) == [
        "18 of A, lost by its source, is lost at B"
    ]


def test_a_shortened_answer_says_that_it_is_whole():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nx: y\r\n\r\n123456789"
    head, _, body = shortened(answer, random.Random(1)).partition(b"\r\n\r\n")
    assert len(body) < 9
    assert head.split(b"\r\n") == [b"HTTP/1.1 200 OK", b"x: y", b"content-length: %d" % len(body)]
