# SPDX-License-Identifier: Apache-2.0
"""Whoever's turn it is finds the item on the page that the rule names, and can go on from there."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessment
from havn.domain.cases import rules
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import ContentItem, Hold
from havn.domain.jobs.models import Job
from havn.domain.takedown.models import NoticeAnswer
from havn.domain.tracing import rules as tracing_rules
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from havn.lib.encoding import uuid4
from tests.support.outside import ADDRESS, NETWORK
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
TOLD = {"legal_class": "baseline", "police": "told", "stage": "working"}
FINDINGS = tracing_rules.Findings(
    "own-host.example", tracing_rules.NameFound((ADDRESS,)), NETWORK, registry_country="DK"
)
READERS = {"analyst": "analyst", "investigator": "investigator", "worker": "supervisor",
           "provider": "analyst"}  # fmt: skip


@pytest.fixture(scope="module")
def made(standing) -> World:
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


def put(world: World, **columns: str) -> str:
    """Put the third item into a state, and return its identifier."""
    item_id = world.items[2]
    ContentItem.objects.filter(pk=item_id).update(**(TOLD | columns))
    return str(item_id)


def turn_of(world: World, item_id: str) -> rules.Turn:
    found = cases.item(item_id=item_id, actor=world.people["supervisor"])
    turn = rules.whose_turn(
        found.tracks,
        legal_class=rules.LegalClass(found.legal_class),
        has_address=found.has_address,
        is_held=cases.is_held(item_id=item_id, actor=world.people["analyst"], at=world.at),
    )
    assert turn is not None
    return turn


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({"notice": "none"}, "contacts"),
        ({"notice": "no_provider"}, "contacts"),
        ({"notice": "none", "availability": "reappeared"}, "contacts"),
        ({"notice": "sent"}, "items"),
        ({"notice": "answered", "availability": "up"}, "answers"),
        ({"notice": "refused", "availability": "up"}, "answers"),
        ({"assignment": "orphan"}, "orphans"),
        ({"police": "due"}, "trouble"),
        ({"notice": "queued"}, "trouble"),
        ({"notice": "sent", "availability": "unavailable"}, "trouble"),
    ],
)
def test_an_open_item_is_found_on_the_page_of_its_owner(world, columns, place):
    item_id = put(world, **columns)
    turn = turn_of(world, item_id)
    assert turn.place == place
    client = world.client(READERS[turn.owner])

    page = client.get(reverse(f"desk:{place}"))

    assert reverse("desk:item", args=[item_id]) in page.content.decode()


@pytest.mark.parametrize("role", ["investigator", "supervisor"])
def test_a_held_item_is_found_on_the_page_of_holds(world, role):
    item_id = put(world)
    Hold.objects.create(
        id=uuid4(),
        organisation=world.organisation,
        host=world.host,
        placed_by=uuid4(),
        placed_at=world.at,
        until=world.at + timedelta(hours=1),
    )
    assert turn_of(world, item_id).place == "holds"

    page = world.client(role).get(reverse("desk:holds")).content.decode()

    name = "lead" if role == "investigator" else "item"
    assert reverse(f"desk:{name}", args=[item_id]) in page


def test_a_received_item_is_counted_at_home_and_handed_out_there(world):
    client = world.client("analyst")
    assert client.get(reverse("desk:home")).context["queue"]["waiting"] == len(world.items)
    assert "/item/" in client.post(reverse("desk:next"))["Location"]


def test_a_disputed_item_stays_on_the_page_of_answers_after_it_was_seen(world):
    item_id = put(world, notice="refused", availability="up")
    answer = NoticeAnswer.objects.get(pk=world._answer(world.items[2], uuid4()))
    client = world.client("analyst")
    assert [each.answer_id for each in client.get("/desk/en/answers/").context["answers"]] == [
        answer.pk
    ]

    page = client.post(reverse("desk:see_answer", args=[answer.pk]), follow=True)

    assert page.context["answers"] == []
    assert [str(line.id) for line in page.context["rest"].items] == [item_id]


def test_more_items_than_one_page_are_reached_by_its_link(world):
    row = ContentItem.objects.get(pk=put(world, notice="refused", availability="up"))
    for index in range(60):
        row.pk, row.href = uuid4(), f"https://own-host.example/{index}"
        row.key_digest = f"{index:064}"
        row.save(force_insert=True)
    client = world.client("analyst")
    first = client.get(reverse("desk:answers"))
    following = client.get(first.context["rest_address"])
    assert [len(page.context["rest"].items) for page in (first, following)] == [50, 11]
    assert first.context["rest_address"] in first.content.decode()
    assert following.context["rest_address"] == ""


def test_the_operator_sees_no_item_on_the_page_of_trouble_and_the_supervisor_goes_to_it(world):
    item_id = put(world, police="due")
    world._job(world.items[2])
    link = reverse("desk:item", args=[item_id])
    assert Job.objects.filter(given_up_at__isnull=False).count() == 1
    assert link not in world.client("operator").get(reverse("desk:trouble")).content.decode()
    page = world.client("supervisor").get(reverse("desk:trouble")).content.decode()
    assert page.count(link) == 2  # beside the work that was given up, and among the items


# Assessed again.


def test_a_supervisor_assesses_a_self_reported_item_again_from_its_page(world):
    item_id = put(world, legal_class="self_reported", police="none", stage="assessed")
    from havn.domain.assessment.models import QueueEntry

    QueueEntry.objects.filter(pk=item_id).update(state="done")
    address = reverse("desk:item", args=[item_id])
    again = reverse("desk:assess_again", args=[item_id])
    assert again not in world.client("analyst").get(address).content.decode()
    client = world.client("supervisor")
    page = client.get(address).content.decode()
    assert again in page
    assert reverse("desk:declare_removed", args=[item_id]) in page

    page = client.post(again, follow=True)

    held = assessment.held_item(item_id=item_id, actor=world.people["supervisor"], at=world.at)
    assert held is not None
    assert str(held.lease_token) in page.content.decode()
    assert settings.HAVN_POLICY.default_scheme in page.content.decode()
    listed = client.get(reverse("desk:supervise")).content.decode()
    assert "It is to be assessed again." in listed


# The exposure clock.


def test_the_clock_is_ended_by_hand_from_home(world):
    client = world.client("analyst")
    item = client.post(reverse("desk:next"))["Location"]
    stop = reverse("desk:stop_clock")
    assert stop not in client.get(reverse("desk:home")).content.decode()
    assert stop in client.post(item + "address/").content.decode()
    assert stop in client.get(reverse("desk:home")).content.decode()

    page = client.post(stop, follow=True).content.decode()

    assert "The clock of your exposure has ended." in page
    assert stop not in page


# The language of notices.


def test_the_language_of_notices_is_proposed_and_chosen_on_the_page_of_contacts(world):
    system = Actor.system(organisation=world.organisation)
    put(world)
    casework.trace_finished(item_id=world.items[2], findings=FINDINGS, actor=system, at=world.at)
    client = world.client("analyst")
    page = client.get(reverse("desk:contacts"))
    (found,) = page.context["found_contacts"]
    assert '<option value="da" selected>' in page.content.decode()

    confirm = reverse("desk:confirm_contact", args=[found.item_id, found.contact_id])
    client.post(confirm, {"language": "en"})

    kept = tracing.contact(contact_id=found.contact_id, actor=system)
    assert (kept.languages, kept.is_confirmed) == (("en",), True)


def test_a_named_contact_is_written_to_in_the_chosen_language(world):
    item_id = put(world)
    client = world.client("analyst")
    address = reverse("desk:name_contact", args=[item_id])
    typed = {"name": "Provider", "email": "abuse@provider.example", "country": "DK"}
    assert client.post(address, typed).status_code == 422  # no language

    client.post(address, typed | {"language": "da"})

    kept = tracing.contact_of_item(item_id=world.items[2], actor=world.people["analyst"])
    assert kept is not None
    assert kept.languages == ("da",)
