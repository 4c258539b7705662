# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The app `audit`."""

    name = "havn.domain.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
