# SPDX-License-Identifier: Apache-2.0
"""The desk's page of an item whose address another node knows: whose word it is, and what it does here."""

from __future__ import annotations

from copy import deepcopy
from uuid import UUID

import pytest
from django.urls import reverse

from havn.domain.members.models import Node
from havn.domain.workflow.services import known
from havn.lib import clock
from tests.support.casework import SmallNode
from tests.support.known import known_there, reported, takes, waiting
from tests.support.other_nodes import join
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
NAMED = "Skerry Hotline (SE) assessed this address as baseline"
COUNTS = "That assessment counts here. Nobody needs to look again."
HELD = "Somebody held the item when this was heard, and decides."


@pytest.fixture(scope="module")
def made(standing) -> World:
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


@pytest.fixture
def there() -> Node:
    return join("SE", name="Skerry Hotline")


@pytest.fixture
def node(world: World) -> SmallNode:
    return SmallNode(world.organisation, at=clock.now())


def told(node: SmallNode, there: Node, item_id: UUID) -> known.Heard:
    found = known_there(item_id, assessed_at=node.at)
    return known.known_elsewhere(
        item_id=item_id, node_id=there.pk, found=found, actor=node.system, at=node.at
    )


def page(world: World, item_id: UUID, name: str = "item", role: str = "analyst") -> str:
    answer = world.client(role).get(reverse(f"desk:{name}", args=[item_id]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_known_item_says_whose_assessment_counts(world, node, there):
    """E44"""
    (item_id,) = reported(node, "https://own-host.example/known/17")
    assert NAMED not in page(world, item_id)
    told(node, there, item_id)
    text = page(world, item_id)
    assert NAMED in text
    assert COUNTS in text
    assert item_id not in waiting(node)
    assert "Another node knows the address" in page(world, item_id, "history")


def test_who_holds_the_item_sees_that_it_is_known_and_decides(world, node, there):
    """E44"""
    (item_id,) = reported(node, "https://own-host.example/known/17")
    takes(node, item_id)
    told(node, there, item_id)
    text = page(world, item_id)
    assert NAMED in text
    assert HELD in text
    assert COUNTS not in text


def test_another_organisation_finds_none_of_it(world, node, there):
    (item_id,) = reported(node, "https://own-host.example/known/17")
    told(node, there, item_id)
    other = World(join("NO").organisation_id, host="other-host.example")
    answer = other.client("analyst").get(reverse("desk:item", args=[item_id]))
    assert answer.status_code == 404
