# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class PublicationConfig(AppConfig):
    """The app `publication`."""

    name = "havn.domain.publication"
    label = "publication"
    default_auto_field = "django.db.models.BigAutoField"
