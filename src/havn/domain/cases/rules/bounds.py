# SPDX-License-Identifier: Apache-2.0
"""Between which bounds each value of a policy may lie, and the sentence about one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from havn.domain.cases.rules.policy import Policy

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_NONE = timedelta(0)

# name: (least, most) of a node at work; a demonstration may go down to a second.
DURATIONS: dict[str, tuple[timedelta, timedelta]] = {
    "lease": (_MINUTE, 12 * _HOUR),
    "undo_within": (_NONE, _DAY),
    "hold_at_most": (_HOUR, 72 * _HOUR),
    "held_in_all": (_HOUR, 336 * _HOUR),
    "held_in_all_within": (7 * _DAY, 366 * _DAY),
    "package_waits_at_most": (_NONE, _DAY),
    "notice_after": (_NONE, 7 * _DAY),
    "reminder_after": (_HOUR, 30 * _DAY),
    "answer_link_for": (_DAY, 366 * _DAY),
    "removed_after": (_DAY, 30 * _DAY),
    "check_after_answer": (_SECOND, 7 * _DAY),
    "vantages_ahead": (_SECOND, _DAY),
    "vantage_poll_every": (_SECOND, _HOUR),
    "vantage_waits_at_most": (_MINUTE, 7 * _DAY),
    "vantage_looks_within": (_MINUTE, _DAY),
    "known_ask_every": (_SECOND, _HOUR),
    "known_waits_at_most": (_MINUTE, 7 * _DAY),
    "known_digests_within": (_MINUTE, _DAY),
    "acknowledge_within": (_HOUR, 7 * _DAY),
    "outcome_within": (_DAY, 366 * _DAY),
    "form_open_for": (10 * _MINUTE, 2 * _DAY),
    "form_at_least": (_NONE, 5 * _MINUTE),
    "receipt_open_for": (_DAY, 3660 * _DAY),
    "job_lease": (30 * _SECOND, _HOUR),
    "roster_refresh": (_MINUTE, _DAY),
}
COUNTS: dict[str, tuple[int, int]] = {
    "lapses_before_supervisor": (1, 20),
    "most_pasted_addresses": (1, 1000),
    "most_rungs": (1, 10),
    "vantages_asked": (0, 10),
    "most_vantage_looks": (0, 10_000),
    "most_known_digests": (0, 1_000_000),
    "report_frozen_by_month": (1, 12),
    "report_signed_by_month": (1, 12),
    "report_published_by_month": (1, 12),
}
TEXTS: dict[str, int] = {
    "name": 29,
    "version": 10,  # both stand, with a stroke between them, beside each assessment
    "default_scheme": 40,
    "default_scheme_version": 20,
}
URGENCIES = ("urgent", "normal")
_EACH_DEADLINE = (_MINUTE, 30 * _DAY)
_EACH_CHECK = (_MINUTE, 366 * _DAY)


def faults_of(policy: Policy) -> list[str]:
    """Return a sentence for every value with which the node would not work as it should."""
    return [
        *_durations(policy),
        *_counts(policy),
        *_texts(policy),
        *_deadlines(policy),
        *_checks(policy),
    ]


def _durations(policy: Policy) -> Iterator[str]:
    for name, bounds in DURATIONS.items():
        yield from _outside(name, getattr(policy, name), bounds, policy)


def _counts(policy: Policy) -> Iterator[str]:
    for name, (least, most) in COUNTS.items():
        if not least <= getattr(policy, name) <= most:
            yield f"{name} must lie between {least} and {most}."
    months = (
        policy.report_frozen_by_month,
        policy.report_signed_by_month,
        policy.report_published_by_month,
    )
    if list(months) != sorted(months):
        yield "A report is frozen, then signed, then published: the three months must follow one another."


def _texts(policy: Policy) -> Iterator[str]:
    for name, most in TEXTS.items():
        text = getattr(policy, name)
        if not text.strip() or len(text) > most:
            yield f"{name} must have between 1 and {most} characters."


def _deadlines(policy: Policy) -> Iterator[str]:
    if set(policy.assess_within) != set(URGENCIES):
        yield f"assess_within must name {' and '.join(URGENCIES)}, and nothing else."
    for urgency, within in policy.assess_within.items():
        yield from _outside(f"assess_within.{urgency}", within, _EACH_DEADLINE, policy)


def _checks(policy: Policy) -> Iterator[str]:
    if not policy.check_steps or any(len(each) != 2 for each in policy.check_steps):
        yield "check_steps must be pairs: until this age of the item, check every so often."
        return
    ages = [until for until, _every in policy.check_steps]
    if ages != sorted(set(ages)):
        yield "check_steps must have growing ages."
    for _until, every in policy.check_steps:
        yield from _outside("check_steps (how often)", every, _EACH_CHECK, policy)
    if not policy.check_after_gone:
        yield "check_after_gone must name at least one look at what was removed."
    for after in policy.check_after_gone:
        yield from _outside("check_after_gone", after, _EACH_CHECK, policy)


def _outside(
    name: str, value: timedelta, bounds: tuple[timedelta, timedelta], policy: Policy
) -> Iterator[str]:
    least, most = bounds
    if policy.is_demonstration:
        least = min(least, _SECOND)
    if not least <= value <= most:
        yield f"{name} must lie between {in_words(least)} and {in_words(most)}."


def in_words(value: timedelta) -> str:
    """Return a duration as the policy file writes it."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if value >= unit and not value % unit:
            # 72 h and 24 h are said in hours, as the rules that set them do.
            if unit is _DAY and value <= 72 * _HOUR:
                continue
            return f"{value // unit} {name}"
    return f"{value / _SECOND:g} s"
