# SPDX-License-Identifier: Apache-2.0
"""How the worker does claimed jobs: several submissions at once, none lost, none held up by another."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from havn.cli import work as doing
from havn.cli import worker
from havn.cli.endings import CouldNotError
from havn.domain.audit.models import Entry
from havn.domain.audit.tasks import Sealer
from havn.domain.cases.models import ContentItem, Report
from havn.domain.intake import selectors as intake_selectors
from havn.domain.intake.models import ReceiptStatus, Submission
from havn.domain.jobs import services as jobs
from havn.domain.jobs.models import Job
from havn.lib import clock
from havn.lib.signing import new_signing_pair
from tests.support.casework import RECEIPTS, SmallNode, small_node, submitted

pytestmark = pytest.mark.django_db
KINDS = worker.INSIDE


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def real_work() -> doing.Work:
    return doing.Work(alone=worker.background_work(), together=worker.work_together())


def run_until_idle(work: doing.Work) -> None:
    worker.order_waiting(KINDS)
    while doing.run_due(kinds=KINDS, work=work):
        pass


def sent(node: SmallNode, *addresses: str) -> UUID:
    """Send a report and let the worker see it."""
    token = submitted(node, *addresses)
    worker.order_waiting(KINDS)
    return token


def of_jobs(field: str) -> list[Any]:
    return list(Job.objects.filter(kind="file_submission").values_list(field, flat=True))


def damage(token: UUID) -> None:
    Submission.objects.filter(pk=token).update(sealed=b"not ours")


def test_a_filed_report_costs_at_most_ten_statements(node: SmallNode) -> None:
    for number in range(20):
        sent(node, f"https://host.example/{number}")
    with CaptureQueriesContext(connection) as seen:
        assert doing.run_due(kinds=KINDS, work=real_work())
    assert Report.objects.count() == 20
    assert len(seen) <= 10 * 20


def test_a_lone_report_costs_no_more_than_forty(node: SmallNode) -> None:
    sent(node)
    with CaptureQueriesContext(connection) as seen:
        assert doing.run_due(kinds=KINDS, work=real_work())
    assert Report.objects.count() == 1
    assert len(seen) <= 40


def test_every_submission_is_filed_once_and_its_receipt_says_so(node: SmallNode) -> None:
    tokens = [sent(node, f"https://host.example/{number % 30}") for number in range(45)]
    run_until_idle(real_work())
    assert Report.objects.count() == 45
    assert ContentItem.objects.count() == 30
    assert None not in of_jobs("done_at")
    for action in ("casework.filed", "report.filed", "submission.filed"):
        assert Entry.objects.filter(action=action).count() == 45
    assert ReceiptStatus.objects.count() == 45
    found = intake_selectors.receipt_status(
        receipt=RECEIPTS[tokens[0]], actor=node.system, at=node.at
    )
    assert found is not None
    assert (found.state, found.items_total, found.items_assessed) == ("received", 1, 0)


def test_a_submission_that_cannot_be_opened_holds_no_other_up(node: SmallNode) -> None:
    tokens = [sent(node, f"https://host.example/{number}") for number in range(8)]
    damage(tokens[3])
    run_until_idle(real_work())
    assert Submission.objects.filter(filed_at__isnull=True).get().pk == tokens[3]
    assert Report.objects.count() == 7
    failed = Job.objects.get(subject_id=tokens[3])
    assert (failed.done_at, failed.attempts) == (None, 1)
    assert failed.last_error
    assert Entry.objects.filter(action="job.failed", subject_id=failed.pk).count() == 1


def test_an_error_of_the_database_in_the_middle_loses_nothing(node: SmallNode) -> None:
    for number in range(5):
        sent(node, f"https://host.example/{number}")

    def breaks(claimed: Any, at: Any, context: Any) -> None:
        worker.work_together()["file_submission"](claimed, at, context)
        with transaction.atomic():
            Submission.objects.create(
                id=Submission.objects.values_list("pk", flat=True)[0], received_at=node.at
            )

    work = doing.Work(alone=worker.background_work(), together={"file_submission": breaks})
    assert doing.run_due(kinds=KINDS, work=work)
    assert Report.objects.count() == 5
    assert Entry.objects.filter(action="report.filed").count() == 5
    assert None not in of_jobs("done_at")


def test_what_fails_together_and_alone_is_kept_as_a_code_and_tried_again(node: SmallNode) -> None:
    sent(node, "https://host.example/secret")

    def breaks(*_: Any) -> None:
        raise IntegrityError("https://host.example/secret")

    work = doing.Work(alone={"file_submission": breaks}, together={"file_submission": breaks})
    assert doing.run_due(kinds=KINDS, work=work)
    assert of_jobs("last_error") == ["IntegrityError"]
    Job.objects.update(due_at=node.at)
    run_until_idle(real_work())
    assert Report.objects.count() == 1


def test_a_worker_that_starts_alone_takes_over_what_a_killed_one_had_claimed(
    node: SmallNode,
) -> None:
    sent(node)
    now = clock.now()
    assert jobs.claim(kinds=["file_submission"], at=now)
    assert jobs.claim(kinds=["file_submission"], at=now) == []
    assert jobs.free_leases() == 1
    (again,) = jobs.claim(kinds=["file_submission"], at=now)
    assert (again.attempts, again.lapses) == (0, 1)


def test_a_lease_that_ran_out_lets_another_worker_file_and_the_first_one_keeps_nothing(
    node: SmallNode,
) -> None:
    sent(node)
    late = clock.now()
    claimed = jobs.claim(kinds=["file_submission"], at=late, lease=timedelta(seconds=30))
    later = late + timedelta(seconds=31)
    (other,) = jobs.claim(kinds=["file_submission"], at=later)
    assert jobs.finish_all(jobs=claimed, at=later) == 0
    assert jobs.finish(job=other, at=later)


class BrokenStore:
    """Keeps no head, and not for a reason that another try could mend."""

    def keep(self, token: str) -> None:
        raise ValueError(token)

    def tokens(self) -> list[str]:
        return []


@pytest.mark.django_db(transaction=True)
def test_a_sealer_that_dies_stops_the_worker_with_a_sentence() -> None:
    small_node()
    private, public = new_signing_pair()
    broken = Sealer(private=private, public=public, store=BrokenStore())
    stop = threading.Event()
    with (
        pytest.raises(CouldNotError, match="can be sealed no more"),
        worker.sealing(broken, stop),
    ):
        assert stop.wait(timeout=30), "the lanes went on unsealed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_the_same_moment_claim_no_job_twice() -> None:
    node = small_node()
    for number in range(60):
        sent(node, f"https://host.example/{number}")
    taken: list[UUID] = []
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            while claimed := jobs.claim(kinds=["file_submission"], at=node.at, most=7):
                taken.extend(job.pk for job in claimed)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    # Where all candidates are locked by others a look may end early; the rest waits for the next.
    while claimed := jobs.claim(kinds=["file_submission"], at=node.at, most=7):
        taken.extend(job.pk for job in claimed)
    assert len(taken) == len(set(taken)) == 60
