# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """The app `indicators`."""

    name = "havn.domain.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"
