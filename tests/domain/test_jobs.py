# SPDX-License-Identifier: Apache-2.0
"""Work is claimed once, given back when a lease ends, retried later and later, then shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from havn.cli import work, worker
from havn.domain.actor import Actor, Role
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs import rules, selectors, services
from havn.domain.jobs.models import Job
from havn.lib.encoding import uuid4
from tests.support.casework import person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOTLINE = uuid4()
SYSTEM = Actor.system(organisation=HOTLINE)
SUPERVISOR = person(HOTLINE, Role.SUPERVISOR)


def order(key: str, *, due_at: datetime = AT, kind: str = "trace") -> Job:
    with transaction.atomic():
        services.enqueue(
            kind=kind, key=key, due_at=due_at, at=AT, subject_id=uuid4(), organisation=HOTLINE
        )
    return Job.objects.get(key=key)


def claim_one(at: datetime = AT) -> Job:
    (job,) = services.claim(kinds=["trace"], at=at)
    return job


def test_work_ordered_twice_under_one_key_is_one_row():
    assert order("trace:1").pk == order("trace:1").pk


def test_work_is_not_claimed_before_it_is_due():
    order("trace:1", due_at=AT + timedelta(seconds=1))
    assert services.claim(kinds=["trace"], at=AT) == []
    assert len(services.claim(kinds=["trace"], at=AT + timedelta(seconds=1))) == 1


def test_claimed_work_is_nobody_elses_until_the_lease_ends():
    order("trace:1")
    first = claim_one()
    assert services.claim(kinds=["trace"], at=AT + rules.LEASE) == []
    second = claim_one(AT + rules.LEASE + timedelta(seconds=1))
    assert second.pk == first.pk
    assert second.lease_token != first.lease_token


def test_the_worker_holds_a_job_for_as_long_as_the_policy_says(settings):
    settings.HAVN_POLICY = replace(settings.HAVN_POLICY, job_lease=timedelta(seconds=7))
    order("trace:1")
    left: list[timedelta] = []

    def trace(job: Job, at: datetime, _context: object) -> None:
        left.append(job.lease_until - at)

    assert work.run_due(kinds={"trace"}, work=work.Work(alone={"trace": trace}))
    assert timedelta(seconds=2) < left[0] <= timedelta(seconds=7)


def test_who_lost_the_lease_cannot_finish():
    order("trace:1")
    first = claim_one()
    later = AT + rules.LEASE + timedelta(seconds=1)
    second = claim_one(later)
    assert not services.finish(job=first, at=later)
    assert services.finish(job=second, at=later)
    assert services.claim(kinds=["trace"], at=later + timedelta(days=1)) == []


def test_the_oldest_due_work_comes_first():
    late = order("trace:late", due_at=AT)
    early = order("trace:early", due_at=AT - timedelta(hours=1))
    claimed = services.claim(kinds=["trace"], at=AT)
    assert [job.pk for job in claimed] == [early.pk, late.pk]


def test_other_kinds_are_left_alone():
    order("notice:1", kind="notice")
    assert services.claim(kinds=["trace"], at=AT) == []


def test_after_five_failures_work_waits_for_a_person_and_can_be_retried():
    job = order("trace:1")
    at = AT
    for attempt in range(1, rules.MOST_ATTEMPTS + 1):
        claimed = claim_one(at)
        assert claimed.attempts == attempt - 1
        services.fail(job=claimed, reason="resolver_dead", actor=SYSTEM, at=at)
        at += rules.delay_after(attempt)
    assert services.claim(kinds=["trace"], at=at + timedelta(days=30)) == []
    (waiting,) = selectors.given_up_jobs(actor=SYSTEM)
    assert (waiting.id, waiting.last_error) == (job.pk, "resolver_dead")
    services.retry_job(job_id=job.pk, actor=SUPERVISOR, at=at)
    assert selectors.given_up_jobs(actor=SYSTEM) == []
    assert claim_one(at).attempts == 0
    assert Entry.objects.filter(action="job.failed").count() == rules.MOST_ATTEMPTS
    assert Entry.objects.filter(action="job.retried").count() == 1


@pytest.mark.parametrize("is_alone", [False, True])
def test_work_that_no_worker_lives_to_finish_waits_for_a_person(is_alone: bool) -> None:
    job = order("trace:1", due_at=AT - timedelta(hours=1))
    at = AT
    for lapses in range(rules.MOST_LAPSES):
        claimed = claim_one(at)
        assert (claimed.lapses, claimed.attempts) == (lapses, 0)
        if is_alone:
            assert services.free_leases() == 1
        else:
            at += rules.LEASE + timedelta(seconds=1)
    other = order("trace:2")

    assert [each.pk for each in services.claim(kinds=["trace"], at=at)] == [other.pk]

    (waiting,) = selectors.given_up_jobs(actor=SYSTEM)
    assert (waiting.id, waiting.last_error) == (job.pk, rules.NEVER_ENDED)
    assert Entry.objects.filter(action="job.failed", subject_id=job.pk).count() == 1
    services.retry_job(job_id=job.pk, actor=SUPERVISOR, at=at)
    assert claim_one(at).lapses == 0


def test_a_lapse_is_no_failure() -> None:
    order("trace:1")
    at = AT
    for _lapse in range(rules.MOST_LAPSES - 1):
        claim_one(at)
        at += rules.LEASE + timedelta(seconds=1)
    services.fail(job=claim_one(at), reason="resolver_dead", actor=SYSTEM, at=at)

    assert selectors.given_up_jobs(actor=SYSTEM) == []
    assert claim_one(at + rules.delay_after(1)).attempts == 1


def test_work_that_lapsed_is_claimed_by_itself_and_takes_no_other_along() -> None:
    for number in range(4):
        order(f"trace:{number}", due_at=AT - timedelta(hours=4 - number))
    assert len(services.claim(kinds=["trace"], at=AT)) == 4
    services.free_leases()
    order("trace:new", due_at=AT - timedelta(hours=9))

    taken = [[job.key for job in services.claim(kinds=["trace"], at=AT)] for _look in range(5)]

    assert taken == [["trace:new"], ["trace:0"], ["trace:1"], ["trace:2"], ["trace:3"]]


def test_work_that_runs_well_cannot_be_retried():
    job = order("trace:1")
    with pytest.raises(RefusedError, match="not waiting"):
        services.retry_job(job_id=job.pk, actor=SUPERVISOR, at=AT)


def test_work_of_another_organisation_is_not_there():
    job = order("trace:1")
    stranger = person(uuid4(), Role.SUPERVISOR)
    with pytest.raises(NotFoundError):
        services.retry_job(job_id=job.pk, actor=stranger, at=AT)
    assert selectors.given_up_jobs(actor=stranger) == []
    assert selectors.waiting_work(actor=stranger) == []


@pytest.mark.parametrize("roles", [(), (Role.ANALYST, Role.INVESTIGATOR)])
def test_only_a_supervisor_or_an_operator_retries(roles: tuple[Role, ...]) -> None:
    job = order("trace:1")
    Job.objects.update(given_up_at=AT)
    for actor in (person(HOTLINE, *roles), SYSTEM):
        with pytest.raises(RefusedError) as refusal:
            services.retry_job(job_id=job.pk, actor=actor, at=AT)
        assert refusal.value.code == "not_your_role"

    services.retry_job(job_id=job.pk, actor=person(HOTLINE, Role.OPERATOR), at=AT)

    assert selectors.given_up_jobs(actor=SYSTEM) == []


def test_withdrawn_work_is_never_claimed():
    job = order("trace:1")
    assert services.withdraw(kinds=["trace"], subject_ids=[job.subject_id], at=AT) == 1
    assert services.claim(kinds=["trace"], at=AT) == []


def test_postponed_work_comes_back_without_a_failure():
    order("trace:1")
    job = claim_one()
    assert services.postpone(job=job, due_at=AT + timedelta(hours=1))
    assert services.claim(kinds=["trace"], at=AT) == []
    assert claim_one(AT + timedelta(hours=1)).attempts == 0


def test_what_waits_is_counted_per_kind_with_its_age():
    order("trace:1")
    order("trace:2", due_at=AT - timedelta(hours=2))
    order("notice:1", kind="notice")
    lines = {line.kind: line for line in selectors.waiting_work(actor=SYSTEM)}
    assert lines["trace"].waiting == 2
    assert lines["trace"].oldest_due_at == AT - timedelta(hours=2)
    assert lines["notice"].waiting == 1


@given(attempts=st.integers(min_value=1, max_value=rules.MOST_ATTEMPTS - 2))
def test_each_delay_is_longer_than_the_one_before(attempts):
    assert rules.delay_after(attempts + 1) > rules.delay_after(attempts)


def test_longer_than_that_nothing_waits():
    last = rules.delay_after(rules.MOST_ATTEMPTS - 1)
    assert rules.delay_after(rules.MOST_COUNTED) == last < timedelta(hours=1)


def test_work_that_goes_on_for_ever_is_shown_to_a_person_and_tried_again_all_the_same():
    order("exchange_beat", kind="trace")
    at = AT
    for attempt in range(1, rules.MOST_ATTEMPTS + 3):
        (waits,) = [*selectors.given_up_jobs(actor=SYSTEM)] or [None]
        assert (waits is not None) == (attempt > rules.MOST_ATTEMPTS)
        services.fail(job=claim_one(at), reason="OSError", goes_on=True, actor=SYSTEM, at=at)
        at += rules.delay_after(attempt)
    (waits,) = selectors.given_up_jobs(actor=SYSTEM)
    assert (waits.given_up_at, waits.again_at) == (None, at)
    services.retry_job(job_id=waits.id, actor=SUPERVISOR, at=AT)
    assert selectors.given_up_jobs(actor=SYSTEM) == []
    services.postpone(job=claim_one(AT), due_at=at)
    assert selectors.given_up_jobs(actor=SYSTEM) == []


def test_what_goes_on_is_work_that_there_is():
    from havn.domain.workflow.tasks import hub

    assert worker.background_work().keys() | hub.BACKGROUND_WORK.keys() >= work.GOES_ON
    assert "freeze_quarter" in work.GOES_ON


def test_filing_that_was_given_up_is_seen_although_it_was_ordered_for_nobody():
    with transaction.atomic():
        services.enqueue(kind="file_submission", key="file:17", due_at=AT, at=AT)
    Job.objects.update(given_up_at=AT, attempts=5)
    (line,) = selectors.given_up_jobs(actor=SYSTEM)
    services.retry_job(job_id=line.id, actor=SUPERVISOR, at=AT)
    assert selectors.given_up_jobs(actor=SYSTEM) == []
