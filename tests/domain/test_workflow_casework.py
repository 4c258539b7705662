# SPDX-License-Identifier: Apache-2.0
"""The whole life, worked off as the worker does: filed, assessed, told to police, held."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from havn.domain.actor import Actor
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.audit.models import Detail, Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import Report, TrackMove
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.intake import selectors as intake_selectors
from havn.domain.investigation import selectors as investigation
from havn.domain.investigation.models import PoliceAnswer
from havn.domain.ledger.models import Fact
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from tests.support.casework import (
    POLICY,
    RECEIPTS,
    SmallNode,
    assessed,
    confirmed,
    held,
    released,
    small_node,
    submitted,
)
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


# Filed.


def test_a_submission_becomes_a_report_with_items_in_the_queue_once(node: SmallNode) -> None:
    token = submitted(node, f"https://{HOST}/item/17", f"https://{HOST}/item/18")

    done = node.work()
    again = casework.file_submissions(submission_ids=[token], actor=node.system, at=node.at)

    assert done == ["file_submission"]
    assert again == []
    assert Report.objects.count() == 1
    assert Fact.objects.filter(name="report_received").count() == 1
    assert entries("casework.filed") == 1
    assert assessment.take_next(actor=node.analyst, at=node.at) is not None


def test_a_second_report_on_an_open_item_is_a_duplicate_and_waits_for_nobody(
    node: SmallNode,
) -> None:
    submitted(node)
    submitted(node)
    node.work()

    held_item = assessment.take_next(actor=node.analyst, at=node.at)
    assert held_item is not None
    assert assessment.take_next(actor=node.supervisor, at=node.at) is None
    assert node.item(held_item.item_id).told_times == 2


def test_a_reporter_reads_how_far_the_report_is(node: SmallNode) -> None:
    token = submitted(node)
    node.work()

    def state() -> str:
        found = intake_selectors.receipt_status(
            receipt=RECEIPTS[token].replace("-", ""), actor=Actor.reporter(), at=node.at
        ) or intake_selectors.receipt_status(
            receipt=RECEIPTS[token], actor=Actor.reporter(), at=node.at
        )
        assert found is not None
        return found.state

    assert state() == "received"
    node.later(minutes=1)
    assessed(node)
    node.work()
    assert state() == "working"


def test_rows_of_a_file_become_reports_by_the_same_path(node: SmallNode) -> None:
    from havn.domain.cases.services import NewReport

    row = NewReport(
        report_id=uuid4(),
        organisation=node.organisation,
        channel="file",
        language="en",
        received_at=node.at,
        addresses=(f"https://{HOST}/item/17",),
    )
    [first] = casework.reports_imported(rows=[row], actor=node.system, at=node.at)
    [again] = casework.reports_imported(rows=[row], actor=node.system, at=node.at)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert Report.objects.count() == 1
    assert entries("casework.imported") == 1


def test_pasted_addresses_become_items_in_the_queue(node: SmallNode) -> None:
    submitted(node)
    node.work()
    held_item = assessment.take_next(actor=node.analyst, at=node.at)
    assert held_item is not None
    report_id = node.item(held_item.item_id).report_id

    lines = casework.addresses_pasted(
        report_id=report_id,
        addresses=[f"https://{HOST}/item/18", "javascript:alert(1)", f"https://{HOST}/item/18"],
        actor=node.analyst,
        at=node.at,
    )

    assert [line.outcome for line in lines] == ["new", "refused", "twice"]
    following = assessment.take_next(actor=node.supervisor, at=node.at)
    assert following is not None
    assert following.item_id == lines[0].item_id


# Assessed.


def test_a_confirmed_item_is_traced_checked_and_told_to_police(node: SmallNode) -> None:
    item_id = confirmed(node)

    item = node.item(item_id)
    assert (item.police, item.availability, item.hosting_country) == ("told", "up", "DK")
    assert [line.item_id for line in tracing.contacts_to_confirm(actor=node.analyst)] == [item_id]
    assert node.outside.checker.asked == [f"https://{HOST}/item/17"]
    assert Fact.objects.filter(name="lead_received").count() == 1
    assert Fact.objects.filter(name="police_informed").count() == 1


@pytest.mark.parametrize("legal_class", [LegalClass.NOT_ILLEGAL, LegalClass.UNDETERMINED])
def test_an_item_that_is_not_confirmed_is_closed_and_nobody_is_told(
    node: SmallNode, legal_class: LegalClass
) -> None:
    submitted(node)
    node.work()
    item_id = assessed(node, legal_class)

    assert node.work() == ["project_status"] or not node.open_jobs("trace")
    item = node.item(item_id)
    assert (item.is_open, item.police, item.notice) == (False, "none", "none")
    assert node.outside.checker.asked == []


def test_a_batch_waits_until_nobody_can_undo_it(node: SmallNode) -> None:
    addresses = [f"https://{HOST}/item/{n}" for n in range(3)]
    submitted(node, *addresses)
    node.work()
    (report,) = Report.objects.all()
    lines = cases.items_of_report(report_id=report.pk, actor=node.analyst)
    batch_id = uuid4()

    result = casework.assess_batch(
        item_ids=[line.id for line in lines],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    node.work()

    assert len(result.assessed) == 3
    assert {job.due_at for job in node.open_jobs("trace")} == {node.at + POLICY.undo_within}
    assert node.outside.checker.asked == []
    assert casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at) == 3
    assert node.open_jobs("trace") == node.open_jobs("package") == node.open_jobs("check") == []
    assert {node.item(line.id).police for line in lines} == {"none"}
    assert {node.item(line.id).stage for line in lines} == {"received"}


def test_a_batch_whose_time_is_over_is_not_undone(node: SmallNode) -> None:
    submitted(node)
    node.work()
    (report,) = Report.objects.all()
    (line,) = cases.items_of_report(report_id=report.pk, actor=node.analyst)
    batch_id = uuid4()
    casework.assess_batch(
        item_ids=[line.id],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    node.at += POLICY.undo_within
    node.work()

    with pytest.raises(RefusedError):
        casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)

    assert node.item(line.id).police == "told"
    assert entries("casework.batch_withdrawn") == 0


# Police.


def test_a_package_opens_only_for_investigators_and_holds_the_contact_only_with_consent(
    node: SmallNode,
) -> None:
    submitted(node, contact="call me", has_police_consent=False)
    node.work()
    item_id = assessed(node)
    node.work()

    opened = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)

    assert f"https://{HOST}/item/17" in str(opened.payload)
    assert "call me" not in str(opened.payload)
    for nobody in (node.stranger, node.operator):
        with pytest.raises(NotFoundError):
            investigation.package(item_id=item_id, actor=nobody, at=node.at)


def test_the_package_of_a_traced_item_says_where_it_is_hosted(node: SmallNode) -> None:
    submitted(node)
    node.work()
    item_id = assessed(node)
    node.work("package")  # its lane of the worker is the faster one
    assert node.item(item_id).police == "due"
    node.work()

    payload = investigation.package(item_id=item_id, actor=node.investigator, at=node.at).payload

    assert node.item(item_id).police_told_at == node.at  # as soon as the trace had ended
    assert payload["item"]["hosting_country"] == "DK"
    (hosting,) = payload["item"]["hosting"]
    assert hosting["network"] == "203.0.114.0/24"
    assert hosting["addresses"] == ["203.0.114.10"]


def test_a_trace_that_finds_nobody_keeps_police_waiting_for_the_stated_time_only(
    node: SmallNode,
) -> None:
    node.outside.resolver.is_dead = True
    item_id = confirmed(node)
    assert node.item(item_id).police == "due"

    node.at += POLICY.package_waits_at_most
    node.work("package")

    assert node.item(item_id).police == "told"
    payload = investigation.package(item_id=item_id, actor=node.investigator, at=node.at).payload
    assert [hosting["network"] for hosting in payload["item"]["hosting"]] == [""]


def test_police_wait_for_the_trace_of_a_batch_from_the_end_of_its_undo(node: SmallNode) -> None:
    submitted(node)
    node.work()
    (report,) = Report.objects.all()
    (line,) = cases.items_of_report(report_id=report.pk, actor=node.analyst)
    casework.assess_batch(
        item_ids=[line.id],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=uuid4(),
        actor=node.analyst,
        at=node.at,
    )
    (job,) = node.open_jobs("package")
    assert job.due_at == node.at + POLICY.undo_within + POLICY.package_waits_at_most

    node.at += POLICY.undo_within
    node.work()

    opened = investigation.package(item_id=line.id, actor=node.investigator, at=node.at)
    assert opened.payload["item"]["hosting_country"] == "DK"


def test_a_hidden_service_is_told_to_police_as_soon_as_the_trace_says_so(node: SmallNode) -> None:
    submitted(node, "http://abcdefghij234567.onion/17")
    node.work()
    item_id = assessed(node)
    node.work()

    assert node.item(item_id).police_told_at == node.at


def test_with_consent_the_contact_goes_to_police(node: SmallNode) -> None:
    submitted(node, contact="call me", has_police_consent=True)
    node.work()
    item_id = assessed(node)
    node.work()

    opened = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)

    assert "call me" in str(opened.payload)


@pytest.mark.parametrize(
    ("kind", "reason"), [("taken", ""), ("known", ""), ("not_actionable", "too_old")]
)
def test_police_answer_a_package(node: SmallNode, kind: str, reason: str) -> None:
    item_id = confirmed(node)

    casework.package_answered(
        item_id=item_id, kind=kind, reason=reason, actor=node.investigator, at=node.at
    )

    assert node.item(item_id).police == kind
    assert Fact.objects.get(name="lead_answered").codes["kind"] == kind
    assert entries("casework.package_answered") == 1


@pytest.mark.parametrize("kind", ["taken", "known"])
def test_no_words_stand_beside_an_answer_that_needs_no_reason(node: SmallNode, kind: str) -> None:
    item_id = confirmed(node)

    casework.package_answered(
        item_id=item_id, kind=kind, reason="Mr Smith", actor=node.investigator, at=node.at
    )

    assert PoliceAnswer.objects.get().reason == ""
    assert TrackMove.objects.get(track="police", target=kind).reason == ""
    entry = Entry.objects.get(action="package.answered")
    assert "Smith" not in str(Detail.objects.get(entry=entry).detail)


def test_the_case_number_of_police_is_sealed_and_opening_it_leaves_an_entry(
    node: SmallNode,
) -> None:
    item_id = confirmed(node)
    assert investigation.reference(item_id=item_id, actor=node.investigator, at=node.at) == ""
    casework.package_answered(
        item_id=item_id, kind="taken", reference="K-17", actor=node.investigator, at=node.at
    )

    (answer,) = investigation.answers(item_id=item_id, actor=node.investigator)
    assert answer.has_reference
    assert b"K-17" not in bytes(PoliceAnswer.objects.get().sealed_reference)
    opened = investigation.reference(item_id=item_id, actor=node.investigator, at=node.at)
    assert opened == "K-17"
    assert entries("lead.reference_opened") == 2
    for nobody in (node.analyst, node.operator, node.stranger):
        with pytest.raises(NotFoundError):
            investigation.reference(item_id=item_id, actor=nobody, at=node.at)


def test_nobody_but_an_investigator_answers_a_package_or_holds(node: SmallNode) -> None:
    item_id = confirmed(node)
    for nobody in (node.analyst, node.supervisor, node.operator, node.stranger):
        with pytest.raises((RefusedError, NotFoundError)):
            casework.package_answered(item_id=item_id, kind="taken", actor=nobody, at=node.at)
        with pytest.raises((RefusedError, NotFoundError)):
            casework.hold_placed(
                item_id=item_id, host="", reason="x", hours=1, actor=nobody, at=node.at
            )

    assert node.item(item_id).police == "told"
    assert entries("casework.package_answered") == entries("casework.hold_placed") == 0


@pytest.mark.parametrize("by_host", [False, True])
def test_a_hold_stops_notices_and_checks_until_it_ends_by_itself(
    node: SmallNode, by_host: bool
) -> None:
    item_id = released(node)
    asked = len(node.outside.checker.asked)
    held(node, None if by_host else item_id, host=HOST if by_host else "", hours=24)

    for _hour in range(23):
        node.later(hours=1)
        node.work()
    assert node.outside.mail.taken == []
    assert len(node.outside.checker.asked) == asked
    assert node.item(item_id).notice == "queued"

    node.later(hours=1)
    node.work()
    assert node.item(item_id).notice == "sent"
    assert len(node.outside.mail.taken) == 1
    assert len(node.outside.checker.asked) > asked
    assert entries("casework.hold_ended") == 1


def test_a_hold_that_is_lifted_lets_the_work_go_on_at_once(node: SmallNode) -> None:
    item_id = released(node)
    hold_id = held(node, item_id)
    node.at += POLICY.notice_after
    node.work()
    assert node.outside.mail.taken == []

    casework.hold_lifted(hold_id=hold_id, actor=node.investigator, at=node.at)
    node.work()

    assert node.item(item_id).notice == "sent"


def test_the_longer_of_two_holds_counts(node: SmallNode) -> None:
    item_id = released(node)
    held(node, item_id, hours=1)
    held(node, None, host=HOST, hours=5)

    node.later(hours=2)
    node.work()
    assert node.outside.mail.taken == []

    node.later(hours=4)
    node.work()
    assert node.item(item_id).notice == "sent"


def test_services_take_words_and_no_file_written_as_letters(node: SmallNode) -> None:
    item_id = confirmed(node)
    encoded = "iVBORw0KGgo" + "A1b2C3d4" * 8
    tried: list[Callable[[], object]] = [
        lambda: casework.hold_placed(
            item_id=item_id, host="", reason=encoded, hours=1, actor=node.investigator, at=node.at
        ),
        lambda: casework.item_passed_on(
            item_id=item_id, to=encoded, actor=node.analyst, at=node.at
        ),
        lambda: casework.contact_named(
            item_id=item_id,
            name=encoded,
            email="abuse@host.example",
            actor=node.analyst,
            at=node.at,
        ),
        lambda: casework.package_answered(
            item_id=item_id, kind="taken", reference=encoded, actor=node.investigator, at=node.at
        ),
    ]
    for refused in tried:
        with pytest.raises(RefusedError) as refusal:
            refused()
        assert refusal.value.code == "picture_in_text"
