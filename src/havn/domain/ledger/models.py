# SPDX-License-Identifier: Apache-2.0
"""Tables of facts and outgoing events; rows are only ever added."""

from __future__ import annotations

from django.db import models


class Fact(models.Model):
    """Something that happened, as indicators count it: codes, never text or addresses."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    organisation = models.UUIDField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    codes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "name", "happened_at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class OutgoingEvent(models.Model):
    """Something that other nodes may learn, written in the transaction of the work.

    What it says is sealed to the desk's key: a referral holds addresses, and words where the law allows.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    organisation = models.UUIDField()
    subject_id = models.UUIDField()
    audience = models.JSONField(default=list)
    repeats = models.UUIDField(null=True)  # which event this one says again, to who came later
    sealed_payload = models.BinaryField()  # empty once it was erased
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)  # when it became a leaf of the node's log
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["recorded_at", "id"],
                condition=models.Q(left_at__isnull=True),
                name="ledger_event_waits",
            ),
            models.Index(fields=["subject_id"], name="ledger_event_subject"),
            models.Index(
                fields=["repeats"],
                condition=models.Q(repeats__isnull=False),
                name="ledger_event_repeats",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
