# SPDX-License-Identifier: Apache-2.0
"""What a reporter wrote is taken back from a referral, at whoever has it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection

from havn.domain.actor import Actor
from havn.domain.audit.models import Detail, Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import DataKey, Report
from havn.domain.errors import NotFoundError
from havn.domain.exchange.models import GivenCopy
from havn.domain.exchange.rules import ErasedBecause
from havn.domain.investigation.models import PolicePackage
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.referral import selectors as referrals
from havn.domain.referral.rules import Direction
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import erasing, referring
from havn.domain.workflow.tasks.casework import READINGS
from havn.lib.sealing import open_sealed
from tests.support.other_nodes import Alliance, alliance, allow_personal
from tests.support.outside import HOST
from tests.support.referrals import POLICY, accept, item_at, offered, out_of, refused, taken, trace

pytestmark = pytest.mark.django_db
CANARY = "the words of confirmed item 17"
REACH = "reporter-17@mail.example"
PERSONAL = {"words": CANARY, "contact": REACH, "has_police_consent": True}


@pytest.fixture
def world() -> Alliance:
    made = alliance("SE", "DE", "NO")
    for sender, receiver in (("DK", "SE"), ("SE", "DE"), ("DE", "NO")):
        allow_personal(sender, receiver)
    return made


def send(world: Alliance, **how: object) -> UUID:
    """Return an item of Denmark's that was sent to Sweden with what the reporter wrote; nothing is delivered."""
    item_id, node = offered(world, **PERSONAL, **how), world.nodes["DK"]  # type: ignore[arg-type]
    node.later(minutes=1)
    referring.item_referred(
        item_id=item_id,
        node_id=world.ids["SE"],
        with_personal=True,
        actor=node.analyst,
        at=node.at,
    )
    return item_id


def take_back(world: Alliance, code: str = "DK") -> None:
    node = world.nodes[code]
    node.later(minutes=1)
    with world.as_node(code):
        erasing.words_taken_back(
            referral_id=out_of(world, code).id, actor=node.supervisor, at=node.at
        )


def words_at(world: Alliance, code: str) -> dict[str, str]:
    node = world.nodes[code]
    report_id = taken(world, code).report_id
    assert report_id is not None
    return cases.report_texts(report_id=report_id, actor=node.analyst, at=node.at)


def sealed_with_words() -> set[bytes]:
    """Return everything that is stored sealed and says what the reporter wrote, at any node of the database."""
    found = {bytes(row.sealed) for row in GivenCopy.objects.filter(given__kind="referral.sent")}
    for row in OutgoingEvent.objects.filter(kind="referral.sent").exclude(sealed_payload=b""):
        found.add(bytes(row.sealed_payload))
    for report in Report.objects.filter(channel="referral"):
        found |= {bytes(report.sealed_texts), bytes(report.sealed_contact)}
    for key in DataKey.objects.filter(report__channel="referral"):
        found.add(bytes(key.wrapped))
    return found - {b""}


def stored() -> bytes:
    """Return the whole database as it lies there, free pages too; on PostgreSQL, its rows."""
    if connection.vendor == "sqlite":
        return bytes(connection.connection.serialize())
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).encode()


def is_stored(content: bytes, secret: bytes) -> bool:
    return secret in content or secret.hex().encode() in content


def test_after_one_beat_nothing_of_it_is_left_at_the_receiver(world: Alliance) -> None:
    """E60 E62 F16"""
    item_id = send(world)
    world.deliver()
    theirs = taken(world, "SE").item_id
    assert words_at(world, "SE") == {"words": CANARY}
    before, secrets = item_at(world, "SE", theirs), sealed_with_words()
    assert len(secrets) == 5
    assert all(is_stored(stored(), secret) for secret in secrets)
    take_back(world)
    world.deliver()
    assert words_at(world, "SE") == {}
    content = stored()
    assert not any(is_stored(content, secret) for secret in secrets)
    assert CANARY.encode() not in content
    after = item_at(world, "SE", theirs)
    assert (after.href, after.legal_class, after.has_texts, after.has_contact) == (
        before.href,
        "baseline",
        False,
        False,
    )
    for view in (out_of(world, "DK"), taken(world, "SE")):
        assert view.words_erased_at is not None
        assert (view.has_personal, view.has_words, view.words_erased_because) == (
            True,
            False,
            "taken_back",
        )
    own = item_at(world, "DK", item_id)  # the report stays where it was told
    node = world.nodes["DK"]
    kept = cases.report_texts(report_id=own.report_id, actor=node.analyst, at=node.at)
    assert kept == {"words": CANARY}


def test_it_is_audited_by_counts_and_never_by_words(world: Alliance) -> None:
    send(world)
    world.deliver()
    take_back(world)
    world.deliver()
    actions = [
        "casework.words_taken_back", "event.erased", "referral.words_erased",
        "casework.words_erased_at_source", "report.words_erased",
    ]  # fmt: skip
    found = Entry.objects.filter(action__in=actions)
    assert {entry.action for entry in found} == set(actions)
    details = " ".join(Detail.objects.filter(entry__in=found).values_list("detail", flat=True))
    assert '"contacts":1' in details
    assert "confirmed" not in details


def test_only_a_supervisor_may_and_only_where_words_went_along(world: Alliance) -> None:
    send(world)
    node = world.nodes["DK"]
    view = out_of(world, "DK")

    def erase(actor: Actor) -> None:
        erasing.words_taken_back(referral_id=view.id, actor=actor, at=node.at)

    refused("not_your_role", lambda: erase(node.analyst))
    with pytest.raises(NotFoundError):
        erase(node.stranger)
    world.deliver()
    erase(node.supervisor)
    refused("no_words_there", lambda: erase(node.supervisor))
    with world.as_node("SE") as se:
        mine = taken(world, "SE").id
        refused(
            "no_words_there",
            lambda: erasing.words_taken_back(referral_id=mine, actor=se.supervisor, at=se.at),
        )


def test_heard_twice_it_changes_nothing_more(world: Alliance) -> None:
    """E62"""
    send(world)
    world.deliver()
    take_back(world)
    [(_to, event)] = world.events(undelivered=True)
    world.deliver()
    before = (Entry.objects.count(), taken(world, "SE"))
    with world.as_node("SE") as se:
        READINGS["payload.erased"].handler(event, se.system, se.at)
    assert (Entry.objects.count(), taken(world, "SE")) == before


def test_another_node_cannot_erase_what_it_did_not_send(world: Alliance) -> None:
    """E62"""
    send(world)
    world.deliver()
    view = taken(world, "SE")
    with world.as_node("SE") as se:
        found = erasing.words_erased_at_source(
            reference=view.reference,
            node_id=world.ids["DE"],
            why=None,
            actor=se.system,
            at=se.at,
        )
        assert found is None
        unknown = erasing.words_erased_at_source(
            reference=uuid4(), node_id=world.ids["DK"], why=None, actor=se.system, at=se.at
        )
        assert unknown is None
    assert words_at(world, "SE") == {"words": CANARY}


def test_before_it_was_received_the_words_never_arrive_and_the_referral_does(
    world: Alliance,
) -> None:
    """E61"""
    send(world)
    take_back(world)
    [(to, event)] = world.events()  # the first one waited for the beat, and never leaves
    assert (to, event.kind, event.body["personal"]) == ("SE", "referral.sent", None)
    world.deliver()
    assert words_at(world, "SE") == {}
    assert not taken(world, "SE").has_personal
    assert out_of(world, "DK").state == "received"


def test_a_receipt_that_crosses_with_it_leads_to_no_second_item(world: Alliance) -> None:
    """E61"""
    send(world)
    [(_to, event)] = world.events()
    world._leave("SE", event)
    world.arrive("SE", event)
    receipt = [told for told in world.events() if told[0] == "DK"]
    take_back(world)  # before the receipt is heard
    world.delivered |= {(event.id, str(world.ids["SE"]))}
    assert len(receipt) == 1
    kinds = world.deliver()
    assert kinds.count("referral.sent") == 1
    assert words_at(world, "SE") == {}
    node = world.nodes["SE"]
    page = referrals.referral_list(direction=Direction.IN, actor=node.system)
    assert len(page.referrals) == 1


def test_it_travels_along_to_a_third_node_and_a_fourth(world: Alliance) -> None:
    """E63"""
    send(world)
    world.deliver()
    accept(world)
    for here, there in (("SE", "DE"), ("DE", "NO")):
        theirs = taken(world, here).item_id
        trace(world, here, theirs, there)
        with world.as_node(here) as node:
            node.later(minutes=1)
            referring.item_referred(
                item_id=theirs,
                node_id=world.ids[there],
                with_personal=True,
                actor=node.analyst,
                at=node.at,
            )
        world.deliver()
    for code in ("SE", "DE", "NO"):
        assert words_at(world, code) == {"words": CANARY}
    secrets = sealed_with_words()
    take_back(world)
    world.deliver()
    for code in ("SE", "DE", "NO"):
        assert words_at(world, code) == {}
    content = stored()
    assert not any(is_stored(content, secret) for secret in secrets)
    assert [out_of(world, code).has_words for code in ("DK", "SE", "DE")] == [False] * 3


def test_words_of_an_own_report_that_were_passed_on_stay(world: Alliance) -> None:
    """E63"""
    with world.as_node("SE") as se:
        own = offered_in(world, "SE")
    send(world, addresses=(f"https://{HOST}/shared",))
    world.deliver()
    view = taken(world, "SE")
    assert (view.item_id, view.is_linked) == (own, True)
    take_back(world)
    world.deliver()
    report_id = item_at(world, "SE", own).report_id
    kept = cases.report_texts(report_id=report_id, actor=se.analyst, at=se.at)
    assert kept == {"words": "our own words"}
    assert words_at(world, "SE") == {}


def offered_in(world: Alliance, code: str) -> UUID:
    from tests.support.referrals import confirmed

    return confirmed(
        world.nodes[code], addresses=(f"https://{HOST}/shared",), words="our own words"
    )


def test_the_package_for_police_is_made_anew_without_them(world: Alliance) -> None:
    """E62"""
    send(world)
    world.deliver()
    with world.as_node("SE") as se:
        se.at += POLICY.package_waits_at_most
        se.work("package")
    package = PolicePackage.objects.get(organisation=se.organisation)
    assert CANARY in opened(package)
    take_back(world)
    world.deliver()
    package.refresh_from_db()
    text = opened(package)
    assert CANARY not in text
    assert REACH not in text
    assert HOST in text


def opened(package: PolicePackage) -> str:
    from django.conf import settings

    from havn.domain.investigation import rules
    from havn.lib.encoding import from_b64u

    private = settings.HAVN_KEYRING.read("desk-opening-key")
    token = open_sealed(bytes(package.sealed_token), private, purpose=rules.SEALED_FOR).decode()
    return from_b64u(token.split(".")[1]).decode()


def test_what_was_erased_can_neither_be_sent_on_nor_packed_for_police(world: Alliance) -> None:
    send(world)
    world.deliver()
    accept(world)
    take_back(world)
    world.deliver()
    theirs = taken(world, "SE").item_id
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        assert not reads.offers(item_id=theirs, actor=se.analyst, at=se.at).has_personal
        se.at += POLICY.package_waits_at_most
        se.work("package")
    assert item_at(world, "SE", theirs).police == "told"


# By the operator, and by retention.


def test_an_operator_erases_any_event_and_the_referral_says_so(world: Alliance) -> None:
    send(world)
    world.deliver()
    node = world.nodes["DK"]
    event = OutgoingEvent.objects.get(kind="referral.sent")
    operator = Actor.operator(organisation=node.organisation)

    def erase() -> bool:
        return erasing.event_erased(
            event_id=event.pk, why=ErasedBecause.ORDERED, actor=operator, at=node.later(minutes=1)
        )

    assert [erase(), erase()] == [True, False]
    world.deliver()
    assert words_at(world, "SE") == {}
    assert taken(world, "SE").words_erased_because == "ordered"
    assert Entry.objects.filter(action="casework.event_erased").count() == 1


def test_a_referral_that_nobody_received_is_not_erased_whole(world: Alliance) -> None:
    send(world)
    node = world.nodes["DK"]
    event = OutgoingEvent.objects.get(kind="referral.sent")
    operator = Actor.operator(organisation=node.organisation)

    def erase() -> None:
        erasing.event_erased(
            event_id=event.pk, why=ErasedBecause.ORDERED, actor=operator, at=node.at
        )

    refused("not_received_yet", erase)


def test_what_says_that_something_was_erased_is_never_erased_itself(world: Alliance) -> None:
    send(world)
    world.deliver()
    take_back(world)
    node = world.nodes["DK"]
    event = OutgoingEvent.objects.get(kind="payload.erased")
    operator = Actor.operator(organisation=node.organisation)
    refused(
        "never_erased",
        lambda: erasing.event_erased(
            event_id=event.pk, why=ErasedBecause.ORDERED, actor=operator, at=node.at
        ),
    )
    with pytest.raises(NotFoundError):
        erasing.event_erased(
            event_id=uuid4(), why=ErasedBecause.ORDERED, actor=operator, at=node.at
        )
