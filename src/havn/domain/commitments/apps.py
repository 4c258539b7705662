# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    """The app `commitments`."""

    name = "havn.domain.commitments"
    label = "commitments"
    default_auto_field = "django.db.models.BigAutoField"
