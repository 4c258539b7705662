# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class TracingConfig(AppConfig):
    """The app `tracing`."""

    name = "havn.domain.tracing"
    label = "tracing"
    default_auto_field = "django.db.models.BigAutoField"
