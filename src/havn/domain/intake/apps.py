# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The app `intake`."""

    name = "havn.domain.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
