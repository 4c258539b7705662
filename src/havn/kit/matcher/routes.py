# SPDX-License-Identifier: Apache-2.0
"""Every path the server answers to: who may ask, what body it takes, and where it is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from havn.kit.matcher import banks, bulk, look_ups, state
from havn.kit.matcher.faults import RequestError
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.requests import DIGITS, FINGERPRINTS, JSON, MOST_LOOKUPS, Answer, Request
from havn.kit.matcher.tokens import LOOK_UP, WRITE
from havn.lib.http import BodyRule

ANYBODY = ""
_SMALL = BodyRule(frozenset({JSON}), 16 * 1024)
# A fingerprint in a list: its digits, quotes, comma and some room for blanks.
_BULK = BodyRule(frozenset({JSON, FINGERPRINTS}), MOST_LOOKUPS * (DIGITS + 8) + 1024)


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `kind` is the histogram that its time counts in."""

    method: str
    path: str
    answers: Callable[[Matcher, Request], Answer]
    scope: str = LOOK_UP
    kind: str = "other"
    body: BodyRule | None = None

    @property
    def searches(self) -> bool:
        """Say whether it needs the compiled search, which takes a moment to load."""
        return self.kind in {"single", "bulk"}

    @property
    def refuses_files(self) -> bool:
        """Say whether callers of HMA send pictures here."""
        return self.answers is look_ups.refuse_files


_BANK = "/c/bank/{bank}"
ROUTES = (
    Route("GET", "/m/raw_lookup", look_ups.raw_lookup, kind="single"),
    Route("POST", "/m/raw_lookup", bulk.raw_lookups, kind="bulk", body=_BULK),
    Route("GET", "/m/lookup", look_ups.lookup, kind="single"),
    Route("POST", "/m/lookup", look_ups.refuse_files),
    Route("POST", "/m/compare", look_ups.compare, body=_SMALL),
    Route("GET", "/m/index/status", look_ups.index_status),
    Route("POST", "/api/v1/lookups", bulk.lookups, kind="bulk", body=_BULK),
    Route("GET", "/h/hash", look_ups.refuse_files),
    Route("POST", "/h/hash", look_ups.refuse_files),
    Route("GET", "/c/banks", banks.banks),
    Route("GET", _BANK, banks.bank),
    Route("POST", _BANK + "/content", look_ups.refuse_files, scope=WRITE),
    Route("POST", _BANK + "/signal", banks.add_signal, scope=WRITE, kind="write", body=_SMALL),
    Route("GET", _BANK + "/content/{entry}", banks.entry),
    Route("PUT", _BANK + "/content/{entry}", banks.change_entry, scope=WRITE, kind="write", body=_SMALL),
    Route("DELETE", _BANK + "/content/{entry}", banks.remove_entry, scope=WRITE, kind="write"),
    Route("GET", "/c/signal_type", banks.signal_types),
    Route("GET", "/c/signal_type/index", banks.signal_type_index),
    Route("GET", "/c/content_type", banks.content_types),
    Route("GET", "/c/exchanges", banks.no_exchanges),
    Route("GET", "/c/exchanges/apis", banks.no_exchanges),
    Route("GET", "/status", state.status, scope=ANYBODY),
    Route("GET", "/status/live", state.live, scope=ANYBODY),
    Route("GET", "/metrics", state.metrics),
    Route("GET", "/openapi.json", state.openapi, scope=ANYBODY),
)  # fmt: skip


def _by_path() -> dict[str, dict[str, Route]]:
    found: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        found.setdefault(route.path, {})[route.method] = route
    return found


_PATHS = _by_path()
_PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z"), methods)
    for path, methods in _PATHS.items()
    if "{" in path
]


def methods_of(path: str) -> tuple[dict[str, Route], dict[str, str]]:
    """Return the routes of a path by method, and what stands in the path for its names; nothing for an unknown one."""
    found = _PATHS.get(path)
    if found is not None:
        return found, {}
    for pattern, methods in _PATTERNS:
        match = pattern.match(path)
        if match:
            return methods, match.groupdict()
    return {}, {}


def route_of(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request, and what stands in its path for the names.

    Raises:
        RequestError: nothing is there (404), or another method is needed (405).

    """
    methods, parts = methods_of(path)
    route = methods.get("GET" if method == "HEAD" else method)
    if route is not None:
        return route, parts
    if methods:
        allow = tuple(sorted(methods))
        raise RequestError(
            405,
            f"{method} is not answered at this path",
            field="method",
            remedy=f"This path takes {' and '.join(allow)}. Lists are changed by `havn index`, not over the network.",
            allow=allow,
        )
    raise RequestError(
        404,
        "nothing is answered at this path",
        field="path",
        remedy="All paths are told at /openapi.json. Lists are fetched and changed by the `havn` command.",
    )


def body_rule(method: str, path: str) -> BodyRule | None:
    """Return what body a request may have, None where it may have none."""
    route = methods_of(path)[0].get(method)
    return route.body if route else None
