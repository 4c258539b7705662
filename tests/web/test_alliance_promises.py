# SPDX-License-Identifier: Apache-2.0
"""The hub's pages of members, declaration and promises: finished on launch day, and true afterwards."""

from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from havn.domain.actor import Actor
from havn.domain.commitments import rules, services
from havn.domain.commitments.rules import Kind, State, Step
from havn.domain.members import services as members
from havn.domain.members.clients import add_office, new_act
from havn.domain.members.models import Member
from havn.domain.members.rules.declaration import DeclarationFile
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.web.alliance_site import promises, sections
from tests.domain.test_commitments import ACT
from tests.support.alliance import seed_of
from tests.support.hub_pages import as_hub
from tests.support.other_nodes import join
from tests.support.own_node import register_own_node
from tests.support.promises import AIM, AT, JUSTICE, TERMS, adopted, in_state

pytestmark = pytest.mark.django_db
PAGES = (
    "declaration", "members", "members/DK", "members/VN", "members/XK", "members/HR", "members/TR",
    "promises", "targets/1", "targets/2", "targets/3", "targets/4",
)  # fmt: skip


@pytest.fixture(autouse=True)
def hub(settings):
    register_own_node(at=AT)
    as_hub(settings)


def page(path, status=200, language="en"):
    response = Client().get(f"/{language}/{path}")
    assert response.status_code == status, path
    assert not response.cookies
    return unescape(response.content.decode())


def arrived(record, node=None):
    """Let a promise of Sweden arrive."""
    node = node or join("SE")
    found = uuid4()
    services.take_commitment(
        commitment_id=found,
        sender=node.pk,
        body=rules.record_body(replace(record, member="SE")),
        actor=Actor.system(),
        at=AT,
    )
    return found


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("path", PAGES)
def test_on_launch_day_every_page_is_there_in_both_languages(path, language):
    found = page(path, language=language)
    assert found.count("<h1") == 1
    assert "None<" not in found
    assert "<title> –" not in found


def test_on_launch_day_48_founders_stand_there_by_name():
    found = page("members")
    assert "48 countries launched the Alliance on 5 December 2012; 27 of them" in found
    founders, later = found.split("Later members", 1)
    assert founders.count("/en/members/") == 48
    assert later.count("/en/members/") == 7
    assert later.count("not confirmed") == 7
    assert founders.index("Albania") < founders.index("Denmark") < founders.index("Vietnam")
    danish = page("members", language="da")
    assert danish.index(">Danmark<") < danish.index(">Østrig<")


def test_a_country_says_how_it_was_called_and_what_is_not_confirmed():
    assert "There it is called Turkey." in page("members/TR")
    assert "a later list of 54 countries does not name it" in page("members/VN")
    assert "assigned by its users, not by ISO 3166-1" in page("members/XK")
    croatia = page("members/HR")
    assert "outside the European Union" in croatia
    assert "in it today (not checked against a source)" in croatia
    for wrong in ("ZZ", "dk", "DKK", "D"):
        page(f"members/{wrong}", 404)


def test_the_act_of_accession_shows_its_reservation():
    join("DK")
    words = {"code": "DK", "name": "Denmark", "reference": "Letter 17", "on": "2026-01-01"}
    signed = new_act(
        words | {"reservation": "Not for the islands."}, seed_of("a"), office="Minister"
    )
    signed = add_office(signed, seed_of("b"), office="President")
    Member.objects.filter(code="DK").update(accession=signed)
    found = page("members/DK")
    for word in ("1 January 2026", "Letter 17", "Minister, President", "Not for the islands."):
        assert word in found
    Member.objects.filter(code="DK").update(accession={"v": 1})
    assert "The signatures on it do not hold." in page("members/DK")


def test_until_its_text_is_loaded_the_declaration_is_marked_as_ours():
    found = page("declaration")
    assert "in Havn's own words" in found
    assert found.count("not checked") >= 7
    assert "Gør" not in found


def test_a_loaded_declaration_is_shown_with_its_languages_and_former_versions():
    text = DeclarationFile("1", "en", "We declare.\n\nFour targets.", "Copy 17", date(2012, 12, 5))
    for number, found in enumerate(
        (text, replace(text, text="We declare!"), replace(text, language="da", text="Vi erklærer."),
         replace(text, language="xx", text="Wi.")),
    ):  # fmt: skip
        members.load_declaration(
            found=found, actor=Actor.operator(), at=AT + timedelta(seconds=number)
        )
    shown = page("declaration")
    current, former = shown.split("Other versions")
    assert "We declare!" in current
    assert "We declare." in former
    assert current.index("We declare!") < current.index("Vi erklærer.")
    assert "in Havn's own words" not in shown
    danish = page("declaration", language="da")
    assert danish.index("Vi erklærer.") < danish.index("We declare!")


def test_promises_stand_on_the_pages_of_their_country_their_target_and_their_own():
    going = arrived(in_state(State.IN_PROGRESS))
    for path in ("members/SE", "targets/4"):
        found = page(path)
        assert "Faster removal" in found
        assert "in progress" in found
        assert f"/en/promises/{going}" in found
    assert "Sweden" in page("targets/4")
    assert "Faster removal" not in page("targets/1")
    assert "Hurtigere fjernelse" in page("members/SE", language="da")
    one = page(f"promises/{going}")
    for word in ("A promise of Sweden", "There is none.", "A law on notices.", "Begun", JUSTICE):
        assert word in one
    page(f"promises/{uuid4()}", 404)


def test_an_aim_shows_its_baseline_and_in_which_direction_is_better():
    found = page(f"promises/{arrived(adopted(terms=replace(TERMS, measure=AIM)))}")
    assert "90 hours, 31 January 2026" in found
    assert "less is better" in found


def test_an_indicator_that_this_release_does_not_know_is_shown_by_its_id():
    unknown = replace(AIM, indicator="Z9", measure="share")
    record = adopted()
    record = replace(record, terms=replace(record.terms, measure=unknown))
    assert "Z9 share" in page(f"promises/{arrived(record)}")


def test_late_redated_and_withdrawn_promises_say_so():
    past = clock.now() - timedelta(days=900)
    terms = replace(TERMS, start=past.date(), due=past.date() + timedelta(days=30))
    node = join("SE")
    arrived(adopted(terms=terms, at=past), node)
    later = past + timedelta(days=40)
    day = clock.now().date() + timedelta(days=400)
    redated = Step(Kind.REDATED, later, JUSTICE, "It takes longer.", day=day)
    arrived(adopted(redated, terms=terms, at=past), node)
    arrived(in_state(State.WITHDRAWN), node)
    found = page("members/SE")
    for word in (">late<", ">late, re-dated<", ">withdrawn<", "<s class"):
        assert word in found
    counts = page("promises")
    assert "3 promises under the four targets. 1 country made them." in counts


def test_the_overview_counts_and_does_not_rank():
    found = page("promises")
    assert "No country has filed a promise on this hub yet." in found
    assert "their numbers are not compared" in found
    node = join("SE")
    arrived(in_state(State.ACHIEVED), node)
    found = page("promises")
    assert "1 promise under the four targets." in found
    assert "Sweden" not in found


def test_political_acts_stand_with_their_corrections_and_sources():
    node, first = join("SE"), uuid4()
    act = replace(ACT, member="SE")
    for found, told in ((first, act), (uuid4(), replace(act, corrects=first, source=""))):
        services.take_political_act(
            act_id=found, sender=node.pk, body=rules.act_body(told), actor=Actor.system(), at=AT
        )
    shown = page("members/SE")
    assert shown.count("Budget line 17") == 2
    assert "correction" in shown
    assert 'href="https://law.example/17"' in shown
    assert "5,000,000 DKK" in shown


def test_others_add_sections_to_a_country_and_to_a_target(monkeypatch):
    section = sections.Section("alliance_site/promises/goals.html", {})
    seen = []
    monkeypatch.setattr(
        sections,
        "SECTIONS_OF_MEMBER",
        (lambda code, at: seen.append(code), lambda code, at: section),
    )
    monkeypatch.setattr(sections, "SECTIONS_OF_TARGET", (lambda number, at: section,))
    page("members/DK"), page("targets/2")
    assert seen == ["DK"]


def test_words_of_a_country_are_shown_as_words():
    terms = replace(TERMS, title={"en": "<b>Bold</b>", "da": "x"})
    found = Client().get(f"/en/promises/{arrived(adopted(terms=terms))}").content.decode()
    assert "<b>Bold" not in found
    assert "&lt;b&gt;Bold" in found


def test_pages_take_few_queries_however_many_promises_there_are(django_assert_max_num_queries):
    node = join("SE")
    for _ in range(12):
        arrived(adopted(), node)
    assert "Next" not in page("targets/4")
    for path, most in (("members", 3), ("members/SE", 7), ("targets/4", 5), ("promises", 1)):
        with django_assert_max_num_queries(most):
            page(path)


def test_a_long_list_is_shown_page_by_page_in_the_order_of_names(monkeypatch):
    monkeypatch.setattr(promises, "MOST_ON_A_PAGE", 2)
    for node in (join("SE"), join("AT"), join("DE")):
        record = replace(adopted(), member=node.organisation.member.code)
        services.take_commitment(
            commitment_id=uuid4(),
            sender=node.pk,
            body=rules.record_body(record),
            actor=Actor.system(),
            at=AT,
        )
    first, second = page("targets/4"), page("targets/4/page/2")
    assert first.index("Austria") < first.index("Germany")
    assert "Sweden" not in first
    assert "/en/targets/4/page/2" in first
    assert "Sweden" in second
    assert "Germany" not in second
    for wrong in ("3", "0", "x", "99999"):
        page(f"targets/4/page/{wrong}", 404)
