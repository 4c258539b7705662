# SPDX-License-Identifier: Apache-2.0
"""What other countries' nodes say of laws: taken from a node of that country alone, once, and kept beside what was there."""

import pytest

from havn.domain.audit.models import Entry
from havn.domain.errors import RefusedError
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.models import CriterionAnswer, CriterionDispute, CriterionReview
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK, READINGS
from havn.lib.encoding import uuid4
from tests.support.law_world import AT, YES, law_world
from tests.vectors import make_law

pytestmark = pytest.mark.django_db
BODIES = {
    "law.assessed": (make_law.ASSESSED, "SE", CriterionAnswer),
    "law.reviewed": (make_law.REVIEWED, "NO", CriterionReview),
    "law.disputed": (make_law.DISPUTED, "FI", CriterionDispute),
}
KINDS = sorted(BODIES)


@pytest.fixture
def world():
    return law_world("SE", "NO", "FI")


def test_every_kind_is_read_and_the_table_of_gaps_is_work(world):  # J1
    assert set(KINDS) < set(READINGS)
    assert "law_gaps" in BACKGROUND_WORK


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_node_says_of_its_own_country_is_kept_and_audited(world, kind):
    body, country, model = BODIES[kind]
    world.hear(kind, body, country=country)
    row = model.objects.get()
    assert row.node == world.nodes[country].pk
    assert row.person is None
    assert Entry.objects.filter(action__startswith="law.").count() == 1
    assert not Fact.objects.exists()
    assert not OutgoingEvent.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_again_changes_nothing(world, kind):
    body, country, model = BODIES[kind]
    world.hear(kind, body, country=country)
    world.hear(kind, body, country=country)
    assert model.objects.count() == 1
    assert Entry.objects.filter(action__startswith="law.").count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_node_speaks_for_its_own_country_alone(world, kind):  # J4
    body, country, model = BODIES[kind]
    others = [node.pk for code, node in world.nodes.items() if code != country]
    for sender in (*others, uuid4()):
        with pytest.raises(RefusedError) as error:
            world.hear(kind, body, country=country, sender=sender)
        assert error.value.code == "not_its_country"
    assert not model.objects.exists()


def test_nobody_speaks_for_us_but_ourselves(world):
    body = make_law.ASSESSED | {"member": "DK"}
    for country in world.nodes:
        with pytest.raises(RefusedError):
            world.hear("law.assessed", body, country=country)
    own = world.assess()
    with pytest.raises(RefusedError):
        world.hear("law.assessed", make_law.ASSESSED | {"id": str(own)}, country="NO")


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_is_not_whole_is_refused_with_its_code(world, kind):
    body, country, model = BODIES[kind]
    with pytest.raises(RefusedError) as error:
        world.hear(kind, body | {"score": 5}, country=country)
    assert error.value.code == "body_unknown_field"
    assert not model.objects.exists()


def test_a_second_answer_under_the_same_id_does_not_replace_the_first(world):
    world.hear("law.assessed", make_law.ASSESSED, country="SE")
    world.hear("law.assessed", make_law.ASSESSED | {"value": "no"}, country="SE")
    assert CriterionAnswer.objects.get().value == "yes"


def test_a_review_that_arrives_before_its_answer_counts_when_the_answer_is_there(world):  # J12
    world.hear("law.reviewed", make_law.REVIEWED, country="NO")
    world.hear("law.assessed", make_law.ASSESSED, country="SE")
    view = selectors.answer(answer_id=CriterionAnswer.objects.get().pk, actor=world.system)
    assert view.reviewed_by == ("NO",)


def test_a_review_that_names_another_country_than_the_answers_counts_for_nothing(world):
    """A country that calls its own answer another's does not review itself by that."""
    world.hear("law.assessed", make_law.ASSESSED, country="SE")
    world.hear("law.reviewed", make_law.REVIEWED | {"about": "NO", "by": "SE"}, country="SE")
    world.hear("law.disputed", make_law.DISPUTED | {"about": "NO"}, country="FI")
    view = selectors.answer(answer_id=CriterionAnswer.objects.get().pk, actor=world.system)
    assert (view.reviews, view.disputes) == ((), ())


def test_the_own_node_does_not_hear_itself(world):
    world.assess(YES)
    own = CriterionAnswer.objects.get()
    with pytest.raises(RefusedError):
        world.hear(
            "law.assessed", make_law.ASSESSED | {"member": "DK"}, country="SE", sender=own.node
        )


def test_a_reply_of_another_node_stands_with_its_dispute(world):
    world.hear("law.assessed", make_law.ASSESSED, country="SE")
    world.hear("law.disputed", make_law.REPLIED, country="SE")
    world.hear("law.disputed", make_law.DISPUTED, country="FI")
    view = selectors.answer(answer_id=CriterionAnswer.objects.get().pk, actor=world.system)
    [dispute] = view.disputes
    assert (dispute.filed.by, [each.by for each in dispute.replies]) == ("FI", ["SE"])


def test_what_is_taken_orders_that_gaps_are_looked_for(world):
    from havn.domain.jobs.models import Job

    world.hear("law.assessed", make_law.ASSESSED, country="SE")
    assert Job.objects.get(kind=rules.GAP_WORK).due_at == AT


def test_own_words_are_stored_without_the_person_that_wrote_them_travelling(world):
    theirs = world.hear_answer("SE")
    services.review(
        answer_id=theirs,
        verdict=rules.Verdict.AGREES,
        note="",
        actor=world.rapporteur,
        at=world.at,
    )
    assert CriterionReview.objects.get().person == world.rapporteur.identifier
    view = selectors.answer(answer_id=theirs, actor=world.system)
    assert str(world.rapporteur.identifier) not in repr(view)
