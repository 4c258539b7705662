# SPDX-License-Identifier: Apache-2.0
"""Tables of what was said of each country's law, and of the gaps between two laws; what was said is only ever added."""

from __future__ import annotations

from django.db import models


class CriterionAnswer(models.Model):
    """What a country said of one criterion of its law: when the law holds, and when that became known here."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=2)
    criterion = models.CharField(max_length=12)  # with its part: L25.remove
    value = models.CharField(max_length=7)
    number = models.PositiveIntegerField(null=True)
    is_unlimited = models.BooleanField(default=False)
    law = models.CharField(max_length=300, default="")
    article = models.CharField(max_length=120, default="")
    in_force_from = models.DateField()
    in_force_to = models.DateField(null=True)  # the last day
    source_url = models.CharField(max_length=500, default="")
    quote_hash = models.CharField(max_length=64, default="")
    reason = models.TextField(default="")
    note = models.TextField(default="")
    is_weakest_part = models.BooleanField(default=False)
    assessed_by = models.CharField(max_length=200)  # the office
    person = models.UUIDField(null=True)  # of this node alone; it never travels
    node = models.UUIDField(null=True)  # who said it
    assessed_on = models.DateField()
    recorded_at = models.DateTimeField()
    supersedes = models.UUIDField(null=True)  # the answer that this one replaces

    class Meta:
        indexes = [
            models.Index(fields=["member", "criterion"], name="legislation_of_member"),
            models.Index(fields=["criterion"], name="legislation_of_criterion"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.criterion}: {self.value}"


class CriterionReview(models.Model):
    """What another country says of an answer; of one country the last one counts."""

    id = models.UUIDField(primary_key=True)
    answer = models.UUIDField()  # may arrive before the answer does (J12)
    about = models.CharField(max_length=2)
    by = models.CharField(max_length=2)
    verdict = models.CharField(max_length=7)
    note = models.TextField(default="")
    reviewed_by = models.CharField(max_length=200)
    person = models.UUIDField(null=True)
    node = models.UUIDField(null=True)
    reviewed_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["answer"], name="legislation_reviews")]

    def __str__(self) -> str:
        return f"{self.by} {self.verdict}"


class CriterionDispute(models.Model):
    """What a third country holds against an answer, and what the answering country replied; both stay."""

    id = models.UUIDField(primary_key=True)
    dispute = models.UUIDField()  # of a reply the dispute that it is about, otherwise its own id
    step = models.CharField(max_length=8)
    answer = models.UUIDField()
    about = models.CharField(max_length=2)
    by = models.CharField(max_length=2)
    text = models.TextField()
    source_url = models.CharField(max_length=500, default="")
    said_by = models.CharField(max_length=200)
    person = models.UUIDField(null=True)
    node = models.UUIDField(null=True)
    said_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["answer"], name="legislation_disputes"),
            models.Index(fields=["dispute"], name="legislation_replies"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.step}"


class PairGap(models.Model):
    """What a rule says of two countries; on nodes alone, for their rapporteurs, and never published. (J13)"""

    rule = models.CharField(max_length=3)
    first = models.CharField(max_length=2)
    second = models.CharField(max_length=2)
    result = models.CharField(max_length=7)
    strength = models.DecimalField(max_digits=9, decimal_places=1, null=True)
    since = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "first", "second"], name="legislation_one_row_per_pair"
            )
        ]
        indexes = [
            models.Index(fields=["first", "result"], name="legislation_by_first"),
            models.Index(fields=["second", "result"], name="legislation_by_second"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.result}"


class GapCount(models.Model):
    """For how many pairs of countries a rule is open, narrow, closed or not known: what the public sees of it."""

    rule = models.CharField(max_length=3, primary_key=True)
    open = models.PositiveIntegerField(default=0)
    narrow = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.rule


class GapState(models.Model):
    """The one row that says from which laws and figures the table of pairs was computed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    computed_on = models.DateField(null=True)
    computed_at = models.DateTimeField(null=True)
    laws = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    under_way = models.JSONField(default=dict)  # what the table is being brought to, rule by rule

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="legislation_one_state")
        ]

    def __str__(self) -> str:
        return str(self.computed_on)
