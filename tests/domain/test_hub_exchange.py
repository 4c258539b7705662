# SPDX-License-Identifier: Apache-2.0
"""The hub is a node of the Alliance: what members' nodes say to it is handled, and answered in its own log."""

from copy import deepcopy
from datetime import timedelta

import pytest

from havn.domain.members import selectors as members
from havn.domain.publication import selectors, services
from havn.domain.publication.models import (
    ArrivedPart,
    PublishedFigure,
    PublishedReport,
    Question,
    Refusal,
    ReportPart,
    ReportProof,
)
from havn.domain.workflow.tasks.hub import calendar
from havn.lib import feed, wire
from tests.support.hub import (
    WITHOUT_NODE,
    YEAR,
    HubAlliance,
    following,
    made_report,
    office_key,
    public_half,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(standing):
    return HubAlliance().joined()


@pytest.fixture
def hub(made, db):
    return deepcopy(made)


def test_a_report_travels_from_a_node_to_the_hub_and_a_receipt_goes_back(hub):  # H1 H2 H4
    made = made_report(texts=[wire.Text("overview", "en", "A quiet year (made up).")])
    hub.later()
    hub.send("DK", made)
    assert hub.hear("DK") == len(made.parts) + 1
    row = PublishedReport.objects.get()
    assert (row.pk, row.member, row.year, row.version) == (made.id, "DK", YEAR, "1.0")
    assert (row.state, row.basis, row.node) == ("accepted", "computed", hub.node_of("DK"))
    assert {part.name: part.content.encode() for part in ReportPart.objects.all()} == {
        part.name: part.content for part in made.parts
    }
    assert PublishedFigure.objects.get().value == 12
    assert not ArrivedPart.objects.exists()
    [receipt] = hub.answers_to("DK")
    assert receipt.pop("event") == "national_report.receipt"
    assert wire.read_event("receipt", receipt)["report"] == str(made.id)
    assert (receipt["state"], receipt["code"]) == ("accepted", "")
    assert receipt["proof"] == ReportProof.objects.get().proof
    node, own = hub.peers["DK"], members.own_node(actor=hub.system).node_id
    hubs = [feed.LogKey(key.public) for key in members.log_keys_of(node_id=own, actor=hub.system)]
    feed.verify_proof(
        receipt["proof"],
        node.leaves[feed.read_proof(receipt["proof"]).index],
        origin=node.origin,
        log_keys=[feed.LogKey(node.log_public)],
        witnesses={feed.witness_name(str(own)): hubs},
        needed=1,
    )
    assert hub.alarms() == []


def test_a_refused_report_leaves_nothing_but_its_code_and_the_node_hears_why(hub):  # H4 H6
    made = made_report("DK", private=bytes(32))
    hub.later()
    hub.send("DK", made)
    hub.hear("DK")
    assert not PublishedReport.objects.exists()
    assert not ArrivedPart.objects.exists()
    assert Refusal.objects.get().code == "unknown_key"
    [receipt] = hub.answers_to("DK")
    assert (receipt["state"], receipt["code"]) == ("refused", "unknown_key")
    receipt.pop("event")
    assert wire.read_event("receipt", receipt)[
        "proof"
    ]  # what was refused stood in the log as well


def test_one_member_cannot_report_for_another(hub):  # H5
    hub.later()
    hub.send("SE", made_report("DK"))
    hub.hear("SE")
    assert [row.code for row in Refusal.objects.all()] == ["another_member"]
    assert not PublishedReport.objects.exists()


def test_a_head_that_overtakes_a_part_waits_for_it(hub):  # H3
    made = made_report(texts=[wire.Text("overview", "en", "A quiet year (made up).")])
    first, last = made.parts
    hub.later()
    hub.tell("DK", "national_report.part", made.id, **wire.part_event(made.id, first))
    hub.tell("DK", "national_report.released", made.id, **wire.released_event(made.token))
    hub.hear("DK")
    assert PublishedReport.objects.get().state == "waiting"
    assert hub.answers_to("DK") == []
    hub.later()
    hub.tell("DK", "national_report.part", made.id, **wire.part_event(made.id, last))
    hub.hear("DK")
    assert PublishedReport.objects.get().state == "accepted"
    [receipt] = hub.answers_to("DK")
    assert (receipt["state"], receipt["proof"]) == ("accepted", ReportProof.objects.get().proof)


def test_a_node_says_how_far_it_is_and_answers_what_it_is_asked(hub):  # H17 H18
    asked = services.ask_member(
        member="DK", year=YEAR, text="Why no figure?", actor=hub.secretariat, at=hub.at
    )
    [question] = hub.answers_to("DK")
    assert (question["event"], question["text"]) == ("national_report.question", "Why no figure?")
    hub.later()
    hub.tell("DK", "national_report.step", made_report().id, year=YEAR, step="draft")
    hub.tell("DK", "national_report.answer", asked, question=str(asked), text="It follows.")
    hub.hear("DK")
    line = selectors.member_board(member="DK", year=YEAR, actor=hub.secretariat, at=hub.at)
    assert line.progress.reached == "draft"
    assert Question.objects.get().answer == "It follows."


def test_a_node_may_not_say_that_the_hub_published(hub):  # H17
    hub.later()
    hub.tell("DK", "national_report.step", made_report().id, year=YEAR, step="published")
    hub.hear("DK")
    line = selectors.member_board(member="DK", year=YEAR, actor=hub.secretariat, at=hub.at)
    assert line.progress.reached is None
    assert hub.alarms() == ["event_refused"]


def test_a_node_that_withdraws_a_version_is_followed_at_once(hub):  # H15
    made = made_report()
    hub.later()
    hub.send("DK", made)
    hub.hear("DK")
    services.publish_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    hub.tell(
        "SE", "national_report.step", made.id, year=YEAR, step="withdrawn", report=str(made.id)
    )
    hub.hear("SE")
    assert PublishedReport.objects.get().state == "published"  # only its own node may
    hub.tell(
        "DK", "national_report.step", made.id, year=YEAR, step="withdrawn", report=str(made.id)
    )
    hub.hear("DK")
    row = PublishedReport.objects.get()
    assert (row.state, row.is_current) == ("withdrawn", False)
    assert not PublishedFigure.objects.filter(is_current=True).exists()


def test_reports_go_to_the_nodes_whose_organisation_has_the_mandate(hub):  # R43
    assert [each.node_id for each in members.secretariat_nodes(actor=hub.system)] == [
        hub.own.node_id
    ]


def test_a_correction_that_arrives_is_published_beside_what_it_corrects(hub):  # H14
    made = made_report()
    hub.later()
    hub.send("DK", made)
    hub.hear("DK")
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    hub.later()
    hub.send("DK", following(made, "error_in_facts"))
    hub.hear("DK")
    rows = PublishedReport.objects.order_by("version")
    assert [(row.version, row.state, row.is_current) for row in rows] == [
        ("1.0", "published", False),
        ("1.1", "published", True),
    ]


# --- the calendar


class Postbox:
    """Keeps mails."""

    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


def work(kind, at, postbox=None):
    """Do the due work of one kind, as a worker does; returns how many jobs."""
    from havn.domain.jobs import services as jobs
    from havn.domain.workflow.tasks.hub import BACKGROUND_WORK
    from havn.domain.workflow.tasks.hub.outside import HubOutside

    outside = HubOutside(mail=postbox or Postbox())
    done = 0
    while claimed := jobs.claim(kinds=[kind], at=at, most=20, lease=timedelta(minutes=2)):
        for job in claimed:
            BACKGROUND_WORK[kind](job, at, outside)
            jobs.finish(job=job, at=at)
            done += 1
    return done


def test_the_hub_asks_reminds_and_publishes_by_its_calendar(hub):  # H13 H16
    key = services.NewOfficeKey(
        WITHOUT_NODE, "Ministry", public_half(office_key()), email="office@fi.example"
    )
    services.add_office_key(key=key, actor=hub.secretariat, at=hub.at)
    calendar.order_calendar(at=hub.at)
    assert work(calendar.CALENDAR, hub.at) == 1
    line = selectors.member_board(member="SE", year=YEAR, actor=hub.secretariat, at=hub.at)
    assert line.progress.reached == "asked"

    hub.later(days=15)  # the first reminder that was still to come: 14 days before the deadline
    assert calendar.order_reminders(hub.at) == 3
    postbox = Postbox()
    assert work(calendar.REMINDER, hub.at, postbox) == 3
    assert [str(mail["To"]) for mail in postbox.mails] == ["office@fi.example"]
    assert "2026-03-31" in postbox.mails[0].get_content()
    assert calendar.order_reminders(hub.at) == 0
    [told] = hub.answers_to("SE")
    assert (told["step"], told["days"], told["due"]) == ("reminded", -14, "2026-03-31")

    made = made_report()
    hub.send("DK", made)
    hub.hear("DK")
    work(calendar.CALENDAR, hub.at)
    assert PublishedReport.objects.get().state == "accepted"
    hub.later(days=44)
    work(calendar.CALENDAR, hub.at)
    assert PublishedReport.objects.get().state == "published"
    late = selectors.member_board(member="SE", year=YEAR, actor=hub.secretariat, at=hub.at)
    assert (late.progress.next_step, late.progress.is_publicly_late) == ("draft", False)


def test_a_question_for_a_member_without_a_node_goes_by_mail_to_its_office(hub):  # H18
    key = services.NewOfficeKey(
        WITHOUT_NODE, "Ministry", public_half(office_key()), email="office@fi.example"
    )
    services.add_office_key(key=key, actor=hub.secretariat, at=hub.at)
    services.ask_member(
        member="FI", year=YEAR, text="Which register?", actor=hub.secretariat, at=hub.at
    )
    calendar.order_reminders(hub.at)
    postbox = Postbox()
    assert work(calendar.QUESTION_MAIL, hub.at, postbox) == 1
    assert "Which register?" in postbox.mails[0].get_content()
    assert Question.objects.get().way == "mail"
    assert selectors.questions_to_mail(actor=hub.system) == []


def test_how_a_member_sees_itself_is_kept_for_the_secretariat_alone(hub):  # H20
    said = made_report().id
    body = {"capability": 3, "phase": 2, "evidence": "A letter (made up)", "on": "2026-02-01"}
    hub.later()
    hub.tell("DK", "capability.stated", said, **body)
    hub.tell("DK", "capability.stated", made_report().id, **{**body, "phase": 9})
    hub.hear("DK")
    [view] = selectors.self_assessments(member="DK", actor=hub.secretariat)
    assert (view.capability, view.phase, view.evidence) == (3, 2, "A letter (made up)")
    assert hub.alarms() == ["event_refused"]
    assert hub.answers_to("DK") == []
