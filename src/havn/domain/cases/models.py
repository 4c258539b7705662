# SPDX-License-Identifier: Apache-2.0
"""Tables of the record: reports, their data keys, content items, moves and holds."""

from __future__ import annotations

from django.db import models

from havn.domain.cases import rules


def _choices(track: rules.Track) -> list[tuple[str, str]]:
    return [(state, state) for state in rules.states_of(track)]


class Report(models.Model):
    """What one person told us once; its texts are encrypted under its own data key."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=12)
    received_date = models.DateField()
    recorded_date = models.DateField()
    has_contact = models.BooleanField(default=False)
    has_police_consent = models.BooleanField(default=False)
    sealed_texts = models.BinaryField(default=b"")
    sealed_contact = models.BinaryField(default=b"")

    class Meta:
        indexes = [models.Index(fields=["organisation", "received_date"])]

    def __str__(self) -> str:
        return f"report {self.id}"


class DataKey(models.Model):
    """The wrapped data key of one report; erasing it erases what it encrypted."""

    report = models.OneToOneField(
        Report, primary_key=True, on_delete=models.PROTECT, related_name="data_key"
    )
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.report_id}"


class ContentItem(models.Model):
    """One address, or one thing described, that moves through the loop on its own."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=12)  # address, described
    as_given = models.TextField(default="")
    href = models.TextField(default="")
    key = models.TextField(default="")
    key_version = models.PositiveSmallIntegerField(default=0)
    key_digest = models.CharField(max_length=64, default="")  # an index holds no 8,000 characters
    host = models.CharField(max_length=255, default="")
    sealed_reach = models.BinaryField(
        default=b""
    )  # how it shows, where its address alone does not
    origin = models.CharField(max_length=12, default="reported")  # reported, pasted, imported
    urgency = models.CharField(max_length=8, default="normal")
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    told_times = models.PositiveIntegerField(default=1)
    legal_class = models.CharField(max_length=16, default="")
    hosting_country = models.CharField(max_length=2, default="")
    stage = models.CharField(max_length=10, default=rules.StageName.RECEIVED.value)
    closed_reason = models.CharField(max_length=16, default="")
    is_open = models.BooleanField(default=True)
    assignment = models.CharField(
        max_length=12, default="here", choices=_choices(rules.Track.ASSIGNMENT)
    )
    sealed_passed_on_to = models.BinaryField(default=b"")
    passed_on_at = models.DateTimeField(null=True)
    sealed_worked_here_because = models.BinaryField(default=b"")
    worked_here_at = models.DateTimeField(null=True)  # decided although it is hosted abroad
    police = models.CharField(max_length=16, default="none", choices=_choices(rules.Track.POLICE))
    notice = models.CharField(max_length=12, default="none", choices=_choices(rules.Track.NOTICE))
    notice_rung = models.PositiveSmallIntegerField(default=0)
    availability = models.CharField(
        max_length=12, default="unknown", choices=_choices(rules.Track.AVAILABILITY)
    )
    police_told_at = models.DateTimeField(null=True)
    provider_told_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key_version", "key_digest"],
                condition=models.Q(is_open=True) & ~models.Q(key_digest=""),
                name="cases_one_open_item_per_address",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "stage", "received_at"]),
            models.Index(fields=["organisation", "police"]),
            models.Index(fields=["organisation", "host"]),
            models.Index(fields=["organisation", "key_digest"]),
        ]

    def __str__(self) -> str:
        return f"item {self.id}"


class ItemTelling(models.Model):
    """One report told us of one item: the first, and every duplicate."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(ContentItem, on_delete=models.PROTECT, related_name="tellings")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="tellings")
    is_duplicate = models.BooleanField(default=False)
    told_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "report"], name="cases_one_telling_per_report")
        ]

    def __str__(self) -> str:
        return f"telling {self.id}"


class TrackMove(models.Model):
    """One move of one track of one item; rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(ContentItem, on_delete=models.PROTECT, related_name="moves")
    organisation = models.UUIDField()
    track = models.CharField(max_length=12)
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)
    mover = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=60, default="")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["item", "recorded_at"])]

    def __str__(self) -> str:
        return f"{self.track}: {self.source} to {self.target}"


class Hold(models.Model):
    """A police hold on an item or a host; it ends by itself at `until`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    item = models.ForeignKey(
        ContentItem, null=True, on_delete=models.PROTECT, related_name="holds"
    )
    host = models.CharField(max_length=255, default="")
    sealed_reason = models.BinaryField()
    placed_by = models.UUIDField()
    placed_at = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "until"]),
            models.Index(fields=["organisation", "host", "until"]),
        ]

    def __str__(self) -> str:
        return f"hold {self.id}"
