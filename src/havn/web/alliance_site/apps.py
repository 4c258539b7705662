# SPDX-License-Identifier: Apache-2.0
"""Registers the Alliance's site with Django, which finds its templates by it."""

from django.apps import AppConfig


class AllianceSiteConfig(AppConfig):
    """The app `alliance_site`; it has no tables."""

    name = "havn.web.alliance_site"
    label = "alliance_site"
