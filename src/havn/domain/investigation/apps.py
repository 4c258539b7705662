# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    """The app `investigation`."""

    name = "havn.domain.investigation"
    label = "investigation"
    default_auto_field = "django.db.models.BigAutoField"
