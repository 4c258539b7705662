# SPDX-License-Identifier: Apache-2.0
"""Tables of the desk's queue and of assessments."""

from __future__ import annotations

from django.db import models


class Assessment(models.Model):
    """One person's legal view of one item, here or at the node that referred it; rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    legal_class = models.CharField(max_length=16)
    jurisdiction = models.CharField(max_length=2)
    scheme = models.CharField(max_length=40)
    scheme_version = models.CharField(max_length=20)
    labels = models.JSONField(default=list)
    age_band = models.CharField(max_length=12, default="unknown")
    sex = models.CharField(max_length=12, default="undetermined")
    origin = models.CharField(max_length=12, default="unknown")
    assessor_id = models.UUIDField(null=True)  # no person of another node is known here
    node_id = models.UUIDField(null=True)  # the node whose assessment it is, where it is not ours
    second_assessor_id = models.UUIDField(null=True)
    batch_id = models.UUIDField(null=True)
    policy_version = models.CharField(max_length=40)
    assessed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["item", "assessed_at"]),
            models.Index(fields=["batch_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.legal_class} for {self.item_id}"


class Withdrawal(models.Model):
    """An assessment taken back before anything was sent."""

    assessment = models.OneToOneField(
        Assessment, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    withdrawn_by = models.UUIDField(null=True)  # nobody here: the node that made it
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"withdrawal of {self.assessment_id}"


class QueueEntry(models.Model):
    """An item that waits for an assessment, and who holds it until when."""

    item = models.OneToOneField(
        "cases.ContentItem", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.UUIDField()
    state = models.CharField(max_length=12, default="waiting")  # waiting, supervisor, done
    deadline_at = models.DateTimeField()
    class_rank = models.PositiveSmallIntegerField(default=5)
    received_at = models.DateTimeField()
    holder_id = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lapses = models.PositiveSmallIntegerField(default=0)
    reserved_for = models.UUIDField(null=True)
    reserved_until = models.DateTimeField(null=True)
    handover_note = models.BinaryField(default=b"")
    draft = models.BinaryField(default=b"")
    draft_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "deadline_at", "class_rank", "received_at"],
                condition=models.Q(state="waiting"),
                name="assessment_queue_order",
            ),
            models.Index(fields=["holder_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.item_id}"


class Skip(models.Model):
    """Somebody passed an item by, with one of the policy's reasons."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    reason = models.CharField(max_length=30)
    skipped_at = models.DateTimeField()
    skipped_date = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["person_id", "skipped_date"])]

    def __str__(self) -> str:
        return f"skip of {self.item_id}"


class Exposure(models.Model):
    """Time a person spent at the isolated viewer; private to that person."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "started_at"])]

    def __str__(self) -> str:
        return f"exposure {self.id}"
