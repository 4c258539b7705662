# SPDX-License-Identifier: Apache-2.0
"""The node's policy: every interval and default, read from one file by `config`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from havn.domain.cases.rules.stage import LegalClass
from havn.domain.jobs.rules import LEASE


@dataclass(frozen=True, slots=True)
class Policy:
    """Intervals are wall-clock; the version is stored with what was decided under it."""

    name: str = "default"
    version: str = "1"
    lease: timedelta = timedelta(minutes=15)
    lapses_before_supervisor: int = 3
    assess_within: dict[str, timedelta] = field(
        default_factory=lambda: {"urgent": timedelta(hours=4), "normal": timedelta(hours=24)}
    )
    default_legal_class: LegalClass = LegalClass.BASELINE
    default_scheme: str = "interpol-baseline"
    default_scheme_version: str = "1"
    undo_within: timedelta = timedelta(minutes=10)
    most_pasted_addresses: int = 1000
    hold_at_most: timedelta = timedelta(hours=72)
    held_in_all: timedelta = timedelta(hours=168)
    held_in_all_within: timedelta = timedelta(days=30)
    package_waits_at_most: timedelta = timedelta(minutes=5)
    notice_after: timedelta = timedelta(minutes=5)
    reminder_after: timedelta = timedelta(hours=24)
    most_rungs: int = 2
    answer_link_for: timedelta = timedelta(days=60)
    removed_after: timedelta = timedelta(hours=24)
    check_steps: tuple[tuple[timedelta, timedelta], ...] = (
        # (until this age of the item's first check, check every so often)
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(hours=3), timedelta(hours=2)),
        (timedelta(hours=72), timedelta(hours=4)),
        (timedelta(days=30), timedelta(days=1)),
        (timedelta(days=180), timedelta(days=7)),
    )
    check_after_answer: timedelta = timedelta(minutes=5)
    check_after_gone: tuple[timedelta, ...] = (
        timedelta(days=1),
        timedelta(days=7),
        timedelta(days=30),
        timedelta(days=90),
    )
    vantages_asked: int = 2
    vantages_ahead: timedelta = timedelta(hours=2)
    vantage_poll_every: timedelta = timedelta(minutes=1)
    vantage_waits_at_most: timedelta = timedelta(hours=6)
    most_vantage_looks: int = 60
    vantage_looks_within: timedelta = timedelta(hours=1)
    known_ask_every: timedelta = timedelta(seconds=30)
    known_waits_at_most: timedelta = timedelta(hours=6)
    most_known_digests: int = 5000
    known_digests_within: timedelta = timedelta(hours=1)
    acknowledge_within: timedelta = timedelta(hours=24)
    outcome_within: timedelta = timedelta(days=30)
    form_open_for: timedelta = timedelta(hours=4)
    form_at_least: timedelta = timedelta(seconds=0)
    receipt_open_for: timedelta = timedelta(days=365)
    job_lease: timedelta = LEASE
    roster_refresh: timedelta = timedelta(hours=1)
    # By the end of which month of the following year (alliance's calendar).
    report_frozen_by_month: int = 1
    report_signed_by_month: int = 3
    report_published_by_month: int = 4

    @property
    def is_demonstration(self) -> bool:
        """Whether the intervals count in seconds, which every page must say."""
        return self.name.startswith("insecure-demo")
