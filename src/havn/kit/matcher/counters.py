# SPDX-License-Identifier: Apache-2.0
"""What is counted, and how it is told to Prometheus: sums over all workers, nothing about any one request."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from havn.kit.matcher.board import COUNTERS, Board

ROUTES = ("raw_lookup", "lookup", "bulk_raw", "bulk")
VERDICTS = ("match", "clear", "refused")
KINDS = ("single", "bulk", "write", "other")
BUCKETS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip
# name: what it counts; each has one value.
SINGLE = {
    "requests": "Requests of any kind.",
    "bodies_refused": "Bodies that were refused before they were read.",
    "suppressed_hits": "Matches left out because the entry is suppressed here.",
    "braked_hits": "Matches of entries over their hit rate.",
    "left_out_hits": "Of these, matches that were left out of the answer.",
    "entries_added": "Entries added by callers.",
    "entries_removed": "Entries removed by callers.",
    "refresh_failures": "Times that the index beside the one in use could not be read.",
    "faults": "Requests, and work beside them, that ended in a mistake of ours.",
    "beside_same": "Look-ups that the server beside this one answered in the same way.",
    "beside_different": "Look-ups that it answered differently.",
    "beside_unanswered": "Look-ups that it did not answer.",
    "beside_dropped": "Look-ups that were not sent to it because too many waited.",
}
STATUSES = ("2xx", "4xx", "5xx")

_PLACES: dict[tuple[str, str, str], int] = {}
for _name in SINGLE:  # `requests` is counter 0: a worker that ever worked has it above zero
    _PLACES[_name, "", ""] = len(_PLACES)
for _route in ROUTES:
    for _verdict in VERDICTS:
        _PLACES["lookups", _route, _verdict] = len(_PLACES)
for _status in STATUSES:
    _PLACES["responses", _status, ""] = len(_PLACES)
for _kind in KINDS:
    for _bucket in range(len(BUCKETS) + 1):
        _PLACES["seconds", _kind, str(_bucket)] = len(_PLACES)
    _PLACES["nanoseconds", _kind, ""] = len(_PLACES)
assert len(_PLACES) <= COUNTERS

SINGLES = {name: _PLACES[name, "", ""] for name in SINGLE}
LOOKUPS = {
    (route, verdict): _PLACES["lookups", route, verdict]
    for route in ROUTES
    for verdict in VERDICTS
}
_FIRST_BUCKET = {kind: _PLACES["seconds", kind, "0"] for kind in KINDS}
_NANOSECONDS = {kind: _PLACES["nanoseconds", kind, ""] for kind in KINDS}
_RESPONSES = {
    2: _PLACES["responses", "2xx", ""], 4: _PLACES["responses", "4xx", ""],
    5: _PLACES["responses", "5xx", ""],
}  # fmt: skip


def observe(board: Board, kind: str, *, status: int, seconds: float) -> None:
    """Count an answered request, its status and how long it took."""
    board.observe(
        (
            SINGLES["requests"],
            _RESPONSES[status // 100],
            _FIRST_BUCKET[kind] + bisect_left(BUCKETS, seconds),
            _NANOSECONDS[kind],
        ),
        (1, 1, 1, int(seconds * 1e9)),
    )


def prometheus_text(board: Board, gauges: Mapping[str, tuple[str, float]]) -> str:
    """Return everything in Prometheus's text format; `gauges` are name: (what it is, value)."""
    return "\n".join(_lines(board, gauges)) + "\n"


def _lines(board: Board, gauges: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    for name, (what, value) in gauges.items():
        yield from _head(f"havn_matcher_{name}", "gauge", what)
        yield (
            f"havn_matcher_{name} {value:g}" if value % 1 else f"havn_matcher_{name} {int(value)}"
        )
    for name, what in SINGLE.items():
        yield from _head(f"havn_matcher_{name}_total", "counter", what)
        yield f"havn_matcher_{name}_total {board.total(SINGLES[name])}"
    yield from _head("havn_matcher_lookups_total", "counter", "Fingerprints looked up.")
    for (route, verdict), place in LOOKUPS.items():
        yield f'havn_matcher_lookups_total{{route="{route}",verdict="{verdict}"}} {board.total(place)}'
    yield from _head("havn_matcher_responses_total", "counter", "Answers by status.")
    for first, place in _RESPONSES.items():
        yield f'havn_matcher_responses_total{{status="{first}xx"}} {board.total(place)}'
    yield from _histogram(board)


def _histogram(board: Board) -> Iterator[str]:
    name = "havn_matcher_request_seconds"
    yield from _head(name, "histogram", "Time from the request's headers to its answer.")
    for kind in KINDS:
        count = 0
        for number, most in enumerate((*BUCKETS, None)):
            count += board.total(_FIRST_BUCKET[kind] + number)
            bound = "+Inf" if most is None else f"{most:g}"
            yield f'{name}_bucket{{kind="{kind}",le="{bound}"}} {count}'
        yield f'{name}_sum{{kind="{kind}"}} {board.total(_NANOSECONDS[kind]) / 1e9:.9f}'
        yield f'{name}_count{{kind="{kind}"}} {count}'


def _head(name: str, kind: str, what: str) -> tuple[str, str]:
    return f"# HELP {name} {what}", f"# TYPE {name} {kind}"
