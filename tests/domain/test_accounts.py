# SPDX-License-Identifier: Apache-2.0
"""Accounts of staff: made and changed by the operator, seen by their own organisation."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from havn.domain.accounts import selectors as people
from havn.domain.accounts import services as accounts
from havn.domain.accounts.models import Person
from havn.domain.actor import Actor, Role
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "a made-up sentence"


@pytest.fixture
def organisation():
    return uuid4()


@pytest.fixture
def operator(organisation):
    return Actor.operator(organisation=organisation)


def add(operator, email="ana@hotline.example", roles=(Role.ANALYST,), password=PASSWORD):
    return accounts.add_person(
        person=accounts.NewPerson(email=email, name="Ana", roles=roles),
        password=password,
        organisation=operator.organisation,
        actor=operator,
        at=AT,
    )


def test_a_person_signs_in_as_an_actor_with_organisation_and_roles(operator):
    actor = people.actor_of(person_id=add(operator, roles=(Role.ANALYST, Role.SUPERVISOR)))
    assert actor.organisation == operator.organisation
    assert actor.roles == {Role.ANALYST, Role.SUPERVISOR}


def test_passwords_are_kept_as_argon2(operator):
    assert Person.objects.get(pk=add(operator)).password.startswith("argon2$")


def test_a_closed_account_is_no_actor_any_more(operator):
    person_id = add(operator)
    accounts.close_account(person_id=person_id, actor=operator, at=AT)
    with pytest.raises(NotFoundError):
        people.actor_of(person_id=person_id)


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [("no address", PASSWORD, "bad_email"), ("bo@hotline.example", "short", "weak_password")],
)
def test_a_refused_account_leaves_nothing_behind(operator, email, password, code):
    with pytest.raises(RefusedError) as refused:
        add(operator, email=email, password=password)
    assert refused.value.code == code
    assert (Person.objects.count(), Entry.objects.count()) == (0, 0)


def test_one_address_has_one_account_whatever_its_case(operator):
    add(operator)
    with pytest.raises(RefusedError, match="already"):
        add(operator, email="ANA@hotline.example")


def test_only_the_operator_makes_and_changes_accounts(operator):
    person_id = add(operator)
    analyst = people.actor_of(person_id=person_id)
    with pytest.raises(RefusedError):
        add(analyst, email="bo@hotline.example")
    with pytest.raises(RefusedError):
        accounts.grant_role(person_id=person_id, role=Role.OPERATOR, actor=analyst, at=AT)


def test_people_of_another_organisation_are_not_there(operator):
    person_id = add(operator)
    stranger = Actor.operator(organisation=uuid4())
    with pytest.raises(NotFoundError):
        people.person(person_id=person_id, actor=stranger)
    with pytest.raises(NotFoundError):
        accounts.set_password(person_id=person_id, password=PASSWORD, actor=stranger, at=AT)
    assert people.staff(actor=stranger) == []


def test_colleagues_are_active_others_with_the_role(operator):
    ana = people.actor_of(person_id=add(operator))
    bo = add(operator, email="bo@hotline.example", roles=(Role.SUPERVISOR,))
    gone = add(operator, email="cy@hotline.example", roles=(Role.SUPERVISOR,))
    accounts.close_account(person_id=gone, actor=operator, at=AT)
    assert [each.id for each in people.colleagues(actor=ana)] == [bo]
    assert people.colleagues(actor=ana, roles=[Role.INVESTIGATOR]) == []


def test_a_role_granted_twice_is_held_once_and_can_be_withdrawn(operator):
    person_id = add(operator)
    for _ in range(2):
        accounts.grant_role(person_id=person_id, role=Role.SUPERVISOR, actor=operator, at=AT)
    assert len(people.person(person_id=person_id, actor=operator).roles) == 2
    accounts.withdraw_role(person_id=person_id, role=Role.SUPERVISOR, actor=operator, at=AT)
    assert people.person(person_id=person_id, actor=operator).roles == (Role.ANALYST,)


def test_a_failed_sign_in_is_noted_for_accounts_that_exist_only(operator):
    person_id = add(operator)
    accounts.record_failed_sign_in(email="nobody@hotline.example", factor="password", at=AT)
    accounts.record_failed_sign_in(email="ana@hotline.example", factor="password", at=AT)
    noted = Entry.objects.filter(action="person.sign_in_failed")
    assert [(each.subject_id, each.actor_kind) for each in noted] == [(person_id, "system")]
