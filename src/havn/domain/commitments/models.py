# SPDX-License-Identifier: Apache-2.0
"""Tables of commitments with every change they went through, and of political acts."""

from __future__ import annotations

from django.db import models


class Commitment(models.Model):
    """A promise of a country as it stands now; its changes hold every version before."""

    id = models.UUIDField(primary_key=True)  # version 4: others see it
    member = models.CharField(max_length=2)
    organisation = models.UUIDField(null=True)  # whose desk keeps it; null for another member's
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    target = models.PositiveSmallIntegerField()
    due = models.DateField()
    counting_due = models.DateField()  # a new day set after the old one had passed does not count
    achieved_at = models.DateTimeField(null=True)
    is_public = models.BooleanField(default=False)
    record = models.JSONField()
    due_noted_at = models.DateTimeField(null=True)
    late_noted_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["is_public", "member"], name="commitments_of_member"),
            models.Index(fields=["is_public", "target"], name="commitments_of_target"),
            models.Index(fields=["organisation", "due"], name="commitments_own"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.id}"


class CommitmentChange(models.Model):
    """One change of a commitment with the record as it stood after it; only ever added."""

    id = models.UUIDField(primary_key=True)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    record = models.JSONField()
    person = models.UUIDField(null=True)
    is_aside = models.BooleanField(default=False)  # somebody else had changed the text meanwhile
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="commitments_one_change_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class PoliticalAct(models.Model):
    """A debate, decision, budget line or appointment of a country; only ever added."""

    id = models.UUIDField(primary_key=True)  # version 4: others see it
    member = models.CharField(max_length=2)
    organisation = models.UUIDField(null=True)  # null for another member's
    day = models.DateField()
    body = models.JSONField()
    corrects = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "day"], name="commitments_acts")]

    def __str__(self) -> str:
        return f"{self.member} {self.day}"
