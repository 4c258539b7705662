# SPDX-License-Identifier: Apache-2.0
"""A promise on the government's pages, from the proposal to its end; what is wrong gets a sentence and nothing is lost."""

from copy import deepcopy
from datetime import timedelta
from html import unescape

import pytest

from havn.domain.commitments.models import Commitment, PoliticalAct
from tests.support.own_node import register_own_node
from tests.support.promises import Government, document
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
LIST = "/desk/en/government/promises/"
POLITICS = "/desk/en/government/politics/"
GOOD = {
    "target": "4",
    "goal": "G4.2",
    "language": "da",
    "title_en": "Faster removal",
    "title_own": "Hurtigere fjernelse",
    "text_en": "Confirmed item 17\r\ngoes sooner.",
    "text_own": "Bekræftet genstand 17 fjernes før.",
    "owner": "Ministry of Justice",
    "office": "Ministry of Justice",
    "start": "2026-01-01",
    "due": "2031-12-31",
    "measure_kind": "indicator",
    "indicator": "R05:median_hours",
    "baseline": "90,5",
    "baseline_on": "31.01.2026",
    "aim": "48",
}
THING = GOOD | {
    "measure_kind": "thing",
    "what_en": "A law.",
    "what_own": "En lov.",
    "today_en": "There is none.",
    "today_own": "Der er ingen.",
}
OFFICE = {"office": "Ministry of Justice"}


@pytest.fixture(scope="module")
def made(standing):
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def own(made, db):
    return deepcopy(made)


@pytest.fixture
def ours(own):
    found = Government(own.organisation)
    found.rapporteur, found.signatory = own.people["rapporteur"], own.people["signatory"]
    found.police = own.people["data_owner"]
    return found


def text_of(response):
    return unescape(response.content.decode())


def post(client, address, form):
    """Return the page after a form: it follows what was done."""
    return client.post(address, form, follow=True)


def refused(client, address, form, sentence):
    response = client.post(address, form)
    page = text_of(response)
    assert response.status_code == 422, page
    assert sentence in page
    assert "There is a problem" in page
    return page


def only():
    return Commitment.objects.get()


def test_a_promise_is_proposed_adopted_worked_at_claimed_and_confirmed(own):
    rapporteur, signatory = own.client("rapporteur"), own.client("signatory")
    page = text_of(post(rapporteur, f"{LIST}propose/", GOOD))
    assert "Proposed. A signatory can adopt it now." in page
    assert "Only people of your government see this." in page
    at = f"{LIST}{only().pk}/"
    refused(signatory, f"{at}adopted/", OFFICE, "Tick the box to sign, or go back.")
    assert "The promise is public now." in text_of(
        post(signatory, f"{at}adopted/", OFFICE | {"signed": "on"})
    )
    today = own.at.date().isoformat()
    post(rapporteur, f"{at}started/", OFFICE | {"day": today})
    proof = OFFICE | {"title": "R05 of this quarter", "as_of": today, "value": "47.5"}
    page = text_of(post(rapporteur, f"{at}claimed/", proof))
    assert "A second office has to confirm it." in page
    owner = own.client("data_owner")
    refused(owner, f"{at}confirmed/", OFFICE, "A second office has to look at this.")
    page = text_of(post(owner, f"{at}confirmed/", {"office": "National police"}))
    assert "The promise counts as kept." in page
    assert "kept in time" in page
    assert only().state == "achieved"


def test_every_further_step_has_its_page(own, ours):
    rapporteur, signatory = own.client("rapporteur"), own.client("signatory")
    other, today = ours.adopt(at=own.at), own.at.date().isoformat()
    found = ours.start(at=own.at)
    at = f"{LIST}{found}/"
    money = {"kind": "spent", "amount": "1 200,50", "currency": "dkk", "year": "2026", "note": ""}
    assert "1,200.5 DKK" in text_of(post(rapporteur, f"{at}resources/", OFFICE | money))
    paper = {"title": "Law 17", "source": "https://law.example/17", "as_of": today}
    assert "https://law.example/17" in text_of(post(rapporteur, f"{at}evidence/", OFFICE | paper))
    later = {"day": "2032-01-31", "reason": "It takes longer."}
    assert "31 January 2032" in text_of(post(signatory, f"{at}redated/", OFFICE | later))
    page = text_of(post(rapporteur, f"{at}claimed/", OFFICE))
    assert "counts as kept when a second office has confirmed it" in page
    owner = own.client("data_owner")
    no = {"office": "National police", "reason": "Page 3 is missing."}
    assert "Page 3 is missing." in text_of(post(owner, f"{at}declined/", no))
    page = text_of(post(signatory, f"{at}replaced/", OFFICE | {"successor": str(other)}))
    assert "The promise that takes its place" in page
    gone = text_of(post(signatory, f"{LIST}{other}/withdrawn/", OFFICE | {"reason": "No money."}))
    assert "No money." in gone
    assert "Given up" in text_of(rapporteur.get(LIST))
    kept = ours.achieve(at=own.at)
    page = text_of(
        post(signatory, f"{LIST}{kept}/reopened/", OFFICE | {"reason": "The law fell."})
    )
    assert "opened again" in page
    proposal = ours.propose(at=own.at)
    assert "Nobody outside saw it." in text_of(
        post(rapporteur, f"{LIST}{proposal}/dropped/", OFFICE)
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"indicator": "R01:received"}, "neither better nor worse"),
        ({"baseline": ""}, "The baseline is missing: what there is today."),
        ({"baseline_on": ""}, "The baseline is missing: what there is today."),
        ({"baseline": "ninety"}, "This is not a number like 12 or 12.5"),
        ({"aim": ""}, "The aim is missing"),
        ({"aim": "120"}, "The aim is not better than the baseline."),
        ({"indicator": ""}, "There is no such indicator."),
        ({"goal": "G1.1"}, "This goal does not belong to the target."),
        ({"due": "2025-12-31"}, "The due day lies before the start."),
        ({"due": "soon"}, "This is no day like 2026-12-31."),
        ({"title_own": ""}, "This is missing. Write it."),
        ({"language": "en"}, "Write the code of a second language beside English"),
        ({"text_en": "iVBORw0KGgo" + "A" * 300}, "This text holds an encoded file."),
        ({"text_en": "a\x07b"}, "There is an invisible character in it."),
    ],
)
def test_a_proposal_that_is_wrong_gets_a_sentence_and_keeps_what_was_typed(own, changes, sentence):
    page = refused(own.client("rapporteur"), f"{LIST}propose/", GOOD | changes, sentence)
    assert "Faster removal" in page
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what_en": "", "what_own": ""}, "It is not said what shall be there."),
        ({"today_en": "", "today_own": ""}, "The baseline is missing"),
        ({"today_own": ""}, "The text is there in one language only."),
    ],
)
def test_a_thing_needs_words_for_itself_and_for_today(own, changes, sentence):
    refused(own.client("rapporteur"), f"{LIST}propose/", THING | changes, sentence)
    page = text_of(post(own.client("rapporteur"), f"{LIST}propose/", THING))
    assert "There is none." in page


def test_two_people_who_edit_one_text_see_both_versions(own, ours):
    found = ours.propose(at=own.at)
    client = own.client("rapporteur")
    at = f"{LIST}{found}/"
    one = THING | {"based_on": "1", "title_en": "First words"}
    assert "The new words are kept." in text_of(post(client, f"{at}edit/", one))
    two = THING | {"based_on": "1", "title_en": "Second words"}
    page = text_of(post(client, f"{at}edit/", two))
    assert "Both versions are kept and stand below" in page
    assert "First words" in page
    assert "Second words" in page
    assert "Two versions to compare" in page
    versions = text_of(client.get(f"{at}versions/"))
    assert "set aside" in versions
    assert "Rapporteur" in versions
    assert 'value="2"' in text_of(client.get(f"{at}edit/"))
    joined = THING | {"based_on": "2", "title_en": "Joined words"}
    assert "Two versions to compare" not in text_of(post(client, f"{at}edit/", joined))


def test_a_step_that_is_not_possible_any_more_is_refused_with_a_sentence(own, ours):
    found = ours.achieve(at=own.at)
    for client, step, form in (
        (own.client("rapporteur"), "edit", THING | {"based_on": "1"}),
        (own.client("signatory"), "withdrawn", OFFICE | {"reason": "x"}),
        (own.client("data_owner"), "confirmed", {"office": "Court"}),
    ):
        refused(client, f"{LIST}{found}/{step}/", form, "as it stands now")


@pytest.mark.parametrize(
    ("step", "role", "form", "sentence"),
    [
        ("withdrawn", "signatory", {"reason": ""}, "This is missing. Write it."),
        ("redated", "signatory", {"day": "2020-01-01", "reason": "x"}, "The due day has passed."),
        ("redated", "signatory", {"day": "2026-12-31", "reason": "x"}, "This is the due day already."),
        ("replaced", "signatory", {"successor": ""}, "The promise that takes its place is missing."),
        ("claimed", "rapporteur", {}, "Nothing shows that the promise was kept."),
        ("claimed", "rapporteur", {"value": "1"}, "Write what it is, or leave all of it empty."),
        ("evidence", "rapporteur", {"title": "x", "as_of": "2999-01-01"}, "This day is still to come."),
        ("evidence", "rapporteur", {"title": "x", "as_of": "2026-01-01", "source": "law.example"}, "does not begin with https://"),
        ("resources", "rapporteur", {"kind": "spent", "amount": "1", "currency": "12", "year": "2026"}, "a currency of three letters like EUR"),
        ("resources", "rapporteur", {"kind": "spent", "amount": "", "currency": "EUR", "year": "2026"}, "The amount is missing."),
        ("evidence", "rapporteur", {"title": "x", "as_of": "2026-01-01", "office": ""}, "This is missing. Write it."),
    ],
)  # fmt: skip
def test_a_step_without_what_it_needs_gets_a_sentence(own, ours, step, role, form, sentence):
    found = ours.start(at=own.at)
    before = Commitment.objects.values().get()
    refused(own.client(role), f"{LIST}{found}/{step}/", OFFICE | form, sentence)
    assert Commitment.objects.values().get() == before


def test_a_late_promise_is_marked_and_stays_so_when_it_is_redated(own, ours):
    past = own.at - timedelta(days=900)
    terms = {"start": past.date(), "due": (past + timedelta(days=30)).date()}
    from dataclasses import replace

    from tests.support.promises import TERMS

    found = ours.start(replace(TERMS, **terms), at=past)
    client = own.client("signatory")
    assert ">late<" in client.get(LIST).content.decode()
    page = post(client, f"{LIST}{found}/redated/", OFFICE | {"day": "2031-01-01", "reason": "x"})
    assert "late, re-dated" in text_of(page)
    assert document().title not in text_of(page)


ACT = {
    "kind": "budget",
    "day": "2026-02-01",
    "language": "da",
    "title_en": "Budget line 17",
    "title_own": "Finanslovspost 17",
    "text_en": "Money for the desk.",
    "text_own": "Penge til skranken.",
    "source_title": "Finance act",
    "source": "https://law.example/17",
    "amount": "5000000",
    "currency": "DKK",
}


def test_a_political_act_is_added_and_corrected_beside(own):
    client = own.client("rapporteur")
    assert "Budget line 17" in text_of(post(client, f"{POLITICS}add/", ACT))
    first = PoliticalAct.objects.get()
    assert "Correct it" in text_of(client.get(POLITICS))
    page = text_of(
        post(client, f"{POLITICS}{first.pk}/correct/", ACT | {"title_en": "Budget line 18"})
    )
    assert "Budget line 17" in page
    assert "Budget line 18" in page
    assert "correction" in page
    assert "Correct it" not in text_of(own.client("signatory").get(POLITICS))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source_title": ""}, "This is missing. Write it."),
        ({"source": "http://law.example"}, "does not begin with https://"),
        ({"day": "2999-01-01"}, "This day is still to come."),
        ({"currency": ""}, "a currency of three letters like EUR"),
    ],
)
def test_an_act_that_is_wrong_gets_a_sentence(own, changes, sentence):
    refused(own.client("rapporteur"), f"{POLITICS}add/", ACT | changes, sentence)
    assert not PoliticalAct.objects.exists()


def test_every_page_speaks_danish_too(own, ours):
    found = ours.claim(at=own.at)
    for path in ("", f"{found}/", f"{found}/versions/", "propose/", f"{found}/resources/"):
        page = own.client("rapporteur").get(f"/desk/da/government/promises/{path}")
        assert page.status_code == 200, path
    assert "Hurtigere fjernelse" in text_of(
        own.client("rapporteur").get("/desk/da/government/promises/")
    )


def test_a_link_from_elsewhere_fills_the_proposal_in(own):
    page = text_of(own.client("rapporteur").get(f"{LIST}propose/?title_en=Adopt+L05&target=2"))
    assert 'value="Adopt L05"' in page
