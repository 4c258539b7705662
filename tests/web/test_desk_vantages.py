# SPDX-License-Identifier: Apache-2.0
"""What other countries see stands on the item's page: every state with its age, the sentence, and the button."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from havn.domain.actor import Actor
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.jobs.models import Job
from havn.domain.members import selectors as members
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as looks
from havn.domain.takedown.models import VantageAsk
from havn.domain.takedown.rules import (
    AskMessage,
    AskReason,
    AskState,
    LookState,
    Seen,
    SeenElsewhere,
    VantagePoint,
    Verdict,
    VerdictKind,
)
from havn.domain.workflow.services import vantages
from havn.lib.encoding import uuid4
from havn.web.desk.casework import words
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
URL = "https://own-host.example/item/17"
GONE = Seen(url=URL, status=404, final_url=URL)
THERE = Seen(url=URL, status=200, final_url=URL)


@pytest.fixture
def world():
    asking.adopt(asking.own_participant(), made_up.participant("SE"))
    own = members.own_node(actor=asking.US)
    return World(own.organisation_id, host="own-host.example")


def system(world):
    return Actor.system(organisation=world.organisation)


def confirmed(world):
    item_id = world.items[0]
    record.set_legal_class(
        item_id=item_id, legal_class=LegalClass.BASELINE, actor=system(world), at=world.at
    )
    return item_id


def asked(world, item_id, country="SE"):
    (ask_id,) = looks.ask_vantages(
        item_id=item_id,
        points=[VantagePoint(uuid4(), country)],
        reason=AskReason.PERSON,
        actor=system(world),
        at=world.at,
    )
    return ask_id


def answered(world, ask_id, seen):
    found = SeenElsewhere(seen, world.at, timedelta(seconds=1))
    vantages.vantage_answered(ask_id=ask_id, found=found, actor=system(world), at=world.at)


def page(world, item_id, name="item", role="analyst"):
    answer = world.client(role).get(reverse(f"desk:{name}", args=[item_id]))
    assert answer.status_code == 200
    return answer.content.decode()


BUTTON = "Ask other countries what they see"


def test_the_button_orders_the_question(world):
    item_id = confirmed(world)
    assert BUTTON in page(world, item_id)
    answer = world.client("analyst").post(reverse("desk:ask_elsewhere", args=[item_id]))
    assert answer.status_code == 302
    assert Job.objects.filter(kind="vantages", subject_id=item_id).count() == 1


def test_there_is_no_button_where_nobody_can_be_asked(world):
    item_id = world.items[0]
    assert BUTTON not in page(world, item_id), "not confirmed"
    confirmed(world)
    asked(world, item_id)
    assert BUTTON not in page(world, item_id), "asked already"


def test_without_other_nodes_there_is_no_button(world):
    item_id = confirmed(world)
    assert BUTTON in page(world, item_id)
    asking.adopt(asking.suspended("SE"), version=2)
    assert BUTTON not in page(world, item_id)


@pytest.mark.parametrize("state", sorted(set(AskState) - {AskState.SEEN}))
def test_every_state_of_a_question_stands_there_with_its_age(world, state):
    item_id = confirmed(world)
    ask_id = asked(world, item_id)
    ended = None if state in {"waiting", "asked"} else world.at
    VantageAsk.objects.filter(pk=ask_id).update(state=state, ended_at=ended)
    said = str(words.of("ask_state", state))
    found = re.search(
        rf"<strong>SE</strong> {said}(?:(?!</li>).)*<time", page(world, item_id), re.DOTALL
    )
    assert found


@pytest.mark.parametrize("state", sorted(LookState))
def test_what_waits_for_our_look_waits_where_work_stands_with_its_age(world, state):
    asker = Actor.node(organisation=world.organisation, node=uuid4())
    taken = looks.take_ask(message=AskMessage(uuid4(), URL), actor=asker, at=world.at)
    if state != "waiting":
        Job.objects.filter(subject_id=taken.look_id).update(done_at=world.at)
    trouble = world.client("supervisor").get(reverse("desk:trouble")).content.decode()
    waits = re.search(r"Looking at an address for another node.*?<time", trouble, re.DOTALL)
    assert bool(waits) == (state == "waiting")


def test_a_geo_block_is_said_in_words(world):
    """V20."""
    item_id = confirmed(world)
    looks.record_check(
        item_id=item_id,
        seen=GONE,
        found=Verdict(VerdictKind.GONE, "status_gone"),
        actor=system(world),
        at=world.at,
    )
    answered(world, asked(world, item_id), THERE)
    text = page(world, item_id)
    assert str(takedown.AGREEMENT_SENTENCES["there_elsewhere"]) in text
    assert re.search(r"<strong>SE</strong> The page answers there\. \(200\) · <time", text)
    history = page(world, item_id, "history")
    assert ">SE</td>" in history
    assert "gone from here, but another country sees it" in history


def test_what_the_others_see_too_is_said(world):
    """V19: it is shown, and moves nothing."""
    item_id = confirmed(world)
    answered(world, asked(world, item_id), GONE)
    assert str(takedown.AGREEMENT_SENTENCES["gone_elsewhere"]) in page(world, item_id)
