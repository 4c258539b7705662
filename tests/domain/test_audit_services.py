# SPDX-License-Identifier: Apache-2.0
"""Services that record, services that forget to, and selectors that leave a reading entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.audit.models import Entry
from havn.domain.audit.selectors import history
from havn.domain.errors import NotFoundError
from havn.domain.members.models import Member
from havn.lib.encoding import uuid4

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
ALICE = Actor.system(organisation=uuid4())


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    before = dict(audit.ACTIONS)
    yield
    audit.ACTIONS.clear()
    audit.ACTIONS.update(before)


def make_member(name: str) -> UUID:
    return Member.objects.create(id=uuid4(), code=name[:2], name=name).id


def test_a_service_that_records_is_kept():
    @audit.action("test.kept")
    def keep(*, actor: Actor, at: datetime) -> None:
        member = make_member("Denmark")
        audit.record(
            action="test.kept", actor=actor, subject_kind="member", subject_id=member, at=at
        )

    keep(actor=ALICE, at=AT)
    assert Member.objects.filter(name="Denmark").exists()
    assert Entry.objects.filter(action="test.kept", recorded_at=AT).count() == 1


def test_a_service_that_recorded_nothing_is_rolled_back():
    @audit.action("test.forgotten")
    def forget(*, actor: Actor, at: datetime) -> None:
        del actor, at
        make_member("Norway")

    with pytest.raises(audit.NothingRecordedError):
        forget(actor=ALICE, at=AT)
    assert not Member.objects.filter(name="Norway").exists()


def test_the_entry_of_an_inner_service_counts_for_itself_only():
    @audit.action("test.inner")
    def inner(*, actor: Actor, at: datetime) -> None:
        audit.record(
            action="test.inner", actor=actor, subject_kind="item", subject_id=uuid4(), at=at
        )

    @audit.action("test.outer")
    def outer(*, actor: Actor, at: datetime) -> None:
        make_member("Sweden")
        inner(actor=actor, at=at)

    with pytest.raises(audit.NothingRecordedError):
        outer(actor=ALICE, at=AT)
    assert not Member.objects.filter(name="Sweden").exists()
    assert not Entry.objects.filter(action="test.inner").exists()


def test_two_services_may_not_record_the_same_action():
    @audit.action("test.once")
    def one() -> None: ...

    with pytest.raises(RuntimeError, match=r"test\.once"):

        @audit.action("test.once")
        def another() -> None: ...


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(action="x.y", actor=ALICE, subject_kind="item", subject_id=None, at=AT)


def test_reading_something_sensitive_leaves_an_entry():
    @audit.viewed("test.text_opened", subject_kind="report", subject="report_id")
    def text(*, report_id: UUID, actor: Actor, at: datetime) -> str:
        del report_id, actor, at
        return "confirmed item 17"

    report = uuid4()
    assert text(report_id=report, actor=ALICE, at=AT) == "confirmed item 17"
    assert Entry.objects.filter(action="test.text_opened", subject_id=report).count() == 1


def test_reading_what_is_not_there_leaves_no_entry():
    @audit.viewed("test.nothing_opened", subject_kind="report", subject="report_id")
    def text(*, report_id: UUID, actor: Actor, at: datetime) -> str:
        raise NotFoundError

    with pytest.raises(NotFoundError):
        text(report_id=uuid4(), actor=ALICE, at=AT)
    assert not Entry.objects.filter(action="test.nothing_opened").exists()


def test_a_viewed_selector_must_name_actor_time_and_subject():
    with pytest.raises(RuntimeError, match="lacks"):

        @audit.viewed("test.incomplete", subject_kind="report", subject="report_id")
        def text(*, report_id: UUID) -> str:
            return str(report_id)


def test_history_shows_only_the_own_organisation():
    @audit.action("test.shown")
    def show(*, subject: UUID, actor: Actor, at: datetime) -> None:
        audit.record(
            action="test.shown",
            actor=actor,
            subject_kind="item",
            subject_id=subject,
            at=at,
            detail={"to": "told"},
        )

    item = uuid4()
    show(subject=item, actor=ALICE, at=AT)
    stranger = Actor.system(organisation=uuid4())
    own = history(actor=ALICE, subjects=[("item", item)])
    assert [line.detail for line in own] == ['{"to":"told"}']
    assert history(actor=stranger, subjects=[("item", item)]) == []
