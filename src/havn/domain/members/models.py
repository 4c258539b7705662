# SPDX-License-Identifier: Apache-2.0
"""Tables of participants, organisations, nodes with their public keys, and of the roster that says so."""

from __future__ import annotations

from django.db import models

from havn.domain.members.rules import CODE_LENGTH, State


class Member(models.Model):
    """A participant of the Alliance: a country, or an international organisation."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=13, default="member")
    state = models.CharField(max_length=9, default=State.UNLISTED.value)
    since = models.DateField(null=True)
    accession = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.code


class Organisation(models.Model):
    """A hotline, police force or ministry of a member, or an international organisation."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    contact_email = models.EmailField(default="")
    is_listed = models.BooleanField(default=False)
    roles = models.JSONField(default=list)
    mandates = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    contact_hours = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """One installation of Havn with its own keys."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    public_url = models.URLField(default="")
    base_address = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=9, default=State.UNLISTED.value)
    protocol_least = models.PositiveSmallIntegerField(default=1)
    protocol_most = models.PositiveSmallIntegerField(default=1)
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


class NodeKey(models.Model):
    """A public key of a node, as the roster says it; never removed, so that what it signed stays explained."""

    key_id = models.CharField(primary_key=True, max_length=43)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    public = models.BinaryField()
    since_epoch = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField(default=0)  # among those of its use in the file
    is_revoked = models.BooleanField(default=False)
    known_at = models.DateTimeField(null=True)  # when a roster with it was first adopted here


class LegalBasis(models.Model):
    """What a participant may send to another one, on which ground, from when to when."""

    id = models.UUIDField(primary_key=True)
    participant = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    with_code = models.CharField(max_length=CODE_LENGTH)
    allows = models.JSONField(default=list)
    reference = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)


class RosterState(models.Model):
    """The one row that says which roster is in force here, until when, and what went wrong last."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveIntegerField(default=0)
    root_version = models.PositiveIntegerField(default=0)
    timestamp_version = models.PositiveIntegerField(default=0)
    alliance_name = models.CharField(max_length=120, default="")
    epoch = models.PositiveIntegerField(default=0)
    beat_seconds = models.PositiveIntegerField(default=0)
    protocol_least = models.PositiveSmallIntegerField(default=1)
    protocol_most = models.PositiveSmallIntegerField(default=1)
    secretariat = models.CharField(max_length=200, default="")
    secretariat_since = models.DateField(null=True)
    expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, default="")
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="members_one_roster")]


class DeclarationText(models.Model):
    """The declaration in one version and language, as the operator loaded it; a former one stays beside it."""

    id = models.UUIDField(primary_key=True)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=6)
    text = models.TextField()
    source = models.CharField(max_length=300)
    adopted_on = models.DateField()
    loaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["version", "language"], name="members_declaration")]

    def __str__(self) -> str:
        return f"{self.version} {self.language}"
