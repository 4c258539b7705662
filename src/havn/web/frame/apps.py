# SPDX-License-Identifier: Apache-2.0
"""Registers the frame with Django, which finds its templates, tags and static files by it."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """The app `frame`; it has no tables."""

    name = "havn.web.frame"
    label = "frame"
