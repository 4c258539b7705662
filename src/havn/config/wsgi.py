# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of every audience: Django inside the guard that judges bodies unread."""

from __future__ import annotations

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from havn.config.own_connection import OwnConnection
from havn.lib.http import BodyGuard, Seats, WaitingRoom, ask_for_new_workers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "havn.config.settings")

_django = get_wsgi_application()

get_resolver().url_patterns  # noqa: B018 - a URL map that cannot be loaded stops the process now

# The route's rule stands beside its view; it can be looked up only once Django is set up.
from havn.web.frame.bodies import rule_for, sentence_for  # noqa: E402
from havn.web.frame.logging import warnings_as_lines  # noqa: E402

warnings_as_lines()

# What is loaded stays: the collector need not look through it for waste again and again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)

application = BodyGuard(
    Seats(_django, [OwnConnection() for _ in range(settings.HAVN_ENVIRONMENT.threads)]),
    rule_for,
    sentence_for=sentence_for,
    waiting_room=WaitingRoom(on_crowd=ask_for_new_workers),
)
