# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The app `ledger`."""

    name = "havn.domain.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
