# SPDX-License-Identifier: Apache-2.0
"""The history of an item: who opened what belongs to it stands there too, in words."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.urls import reverse

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.takedown import services as notices
from havn.domain.takedown.models import Notice, NoticeAnswer
from havn.web.desk.casework import words
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]


@pytest.fixture(scope="module")
def made(standing) -> World:
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


def titles(world: World, item_id: str) -> dict[str, str]:
    """Return what happened and who did it, as the supervisor's page shows it."""
    page = world.client("supervisor").get(reverse("desk:history", args=[item_id]))
    return {entry["title"]: entry["who"] for entry in page.context["entries"]}


def test_who_opened_a_text_or_the_contact_stands_in_the_history_of_the_item(world):
    item_id = str(world.items[0])
    client = world.client("analyst")
    assert "Reporter's text opened" not in titles(world, item_id)

    client.get(reverse("desk:text", args=[item_id]))
    client.get(reverse("desk:contact", args=[item_id]))

    found = titles(world, item_id)
    assert found["Reporter's text opened"] == "Analyst"
    assert found["Reporter's contact opened"] == "Analyst"


def test_who_opened_the_reason_of_a_hold_or_saw_an_answer_stands_there_too(world):
    made = world.identifiers()
    item_id, answer_id = made["item_id"], made["answer_id"]
    world.client("investigator").get(reverse("desk:hold_reason", args=[made["hold_id"]]))
    world.client("analyst").post(reverse("desk:see_answer", args=[answer_id]))
    notices.withdraw_notice(
        notice_id=NoticeAnswer.objects.get(pk=answer_id).notice_id,
        reason="made up",
        actor=Actor.system(organisation=world.organisation),
        at=world.at,
    )

    found = titles(world, item_id)

    assert found["Reason of the hold opened"] == "Investigator"
    assert found["Provider's answer seen"] == "Analyst"
    assert "Notice withdrawn" in found


def test_what_belongs_to_another_item_does_not_stand_there(world):
    made = world.identifiers()
    world.client("analyst").post(reverse("desk:see_answer", args=[made["answer_id"]]))
    other = str(world.items[3])

    assert "Provider's answer seen" not in titles(world, other)
    assert Notice.objects.exclude(item_id=other).exists()


def test_every_line_of_a_busy_history_is_in_words(world):
    made = world.identifiers()
    lines = cases.history(item_id=made["item_id"], actor=world.people["supervisor"])
    codes = {
        line.code for line in lines if line.kind == "action" and not words.is_bookkeeping(line)
    }
    assert len(codes) > 5
    assert codes <= set(words.WORDS["action"])
