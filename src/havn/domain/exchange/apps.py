# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The app `exchange`."""

    name = "havn.domain.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
