# SPDX-License-Identifier: Apache-2.0
"""The table of work to be done."""

from __future__ import annotations

from django.db import models

from havn.domain.jobs.rules import MOST_ATTEMPTS

OPEN = models.Q(done_at__isnull=True, withdrawn_at__isnull=True, given_up_at__isnull=True)
# Given up, or failed as often and tried again all the same, because it goes on for ever.
NEEDS_A_PERSON = models.Q(withdrawn_at__isnull=True, given_up_at__isnull=False) | (
    OPEN & models.Q(attempts__gte=MOST_ATTEMPTS)
)


class Job(models.Model):
    """One piece of work, claimed with a lease, done at least once."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    key = models.CharField(max_length=120, unique=True)
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # that failed
    lapses = models.PositiveSmallIntegerField(default=0)  # claims that nobody ended in time
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=OPEN,
                name="jobs_job_open",
            ),
            models.Index(fields=["subject_id", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
