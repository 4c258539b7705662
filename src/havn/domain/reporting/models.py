# SPDX-License-Identifier: Apache-2.0
"""Tables of frozen figures."""

from __future__ import annotations

from django.db import models


class FrozenFigure(models.Model):
    """One value of one indicator for one closed period, as it was known at `as_of`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    indicator = models.CharField(max_length=8)
    definition_version = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=8)  # 2026-Q3
    measure = models.CharField(max_length=40)
    breakdown = models.CharField(max_length=30, default="")
    code = models.CharField(max_length=30, default="")
    value = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    lower_bound = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    numerator = models.PositiveIntegerField(null=True)
    denominator = models.PositiveIntegerField(null=True)
    n_started = models.PositiveIntegerField(null=True)
    n_done = models.PositiveIntegerField(null=True)
    n_censored = models.PositiveIntegerField(null=True)
    obs_status = models.CharField(max_length=1, default="A")
    conf_status = models.CharField(max_length=1, default="F")
    as_of = models.DateTimeField()
    log_position = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "period", "indicator", "measure", "breakdown", "code"],
                name="reporting_one_figure_per_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period} {self.measure}"
