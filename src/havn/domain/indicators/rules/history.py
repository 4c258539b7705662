# SPDX-License-Identifier: Apache-2.0
"""All that indicators know: the stories of what happened, built in one pass over the facts."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from havn.domain.indicators.rules import (
    enquiries,
    items,
    lists,
    outreach,
    people,
    promises,
    referrals,
)
from havn.domain.indicators.rules.definition import FactRead, whole, word
from havn.domain.indicators.rules.period import Period, Quarter

Tell = Callable[[Any, FactRead], None]


class History:
    """What was known at `as_of`: recorded until then, and happened until then."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self.names: set[str] = set()  # of the facts that were read
        self.items: dict[Hashable, items.ItemStory] = defaultdict(items.ItemStory)
        self.referrals: dict[Hashable, referrals.ReferralStory] = defaultdict(
            referrals.ReferralStory
        )
        self.victims: dict[Hashable, people.VictimStory] = defaultdict(people.VictimStory)
        self.suspects: dict[Hashable, people.SuspectStory] = defaultdict(people.SuspectStory)
        self.staff: dict[Hashable, people.StaffStory] = defaultdict(people.StaffStory)
        self.investigations: dict[Hashable, enquiries.InvestigationStory] = defaultdict(
            enquiries.InvestigationStory
        )
        self.operations: dict[Hashable, enquiries.OperationStory] = defaultdict(
            enquiries.OperationStory
        )
        self.sources: dict[Hashable, lists.SourceStory] = defaultdict(lists.SourceStory)
        self.partners: dict[Hashable, lists.PartnerStory] = defaultdict(lists.PartnerStory)
        self.campaigns: dict[Hashable, outreach.CampaignStory] = defaultdict(
            outreach.CampaignStory
        )
        self.schools: dict[Hashable, outreach.SchoolStory] = defaultdict(outreach.SchoolStory)
        self.commitments: dict[Hashable, promises.CommitmentStory] = defaultdict(
            promises.CommitmentStory
        )
        self.criteria: dict[Hashable, promises.CriterionStory] = defaultdict(
            promises.CriterionStory
        )
        self.national_reports: dict[Hashable, promises.ReportStory] = defaultdict(
            promises.ReportStory
        )
        self.counts: dict[str, dict[Quarter, Counter[Any]]] = {
            name: defaultdict(Counter) for name in _COUNTED
        }
        self._cohorts: dict[tuple[str, Period], list[items.ItemStory]] = {}
        self._confirmed: dict[Period, list[tuple[items.ItemStory, datetime]]] = {}

    @classmethod
    def of(cls, facts: Iterable[FactRead], as_of: datetime) -> History:
        """Read the facts once, in whatever order they come."""
        history = cls(as_of)
        with no_collecting():
            history._read(facts)
        return history

    def _read(self, facts: Iterable[FactRead]) -> None:
        told, counts, as_of, seen = self._told(), self.counts, self.as_of, self.names
        quarters = _Quarters()
        for fact in facts:
            happened_at = fact.happened_at
            if happened_at > as_of or fact.recorded_at > as_of:
                continue
            name, kind = fact.name, fact.subject_kind
            seen.add(name)
            if name in told:
                about, stories, tell = told[name]
                if kind == about:
                    tell(stories[fact.subject_id], fact)
            if name in _COUNTED:
                about, key_of = _COUNTED[name]
                if kind == about and (key := key_of(fact.codes)) is not None:
                    counted, number = key
                    counts[name][quarters.of(happened_at)][counted] += number

    def _told(self) -> dict[str, tuple[str, dict[Hashable, Any], Tell]]:
        """Return by the name of a fact: whom it is about, their stories, and how it is told."""
        groups: list[tuple[str, dict[Hashable, Any], Mapping[str, Tell]]] = [
            ("item", self.items, items.TELLERS),
            ("referral", self.referrals, referrals.TELLERS),
            ("victim", self.victims, people.VICTIM_TELLERS),
            ("suspect", self.suspects, people.SUSPECT_TELLERS),
            ("staff", self.staff, people.STAFF_TELLERS),
            ("investigation", self.investigations, enquiries.INVESTIGATION_TELLERS),
            ("operation", self.operations, enquiries.OPERATION_TELLERS),
            ("source", self.sources, lists.SOURCE_TELLERS),
            ("partner", self.partners, lists.PARTNER_TELLERS),
            ("campaign", self.campaigns, outreach.CAMPAIGN_TELLERS),
            ("school", self.schools, outreach.SCHOOL_TELLERS),
            ("commitment", self.commitments, promises.COMMITMENT_TELLERS),
            ("criterion", self.criteria, promises.CRITERION_TELLERS),
            ("national_report", self.national_reports, promises.REPORT_TELLERS),
        ]
        return {
            name: (kind, stories, tell)
            for kind, stories, tellers in groups
            for name, tell in tellers.items()
        }

    def subject_kinds(self) -> dict[str, set[str]]:
        """Return whom the facts of each name are about."""
        kinds = {name: {kind} for name, (kind, *_rest) in self._told().items()}
        for name, (kind, _key) in _COUNTED.items():
            kinds.setdefault(name, set()).add(kind)
        return kinds

    def confirmed_of(self, period: Period) -> list[tuple[items.ItemStory, datetime]]:
        """Return the confirmed items that were received in the period, with when they were."""
        if period not in self._confirmed:
            self._confirmed[period] = [
                (story, received_at)
                for story in self.items_of("received_at", period)
                if (received_at := story.received_at) and story.is_confirmed
            ]
        return self._confirmed[period]

    def items_of(self, attribute: str, period: Period) -> list[items.ItemStory]:
        """Return the items of which an instant (`received_at`, `notified_at`, ...) lies in the period."""
        key = (attribute, period)
        if key not in self._cohorts:
            start, end = period.starts_at, period.ends_at
            self._cohorts[key] = [
                story
                for story in self.items.values()
                if (at := getattr(story, attribute)) is not None and start <= at < end
            ]
        return self._cohorts[key]

    def counted(self, name: str, period: Period) -> Counter[Any]:
        """Return how often the facts of a name were told in the period, by what they say."""
        total: Counter[Any] = Counter()
        for quarter in period.quarters:
            total += self.counts[name].get(quarter, Counter())
        return total


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking through millions of stories that nothing refers back to."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Quarters:
    """The quarters of instants, looked up by month where they are in UTC, as the ledger's are."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Quarter] = {}

    def of(self, at: datetime) -> Quarter:
        """Return the quarter that the instant lies in."""
        if at.tzinfo is not UTC:
            return Quarter.of(at)
        key = (at.year, at.month)
        try:
            return self._known[key]
        except KeyError:
            return self._known.setdefault(key, Quarter.of(at))


def _report(codes: Mapping[str, Any]) -> tuple[tuple[str, str, str, str, bool], int]:
    channel, language = codes.get("channel"), codes.get("language")
    kind, age = codes.get("reporter_kind"), codes.get("age")
    return (
        channel if isinstance(channel, str) else "",
        language if isinstance(language, str) else "",
        kind if isinstance(kind, str) else "",
        age if isinstance(age, str) else "",
        bool(codes.get("duplicate")),
    ), 1


def _form(codes: Mapping[str, Any]) -> tuple[str, int]:
    number = whole(codes, "number")
    return word(codes, "language"), 1 if number is None else number


def _helpline(codes: Mapping[str, Any]) -> tuple[str, int]:
    number = whole(codes, "number")
    return word(codes, "country"), 1 if number is None else number


def _check(codes: Mapping[str, Any]) -> tuple[bool, int] | None:
    in_time = codes.get("in_time")
    return (in_time, 1) if isinstance(in_time, bool) else None


KeyOf = Callable[[Mapping[str, Any]], tuple[Any, int] | None]
_COUNTED: dict[str, tuple[str, KeyOf]] = {
    "report_received": ("report", _report),
    "form_started": ("form", _form),
    "helpline_followed": ("form", _helpline),
    "check_done": ("item", _check),
}
