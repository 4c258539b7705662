# SPDX-License-Identifier: Apache-2.0
"""Tables of the audit chain."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One action: who, what, on which record, when; references and codes only."""

    id = models.UUIDField(primary_key=True)
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    detail_commit = models.BinaryField(max_length=32, default=b"")
    sequence = models.BigIntegerField(null=True, unique=True)
    chain_hash = models.BinaryField(max_length=32, default=b"")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "recorded_at"]),
            models.Index(
                fields=["recorded_at", "id"],
                condition=models.Q(sequence__isnull=True),
                name="audit_entry_unlinked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind}"


class Detail(models.Model):
    """Salt and detail of one entry; erased with its subject while the commitment stays."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="detail"
    )
    salt = models.BinaryField(max_length=32)
    detail = models.TextField()

    def __str__(self) -> str:
        return f"detail of {self.entry_id}"


class Head(models.Model):
    """A signed head of the chain, as also written to the anchors folder."""

    sequence = models.BigIntegerField(primary_key=True)
    chain_hash = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField()
    signature = models.TextField()

    def __str__(self) -> str:
        return f"head {self.sequence}"
