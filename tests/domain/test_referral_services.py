# SPDX-License-Identifier: Apache-2.0
"""Items go from node to node and back: done, refused, wrong state, rolled back, audited; both sides seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import selectors as assessment
from havn.domain.assessment import services as decisions
from havn.domain.assessment.models import QueueEntry
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, Hold, Report
from havn.domain.cases.rules import LegalClass, Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.members.models import Node
from havn.domain.referral import selectors as referrals
from havn.domain.referral.models import Referral, ReferralStep
from havn.domain.referral.rules import Direction
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import arriving, casework, referring, telling
from tests.support.casework import SmallNode, assessed, submitted
from tests.support.other_nodes import Alliance, alliance, allow_personal, hosted_in
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


@pytest.fixture
def world() -> Alliance:
    return alliance("SE", "DE")


def refused(code: str, act: Callable[[], object]) -> None:
    """Whether it is refused with this code, and leaves nothing behind."""
    before = counted()
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == code
    assert counted() == before


def counted() -> tuple[int, ...]:
    tables = (Referral, ReferralStep, OutgoingEvent, Fact, Entry, ContentItem, Report)
    return tuple(table.objects.count() for table in tables)


def confirmed(
    node: SmallNode, legal_class: LegalClass = LegalClass.BASELINE, **parts: object
) -> UUID:
    """Return an own item that a person confirmed here, and police were told of."""
    submitted(node, **parts)
    node.work("file_submission")
    item_id = assessed(node, legal_class)
    node.at += POLICY.package_waits_at_most
    node.work("package")
    return item_id


def offered(
    world: Alliance,
    country: str = "SE",
    *,
    legal_class: LegalClass = LegalClass.BASELINE,
    **parts: object,
) -> UUID:
    """Return an item at home that was traced to another country."""
    node = world.nodes["DK"]
    item_id = confirmed(node, legal_class, **parts)
    telling.trace_finished(
        item_id=item_id, findings=hosted_in(country), actor=node.system, at=node.at
    )
    return item_id


def sent(world: Alliance, **how: object) -> tuple[UUID, UUID]:
    """Return an item that Denmark referred to Sweden, and the item that it is there."""
    item_id = offered(world, **how)  # type: ignore[arg-type]
    node = world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    world.deliver()
    return item_id, taken(world, "SE").item_id


def out_of(world: Alliance, code: str) -> referrals.ReferralView:
    return side(world, code, Direction.OUT)


def taken(world: Alliance, code: str) -> referrals.ReferralView:
    return side(world, code, Direction.IN)


def side(world: Alliance, code: str, direction: Direction) -> referrals.ReferralView:
    page = referrals.referral_list(direction=direction, actor=world.nodes[code].system)
    return page.referrals[-1]


def item_at(world: Alliance, code: str, item_id: UUID) -> cases.ItemView:
    return world.nodes[code].item(item_id)


def words(
    world: Alliance, code: str, direction: Direction = Direction.OUT
) -> list[tuple[str, str]]:
    """Return what was said of the last referral, by number."""
    node = world.nodes[code]
    lines = referrals.steps(referral_id=side(world, code, direction).id, actor=node.system)
    return [(line.word, line.code) for line in sorted(lines, key=lambda each: each.number)]


def facts(name: str, organisation: UUID) -> list[dict[str, object]]:
    rows = Fact.objects.filter(name=name, organisation=organisation).order_by("recorded_at", "pk")
    return [row.codes for row in rows]


def trace(world: Alliance, code: str, item_id: UUID, country: str) -> None:
    with world.as_node(code) as node:
        telling.trace_finished(
            item_id=item_id, findings=hosted_in(country), actor=node.system, at=node.at
        )


def accept(world: Alliance, code: str = "SE") -> None:
    with world.as_node(code) as node:
        referring.referral_accepted(
            referral_id=taken(world, code).id, actor=node.analyst, at=node.at
        )
    world.deliver()


def decline(world: Alliance, reason: str, *, country: str = "", code: str = "SE") -> None:
    with world.as_node(code) as node:
        referring.referral_declined(
            referral_id=taken(world, code).id,
            reason=reason,
            country=country,
            actor=node.analyst,
            at=node.at,
        )
    world.deliver()


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
    page = cases.items_at(place=cases_place("REFERRALS"), actor=node.analyst, at=node.at)
    assert [line.id for line in page.items] == [item_id]


def cases_place(name: str):  # type: ignore[no-untyped-def]
    from havn.domain.cases.rules import Place

    return Place[name]


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
    from havn.domain.members.models import Organisation

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
    from havn.domain.tracing import selectors as tracing

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


# Arrived.


def test_baseline_that_arrives_is_worked_at_once_and_nobody_looks_again(world: Alliance) -> None:
    """E17 E18 E19"""
    item_id, theirs = sent(world)
    se = world.nodes["SE"]
    item = item_at(world, "SE", theirs)
    assert (item.channel, item.origin, item.legal_class) == ("referral", "referred", "baseline")
    assert (item.assignment, item.police, item.hosting_country) == ("here", "due", "SE")
    assert item.href == item_at(world, "DK", item_id).href
    kinds = Job.objects.filter(OPEN, organisation=se.organisation, subject_id=theirs)
    assert set(kinds.values_list("kind", flat=True)) == {"trace", "package", "check"}
    (view,) = assessment.assessments(item_id=theirs, actor=se.analyst)
    assert (view.node_id, view.assessor_id, view.jurisdiction) == (world.ids["DK"], None, "DK")
    assert QueueEntry.objects.get(pk=theirs).state == "done"
    with world.as_node("SE"):
        refused(
            "assessed_by_another",
            lambda: decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at),
        )
    mine = taken(world, "SE")
    assert (mine.state, mine.country, mine.is_linked) == ("arrived", "DK", False)
    assert mine.reference == out_of(world, "DK").reference
    assert Entry.objects.filter(action="casework.referral_arrived", subject_id=theirs).count() == 1


def test_its_receipt_goes_back_by_itself_with_the_proof_and_counts_as_no_answer(
    world: Alliance,
) -> None:
    """E20"""
    sent(world)
    node, view = world.nodes["DK"], out_of(world, "DK")
    assert (view.state, view.waits_for) == ("received", "their_people")
    assert view.received_at is not None
    assert view.acknowledged_at is None
    assert view.due_at == view.opened_at + POLICY.acknowledge_within
    proof = referrals.proof_of_receipt(referral_id=view.id, actor=node.analyst)
    assert proof.startswith("c2sp.org/tlog-proof@v1")
    assert facts("referral_acknowledged", node.organisation) == []


def test_national_that_arrives_waits_for_a_person_before_anybody_is_told(world: Alliance) -> None:
    """E19"""
    _item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    se, item = world.nodes["SE"], item_at(world, "SE", theirs)
    assert (item.assignment, item.police) == ("offered", "none")
    kinds = Job.objects.filter(OPEN, organisation=se.organisation, subject_id=theirs)
    assert set(kinds.values_list("kind", flat=True)) == {"trace", "check"}
    accept(world)
    item = item_at(world, "SE", theirs)
    assert (item.assignment, item.police) == ("here", "due")


def test_the_same_event_again_changes_nothing(world: Alliance) -> None:
    """E32"""
    sent(world)
    accept(world)
    before = counted()
    for code, event in world.events():
        assert world.arrive(code, event).is_repeat
    assert counted() == before


def test_an_open_item_with_the_same_address_is_found_and_linked(world: Alliance) -> None:
    """E18"""
    se = world.nodes["SE"]
    with world.as_node("SE"):
        waiting = se.filed_item()
        decisions.enter_queue(
            items={se.item(waiting).report_id: [waiting]}, actor=se.system, at=se.at
        )
    _item_id, theirs = sent(world)
    assert theirs == waiting
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.police, item.told_times) == ("baseline", "due", 2)
    assert QueueEntry.objects.get(pk=theirs).state == "done"
    assert taken(world, "SE").is_linked


def test_what_was_done_there_already_is_told_to_the_sender(world: Alliance) -> None:
    """E18"""
    with world.as_node("SE") as se:
        own = confirmed(se)
    _item_id, theirs = sent(world)
    assert theirs == own
    assert words(world, "DK") == [("received", ""), ("progress", "police_told")]
    decline(world, "cannot_act")
    assert item_at(world, "SE", own).assignment == "here"  # it was ours before


def broken(world: Alliance, **changes: object):  # type: ignore[no-untyped-def]
    """Return the event that Denmark tells Sweden, changed on its way."""
    item_id, node = offered(world), world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    [(_to, event)] = world.events()
    body = {**event.body, **{k: v for k, v in changes.items() if k in event.body}}
    rest = {k: v for k, v in changes.items() if k not in event.body}
    return replace(event, body=body, **rest)


def test_a_ring_back_to_this_node_is_refused(world: Alliance) -> None:
    """E6"""
    event = broken(world, chain=[str(world.ids["SE"]), str(world.ids["DK"])])
    refused("referral_in_a_ring", lambda: world.arrive("SE", event))


def test_a_referral_to_oneself_is_refused(world: Alliance) -> None:
    """E5"""
    event = broken(world)
    refused("referral_to_oneself", lambda: world.arrive("DK", event))


def test_a_chain_that_does_not_end_at_its_sender_is_refused(world: Alliance) -> None:
    """E6"""
    event = broken(world, chain=[str(uuid4())])
    refused("referral_chain_broken", lambda: world.arrive("SE", event))


def test_a_referral_of_an_unknown_or_suspended_node_is_refused(world: Alliance) -> None:
    """E8"""
    event = broken(world)
    refused("unknown_node", lambda: world.arrive("SE", replace(event, sender=uuid4())))
    Node.objects.filter(pk=world.ids["DK"]).update(state="suspended")
    Node.objects.filter(pk=world.ids["DK"], is_own=True).update(is_own=False)
    Node.objects.filter(pk=world.ids["SE"]).update(is_own=True)
    se = world.nodes["SE"]
    refused(
        "suspended_node",
        lambda: arriving.event_arrived(event=event, actor=se.system, at=se.at),
    )


def test_a_reference_of_another_sender_is_refused(world: Alliance) -> None:
    """E29"""
    sent(world)
    [event] = [event for _to, event in world.events() if event.kind == "referral.sent"]
    stolen = replace(event, sender=world.ids["DE"])
    refused("reference_taken", lambda: world.arrive("SE", stolen))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"why": "fun"}, "body_bad_value"),
        ({"v": 2}, "body_unknown_version"),
        ({"item": {}}, "body_missing_field"),
    ],
)
def test_an_event_that_says_what_it_must_not_is_refused(world: Alliance, changes, code) -> None:
    """E3 E4"""
    event = broken(world, **changes)
    refused(code, lambda: world.arrive("SE", event))


def test_what_is_said_of_an_unknown_referral_or_by_another_node_is_refused(
    world: Alliance,
) -> None:
    """E29"""
    sent(world)
    [(_to, receipt)] = [e for e in world.events() if e[1].kind == "referral.received"]
    refused("unknown_referral", lambda: world.arrive("DK", replace(receipt, subject_id=uuid4())))
    refused(
        "not_the_receiver", lambda: world.arrive("DK", replace(receipt, sender=world.ids["DE"]))
    )


# Answered.


def test_an_acceptance_by_a_person_reaches_the_sender_and_is_counted_on_both_sides(
    world: Alliance,
) -> None:
    """E21"""
    sent(world)
    world.nodes["SE"].at = out_of(world, "DK").opened_at + timedelta(hours=3)
    accept(world)
    view = out_of(world, "DK")
    assert (view.state, view.acknowledged_at) == ("acknowledged", world.nodes["SE"].at)
    assert view.due_at == view.opened_at + POLICY.outcome_within
    for code, direction in (("DK", "out"), ("SE", "in")):
        assert facts("referral_acknowledged", world.nodes[code].organisation) == [
            {"v": 1, "how": "accepted", "side": direction, "hours": 3}
        ]
    with world.as_node("SE") as se:
        refused(
            "not_open",
            lambda: referring.referral_accepted(
                referral_id=taken(world, "SE").id, actor=se.analyst, at=se.at
            ),
        )


def test_only_the_desk_answers_and_a_stranger_finds_nothing(world: Alliance) -> None:
    sent(world)
    with world.as_node("SE") as se:
        referral_id = taken(world, "SE").id
        for actor in (se.investigator, se.stranger, world.nodes["DK"].analyst):
            with pytest.raises(NotFoundError):
                referring.referral_accepted(referral_id=referral_id, actor=actor, at=se.at)
        refused(
            "unknown_reason",
            lambda: referring.referral_declined(
                referral_id=referral_id, reason="bored", actor=se.analyst, at=se.at
            ),
        )
        refused(
            "not_a_country",
            lambda: referring.referral_declined(
                referral_id=referral_id,
                reason="not_hosted_here",
                country="1!",
                actor=se.analyst,
                at=se.at,
            ),
        )


def test_baseline_is_never_declined_as_not_illegal(world: Alliance) -> None:
    """E22"""
    sent(world)
    with world.as_node("SE") as se:
        refused(
            "baseline_is_illegal",
            lambda: referring.referral_declined(
                referral_id=taken(world, "SE").id,
                reason="not_illegal_here",
                actor=se.analyst,
                at=se.at,
            ),
        )


def test_national_may_be_found_not_illegal_by_the_law_there(world: Alliance) -> None:
    """E22"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    decline(world, "not_illegal_here")
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.stage, item.police) == ("not_illegal", "closed", "none")
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("declined", "not_illegal_here")
    assert item_at(world, "DK", item_id).assignment == "offered"
    (outcome,) = facts("referral_outcome", world.nodes["DK"].organisation)
    assert outcome["kind"] == "not_illegal"


@pytest.mark.parametrize("legal_class", [LegalClass.BASELINE, LegalClass.NATIONAL])
@pytest.mark.parametrize("reason", ["not_hosted_here", "cannot_act"])
def test_what_is_declined_comes_back_to_a_person_here_and_is_left_alone_there(
    world: Alliance, reason, legal_class
) -> None:
    """E25"""
    item_id, theirs = sent(world, legal_class=legal_class)
    decline(world, reason, country="de")
    item = item_at(world, "SE", theirs)
    assert (item.assignment, item.notice) == ("member", "none")
    view = out_of(world, "DK")
    assert (view.state, view.code, view.moved_country) == ("declined", reason, "DE")
    assert item_at(world, "DK", item_id).assignment == "offered"
    assert view.ended_at is not None


# What happens there.


def test_what_happens_there_is_told_here_and_moves_nothing_of_ours(world: Alliance) -> None:
    """E23 E24 E25"""
    item_id, theirs = sent(world)
    accept(world)
    se = world.nodes["SE"]
    before = item_at(world, "DK", item_id)
    with world.as_node("SE"):
        se.at += POLICY.package_waits_at_most
        se.work("package")
        gone = se.at
        for target, at in (("unavailable", gone), ("removed", se.later(hours=25))):
            _move(se, theirs, target, at=at, happened_at=gone)
    world.deliver()
    assert words(world, "DK") == [
        ("received", ""),
        ("accepted", ""),
        ("progress", "police_told"),
        ("progress", "unavailable"),
        ("progress", "removed"),
        ("ended", "removed"),
    ]
    view = out_of(world, "DK")
    assert (view.state, view.code, view.ended_at) == ("outcome", "removed", gone)
    after = item_at(world, "DK", item_id)
    assert (after.assignment, after.availability) == ("member", before.availability)
    assert taken(world, "SE").state == "done"
    kinds = [codes["kind"] for codes in facts("referral_outcome", world.nodes["DK"].organisation)]
    assert kinds == ["removed"]
    lines = referrals.steps(referral_id=view.id, actor=world.nodes["DK"].analyst)
    assert {line.node_id for line in lines if line.code} == {world.ids["SE"]}


def _move(node: SmallNode, item_id: UUID, target: str, **when: object) -> None:
    from havn.domain.workflow.services import _notices

    _notices.move(item_id, Track.AVAILABILITY, target, actor=node.system, **when)  # type: ignore[arg-type]


def test_what_reappears_there_is_under_way_again(world: Alliance) -> None:
    """E24"""
    _item_id, theirs = sent(world)
    accept(world)
    se = world.nodes["SE"]
    with world.as_node("SE"):
        se.at += POLICY.package_waits_at_most
        se.work("package")
        for target in ("unavailable", "removed"):
            _move(se, theirs, target, at=se.later(hours=1))
    world.deliver()
    with world.as_node("SE"):
        _move(se, theirs, "reappeared", at=se.later(days=1))
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code, view.ended_at) == ("acknowledged", "reappeared", None)
    assert taken(world, "SE").state == "accepted"


def test_no_notice_goes_out_here_while_another_node_has_it(world: Alliance) -> None:
    """E25"""
    item_id, _theirs = sent(world)
    node = world.nodes["DK"]
    with pytest.raises(RefusedError) as caught:
        record.move_track(
            item_id=item_id,
            track=Track.NOTICE,
            target="queued",
            mover=Mover.SYSTEM,
            actor=node.system,
            at=node.at,
        )
    assert caught.value.code == "not_assigned_here"


# Moved.


def test_what_moved_to_a_third_country_goes_on_and_the_first_sender_hears_all(
    world: Alliance,
) -> None:
    """E11 E26"""
    item_id, theirs = sent(world)
    accept(world)
    trace(world, "SE", theirs, "DE")
    assert item_at(world, "SE", theirs).assignment == "offered"
    world.deliver()
    assert words(world, "DK")[-1] == ("progress", "moved")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    view, third = out_of(world, "DK"), taken(world, "DE")
    assert (view.state, view.moved_to, view.moved_country) == ("reassigned", world.ids["DE"], "DE")
    assert third.chain == (world.ids["DK"], world.ids["SE"])
    assert third.why == "moved"
    assert third.first_received_at == item_at(world, "DK", item_id).received_at
    (made,) = assessment.assessments(item_id=third.item_id, actor=world.nodes["DE"].analyst)
    assert made.node_id == world.ids["DK"]  # whose it is stays known
    assert item_at(world, "SE", theirs).assignment == "member"
    accept(world, "DE")
    with world.as_node("DE") as de:
        de.at += POLICY.package_waits_at_most
        de.work("package")
        for target in ("unavailable", "removed"):
            _move(de, third.item_id, target, at=de.later(hours=1))
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "removed")
    lines = referrals.steps(referral_id=view.id, actor=world.nodes["DK"].analyst)
    assert [ln.node_id for ln in lines if ln.word == "ended"] == [world.ids["DE"]]


def test_what_moved_back_to_its_senders_country_is_returned_and_that_is_no_ring(
    world: Alliance,
) -> None:
    """E11"""
    item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DK")
    with world.as_node("SE") as se:
        (offer,) = reads.offers(item_id=theirs, actor=se.analyst, at=se.at).nodes
        assert (offer.node_id, offer.is_return) == (world.ids["DK"], True)
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DK"], actor=se.analyst, at=se.at
        )
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.moved_country) == ("returned", "DK")
    item = item_at(world, "DK", item_id)
    assert (item.assignment, item.hosting_country) == ("here", "DK")
    dk = world.nodes["DK"].organisation
    assert Job.objects.filter(OPEN, kind="trace", organisation=dk, key__contains="returned")
    assert taken(world, "SE").state == "returned"
    assert item_at(world, "SE", theirs).assignment == "member"


def test_a_third_node_in_the_chain_is_not_offered_a_second_time(world: Alliance) -> None:
    """E6"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    trace(world, "DE", third, "DK")
    with world.as_node("DE") as de:
        assert item_at(world, "DE", third).assignment == "orphan"
        refused(
            "referral_in_a_ring",
            lambda: referring.item_referred(
                item_id=third, node_id=world.ids["DK"], actor=de.analyst, at=de.at
            ),
        )


def test_what_moved_to_where_nobody_is_becomes_an_orphan_there_and_its_sender_hears(
    world: Alliance,
) -> None:
    """E13 E23"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "NO")
    world.deliver()
    assert item_at(world, "SE", theirs).assignment == "orphan"
    assert words(world, "DK")[-2:] == [("progress", "moved"), ("progress", "orphaned")]


def test_what_a_third_node_gives_back_is_taken_up_again_and_the_first_sender_hears(
    world: Alliance,
) -> None:
    """E26"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    trace(world, "DE", third, "SE")
    with world.as_node("DE") as de:
        referring.item_referred(item_id=third, node_id=world.ids["SE"], actor=de.analyst, at=de.at)
    world.deliver()
    assert item_at(world, "SE", theirs).assignment == "here"
    assert taken(world, "SE").state == "accepted"
    assert out_of(world, "DK").state == "acknowledged"


# Taken back.


def taken_back(world: Alliance, item_id: UUID, legal_class: LegalClass) -> None:
    """Let the sender's supervisor assess it again."""
    node = world.nodes["DK"]
    node.later(hours=1)
    world.nodes["SE"].later(hours=1)
    held = decisions.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_item(
        item_id=item_id,
        lease_token=held.lease_token,
        decision=replace(proposed, legal_class=legal_class),
        actor=node.supervisor,
        at=node.at,
    )
    world.deliver()


def test_an_assessment_that_is_taken_back_is_taken_back_there_too(world: Alliance) -> None:
    """E27 E28"""
    item_id, theirs = sent(world)
    accept(world)
    taken_back(world, item_id, LegalClass.NOT_ILLEGAL)
    se = world.nodes["SE"]
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.police, item.stage) == ("", "none", "received")
    assert QueueEntry.objects.get(pk=theirs).state == "waiting"
    assert not Job.objects.filter(
        OPEN, organisation=se.organisation, kind__in=["trace", "package", "check"]
    )
    (made,) = assessment.assessments(item_id=theirs, actor=se.analyst)
    assert made.is_withdrawn
    assert taken(world, "SE").state == "done"
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "withdrawn")


def test_a_class_that_changed_is_told_and_counts_there(world: Alliance) -> None:
    """E27"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    taken_back(world, item_id, LegalClass.BASELINE)
    assert item_at(world, "SE", theirs).legal_class == "baseline"
    assert taken(world, "SE").legal_class == "baseline"
    assert out_of(world, "DK").legal_class == "baseline"


def test_what_came_to_a_third_node_is_taken_back_there_as_well(world: Alliance) -> None:
    """E27 E28"""
    item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    world.nodes["DE"].later(hours=2)
    taken_back(world, item_id, LegalClass.UNDETERMINED)
    assert item_at(world, "SE", theirs).legal_class == ""
    assert item_at(world, "DE", third).legal_class == ""


def test_national_is_assessed_again_only_before_anybody_was_told(world: Alliance) -> None:
    """E22"""
    _item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    accept(world)
    with world.as_node("SE") as se:
        se.at += POLICY.package_waits_at_most
        se.work("package")
        refused(
            "acted_already",
            lambda: decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at),
        )


def test_national_that_is_found_not_illegal_later_ends_the_referral(world: Alliance) -> None:
    """E22 E24"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    accept(world)
    with world.as_node("SE") as se:
        held = decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at)
        proposed = assessment_rules.default_decision(POLICY, jurisdiction="SE")
        casework.assess_item(
            item_id=theirs,
            lease_token=held.lease_token,
            decision=replace(proposed, legal_class=LegalClass.NOT_ILLEGAL),
            actor=se.supervisor,
            at=se.at,
        )
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "not_illegal")
    assert item_at(world, "DK", item_id).assignment == "offered"


# Lists and clocks.


def test_lists_go_by_keyset_and_know_who_is_late(world: Alliance) -> None:
    node = world.nodes["DK"]
    for n in range(5):
        offered_id = offered(world, addresses=(f"https://{HOST}/{n}",))
        referring.item_referred(
            item_id=offered_id,
            node_id=world.ids["SE"],
            actor=node.analyst,
            at=node.later(minutes=1),
        )
    seen: list[UUID] = []
    after = ""
    while True:
        page = referrals.referral_list(
            direction=Direction.OUT, actor=node.analyst, after=after, most=2
        )
        seen += [view.id for view in page.referrals]
        after = page.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5
    first = page.referrals[0]
    assert not first.is_late(first.opened_at + timedelta(hours=23))
    assert first.is_late(first.opened_at + timedelta(hours=25))
    assert referrals.referral_list(direction=Direction.OUT, actor=node.analyst, after="x~y")
    with pytest.raises(NotFoundError):
        referrals.referral_list(direction=Direction.OUT, actor=node.investigator)


def test_another_organisation_sees_none_of_it(world: Alliance) -> None:
    item_id, _theirs = sent(world)
    stranger = world.nodes["DE"].analyst
    assert referrals.referral_list(direction=Direction.OUT, actor=stranger).referrals == ()
    assert referrals.referrals_of_item(item_id=item_id, actor=stranger) == []
    with pytest.raises(NotFoundError):
        referrals.referral(referral_id=out_of(world, "DK").id, actor=stranger)
