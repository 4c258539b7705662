# SPDX-License-Identifier: Apache-2.0
"""Registers the public site with Django."""

from django.apps import AppConfig


class PublicSiteConfig(AppConfig):
    """The app `public_site`; it has no tables."""

    name = "havn.web.public_site"
    label = "public_site"
