# SPDX-License-Identifier: Apache-2.0
"""Pages of casework: long lists, what was typed is kept, refusals in a sentence, drafts in conflict."""

from __future__ import annotations

import shutil
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from havn.domain.assessment import selectors as assessment
from havn.domain.assessment.models import QueueEntry
from havn.domain.cases.models import ContentItem
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.lib.keyring import Keyring
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
ANSWERS = {
    "legal_class": "baseline",
    "age_band": "3_13",
    "sex": "female",
    "origin": "photographic",
}


@pytest.fixture(scope="module")
def made(standing) -> World:
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


def held(world: World, client) -> tuple[str, dict[str, str]]:
    address = client.post("/desk/en/next/")["Location"]
    item_id = address.split("/item/")[1].strip("/")
    found = assessment.held_item(item_id=item_id, actor=world.people["analyst"], at=clock.now())
    return address, {"lease_token": str(found.lease_token), "drawn_from": ""}


def test_a_list_of_a_thousand_addresses_becomes_items_on_one_screen(world):
    client = world.client("analyst")
    lines = [f"https://found-{n}.example/{n}" for n in range(997)]
    lines += [lines[0], "javascript:alert(1)", "x" * 10_000]
    address = f"/desk/en/report/{world.report_id}/paste/"
    answer = client.post(address, {"addresses": "\n".join(lines)})
    assert answer.status_code == 200
    assert answer.context["outcomes"] == {"new": 997, "twice": 1, "refused": 2}
    page = answer.content.decode()
    assert page.count('name="items"') == 997 + 4
    assert "must begin with http" in page


def test_too_many_addresses_are_refused_and_kept_on_the_page(world):
    client = world.client("analyst")
    lines = "\n".join(f"https://found-{n}.example/" for n in range(1001))
    answer = client.post(f"/desk/en/report/{world.report_id}/paste/", {"addresses": lines})
    assert answer.status_code == 422
    assert "found-1000.example" in answer.content.decode()
    assert answer.context["form"].errors["addresses"]


def test_a_list_that_breaks_off_says_how_much_was_taken_and_is_simply_sent_again(world):
    client = world.client("analyst")
    lines = [f"https://found-{n}.example/{n}" for n in range(500)]
    address = f"/desk/en/report/{world.report_id}/paste/"

    def busy_from_the_third_part_on(run, sql, *rest):
        is_about_items = sql.startswith("INSERT") and ContentItem._meta.db_table in sql
        if is_about_items and ContentItem.objects.count() >= 4 + 400:
            raise OperationalError("database is locked")
        return run(sql, *rest)

    with connection.execute_wrapper(busy_from_the_third_part_on):
        broken = client.post(address, {"addresses": "\n".join(lines)})
    assert broken.status_code == 503
    page = broken.content.decode()
    assert "400 of 500 lines" in page
    assert "Nothing was saved" not in page
    assert lines[-1] in page
    again = client.post(address, {"addresses": "\n".join(lines)})
    assert again.context["outcomes"] == {"new": 100, "known": 400}


def test_a_lost_lease_says_so_and_keeps_the_answers(world):
    client = world.client("analyst")
    address, fields = held(world, client)
    client.post(address + "release/", fields)
    answer = client.post(address + "assess/", fields | ANSWERS)
    assert answer.status_code == 409
    assert answer.context["sentences"]


@pytest.mark.parametrize(
    ("page", "typed"),
    [("hand-over/", {"note": "see the third line"}), ("skip/", {"reason": "language"})],
)
def test_after_the_time_ran_out_a_form_is_refused_in_words_and_keeps_what_was_typed(
    world, page, typed
):
    client = world.client("analyst")
    address, fields = held(world, client)
    if page == "hand-over/":
        typed = typed | {"to_person": str(world.colleague.identifier)}
    shown = client.get(address + page).content.decode()
    assert fields["lease_token"] in shown
    assert 'id="lease-form"' in shown
    assert address + "renew/" in shown
    long_ago = clock.now() - timedelta(minutes=1)
    QueueEntry.objects.filter(holder_id__isnull=False).update(lease_until=long_ago)
    answer = client.post(address + page, fields | typed)
    assert answer.status_code == 409
    assert "Your time with this item is over. Take the next item." in answer.content.decode()
    kept = answer.context["form"]
    assert {name: kept[name].value() for name in typed} == typed
    assert client.get(address + page).status_code == 404


def test_the_form_of_somebody_elses_item_stays_unknown(world):
    other = World(uuid4(), host="other-host.example")
    form = {"reason": "language", "lease_token": str(uuid4())}
    address = f"/desk/en/item/{other.items[0]}/skip/"
    assert world.client("analyst").post(address, form).status_code == 404


def test_a_page_that_answers_a_form_only_links_no_language_that_could_not_be_followed(world):
    client = world.client("analyst")
    address, fields = held(world, client)
    assert f'href="{address.replace("/en/", "/da/")}"' in client.get(address).content.decode()
    client.post(address + "draft/", fields | ANSWERS)
    answers = [
        client.post(address + "address/"),
        client.post(address + "draft/", fields | ANSWERS | {"sex": "male"}),
        client.post(address + "assess/", fields),
    ]
    assert [answer.status_code for answer in answers] == [200, 409, 422]
    for answer in answers:
        assert "/desk/da/" not in answer.content.decode()


def test_two_drafts_are_shown_side_by_side(world):
    client = world.client("analyst")
    address, fields = held(world, client)
    assert client.post(address + "draft/", fields | ANSWERS).status_code == 302
    other = client.post(address + "draft/", fields | ANSWERS | {"sex": "male"})
    assert other.status_code == 409
    page = other.content.decode()
    assert "Girl" in page
    assert "Boy" in page
    scripted = client.post(address + "draft/", fields | ANSWERS, HTTP_ACCEPT="application/json")
    assert (scripted.status_code, scripted.json()["code"]) == (409, "draft_changed")


@pytest.mark.parametrize(
    "drawn_from", ["soon", "2026-03-02T09:00:00", "0001-01-01T00:00:00+14:00"]
)
def test_a_draft_with_a_garbled_time_is_kept_like_a_first_one(world, drawn_from):
    client = world.client("analyst")
    address, fields = held(world, client)
    draft = fields | ANSWERS | {"drawn_from": drawn_from}
    assert client.post(address + "draft/", draft).status_code == 302


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_tampered_mark_of_a_page_begins_at_the_first_page(world, at):
    client = world.client("analyst")
    mark = f"{at}~{world.report_id}"
    assert client.get(f"/desk/en/orphans/after/{mark}/").status_code == 200
    assert client.post("/desk/en/items/", {"after": mark}).status_code == 200


def test_the_lease_is_renewed_and_the_address_handed_over_to_the_pages_script(world):
    client = world.client("analyst")
    address, fields = held(world, client)
    renewed = client.post(address + "renew/", fields, HTTP_ACCEPT="application/json")
    assert renewed.json()["seconds"] == pytest.approx(900, abs=5)
    given = client.post(address + "address/", fields, HTTP_ACCEPT="application/json")
    assert given.json()["address"].startswith("https://own-host.example/item/")
    assert "https://own-host.example/item/" in client.post(address + "address/").content.decode()


def test_what_is_wrong_gets_a_sentence_and_stays_typed(world):
    client = world.client("analyst")
    address, fields = held(world, client)
    empty = client.post(address + "assess/", fields)
    assert empty.status_code == 422
    rows = client.post(f"/desk/en/report/{world.report_id}/", ANSWERS)
    assert "Tick at least one row" in rows.content.decode()
    skipped = client.post(address + "skip/", fields)
    assert "Choose a reason" in skipped.content.decode()


ENCODED = "iVBORw0KGgo" + "A1b2C3d4" * 40


def test_no_free_text_of_the_desk_takes_a_file_written_as_letters(world):
    ids = world.identifiers()
    item, lead = ids["item_id"], ids["item_id"]
    analyst, police = world.client("analyst"), world.client("investigator")
    address, fields = held(world, analyst)
    colleague = str(world.colleague.identifier)
    tried = [
        (analyst, address + "hand-over/", "note", {**fields, "to_person": colleague}),
        (analyst, f"/desk/en/item/{item}/pass-on/", "to", {}),
        (analyst, f"/desk/en/contacts/{item}/name/", "name", {"email": "abuse@host.example"}),
        (analyst, f"/desk/en/report/{world.report_id}/paste/", "addresses", {}),
        (police, f"/desk/en/lead/{lead}/hold/", "reason", {"scope": "item", "hours": "5"}),
        (police, f"/desk/en/lead/{lead}/", "reference", {"kind": "taken"}),
    ]
    for client, where, field, others in tried:
        # As much as the field takes: the beginning of a picture is enough.
        typed = ENCODED[:80] if field == "reference" else ENCODED[:190]
        answer = client.post(where, {**others, field: typed})
        assert answer.status_code == 422, where
        assert "encoded file" in str(answer.context["form"].errors[field]), where
        assert typed in answer.content.decode(), where


def test_items_are_found_by_their_address_without_it_standing_in_a_url(world):
    client = world.client("analyst")
    found = client.post("/desk/en/items/", {"search": "https://own-host.example/item/2"})
    assert [each.href for each in found.context["page"].items] == [
        "https://own-host.example/item/2"
    ]


def test_the_item_page_asks_the_same_number_of_questions_however_much_there_is(world):
    client = world.client("analyst")
    address, _fields = held(world, client)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    lines = "\n".join(f"https://found-{n}.example/{n}" for n in range(50))
    client.post(f"/desk/en/report/{world.report_id}/paste/", {"addresses": lines})
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_person_of_two_roles_sees_the_pages_of_both(world):
    supervisor = world.client("supervisor").get("/desk/en/").content.decode()
    operator = world.client("operator").get("/desk/en/").content.decode()
    assert "/desk/en/supervise/" in supervisor
    assert "/desk/en/items/" not in operator
    assert "/desk/en/trouble/" in operator


@pytest.mark.parametrize("role", ["supervisor", "operator"])
@pytest.mark.parametrize("key", ["receipt-pepper", "desk-opening-key", "form-key"])
def test_a_key_that_is_gone_is_told_on_home_and_trouble(world, role, key, settings, tmp_path):
    client = world.client(role)
    assert "cannot be read" not in client.get("/desk/en/trouble/").content.decode()
    keys = tmp_path / "keys"
    shutil.copytree(settings.HAVN_KEYRING.folder, keys)
    (keys / key).unlink()
    settings.HAVN_KEYRING = Keyring(keys)
    page = client.get("/desk/en/trouble/").content.decode()
    assert key in page
    assert "put it back" in page
    assert "keys of this node cannot be read" in client.get("/desk/en/").content.decode()


def test_how_an_item_is_reached_is_asked_kept_and_shown_again(world):
    client = world.client("analyst")
    address = f"/desk/en/item/{world.items[0]}/reach/"
    bad = client.post(address, {"came_from": "javascript:alert(1)", "path": "third link"})
    assert bad.status_code == 422
    assert "http:// or https://" in bad.content.decode()
    assert "third link" in bad.content.decode()
    kept = client.post(address, {"came_from": "gate.example/start", "path": "third link"})
    assert kept.status_code == 302
    page = client.get(address).content.decode()
    assert "http://gate.example/start" in page
    assert "third link" in page


def test_a_look_alike_host_stands_among_the_leads_in_both_forms(world):
    odd = World(world.organisation, host="раypal.example")
    made = odd.identifiers()
    page = odd.client("investigator").get("/desk/en/leads/").content.decode()
    assert made["item_id"] in page
    assert "xn--ypal-43d9g.example" in page
    assert "раypal.example" in page
    assert "Look closely" in page


def test_the_keys_of_polices_answer_stand_beside_it_and_on_the_page_of_keys(world):
    item_id = world.identifiers()["item_id"]
    client = world.client("investigator")
    page = client.get(f"/desk/en/lead/{item_id}/").content.decode()
    for key in "123":
        assert f'<kbd class="havn-key" aria-hidden="true">{key}</kbd></label>' in page
    assert "answer of police" in client.get("/desk/en/keys/").content.decode()
