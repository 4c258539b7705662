# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """The app `assessment`."""

    name = "havn.domain.assessment"
    label = "assessment"
    default_auto_field = "django.db.models.BigAutoField"
