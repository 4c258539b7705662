# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app `jobs`."""

    name = "havn.domain.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
