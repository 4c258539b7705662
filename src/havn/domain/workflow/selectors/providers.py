# SPDX-License-Identifier: Apache-2.0
"""Notices by provider, for the yearly report of a trusted flagger: counts and names of organisations, no case."""

from __future__ import annotations

from datetime import datetime

from havn.domain.actor import GOVERNMENT, Actor
from havn.domain.errors import NotFoundError
from havn.domain.indicators import rules as indicators
from havn.domain.ledger import selectors as ledger
from havn.domain.tracing import selectors as tracing
from havn.lib import wire

NOT_NAMED = "provider not named"


def notices_by_provider(*, year: str, actor: Actor, as_of: datetime) -> list[wire.NoticeCount]:
    """Return how notices of a year ended by provider and legal class, as known at a time."""
    if not (actor.may_see_cases or actor.has_role(*GOVERNMENT)):
        raise NotFoundError
    facts = ledger.facts_until(actor=actor, names=indicators.FACTS_OF_PROVIDERS, until=as_of)
    found = indicators.provider_responses(facts, period=indicators.Year.parse(year), as_of=as_of)
    names = tracing.contact_names(ids={contact for contact, _class, _result in found}, actor=actor)
    counts: dict[tuple[str, str, str], int] = {}
    for (contact, legal_class, result), number in found.items():
        key = (names.get(contact, NOT_NAMED), legal_class, result)
        counts[key] = counts.get(key, 0) + number
    return [wire.NoticeCount(*key, number) for key, number in sorted(counts.items())]
