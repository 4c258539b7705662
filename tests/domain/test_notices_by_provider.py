# SPDX-License-Identifier: Apache-2.0
"""Notices by provider and by what came of them: as many as R18 counts, with the names of organisations and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError
from havn.domain.indicators.rules import Year, computed_figures, provider_responses
from havn.domain.tracing.models import Contact
from havn.domain.workflow.selectors.providers import notices_by_provider
from havn.lib import wire
from tests.support import casework
from tests.support.made_up_facts import made_up_facts

pytestmark = pytest.mark.django_db
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("year", [2024, 2025])
def test_all_providers_together_have_what_r18_counts(seed: int, year: int) -> None:
    facts, period = made_up_facts(seed), Year(year)
    found = provider_responses(facts, period=period, as_of=AS_OF)
    total, *shares = computed_figures(facts, periods=[period], as_of=AS_OF)[period]["R18"]
    assert sum(found.values()) == (total.value or 0)
    for share in shares:
        if share.obs_status != "L":
            ended = sum(number for key, number in found.items() if key[2] == share.code)
            assert ended == share.numerator


def test_a_notice_is_counted_by_the_provider_that_it_went_to() -> None:
    node = casework.small_node()
    casework.sent(node)
    at = node.at + timedelta(days=1)
    rapporteur = casework.person(node.organisation, Role.RAPPORTEUR)
    (found,) = notices_by_provider(year=str(node.at.year), actor=rapporteur, as_of=at)
    name = Contact.objects.get().name
    assert found == wire.NoticeCount(name, "baseline", "no_answer", 1)
    before = notices_by_provider(year=str(node.at.year - 1), actor=rapporteur, as_of=at)
    assert before == []
    other = replace(rapporteur, organisation=uuid4())
    assert notices_by_provider(year=str(node.at.year), actor=other, as_of=at) == []


def test_who_works_neither_on_cases_nor_on_reports_sees_no_provider() -> None:
    for actor in (Actor.reporter(organisation=uuid4()), casework.person(uuid4())):
        with pytest.raises(NotFoundError):
            notices_by_provider(year="2026", actor=actor, as_of=AS_OF)
