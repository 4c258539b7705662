# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class ReferralConfig(AppConfig):
    """The app `referral`."""

    name = "havn.domain.referral"
    label = "referral"
    default_auto_field = "django.db.models.BigAutoField"
