# SPDX-License-Identifier: Apache-2.0
"""Evidence and contacts: who may decide, what is kept, what waits on the desk."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.tracing import rules, selectors, services
from havn.domain.tracing.models import Contact, HostingEvidence
from havn.domain.tracing.rules import Dataset, Findings, NameFailure, NameFound, Place, WaitsFor
from tests.support.casework import SmallNode, person, small_node
from tests.support.outside import ADDRESS, HOST, NETWORK

pytestmark = pytest.mark.django_db
FINDINGS = Findings(
    HOST,
    NameFound((ADDRESS,)),
    NETWORK,
    registry_country="DK",
    registry_files=Dataset("iptocc 3.3.170", date(2026, 10, 27)),
)


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def traced(node: SmallNode, item_id: object = None, waits: WaitsFor = WaitsFor.CONTACT) -> object:
    found = item_id or node.confirmed_item()
    services.propose_contact(item_id=found, findings=FINDINGS, actor=node.system, at=node.at)  # type: ignore[arg-type]
    services.record_evidence(
        item_id=found,  # type: ignore[arg-type]
        findings=FINDINGS,
        place=Place("DK"),
        waits_for=waits,
        actor=node.system,
        at=node.at,
    )
    return found


def test_evidence_says_from_which_files_of_which_day_a_registration_is(node: SmallNode) -> None:
    item_id = traced(node)

    (found,) = selectors.evidence(item_id=item_id, actor=node.analyst)  # type: ignore[arg-type]

    assert (found.registry_country, found.network_country) == ("DK", "DK")
    assert (found.dataset, found.dataset_date) == ("iptocc 3.3.170", date(2026, 10, 27))
    assert found.methods == ("dns", "rdap", "registry_file")
    assert found.resolved_addresses == (ADDRESS,)
    assert Entry.objects.filter(action="evidence.recorded", subject_id=item_id).count() == 1


def test_a_proposed_contact_waits_on_the_desk_with_a_sentence(node: SmallNode) -> None:
    item_id = traced(node)

    (line,) = selectors.contacts_to_confirm(actor=node.analyst)

    assert line.item_id == item_id
    assert line.host == HOST
    assert line.contact_email == NETWORK.abuse_email
    assert line.waits_for == "contact"
    assert line.sentence
    assert selectors.count_to_confirm(actor=node.analyst) == 1


def test_only_the_newest_evidence_of_an_item_waits(node: SmallNode) -> None:
    item_id = traced(node, waits=WaitsFor.RETRY)
    node.later(minutes=2)
    traced(node, item_id)

    waiting = selectors.contacts_to_confirm(actor=node.analyst)

    assert [line.waits_for for line in waiting] == ["contact"]
    assert HostingEvidence.objects.count() == 2


def test_every_failure_has_a_sentence(node: SmallNode) -> None:
    codes = {f.value for f in rules.NameFailure} | {f.value for f in rules.RegistryFailure}

    assert codes == set(selectors.SENTENCES)
    dead = Findings(HOST, NameFound(failure=NameFailure.RESOLVER_DEAD))
    services.record_evidence(
        item_id=node.confirmed_item(),
        findings=dead,
        place=Place(),
        waits_for=WaitsFor.RETRY,
        actor=node.system,
        at=node.at,
    )
    (line,) = selectors.contacts_to_confirm(actor=node.analyst)
    assert "name server" in line.sentence


def test_a_contact_is_confirmed_by_a_person_of_the_desk_only(node: SmallNode) -> None:
    item_id = traced(node)
    contact = Contact.objects.get()

    for nobody in (node.investigator, node.operator, node.system):
        with pytest.raises(RefusedError, match="analyst"):
            services.confirm_contact(
                contact_id=contact.id, languages=["en"], actor=nobody, at=node.at
            )
    services.confirm_contact(
        contact_id=contact.id, languages=["da", "xx"], actor=node.analyst, at=node.at
    )

    shown = selectors.contact_of_item(item_id=item_id, actor=node.analyst)  # type: ignore[arg-type]
    assert shown is not None
    assert shown.is_confirmed
    assert shown.languages == ("da",)
    assert shown.confirmed_by == node.analyst.identifier
    assert Entry.objects.filter(action="contact.confirmed").count() == 1


def test_a_confirmed_contact_is_used_for_the_next_item_of_its_network(node: SmallNode) -> None:
    traced(node)
    contact = Contact.objects.get()
    services.confirm_contact(
        contact_id=contact.id, languages=["en"], actor=node.analyst, at=node.at
    )
    other = node.confirmed_item(f"https://{HOST}/item/18")

    proposed = services.propose_contact(
        item_id=other, findings=FINDINGS, actor=node.system, at=node.at
    )

    assert proposed == services.Proposed(contact.id, is_confirmed=True)


def test_a_contact_that_a_person_named_for_the_host_comes_before_the_registrys(
    node: SmallNode,
) -> None:
    item_id = node.confirmed_item()
    named = services.name_contact(
        item_id=item_id,
        contact=services.NewContact("Site owner", "owner@pictures.example", host=HOST),
        actor=node.analyst,
        at=node.at,
    )

    proposed = services.propose_contact(
        item_id=item_id, findings=FINDINGS, actor=node.system, at=node.at
    )

    assert proposed == services.Proposed(named, is_confirmed=True)


def test_a_declined_contact_is_never_proposed_or_confirmed_again(node: SmallNode) -> None:
    item_id = traced(node)
    contact = Contact.objects.get()
    services.decline_contact(contact_id=contact.id, actor=node.analyst, at=node.at)

    proposed = services.propose_contact(
        item_id=item_id,  # type: ignore[arg-type]
        findings=FINDINGS,
        actor=node.system,
        at=node.at,
    )

    assert proposed is None
    with pytest.raises(RefusedError, match="declined"):
        services.confirm_contact(
            contact_id=contact.id, languages=["en"], actor=node.analyst, at=node.at
        )


@pytest.mark.parametrize(
    ("name", "email", "country", "code"),
    [
        ("Desk", "no address", "DK", "bad_email"),
        ("Desk", "abuse@x.example\nBcc: a@b.example", "DK", "bad_email"),
        ("", "abuse@x.example", "DK", "bad_name"),
        ("x" * 201, "abuse@x.example", "DK", "bad_name"),
        ("Desk", "abuse@x.example", "Denmark", "bad_country"),
    ],
)
def test_a_contact_that_cannot_be_used_is_refused_with_a_sentence_and_leaves_nothing(
    node: SmallNode, name: str, email: str, country: str, code: str
) -> None:
    item_id = node.confirmed_item()
    entries = Entry.objects.count()

    with pytest.raises(RefusedError) as caught:
        services.name_contact(
            item_id=item_id,
            contact=services.NewContact(name, email, country),
            actor=node.analyst,
            at=node.at,
        )

    assert caught.value.code == code
    assert str(caught.value) != code
    assert not Contact.objects.exists()
    assert Entry.objects.count() == entries


def test_not_yours_and_not_there_are_the_same(node: SmallNode) -> None:
    item_id = traced(node)
    contact = Contact.objects.get()

    assert selectors.evidence(item_id=item_id, actor=node.stranger) == []  # type: ignore[arg-type]
    assert selectors.contacts_to_confirm(actor=node.stranger) == []
    for nobody in (node.operator, person(node.organisation), Actor.reporter()):
        with pytest.raises(NotFoundError):
            selectors.contacts_to_confirm(actor=nobody)
        with pytest.raises(NotFoundError):
            selectors.contact(contact_id=contact.id, actor=nobody)
    for contact_id in (contact.id, uuid4()):
        with pytest.raises(NotFoundError):
            selectors.contact(contact_id=contact_id, actor=node.stranger)
        with pytest.raises(NotFoundError):
            services.confirm_contact(
                contact_id=contact_id, languages=["en"], actor=node.stranger, at=node.at
            )
    with pytest.raises(NotFoundError):
        selectors.contacts_to_confirm(actor=node.operator)
