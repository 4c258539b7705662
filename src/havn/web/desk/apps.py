# SPDX-License-Identifier: Apache-2.0
"""Registers the desk with Django, which finds its templates and static files by it."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The app `desk`; it has no tables."""

    name = "havn.web.desk"
    label = "desk"
