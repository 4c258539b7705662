# SPDX-License-Identifier: Apache-2.0
"""What machines ask about the server itself: whether it is ready, its counters, and what it answers to."""

from __future__ import annotations

from importlib.resources import files

from havn.kit.matcher.counters import prometheus_text
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.requests import Answer, Request
from havn.lib import clock

_TEXT = "text/plain; charset=utf-8"
_ALIVE = Answer(200, b"I-AM-ALIVE", _TEXT)


def status(matcher: Matcher, request: Request) -> Answer:
    """Answer HMA's word for ready, not ready yet, or searching in an index that is no longer the newest."""
    del request
    if not matcher.is_ready:
        return Answer(503, b"INDEX-NOT-LOADED", _TEXT, (("Retry-After", "1"),))
    matcher.follow()
    if matcher.is_stale:
        return Answer(503, b"INDEX-STALE", _TEXT)
    return _ALIVE


def live(matcher: Matcher, request: Request) -> Answer:
    """Answer that the process answers."""
    del matcher, request
    return _ALIVE


def metrics(matcher: Matcher, request: Request) -> Answer:
    """Answer with all counters, summed over all workers, for Prometheus."""
    del request
    matcher.follow()
    matcher.suppressions.refresh()
    told = matcher.index.description()
    at = clock.now().timestamp()
    gauges = {
        "entries": ("Entries that are searched.", len(matcher.index)),
        "delta_records": ("Changes since the index file was made.", told.changes),
        "lists": ("Lists in the index.", len(told.lists)),
        "suppressed": (
            "Suppressions in force.", sum(1 for _ in matcher.suppressions.in_force(at))
        ),
        "suppression_lines_broken": (
            "Lines of the suppressions' file that say nothing.", matcher.suppressions.broken_lines
        ),
        "stale": ("1 while a newer index cannot be read.", int(matcher.is_stale)),
    }  # fmt: skip
    text = prometheus_text(matcher.board, gauges)
    return Answer(200, text.encode(), "text/plain; version=0.0.4; charset=utf-8")


def openapi(matcher: Matcher, request: Request) -> Answer:
    """Answer with the description of this interface."""
    del matcher, request
    return Answer(200, files("havn.kit.matcher").joinpath("openapi.json").read_bytes())
