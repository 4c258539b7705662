# SPDX-License-Identifier: Apache-2.0
"""What is said of laws travels in the nodes' logs: from a rapporteur to every node and the hub, and from others to us."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from havn.domain.actor import Role
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.models import CriterionAnswer, CriterionReview
from havn.domain.referral import selectors as referrals
from havn.domain.reporting.models import FigureRelease, FrozenFigure
from havn.domain.workflow.selectors.law import own_figures
from havn.domain.workflow.tasks.casework import READINGS
from havn.domain.workflow.tasks.exchanging import handle_arrivals
from havn.lib.encoding import uuid4
from tests.support.hub import HubAlliance
from tests.support.law_world import YES, person
from tests.support.small_alliance import SmallAlliance
from tests.vectors import make_law

pytestmark = pytest.mark.django_db


@pytest.fixture
def node():
    return SmallAlliance().joined()


@pytest.fixture
def hub():
    return HubAlliance().joined()


def test_what_a_rapporteur_says_reaches_every_node_as_it_was_said(node):  # J1
    node.later()
    rapporteur = person(node.organisation, Role.RAPPORTEUR)
    answer_id = services.assess(given=YES, actor=rapporteur, at=node.at)
    node.beat()
    for code in node.peers:
        node.peer_visits(code)
        [event] = [each for _, each in node.peers[code].arrived if each.kind == "law.assessed"]
        read = rules.read_assessment(event.body, today=node.at.date())
        assert (read.id, read.member) == (answer_id, "DK")
        assert read.given == replace(YES, assessed_on=node.at.date())


def test_what_another_node_says_is_taken_from_its_log(node):
    node.later()
    body = {name: value for name, value in make_law.ASSESSED.items() if name != "v"}
    node.peer_says("SE", "law.assessed", **body)
    node.visit("SE")
    assert handle_arrivals(READINGS, at=node.at) == 1
    view = selectors.answer(answer_id=CriterionAnswer.objects.get().pk, actor=node.system)
    assert (view.member, view.article) == ("SE", "16:10a")
    assert node.alarms() == []


def test_who_speaks_for_another_country_raises_an_alarm_and_changes_nothing(node):  # J4
    node.later()
    body = {name: value for name, value in make_law.ASSESSED.items() if name != "v"}
    node.peer_says("NL", "law.assessed", **body)
    node.visit("NL")
    handle_arrivals(READINGS, at=node.at)
    assert not CriterionAnswer.objects.exists()
    assert node.alarms() == ["event_refused"]


def test_a_hub_hears_of_laws_as_a_node_does(hub):
    hub.later()
    body = {name: value for name, value in make_law.ASSESSED.items() if name != "v"}
    hub.tell("SE", "law.assessed", uuid4(), **body)
    assert hub.hear("SE") == 1
    reviewed = {name: value for name, value in make_law.REVIEWED.items() if name != "v"}
    hub.tell("DK", "law.reviewed", uuid4(), **(reviewed | {"by": "DK"}))
    assert hub.hear("DK") == 1
    assert (CriterionAnswer.objects.count(), CriterionReview.objects.count()) == (1, 1)
    assert hub.alarms() == []


# --- own delays


def frozen(node, indicator, value, *, breakdown="", code="", status="A"):
    at = datetime(2026, 1, 11, tzinfo=UTC)
    release, _made = FigureRelease.objects.get_or_create(
        organisation=node.organisation,
        kind="quarter",
        defaults={"id": uuid4(), "as_of": at, "made_at": at, "public_at": at},
    )
    FrozenFigure.objects.create(
        id=uuid4(),
        organisation=node.organisation,
        release=release,
        indicator=indicator,
        definition_version=1,
        period="2025-Q4",
        measure="p90_hours",
        breakdown=breakdown,
        code=code,
        value=value,
        obs_status=status,
        as_of=at,
    )


def test_the_own_delays_are_those_of_the_newest_frozen_quarter(node):
    assert own_figures(actor=node.system, at=node.at).days_until_asked is None
    frozen(node, "P01", Decimal(48))
    assert own_figures(actor=node.system, at=node.at).days_until_asked is None
    frozen(node, "P09", Decimal(79), breakdown="direction", code="out")
    frozen(node, "P09", Decimal(500), breakdown="direction", code="in")
    found = own_figures(actor=node.system, at=node.at)
    assert (found.member, found.days_until_asked) == ("DK", Decimal("5.3"))
    assert (
        found.referrals == referrals.referrals_by_country(since=node.at, actor=node.system) == {}
    )


def test_a_hidden_delay_is_not_known(node):
    frozen(node, "P01", None, status="Q")
    frozen(node, "P09", Decimal(79), breakdown="direction", code="out")
    assert own_figures(actor=node.system, at=node.at).days_until_asked is None
