# SPDX-License-Identifier: Apache-2.0
"""Texts side by side, figures that changed, and versions beside each other: nothing is overwritten."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from havn.domain.errors import RefusedError
from havn.domain.jobs.models import Job
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import NationalReport, ReportText
from havn.lib import wire
from tests.support.national_report import YEAR, ReportingNode, reporting_node, secretariat_node

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def begun(standing) -> tuple[ReportingNode, UUID]:
    """A node and the draft of its report."""
    found = reporting_node()
    found.reports_received(40)
    return found, found.drafted()


@pytest.fixture
def node(begun, db) -> ReportingNode:
    return deepcopy(begun[0])


@pytest.fixture
def report_id(begun) -> UUID:
    return begun[1]


def correction(
    node: ReportingNode, report_id: UUID, kind: str, note: str = "A batch came late."
) -> UUID:
    return services.begin_correction(
        report_id=report_id,
        kind=kind,
        note={"en": note},
        actor=node.rapporteur,
        at=node.later(days=1),
    )


def test_an_error_in_facts_makes_a_version_beside_the_old_one_with_old_new_and_why(
    node, report_id
):
    first = node.released(node.made_ready(report_id))
    node.reports_received(20)
    second = correction(node, first, "error_in_facts")
    node.confirmed(second)
    node.wrote(second, "note:R01", "Twenty reports stood under another country.")
    node.released(second)
    old, new = NationalReport.objects.get(pk=first), NationalReport.objects.get(pk=second)
    assert (old.state, old.version, new.state, new.version) == (
        "corrected", "1.0", "released", "1.1",
    )  # fmt: skip
    assert new.supersedes_id == old.pk
    assert new.release.as_of > old.release.as_of
    head = wire.claimed_head(new.signed_head)
    assert head.supersedes == first
    assert head.correction.kind == "error_in_facts"
    assert head.correction.note == {"en": "A batch came late."}
    assert OutgoingEvent.objects.filter(kind="national_report.released").count() == 0  # no hub yet
    assert Fact.objects.filter(name="national_report_signed").count() == 2


def test_the_data_owners_confirm_again_what_was_computed_again_and_not_mere_words(node, report_id):
    first = node.released(node.made_ready(report_id))
    words = correction(node, first, "text")
    assert selectors.what_is_open(report_id=words, actor=node.rapporteur) == []
    node.released(words)
    numbers = correction(node, words, "late_facts")
    codes = {p.code for p in selectors.what_is_open(report_id=numbers, actor=node.rapporteur)}
    assert codes == {"part_not_confirmed"}


def test_what_tells_too_much_is_withdrawn_in_all_versions_with_the_same_figures(node, report_id):
    first = node.released(node.made_ready(report_id))
    second = correction(node, first, "text")
    node.released(second)
    services.withdraw_report(report_id=second, actor=node.rapporteur, at=node.at)
    states = set(NationalReport.objects.values_list("state", flat=True))
    assert states == {"withdrawn"}


def test_a_disclosure_takes_the_files_back_at_once_and_names_no_number(node, report_id):
    hub = secretariat_node()
    first = node.released(node.made_ready(report_id))
    node.reports_received(20)
    with pytest.raises(RefusedError, match="Withdraw"):
        correction(node, first, "disclosure")
    services.withdraw_report(report_id=first, actor=node.rapporteur, at=node.at)
    assert selectors.closed_quarters(actor=node.system) == []
    told = OutgoingEvent.objects.filter(kind="national_report.step", subject_id=first)
    assert told.get().audience == [str(hub)]
    second = correction(node, first, "disclosure", "A hidden number could be derived.")
    node.confirmed(second)
    node.wrote(second, "note:R01", "Some figures are hidden now.")
    node.released(second)
    lines = json.loads(
        NationalReport.objects.get(pk=second).parts.get(name="corrections").content
    )["corrections"]
    assert lines
    assert {(each["old"], each["new"]) for each in lines} == {(None, None)}


@pytest.mark.parametrize(
    ("kind", "note", "code"),
    [
        ("weather", "Why.", "unknown_kind"),
        ("text", " ", "note_needed"),
        ("text", "<b>", "holds_markup"),
    ],
)
def test_a_correction_without_kind_or_public_note_is_refused(node, report_id, kind, note, code):
    first = node.released(node.made_ready(report_id))
    with pytest.raises(RefusedError) as refused:
        correction(node, first, kind, note)
    assert refused.value.code == code
    assert NationalReport.objects.count() == 1


def test_there_is_one_draft_of_a_year_at_a_time(node, report_id):
    first = node.released(node.made_ready(report_id))
    correction(node, first, "text")
    with pytest.raises(RefusedError) as refused:
        correction(node, first, "text")
    assert refused.value.code == "draft_open"


def test_texts_from_clearance_are_proposals_and_figures_cannot_come_back(node, report_id):
    node.wrote(report_id, text="As it stood.")
    was = wire.text_digest("As it stood.")
    proposed = [
        services.ProposedText("overview", "en", "As the minister would say it.", was),
        services.ProposedText("resources", "en", "Two people more.", None),
    ]
    added = services.propose_texts(
        report_id=report_id, proposed=proposed, actor=node.rapporteur, at=node.at
    )
    assert added == 2
    again = services.propose_texts(
        report_id=report_id, proposed=proposed, actor=node.rapporteur, at=node.at
    )
    assert again == 0
    text = selectors.texts(report_id=report_id, actor=node.rapporteur)["overview", "en"]
    assert text.text == "As it stood."
    assert [each.text for each in text.proposals] == ["As the minister would say it."]
    services.choose_text(
        report_id=report_id,
        version_id=text.proposals[0].id,
        actor=node.rapporteur,
        at=node.later(minutes=1),
    )
    text = selectors.texts(report_id=report_id, actor=node.rapporteur)["overview", "en"]
    assert (text.text, text.proposals) == ("As the minister would say it.", ())
    assert ReportText.objects.count() == 4
    with pytest.raises(RefusedError) as refused:
        services.propose_texts(
            report_id=report_id,
            proposed=[services.ProposedText("figures/R01", "en", "99", None)],
            actor=node.rapporteur,
            at=node.at,
        )
    assert refused.value.code == "unknown_kind"


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("novel", "Words.", "unknown_kind"),
        ("note:Z99", "Words.", "unknown_kind"),
        ("overview", "x" * (rules.MOST_TEXT + 1), "text_too_long"),
        ("overview", "<a href>", "holds_markup"),
        ("overview", "\u202eturned", "control_character"),
        ("overview", "data:image/png;base64,AAAA", "picture_in_text"),
    ],
)
def test_a_text_that_no_report_may_carry_is_refused_with_a_sentence(
    node, report_id, kind, text, code
):
    with pytest.raises(RefusedError) as refused:
        node.wrote(report_id, kind, text)
    assert refused.value.code == code
    assert str(refused.value) != code
    assert not ReportText.objects.exists()


def test_a_capability_is_told_to_the_secretariat_alone_and_is_in_no_report(node, report_id):
    hub = secretariat_node()
    services.state_capability(
        capability=3,
        phase=2,
        evidence="Act 12 of 2024",
        assessed_on=node.at.date() - timedelta(days=3),
        actor=node.rapporteur,
        at=node.at,
    )
    event = OutgoingEvent.objects.get(kind="capability.stated")
    assert event.audience == [str(hub)]
    node.released(node.made_ready(report_id))
    parts = NationalReport.objects.get(pk=report_id).parts.all()
    assert not any("Act 12" in part.content for part in parts)
    for change, code in (
        ({"capability": 22}, "unknown_capability"),
        ({"phase": 5}, "unknown_phase"),
    ):
        with pytest.raises(RefusedError) as refused:
            services.state_capability(
                **{"capability": 3, "phase": 2, **change},
                evidence="",
                assessed_on=node.at.date(),
                actor=node.rapporteur,
                at=node.at,
            )
        assert refused.value.code == code


def test_a_version_that_the_hub_refused_is_mended_by_the_next_one(node, report_id):  # H8
    hub = secretariat_node()
    first = node.released(node.made_ready(report_id))
    services.take_receipt(
        event_id=uuid4(),
        sender=hub,
        body={"v": 1, "report": str(first), "state": "refused", "code": "too_precise", "at": ""},
        actor=node.system,
        at=node.at,
    )
    [message] = selectors.hub_messages(actor=node.rapporteur, year=str(YEAR))
    assert (message.report_id, message.state, message.code) == (first, "refused", "too_precise")
    second = correction(node, first, "error_in_method", "Two digits too many.")
    node.confirmed(second)
    node.released(second)
    head = wire.claimed_head(NationalReport.objects.get(pk=second).signed_head)
    assert (head.version, head.supersedes) == ("1.1", first)
    told = OutgoingEvent.objects.filter(kind="national_report.released", audience=[str(hub)])
    assert set(told.values_list("subject_id", flat=True)) == {first, second}


def test_an_error_in_facts_is_due_ten_working_days_after_it_was_found(node, report_id):
    node.released(node.made_ready(report_id))
    found_on = node.at.date()
    new = services.begin_correction(
        report_id=report_id,
        kind="error_in_facts",
        note={"en": "A batch was filed under the wrong country."},
        discovered_on=found_on,
        actor=node.rapporteur,
        at=node.later(days=1),
    )
    line = selectors.report(report_id=new, actor=node.rapporteur).line
    assert line.due_on == rules.corrected_by(found_on)
    assert not line.is_late(line.due_on)
    assert line.is_late(line.due_on + timedelta(days=1))
    waiting = Job.objects.filter(kind=rules.REMIND, subject_id=new, withdrawn_at=None)
    assert {int(key.split(":")[2]) for key in waiting.values_list("key", flat=True)} >= {
        7,
        1,
        -1,
        -7,
    }
    node.confirmed(new)
    node.released(new)
    assert not waiting.exists()
    deadlines = {
        fact.codes["deadline"] for fact in Fact.objects.filter(name="national_report_signed")
    }
    assert deadlines == {rules.deadline_of(YEAR).isoformat()}  # of the report itself, for X2


def test_late_facts_come_with_the_next_scheduled_release_and_have_no_day_of_their_own(
    node, report_id
):
    new = correction(node, node.released(node.made_ready(report_id)), "late_facts")
    line = selectors.report(report_id=new, actor=node.rapporteur).line
    assert line.due_on == rules.deadline_of(YEAR)
    a_year_on = line.due_on + timedelta(days=365)
    assert not line.is_late(a_year_on)
    told = selectors.brief(report_id=new, actor=node.signatory, today=a_year_on)
    assert (told.is_late, told.correction_kind) == (False, "late_facts")
    assert not Job.objects.filter(kind=rules.REMIND, subject_id=new).exists()
