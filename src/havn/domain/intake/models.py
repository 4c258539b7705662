# SPDX-License-Identifier: Apache-2.0
"""Tables between the public site and the desk: sealed submissions and receipts."""

from __future__ import annotations

from django.db import models


class Submission(models.Model):
    """A sealed report as the public process stored it; only the desk's key opens it."""

    id = models.UUIDField(primary_key=True)  # the form's single-use token
    sealed = models.BinaryField()
    receipt_digest = models.BinaryField(max_length=32, unique=True)
    received_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True)  # from here on a job looks after it
    filed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(ordered_at__isnull=True),
                name="intake_submission_unordered",
            )
        ]

    def __str__(self) -> str:
        return f"submission {self.id}"


class ReceiptStatus(models.Model):
    """What the holder of a receipt may see; written by the desk side, read by the public site."""

    receipt_digest = models.BinaryField(max_length=32, primary_key=True)
    report_id = models.UUIDField(null=True)
    state = models.CharField(max_length=20)
    items_total = models.PositiveIntegerField(default=0)
    items_assessed = models.PositiveIntegerField(default=0)
    items_removed = models.PositiveIntegerField(default=0)
    updated_date = models.DateField()
    closes_date = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["report_id"])]

    def __str__(self) -> str:
        return f"status {self.state}"
