# SPDX-License-Identifier: Apache-2.0
"""Tables of frozen figures, national reports with their texts, what offices say, and what the hub answered."""

from __future__ import annotations

from django.db import models


class FigureRelease(models.Model):
    """One freeze: figures of one or more periods, as they were known at one instant."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    kind = models.CharField(max_length=8)  # quarter: by itself; report: for a national report
    as_of = models.DateTimeField()
    log_position = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    public_at = models.DateTimeField(null=True)  # a quarter at once; a report when it is released
    withdrawn_at = models.DateTimeField(null=True)  # it is given out no more, and was seen

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "as_of"], name="reporting_release_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.kind} as of {self.as_of:%Y-%m-%d}"


class FrozenFigure(models.Model):
    """One value of one indicator for one closed period, as it was known at `as_of`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    release = models.ForeignKey(FigureRelease, on_delete=models.PROTECT, related_name="figures")
    indicator = models.CharField(max_length=8)
    definition_version = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=8)  # 2026-Q3, or 2026
    measure = models.CharField(max_length=60)
    breakdown = models.CharField(max_length=121, default="")
    code = models.CharField(max_length=129, default="")
    value = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    lower_bound = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    numerator = models.IntegerField(null=True)
    denominator = models.PositiveIntegerField(null=True)
    n_started = models.PositiveIntegerField(null=True)
    n_done = models.PositiveIntegerField(null=True)
    n_censored = models.PositiveIntegerField(null=True)
    low = models.IntegerField(null=True)  # bounds of a hidden value; never shown
    high = models.IntegerField(null=True)
    obs_status = models.CharField(max_length=1, default="A")
    conf_status = models.CharField(max_length=1, default="F")
    as_of = models.DateTimeField()
    log_position = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "period", "indicator", "measure", "breakdown", "code"],
                name="reporting_one_figure_per_cell",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "period"], name="reporting_figure_by_period")
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period} {self.measure}"


class NationalReport(models.Model):
    """One version of a country's report about one year."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    year = models.CharField(max_length=4)
    version = models.CharField(max_length=7)
    state = models.CharField(max_length=10, default="draft")
    release = models.ForeignKey(FigureRelease, on_delete=models.PROTECT, related_name="+")
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    correction_kind = models.CharField(max_length=16, default="")
    correction_note = models.JSONField(default=dict)  # why, by language; public
    discovered_on = models.DateField(null=True)  # of an error in facts: ten working days from here
    due_on = models.DateField()
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    signed_head = models.TextField(default="")  # the compact JWS; empty until the worker signed it
    signed_at = models.DateTimeField(null=True)
    promise_titles = models.JSONField(default=dict)  # as they read then, by promise and language

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "version"], name="reporting_one_report_per_version"
            ),
            models.UniqueConstraint(
                fields=["organisation", "year"],
                condition=models.Q(state__in=["draft", "confirming"]),
                name="reporting_one_draft_per_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.version}"


class ReportText(models.Model):
    """One version of one text of a report in one language; rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(NationalReport, on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=11)
    text = models.TextField()
    based_on = models.JSONField(default=list)  # the versions its writer had before them
    is_proposal = models.BooleanField(default=False)  # came back from clearance
    written_by = models.UUIDField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["report", "kind"], name="reporting_text_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"


class ReportPart(models.Model):
    """One part of a report as it was signed."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(NationalReport, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    content = models.TextField()  # canonical JSON

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "name"], name="reporting_part_once")
        ]

    def __str__(self) -> str:
        return self.name


class BoundsPart(models.Model):
    """One part as it was signed that nobody but the secretariat gets: between which numbers a hidden figure lies.

    A table of its own, so that the public process cannot read it.
    """

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(NationalReport, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    content = models.TextField()  # canonical JSON

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "name"], name="reporting_bounds_once")
        ]

    def __str__(self) -> str:
        return self.name


class PartOwner(models.Model):
    """Who answers for a part of the report, from when until when."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    part = models.CharField(max_length=16)
    person = models.UUIDField()
    office = models.CharField(max_length=120)
    named_by = models.UUIDField(null=True)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "part"],
                condition=models.Q(ended_at__isnull=True),
                name="reporting_one_owner_per_part",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.office}"


class PartConfirmation(models.Model):
    """That an owner confirmed or questioned a part of a report; the latest counts."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(
        NationalReport, on_delete=models.PROTECT, related_name="confirmations"
    )
    part = models.CharField(max_length=16)
    is_confirmed = models.BooleanField()
    question = models.TextField(default="")
    office = models.CharField(max_length=120)
    person = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} by {self.office}"


class PersonRelease(models.Model):
    """That one of the two persons released a report, after giving the second factor again."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(NationalReport, on_delete=models.PROTECT, related_name="releases")
    step = models.CharField(max_length=10)
    person = models.UUIDField()
    office = models.CharField(max_length=120)
    at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "step"],
                condition=models.Q(given_back_at__isnull=True),
                name="reporting_one_release_per_step",
            ),
            models.UniqueConstraint(
                fields=["report", "person"],
                condition=models.Q(given_back_at__isnull=True),
                name="reporting_two_persons_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.office}"


class FigureCorrection(models.Model):
    """One figure that a version of a report shows otherwise than the version before, and why."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(
        NationalReport, on_delete=models.PROTECT, related_name="corrections"
    )
    indicator = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    measure = models.CharField(max_length=60)
    breakdown = models.CharField(max_length=121, default="")
    code = models.CharField(max_length=129, default="")
    old = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    new = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    needs_note = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.indicator} {self.period} {self.measure}"


class OfficeAsk(models.Model):
    """What an office is asked for a report, by a link that needs no account."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    report = models.ForeignKey(NationalReport, on_delete=models.PROTECT, related_name="asks")
    office = models.CharField(max_length=120)
    email = models.EmailField()
    language = models.CharField(max_length=11)
    question = models.TextField()
    wants = models.CharField(max_length=10)  # figure, paragraph
    due_on = models.DateField()
    expires_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # an answer was chosen

    class Meta:
        indexes = [models.Index(fields=["organisation", "due_on"], name="reporting_asks_by_day")]

    def __str__(self) -> str:
        return f"{self.office} by {self.due_on}"


class OfficeAnswer(models.Model):
    """What an office answered; every different answer is kept, and the rapporteur chooses one."""

    id = models.UUIDField(primary_key=True)
    ask = models.ForeignKey(OfficeAsk, on_delete=models.PROTECT, related_name="answers")
    organisation = models.UUIDField()
    figure = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    text = models.TextField(default="")
    source = models.CharField(max_length=300)
    stated_by = models.CharField(max_length=120)  # the function of whoever answers
    known_on = models.DateField()  # the day that the source speaks of
    answered_at = models.DateTimeField()
    chosen_at = models.DateTimeField(null=True)
    chosen_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"answer {self.id}"


class SentReminder(models.Model):
    """One reminder that was handed to the mail server, or could not be."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    subject_id = models.UUIDField()  # a report or an ask
    days = models.SmallIntegerField()  # before the due day; after it where negative
    told = models.CharField(max_length=10)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "days", "told"], name="reporting_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days"


class HubMessage(models.Model):
    """What a hub said of our reports: a receipt, a question, or how far it is."""

    id = models.UUIDField(primary_key=True)  # of the event
    organisation = models.UUIDField()
    node = models.UUIDField()
    kind = models.CharField(max_length=10)  # receipt, question, step
    year = models.CharField(max_length=4, default="")
    report_id = models.UUIDField(null=True)
    question_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="")
    code = models.CharField(max_length=60, default="")
    text = models.TextField(default="")
    # Of a receipt: that the hub cosigned the log with the head.
    proof = models.TextField(default="")
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "said_at"], name="reporting_hub_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class HalfYearUpdate(models.Model):
    """That the secretariat was told what the node's site shows of a running year; once a year, and by no person."""

    id = models.UUIDField(primary_key=True)  # the update, as its events name it
    organisation = models.UUIDField()
    year = models.CharField(max_length=4)
    quarters = models.JSONField(default=list)  # 2026-Q1, 2026-Q2
    figures = models.PositiveIntegerField()
    hidden = models.PositiveIntegerField()  # of them
    told_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)  # when the rapporteur took it back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"], name="reporting_half_year_once"
            )
        ]

    def __str__(self) -> str:
        return f"first half of {self.year}"


class CapabilityStated(models.Model):
    """How far the country sees itself with one of the 21 capabilities; private to it and the secretariat."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    capability = models.PositiveSmallIntegerField()
    phase = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=300, default="")  # an address, or what it is called
    assessed_on = models.DateField()
    stated_by = models.UUIDField()
    stated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "capability"], name="reporting_capability_of")
        ]

    def __str__(self) -> str:
        return f"{self.capability}: phase {self.phase}"
