# SPDX-License-Identifier: Apache-2.0
"""How a hotline stays independent is written once: which report says it for a later one, and that no release waits."""

from __future__ import annotations

from copy import deepcopy
from uuid import UUID

import pytest

from havn.domain.reporting import rules, selectors, services
from tests.support.national_report import ReportingNode, reporting_node

pytestmark = pytest.mark.django_db

OURS = "No provider pays for us (made up)."


@pytest.fixture(scope="module")
def begun(standing) -> tuple[ReportingNode, UUID]:
    """A node and a report that can be released."""
    found = reporting_node()
    found.reports_received(12)
    return found, found.ready()


@pytest.fixture
def node(begun, db) -> ReportingNode:
    return deepcopy(begun[0])


@pytest.fixture
def first(begun) -> UUID:
    return begun[1]


def said(node: ReportingNode, report_id: UUID, language: str = "en") -> str:
    return selectors.independence(report_id=report_id, language=language, actor=node.rapporteur)


def wrote(node: ReportingNode, report_id: UUID, text: str) -> None:
    """Write the text with all before one's eyes that stands there."""
    found = selectors.texts(report_id=report_id, actor=node.rapporteur)
    standing = found.get((rules.INDEPENDENCE, "en"))
    services.write_text(
        report_id=report_id,
        kind=rules.INDEPENDENCE,
        language="en",
        text=text,
        based_on=[each.id for each in standing.heads] if standing else [],
        actor=node.rapporteur,
        at=node.later(minutes=1),
    )


def corrected(node: ReportingNode, report_id: UUID) -> UUID:
    return services.begin_correction(
        report_id=report_id,
        kind="text",
        note={"en": "A word was wrong."},
        actor=node.rapporteur,
        at=node.later(days=1),
    )


def test_what_the_version_before_says_holds_until_it_is_taken_out(node, first):
    wrote(node, first, OURS)
    second = corrected(node, node.released(first))
    assert said(node, second) == said(node, second, "da") == OURS
    wrote(node, second, "")
    assert said(node, second) == said(node, second, "da") == ""
    assert said(node, first) == OURS


def test_a_later_version_says_nothing_for_one_before_it(node, first):
    second = corrected(node, node.released(first))
    wrote(node, second, OURS)
    assert (said(node, first), said(node, second)) == ("", OURS)


def test_two_versions_stop_no_release_and_the_newer_one_counts(node, first):
    for text in ("Once (made up).", OURS):
        node.later(minutes=1)
        node.wrote(first, rules.INDEPENDENCE, text)
    [found] = [
        each
        for (kind, _), each in selectors.texts(report_id=first, actor=node.rapporteur).items()
        if kind == rules.INDEPENDENCE
    ]
    assert found.waits_for_choice
    assert selectors.what_is_open(report_id=first, actor=node.rapporteur) == []
    node.released(first)
    assert said(node, first) == OURS
