# SPDX-License-Identifier: Apache-2.0
"""Moving tracks: what is kept of a move, what follows from it, and what a refusal leaves behind."""

from __future__ import annotations

from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps

from havn.domain.actor import Actor, Role
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, Hold, TrackMove
from havn.domain.cases.rules import LegalClass, Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger.models import Fact, OutgoingEvent
from tests.support.casework import SmallNode, person, small_node

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def move(
    node: SmallNode,
    item_id: UUID,
    track: Track,
    *targets: str,
    actor: Actor | None = None,
    mover: Mover = Mover.SYSTEM,
) -> None:
    for target in targets:
        record.move_track(
            item_id=item_id,
            track=track,
            target=target,
            mover=mover,
            actor=actor or node.system,
            at=node.at,
        )


def refused(code: str):
    return pytest.raises(RefusedError, match=None, check=lambda error: error.code == code)


def test_a_move_keeps_its_row_entry_and_instant(node):
    item_id = node.confirmed_item()
    move(node, item_id, Track.POLICE, "due")
    node.later(minutes=5)
    move(node, item_id, Track.POLICE, "told")
    item = node.item(item_id)
    assert (item.police, item.police_told_at, item.stage) == ("told", node.at, "working")
    assert [(row.source, row.target) for row in TrackMove.objects.order_by("id")] == [
        ("none", "due"),
        ("due", "told"),
    ]
    assert Entry.objects.filter(action="item.moved", subject_id=item_id).count() == 2
    assert Fact.objects.get(name="police_informed").codes["legal_class"] == "baseline"


def test_a_refused_move_leaves_nothing_behind(node):
    item_id = node.filed_item()
    before, entries = node.item(item_id), Entry.objects.count()
    with refused("not_confirmed"):
        move(node, item_id, Track.NOTICE, "queued")
    assert node.item(item_id) == before
    assert (TrackMove.objects.count(), Entry.objects.count()) == (0, entries)


@pytest.mark.parametrize("mover", [Mover.ANALYST, Mover.SUPERVISOR, Mover.INVESTIGATOR])
def test_nobody_moves_in_the_name_of_another_role(node, mover):
    item_id = node.confirmed_item()
    nobody = person(node.organisation, Role.OPERATOR)
    with pytest.raises((RefusedError, NotFoundError)):
        move(node, item_id, Track.POLICE, "taken", actor=nobody, mover=mover)


def test_an_item_of_another_organisation_is_not_there_to_be_moved(node):
    item_id = node.confirmed_item()
    with pytest.raises(NotFoundError):
        move(node, item_id, Track.POLICE, "due", actor=node.stranger)


def removed_item(node: SmallNode, country: str = "dk") -> UUID:
    item_id = node.confirmed_item()
    if country:
        record.set_hosting_country(item_id=item_id, country=country, actor=node.system, at=node.at)
    move(node, item_id, Track.POLICE, "due", "told")
    move(node, item_id, Track.AVAILABILITY, "unavailable")
    node.later(hours=25)
    move(node, item_id, Track.AVAILABILITY, "removed")
    return item_id


@pytest.mark.parametrize(("country", "here"), [("dk", True), ("de", False), ("", None)])
def test_a_removal_says_whether_it_was_here_where_that_is_known(node, country, here):
    removed_item(node, country)
    assert Fact.objects.get(name="item_removed").codes["here"] is here


def test_removed_is_dated_at_the_first_gone_check_and_closes(node):
    first_gone_at = node.at
    item_id = removed_item(node)
    item = node.item(item_id)
    assert (item.stage, item.closed_reason) == ("closed", "removed")
    assert (item.removed_at, item.closed_at) == (first_gone_at, node.at)
    fact = Fact.objects.get(name="item_removed")
    assert (fact.happened_at, fact.recorded_at) == (first_gone_at, node.at)
    assert (fact.codes["confirmed"], fact.codes["here"]) == (True, True)
    assert not OutgoingEvent.objects.exists()


def test_what_reappears_is_open_again(node):
    item_id = removed_item(node)
    move(node, item_id, Track.AVAILABILITY, "reappeared")
    item = node.item(item_id)
    assert (item.is_open, item.removed_at, item.closed_at) == (True, None, None)
    assert Fact.objects.filter(name="item_reappeared").count() == 1


def test_an_item_does_not_open_beside_a_newer_one_of_its_address(node):
    item_id = removed_item(node)
    node.filed_item()
    with refused("superseded"):
        move(node, item_id, Track.AVAILABILITY, "reappeared")
    assert node.item(item_id).stage == "closed"


def test_an_assessment_taken_back_opens_the_item_again(node):
    item_id = node.filed_item()
    for legal_class, stage in ((LegalClass.UNDETERMINED, "closed"), (None, "received")):
        found = record.set_legal_class(
            item_id=item_id, legal_class=legal_class, actor=node.system, at=node.at
        )
        assert found.name == node.item(item_id).stage == stage


def test_an_orphan_is_passed_on_by_hand_and_stays_open(node):
    item_id = node.confirmed_item()
    move(node, item_id, Track.POLICE, "due", "told")
    record.orphan(item_id=item_id, mover=Mover.SYSTEM, actor=node.system, at=node.at)
    with refused("to_needed"):
        record.pass_on(item_id=item_id, to="  ", actor=node.analyst, at=node.at)
    record.pass_on(item_id=item_id, to="the hotline of  X", actor=node.analyst, at=node.at)
    item = node.item(item_id)
    assert (item.assignment, item.passed_on_at) == ("passed_on", node.at)
    opened = cases.passed_on_to(item_id=item_id, actor=node.analyst, at=node.at)
    assert opened == "the hotline of X"
    assert Entry.objects.filter(action="item.passed_on_to_opened", subject_id=item_id).exists()
    assert b"hotline" not in bytes(ContentItem.objects.get(pk=item_id).sealed_passed_on_to)
    assert item.is_open
    assert Fact.objects.filter(name="item_orphaned").count() == 1
    assert not OutgoingEvent.objects.exists()


def place(node: SmallNode, **changes: object) -> UUID:
    wanted = {"reason": "case 17", "hours": 24, "actor": node.investigator, "at": node.at}
    return record.place_hold(**(wanted | changes))


def test_a_dot_after_the_host_escapes_no_hold(node):
    place(node, host="example.org")
    dotted = node.confirmed_item("http://example.org./17")
    with refused("held_by_police"):
        move(node, dotted, Track.NOTICE, "queued")
    place(node, host="host.test.")
    assert cases.is_held(
        item_id=node.confirmed_item("http://host.test/17"), actor=node.analyst, at=node.at
    )


def test_hosts_that_are_stored_lose_their_dot_and_others_go_over_to_the_new_key(node):
    plain, dotted = node.confirmed_item("http://a.test/"), node.confirmed_item("http://b.test/")
    hold_id = place(node, host="b.test")
    ContentItem.objects.update(key_version=1)
    ContentItem.objects.filter(pk=dotted).update(host="b.test.")
    Hold.objects.filter(pk=hold_id).update(host="b.test.")
    import_module("havn.domain.cases.migrations.0003_hosts_without_a_last_dot").strip_hosts(
        apps, None
    )
    rows = ContentItem.objects.values_list("pk", "host", "key_version")
    assert set(rows) == {(plain, "a.test", 2), (dotted, "b.test", 1)}
    assert Hold.objects.get().host == "b.test"
    assert node.filed_item("http://a.test/") == plain


def test_a_hold_stops_notices_and_checks_and_ends_by_itself(node):
    item_id = node.confirmed_item()
    place(node, item_id=item_id)
    for track, target in ((Track.NOTICE, "queued"), (Track.AVAILABILITY, "up")):
        with refused("held_by_police"):
            move(node, item_id, track, target)
    assert cases.holds_in_force(actor=node.investigator, at=node.at)
    node.later(hours=24)
    assert cases.holds_in_force(actor=node.investigator, at=node.at) == []
    move(node, item_id, Track.NOTICE, "queued")


def test_the_reason_of_a_hold_is_sealed_and_opening_it_leaves_an_entry(node):
    hold_id = place(node, host="host.example")
    assert b"case 17" not in bytes(Hold.objects.get().sealed_reason)
    for reader in (node.investigator, node.supervisor):
        assert cases.hold_reason(hold_id=hold_id, actor=reader, at=node.at) == "case 17"
    for nobody in (node.analyst, node.operator, node.stranger):
        with pytest.raises(NotFoundError):
            cases.hold_reason(hold_id=hold_id, actor=nobody, at=node.at)
    assert Entry.objects.filter(action="hold.reason_opened", subject_id=hold_id).count() == 2


def test_a_hold_on_a_host_covers_what_comes_to_it_later(node):
    place(node, host="HOST.example")
    item_id = node.confirmed_item("https://host.example/later")
    assert cases.is_held(item_id=item_id, actor=node.analyst, at=node.at)
    other = node.confirmed_item("https://elsewhere.example/")
    assert not cases.is_held(item_id=other, actor=node.analyst, at=node.at)


def test_a_lifted_hold_is_over_and_cannot_be_lifted_again(node):
    item_id = node.confirmed_item()
    hold_id = place(node, item_id=item_id)
    record.lift_hold(hold_id=hold_id, actor=node.investigator, at=node.at)
    assert not cases.is_held(item_id=item_id, actor=node.analyst, at=node.at)
    with refused("not_in_force"):
        record.lift_hold(hold_id=hold_id, actor=node.investigator, at=node.at)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hours": 73}, "hold_too_long"),
        ({"hours": 0}, "hold_too_long"),
        ({"hours": float("nan")}, "hold_too_long"),
        ({"hours": 1e300}, "hold_too_long"),
        ({"reason": " "}, "reason_needed"),
        ({"host": "no host"}, "not_a_host"),
    ],
)
def test_a_hold_without_measure_is_refused_and_leaves_nothing(node, changes, code):
    with refused(code):
        place(node, **({"host": "host.example"} | changes))
    assert Hold.objects.count() == 0


def test_holds_in_a_row_end_when_their_sum_is_used_up(node):
    item_id = node.confirmed_item()
    for hours in (72, 72):
        place(node, item_id=item_id, hours=hours)
        node.later(hours=hours)
    with pytest.raises(RefusedError, match="about 24 are left"):
        place(node, item_id=item_id, hours=25)
    place(node, item_id=item_id, hours=24)
    node.later(hours=24)
    with refused("held_too_long"):
        place(node, item_id=item_id, hours=1)
    assert not cases.is_held(item_id=item_id, actor=node.analyst, at=node.at)
    node.later(days=30)
    place(node, item_id=item_id, hours=72)


def test_holds_on_the_host_count_for_its_items_and_each_hour_once(node):
    item_id = node.confirmed_item("https://host.example/1")
    other = node.confirmed_item("https://host.example/2")
    place(node, item_id=item_id, hours=72)
    place(node, host="host.example", hours=72)  # the same hours
    node.later(hours=72)
    place(node, host="host.example", hours=72)
    node.later(hours=72)
    place(node, item_id=item_id, hours=24)
    node.later(hours=24)
    for what in ({"item_id": item_id}, {"host": "host.example"}):
        with refused("held_too_long"):
            place(node, hours=1, **what)
    place(node, item_id=other, hours=24)


def test_a_lifted_hold_counts_until_it_was_lifted_and_others_do_not_count(node):
    item_id = node.confirmed_item()
    for _ in range(6):
        hold_id = place(node, item_id=item_id, hours=72)
        node.later(hours=1)
        record.lift_hold(hold_id=hold_id, actor=node.investigator, at=node.at)
    place(node, host="elsewhere.example", hours=72)
    place(node, item_id=item_id, hours=72)
    assert cases.is_held(item_id=item_id, actor=node.analyst, at=node.at)


def test_only_an_investigator_places_a_hold(node):
    for actor in (node.analyst, node.supervisor):
        with refused("not_your_role"):
            place(node, host="host.example", actor=actor)


def test_the_history_of_an_item_tells_moves_and_actions_newest_first(node):
    item_id = removed_item(node)
    lines = cases.history(item_id=item_id, actor=node.analyst)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert {"police", "availability"} <= {line.code for line in lines if line.kind == "move"}
    assert {"item.class_set", "item.country_set"} <= {
        line.code for line in lines if line.kind == "action"
    }
    with pytest.raises(NotFoundError):
        cases.history(item_id=item_id, actor=node.stranger)
