# SPDX-License-Identifier: Apache-2.0
"""A national report from its draft to two releases: frozen once, confirmed, signed, told and received."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from havn.domain.actor import Role
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import Job
from havn.domain.ledger import selectors as ledger
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.members import selectors as members
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import (
    BoundsPart,
    FrozenFigure,
    HubMessage,
    NationalReport,
    PersonRelease,
)
from havn.lib import wire
from tests.support.national_report import (
    MADE_AT,
    PARTS,
    YEAR,
    ReportingNode,
    reporting_node,
    secretariat_node,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def begun(standing) -> tuple[ReportingNode, UUID]:
    """A node and the draft of its report."""
    found = reporting_node()
    found.reports_received(12)
    return found, found.drafted()


@pytest.fixture
def node(begun, db) -> ReportingNode:
    return deepcopy(begun[0])


@pytest.fixture
def report_id(begun) -> UUID:
    return begun[1]


def refused(code: str):
    return pytest.raises(RefusedError, match=r"\w", check=lambda error: error.code == code)


def state(report_id: UUID) -> str:
    return NationalReport.objects.get(pk=report_id).state


def test_a_draft_freezes_the_year_with_its_quarters_as_known_at_one_instant(node, report_id):
    report = NationalReport.objects.get(pk=report_id)
    figures = FrozenFigure.objects.filter(release=report.release)
    assert {f"{YEAR}-Q1", f"{YEAR}-Q4"} <= set(figures.values_list("period", flat=True))
    assert set(figures.values_list("as_of", flat=True)) == {MADE_AT}
    assert report.release.log_position is not None


def test_a_drafts_figures_are_not_public_and_a_released_ones_are(node, report_id):
    public = {"actor": node.system}
    node.made_ready(report_id)
    assert selectors.closed_quarters(**public) == []
    node.released(report_id)
    assert [each.period for each in selectors.closed_quarters(**public)][-1] == f"{YEAR}-Q1"


def test_a_year_that_runs_and_a_second_draft_are_refused(node):
    with refused("year_open"):
        services.make_draft(year=2027, actor=node.rapporteur, at=node.at)
    with refused("already_drafted"):
        services.make_draft(year=YEAR, actor=node.rapporteur, at=node.at)


def test_two_persons_release_and_the_node_signs_and_tells_the_secretariat(node, report_id):
    hub = secretariat_node()
    node.released(node.made_ready(report_id))
    row = NationalReport.objects.get(pk=report_id)
    pair = members.own_signing_pair(actor=node.system, at=node.at)
    kept = [*row.parts.all(), *BoundsPart.objects.filter(report=row)]
    parts = {each.sha256: json.loads(each.content) for each in kept}
    read = wire.read_report(row.signed_head, parts, public=pair.public)
    assert read.head.report == report_id
    assert [each.office for each in read.head.released_by] == [
        "Ministry of Justice, rapporteur",
        "Minister of Justice",
    ]
    assert {each.part for each in read.head.confirmations} == {
        name for name in read.parts if name.startswith("figures/")
    }
    kinds = list(OutgoingEvent.objects.values_list("kind", flat=True))
    assert kinds.count("national_report.part") == len(parts)
    assert kinds.count("national_report.released") == 1
    assert {tuple(each) for each in OutgoingEvent.objects.values_list("audience", flat=True)} == {
        (str(hub),)
    }


def test_what_leaves_for_the_secretariat_is_what_the_schema_allows(node, report_id):
    secretariat_node()
    node.released(node.made_ready(report_id))
    for event in ledger.events_waiting(actor=node.system, most=100):
        kind = event.kind.removeprefix("national_report.")
        if kind in {"part", "released"}:
            wire.read_event(kind, event.payload)


def test_signing_writes_the_fact_with_the_days_after_the_deadline(node, report_id):
    node.made_ready(report_id)
    node.later(days=68)
    node.released(report_id)
    fact = Fact.objects.get(name="national_report_signed")
    assert fact.codes["year"] == YEAR
    assert fact.codes["days_after"] == 11
    line = selectors.report(report_id=report_id, actor=node.rapporteur).line
    assert line.is_late(node.at.date())


def test_signing_twice_is_one_report(node, report_id):
    node.released(node.made_ready(report_id))
    row = NationalReport.objects.get(pk=report_id)
    again = services.keep_signed(
        report_id=report_id,
        head="another",
        parts=[],
        actor=node.system,
        at=node.at,
    )
    assert not again
    assert NationalReport.objects.get(pk=report_id).signed_head == row.signed_head
    assert Fact.objects.filter(name="national_report_signed").count() == 1


def test_one_person_with_both_roles_does_not_release_twice(node, report_id):
    node.made_ready(report_id)
    both = node.person("both", Role.RAPPORTEUR, Role.SIGNATORY)
    node.release(report_id, both, "Ministry")
    with refused("same_person"):
        node.release(report_id, both, "Minister")
    assert state(report_id) == "confirming"


def test_the_database_itself_refuses_a_second_release_of_one_person(node, report_id):
    node.made_ready(report_id)
    node.release(report_id, node.rapporteur, "Ministry")
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        PersonRelease.objects.create(
            id=uuid4(),
            report_id=report_id,
            step="signatory",
            person=node.rapporteur.identifier,
            office="Minister",
            at=node.at,
        )


@pytest.mark.parametrize("turn", ["signatory first", "owner"])
def test_who_has_not_the_turn_does_not_release(node, report_id, turn):
    node.made_ready(report_id)
    actor = node.signatory if turn == "signatory first" else node.owner
    with refused("not_your_turn" if turn == "signatory first" else "not_your_role"):
        node.release(report_id, actor, "Somewhere")


def test_a_second_factor_from_before_counts_no_more(node, report_id):
    node.made_ready(report_id)
    for factor_at in (node.at - timedelta(minutes=6), node.at + timedelta(minutes=1)):
        with refused("factor_needed"):
            services.release_report(
                report_id=report_id,
                office="Ministry",
                factor_at=factor_at,
                actor=node.rapporteur,
                at=node.at,
            )


def test_both_releases_name_different_offices(node, report_id):
    node.made_ready(report_id)
    node.release(report_id, node.rapporteur, "Ministry of Justice")
    with refused("same_office"):
        node.release(report_id, node.signatory, " ministry of  JUSTICE")


def test_nothing_is_released_while_something_is_open(node, report_id):
    with refused("not_complete"):
        node.release(report_id, node.rapporteur, "Ministry")
    codes = {
        point.code for point in selectors.what_is_open(report_id=report_id, actor=node.rapporteur)
    }
    assert codes == {"owner_missing", "overview_missing"}


def test_a_question_of_a_data_owner_holds_the_report_until_the_part_is_confirmed(node, report_id):
    node.made_ready(report_id)
    services.question_part(
        report_id=report_id,
        part="police",
        question="Is March complete?",
        actor=node.owner,
        at=node.later(minutes=1),
    )
    with refused("not_complete"):
        node.release(report_id, node.rapporteur, "Ministry")
    services.confirm_part(
        report_id=report_id, part="police", actor=node.owner, at=node.later(minutes=1)
    )
    node.release(report_id, node.rapporteur, "Ministry")
    assert state(report_id) == "confirming"


def test_a_part_is_confirmed_by_its_owner_alone(node, report_id):
    node.owned()
    other = node.person("other", Role.DATA_OWNER)
    with refused("not_your_part"):
        services.confirm_part(report_id=report_id, part="police", actor=other, at=node.at)
    with refused("not_your_role"):
        services.confirm_part(
            report_id=report_id, part="police", actor=node.rapporteur, at=node.at
        )
    with refused("unknown_part"):
        services.confirm_part(report_id=report_id, part="weather", actor=node.owner, at=node.at)


def test_only_a_data_owner_can_be_named(node):
    with refused("not_a_data_owner"):
        services.name_owner(
            part="police",
            person_id=node.signatory.identifier or uuid4(),
            office="Police",
            actor=node.rapporteur,
            at=node.at,
        )


def test_what_was_released_first_can_be_given_back_and_released_again(node, report_id):
    node.made_ready(report_id)
    node.release(report_id, node.rapporteur, "Ministry")
    with refused("waits_for_signatory"):
        node.wrote(report_id)
    services.give_back(report_id=report_id, actor=node.signatory, at=node.at)
    assert state(report_id) == "draft"
    node.wrote(report_id, "resources")
    node.released(report_id)
    assert state(report_id) == "released"


def test_a_released_report_takes_no_text_any_more(node, report_id):
    node.released(node.made_ready(report_id))
    with refused("released_already"):
        node.wrote(report_id, text="Another year.")


def test_other_organisations_and_other_roles_see_no_report(node, report_id):
    for actor in (node.person("analyst", Role.ANALYST), reader_of_another_organisation()):
        with pytest.raises(NotFoundError):
            selectors.report(report_id=report_id, actor=actor)


def reader_of_another_organisation():
    from havn.domain.actor import Actor, ActorKind

    return Actor(ActorKind.PERSON, uuid4(), uuid4(), frozenset({Role.RAPPORTEUR}))


def test_the_hubs_receipt_question_and_step_are_kept_once_and_a_question_is_answered(
    node, report_id
):
    hub = secretariat_node()
    node.released(node.made_ready(report_id))
    event = uuid4()
    body = {"v": 1, "report": str(report_id), "state": "accepted", "code": "", "at": ""}
    for _ in range(2):
        services.take_receipt(event_id=event, sender=hub, body=body, actor=node.system, at=node.at)
    services.take_step(
        event_id=uuid4(),
        sender=hub,
        body={"v": 1, "year": str(YEAR), "step": "received"},
        actor=node.system,
        at=node.at,
    )
    question = uuid4()
    services.take_question(
        event_id=question,
        sender=hub,
        body={"v": 1, "year": str(YEAR), "text": "Why is Q2 low?"},
        actor=node.system,
        at=node.at,
    )
    services.answer_question(
        message_id=question, text="A quiet spring.", actor=node.rapporteur, at=node.at
    )
    with refused("answered"):
        services.answer_question(
            message_id=question, text="Again.", actor=node.rapporteur, at=node.at
        )
    found = selectors.hub_messages(actor=node.rapporteur, year=str(YEAR))
    assert sorted(each.kind for each in found) == ["question", "receipt", "step"]
    assert OutgoingEvent.objects.filter(kind="national_report.answer").count() == 1


def test_a_refused_report_is_sent_again_unchanged_and_an_accepted_one_is_not(node, report_id):
    hub = secretariat_node()
    node.released(node.made_ready(report_id))
    events = OutgoingEvent.objects.filter(
        kind__startswith="national_report.", subject_id=report_id
    )
    before = events.count()
    with refused("not_refused"):
        services.send_again(report_id=report_id, actor=node.rapporteur, at=node.at)
    body = {"v": 1, "report": str(report_id), "state": "refused", "code": "unknown_definition"}
    services.take_receipt(event_id=uuid4(), sender=hub, body=body, actor=node.system, at=node.at)
    services.send_again(report_id=report_id, actor=node.rapporteur, at=node.at)
    assert events.count() == 2 * before


def test_a_receipt_of_another_node_than_the_secretariats_is_refused(node, report_id):
    secretariat_node()
    node.released(node.made_ready(report_id))
    body = {"v": 1, "report": str(report_id), "state": "accepted", "code": "", "at": ""}
    with refused("not_the_secretariat"):
        services.take_receipt(
            event_id=uuid4(), sender=uuid4(), body=body, actor=node.system, at=node.at
        )
    assert not HubMessage.objects.exists()


def test_every_step_leaves_its_entry(node, report_id):
    node.released(node.made_ready(report_id))
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {
        "report.drafted",
        "report_text.written",
        "part_owner.named",
        "part.confirmed",
        "report.released_by_person",
        "report.signed",
    } <= actions


def test_reminders_are_ordered_for_the_days_that_lie_ahead_and_end_with_the_release(
    node, report_id
):
    node.made_ready(report_id)
    waiting = Job.objects.filter(kind=rules.REMIND, subject_id=report_id, withdrawn_at=None)
    keys = sorted(int(key.split(":")[2]) for key in waiting.values_list("key", flat=True))
    assert keys == [-14, -7, -1, 1, 7, 14, 30]
    node.released(report_id)
    assert not waiting.exists()


def test_a_late_report_is_reminded_of_by_itself(node):
    node.at = node.at.replace(month=4, day=1, hour=7)
    node.work(rules.REMIND)
    subjects = [str(mail["Subject"]) for mail in node.outside.mail.taken]
    assert subjects
    assert all(str(YEAR) in subject for subject in subjects)
    assert len(PARTS) == 4
