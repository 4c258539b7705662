# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The app `cases`."""

    name = "havn.domain.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
