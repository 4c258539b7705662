# SPDX-License-Identifier: Apache-2.0
"""What a check means, and when the next one is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from havn.domain.cases.rules import Availability, Policy


class VerdictKind(StrEnum):
    """What one look at an address means; status alone proves neither presence nor removal."""

    UP = "up"
    CHANGED = "changed"
    UNCLEAR = "unclear"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: status or failure, redirects, a short list of headers; never content."""

    url: str
    status: int | None = None
    failure: str | None = None
    final_url: str = ""
    redirects: tuple[tuple[int, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    tls_subject: str = ""
    method: str = "HEAD"
    came_from_sent: bool = False
    name_servers: tuple[str, ...] = ()  # of the host, where it answered with a success


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the first check after the assessment saw."""

    final_url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict and the rule that gave it."""

    kind: VerdictKind
    rule: str


# Parking services by the hosts to which parked names lead, and in which their name servers lie; see
# PARKING_CHECKED_ON. Their networks are not listed: they host other things too, and no source says which.
# Found in public lists by which parked names are told, several of which name each of these.
# `havn doctor` asks to look again when that day is more than a year ago.
PARKING_CHECKED_ON = date(2026, 11, 25)
PARKING_HOSTS = (
    "sedoparking.com",
    "parkingcrew.net",
    "bodis.com",
    "parklogic.com",
    "above.com",
    "hugedomains.com",
    "afternic.com",
    "dan.com",
)
_LOGIN_WORDS = frozenset({"login", "log-in", "signin", "sign-in", "sso", "auth", "logon"})
_GONE_FAILURES = frozenset({"no_such_name", "no_address"})
_PERMANENT = frozenset({301, 308})
_SUCCESS = frozenset({200, 203, 206})

Rule = Callable[[Seen, "Baseline | None"], bool]


def _is_challenge(seen: Seen, _baseline: Baseline | None) -> bool:
    return "cf-mitigated" in seen.headers


def _leads_to_parking(seen: Seen, _baseline: Baseline | None) -> bool:
    hosts = [host_of(seen.final_url), *(host_of(url) for _status, url in seen.redirects)]
    return any(("." + host).endswith("." + p) for host in hosts for p in PARKING_HOSTS)


def _is_served_by_parking(seen: Seen, _baseline: Baseline | None) -> bool:
    return seen.status in _SUCCESS and any(
        ("." + server.rstrip(".").lower()).endswith("." + p)
        for server in seen.name_servers
        for p in PARKING_HOSTS
    )


def _leads_to_login(seen: Seen, _baseline: Baseline | None) -> bool:
    return any(
        not _LOGIN_WORDS.isdisjoint(_split(url).path.lower().strip("/").split("/"))
        for _status, url in seen.redirects
    )


def _moved_to_another_host(seen: Seen, baseline: Baseline | None) -> bool:
    if baseline is not None and baseline.final_url == seen.final_url:
        return False  # It always led there.
    here = _site(seen.url)
    return any(status in _PERMANENT and _site(url) != here for status, url in seen.redirects)


def _leads_to_start_page(seen: Seen, _baseline: Baseline | None) -> bool:
    if not seen.redirects:
        return False
    last = _split(seen.redirects[-1][1])
    asked = _split(seen.url)
    return last.path in {"", "/"} and not last.query and asked.path not in {"", "/"}


def _is_gone_name(seen: Seen, _baseline: Baseline | None) -> bool:
    # After a redirect it is another name that is gone, which says nothing of this one.
    return seen.failure in _GONE_FAILURES and not seen.redirects


def _failed(seen: Seen, _baseline: Baseline | None) -> bool:
    return seen.failure is not None or seen.status is None


def _status(*wanted: int) -> Rule:
    return lambda seen, _baseline: seen.status in wanted


def _is_server_error(seen: Seen, _baseline: Baseline | None) -> bool:
    return seen.status is not None and seen.status >= 500


def _is_first_look(seen: Seen, baseline: Baseline | None) -> bool:
    return seen.status in _SUCCESS and baseline is None


def _differs(seen: Seen, baseline: Baseline | None) -> bool:
    if baseline is None or seen.status not in _SUCCESS:
        return False
    pairs = _comparable(seen, baseline)
    return any(before != now for before, now in pairs.values())


def _is_same(seen: Seen, baseline: Baseline | None) -> bool:
    return baseline is not None and seen.status in _SUCCESS


FIRST_LOOK = "first_look"  # the check that later ones are compared with
# The table of the reference (peers, section 5), first match wins. That two name servers miss a name is
# asked by the resolver (lib/http), which says so only then.
TABLE: tuple[tuple[str, VerdictKind, Rule], ...] = (
    ("no_such_name", VerdictKind.GONE, _is_gone_name),
    ("challenge", VerdictKind.UNCLEAR, _is_challenge),
    ("parked", VerdictKind.GONE, _leads_to_parking),
    ("parked_name", VerdictKind.GONE, _is_served_by_parking),
    ("login_page", VerdictKind.UNCLEAR, _leads_to_login),
    ("moved_for_good", VerdictKind.CHANGED, _moved_to_another_host),
    ("no_answer", VerdictKind.UNCLEAR, _failed),
    ("status_gone", VerdictKind.GONE, _status(404, 410)),
    ("status_forbidden", VerdictKind.UNCLEAR, _status(403, 451)),
    ("status_login", VerdictKind.UNCLEAR, _status(401)),
    ("status_slow_down", VerdictKind.UNCLEAR, _status(429)),
    ("status_server_error", VerdictKind.UNCLEAR, _is_server_error),
    ("start_page", VerdictKind.CHANGED, _leads_to_start_page),
    (FIRST_LOOK, VerdictKind.UP, _is_first_look),
    ("other_content", VerdictKind.CHANGED, _differs),
    ("same_content", VerdictKind.UP, _is_same),
)
OTHER = Verdict(VerdictKind.UNCLEAR, "other_status")
ANSWERS_THERE = Verdict(VerdictKind.UP, "answers_there")


def verdict(seen: Seen, baseline: Baseline | None) -> Verdict:
    """Return what a check means, by the first row of the table that matches."""
    for name, kind, matches in TABLE:
        if matches(seen, baseline):
            return Verdict(kind, name)
    return OTHER


def verdict_elsewhere(seen: Seen, baseline: Baseline | None) -> Verdict:
    """Return what another node's look means; it is never the one that later checks are compared with."""  # V18
    found = verdict(seen, baseline)
    return ANSWERS_THERE if found.rule == FIRST_LOOK else found


def _comparable(seen: Seen, baseline: Baseline) -> dict[str, tuple[str, str]]:
    """Return type, length and ETag where both sides name them."""
    names = ["content-type", "etag"]
    if seen.status == baseline.status == 200:
        names.append("content-length")  # A range's length is one byte.
    values = {
        name: (_plain(baseline.headers.get(name, "")), _plain(seen.headers.get(name, "")))
        for name in names
    }
    return {name: pair for name, pair in values.items() if all(pair)}


def _plain(value: str) -> str:
    return value.partition(";")[0].strip().removeprefix("W/").lower()


def host_of(url: str) -> str:
    """Return the host of an address in lower case, or nothing."""
    return (_split(url).hostname or "").lower()


def _split(url: str) -> SplitResult:
    """Return the parts of an address; of one that cannot be read, empty ones."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _site(url: str) -> str:
    return host_of(url).removeprefix("www.")


def gone_since(checks: list[tuple[datetime, str]]) -> datetime | None:
    """Return when the item was first found gone since it was last seen; checks oldest first.

    An unclear check between two gone ones proves neither, so it does not set the clock back.
    """
    since: datetime | None = None
    for checked_at, kind in checks:
        if kind == VerdictKind.GONE:
            since = since or checked_at
        elif kind in {VerdictKind.UP, VerdictKind.CHANGED}:
            since = None
    return since


def moves_after(
    current: Availability,
    found: VerdictKind,
    *,
    since: datetime | None,
    checked_at: datetime,
    removed_after: timedelta,
) -> tuple[Availability, ...]:
    """Return the moves of the availability track that a check causes, in their order.

    One gone check makes an item unavailable; removed is a second one at least `removed_after`
    later. What was removed reappears only when something answers there again.
    """
    removed, reappeared = Availability.REMOVED, Availability.REAPPEARED
    if found is VerdictKind.GONE:
        if current is removed:
            return ()
        first = () if current is Availability.UNAVAILABLE else (Availability.UNAVAILABLE,)
        is_second = since is not None and checked_at - since >= removed_after > timedelta(0)
        return (*first, removed) if is_second else first
    if current is removed:
        if found is VerdictKind.UNCLEAR:
            return ()
        return (reappeared, Availability(found.value))
    target = Availability(found.value)
    return () if current is target else (target,)


def next_check_at(
    *,
    policy: Policy,
    first_checked_at: datetime,
    checked_at: datetime,
    since: datetime | None,
) -> datetime | None:
    """Return when to look again; `since` is when it was first gone, None while it is there.

    The plan's last interval goes on for as long as the item is there; once it is gone, None follows the
    last look that the policy plans, also where the looks since then were unclear.
    """
    if since is not None:
        later = (step for step in sorted(policy.check_after_gone) if step > policy.removed_after)
        looks = [since + step for step in (policy.removed_after, *later)]
        return next((look for look in looks if look > checked_at), None)
    age = checked_at - first_checked_at
    for until, every in policy.check_steps:
        if age < until:
            return checked_at + every
    return checked_at + policy.check_steps[-1][1]
