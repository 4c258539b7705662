# SPDX-License-Identifier: Apache-2.0
"""The public list of members: founders before any roster, joined with the roster's countries and their acts."""

from dataclasses import replace
from datetime import date

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors, services
from havn.domain.members.clients import add_office, new_act
from havn.domain.members.models import Member, RosterState
from havn.domain.members.rules.declaration import DeclarationFile
from havn.domain.members.rules.offices import Office
from tests.support.alliance import act, seed_of
from tests.support.other_nodes import join
from tests.support.promises import AT, days

pytestmark = pytest.mark.django_db
ANYBODY = Actor.reporter()


def of(code):
    return selectors.alliance_member(code=code, actor=ANYBODY)


def test_on_launch_day_the_list_names_55_countries_of_which_48_founded():
    found = selectors.alliance_members(actor=ANYBODY)
    assert len(found) == 55
    assert sum(each.is_founder for each in found) == 48
    assert not any(each.has_node or each.roster_state for each in found)
    assert [each.code for each in found] == sorted(each.code for each in found)


def test_a_country_of_the_roster_joins_the_list_by_its_code():
    join("SE")
    join("IS", name="Iceland")
    join("INTL", name="Agency")
    Member.objects.filter(code="INTL").update(kind="international")
    found = {each.code: each for each in selectors.alliance_members(actor=ANYBODY)}
    assert len(found) == 56
    assert (found["SE"].is_founder, found["SE"].has_node, found["SE"].is_confirmed) == (True,) * 3
    assert (found["IS"].is_founder, found["IS"].is_confirmed) == (False, True)
    assert found["IS"].name("da", on=date(2026, 1, 1)) == "Iceland"
    assert found["SE"].name("da", on=date(2026, 1, 1)) == "Sverige"
    assert not found["CA"].is_confirmed


def test_a_suspended_country_stays_listed_without_a_node_at_work():
    join("SE", member_state="suspended")
    assert (of("SE").roster_state, of("SE").has_node) == ("suspended", False)


def test_a_country_that_nobody_names_is_not_there():
    with pytest.raises(NotFoundError):
        of("ZZ")


def test_the_act_shows_offices_day_and_reservation():
    join("DK")
    words = {"code": "DK", "name": "Denmark", "reference": "Letter 17", "on": "2026-01-01"}
    signed = new_act(
        words | {"reservation": "Not for the islands."}, seed_of("minister"), office="minister"
    )
    signed = add_office(signed, seed_of("president"), office="president")
    Member.objects.filter(code="DK").update(accession=signed)
    found = of("DK").act
    assert (found.on, found.offices) == (date(2026, 1, 1), ("minister", "president"))
    assert found.reservation == "Not for the islands."


def test_an_old_act_is_read_as_before_and_one_that_does_not_hold_is_marked():
    join("DK")
    Member.objects.filter(code="DK").update(accession=act("DK"))
    assert (of("DK").act.is_readable, of("DK").act.reservation) == (True, "")
    Member.objects.filter(code="DK").update(accession=act("SE"))
    assert of("DK").act.is_readable is False


def test_the_roster_is_one_source_of_the_secretariat():
    assert selectors.office_holders(actor=ANYBODY) == ()
    RosterState.objects.create(
        pk=1, secretariat="Secretariat (made up)", secretariat_since=date(2026, 1, 1)
    )
    [found] = selectors.office_holders(actor=ANYBODY)
    assert (found.office, found.since, found.is_of_roster) == (
        Office.SECRETARIAT,
        date(2026, 1, 1),
        True,
    )


TEXT = DeclarationFile("1", "en", "We declare.", "Official copy 17", date(2012, 12, 5))


def load(found, at=AT):
    return services.load_declaration(found=found, actor=Actor.operator(), at=at)


def test_a_loaded_text_stands_beside_the_former_and_the_same_again_changes_nothing():
    assert load(TEXT)
    assert not load(TEXT)
    assert load(replace(TEXT, text="We declare!"), at=AT + days(1))
    assert load(replace(TEXT, language="da", text="Vi erklærer."), at=AT + days(1))
    assert load(replace(TEXT, version="2", adopted_on=date(2014, 9, 30)), at=AT + days(2))
    found = selectors.declaration_texts(actor=ANYBODY)
    assert [(each.version, each.language, each.text, each.is_newest) for each in found] == [
        ("2", "en", "We declare.", True),
        ("1", "da", "Vi erklærer.", True),
        ("1", "en", "We declare!", True),
        ("1", "en", "We declare.", False),
    ]
    assert Entry.objects.filter(action="declaration.loaded").count() == 4
