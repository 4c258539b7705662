# SPDX-License-Identifier: Apache-2.0
"""Tables of members, organisations and nodes."""

from __future__ import annotations

from django.db import models


class Member(models.Model):
    """A country of the Alliance."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.code


class Organisation(models.Model):
    """A hotline, police force or ministry of a member, or an international organisation."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    contact_email = models.EmailField(default="")

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """One installation of Havn with its own keys."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    public_url = models.URLField(default="")
    is_own = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_own"], condition=models.Q(is_own=True), name="members_one_own_node"
            )
        ]

    def __str__(self) -> str:
        return self.name
