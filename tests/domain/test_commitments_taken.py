# SPDX-License-Identifier: Apache-2.0
"""What other countries' nodes say of their promises: kept from a node of that country alone, never overwritten."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.commitments import rules, selectors
from havn.domain.commitments.models import Commitment, CommitmentChange, PoliticalAct
from havn.domain.commitments.rules import Kind, State, Step
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.workflow.tasks.casework import READINGS
from havn.lib.encoding import uuid4
from tests.domain.test_commitments import ACT
from tests.support.other_nodes import join
from tests.support.own_node import register_own_node
from tests.support.promises import (
    AT,
    JUSTICE,
    Government,
    adopted,
    days,
    document,
    in_state,
    money,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def se():
    register_own_node(at=AT)
    return join("SE")


def of_sweden(record):
    return rules.record_body(replace(record, member="SE"))


def take(node, body, *, found=None, kind="commitment.stated"):
    """Let an event of a node be read as the exchange lets it; returns what it is about."""
    subject = found or uuid4()
    event = IncomingEvent(uuid4(), kind, 1, subject, node.pk, AT, body, "")
    READINGS[kind].handler(event, Actor.system(), AT)
    return subject


def refused(code, node, body, **more):
    before = list(Commitment.objects.values()), list(CommitmentChange.objects.values())
    with pytest.raises(RefusedError) as error:
        take(node, body, **more)
    assert error.value.code == code
    assert (list(Commitment.objects.values()), list(CommitmentChange.objects.values())) == before


def test_a_promise_of_another_country_is_kept_and_shown(se):
    found = take(se, of_sweden(in_state(State.IN_PROGRESS)))
    [view] = selectors.public_commitments(actor=Actor.reporter(), at=AT, member="SE")
    assert (view.id, view.state, view.is_own) == (found, State.IN_PROGRESS, False)
    assert Entry.objects.filter(action="commitment.taken", subject_id=found).count() == 1


def test_the_same_event_again_changes_nothing(se):
    body = of_sweden(adopted())
    found = take(se, body)
    assert take(se, body, found=found) == found
    assert CommitmentChange.objects.count() == 1


def test_an_older_change_never_overwrites_a_newer_one_and_is_kept_beside_it(se):  # C7
    older = adopted()
    newer = rules.changed(older, Step(Kind.RESOURCES, AT, JUSTICE), resource=money())
    found = take(se, of_sweden(newer))
    take(se, of_sweden(older), found=found)
    row = Commitment.objects.get(pk=found)
    assert (row.number, row.record["number"]) == (newer.number, newer.number)
    assert sorted(row.changes.values_list("number", flat=True)) == [2, 3]


def test_a_later_change_takes_the_place_of_the_former(se):
    first = adopted()
    found = take(se, of_sweden(first))
    take(
        se, of_sweden(rules.changed(first, Step(Kind.WITHDRAWN, AT, JUSTICE, "No."))), found=found
    )
    assert Commitment.objects.get(pk=found).state == "withdrawn"


def test_a_node_speaks_for_its_own_country_only(se):  # C3
    no = join("NO")
    refused("not_theirs", no, of_sweden(adopted()))
    found = take(se, of_sweden(adopted()))
    body = rules.record_body(replace(adopted(), member="NO"))
    refused("not_theirs", no, body, found=found)
    with pytest.raises(NotFoundError):
        take(type(se)(pk=uuid4()), of_sweden(adopted()))


def test_nobody_elses_node_changes_a_promise_that_is_kept_here():
    ours = Government(register_own_node(at=AT))
    found = ours.adopt()
    other = join("DK", name="Second node")
    body = Commitment.objects.get(pk=found).record | {"number": 9}
    refused("not_theirs", other, body, found=found)


def test_something_else_under_the_same_number_is_refused(se):  # C7
    found = take(se, of_sweden(adopted()))
    other = replace(adopted(), resources=(money(),))
    refused("says_otherwise", se, of_sweden(other), found=found)


@pytest.mark.parametrize("what", ["steps", "resources", "terms"])
def test_a_later_change_that_leaves_out_or_alters_the_past_is_refused(se, what):  # C8
    first = rules.changed(adopted(), Step(Kind.RESOURCES, AT, JUSTICE), resource=money())
    found = take(se, of_sweden(first))
    later = rules.changed(first, Step(Kind.EVIDENCE, AT, JUSTICE), evidence=document())
    rewritten = {
        "steps": replace(
            later,
            steps=(
                *later.steps[:1],
                replace(later.steps[1], at=AT + days(0.5)),
                replace(later.steps[2], at=AT + days(1)),
            ),
        ),
        "resources": replace(later, resources=(money(amount=Decimal(1)),)),
        "terms": replace(later, terms=replace(later.terms, due=date(2030, 1, 1))),
    }[what]
    refused("history_rewritten", se, of_sweden(rewritten), found=found)


@pytest.mark.parametrize("state", [State.PROPOSED, State.DROPPED])
def test_what_is_not_public_is_not_taken(se, state):
    refused("bad_body", se, of_sweden(in_state(state)))


def test_a_political_act_of_another_country_is_kept_once_and_never_altered(se):
    act = replace(ACT, member="SE")
    kind = "political_act.stated"
    found = take(se, rules.act_body(act), kind=kind)
    take(se, rules.act_body(act), found=found, kind=kind)
    refused(
        "says_otherwise",
        se,
        rules.act_body(replace(act, amount=Decimal(1))),
        found=found,
        kind=kind,
    )
    refused("not_theirs", join("NO"), rules.act_body(act), kind=kind)
    assert PoliticalAct.objects.count() == 1
    [view] = selectors.political_acts(member="SE", actor=Actor.reporter())
    assert (view.id, view.act) == (found, act)


# Whatever a body says, it is read or refused.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(of_sweden(adopted()))) | st.text(max_size=5), inner
        )
    ),
    max_leaves=12,
)


@st.composite
def spoilt(draw, body):
    """Return a genuine body with one value somewhere in it exchanged for another one."""
    found = {**body}
    place, name = found, draw(st.sampled_from(sorted(found)))
    while draw(st.booleans()):
        inner = place[name]
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            place[name] = inner = [dict(each) for each in inner]
            place = inner[draw(st.integers(0, len(inner) - 1))]
        elif isinstance(inner, dict) and inner:
            place[name] = place = dict(inner)
        else:
            break
        name = draw(st.sampled_from(sorted(place)))
    if draw(st.booleans()):
        place[name] = draw(JSON)
    else:
        place.pop(name)
    return found


GENUINE = rules.changed(
    in_state(State.IN_PROGRESS), Step(Kind.RESOURCES, AT, JUSTICE), resource=money()
)


@given(JSON | spoilt(of_sweden(GENUINE)))
def test_any_body_of_a_promise_is_read_back_the_same_or_refused(body):
    try:
        found = rules.read_record(body)
    except rules.CommitmentError:
        return
    assert rules.read_record(rules.record_body(found)) == found
    assert found.state in rules.PUBLIC


@given(JSON | spoilt(rules.act_body(replace(ACT, member="SE"))))
def test_any_body_of_an_act_is_read_back_the_same_or_refused(body):
    try:
        found = rules.read_act(body)
    except rules.CommitmentError:
        return
    assert rules.act_body(found) == rules.act_body(rules.read_act(rules.act_body(found)))
