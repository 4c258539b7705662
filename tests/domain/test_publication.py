# SPDX-License-Identifier: Apache-2.0
"""What the hub takes and refuses, publishes and takes back; every refusal has a code and says what to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from havn.domain.actor import Role
from havn.domain.audit.models import Detail, Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.publication import rules, selectors, services
from havn.domain.publication.models import (
    OfficeKey,
    PublishedFigure,
    PublishedReport,
    Refusal,
    Reminder,
)
from havn.domain.publication.selectors import public
from havn.lib import wire
from tests.support.hub import (
    WITHOUT_NODE,
    YEAR,
    HubAlliance,
    figure,
    following,
    made_report,
    office_key,
    person,
    public_half,
    stated_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    found = HubAlliance()
    key = services.NewOfficeKey(WITHOUT_NODE, "Ministry (made up)", public_half(office_key()))
    services.add_office_key(key=key, actor=found.secretariat, at=found.at)
    return found


def uploaded(hub, made):
    return services.take_upload(content=made.upload, actor=hub.system, at=hub.at)


def sent(hub, made, *, by="DK"):
    judged = None
    for part in made.parts:
        judged = services.keep_part(
            body=wire.part_event(made.id, part), subject=made.id, sender=hub.node_of(by),
            actor=hub.system, at=hub.at,
        )  # fmt: skip
    if judged is not None and judged.faults:
        return judged
    return services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=hub.node_of(by),
        actor=hub.system, at=hub.at,
    )  # fmt: skip


# --- what a node sends


def test_a_report_is_kept_exactly_as_it_was_signed(hub):  # H1
    made = made_report()
    assert sent(hub, made).is_accepted
    row = PublishedReport.objects.get()
    parts = {part.sha256: part.content.encode() for part in row.parts.all()}
    assert (row.head, parts) == (made.token, made.by_digest())


def test_a_breakdown_that_is_left_away_is_taken_and_kept(hub):  # H9 N27
    away = wire.Figure.left_away(period="2025", measure="received", breakdown="channel")
    assert sent(hub, made_report(figures=[figure(), away])).is_accepted
    row = PublishedFigure.objects.get(breakdown="channel")
    assert (row.code, row.status, row.value, row.low, row.high) == ("_N", "Q", None, None, None)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("another_node", {"node": "99999999-9999-4999-8999-999999999999"}),
        ("year_open", {"year": "2026"}),
        ("version_not_next", {"version": "1.1", "supersedes": "99999999-9999-4999-8999-999999999999",
                              "correction": wire.Correction("text", {"en": "A word (made up)."})}),
        ("unknown_definition", {"definition": 99}),
        ("unknown_indicator", {"indicator": "Z99"}),
        ("unknown_measure", {"figures": [figure(measure="moonlight")]}),
        ("unknown_breakdown", {"figures": [figure(breakdown="moon", code="full")]}),
        ("unknown_code", {"figures": [figure(breakdown="channel", code="pigeon")]}),
        ("too_precise", {"figures": [figure(value=Decimal("0.1234567891"))]}),
        ("unknown_key", {"private": bytes(range(32))}),
    ],
)  # fmt: skip
def test_what_a_node_sends_is_refused_by_a_stable_code_with_a_sentence(hub, code, changes):
    # H6 H7 H8 H9
    judged = sent(hub, made_report(**changes))
    assert judged.code == code
    assert all(fault.sentence.endswith(".") and fault.place for fault in judged.faults)
    assert (judged.receipt()["state"], judged.receipt()["code"]) == ("refused", code)
    assert not PublishedReport.objects.exists()
    assert Refusal.objects.get().code == code


def test_a_country_that_takes_no_part_is_refused_with_a_sentence():  # H5
    head = made_report().head
    sender = rules.Sender(member=head.member, node=head.node, is_member=False, has_node=True)
    (fault,) = rules.sender_faults(head, sender)
    assert fault.code == "not_a_member"
    assert "Ask the secretariat how it accedes." in fault.sentence


def test_the_same_report_again_is_refused_and_changes_nothing(hub):  # H7
    made = made_report()
    sent(hub, made)
    again = services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=hub.node_of("DK"),
        actor=hub.system, at=hub.at,
    )  # fmt: skip
    assert again.code == "already_here"
    assert PublishedReport.objects.get().state == "accepted"


def test_a_version_follows_the_last_one_and_knows_no_less(hub):  # H8
    first = made_report()
    sent(hub, first)
    earlier = datetime(2026, 1, 30, tzinfo=UTC)
    assert sent(hub, following(first, "late_facts", as_of=earlier)).code == "goes_back"
    second = following(first, "late_facts")
    assert sent(hub, second).is_accepted
    assert sent(hub, following(first, "late_facts")).code == "version_not_next"
    assert sent(hub, following(second, "text")).is_accepted


def refused(hub, made, code="unknown_measure"):
    """Let the hub refuse a report for a fault of its own."""
    assert sent(hub, made).code == code
    return made


BAD = {"figures": [figure(measure="moonlight")]}


def test_a_first_version_that_was_refused_is_mended_by_the_next_one(hub):  # H8
    first = refused(hub, made_report(**BAD))
    second = following(first, "error_in_method")
    assert sent(hub, second).is_accepted
    row = PublishedReport.objects.get()
    assert (row.version, row.state, row.follows_refused) == ("1.1", "accepted", True)
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    [release] = public.releases(year=YEAR, actor=hub.system)
    assert (release.version, release.is_current, release.follows_refused) == ("1.1", True, True)
    assert sent(hub, following(second, "text")).is_accepted
    assert not PublishedReport.objects.get(version="1.2").follows_refused


def test_a_correction_that_was_refused_is_mended_by_the_next_one_and_follows_what_is_public(hub):
    # H8 H14
    first = made_report()
    sent(hub, first)
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    third = refused(
        hub, following(refused(hub, following(first, "late_facts", **BAD)), "text", **BAD)
    )
    assert third.head.version == "1.2"
    assert sent(hub, following(third, "error_in_method")).is_accepted
    states = dict(PublishedReport.objects.values_list("version", "is_current"))
    assert states == {"1.0": False, "1.3": True}


def test_a_mended_disclosure_takes_back_the_last_version_that_was_here(hub):  # H8 H15
    first = made_report()
    sent(hub, first)
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    second = refused(hub, following(first, "disclosure", **BAD))
    assert sent(hub, following(second, "disclosure")).is_accepted
    states = dict(PublishedReport.objects.values_list("version", "state"))
    assert states == {"1.0": "withdrawn", "1.2": "published"}


def test_what_was_not_refused_from_this_node_is_no_predecessor(hub):  # H8
    theirs = made_report("SE", **BAD)
    assert sent(hub, theirs, by="SE").code == "unknown_measure"
    ours = replace(theirs, head=replace(theirs.head, member="DK"))
    assert sent(hub, following(ours, "text")).code == "version_not_next"
    first = made_report()
    sent(hub, first)
    sent(hub, first)  # refused as here already: the report itself was taken
    assert Refusal.objects.filter(report=first.id).exists()
    skips = replace(first, head=replace(first.head, version="3.6"))
    assert sent(hub, following(skips, "text")).code == "version_not_next"


def test_what_was_refused_and_taken_since_is_followed_as_what_was_taken(hub):  # H8
    first = made_report()
    services.take_report(
        body=wire.released_event(first.token[:-4] + "AAAA"), subject=first.id,
        sender=hub.node_of("DK"), actor=hub.system, at=hub.at,
    )  # fmt: skip
    sent(hub, first)
    second = following(first, "text")
    assert sent(hub, second).is_accepted
    assert not PublishedReport.objects.get(pk=second.id).follows_refused
    # One of which the next is here comes too late.
    third = refused(hub, following(second, "text", **BAD))
    assert sent(hub, following(third, "error_in_method")).is_accepted
    again = following(second, "text")
    assert sent(hub, replace(again)).code == "version_not_next"


def test_a_mended_version_knows_no_less_and_is_no_earlier_one(hub):  # H8
    first = made_report()
    sent(hub, first)
    second = following(first, "text")
    sent(hub, second)
    third = refused(hub, following(second, "late_facts", **BAD))
    earlier = datetime(2026, 1, 30, tzinfo=UTC)
    assert sent(hub, following(third, "text", as_of=earlier)).code == "goes_back"
    lower = replace(third, head=replace(third.head, version="1.0"))
    assert sent(hub, following(lower, "text")).code == "version_not_next"
    assert PublishedReport.objects.count() == 2


def test_an_office_makes_its_file_anew(hub):  # H8
    bad = stated_report(**BAD)
    assert uploaded(hub, bad).code == "unknown_measure"
    assert uploaded(hub, following(bad, "text")).code == "version_not_next"
    assert uploaded(hub, stated_report()).is_accepted


def test_a_part_with_an_extra_field_is_refused_by_its_place(hub):  # H2
    made = made_report()
    body = wire.part_event(made.id, made.parts[0])
    body["content"]["address"] = "https://somewhere.example"
    judged = services.keep_part(
        body=body, subject=made.id, sender=hub.node_of("DK"), actor=hub.system, at=hub.at
    )
    assert judged.code == "unknown_field"
    assert "address" in judged.faults[0].sentence


def test_a_node_cannot_fill_the_hub_with_parts(hub, monkeypatch):  # H3
    monkeypatch.setattr(services.intake, "MOST_WAITING_PARTS", 1)
    made = made_report(texts=[wire.Text("overview", "en", "A quiet year (made up).")])
    assert sent(hub, made).code == "too_many_waiting"


# --- what an office sends


def test_a_file_of_a_registered_office_is_stated_and_marked_so(hub):  # H10 H11
    judged = uploaded(hub, stated_report())
    assert judged.is_accepted
    found = PublishedFigure.objects.get()
    assert (found.basis, found.source, found.member) == ("stated", "Register (made up)", "FI")


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("unknown_key", stated_report(private=bytes(range(32)))),
        ("unknown_key", stated_report("SE", private=office_key())),
        ("node_and_basis", made_report("FI", private=office_key())),
        ("year_open", stated_report(year="2026")),
    ],
)
def test_a_file_is_refused_with_a_sentence(hub, code, made):
    judged = uploaded(hub, made)
    assert judged.code == code
    assert not PublishedReport.objects.exists()


def test_what_no_registered_key_signed_leaves_no_trace(hub):  # H12
    before = Entry.objects.count()
    assert uploaded(hub, stated_report(private=bytes(range(32)))).is_nobodys
    judged = services.take_upload(content=b"{}", actor=hub.system, at=hub.at)
    assert judged.faults
    assert (Refusal.objects.count(), Entry.objects.count()) == (0, before)


def test_an_office_cannot_state_for_a_member_that_reports_with_a_node(hub):  # H5
    key = services.NewOfficeKey("SE", "Office (made up)", public_half(office_key("SE")))
    services.add_office_key(key=key, actor=hub.secretariat, at=hub.at)
    assert uploaded(hub, stated_report("SE")).code == "has_a_node"


def test_a_key_that_ended_signs_nothing_more(hub):  # H11
    key = OfficeKey.objects.get().pk
    assert services.end_office_key(key=key, actor=hub.secretariat, at=hub.at)
    assert not services.end_office_key(key=key, actor=hub.secretariat, at=hub.at)
    assert uploaded(hub, stated_report()).code == "unknown_key"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("not_a_member", services.NewOfficeKey("XX", "Office", bytes(32))),
        ("no_office", services.NewOfficeKey("FI", " ", bytes(32))),
        ("not_a_key", services.NewOfficeKey("FI", "Office", b"short")),
        ("key_exists", services.NewOfficeKey("FI", "Office", public_half(office_key()))),
    ],
)
def test_an_office_key_is_refused_with_a_sentence(hub, code, key):
    with pytest.raises(RefusedError) as refused:
        services.add_office_key(key=key, actor=hub.secretariat, at=hub.at)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


# --- publishing, withdrawing


def test_what_arrived_is_published_on_the_day_and_not_before(hub):  # H13
    sent(hub, made_report())
    before = datetime(2026, 4, 29, tzinfo=UTC)
    assert services.publish_year(year=YEAR, actor=hub.system, at=before) == 0
    day = before + timedelta(days=1)
    assert services.publish_year(year=YEAR, actor=hub.system, at=day) == 1
    assert services.publish_year(year=YEAR, actor=hub.system, at=day) == 0
    row = PublishedReport.objects.get()
    assert (row.state, row.published_at, row.is_current) == ("published", day, True)
    assert PublishedFigure.objects.get().is_current


def test_the_secretariat_may_publish_by_hand_and_it_is_known_who_did(hub):  # H13
    made = made_report()
    sent(hub, made)
    services.publish_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    entry = Entry.objects.get(action="publication.report_published")
    assert entry.actor_id == hub.secretariat.identifier
    with pytest.raises(RefusedError):
        services.publish_report(report_id=made.id, actor=hub.secretariat, at=hub.at)


def test_a_correction_of_what_is_not_public_waits_with_it(hub):  # H14
    first = made_report()
    sent(hub, first)
    sent(hub, following(first, "error_in_facts"))
    assert {row.state for row in PublishedReport.objects.all()} == {"accepted"}
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    current = PublishedReport.objects.get(is_current=True)
    assert current.version == "1.1"
    assert PublishedFigure.objects.filter(is_current=True).count() == 1


def test_a_disclosing_version_goes_at_once_and_no_entry_holds_the_number(hub):  # H15
    first = made_report(figures=[figure(4321)])
    sent(hub, first)
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    sent(hub, following(first, "disclosure", figures=[figure(value=None, status="L")]))
    states = dict(PublishedReport.objects.values_list("version", "state"))
    assert states == {"1.0": "withdrawn", "1.1": "published"}
    assert not PublishedFigure.objects.filter(is_current=True, value=4321).exists()
    said = [row.detail for row in Detail.objects.all()]
    assert not any("4321" in each for each in said)
    assert Entry.objects.filter(action="publication.report_withdrawn").count() == 1


def test_a_withdrawn_version_keeps_its_number_for_ever(hub):  # H15
    made = made_report()
    sent(hub, made)
    assert services.withdraw_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    assert not services.withdraw_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    assert sent(hub, made_report()).code == "version_not_next"
    assert sent(hub, following(made, "disclosure")).is_accepted


# --- the board


def test_a_year_is_asked_for_once_of_every_member(hub):  # H16
    assert services.ask_year(year=YEAR, actor=hub.secretariat, at=hub.at) == 3
    assert services.ask_year(year=YEAR, actor=hub.secretariat, at=hub.at) == 0
    board = selectors.year_board(year=YEAR, actor=hub.secretariat, at=hub.at)
    assert [line.member for line in board.lines] == ["DK", "FI", "SE"]
    assert board.counts[rules.Step.ASKED] == 3
    with pytest.raises(RefusedError):
        services.ask_year(year="2026", actor=hub.secretariat, at=hub.at)


def test_a_reminder_goes_once_and_is_overtaken_by_the_report(hub):  # H16
    services.ask_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    hub.later(days=60)
    due = selectors.reminders_due(actor=hub.system, at=hub.at)
    assert {each.member for each in due} == {"DK", "FI", "SE"}
    sent(hub, made_report())
    for each in due:
        services.send_reminder(reminder_id=each.id, way="node", actor=hub.system, at=hub.at)
    assert selectors.reminders_due(actor=hub.system, at=hub.at) == []
    assert set(Reminder.objects.filter(overtaken_at__isnull=False).values_list("member")) == {
        ("DK",)
    }


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARIAT])
def test_for_every_other_role_there_is_no_board(hub, role):
    other = replace(person(role), organisation=hub.organisation)
    acts = [
        lambda: selectors.year_board(year=YEAR, actor=other, at=hub.at),
        lambda: selectors.office_keys(actor=other),
        lambda: services.ask_year(year=YEAR, actor=other, at=hub.at),
        lambda: services.publish_year(year=YEAR, actor=other, at=hub.at),
        lambda: services.ask_member(member="DK", year=YEAR, text="Why?", actor=other, at=hub.at),
    ]
    if role is not Role.OPERATOR:  # who looks after the hub sees what it refuses
        acts.append(lambda: selectors.refusals(actor=other))
    for act in acts:
        with pytest.raises(NotFoundError):
            act()
