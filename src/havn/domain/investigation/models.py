# SPDX-License-Identifier: Apache-2.0
"""Tables of packages for police and their answers."""

from __future__ import annotations

from django.db import models


class PolicePackage(models.Model):
    """The signed package about one confirmed item, as the investigator downloads it."""

    id = models.UUIDField(primary_key=True)
    item = models.OneToOneField("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    sealed_token = models.BinaryField()  # a compact JWS, sealed to the desk's key
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "made_at"], name="investigation_leads_by_age")
        ]

    def __str__(self) -> str:
        return f"package {self.id}"


class PoliceAnswer(models.Model):
    """What police said about a package; the latest counts."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    kind = models.CharField(max_length=16)  # taken, known, not_actionable
    reason = models.CharField(max_length=40, default="")
    sealed_reference = models.BinaryField(default=b"")
    answered_by = models.UUIDField()
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} for {self.item_id}"
