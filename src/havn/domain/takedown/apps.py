# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class TakedownConfig(AppConfig):
    """The app `takedown`."""

    name = "havn.domain.takedown"
    label = "takedown"
    default_auto_field = "django.db.models.BigAutoField"
