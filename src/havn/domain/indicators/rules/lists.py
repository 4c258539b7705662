# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each source of fingerprints, and about each partner that fetches the list."""

from __future__ import annotations

from datetime import datetime

from havn.domain.indicators.rules.definition import FactRead, word
from havn.domain.indicators.rules.people import Told, earlier


class SourceStory:
    """One picture or film by its random reference, however many kinds of fingerprint it has."""

    attested: Told | None = None
    kinds: frozenset[str] = frozenset()
    listed_at: datetime | None = None
    upheld_at: datetime | None = None  # when a dispute about it was first upheld
    withdrawn_at: datetime | None = None
    requested: Told | None = None  # by the person shown

    @property
    def attested_at(self) -> datetime | None:
        """When this node first attested it."""
        return self.attested[0] if self.attested else None

    @property
    def requested_at(self) -> datetime | None:
        """When the person shown first asked that it be blocked."""
        return self.requested[0] if self.requested else None


class PartnerStory:
    """From when until when a partner may fetch the list, when it did, and the hits that it told of."""

    spans: tuple[
        tuple[datetime, datetime, bool, str], ...
    ] = ()  # happened, recorded, may, protocol
    pulls: tuple[datetime, ...] = ()
    hits: tuple[tuple[datetime, str, str], ...] = ()  # when, what was done, kind

    def protocol_at(self, end: datetime) -> str | None:
        """Return by which protocol the partner may fetch the list before `end`, None where it may not."""
        known = [each for each in self.spans if each[0] < end]
        if not known:
            return None
        _at, _recorded, may, protocol = max(known)
        return protocol if may else None


def _attested(story: SourceStory, fact: FactRead) -> None:
    story.attested = earlier(story.attested, fact)
    if kind := word(fact.codes, "kind"):
        story.kinds |= {kind}


def _listed(story: SourceStory, fact: FactRead) -> None:
    story.listed_at = min(story.listed_at or fact.happened_at, fact.happened_at)


def _disputed(story: SourceStory, fact: FactRead) -> None:
    if fact.codes.get("upheld") is True:
        story.upheld_at = min(story.upheld_at or fact.happened_at, fact.happened_at)


def _withdrawn(story: SourceStory, fact: FactRead) -> None:
    story.withdrawn_at = min(story.withdrawn_at or fact.happened_at, fact.happened_at)


def _requested(story: SourceStory, fact: FactRead) -> None:
    story.requested = earlier(story.requested, fact)


def _pulled(story: PartnerStory, fact: FactRead) -> None:
    how = word(fact.codes, "how")
    if how in {"begin", "end"}:
        span = (fact.happened_at, fact.recorded_at, how == "begin", word(fact.codes, "protocol"))
        story.spans += (span,)
    else:
        story.pulls += (fact.happened_at,)


def _hit(story: PartnerStory, fact: FactRead) -> None:
    story.hits += ((fact.happened_at, word(fact.codes, "action"), word(fact.codes, "kind")),)


SOURCE_TELLERS = {
    "fp_attested": _attested,
    "fp_listed": _listed,
    "fp_disputed": _disputed,
    "fp_withdrawn": _withdrawn,
    "self_block_requested": _requested,
}
PARTNER_TELLERS = {"list_pulled": _pulled, "hit_reported": _hit}
