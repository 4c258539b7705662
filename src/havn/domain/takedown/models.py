# SPDX-License-Identifier: Apache-2.0
"""Tables of notices, their answers, re-checks, and looks from other countries."""

from __future__ import annotations

from django.db import models

from havn.domain.takedown import rules


class Notice(models.Model):
    """One notice about one item to one contact on one rung; its Message-ID never changes."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    contact_id = models.UUIDField()
    rung = models.PositiveSmallIntegerField()
    message_id = models.CharField(max_length=200, unique=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    handed_over = models.PositiveSmallIntegerField(default=0)
    last_failure = models.CharField(max_length=60, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "contact_id", "rung"], name="takedown_one_notice_per_rung"
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.id}"


class NoticeAnswer(models.Model):
    """What a provider answered through the link of a notice."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="answers")
    organisation = models.UUIDField()
    kind = models.CharField(max_length=12)  # removed, not_ours, need_more, disagree
    removed_at = models.DateTimeField(null=True)
    sealed_text = models.BinaryField(default=b"")
    answered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"answer {self.kind}"


class Check(models.Model):
    """One look at an item's address: status and headers, never content."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    checked_at = models.DateTimeField()
    vantage = models.CharField(max_length=40, default="own")
    addresses = models.JSONField(default=list)
    came_from_sent = models.BooleanField(default=False)
    method = models.CharField(max_length=8, default="")
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=30, default="")
    redirects = models.JSONField(default=list)
    headers = models.JSONField(default=dict)
    tls_subject = models.CharField(max_length=255, default="")
    verdict = models.CharField(max_length=10)
    rule = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["item", "checked_at"])]

    def __str__(self) -> str:
        return f"check {self.verdict}"


class VantageAsk(models.Model):
    """Our question to another node: what do you see at the address of this item?"""

    id = models.UUIDField(primary_key=True)  # version 4: the other node sees it
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    node_id = models.UUIDField()
    country = models.CharField(max_length=2)
    reason = models.CharField(max_length=10)  # removal, person
    state = models.CharField(max_length=10, default=rules.AskState.WAITING.value)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=60, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "node_id"],
                condition=models.Q(state__in=sorted(state.value for state in rules.OPEN_ASKS)),
                name="takedown_one_open_ask_per_node",
            )
        ]
        indexes = [models.Index(fields=["item", "asked_at"])]

    def __str__(self) -> str:
        return f"ask {self.state}"


class VantageLook(models.Model):
    """Another node's question to us, sealed until our worker looks, and what it saw."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    asker = models.UUIDField()
    ask_id = models.UUIDField()  # chosen by the asker
    sealed_ask = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, default=rules.LookState.WAITING.value)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=20, default="")
    seen = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "ask_id"], name="takedown_one_look_per_ask")
        ]
        indexes = [models.Index(fields=["asker", "asked_at"])]

    def __str__(self) -> str:
        return f"look {self.state}"
