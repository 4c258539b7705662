# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The app `members`."""

    name = "havn.domain.members"
    label = "members"
    default_auto_field = "django.db.models.BigAutoField"
