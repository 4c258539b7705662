# SPDX-License-Identifier: Apache-2.0
"""Tables of received reports, their parts and figures, and of the secretariat's board; members by code."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from havn.domain.publication.rules import Basis, ReportState, Step

MEMBER_LENGTH = 16  # two letters of a country; the form is that of the roster
YEAR_LENGTH = 4


class PublishedReport(models.Model):
    """One version of one member's report of a year, exactly as it was signed; its id is the one signed."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    year = models.CharField(max_length=YEAR_LENGTH)
    version = models.CharField(max_length=8)  # 1.0, 1.1
    basis = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Basis])
    state = models.CharField(
        max_length=9, choices=[(each.value, each.value) for each in ReportState]
    )
    head = models.TextField()  # compact JWS
    head_digest = models.CharField(max_length=64)  # SHA-256 of the head's letters
    as_of = models.DateTimeField()
    log_position = models.UUIDField(null=True)
    node = models.UUIDField(null=True)  # that sent it; nothing where an office stated it
    supersedes = models.UUIDField(null=True)
    correction_kind = models.CharField(max_length=16, default="")
    follows_refused = models.BooleanField(default=False)  # what it supersedes was not taken here
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    is_current = models.BooleanField(default=False)  # the newest published one of member and year

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "version"],
                condition=~Q(state=ReportState.WAITING.value),
                name="publication_one_report_per_version",
            ),
            models.UniqueConstraint(
                fields=["member", "year"],
                condition=Q(is_current=True),
                name="publication_one_current_report",
            ),
        ]
        indexes = [
            models.Index(fields=["year", "state"], name="publication_of_year"),
            models.Index(fields=["published_at"], name="publication_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year} {self.version}"


class ReportPart(models.Model):
    """One part of a report: canonical JSON, named in the head by its digest."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(PublishedReport, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=40)  # figures/R01, texts, commitments, ...
    sha256 = models.CharField(max_length=64)
    content = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "name"], name="publication_one_part_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ArrivedPart(models.Model):
    """A part that a node sent and whose head is not here yet; it becomes a part of the report, or goes."""

    id = models.UUIDField(primary_key=True)
    node = models.UUIDField()
    report = models.UUIDField()
    name = models.CharField(max_length=40)
    content = models.TextField()
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "report", "name"], name="publication_part_arrives_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PublishedFigure(models.Model):
    """One value of one indicator out of a report's part; `is_current` follows the report."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(PublishedReport, on_delete=models.PROTECT, related_name="figures")
    member = models.CharField(max_length=MEMBER_LENGTH)
    indicator = models.CharField(max_length=8)
    definition = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=8)  # 2026 or 2026-Q3
    freq = models.CharField(max_length=1)  # A a year, Q a quarter
    measure = models.CharField(max_length=60)
    breakdown = models.CharField(max_length=121, default="")
    code = models.CharField(max_length=129, default="")
    value = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    lower_bound = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.PositiveBigIntegerField(null=True)
    n_started = models.PositiveBigIntegerField(null=True)
    n_done = models.PositiveBigIntegerField(null=True)
    n_censored = models.PositiveBigIntegerField(null=True)
    status = models.CharField(max_length=1, default="A")
    low = models.BigIntegerField(null=True)  # bounds of a hidden one; never shown
    high = models.BigIntegerField(null=True)
    source = models.CharField(max_length=500, default="")  # of a stated one
    basis = models.CharField(max_length=8)
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator", "period", "measure", "breakdown", "code"],
                name="publication_one_figure_per_cell",
            )
        ]
        indexes = [
            models.Index(
                fields=["indicator", "period", "member"],
                condition=Q(is_current=True),
                name="publication_by_indicator",
            ),
            models.Index(
                fields=["member", "period", "indicator"],
                condition=Q(is_current=True),
                name="publication_by_member",
            ),
            models.Index(
                fields=["period", "indicator"],
                condition=Q(is_current=True),
                name="publication_by_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.indicator} {self.period} {self.measure}"


class MemberStep(models.Model):
    """That a member reached a step with the report of a year, and when; rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    year = models.CharField(max_length=YEAR_LENGTH)
    step = models.CharField(max_length=9, choices=[(each.value, each.value) for each in Step])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "step"], name="publication_each_step_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year} {self.step}"


class Question(models.Model):
    """What the secretariat asked a member about the report of a year, and the answer in the member's words."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    year = models.CharField(max_length=YEAR_LENGTH)
    text = models.TextField()
    asked_at = models.DateTimeField()
    by = models.UUIDField(null=True)
    way = models.CharField(max_length=8, default="")  # node, mail, nobody; empty until it went
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["year", "member"], name="publication_asked")]

    def __str__(self) -> str:
        return f"question to {self.member} about {self.year}"


class Reminder(models.Model):
    """One reminder of a deadline to one member: due at a time, sent once."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    year = models.CharField(max_length=YEAR_LENGTH)
    days = models.SmallIntegerField()  # after the deadline; below zero before it
    to = models.CharField(max_length=10)  # rapporteur, signatory
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=8, default="")  # node, mail, nobody
    overtaken_at = models.DateTimeField(null=True)  # the report came first

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "days", "to"], name="publication_reminded_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, overtaken_at__isnull=True),
                name="publication_to_remind",
            )
        ]

    def __str__(self) -> str:
        return f"reminder to {self.member} about {self.year}"


class Refusal(models.Model):
    """That something sent to the hub was not taken, by whom it was and why, as a code; never what it said."""

    id = models.UUIDField(primary_key=True)
    report = models.UUIDField(null=True)
    member = models.CharField(max_length=MEMBER_LENGTH, default="")
    node = models.UUIDField(null=True)
    code = models.CharField(max_length=40)
    is_half_year = models.BooleanField(default=False)  # a piece of an update, which `report` names
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="publication_refused")]

    def __str__(self) -> str:
        return self.code


class OfficeKey(models.Model):
    """The public key by which an office of a member without a node signs what it states."""

    key_id = models.CharField(primary_key=True, max_length=43)
    member = models.CharField(max_length=MEMBER_LENGTH)
    office = models.CharField(max_length=120)
    email = models.EmailField(default="")  # where reminders go
    public = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member"], name="publication_office_of")]

    def __str__(self) -> str:
        return f"{self.office}, {self.member}"


class SelfAssessment(models.Model):
    """Where a member sees itself in one of the 21 capabilities; for it and the secretariat alone."""

    id = models.UUIDField(primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    capability = models.PositiveSmallIntegerField()
    phase = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=500, default="")
    on = models.DateField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["member", "capability", "on"], name="publication_assessed")
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.capability}"


class ReportProof(models.Model):
    """With what anybody verifies that a node's log holds a report's head: leaf, what opens it, proof of inclusion."""

    report = models.UUIDField(primary_key=True)
    origin = models.CharField(max_length=120)  # of the log
    leaf = models.BinaryField()
    salt = models.BinaryField()
    payload = models.BinaryField()
    proof = models.TextField()
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"proof of {self.report}"


class ProvisionalPiece(models.Model):
    """One indicator of one quarter out of a half-year update, as it came; released by nobody, and in no sum."""

    id = models.UUIDField(primary_key=True)
    update = models.UUIDField()
    member = models.CharField(max_length=MEMBER_LENGTH)
    node = models.UUIDField()
    year = models.CharField(max_length=YEAR_LENGTH)
    as_of = models.DateTimeField()  # when the node's own site showed it
    pieces = models.PositiveSmallIntegerField()  # of the whole update
    indicator = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    content = models.TextField()  # canonical JSON
    received_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)  # when the last piece of its update came
    is_current = models.BooleanField(default=False)  # of the newest complete update of its member
    withdrawn_at = models.DateTimeField(null=True)  # when the secretariat took its update back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["update", "indicator", "period"], name="publication_piece_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["member"], condition=Q(is_current=True), name="publication_told_by"
            ),
            models.Index(fields=["year", "member"], name="publication_told_of_year"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.indicator} {self.period}"
