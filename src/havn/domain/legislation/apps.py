# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class LegislationConfig(AppConfig):
    """The app `legislation`."""

    name = "havn.domain.legislation"
    label = "legislation"
    default_auto_field = "django.db.models.BigAutoField"
