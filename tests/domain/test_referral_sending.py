# SPDX-License-Identifier: Apache-2.0
"""An item hosted abroad is offered, sent with what may travel, kept back, or worked here."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, Hold
from havn.domain.cases.rules import Place
from havn.domain.errors import NotFoundError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.members.models import Organisation
from havn.domain.referral import selectors as referrals
from havn.domain.referral.models import Referral
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import casework, referring
from tests.support.known import (
    URL,
    asking_alliance,
    asks,
    assessed_there,
    reported,
    told_of_withdrawals,
    wired,
    withdrawn_there,
)
from tests.support.other_nodes import Alliance, alliance, allow_personal
from tests.support.outside import HOST
from tests.support.referrals import (
    facts,
    item_at,
    offered,
    out_of,
    refused,
    taken,
    trace,
)

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


@pytest.fixture
def world() -> Alliance:
    return alliance("SE", "DE")


# Offered.


def test_an_item_hosted_where_a_node_is_waits_for_an_analyst_to_send_it(world: Alliance) -> None:
    item_id = offered(world)
    assert item_at(world, "DK", item_id).assignment == "offered"
    assert not Fact.objects.filter(name="item_orphaned").exists()
    node = world.nodes["DK"]
    found = reads.offers(item_id=item_id, actor=node.analyst, at=node.at)
    assert [(n.node_id, n.country, n.why) for n in found.nodes] == [
        (world.ids["SE"], "SE", "hosted")
    ]
    page = cases.items_at(place=Place.REFERRALS, actor=node.analyst, at=node.at)
    assert [line.id for line in page.items] == [item_id]


@pytest.mark.parametrize(
    "how",
    [{"roles": ("police",)}, {"state": "suspended"}, {"member_state": "suspended"}, None],
    ids=["police only", "node suspended", "member suspended", "nobody"],
)
def test_where_nobody_is_there_or_only_a_suspended_node_it_is_an_orphan(
    world: Alliance, how: dict[str, object] | None
) -> None:
    """E13"""
    if how is not None:
        world.add("NO", **how)
    item_id = offered(world, "NO")
    assert item_at(world, "DK", item_id).assignment == "orphan"
    assert facts("item_orphaned", world.nodes["DK"].organisation) == [{"v": 1, "country": "no"}]


def test_an_analyst_who_does_not_send_says_why_and_it_is_no_orphan_of_the_figures(
    world: Alliance,
) -> None:
    item_id, node = offered(world), world.nodes["DK"]
    refused(
        "unknown_reason",
        lambda: referring.item_not_referred(
            item_id=item_id, reason="x", actor=node.analyst, at=node.at
        ),
    )
    referring.item_not_referred(
        item_id=item_id, reason="law_there", actor=node.analyst, at=node.at
    )
    assert item_at(world, "DK", item_id).assignment == "orphan"
    assert not Fact.objects.filter(name="item_orphaned").exists()
    assert Entry.objects.filter(action="casework.not_referred", subject_id=item_id).count() == 1


def test_orphans_go_to_mandated_nodes_in_turn(world: Alliance) -> None:
    """E12"""
    world.add("NL", mandates=("orphans",))
    world.add("FI", mandates=("orphans",))
    node, asked = world.nodes["DK"], []
    for n in range(3):
        item_id = offered(world, "NO", addresses=(f"https://{HOST}/{n}",))
        assert item_at(world, "DK", item_id).assignment == "orphan"
        found = reads.offers(item_id=item_id, actor=node.analyst, at=node.at)
        assert {each.why for each in found.nodes} == {"orphan"}
        first = found.nodes[0]
        asked.append(first.country)
        node.later(minutes=1)
        referring.item_referred(
            item_id=item_id, node_id=first.node_id, actor=node.analyst, at=node.at
        )
        assert item_at(world, "DK", item_id).assignment == "member"
    assert sorted(asked[:2]) == ["FI", "NL"]
    assert asked[2] == asked[0]
    world.deliver()
    item = item_at(world, asked[0], taken(world, asked[0]).item_id)
    assert (item.assignment, item.hosting_country) == ("here", "NO")
    assert item.worked_here_at is not None
    trace(world, asked[0], item.id, "NO")
    assert item_at(world, asked[0], item.id).assignment == "here"


def test_an_orphan_for_a_node_without_the_mandate_is_refused_and_changes_nothing(
    world: Alliance,
) -> None:
    """E12"""
    nl = world.add("NL", mandates=("orphans",))
    item_id, node = offered(world, "NO"), world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["NL"], actor=node.analyst, at=node.at
    )
    Organisation.objects.filter(pk=nl.organisation).update(mandates=[])
    refused("no_mandate", world.deliver)


# Worked here though hosted abroad.


def test_a_supervisor_decides_that_an_item_hosted_abroad_is_worked_here(world: Alliance) -> None:
    item_id, node = offered(world), world.nodes["DK"]

    def work_here(actor: Actor, reason: str = "their hotline is closed for a week") -> None:
        casework.item_worked_here(item_id=item_id, reason=reason, actor=actor, at=node.at)

    refused("not_your_role", lambda: work_here(node.analyst))
    refused("reason_needed", lambda: work_here(node.supervisor, "  "))
    work_here(node.supervisor)
    item = item_at(world, "DK", item_id)
    assert (item.assignment, item.worked_here_at) == ("here", node.at)
    opened = cases.worked_here_because(item_id=item_id, actor=node.supervisor, at=node.at)
    assert opened == "their hotline is closed for a week"
    assert Entry.objects.filter(action="item.worked_here_reason_opened").count() == 1
    row = ContentItem.objects.get(pk=item_id)
    assert b"closed" not in bytes(row.sealed_worked_here_because)
    refused("worked_here", lambda: work_here(node.supervisor))
    trace(world, "DK", item_id, "SE")
    assert item_at(world, "DK", item_id).assignment == "here"
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    assert contact is not None
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.waits_for == "contact"
    casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    assert item_at(world, "DK", item_id).notice == "queued"


# Sent.


def test_what_is_sent_goes_to_that_node_alone_with_fact_and_entry(world: Alliance) -> None:
    """E1 E2 E16"""
    item_id, node = offered(world), world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    item = item_at(world, "DK", item_id)
    assert (item.assignment, item.notice) == ("member", "none")
    event = OutgoingEvent.objects.get()
    view = out_of(world, "DK")
    assert (event.kind, event.audience) == ("referral.sent", [str(world.ids["SE"])])
    assert event.subject_id == view.reference
    assert view.reference.version == 4
    assert HOST.encode() not in bytes(event.sealed_payload)
    [(to, arrived)] = world.events()
    body = arrived.body
    assert to == "SE"
    assert set(body) == {
        "v", "step", "why", "item", "assessment", "hosting", "clocks", "hold", "chain", "personal",
    }  # fmt: skip
    assert body["item"]["address"] == item.href
    assert body["assessment"]["legal_class"] == "baseline"
    assert body["assessment"]["by"] == str(world.ids["DK"])
    assert str(node.analyst.identifier) not in str(body)
    assert body["hosting"]["country"] == "SE"
    assert body["chain"] == [str(world.ids["DK"])]
    assert (body["hold"], body["personal"]) == (None, None)
    assert body["clocks"]["police_told_at"] is not None
    assert facts("referral_sent", node.organisation) == [
        {"v": 1, "to": "se", "class": "baseline", "why": "hosted"}
    ]
    assert Entry.objects.filter(action="referral.sent", subject_id=item_id).count() == 1


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("DK", "referral_to_oneself"),
        ("??", "unknown_node"),
        ("FI", "suspended_node"),
        ("DE", "not_hosted_there"),
    ],
)
def test_nothing_is_sent_to_where_it_does_not_belong(world: Alliance, to, code) -> None:
    """E5 E8 E9"""
    world.add("FI", state="suspended")
    item_id, node = offered(world), world.nodes["DK"]
    node_id = world.ids.get(to) or uuid4()
    refused(
        code,
        lambda: referring.item_referred(
            item_id=item_id, node_id=node_id, actor=node.analyst, at=node.at
        ),
    )
    assert item_at(world, "DK", item_id).assignment == "offered"


def test_what_was_taken_back_where_it_was_known_is_not_sent_on() -> None:
    """E7 E47: only Sweden had assessed it, and an item may wait to be sent when Sweden thinks again."""
    world = asking_alliance()
    node = world.nodes["DK"]
    wired(world)
    theirs = assessed_there(world)
    (item_id,) = reported(node, URL)
    asks(node)
    trace(world, "DK", item_id, "DE")
    withdrawn_there(world, theirs)
    told_of_withdrawals(world)

    refused(
        "not_confirmed",
        lambda: referring.item_referred(
            item_id=item_id, node_id=world.ids["DE"], actor=node.analyst, at=node.at
        ),
    )
    assert not referrals.referrals_of_item(item_id=item_id, actor=node.analyst)


def test_only_the_desk_sends_and_a_stranger_finds_nothing(world: Alliance) -> None:
    item_id, node = offered(world), world.nodes["DK"]

    def send(actor: Actor) -> None:
        referring.item_referred(item_id=item_id, node_id=world.ids["SE"], actor=actor, at=node.at)

    refused("not_your_role", lambda: send(node.investigator))
    with pytest.raises(NotFoundError):
        send(node.stranger)
    send(node.analyst)
    refused("already_referred", lambda: send(node.analyst))


def test_a_hold_travels_without_its_reason_and_holds_there_too(world: Alliance) -> None:
    """E14"""
    item_id, node = offered(world), world.nodes["DK"]
    record.place_hold(
        item_id=item_id, reason="a raid is near", hours=5, actor=node.investigator, at=node.at
    )
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    [(_to, event)] = world.events()
    assert set(event.body["hold"]) == {"since", "until"}
    assert "raid" not in str(event.body)
    world.deliver()
    se = world.nodes["SE"]
    theirs = taken(world, "SE").item_id
    assert cases.is_held(item_id=theirs, actor=se.system, at=se.at)
    hold = Hold.objects.get(organisation=se.organisation)
    assert hold.until <= se.at + POLICY.hold_at_most
    assert Job.objects.filter(OPEN, kind="hold_end", organisation=se.organisation).count() == 1
    record.lift_hold(hold_id=hold.pk, actor=se.investigator, at=se.at)


# Personal data.

PERSONAL = {
    "words": "seen at confirmed item 17",
    "contact": "me@reporter.example",
    "has_police_consent": True,
}


def personal_of(world: Alliance) -> object:
    [(_to, event)] = world.events()
    return event.body["personal"]


def test_without_a_legal_basis_a_reporters_words_stay_here(world: Alliance) -> None:
    """E15"""
    item_id, node = offered(world, **PERSONAL), world.nodes["DK"]
    allow_personal("SE", "DK")  # theirs to us, not ours to them

    def send(actor: Actor, *, reason: str = "", with_personal: bool = True) -> None:
        referring.item_referred(
            item_id=item_id,
            node_id=world.ids["SE"],
            with_personal=with_personal,
            reason=reason,
            actor=actor,
            at=node.at,
        )

    refused("no_legal_basis", lambda: send(node.analyst))
    refused("no_legal_basis", lambda: send(node.analyst, reason="a child is in danger"))
    refused("no_legal_basis", lambda: send(node.supervisor))
    send(node.analyst, with_personal=False)
    assert personal_of(world) is None


def test_a_supervisors_reason_lets_them_travel_and_is_kept_sealed(world: Alliance) -> None:
    """E15"""
    item_id, node = offered(world, **PERSONAL), world.nodes["DK"]
    referring.item_referred(
        item_id=item_id,
        node_id=world.ids["SE"],
        with_personal=True,
        reason="a child is in danger now",
        actor=node.supervisor,
        at=node.at,
    )
    assert personal_of(world) == {
        "texts": {"words": PERSONAL["words"]},
        "contact": {"reach": PERSONAL["contact"]},
    }
    view = out_of(world, "DK")
    assert view.has_personal
    row = Referral.objects.get(pk=view.id)
    assert b"danger" not in bytes(row.sealed_reason)
    opened = referrals.personal_reason(referral_id=view.id, actor=node.supervisor, at=node.at)
    assert opened == "a child is in danger now"
    assert Entry.objects.filter(action="referral.reason_opened").count() == 1
    world.deliver()
    se = world.nodes["SE"]
    item = se.item(taken(world, "SE").item_id)
    texts = cases.report_texts(report_id=item.report_id, actor=se.analyst, at=se.at)
    assert texts == {"words": PERSONAL["words"]}


def test_by_the_law_of_the_pair_they_travel_and_nobody_need_say_why(world: Alliance) -> None:
    """E15"""
    item_id, node = offered(world, **PERSONAL), world.nodes["DK"]
    allow_personal("DK", "SE")
    referring.item_referred(
        item_id=item_id,
        node_id=world.ids["SE"],
        with_personal=True,
        actor=node.analyst,
        at=node.at,
    )
    assert personal_of(world) is not None
    assert not referrals.referral(
        referral_id=out_of(world, "DK").id, actor=node.analyst
    ).has_reason


def test_without_the_reporters_consent_their_contact_stays_here(world: Alliance) -> None:
    """E15"""
    item_id, node = offered(world, **(PERSONAL | {"has_police_consent": False})), world.nodes["DK"]
    allow_personal("DK", "SE")
    referring.item_referred(
        item_id=item_id,
        node_id=world.ids["SE"],
        with_personal=True,
        actor=node.analyst,
        at=node.at,
    )
    assert personal_of(world) == {"texts": {"words": PERSONAL["words"]}, "contact": {}}
