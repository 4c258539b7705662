# SPDX-License-Identifier: Apache-2.0
"""The benchmark's alliance does the same whether one process plays all nodes or several a share each."""

from argparse import Namespace
from itertools import combinations
from multiprocessing import Pipe
from threading import Thread

from benchmarks.alliance_share import Share


def played(processes):
    """Return what the first of so many shares holds at the end, and the sums over all of them."""
    told = Namespace(nodes=5, referrals=40, a_beat=10, seed=3, processes=processes)
    lines = {number: {} for number in range(processes)}
    for one, other in combinations(lines, 2):
        lines[one][other], lines[other][one] = Pipe()
    first, *others = [Share(told, number=n, lines=ends) for n, ends in lines.items()]
    threads = [Thread(target=play, args=(share,)) for share in others]
    for thread in threads:
        thread.start()
    first.go()
    sums = first.gathered()
    for thread in threads:
        thread.join()
    for ends in lines.values():
        for line in ends.values():
            line.close()
    logs = {code: (node.leaves, node.note) for code, node in first.alliance.nodes.items()}
    counts = {name: sums[name] for name in ("leaves", "events", "sent", "wrong")}
    return logs, first.beats, first.done, counts


def play(share):
    share.go()
    share.tell_the_first()


def test_one_two_and_three_processes_do_the_same():
    alone = played(1)
    _logs, _beats, done, counts = alone
    assert (done, counts["wrong"]) == (40, [])
    assert played(2) == alone
    assert played(3) == alone


def test_what_differs_between_a_log_and_what_was_heard_of_it_is_found(monkeypatch):
    _logs, beats, *_rest = played(1)
    heard = Share.news

    def losing(share, batches, other):
        told = heard(share, batches, other)
        return {code: told[code] for code in list(told)[1:]} if share.beats == beats else told

    monkeypatch.setattr(Share, "news", losing)
    *_rest, counts = played(2)
    assert any("another log than its own node has" in each for each in counts["wrong"])
