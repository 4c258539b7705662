# SPDX-License-Identifier: Apache-2.0
"""The desk's pages of referrals: send, keep, answer, work here; and what an item's page shows of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from havn.domain.assessment.models import Assessment
from havn.domain.audit.models import Entry
from havn.domain.cases.models import ContentItem
from havn.domain.members.models import Member, Node, Organisation, RosterState
from havn.domain.referral import rules
from havn.domain.referral.models import Referral, ReferralStep
from havn.domain.tracing.models import HostingEvidence
from havn.lib import clock
from havn.lib.encoding import uuid7
from tests.support.law_world import LawWorld, answer
from tests.support.other_nodes import allow_personal, join
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]


@pytest.fixture
def world() -> World:
    made = World(register_own_node(), host="own-host.example")
    Node.objects.filter(is_own=True).update(state="active")
    Organisation.objects.filter(pk=made.organisation).update(is_listed=True, roles=["hotline"])
    Member.objects.filter(code="DK").update(state="active")
    return made


@pytest.fixture
def there() -> Node:
    return join("SE", name="Skerry Hotline")


def offered(world: World, *, country: str = "SE", assignment: str = "offered") -> UUID:
    item_id = world.items[0]
    world.confirm(item_id)
    ContentItem.objects.filter(pk=item_id).update(
        assignment=assignment, hosting_country=country, police="told"
    )
    HostingEvidence.objects.create(
        id=uuid7(clock.now()),
        item_id=item_id,
        organisation=world.organisation,
        observed_at=clock.now(),
        outcome="traced",
        registry_country=country,
        network_country=country,
    )
    return item_id


def text_of(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"desk:{name}", args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_item_that_may_go_abroad_is_on_the_page_of_referrals_and_its_own_says_what_to_do(
    world, there
):
    item_id = offered(world)
    client = world.client("analyst")
    assert reverse("desk:item", args=[item_id]) in text_of(client, "referrals")
    text = text_of(client, "item", item_id)
    assert reverse("desk:refer", args=[item_id]) in text
    assert reverse("desk:not_refer", args=[item_id]) in text
    assert reverse("desk:work_here", args=[item_id]) not in text
    supervisors = text_of(world.client("supervisor"), "item", item_id)
    assert reverse("desk:work_here", args=[item_id]) in supervisors


def test_home_counts_what_to_send_and_what_to_answer(world, there):
    offered(world)
    world.referral(world.items[1])
    cards = world.client("analyst").get(reverse("desk:home")).context["cards"]
    counts = [card["count"] for card in cards if card["address"] == reverse("desk:referrals")]
    assert counts == ["1", "1"]


def test_sending_it_shows_what_travels_and_then_the_referral(world, there):
    item_id = offered(world)
    client = world.client("analyst")
    text = text_of(client, "refer", item_id)
    assert "Skerry Hotline (SE)" in text
    assert "Never a picture" in text
    assert "with_personal" not in text  # no legal basis, and only a supervisor may give a reason
    sent = client.post(
        reverse("desk:refer", args=[item_id]), {"node_id": str(there.pk)}, follow=True
    )
    shown = sent.content.decode()
    assert "Skerry Hotline" in shown
    row = Referral.objects.get(item_id=item_id)
    assert (row.state, row.has_personal) == ("sent", False)
    assert reverse("desk:referral", args=[row.pk]) in shown
    page = text_of(client, "referral", row.pk)
    assert str(row.reference) in page
    assert "their node" in page
    again = client.post(reverse("desk:refer", args=[item_id]), {"node_id": str(there.pk)})
    assert again.status_code == 422


def test_a_reporters_words_go_along_where_the_law_allows_it_or_a_supervisor_says_why(world, there):
    item_id = offered(world)
    supervisor = world.client("supervisor")
    posted = {"node_id": str(there.pk), "with_personal": "on"}
    refused = supervisor.post(reverse("desk:refer", args=[item_id]), posted)
    assert refused.status_code == 422
    assert "No legal basis" in refused.content.decode()
    supervisor.post(
        reverse("desk:refer", args=[item_id]), posted | {"reason": "a child is in danger"}
    )
    row = Referral.objects.get(item_id=item_id)
    assert row.has_personal
    opened = text_of(supervisor, "referral_reason", row.pk)
    assert "a child is in danger" in opened
    assert Entry.objects.filter(action="referral.reason_opened", subject_id=row.pk).count() == 1


def test_where_the_law_allows_it_an_analyst_is_asked_and_no_reason_is(world, there):
    item_id = offered(world)
    allow_personal("DK", "SE")
    text = text_of(world.client("analyst"), "refer", item_id)
    assert "with_personal" in text
    assert 'name="reason"' not in text


def test_a_node_must_be_chosen_and_one_that_was_not_offered_is_refused(world, there):
    item_id = offered(world)
    client = world.client("analyst")
    for node_id in ("", str(join("DE").pk), "x"):
        answer = client.post(reverse("desk:refer", args=[item_id]), {"node_id": node_id})
        assert answer.status_code == 422
        assert "Choose a node." in answer.content.decode()
    assert not Referral.objects.exists()


def test_not_sending_it_needs_a_reason_and_leaves_it_to_be_passed_on(world, there):
    item_id = offered(world)
    client = world.client("analyst")
    address = reverse("desk:not_refer", args=[item_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    done = client.post(address, {"reason": "law_there"})
    assert done.headers["Location"] == reverse("desk:orphans")
    text = text_of(client, "orphans")
    assert reverse("desk:item", args=[item_id]) in text
    assert reverse("desk:refer", args=[item_id]) in text


def test_an_orphan_that_nobody_takes_says_what_else_can_be_done(world):
    item_id = offered(world, country="NO", assignment="orphan")
    assert "No node can take it" in text_of(world.client("analyst"), "refer", item_id)


def test_a_supervisor_lets_this_node_act_and_opens_why_again(world, there):
    item_id = offered(world)
    client = world.client("supervisor")
    address = reverse("desk:work_here", args=[item_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "their hotline is closed"})
    assert ContentItem.objects.get(pk=item_id).assignment == "here"
    assert reverse("desk:worked_here_because", args=[item_id]) in text_of(client, "item", item_id)
    assert "their hotline is closed" in text_of(client, "worked_here_because", item_id)
    entries = Entry.objects.filter(action="item.worked_here_reason_opened", subject_id=item_id)
    assert entries.count() == 1


def test_a_referral_of_another_node_is_accepted_from_the_list(world, there):
    referral_id = world.referral(world.items[0], node_id=there.pk)
    client = world.client("analyst")
    text = text_of(client, "referrals")
    assert "From Skerry Hotline (SE)" in text
    assert reverse("desk:accept_referral", args=[referral_id]) in text
    client.post(reverse("desk:accept_referral", args=[referral_id]))
    assert Referral.objects.get(pk=referral_id).state == "accepted"
    assert reverse("desk:accept_referral", args=[referral_id]) not in text_of(client, "referrals")
    again = client.post(reverse("desk:accept_referral", args=[referral_id]))
    assert again.status_code == 409


def test_the_page_shows_what_came_along(world, there):
    found = rules.Hosting(
        "DK",
        observed_at=world.at,
        addresses=("192.0.2.17", "192.0.2.18"),
        network="AS64500",
        registry_files="ripencc",
        behind_proxy="Example Proxy",
    )
    told = rules.Clocks(world.at, police_told_at=world.at, removed_at=world.at)
    referral_id = world.referral(
        world.items[0],
        node_id=there.pk,
        hosting=rules.hosting_body(found),
        clocks=rules.clocks_body(told),
    )
    text = text_of(world.client("analyst"), "referral", referral_id)
    for each in ("Hosted in DK.", "192.0.2.17, 192.0.2.18", "AS64500", "ripencc", "Example Proxy"):
        assert each in text
    assert "police told by the sender" in text
    assert "seen removed by the sender" in text
    assert "provider told by the sender" not in text


def test_where_a_person_decided_the_country_the_page_says_so(world, there):
    referral_id = world.referral(world.items[0], node_id=there.pk)
    assert "A person decided that" in text_of(world.client("analyst"), "referral", referral_id)


def test_declining_offers_only_reasons_that_make_sense(world, there):
    national = world.referral(world.items[0], node_id=there.pk)
    baseline = world.referral(world.items[1], node_id=there.pk, legal_class="baseline")
    client = world.client("analyst")
    assert "not_illegal_here" in text_of(client, "decline_referral", national)
    assert "not_illegal_here" not in text_of(client, "decline_referral", baseline)
    address = reverse("desk:decline_referral", args=[baseline])
    assert client.post(address, {"reason": "not_illegal_here"}).status_code == 422
    assert (
        client.post(address, {"reason": "not_hosted_here", "country": "Denmark"}).status_code
        == 422
    )
    done = client.post(address, {"reason": "not_hosted_here", "country": "de"})
    assert done.headers["Location"] == reverse("desk:referrals")
    row = Referral.objects.get(pk=baseline)
    assert (row.state, row.code) == ("declined", "not_hosted_here")
    assert client.post(address, {"reason": "cannot_act"}).status_code == 422


def test_what_is_late_says_so(world, there):
    old = clock.now() - timedelta(hours=25)
    world.referral(world.items[0], direction="out", node_id=there.pk, opened_at=old)
    assert ">late<" in text_of(world.client("analyst"), "referrals_out")


def test_the_page_of_a_referral_says_whose_word_each_line_is_and_shows_the_proof(world, there):
    third = join("DE", name="Dune Hotline")
    referral_id = world.referral(
        world.items[0],
        direction="out",
        node_id=there.pk,
        chain=[str(there.pk)],
        state="reassigned",
        moved_to=third.pk,
    )
    at = clock.now()
    for number, word, code, node_id, proof in (
        (1, "received", "", None, "c2sp.org/tlog-proof@v1 confirmed item 17"),
        (2, "reassigned", "", third.pk, ""),
        (3, "progress", "police_told", third.pk, ""),
    ):
        ReferralStep.objects.create(
            id=uuid7(at),
            referral_id=referral_id,
            is_ours=False,
            number=number,
            word=word,
            code=code,
            node_id=node_id,
            proof=proof,
            happened_at=at + timedelta(minutes=number),
            recorded_at=at,
        )
    response = world.client("analyst").get(reverse("desk:referral", args=[referral_id]))
    entries = response.context["entries"]
    assert [entry["who"] for entry in entries] == [
        "Dune Hotline (DE)", "Skerry Hotline (SE)", "Skerry Hotline (SE)",
    ]  # fmt: skip
    assert entries[0]["title"] == "Police told"
    text = response.content.decode()
    assert "c2sp.org/tlog-proof@v1" in text
    assert "a third node" in text


@pytest.mark.parametrize("name", ["referrals_out", "referrals_in"])
def test_lists_go_on_by_keyset_and_show_each_referral_once(world, there, name):
    direction = name.removeprefix("referrals_")
    made = [
        str(
            world.referral(
                world.items[0],
                direction=direction,
                node_id=there.pk,
                opened_at=clock.now() + timedelta(seconds=n),
            )
        )
        for n in range(60)
    ]
    client = world.client("analyst")
    first = client.get(reverse(f"desk:{name}"))
    second = client.get(first.context["next_address"])
    shown = [str(line["id"]) for page in (first, second) for line in page.context["lines"]]
    assert shown == made
    assert second.context["next_address"] == ""
    assert client.get(reverse(f"desk:{name}_after", args=["nonsense"])).status_code == 200


def test_what_happened_with_a_referral_is_in_the_items_history_in_words(world, there):
    item_id = offered(world)
    client = world.client("analyst")
    client.post(reverse("desk:refer", args=[item_id]), {"node_id": str(there.pk)})
    text = text_of(client, "history", item_id)
    assert "Referred to another node" in text
    assert "with another member" in text


def test_what_another_node_assessed_is_named_as_theirs_in_the_history(world, there):
    item_id = offered(world)
    Assessment.objects.filter(item_id=item_id).update(assessor_id=None, node_id=there.pk)
    assert "another node" in text_of(world.client("analyst"), "history", item_id)


def test_another_organisation_finds_none_of_it(world, there):
    referral_id = world.referral(world.items[0], node_id=there.pk)
    other = World(join("NO").organisation_id, host="other-host.example")
    for name in ("referral", "decline_referral", "referral_reason"):
        answer = other.client("analyst").get(reverse(f"desk:{name}", args=[referral_id]))
        assert answer.status_code == 404
    assert (
        other.client("analyst")
        .post(reverse("desk:accept_referral", args=[referral_id]))
        .status_code
        == 404
    )


# What the reporter wrote is taken back.


def test_a_supervisor_takes_the_words_back_after_being_asked(world, there):
    item_id = offered(world)
    allow_personal("DK", "SE")
    analyst, supervisor = world.client("analyst"), world.client("supervisor")
    posted = {"node_id": str(there.pk), "with_personal": "on"}
    analyst.post(reverse("desk:refer", args=[item_id]), posted)
    row = Referral.objects.get(item_id=item_id)
    address = reverse("desk:erase_words", args=[row.pk])
    assert address not in text_of(analyst, "referral", row.pk)
    assert address in text_of(supervisor, "referral", row.pk)
    asked = text_of(supervisor, "erase_words", row.pk)
    assert "Skerry Hotline" in asked
    assert "cannot be undone" in asked
    row.refresh_from_db()
    assert row.words_erased_at is None
    done = supervisor.post(address, follow=True).content.decode()
    assert "within one beat" in done
    assert "the reporter takes it back" in done
    assert address not in done
    row.refresh_from_db()
    assert row.words_erased_at is not None
    assert Entry.objects.filter(action="casework.words_taken_back").count() == 1
    again = supervisor.post(address)
    assert again.status_code == 409
    assert analyst.post(address).status_code in {403, 404}


def test_without_words_there_is_nothing_to_take_back(world, there):
    row = world.referral(world.items[0], direction="out")
    address = reverse("desk:erase_words", args=[row])
    assert address not in text_of(world.client("supervisor"), "referral", row)


def test_a_receiver_sees_that_the_sender_erased_them_and_why(world, there):
    row = world.referral(
        world.items[0],
        has_personal=True,
        words_erased_at=clock.now(),
        words_erased_because="ordered",
    )
    text = text_of(world.client("analyst"), "referral", row)
    assert "a court or an authority ordered it" in text


def test_the_page_of_nodes_says_which_versions_keep_two_apart(world, there):
    RosterState.objects.update_or_create(
        defaults={
            "version": 1,
            "alliance_name": "Made up",
            "protocol_least": 1,
            "protocol_most": 9,
            "beat_seconds": 300,
        },
    )
    Node.objects.filter(pk=there.pk).update(protocol_least=3, protocol_most=4)
    text = " ".join(text_of(world.client("operator"), "nodes").split())
    assert "speaks version 3 to 4 of the protocol, we speak 1 to 2" in text
    assert "no common version" in text
    Node.objects.filter(pk=there.pk).update(protocol_least=2)
    assert "we speak version 2 with it" in text_of(world.client("operator"), "nodes")


@pytest.mark.parametrize(
    ("value", "is_named"), [("no", True), ("partly", True), ("yes", False), ("unknown", False)]
)
def test_who_sends_words_is_told_where_a_child_who_reports_may_be_punished(
    world, there, value, is_named
):  # H15
    allow_personal("DK", "SE")
    law = LawWorld(world.organisation, {"SE": there}, clock.now())
    law.hear_answer("SE", answer("L14", value))
    item_id = offered(world)
    page = world.client("supervisor").get(reverse("desk:refer", args=[item_id])).content.decode()
    assert ("By the law of SE a child who reports may be punished" in page) == is_named
    assert ("In some countries a child who reports can be punished" in page) != is_named
