# SPDX-License-Identifier: Apache-2.0
"""How an item is reached: sealed on it, opened with a trace, bound to it, refused where it makes no sense."""

from __future__ import annotations

import pytest

from havn.domain.actor import Role
from havn.domain.audit.models import Entry
from havn.domain.cases import rules
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem
from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.encoding import uuid4
from havn.lib.keyring import Keyring, MissingKeyError
from tests.support.casework import SmallNode, person, small_node

pytestmark = pytest.mark.django_db
GATE = "https://gate.example/start"


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def note(node: SmallNode, item_id, *, came_from: str = GATE, path: str = "third link", actor=None):
    record.note_reach(
        item_id=item_id,
        came_from=came_from,
        path=path,
        actor=actor or node.analyst,
        at=node.at,
    )


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_it_is_kept_sealed_and_opened_with_a_reading_entry(node):
    item_id = node.filed_item()
    note(node, item_id)
    sealed = bytes(ContentItem.objects.get(pk=item_id).sealed_reach)
    assert b"gate" not in sealed
    assert b"third" not in sealed
    assert entries("item.reach_noted") == 1
    found = cases.item_reach(item_id=item_id, actor=node.analyst, at=node.at)
    assert found == rules.Reach(came_from=GATE, path="third link")
    assert entries("item.reach_opened") == 1


def test_the_worker_opens_it_for_its_work_and_nobody_else_that_way(node):
    item_id = node.filed_item()
    note(node, item_id)
    assert cases.reach_for_work(item_id=item_id, actor=node.system).came_from == GATE
    with pytest.raises(NotFoundError):
        cases.reach_for_work(item_id=item_id, actor=node.analyst)


def test_nothing_known_is_nothing_stored_and_empty_forgets(node):
    item_id = node.filed_item()
    note(node, item_id)
    note(node, item_id, came_from="", path="")
    assert bytes(ContentItem.objects.get(pk=item_id).sealed_reach) == b""
    assert not cases.reach_for_work(item_id=item_id, actor=node.system)


def test_what_was_sealed_for_another_item_is_not_believed(node):
    first, second = node.filed_item("https://a.example/1"), node.filed_item("https://b.example/2")
    note(node, first)
    sealed = ContentItem.objects.get(pk=first).sealed_reach
    ContentItem.objects.filter(pk=second).update(sealed_reach=sealed)
    assert not cases.reach_for_work(item_id=second, actor=node.system)


@pytest.mark.parametrize(
    "came_from", ["javascript:alert(1)", "data:image/png;base64," + "A" * 400, "x y", "ftp://a/"]
)
def test_a_page_that_is_none_is_refused_and_nothing_is_kept(node, came_from):
    item_id = node.filed_item()
    with pytest.raises(RefusedError):
        note(node, item_id, came_from=came_from)
    assert bytes(ContentItem.objects.get(pk=item_id).sealed_reach) == b""
    assert entries("item.reach_noted") == 0


def test_a_long_signed_address_is_taken_and_a_picture_in_one_refused(node):
    item_id = node.filed_item()
    signed = "https://cdn.example/img/b/" + "AVvXsEh4_kQ9-" * 40
    note(node, item_id, came_from=signed)
    found = cases.item_reach(item_id=item_id, actor=node.analyst, at=node.at)
    assert found is not None
    assert found.came_from == signed
    with pytest.raises(RefusedError) as refusal:
        note(node, item_id, came_from="https://cdn.example/iVBORw0KGgo" + "A1bC" * 100)
    assert refusal.value.code == "picture_in_text"


def test_a_picture_in_the_path_is_refused(node):
    with pytest.raises(RefusedError):
        note(node, node.filed_item(), path="data:image/png;base64," + "iVBORw0KGgo" * 60)


def test_police_and_other_organisations_cannot_write_it(node):
    item_id = node.filed_item()
    with pytest.raises(RefusedError):
        note(node, item_id, actor=node.investigator)
    with pytest.raises(NotFoundError):
        note(node, item_id, actor=person(uuid4(), Role.ANALYST))


def test_no_key_no_reach(node, settings, tmp_path):
    item_id = node.filed_item()
    settings.HAVN_KEYRING = Keyring(tmp_path)
    with pytest.raises(MissingKeyError):
        note(node, item_id)
